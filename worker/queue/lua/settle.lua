-- KEYS[7..]: done marker of the task, marker of the publication, target streams.  ARGV[8]: markers' TTL (s); then for
-- each write: index of its stream in KEYS, length to trim it to (entries), number of arguments, field, value, …
-- Returns 'done', 'duplicate', 'gone' or 'fenced' (see Outcome).
local function first(marker)
  return redis.call('SET', marker, ARGV[5] .. ' ' .. ARGV[6] .. ' ' .. ARGV[7], 'NX', 'EX', ARGV[8])
end
local fence = lease_error()
if fence then return fence end
local type_error = check_host_types()
if type_error then return type_error end
for i = 9, #KEYS do
  type_error = check_type(KEYS[i], 'stream')
  if type_error then return type_error end
end
local outcome = 'done'
if first(KEYS[7]) and first(KEYS[8]) then
  local i = 9
  while i <= #ARGV do
    local last = i + 2 + tonumber(ARGV[i + 2])
    redis.call('XADD', KEYS[tonumber(ARGV[i])], 'MAXLEN', '~', ARGV[i + 1], '*', unpack(ARGV, i + 3, last))
    i = last + 1
  end
else
  outcome = 'duplicate'
end
end_delivery()
return outcome
