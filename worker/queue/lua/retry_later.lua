-- KEYS[7]: tasks to retry.  ARGV[8..9]: task (JSON), due (Unix ms).  Returns 'done', 'gone' or 'fenced'.
local fence = lease_error()
if fence then return fence end
local type_error = check_host_types() or check_type(KEYS[7], 'zset')
if type_error then return type_error end
redis.call('INCRBY', WAITING, redis.call('ZADD', KEYS[7], ARGV[9], ARGV[8]))
end_delivery()
return 'done'
