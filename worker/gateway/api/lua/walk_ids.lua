-- KEYS: stream.  ARGV: command (XRANGE or XREVRANGE), first, last, maximum number of entries.
-- Returns the id of the stream's newest entry ('' if it is empty), then, for each entry of the range in order, its
-- entry id and the values of its fields `id` and `revision` ('' if it has none).  Writes nothing.
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local found = {newest and newest[1] or ''}
for _, entry in ipairs(redis.call(ARGV[1], KEYS[1], ARGV[2], ARGV[3], 'COUNT', ARGV[4])) do
  local named, revision = '', ''
  for i = 1, #entry[2], 2 do
    if entry[2][i] == 'id' then named = entry[2][i + 1] end
    if entry[2][i] == 'revision' then revision = entry[2][i + 1] end
  end
  found[#found + 1] = entry[1]
  found[#found + 1] = named
  found[#found + 1] = revision
end
return found
