-- KEYS: stream.  ARGV: group, the consumer that asks, least idle time (ms).  Returns the number deleted.
-- One step: a consumer with pending entries must not be deleted, they would be lost with it.
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end  -- XINFO alone calls that an error
local deleted = 0
for _, flat in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local it = {}
  for i = 1, #flat, 2 do it[flat[i]] = flat[i + 1] end
  if it.pending == 0 and it.idle >= tonumber(ARGV[3]) and it.name ~= ARGV[2] then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], it.name)
    deleted = deleted + 1
  end
end
return deleted
