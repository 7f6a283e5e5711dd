-- Release the lease if this process holds it.
-- KEYS[1]: owner.  ARGV[1]: this process.
-- Returns 1.
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
