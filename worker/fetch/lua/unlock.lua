-- KEYS: lock.  ARGV: token of the caller.  Returns 1 if the caller held the lock, 0 if its lease had expired.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
