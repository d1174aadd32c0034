-- Take in a page that was fetched elsewhere: its article is due to be extracted.
-- KEYS: 1 article hash, 2 its page, 3 due articles, 4 counters
-- ARGV: 1 id, 2 feed URL, 3 the feed's description, 4 entry JSON, 5 now, 6 page, 7 seconds to keep it
-- Returns 1, or 0 where the article is known.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
redis.call('HSET', KEYS[1], 'feed', ARGV[2], 'as', ARGV[3], 'entry', ARGV[4], 'stage', 'extract')
redis.call('SET', KEYS[2], ARGV[6], 'EX', ARGV[7])
redis.call('ZADD', KEYS[3], ARGV[5], ARGV[1])
redis.call('HINCRBY', KEYS[4], 'articles', 1)
return 1
