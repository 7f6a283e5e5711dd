-- KEYS: stream.  ARGV: group, the calling consumer (never deleted), least idle time (ms).  Returns the number deleted.
-- Atomic, because deleting a consumer that has pending entries would lose them.
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end  -- XINFO fails for a missing key
local deleted = 0
for _, flat in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local consumer = {}
  for i = 1, #flat, 2 do consumer[flat[i]] = flat[i + 1] end
  if consumer.pending == 0 and consumer.idle >= tonumber(ARGV[3]) and consumer.name ~= ARGV[2] then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer.name)
    deleted = deleted + 1
  end
end
return deleted
