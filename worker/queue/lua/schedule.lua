-- Releases the tasks of a host that are due.
-- Returns the time until the next one may be released (ms); -1 where none is waiting or the limit is reached.
return check_host_types() or schedule()
