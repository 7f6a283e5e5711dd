-- KEYS: set of hosts, tasks to retry, scheduled visits.  ARGV: now by the caller's clock (Unix ms), most hosts and most tasks
-- to return.
-- Returns the hosts that are due by the clock of Redis, the retries and the visits that are due by the caller's clock, and
-- the times until the next host, retry and visit are due (ms, -1: none).  Writes nothing.

-- Returns up to `most` members with a score up to `at`, and the time from `at` to the next greater score (ms, -1: none).
local function find(key, at, most)
  local function wait_after(score)
    local first = redis.call('ZRANGEBYSCORE', key, score, '(+inf', 'WITHSCORES', 'LIMIT', 0, 1)
    return first[2] and tonumber(first[2]) - at
  end
  local wait, due = wait_after('-inf'), {}
  if wait and wait <= 0 then
    due = redis.call('ZRANGEBYSCORE', key, '-inf', at, 'LIMIT', 0, most)
    wait = wait_after('(' .. at)
  end
  return due, wait and math.ceil(wait) or -1
end
local hosts, next_host = find(KEYS[1], string.format('%.0f', now), ARGV[2])
local tasks, next_task = find(KEYS[2], ARGV[1], ARGV[3])
local visits, next_visit = find(KEYS[3], ARGV[1], ARGV[3])
return {hosts, tasks, visits, next_host, next_task, next_visit}
