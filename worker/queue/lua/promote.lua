-- KEYS[7]: tasks to retry, or scheduled visits.  ARGV[4..5]: task (JSON); 1 for a visit, which is not counted as waiting yet,
-- else 0.
-- Moves a retry to the head of its host's queue, and a visit to the end.  Returns 1, or 0 if it has been moved already.
local type_error = check_host_types() or check_type(KEYS[7], 'zset')
if type_error then return type_error end
if redis.call('ZREM', KEYS[7], ARGV[4]) == 0 then return 0 end
redis.call(ARGV[5] == '1' and 'RPUSH' or 'LPUSH', QUEUE, ARGV[4])
redis.call('INCRBY', WAITING, ARGV[5])
schedule()
return 1
