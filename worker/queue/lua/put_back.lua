-- ARGV[8]: task (JSON), for the head of its host's queue.  Returns 'done', 'gone' or 'fenced'.
local fence = lease_error()
if fence then return fence end
local type_error = check_host_types()
if type_error then return type_error end
redis.call('LPUSH', QUEUE, ARGV[8])
redis.call('INCR', WAITING)
end_delivery()
return 'done'
