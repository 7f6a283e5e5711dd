-- The first and last step of every script that ends a delivery.
-- KEYS[1]: work stream.  ARGV[1..4]: group, consumer, entry id, delivery counter.

-- The fence.  Returns nil while the lease is valid (same owner, same delivery counter), else the script's reply:
-- 'gone' if the entry is not pending, 'fenced' if it has another owner or counter.
local function lease_error()
  local pending = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[3], ARGV[3], 1)[1]
  if not pending then return 'gone' end
  if pending[2] ~= ARGV[2] or pending[4] ~= tonumber(ARGV[4]) then return 'fenced' end
end

-- Remove the entry from the group and from the stream.
local function ack_and_delete()
  redis.call('XACK', KEYS[1], ARGV[1], ARGV[3])
  redis.call('XDEL', KEYS[1], ARGV[3])
end
