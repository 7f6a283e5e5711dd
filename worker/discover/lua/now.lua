-- Unix time by Redis' clock, in ms: the clocks of the processes do not matter.
local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
