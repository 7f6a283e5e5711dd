-- KEYS: hash of the host, set of paused hosts.  ARGV: duration (ms), the host's name.  Returns 1.
-- A pause never shortens an earlier one.
local pause_end = math.max(get_time('pause'), now + tonumber(ARGV[1]))
set_time('pause', pause_end)
expire_host()
if pause_end > now then list_host(ARGV[2], pause_end) end
return 1
