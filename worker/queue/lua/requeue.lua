-- KEYS[7..8]: dead-letter stream, seen marker.  ARGV[4..6]: id of the dead letter, task (JSON), marker's TTL (s).
-- Returns 1, or 0 where the dead letter does not exist any more.
local type_error = check_host_types() or check_type(KEYS[7], 'stream')
if type_error then return type_error end
if redis.call('XDEL', KEYS[7], ARGV[4]) == 0 then return 0 end
redis.call('SET', KEYS[8], 'requeued', 'EX', ARGV[6])
redis.call('RPUSH', QUEUE, ARGV[5])
redis.call('INCR', WAITING)
schedule()
return 1
