-- Watch a feed because the user says so.
-- KEYS: 1 feeds, 2 the user's own, 3 removed by the user, 4 due, 5 leased, 6 habits
-- ARGV: 1 now, 2 URL, 3 description
-- Returns 'new', 'changed' or 'known'. All but an unchanged one that is still asked begin anew: so
-- does one that had ended.
local now, url, feed = ARGV[1], ARGV[2], ARGV[3]
local known = redis.call('HGET', KEYS[1], url)
local runs = redis.call('ZSCORE', KEYS[4], url) or redis.call('ZSCORE', KEYS[5], url)
redis.call('HDEL', KEYS[3], url)
if known == feed and runs then
  return 'known'
end
redis.call('HSET', KEYS[1], url, feed)
redis.call('SADD', KEYS[2], url)
redis.call('HDEL', KEYS[6], url)
redis.call('ZADD', KEYS[4], now, url)
return known and 'changed' or 'new'
