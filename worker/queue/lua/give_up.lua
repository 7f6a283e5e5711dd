-- Moves waiting tasks of the host to the dead letters.
-- KEYS[7..8]: dead-letter stream; dead letters of the host to enqueue again when it answers.
-- ARGV[4..6]: most tasks to move, most entries of the stream, detail.
-- Tasks stay in the queue where the stream has no room for them: none of its entries is trimmed for them.
-- Returns the number of tasks moved.
local type_error = check_host_types() or check_type(KEYS[7], 'stream') or check_type(KEYS[8], 'set')
if type_error then return type_error end
local moved = 0
for _ = 1, math.min(tonumber(ARGV[4]), tonumber(ARGV[5]) - redis.call('XLEN', KEYS[7])) do
  local task = redis.call('LPOP', QUEUE)
  if not task then break end
  local id = redis.call('XADD', KEYS[7], 'MAXLEN', '~', ARGV[5], '*',
    'task', task, 'reason', 'host_down', 'detail', ARGV[6], 'deliveries', '0')
  redis.call('SADD', KEYS[8], id)
  moved = moved + 1
end
if moved > 0 then redis.call('DECRBY', WAITING, moved) end
redis.call('PEXPIRE', KEYS[8], string.format('%.0f', DAYS_GIVEN_UP * DAY))
schedule()
return moved
