-- KEYS[7]: seen marker.  ARGV[4..7]: task (JSON), marker's TTL (s), most waiting tasks, token.
-- Returns 1 if enqueued, 0 if seen before, {waiting} if the queue is full.  The token identifies the call that set the
-- marker: one that is repeated after a lost reply returns 1 again.
local marker = redis.call('GET', KEYS[7])
if marker then return marker == ARGV[7] and 1 or 0 end
local type_error = check_host_types()
if type_error then return type_error end
local waiting = redis.call('XLEN', READY) + (tonumber(redis.call('GET', WAITING)) or 0)
if waiting >= tonumber(ARGV[6]) then return {waiting} end
redis.call('SET', KEYS[7], ARGV[7], 'EX', ARGV[5])
redis.call('RPUSH', QUEUE, ARGV[4])
redis.call('INCR', WAITING)
schedule()
return 1
