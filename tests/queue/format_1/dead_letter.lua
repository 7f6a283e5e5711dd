-- KEYS[2]: dead-letter stream.  ARGV[5]: length to trim it to, approximately (entries); then field, value, …
-- Returns 'done', 'gone' or 'fenced'.
local fence = lease_error()
if fence then return fence end
local type_error = check_type(KEYS[2], 'stream')
if type_error then return type_error end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[5], '*', unpack(ARGV, 6))
ack_and_delete()
return 'done'
