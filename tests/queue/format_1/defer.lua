-- KEYS[2]: delayed set.  ARGV[5..6]: task (JSON), due (Unix ms).  Returns 'done', 'gone' or 'fenced'.
local fence = lease_error()
if fence then return fence end
local type_error = check_type(KEYS[2], 'zset')
if type_error then return type_error end
redis.call('ZADD', KEYS[2], ARGV[6], ARGV[5])
ack_and_delete()
return 'done'
