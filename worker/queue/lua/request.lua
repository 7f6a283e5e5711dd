-- Common to the scripts for requests to a host.

-- Time (ms) after which the caller should request its permit again if another request has one, or too many are in flight.
local BUSY_WAIT = 50

-- Records when a request was sent, and ends its permit.  `ago` is the time since it was sent (ms), negative if it was not.
-- The recorded time has a fraction: with whole ms, the next request could be sent up to a millisecond early.
local function end_permit(token, ago)
  if ago >= 0 then
    redis.call('HSET', STATE, 'sent_at', string.format('%.3f', math.max(get('sent_at'), exact_now - ago)))
  end
  if redis.call('HGET', STATE, 'holder') == token then redis.call('HDEL', STATE, 'holder', 'hold') end
end
