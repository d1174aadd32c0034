-- Take back expired leases; lease and hand out what is due.
-- KEYS: 1 due feeds, 2 leased feeds, 3 due articles, 4 leased articles, 5 articles to read again
-- ARGV: 1 now, 2 lease end, 3 feeds at most, 4 articles at most, 5 prefix of article hashes
-- Returns {feeds, articles to fetch, articles to extract}.
local now, lease_end = ARGV[1], ARGV[2]

local function move(from, to, at_most, score)
  local ids = redis.call('ZRANGEBYSCORE', from, '-inf', now, 'LIMIT', 0, at_most)
  for _, id in ipairs(ids) do
    redis.call('ZREM', from, id)
    redis.call('ZADD', to, score, id)
  end
  return ids
end

move(KEYS[2], KEYS[1], 1000, now)
local feeds = move(KEYS[1], KEYS[2], ARGV[3], lease_end)

-- An expired article goes out again in the stage where it was lost; its place in the queue is now.
local expired = redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', now, 'LIMIT', 0, ARGV[4])
for _, id in ipairs(expired) do
  redis.call('ZREM', KEYS[4], id)
  redis.call('ZADD', KEYS[3], now, id)
end
move(KEYS[5], KEYS[3], ARGV[4], now)
local fetch, extract = {}, {}
for _, id in ipairs(move(KEYS[3], KEYS[4], ARGV[4], lease_end)) do
  local stage = redis.call('HGET', ARGV[5] .. id, 'stage')
  if stage == 'extract' then
    extract[#extract + 1] = id
  elseif stage == 'fetch' then
    fetch[#fetch + 1] = id
  else
    redis.call('ZREM', KEYS[4], id) -- done meanwhile
  end
end
return {feeds, fetch, extract}
