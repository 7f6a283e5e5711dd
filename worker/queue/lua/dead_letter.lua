-- KEYS[2]: dead stream.  ARGV[5]: trim to about (entries); then field, value, …
local answer = lease_error()
if answer then return answer end
local type_error = check_type(KEYS[2], 'stream')
if type_error then return type_error end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[5], '*', unpack(ARGV, 6))
ack_and_delete()
return 'done'
