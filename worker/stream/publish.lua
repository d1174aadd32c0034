-- End one article: give it its only fate, publish what it reports, count it. All or nothing, once.
-- Follows telling.lua.
-- KEYS: 1 events, 2 reports, 3 articles, 4 dead (streams); 5 counters; 6 this claim's fate;
--       7 the canonical page's owner; then the article's sketch keys
-- ARGV: 1 what likeness.lua names, and: claim, fate, reason, copies (seconds), share (of its own
--       sketch that makes a text an earlier one's copy), least (keys shared at all)
-- Returns {fate, reason, article that it copies, article whose text it holds and more}; the earlier
-- answer if it had one.
local FIRST_SKETCH = 8
local article, fate, reason = ask.article, ask.fate, ask.reason
local sketch_size = #KEYS - FIRST_SKETCH + 1

local before = redis.call('HMGET', FATE, 'fate', 'reason', 'copy', 'based')
if before[1] then
  return before
end

-- Is it the same page under another address, or a text that stands in an earlier one for the most
-- part? One that holds an earlier text and more is no copy, but no independent source either.
local copy, based_on = '', ''
if article ~= '' then
  local owner = redis.call('HMGET', OWNER, 'claim', 'article')
  if owner[1] and owner[1] ~= ask.claim then
    copy = owner[2]
  end
  local shared = {}
  for i = FIRST_SKETCH, #KEYS do
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
  if copy == '' and best >= ask.least then
    if best >= ask.share * sketch_size then
      copy = nearest
    elseif best >= ask.share * nearest_size then
      based_on = nearest
    end
  end
end

if copy ~= '' then
  fate, reason = 'duplicate', ''
elseif article ~= '' then
  redis.call('HSET', OWNER, 'claim', ask.claim, 'article', article)
  redis.call('EXPIRE', OWNER, ask.remember)
  for i = FIRST_SKETCH, #KEYS do
    redis.call('SET', KEYS[i], article .. ' ' .. sketch_size, 'EX', ask.copies, 'NX')
  end
end

redis.call('HSET', FATE, 'fate', fate, 'reason', reason, 'copy', copy, 'based', based_on)
redis.call('EXPIRE', FATE, ask.remember)
redis.call('HINCRBY', COUNTERS, 'fate:' .. fate, 1)
if reason ~= '' then
  redis.call('HINCRBY', COUNTERS, 'reason:' .. fate .. ':' .. reason, 1)
end
if reason == 'language' then
  redis.call('HINCRBY', COUNTERS, 'language:' .. ask.language, 1)
end

local events = {}
ask.based_on = based_on
if fate == 'published' then
  for i, report in ipairs(ask.reports) do
    events[i] = take_in(report, nil, 'created', '')
  end
  tell_all()
end
local subject = article ~= '' and article or ask.claim
local slots = {
  id = subject .. '.fate', type = 'article.' .. fate, subject = subject, fate = fate,
  described = ask.described, events = listed(events),
  reason = reason ~= '' and ',"reason":' .. cjson.encode(reason) or '',
  copy = copy ~= '' and ',"copy_of":"' .. copy .. '"' or '',
  based = based_on ~= '' and ',"based_on":"' .. based_on .. '"' or '',
}
add(ARTICLES, 'fate', slots)
if fate == 'dead' then
  add(DEAD, 'fate', slots)
end
return {fate, reason, copy, based_on}
