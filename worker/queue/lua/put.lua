-- KEYS[7]: markers; KEYS[8], optional: seen marker of format 1.
-- ARGV[4..9]: task (JSON), most waiting tasks, seen marker, its TTL (s), a token, own seen marker ('': the same).
-- Returns 1 if enqueued, 0 if seen before, {waiting} if the queue is full.  The token identifies the call that set the
-- marker: if that call is repeated after a lost reply, it returns 1 again.
local seen = find_marker(KEYS[7], ARGV[6])
if seen and string.sub(seen, 1, TOKEN) == ARGV[8] then return 1 end
local own
if ARGV[9] ~= '' then own = find_marker(KEYS[7], ARGV[9]) end
if is_taken(seen, own, ARGV[9] == '') then return 0 end
if KEYS[8] and redis.call('EXISTS', KEYS[8]) == 1 then return 0 end
local type_error = check_host_types() or check_type(KEYS[7], 'zset')
if type_error then return type_error end
local waiting = redis.call('XLEN', READY) + (tonumber(redis.call('GET', WAITING)) or 0)
if waiting >= tonumber(ARGV[5]) then return {waiting} end
mark_seen(KEYS[7], ARGV[6], ARGV[8] .. (seen == FAILED and FAILED or ''), ARGV[7])
redis.call('RPUSH', QUEUE, ARGV[4])
redis.call('INCR', WAITING)
schedule()
return 1
