-- KEYS: key of the format, under which the work stream of format 1 is stored; key to rename that stream to; key that exists
-- while there may be markers of format 1.
-- ARGV: group, shortest idle time of its consumers (ms), version of the new format, longest TTL of the markers (s).
-- Returns the names of the consumers that have been active more recently than that.  If there are none, renames the stream
-- and sets the version.
if redis.call('TYPE', KEYS[1]).ok ~= 'stream' then return {} end
local active = {}
for _, flat in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  if flat[2] == ARGV[1] then
    for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
      local found = {}
      for i = 1, #consumer, 2 do found[consumer[i]] = consumer[i + 1] end
      if found.idle < tonumber(ARGV[2]) then active[#active + 1] = found.name end
    end
  end
end
if #active == 0 then
  if redis.call('RENAMENX', KEYS[1], KEYS[2]) == 0 then return redis.error_reply('WRONGTYPE ' .. KEYS[2] .. ' exists') end
  redis.call('SET', KEYS[1], ARGV[3])
  redis.call('SET', KEYS[3], 1, 'EX', ARGV[4])
end
return active
