-- KEYS[7]: markers.  ARGV[4]: their TTL (s); then seen markers.
-- Sets or renews markers of tasks that must not be enqueued; the article of each is kept.  Returns their number.
local type_error = check_type(KEYS[7], 'zset')
if type_error then return type_error end
for i = 5, #ARGV do find_marker(KEYS[7], ARGV[i]) end  -- fails where a bucket has another type
for i = 5, #ARGV do renew_seen(KEYS[7], ARGV[i], ARGV[4]) end
return #ARGV - 4
