-- Forget everything about an article but that it was seen; count it for its feed, once.
-- KEYS: 1 its hash, 2 its page, 3 due, 4 leased (articles), 5 feeds, 6 tally of articles read,
--       7 of those not read, 8 of those not read in a row
-- ARGV: 1 id, 2 seconds to remember it, 3 '1' where it was read, 4 '1' where it may be read again
local feed, mark, again = unpack(redis.call('HMGET', KEYS[1], 'feed', 'mark', 'again'))
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[1], 'done', 1)
if mark and not again and ARGV[4] == '1' then
  redis.call('HSET', KEYS[1], 'mark', mark)
end
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[4], ARGV[1])
if feed and not again and redis.call('HEXISTS', KEYS[5], feed) == 1 then
  if ARGV[3] == '1' then
    redis.call('HINCRBY', KEYS[6], feed, 1)
    redis.call('HDEL', KEYS[8], feed)
  else
    redis.call('HINCRBY', KEYS[7], feed, 1)
    redis.call('HINCRBY', KEYS[8], feed, 1)
  end
end
