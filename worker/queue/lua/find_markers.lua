-- KEYS[1]: generations of markers.  ARGV: markers, or ''.
-- Returns the value of each (false: not set).  Writes nothing.
local values = {}
for i, marker in ipairs(ARGV) do values[i] = marker ~= '' and find_marker(KEYS[1], marker) or false end
return values
