-- KEYS[2]: dead stream.  ARGV[5]: trim to about (entries); then field, value, …
local answer = lost()
if answer then return answer end
local refused = refuse(KEYS[2], 'stream')
if refused then return refused end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[5], '*', unpack(ARGV, 6))
leave()
return 'done'
