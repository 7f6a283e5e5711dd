-- Ends a request that was answered.
-- KEYS[7..9]: requests in flight; set of hosts that fail; dead letters of the host to enqueue again.
-- ARGV[4..9]: token of the request; time since it was sent, response time, delay by settings and robots.txt (all ms); the
-- multiple of the response time that the delay must reach, and the upper limit of that (ms).
-- Returns the number of dead letters to enqueue again.
local type_error = check_host_types() or check_type(KEYS[7], 'zset') or check_type(KEYS[8], 'zset')
if type_error then return type_error end
redis.call('ZREM', KEYS[7], ARGV[4])
local response, known = tonumber(ARGV[6]), redis.call('HGET', STATE, 'response')
if known then response = (3 * tonumber(known) + response) / 4 end
set('response', response)
set('delay', math.max(tonumber(ARGV[7]), math.min(response * tonumber(ARGV[8]), tonumber(ARGV[9]))))
set('answered_at', now)
redis.call('HDEL', STATE, 'failures', 'retry_at', 'reason', 'down_since')
redis.call('ZREM', KEYS[8], host)
end_permit(ARGV[4], tonumber(ARGV[5]))
schedule()
return redis.call('SCARD', KEYS[9])
