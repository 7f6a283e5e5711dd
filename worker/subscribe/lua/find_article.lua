-- KEYS[1]: stream of articles.
-- ARGV: first id of the search (it runs backwards), most entries, first digits of the id of the article, id of the task.
-- Returns the number of entries searched, the id of the last one (false: none), and that of the newest entry of the
-- article or of the task (false: none).  Writes nothing.
local entries = redis.call('XREVRANGE', KEYS[1], ARGV[1], '-', 'COUNT', ARGV[2])
for _, entry in ipairs(entries) do
  for i = 1, #entry[2], 2 do
    local name, value = entry[2][i], entry[2][i + 1]
    if name == 'id' and string.sub(value, 1, #ARGV[3]) == ARGV[3] or name == 'task' and string.find(value, '"' .. ARGV[4] .. '"', 1, true) then
      return {#entries, entry[1], entry[1]}
    end
  end
end
return {#entries, #entries > 0 and entries[#entries][1], false}
