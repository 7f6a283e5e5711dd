-- Requests of a host.

-- Time after which a permit is requested again while another request has one, or while too many are in flight (ms).
local BUSY_WAIT = 50

-- Note when a request was sent: `ago` is the time since then (ms), negative if it was not sent.
local function end_permit(token, ago)
  if ago >= 0 then set('sent_at', math.max(get('sent_at'), now - ago)) end
  if redis.call('HGET', STATE, 'holder') == token then redis.call('HDEL', STATE, 'holder', 'hold') end
end
