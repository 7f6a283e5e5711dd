-- Counts the tasks by state.
-- KEYS: stream of released tasks, number of waiting tasks, tasks to retry, dead-letter stream, scheduled visits.
-- ARGV: group.
-- Returns the Redis time (s, µs); the numbers of tasks in the stream, pending, in the queues of hosts, to retry, and dead;
-- the ids of the oldest task in the stream, the oldest not yet delivered and the oldest pending (false: none); and the number
-- of scheduled visits.
-- Writes nothing.  A script rather than MULTI, which a full Redis 7.0 rejects.
local delivered, pending, oldest_pending = '0-0', 0, false
if redis.call('EXISTS', KEYS[1]) == 1 then
  for _, flat in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
    local found = {}
    for i = 1, #flat, 2 do found[flat[i]] = flat[i + 1] end
    if found.name == ARGV[1] then
      local summary = redis.call('XPENDING', KEYS[1], ARGV[1])
      delivered, pending, oldest_pending = found['last-delivered-id'], summary[1], summary[2]
    end
  end
end
local function first(start)
  local entry = redis.call('XRANGE', KEYS[1], start, '+', 'COUNT', 1)[1]
  return entry and entry[1] or false
end
local now = redis.call('TIME')
local later = redis.call('ZCARD', KEYS[3])
return {
  now[1], now[2],
  redis.call('XLEN', KEYS[1]), pending, (tonumber(redis.call('GET', KEYS[2])) or 0) - later, later, redis.call('XLEN', KEYS[4]),
  first('-'), first('(' .. delivered), oldest_pending, redis.call('ZCARD', KEYS[5]),
}
