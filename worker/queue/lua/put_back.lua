-- ARGV[8..9]: task (JSON); 'LPUSH' to put it at the head of its host's queue, 'RPUSH' at the end.
-- Returns 'done', 'gone' or 'fenced'.
local fence = lease_error()
if fence then return fence end
local type_error = check_host_types()
if type_error then return type_error end
redis.call(ARGV[9], QUEUE, ARGV[8])
redis.call('INCR', WAITING)
end_delivery()
return 'done'
