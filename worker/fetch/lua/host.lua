-- Functions of the scripts on a host's state.  KEYS[1]: hash of the host, with times in Unix ms by Redis' clock:
-- `next` (first slot not reserved), `gate` (earliest next request), `pause` (end of a pause).
-- KEYS[2]: sorted set for operators, hosts by the time until which they wait.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- A time of the host, 0 where it is not set.
local function get_time(name) return tonumber(redis.call('HGET', KEYS[1], name)) or 0 end

local function set_time(name, value) redis.call('HSET', KEYS[1], name, string.format('%.0f', value)) end

-- Let the hash expire a minute after the last of its times.
local function expire_host()
  local last = math.max(get_time('next'), get_time('gate'), get_time('pause'), now)
  redis.call('PEXPIRE', KEYS[1], last - now + 60000)
end

-- List a host in the sorted set until a time, and remove the hosts whose time has passed.
local function list_host(host, till)
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
  redis.call('ZADD', KEYS[2], string.format('%.0f', till), host)
  if redis.call('PTTL', KEYS[2]) < till - now then
    redis.call('PEXPIRE', KEYS[2], string.format('%.0f', till - now + 60000))
  end
end
