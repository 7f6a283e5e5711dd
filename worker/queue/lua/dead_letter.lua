-- KEYS[7]: dead-letter stream; KEYS[8], optional: dead letters of the host to enqueue again when it answers.
-- ARGV[8]: length to trim the stream to, approximately (entries); then field, value, …
-- Returns 'done', 'gone' or 'fenced'.
local fence = lease_error()
if fence then return fence end
local type_error = check_host_types() or check_type(KEYS[7], 'stream') or KEYS[8] and check_type(KEYS[8], 'set')
if type_error then return type_error end
local id = redis.call('XADD', KEYS[7], 'MAXLEN', '~', ARGV[8], '*', unpack(ARGV, 9))
if KEYS[8] then
  redis.call('SADD', KEYS[8], id)
  redis.call('PEXPIRE', KEYS[8], string.format('%.0f', DAYS_GIVEN_UP * DAY))
end
end_delivery()
return 'done'
