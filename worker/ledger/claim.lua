-- Lease entries that were never seen.
-- KEYS: 1 leased articles, 2 counters, 3… one article hash per entry
-- ARGV: 1 lease end, 2 feed URL, then per entry: id, entry JSON
-- Returns the ids that were new, in order.
local claimed = {}
for i = 3, #KEYS do
  local id, entry = ARGV[2 * i - 3], ARGV[2 * i - 2]
  if redis.call('EXISTS', KEYS[i]) == 0 then
    redis.call('HSET', KEYS[i], 'feed', ARGV[2], 'entry', entry, 'stage', 'fetch')
    redis.call('ZADD', KEYS[1], ARGV[1], id)
    claimed[#claimed + 1] = id
  end
end
if #claimed > 0 then
  redis.call('HINCRBY', KEYS[2], 'articles', #claimed)
end
return claimed
