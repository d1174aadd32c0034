-- What watch.lua and remove.lua begin with: a feed that is watched no longer leaves every place.
-- KEYS: 1 feeds, 2 the user's own, 3 removed by the user, 4 due, 5 leased, 6 polled, 7 habits,
--       8 booked, 9… tallies
local function forget(url)
  redis.call('HDEL', KEYS[1], url)
  redis.call('SREM', KEYS[2], url)
  redis.call('ZREM', KEYS[4], url)
  redis.call('ZREM', KEYS[5], url)
  redis.call('SREM', KEYS[6], url)
  for k = 7, #KEYS do
    redis.call('HDEL', KEYS[k], url)
  end
end

