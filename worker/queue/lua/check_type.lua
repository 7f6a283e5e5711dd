-- Redis has no rollback: a script checks the type of every key that it will write to before its first write.
-- Returns an error reply if the key exists with another type, else nil.
local function check_type(key, kind)
  local found = redis.call('TYPE', key).ok
  if found ~= kind and found ~= 'none' then
    return redis.error_reply('WRONGTYPE ' .. key .. ' is a ' .. found .. ', not a ' .. kind)
  end
end
