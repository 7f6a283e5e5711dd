-- Requests of a host.

-- Time after which a permit is requested again while another request has one, or while too many are in flight (ms).
local BUSY_WAIT = 50

-- Note when a request was sent: `ago` is the time since then (ms), negative if it was not sent.
-- The time has a fraction: rounded down, the next request would be sent up to a millisecond early.
local function end_permit(token, ago)
  if ago >= 0 then
    redis.call('HSET', STATE, 'sent_at', string.format('%.3f', math.max(get('sent_at'), exact_now - ago)))
  end
  if redis.call('HGET', STATE, 'holder') == token then redis.call('HDEL', STATE, 'holder', 'hold') end
end
