-- Forget everything about an article but that it was seen; count it for its feed, once.
-- KEYS: 1 its hash, 2 its page, 3 due, 4 leased (articles), 5 feeds, 6 tally of articles read,
--       7 of those not read, 8 of those not read in a row
-- ARGV: 1 id, 2 seconds to remember it, 3 '1' where it was read
local feed = redis.call('HGET', KEYS[1], 'feed')
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[1], 'done', 1)
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[4], ARGV[1])
if feed and redis.call('HEXISTS', KEYS[5], feed) == 1 then
  if ARGV[3] == '1' then
    redis.call('HINCRBY', KEYS[6], feed, 1)
    redis.call('HDEL', KEYS[8], feed)
  else
    redis.call('HINCRBY', KEYS[7], feed, 1)
    redis.call('HINCRBY', KEYS[8], feed, 1)
  end
end
