-- KEYS[7..8]: dead-letter stream, markers; KEYS[9], optional: dead letters of the host to enqueue again when it answers.
-- ARGV[8]: length to trim the stream to, approximately (entries).  ARGV[9..11]: seen marker of the task ('': none), its own
-- seen marker ('': the same), their TTL (s); then field, value, …
-- Unless it will be enqueued again, another address of the article may be tried from now on.
-- Returns 'done', 'gone' or 'fenced'.
local fence = lease_error()
if fence then return fence end
local type_error = check_host_types() or check_type(KEYS[7], 'stream') or check_type(KEYS[8], 'zset')
  or KEYS[9] and check_type(KEYS[9], 'set')
if type_error then return type_error end
for i = 9, 10 do  -- fails where a bucket has another type
  if ARGV[i] ~= '' then find_marker(KEYS[8], ARGV[i]) end
end
local id = redis.call('XADD', KEYS[7], 'MAXLEN', '~', ARGV[8], '*', unpack(ARGV, 12))
if KEYS[9] then
  redis.call('SADD', KEYS[9], id)
  redis.call('PEXPIRE', KEYS[9], string.format('%.0f', DAYS_GIVEN_UP * DAY))
elseif ARGV[9] ~= '' then
  set_failed(KEYS[8], ARGV[9], ARGV[10], ARGV[11])
end
end_delivery()
return 'done'
