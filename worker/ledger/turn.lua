-- One request at a time per host, `delay` seconds apart, across all workers.
-- KEYS: 1 the host's hash: last (request), tail (of the queue of bookings), hold (until)
-- ARGV: 1 now, 2 delay, 3 the time booked before, or ''
-- Returns '0' to go now, else the time at which to come back. Nobody sleeps: who must wait books
-- the next free time at the end of the queue, so a thousand articles of one host don't all come
-- back at once.
local now, delay = tonumber(ARGV[1]), tonumber(ARGV[2])
local at = redis.call('HMGET', KEYS[1], 'last', 'tail', 'hold')
local last, tail, hold = tonumber(at[1] or 0), tonumber(at[2] or 0), tonumber(at[3] or 0)
local booked = tonumber(ARGV[3])

local mine = booked and booked <= now
local free = now >= hold and now - last >= delay
if free and (mine or tail <= now) then
  redis.call('HSET', KEYS[1], 'last', now, 'tail', math.max(tail, now + delay))
  redis.call('EXPIRE', KEYS[1], 3600)
  return '0'
end
local slot = math.max(tail, now + delay, hold)
redis.call('HSET', KEYS[1], 'tail', slot + delay)
redis.call('EXPIRE', KEYS[1], math.ceil(slot - now) + 3600)
return string.format('%.3f', slot)
