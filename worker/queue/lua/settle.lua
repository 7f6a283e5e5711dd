-- KEYS[7..]: markers; target streams; then, optional, two markers of format 1: done marker of the task, marker of the
-- publication.
-- ARGV[8..11]: done marker of the task, marker of the publication, their TTL (s), number of target streams; then
-- for each write: index of its stream in KEYS, length to trim it to (entries), number of arguments, field, value, …
-- Returns 'done', 'duplicate', 'gone' or 'fenced' (see Outcome).
local MARKERS, streams = KEYS[7], tonumber(ARGV[11])
local function is_marked(marker, old)
  return find_marker(MARKERS, marker) or old and redis.call('EXISTS', old) == 1
end
local fence = lease_error()
if fence then return fence end
local type_error = check_host_types() or check_type(MARKERS, 'zset')
if type_error then return type_error end
for i = 8, 7 + streams do
  type_error = check_type(KEYS[i], 'stream')
  if type_error then return type_error end
end
local is_done, is_published = is_marked(ARGV[8], KEYS[8 + streams]), is_marked(ARGV[9], KEYS[9 + streams])
local outcome = 'duplicate'
if not is_done then set_marker(MARKERS, ARGV[8], '', ARGV[10]) end
if not is_done and not is_published then
  set_marker(MARKERS, ARGV[9], '', ARGV[10])
  outcome = 'done'
  local i = 12
  while i <= #ARGV do
    local last = i + 2 + tonumber(ARGV[i + 2])
    redis.call('XADD', KEYS[tonumber(ARGV[i])], 'MAXLEN', '~', ARGV[i + 1], '*', unpack(ARGV, i + 3, last))
    i = last + 1
  end
end
end_delivery()
return outcome
