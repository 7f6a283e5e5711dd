-- KEYS[7]: work stream of format 1.  ARGV[4..5]: id of the entry, task (JSON).
-- Moves the task to its host's queue.  Returns 1, or 0 if it has been moved already.
local type_error = check_host_types() or check_type(KEYS[7], 'stream')
if type_error then return type_error end
if redis.call('XDEL', KEYS[7], ARGV[4]) == 0 then return 0 end
redis.call('RPUSH', QUEUE, ARGV[5])
redis.call('INCR', WAITING)
schedule()
return 1
