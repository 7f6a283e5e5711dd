-- KEYS: stream.  ARGV: group, consumer, then an id and its delivery counter, each.
-- Returns the indexes, from 0, of those that another owner or a later delivery has.
local lost = {}
for i = 3, #ARGV, 2 do
  local p = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[i], ARGV[i], 1)[1]
  if p and p[2] == ARGV[2] and p[4] == tonumber(ARGV[i + 1]) then
    redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[i], 'JUSTID')
  else
    lost[#lost + 1] = (i - 3) / 2
  end
end
return lost
