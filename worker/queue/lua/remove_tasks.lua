-- KEYS[7..10]: tasks to retry; dead-letter stream; dead letters of the host to enqueue again when it answers; scheduled
-- visits.
-- ARGV[4]: group; ARGV[5]: place of the tasks: 'waiting', 'retries', 'visits', 'active' or 'dead'; then the tasks (JSON), or the
-- ids of their entries where the place is a stream.
-- Ends the tasks of the host without a result; a worker that has one of them cannot end its delivery any more.
-- Returns the number of tasks removed.
local type_error = check_host_types() or check_type(KEYS[7], 'zset') or check_type(KEYS[8], 'stream')
  or check_type(KEYS[9], 'set') or check_type(KEYS[10], 'zset')
if type_error then return type_error end

local remove = {
  waiting = function(task) return redis.call('LREM', QUEUE, -1, task) end,
  retries = function(task) return redis.call('ZREM', KEYS[7], task) end,
  visits = function(task) return redis.call('ZREM', KEYS[10], task) end,
  active = function(id)
    redis.call('XACK', READY, ARGV[4], id)
    redis.call('SREM', ACTIVE, id)
    return redis.call('XDEL', READY, id)
  end,
  dead = function(id)
    redis.call('SREM', KEYS[9], id)
    return redis.call('XDEL', KEYS[8], id)
  end,
}
local removed = 0
for i = 6, #ARGV do removed = removed + remove[ARGV[5]](ARGV[i]) end
if removed > 0 and (ARGV[5] == 'waiting' or ARGV[5] == 'retries') then redis.call('DECRBY', WAITING, removed) end
schedule()
return removed
