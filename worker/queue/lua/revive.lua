-- Enqueues dead letters of a host again.
-- KEYS[7..8]: dead-letter stream; dead letters of the host to enqueue again.  ARGV[4]: most to enqueue.
-- Returns the number of ids removed from the set, including those of dead letters that no longer exist.
local type_error = check_host_types() or check_type(KEYS[7], 'stream') or check_type(KEYS[8], 'set')
if type_error then return type_error end
local ids = redis.call('SRANDMEMBER', KEYS[8], ARGV[4])
table.sort(ids)
for _, id in ipairs(ids) do
  redis.call('SREM', KEYS[8], id)
  local letter = redis.call('XRANGE', KEYS[7], id, id)[1]
  if letter then
    for i = 1, #letter[2], 2 do
      if letter[2][i] == 'task' then
        redis.call('RPUSH', QUEUE, letter[2][i + 1])
        redis.call('INCR', WAITING)
      end
    end
    redis.call('XDEL', KEYS[7], id)
  end
end
schedule()
return #ids
