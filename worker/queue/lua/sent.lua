-- Records that a request was sent.  ARGV[4..5]: token of the request, time since it was sent (ms).  Returns 1.
local type_error = check_host_types()
if type_error then return type_error end
end_permit(ARGV[4], tonumber(ARGV[5]))
schedule()
return 1
