-- KEYS[7..10]: markers; record of the reading; scheduled visits; index of texts; then target streams; then, optional, two
-- markers of format 1: done marker of the task, marker of the publication.
-- ARGV[8..11]: done marker of the task, markers of the publication (16 bytes each), their TTL (s), number of target streams.
-- ARGV[12..14]: seen markers of the addresses that led to the article (16 bytes each, that of the article first), first bytes
-- of the article's id, TTL of these markers (s).
-- ARGV[15..18]: what the settlement is based on ('first': a first reading, 'visit': the record, '': nothing); the record
-- to write ('': none), its TTL (s); of a visit, the revision that it read, as the record begins with it.
-- ARGV[19..20]: next visit (JSON, '': none), due (Unix ms).
-- ARGV[21..23]: id of the article (16 bytes), bands of its text (BAND bytes each, '': none), their TTL (s).
-- Then for each write: index of its stream in KEYS, length to trim it to (entries), number of arguments, field, value, …
-- Returns 'done', 'duplicate', 'gone' or 'fenced' (see Outcome).
local MARKERS, RECORD, VISITS, TEXTS, streams, basis = KEYS[7], KEYS[8], KEYS[9], KEYS[10], tonumber(ARGV[11]), ARGV[15]
local publications, addresses = split_markers(ARGV[9]), split_markers(ARGV[12])
local function is_set(marker, old)
  return find_marker(MARKERS, marker) or old and redis.call('EXISTS', old) == 1
end
local fence = lease_error()
if fence then return fence end
local type_error = check_host_types() or check_type(MARKERS, 'zset') or check_type(RECORD, 'string')
  or check_type(VISITS, 'zset') or check_type(TEXTS, 'zset')
if type_error then return type_error end
for i = 11, 10 + streams do
  type_error = check_type(KEYS[i], 'stream')
  if type_error then return type_error end
end
local is_done, is_published = is_set(ARGV[8], KEYS[11 + streams]), false
for _, marker in ipairs(publications) do is_published = is_set(marker, KEYS[12 + streams]) or is_published end
if basis == 'visit' then  -- the text may be one that was published before the last revision: its marker does not count
  is_published = string.sub(redis.call('GET', RECORD) or '', 1, #ARGV[18]) ~= ARGV[18]
end
local article = ARGV[13]
for i = #addresses, 1, -1 do
  local seen = find_marker(MARKERS, addresses[i])  -- fails where a bucket has another type
  if i == 1 and seen and has_article(seen) then article = article_of(seen) end  -- the id under which it was published
end
local free, generation = {}, nil
if ARGV[22] ~= '' then free, generation = free_bands(TEXTS, ARGV[22], ARGV[23]) end
local outcome = 'duplicate'
if not is_done then set_marker(MARKERS, ARGV[8], '', ARGV[10]) end
if not is_done and not is_published then
  for _, marker in ipairs(publications) do set_marker(MARKERS, marker, '', ARGV[10]) end
  outcome = 'done'
  add_bands(TEXTS, free, generation, ARGV[21], ARGV[23])
  local i = 24
  while i <= #ARGV do
    local last = i + 2 + tonumber(ARGV[i + 2])
    redis.call('XADD', KEYS[tonumber(ARGV[i])], 'MAXLEN', '~', ARGV[i + 1], '*', unpack(ARGV, i + 3, last))
    i = last + 1
  end
  if ARGV[16] ~= '' then
    -- A first reading keeps the record of another page with the same canonical URL.
    if basis == 'first' then
      redis.call('SET', RECORD, ARGV[16], 'EX', ARGV[17], 'NX')
    else
      redis.call('SET', RECORD, ARGV[16], 'EX', ARGV[17])
    end
  end
end
-- A visit that another one has overtaken continues its schedule.  A first reading that publishes nothing begins none.
if ARGV[19] ~= '' and not is_done and (basis ~= 'first' or not is_published) then
  redis.call('ZADD', VISITS, ARGV[20], ARGV[19])
end
for _, marker in ipairs(addresses) do add_article(MARKERS, marker, article, ARGV[14]) end
end_delivery()
return outcome
