-- KEYS: hash of the source.  ARGV: length of the lease (ms), 1 to acquire it only when the source is due, TTL (s), names
-- of the fields with its state.  Returns their values, each possibly nil or empty, if acquired; else the time until the
-- source is due (ms).
local now = now_ms()
local due = tonumber(redis.call('HGET', KEYS[1], 'due')) or 0
if ARGV[2] == '1' and due > now then return due - now end
redis.call('HSET', KEYS[1], 'due', string.format('%.0f', now + tonumber(ARGV[1])))
redis.call('EXPIRE', KEYS[1], ARGV[3])
return redis.call('HMGET', KEYS[1], unpack(ARGV, 4))
