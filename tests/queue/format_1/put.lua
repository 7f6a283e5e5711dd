-- KEYS: work stream, delayed set, seen marker.  ARGV: task (JSON), marker's TTL (s), most waiting tasks, token.
-- Returns 1 if enqueued, 0 if seen before, {waiting} if the queue is full.  The token identifies the call that set the
-- marker: one that is repeated after a lost reply returns 1 again.
local marker = redis.call('GET', KEYS[3])
if marker then return marker == ARGV[4] and 1 or 0 end
local type_error = check_type(KEYS[1], 'stream') or check_type(KEYS[2], 'zset')
if type_error then return type_error end
local waiting = redis.call('XLEN', KEYS[1]) + redis.call('ZCARD', KEYS[2])
if waiting >= tonumber(ARGV[3]) then return {waiting} end
redis.call('SET', KEYS[3], ARGV[4], 'EX', ARGV[2])
redis.call('XADD', KEYS[1], '*', 'task', ARGV[1])
return 1
