-- KEYS: stream.  ARGV: first id, maximum number of entries.
-- Returns, for each entry from there on in order, its id and the values of its fields `source`, `task` and `type` (''
-- where it has none).  Writes nothing.
local place = {source = 2, task = 3, type = 4}
local found = {}
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2])) do
  local row = {entry[1], '', '', ''}
  for i = 1, #entry[2], 2 do
    local at = place[entry[2][i]]
    if at then row[at] = entry[2][i + 1] end
  end
  found[#found + 1] = row
end
return found
