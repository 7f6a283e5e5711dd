-- KEYS: dead-letter stream, work stream, seen marker.  ARGV: id of the dead letter, task (JSON), marker's TTL (s).
-- Returns 1, or 0 where the dead letter does not exist any more.
local type_error = check_type(KEYS[1], 'stream') or check_type(KEYS[2], 'stream')
if type_error then return type_error end
if redis.call('XDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('SET', KEYS[3], 'requeued', 'EX', ARGV[3])
redis.call('XADD', KEYS[2], '*', 'task', ARGV[2])
return 1
