-- KEYS: stream.  ARGV: group, consumer, then for each lease an entry id and its delivery counter.
-- Resets the idle time of each entry that the consumer owns with that counter; returns the
-- indexes (from 0) of the others.
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
