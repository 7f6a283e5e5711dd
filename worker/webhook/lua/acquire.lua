-- Acquire the lease of a subscription, or renew it.
-- KEYS[1]: owner.  ARGV[1..2]: this process, lease (ms).
-- Returns 1 if this process holds the lease now, 0 if another one does.
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
