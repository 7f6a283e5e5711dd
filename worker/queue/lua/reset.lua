-- Deletes the failures and pauses of a host.  The delay after its last request remains.
-- KEYS[7]: set of hosts that fail.  Returns 1 if the host had a failure or a pause, else 0.
local type_error = check_host_types() or check_type(KEYS[7], 'zset')
if type_error then return type_error end
local known = redis.call('HDEL', STATE, 'failures', 'retry_at', 'reason', 'down_since')
redis.call('ZREM', KEYS[7], host)
schedule()
return known > 0 and 1 or 0
