-- End one article: give it its only fate, publish what it reports, count it. All or nothing, once.
-- KEYS: 1 events, 2 reports, 3 articles, 4 dead (streams); 5 counters; 6 this claim's fate;
--       7 the canonical page's owner; then the article's sketch keys; then per report: its key,
--       its event's key
-- ARGV: 1 claim, 2 article id, 3 fate, 4 reason, 5 outlet, 6 now (RFC 3339), 7 stream length,
--       8 days to remember in seconds, 9 days of copies in seconds, 10 number of sketch keys,
--       11 share of its own sketch that makes a copy, 12 shared keys at least,
--       13… the article's entry (16 fields and values), then per report: PLOVER type, entry of `reports` (16), entry of `events` (16)
-- Returns {fate, reason, article that it copies, article whose text it holds and more}; the earlier
-- answer if it had one.
local EVENTS, REPORTS, ARTICLES, DEAD, COUNTERS, FATE, OWNER = unpack(KEYS, 1, 7)
local claim, article, fate, reason, outlet, now = unpack(ARGV, 1, 6)
local length, remember, copies = ARGV[7], ARGV[8], ARGV[9]
local sketch_size, copy_share, copy_least = tonumber(ARGV[10]), tonumber(ARGV[11]), tonumber(ARGV[12])
local ENTRY = 13
local WIDTH = 16
local MILESTONES = {[1] = true, [2] = true, [3] = true, [5] = true, [10] = true, [20] = true,
                    [50] = true, [100] = true}

local function add(stream, from, slots)
  local entry = {}
  for i = 0, WIDTH - 1 do
    entry[i + 1] = ARGV[from + i]:gsub('\1(%a+)\1', slots)
  end
  redis.call('XADD', stream, 'MAXLEN', '~', length, '*', unpack(entry))
end

local before = redis.call('HMGET', FATE, 'fate', 'reason', 'copy', 'based')
if before[1] then
  return before
end

-- Is it the same page under another address, or a text that stands in an earlier one for the most
-- part? One that holds an earlier text and more is no copy, but no independent source either.
local copy, based_on = '', ''
if article ~= '' then
  local owner = redis.call('HMGET', OWNER, 'claim', 'article')
  if owner[1] and owner[1] ~= claim then
    copy = owner[2]
  end
  local shared = {}
  for i = 8, 7 + sketch_size do
    local other = redis.call('GET', KEYS[i])
    if other then
      shared[other] = (shared[other] or 0) + 1
    end
  end
  local best, nearest, nearest_size = 0, '', 0
  for other, count in pairs(shared) do
    local id, size = other:match('^(%x+) (%d+)$')
    if id ~= article and (count > best or (count == best and id < nearest)) then
      best, nearest, nearest_size = count, id, tonumber(size)
    end
  end
  if copy == '' and best >= copy_least then
    if best >= copy_share * sketch_size then
      copy = nearest
    elseif best >= copy_share * nearest_size then
      based_on = nearest
    end
  end
end

if copy ~= '' then
  fate, reason = 'duplicate', ''
elseif article ~= '' then
  redis.call('HSET', OWNER, 'claim', claim, 'article', article)
  redis.call('EXPIRE', OWNER, remember)
  for i = 8, 7 + sketch_size do
    redis.call('SET', KEYS[i], article .. ' ' .. sketch_size, 'EX', copies, 'NX')
  end
end

redis.call('HSET', FATE, 'fate', fate, 'reason', reason, 'copy', copy, 'based', based_on)
redis.call('EXPIRE', FATE, remember)
redis.call('HINCRBY', COUNTERS, 'fate:' .. fate, 1)
if reason ~= '' then
  redis.call('HINCRBY', COUNTERS, 'reason:' .. fate .. ':' .. reason, 1)
end
local slots = {fate = fate, copy = copy == '' and '' or ',"copy_of":"' .. copy .. '"'}
add(ARTICLES, ENTRY, slots)
if fate == 'dead' then
  add(DEAD, ENTRY, slots)
end
if fate ~= 'published' then
  return {fate, reason, copy, based_on}
end

local at = ENTRY + WIDTH
for i = 8 + sketch_size, #KEYS, 2 do
  local report, event, plover = KEYS[i], KEYS[i + 1], ARGV[at]
  if redis.call('SET', report, 1, 'NX', 'EX', remember) then
    local reports = redis.call('HINCRBY', event, 'reports', 1)
    local told_before = based_on ~= '' and redis.call('HEXISTS', event, 'a:' .. based_on) == 1
    local new_outlet = told_before and 0 or redis.call('HSETNX', event, 'o:' .. outlet, 1)
    redis.call('HSET', event, 'a:' .. article, 1)
    local outlets = redis.call('HINCRBY', event, 'outlets', new_outlet)
    redis.call('HSETNX', event, 'first', now)
    redis.call('EXPIRE', event, remember)
    add(REPORTS, at + 1, {})
    if new_outlet == 1 and MILESTONES[outlets] then
      local revision = redis.call('HINCRBY', event, 'revision', 1)
      local change = revision == 1 and 'created' or 'updated'
      add(EVENTS, at + 1 + WIDTH, {
        revision = tostring(revision), change = change, reports = tostring(reports),
        outlets = tostring(outlets), first = redis.call('HGET', event, 'first'),
      })
      redis.call('HINCRBY', COUNTERS, 'event:' .. change, 1)
      if change == 'created' then
        redis.call('HINCRBY', COUNTERS, 'type:' .. plover, 1)
      end
    end
  end
  at = at + 1 + 2 * WIDTH
end
return {fate, reason, copy, based_on}
