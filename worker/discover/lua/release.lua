-- KEYS: hash of the source.  ARGV: time until it is due again (ms), TTL (s), then name and value of each field of its
-- state, in turn; none to leave the state as it is.  Returns 1.
redis.call('HSET', KEYS[1], 'due', string.format('%.0f', now_ms() + tonumber(ARGV[1])), unpack(ARGV, 3))
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
