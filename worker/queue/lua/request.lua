-- Requests of a host.
local FULL_WAIT = 50  -- ms until a request asks again, if the limit of requests in flight is reached

-- Note when a request was sent: `ago` is the time since then (ms), negative if it was not sent.
local function end_permit(token, ago)
  if ago >= 0 then set('sent_at', math.max(get('sent_at'), now - ago)) end
  if redis.call('HGET', STATE, 'holder') == token then redis.call('HDEL', STATE, 'holder', 'hold') end
end
