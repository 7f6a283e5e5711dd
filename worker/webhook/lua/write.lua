-- Set fields of the state of a subscription if this process holds the lease.
-- KEYS[1..2]: owner, state.  ARGV[1]: this process; then fields and values in turn.
-- Returns 1 if they were written, 0 if another process holds the lease, or none.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[2], unpack(ARGV, 2))
return 1
