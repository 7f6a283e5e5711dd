-- Markers: each records for a limited time, in about 20 bytes, that something was enqueued, settled or published.
--
-- A marker is a field of a small hash, its bucket, which expires as a whole.  Markers whose lifetimes end within the same
-- third of a lifetime are in one generation, named by the time at which its buckets expire (Unix ms).  A sorted set contains
-- the generations.  A script receives a marker as 6 hex digits, which select the bucket, followed by 10 bytes, the field.

-- Most fields of a bucket: Redis stores a small hash compactly (up to hash-max-listpack-entries, by default 512).
local BUCKET_SIZE = 256
-- Number of digits that select a bucket on the first level and on the last; a full bucket continues on the next level.
local LEAST_DIGITS, MOST_DIGITS = 3, 6

-- Returns the bucket of a generation in which the marker is or must be added, its value (false: none), and if there is
-- none the number of fields of the bucket (nil on the last level).
-- A bucket never loses a field.  So a bucket that was full when a marker was added is also full when it is looked up.
local function find_in(markers, generation, marker)
  local field = string.sub(marker, MOST_DIGITS + 1)
  for digits = LEAST_DIGITS, MOST_DIGITS do
    local bucket = markers .. ':' .. generation .. ':' .. string.sub(marker, 1, digits)
    local value = redis.call('HGET', bucket, field)
    if value or digits == MOST_DIGITS then return bucket, value end
    local size = redis.call('HLEN', bucket)
    if size < BUCKET_SIZE then return bucket, value, size end
  end
end

-- The generations that have not expired, the first to expire first; read once per script and sorted set.
local generations = {}
local function live_generations(markers)
  generations[markers] = generations[markers]
    or redis.call('ZRANGEBYSCORE', markers, string.format('(%.0f', now), '+inf')
  return generations[markers]
end

-- Returns the value of a marker and its bucket, or nil if it is not set.  Fails, before any write, if a key has another type.
local function find_marker(markers, marker)
  local live = live_generations(markers)
  for i = #live, 1, -1 do
    local bucket, value = find_in(markers, live[i], marker)
    if value then return value, bucket end
  end
end

-- Returns the generation in which a marker lives for at least `ttl` (ms), and at most a third longer; nil if there is none.
local function live_generation(markers, ttl)
  local live, last = live_generations(markers), now + math.floor(ttl * 4 / 3)
  for i = #live, 1, -1 do
    local expires = tonumber(live[i])
    if now + ttl <= expires and expires <= last then return live[i] end
  end
end

-- Returns the same; creates it if there is none.
local function find_generation(markers, ttl)
  local found = live_generation(markers, ttl)
  if found then return found end
  local live, created = live_generations(markers), string.format('%.0f', now + math.floor(ttl * 4 / 3))
  redis.call('ZREMRANGEBYSCORE', markers, '-inf', string.format('%.0f', now))
  redis.call('ZADD', markers, created, created)
  live[#live + 1] = created
  return created
end

-- Writes a marker that lives for at least `ttl_s` seconds.
local function set_marker(markers, marker, value, ttl_s)
  local generation = find_generation(markers, tonumber(ttl_s) * 1000)
  local bucket = find_in(markers, generation, marker)
  redis.call('HSET', bucket, string.sub(marker, MOST_DIGITS + 1), value)
  if redis.call('HLEN', bucket) == 1 then redis.call('PEXPIRE', bucket, tonumber(generation) - now) end
end

-- Changes the value of a marker that is set, in the bucket where it was found; its lifetime stays the same.
local function replace_value(bucket, marker, value)
  redis.call('HSET', bucket, string.sub(marker, MOST_DIGITS + 1), value)
end
