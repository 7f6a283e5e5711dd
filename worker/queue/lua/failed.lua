-- Ends a request after a failure of the host.
-- KEYS[7..8]: requests in flight; set of hosts that fail.
-- ARGV[4..10]: token of the request, time since it was sent (ms, negative: not sent), code of the failure, failures in a
-- row that open the circuit breaker, first and longest time until a probe (ms), factor of the jitter; ARGV[11]: the pause that
-- the host demanded (ms, 0: none).
-- Returns the time (Unix ms), the time until the next request (ms), the time since the first failure (ms), and the
-- time of the last success (Unix ms, 0: none).
local function state_of_failure()
  return {now, math.max(get('retry_at') - now, 0), now - get('down_since'), get('answered_at')}
end
local type_error = check_host_types() or check_type(KEYS[7], 'zset') or check_type(KEYS[8], 'zset')
if type_error then return type_error end
local failed, token = redis.call('HGET', STATE, 'failed') or ' ', ARGV[4] .. ' '
if string.find(failed, ' ' .. token, 1, true) then return state_of_failure() end  -- this call is repeated after a lost reply
redis.call('HSET', STATE, 'failed', string.sub(failed .. token, -100))
redis.call('ZREM', KEYS[7], ARGV[4])
end_permit(ARGV[4], tonumber(ARGV[5]))
-- A request that was sent before the circuit breaker opened tells nothing new about the host.
local was_open = get('retry_at') > now
local failures = was_open and get('failures') or redis.call('HINCRBY', STATE, 'failures', 1)
local over, pause = failures - tonumber(ARGV[7]), tonumber(ARGV[11])
if pause == 0 and over >= 0 and not was_open then
  pause = math.min(tonumber(ARGV[8]) * 2 ^ math.min(over, 40), tonumber(ARGV[9])) * tonumber(ARGV[10])
end
if pause > 0 then set('retry_at', math.max(get('retry_at'), now + pause)) end
redis.call('HSET', STATE, 'reason', ARGV[6])
redis.call('HSETNX', STATE, 'down_since', string.format('%.0f', now))
redis.call('ZADD', KEYS[8], string.format('%.0f', now), host)
redis.call('ZREMRANGEBYSCORE', KEYS[8], '-inf', string.format('%.0f', now - DAY))  -- their state has expired
schedule()
return state_of_failure()
