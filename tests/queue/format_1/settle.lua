-- KEYS[2..]: done marker of the task, marker of the publication, target streams.  ARGV[5]: markers' TTL (s); then for
-- each write: index of its stream in KEYS, length to trim it to (entries), number of arguments, field, value, …
-- Returns 'done', 'duplicate', 'gone' or 'fenced' (see Outcome).
local function first(marker)
  return redis.call('SET', marker, ARGV[2] .. ' ' .. ARGV[3] .. ' ' .. ARGV[4], 'NX', 'EX', ARGV[5])
end
local fence = lease_error()
if fence then return fence end
for i = 4, #KEYS do
  local type_error = check_type(KEYS[i], 'stream')
  if type_error then return type_error end
end
local outcome = 'done'
if first(KEYS[2]) and first(KEYS[3]) then
  local i = 6
  while i <= #ARGV do
    local last = i + 2 + tonumber(ARGV[i + 2])
    redis.call('XADD', KEYS[tonumber(ARGV[i])], 'MAXLEN', '~', ARGV[i + 1], '*', unpack(ARGV, i + 3, last))
    i = last + 1
  end
else
  outcome = 'duplicate'
end
ack_and_delete()
return outcome
