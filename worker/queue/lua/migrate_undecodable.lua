-- KEYS: work stream of format 1, dead-letter stream.  ARGV: id of the entry; then field, value, …
-- Moves an entry that is not a task to the dead letters.  Returns 1, or 0 if it has been moved already.
local type_error = check_type(KEYS[1], 'stream') or check_type(KEYS[2], 'stream')
if type_error then return type_error end
if redis.call('XDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('XADD', KEYS[2], '*', unpack(ARGV, 2))
return 1
