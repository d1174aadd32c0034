-- Watch a feed no longer because the user says so. Follows forget.lua.
-- ARGV: 1 URL
-- Returns 1, or 0 where it was not watched.
local url = ARGV[1]
local feed = redis.call('HGET', KEYS[1], url)
if not feed then
  return 0
end
redis.call('HSET', KEYS[3], url, feed) -- its articles under way still need its name
forget(url)
return 1
