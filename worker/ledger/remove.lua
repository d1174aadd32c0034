-- Watch a feed no longer because the user says so.
-- KEYS: 1 feeds, 2 the user's own, 3 removed by the user, 4 due, 5 leased, 6 polled, 7 habits,
--       8 booked, 9… tallies
-- ARGV: 1 URL
-- Returns 1, or 0 where it was not watched.
local url = ARGV[1]
local feed = redis.call('HGET', KEYS[1], url)
if not feed then
  return 0
end
redis.call('HSET', KEYS[3], url, feed) -- its articles under way still need its name
redis.call('HDEL', KEYS[1], url)
redis.call('SREM', KEYS[2], url)
redis.call('ZREM', KEYS[4], url)
redis.call('ZREM', KEYS[5], url)
redis.call('SREM', KEYS[6], url)
for k = 7, #KEYS do
  redis.call('HDEL', KEYS[k], url)
end
return 1
