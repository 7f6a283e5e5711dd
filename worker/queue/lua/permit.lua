-- Grants a permit to a request, or renews it.
-- KEYS[7]: requests in flight.  ARGV[4..7]: token of the request; validity of the permit, time after which the request is no
-- longer counted as in flight, delay that robots.txt sets (all ms).
-- Returns 0 if the request may be sent now, else the time to wait (ms).
local type_error = check_host_types() or check_type(KEYS[7], 'zset')
if type_error then return type_error end
if tonumber(ARGV[7]) > math.max(get('delay'), default_delay) then set('delay', tonumber(ARGV[7])) end
if redis.call('HGET', STATE, 'holder') ~= ARGV[4] then
  local wait = math.ceil(math.max(next_request_at(), get('retry_at')) - exact_now)
  if wait > 0 then return wait end
  redis.call('ZREMRANGEBYSCORE', KEYS[7], '-inf', now)
  local most = redis.call('HEXISTS', STATE, 'failures') == 1 and 1 or limit
  if get('hold') > now or redis.call('ZCARD', KEYS[7]) >= most then return BUSY_WAIT end
end
redis.call('ZADD', KEYS[7], string.format('%.0f', now + tonumber(ARGV[6])), ARGV[4])
redis.call('PEXPIRE', KEYS[7], ARGV[6])
redis.call('HSET', STATE, 'holder', ARGV[4])
set('hold', now + tonumber(ARGV[5]))
redis.call('PEXPIRE', STATE, DAY)
return 0
