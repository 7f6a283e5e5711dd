-- KEYS[2]: delayed set.  ARGV[5..6]: task (JSON), due (Unix ms).
local answer = lost()
if answer then return answer end
local refused = refuse(KEYS[2], 'zset')
if refused then return refused end
redis.call('ZADD', KEYS[2], ARGV[6], ARGV[5])
leave()
return 'done'
