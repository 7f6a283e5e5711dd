-- KEYS[7..8]: dead-letter stream, markers.  ARGV[4..7]: id of the dead letter, task (JSON), seen marker, its TTL (s).
-- Returns 1, or 0 if the dead letter no longer exists.
find_marker(KEYS[8], ARGV[6])  -- fails if a bucket has another type
local type_error = check_host_types() or check_type(KEYS[7], 'stream') or check_type(KEYS[8], 'zset')
if type_error then return type_error end
if redis.call('XDEL', KEYS[7], ARGV[4]) == 0 then return 0 end
renew_seen(KEYS[8], ARGV[6], ARGV[7])
redis.call('RPUSH', QUEUE, ARGV[5])
redis.call('INCR', WAITING)
schedule()
return 1
