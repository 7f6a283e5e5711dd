-- KEYS: delayed set, work stream.  ARGV: now (Unix ms), most tasks to move.  Returns the number moved.
local type_error = check_type(KEYS[1], 'zset') or check_type(KEYS[2], 'stream')
if type_error then return type_error end
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, task in ipairs(due) do
  redis.call('XADD', KEYS[2], '*', 'task', task)
  redis.call('ZREM', KEYS[1], task)
end
return #due
