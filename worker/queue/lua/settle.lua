-- KEYS[7..]: markers; target streams; then, optional, two markers of format 1: done marker of the task, marker of the
-- publication.
-- ARGV[8..11]: done marker of the task, markers of the publication (16 bytes each), their TTL (s), number of target streams.
-- ARGV[12..14]: seen markers of the addresses that led to the article (16 bytes each, that of the article first), first bytes
-- of the article's id, TTL of these markers (s); then
-- for each write: index of its stream in KEYS, length to trim it to (entries), number of arguments, field, value, …
-- Returns 'done', 'duplicate', 'gone' or 'fenced' (see Outcome).
local MARKERS, streams = KEYS[7], tonumber(ARGV[11])
local publications, addresses = split_markers(ARGV[9]), split_markers(ARGV[12])
local function is_set(marker, old)
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
local is_done, is_published = is_set(ARGV[8], KEYS[8 + streams]), false
for _, marker in ipairs(publications) do is_published = is_set(marker, KEYS[9 + streams]) or is_published end
local article = ARGV[13]
for i = #addresses, 1, -1 do
  local seen = find_marker(MARKERS, addresses[i])  -- fails where a bucket has another type
  if i == 1 and seen and has_article(seen) then article = article_of(seen) end  -- the id under which it was published
end
local outcome = 'duplicate'
if not is_done then set_marker(MARKERS, ARGV[8], '', ARGV[10]) end
if not is_done and not is_published then
  for _, marker in ipairs(publications) do set_marker(MARKERS, marker, '', ARGV[10]) end
  outcome = 'done'
  local i = 15
  while i <= #ARGV do
    local last = i + 2 + tonumber(ARGV[i + 2])
    redis.call('XADD', KEYS[tonumber(ARGV[i])], 'MAXLEN', '~', ARGV[i + 1], '*', unpack(ARGV, i + 3, last))
    i = last + 1
  end
end
for _, marker in ipairs(addresses) do add_article(MARKERS, marker, article, ARGV[14]) end
end_delivery()
return outcome
