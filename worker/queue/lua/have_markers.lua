-- KEYS[1]: generations of markers.  ARGV: markers.
-- Returns for each whether it is set (1) or not (0).  Writes nothing.
local set = {}
for i, marker in ipairs(ARGV) do set[i] = find_marker(KEYS[1], marker) and 1 or 0 end
return set
