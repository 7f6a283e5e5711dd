-- KEYS: delayed tasks of format 1, tasks to retry, number of waiting tasks.  ARGV: most tasks to move.
-- Returns the number moved.
local type_error = check_type(KEYS[1], 'zset') or check_type(KEYS[2], 'zset') or check_type(KEYS[3], 'string')
if type_error then return type_error end
local found = redis.call('ZRANGE', KEYS[1], 0, tonumber(ARGV[1]) - 1, 'WITHSCORES')
for i = 1, #found, 2 do
  redis.call('INCRBY', KEYS[3], redis.call('ZADD', KEYS[2], found[i + 1], found[i]))
  redis.call('ZREM', KEYS[1], found[i])
end
return #found / 2
