-- KEYS: dead stream, work stream, seen marker.  ARGV: dead entry id, task (JSON), marker's TTL (s).
-- Returns 1, or 0 where the letter is gone.
local type_error = check_type(KEYS[1], 'stream') or check_type(KEYS[2], 'stream')
if type_error then return type_error end
if redis.call('XDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('SET', KEYS[3], 'requeued', 'EX', ARGV[3])
redis.call('XADD', KEYS[2], '*', 'task', ARGV[2])
return 1
