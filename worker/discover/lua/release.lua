-- KEYS: hash of the source.  ARGV: time until it is due again (ms), TTL (s), etag, last_modified, failures.  Returns 1.
redis.call('HSET', KEYS[1], 'due', string.format('%.0f', now_ms() + tonumber(ARGV[1])),
  'etag', ARGV[3], 'last_modified', ARGV[4], 'failures', ARGV[5])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
