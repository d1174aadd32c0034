-- End a feed's lease, after a look at it or because its host gave it a later time.
-- KEYS: 1 feeds, 2 due, 3 leased, 4 polled, 5 habits, 6 booked
-- ARGV: 1 URL, 2 when to look next, or '' for never, 3 habit, or '' where there was no look
-- One that was removed meanwhile stays removed.
local url, next_look, habit = ARGV[1], ARGV[2], ARGV[3]
redis.call('ZREM', KEYS[3], url)
if redis.call('HEXISTS', KEYS[1], url) == 0 then
  return
end
if habit == '' then
  redis.call('HSET', KEYS[6], url, next_look)
else
  redis.call('HDEL', KEYS[6], url)
  redis.call('HSET', KEYS[5], url, habit)
  redis.call('SADD', KEYS[4], url)
end
if next_look == '' then
  redis.call('ZREM', KEYS[2], url)
else
  redis.call('ZADD', KEYS[2], next_look, url)
end
