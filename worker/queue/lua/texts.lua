-- The index of texts, stored like markers: a band of a text -> id of the first article with it.

-- Bytes of a band.
local BAND = 11

-- Returns the bands in a text of bands that no article has yet, each with the bucket to which it can be added and the size
-- of that (nil: a new generation is needed).  Fails if a key has another type.  Writes nothing.
local function free_bands(texts, bands, ttl_s)
  local live, suitable = live_generations(texts), live_generation(texts, tonumber(ttl_s) * 1000)
  local free = {}
  for at = 1, #bands, BAND do
    local band = string.sub(bands, at, at + BAND - 1)
    local place = {band}
    for i = #live, 1, -1 do
      local bucket, value, size = find_in(texts, live[i], band)
      if value then place = nil break end
      if live[i] == suitable then place = {band, bucket, size} end
    end
    free[#free + 1] = place
  end
  return free, suitable
end

-- Adds free bands of an article.
local function add_bands(texts, free, generation, article, ttl_s)
  for _, place in ipairs(free) do
    local band, bucket, size = unpack(place)
    if size then
      redis.call('HSET', bucket, string.sub(band, MOST_DIGITS + 1), article)
      if size == 0 then redis.call('PEXPIRE', bucket, tonumber(generation) - now) end
    else
      set_marker(texts, band, article, ttl_s)
    end
  end
end
