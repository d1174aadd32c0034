-- Lease entries that were never seen; book those for another reading that changed since.
-- KEYS: 1 leased articles, 2 counters, 3 articles to be read again, 4… one article hash per entry
-- ARGV: 1 lease end, 2 feed URL, 3 when to read again, 4 how many changes at once are too many,
--       then per entry: id, entry JSON, its mark: '' or the feed's digest, ':', the entry's
-- Returns the ids that were new, in order.
local feed, again, many = ARGV[2], ARGV[3], tonumber(ARGV[4])
local claimed, changed, known = {}, {}, 0
for i = 4, #KEYS do
  local at = 5 + 3 * (i - 4)
  local id, entry, mark = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  if redis.call('EXISTS', KEYS[i]) == 0 then
    redis.call('HSET', KEYS[i], 'feed', feed, 'entry', entry, 'stage', 'fetch', 'mark', mark)
    redis.call('ZADD', KEYS[1], ARGV[1], id)
    claimed[#claimed + 1] = id
  elseif mark ~= '' then
    local stood = redis.call('HMGET', KEYS[i], 'mark', 'done', 'stage', 'again')
    local whose = mark:match('^[^:]*:')
    if stood[1] and stood[1]:sub(1, #whose) == whose and not stood[4] then
      if stood[2] then
        known = known + 1
        if stood[1] ~= mark then
          changed[#changed + 1] = {KEYS[i], id, entry, mark}
        end
      elseif stood[3] == 'fetch' then
        redis.call('HSET', KEYS[i], 'mark', mark) -- its page is still to come
      end
    end
  end
end
local believed = #changed < many or #changed < known
for _, one in ipairs(changed) do
  local key, id, entry, mark = unpack(one)
  redis.call('HSET', key, 'mark', mark)
  if believed then
    redis.call('HDEL', key, 'done')
    redis.call('HSET', key, 'feed', feed, 'entry', entry, 'stage', 'fetch', 'again', 1)
    redis.call('ZADD', KEYS[3], again, id)
  end
end
if #claimed > 0 then
  redis.call('HINCRBY', KEYS[2], 'articles', #claimed)
end
return claimed
