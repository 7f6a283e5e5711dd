-- KEYS: set of hosts, tasks to retry.  ARGV: now by the caller's clock (Unix ms), most hosts and most tasks to return.
-- Returns the hosts whose time has come by the clock of Redis, the tasks whose time has come by the caller's clock, and the
-- time until the next host and the next task (ms, -1: none).  Writes nothing.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function wait(key, at)
  local first = redis.call('ZRANGEBYSCORE', key, '(' .. string.format('%.0f', at), '(+inf', 'WITHSCORES', 'LIMIT', 0, 1)
  return first[2] and math.ceil(tonumber(first[2]) - at) or -1
end
return {
  redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now), 'LIMIT', 0, ARGV[2]),
  redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3]),
  wait(KEYS[1], now), wait(KEYS[2], tonumber(ARGV[1])),
}
