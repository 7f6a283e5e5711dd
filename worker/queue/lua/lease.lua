-- How every way out of a delivery begins and ends.
-- KEYS[1]: work stream.  ARGV[1..4]: group, consumer, entry id, delivery counter.

-- The fence: nil while the lease holds (same owner, same delivery counter), else what to answer.
local function lease_error()
  local pending = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[3], ARGV[3], 1)[1]
  if not pending then return 'gone' end
  if pending[2] ~= ARGV[2] or pending[4] ~= tonumber(ARGV[4]) then return 'fenced' end
end

-- The task is no longer this stream's.
local function ack_and_delete()
  redis.call('XACK', KEYS[1], ARGV[1], ARGV[3])
  redis.call('XDEL', KEYS[1], ARGV[3])
end
