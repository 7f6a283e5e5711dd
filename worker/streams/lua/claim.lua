-- KEYS: stream.  ARGV: group, consumer, least idle time (ms), most entries, ids held by the consumer…
-- Returns {id, delivery counter, {field, value, …}} of each entry taken over.
local group, consumer, idle_ms, most = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local held = {}
for i = 5, #ARGV do held[ARGV[i]] = true end
local claimed = {}
for _, p in ipairs(redis.call('XPENDING', KEYS[1], group, 'IDLE', idle_ms, '-', '+', most + #ARGV - 4)) do
  if #claimed == most then break end
  if not (p[2] == consumer and held[p[1]]) then
    local entry = redis.call('XCLAIM', KEYS[1], group, consumer, 0, p[1])[1]
    if entry then
      claimed[#claimed + 1] = {p[1], p[4] + 1, entry[2]}
    else
      redis.call('XACK', KEYS[1], group, p[1])  -- the entry itself has been deleted or trimmed
    end
  end
end
return claimed
