-- KEYS: lock.  ARGV: token of the caller, lease (ms).  Returns 1 if the caller holds the lock, 0 if another one does.
-- A caller whose reply was lost finds its own token.
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return redis.call('GET', KEYS[1]) == ARGV[1] and 1 or 0
