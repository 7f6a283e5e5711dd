-- KEYS[2..]: done markers of the task and of what it publishes, target streams.  ARGV[5]: markers' TTL (s); then for
-- each write: index of its stream in KEYS, trim to about (entries), number of words, field, value, …  Returns an Outcome.
local function first(marker)
  return redis.call('SET', marker, ARGV[2] .. ' ' .. ARGV[3] .. ' ' .. ARGV[4], 'NX', 'EX', ARGV[5])
end
local answer = lease_error()
if answer then return answer end
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
