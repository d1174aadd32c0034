-- Watch the feeds of the seeds file, beside those that the user chose. Follows forget.lua.
-- ARGV: 1 now, then per feed: URL, description
-- What the user added or changed is left as it is, and what the user removed stays removed.
local now = ARGV[1]
local wanted = {}
for i = 2, #ARGV, 2 do
  wanted[ARGV[i]] = ARGV[i + 1]
end

for _, url in ipairs(redis.call('HKEYS', KEYS[1])) do
  if not wanted[url] and redis.call('SISMEMBER', KEYS[2], url) == 0 then
    forget(url)
  end
end

for i = 2, #ARGV, 2 do
  local url, feed = ARGV[i], ARGV[i + 1]
  local known = redis.call('HGET', KEYS[1], url)
  local theirs = redis.call('SISMEMBER', KEYS[2], url) == 1
    or redis.call('HEXISTS', KEYS[3], url) == 1
  if not theirs and known ~= feed then
    redis.call('HSET', KEYS[1], url, feed)
    redis.call('HDEL', KEYS[7], url) -- what is described anew is looked at anew
    redis.call('ZADD', KEYS[4], now, url)
  end
end
