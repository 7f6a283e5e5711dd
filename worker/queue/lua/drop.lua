-- Ends a request that has neither an answer nor a failure of the host.
-- KEYS[7]: requests in flight.  ARGV[4..5]: token of a request, time since it was sent (ms, negative: not sent).
-- Returns 1.
local type_error = check_host_types() or check_type(KEYS[7], 'zset')
if type_error then return type_error end
redis.call('ZREM', KEYS[7], ARGV[4])
end_permit(ARGV[4], tonumber(ARGV[5]))
schedule()
return 1
