-- KEYS: hash of the host, set of waiting hosts.
-- ARGV: delay of the host, slack, 1 if the task holds a slot already, least wait, longest wait to reserve for (-1: any);
-- all but the third in ms; then the host's name.
-- Returns {0, 1} to go now, {wait (ms), 1} with a slot reserved, {wait (ms), 0} without.
local delay, slack, holds_slot = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1'
local least, most = tonumber(ARGV[4]), tonumber(ARGV[5])
local next_slot, next_request, pause_end = get_time('next'), get_time('gate'), get_time('pause')
if least == 0 and pause_end <= now and next_request - slack <= now and (holds_slot or next_slot <= now) then
  set_time('gate', math.max(next_request, now) + delay)
  if not holds_slot then set_time('next', now + delay) end
  expire_host()
  return {0, 1}
end
local slot = math.max(next_slot, next_request, pause_end, now + math.max(least, 1))
if most >= 0 and slot - now > most then return {slot - now, 0} end
if delay > 0 then set_time('next', slot + delay) end
expire_host()
list_host(ARGV[6], slot + delay)
return {slot - now, 1}
