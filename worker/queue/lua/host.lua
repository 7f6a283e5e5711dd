-- State of one host, and the release of its tasks.
-- KEYS[1..6]: stream of released tasks; set of hosts; state, queue and active entries of the host; number of waiting tasks.
-- ARGV[1..3]: name of the host; limit of requests in flight; default delay between requests (ms), for a host without a delay
-- in its state.
local READY, HOSTS, STATE, QUEUE, ACTIVE, WAITING = unpack(KEYS, 1, 6)
local host, limit, default_delay = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local DAY = 86400000
-- Days after the last of a host's tasks was given up in which its answer enqueues them again.
local DAYS_GIVEN_UP = 90
-- A task is released this long (ms) before its request may be sent, and its worker then waits for the permit.  So the time
-- to deliver the task and to connect does not add to the delay.
local LEAD = 250
-- Limit of active tasks, as a multiple of the limit of requests in flight.  It is larger because an active task may also be
-- processing its page or waiting for its permit.
local ACTIVE_PER_REQUEST = 2

local time = redis.call('TIME')
local exact_now = time[1] * 1000 + time[2] / 1000
local now = math.floor(exact_now)

-- Returns an error reply if one of the keys has another type, else nil.
local function check_host_types()
  return check_type(READY, 'stream') or check_type(HOSTS, 'zset') or check_type(STATE, 'hash')
    or check_type(QUEUE, 'list') or check_type(ACTIVE, 'set') or check_type(WAITING, 'string')
end

local function get(field) return tonumber(redis.call('HGET', STATE, field)) or 0 end

local function set(field, ms) redis.call('HSET', STATE, field, string.format('%.0f', ms)) end

-- Returns the end of the delay after the last request (Unix ms).  A permit that expired without a report counts as a request
-- sent at its expiry, because its worker may have sent the request before it died.
local function next_request_at()
  local state = redis.call('HMGET', STATE, 'sent_at', 'delay', 'hold')
  local sent_at, hold = tonumber(state[1]), tonumber(state[3])
  if hold and hold <= now then sent_at = math.max(sent_at or 0, hold) end
  return sent_at and sent_at + (tonumber(state[2]) or default_delay) or 0
end

-- Removes the active entries that are missing from the stream (an operator deleted or trimmed them), and counts the others.
local function count_active()
  for _, id in ipairs(redis.call('SMEMBERS', ACTIVE)) do
    if #redis.call('XRANGE', READY, id, id) == 0 then redis.call('SREM', ACTIVE, id) end
  end
  return redis.call('SCARD', ACTIVE)
end

-- Moves the first task of the queue to the stream.
local function release()
  local task = redis.call('LPOP', QUEUE)
  redis.call('DECR', WAITING)
  redis.call('SADD', ACTIVE, redis.call('XADD', READY, '*', 'task', task, 'host', host))
end

-- Releases the tasks that are due, and writes to the set of hosts when the next one may be released.
-- A host that has never answered, or that fails, may have only one active task.
-- Returns the time until the next task may be released (ms), or -1 where none is waiting or the limit is reached.
local function schedule()
  local state = redis.call('HMGET', STATE, 'next', 'retry_at', 'failures', 'answered_at', 'delay', 'hold')
  local at = math.max(next_request_at(), tonumber(state[1]) or 0, tonumber(state[2]) or 0, tonumber(state[6]) or 0) - LEAD
  local most = (state[3] or not state[4]) and 1 or ACTIVE_PER_REQUEST * limit
  local delay = tonumber(state[5]) or default_delay
  local waiting, active = redis.call('LLEN', QUEUE), redis.call('SCARD', ACTIVE)
  if waiting > 0 and active >= most then active = count_active() end
  while waiting > 0 and active < most and at <= exact_now do
    release()
    waiting, active, at = waiting - 1, active + 1, math.max(at, now - LEAD) + delay
    set('next', at + LEAD)
  end
  local is_due = waiting > 0 and active < most
  if waiting == 0 and active == 0 then
    redis.call('ZREM', HOSTS, host)
  else
    redis.call('ZADD', HOSTS, is_due and string.format('%.0f', math.ceil(at)) or '+inf', host)
  end
  redis.call('PEXPIRE', STATE, string.format('%.0f', math.max(at - now, 0) + DAY))
  return is_due and math.ceil(at - now) or -1
end
