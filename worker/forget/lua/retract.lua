-- KEYS: stream of one kind.  ARGV: for each event, id of its entry, number of arguments, field, value, … of its
-- retraction.  Replaces each entry that still exists by the retraction, so a repeated run adds none.  The entry is deleted
-- first: a server whose memory is full permits that, and then the rest of the script.
-- Returns the number of entries replaced.
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'stream' and kind ~= 'none' then return redis.error_reply('WRONGTYPE ' .. KEYS[1] .. ' is no stream') end
local replaced, i = 0, 1
while i <= #ARGV do
  local last = i + 1 + tonumber(ARGV[i + 1])
  if redis.call('XDEL', KEYS[1], ARGV[i]) == 1 then
    redis.call('XADD', KEYS[1], '*', unpack(ARGV, i + 2, last))
    replaced = replaced + 1
  end
  i = last + 1
end
return replaced
