-- The first and last step of every script that ends a delivery.  ARGV[4..7]: group, consumer, entry id, delivery counter.

-- The fence.  Returns nil while the lease is valid (same owner, same delivery counter), else the script's reply:
-- 'gone' if the entry is not pending, 'fenced' if it has another owner or counter.
local function lease_error()
  local pending = redis.call('XPENDING', READY, ARGV[4], ARGV[6], ARGV[6], 1)[1]
  if not pending then return 'gone' end
  if pending[2] ~= ARGV[5] or pending[4] ~= tonumber(ARGV[7]) then return 'fenced' end
end

-- Remove the entry from the group, the stream and the host's active entries; schedule the host.
local function end_delivery()
  redis.call('XACK', READY, ARGV[4], ARGV[6])
  redis.call('XDEL', READY, ARGV[6])
  redis.call('SREM', ACTIVE, ARGV[6])
  schedule()
end
