-- Requests of a host.
local FULL_WAIT = 50  -- ms until a request asks again, if the limit of requests in flight is reached

-- Start the delay after a request: `ago` is the time since it was sent (ms), negative if it was not sent.
-- Another request may have got a permit since; then the gate is that of the other.
local function set_gate(token, ago)
  if redis.call('HGET', STATE, 'holder') ~= token then return end
  redis.call('HDEL', STATE, 'holder')
  set('gate', ago < 0 and now or now - ago + get_delay())
end
