-- Seen markers.  A task sets that of its folded address, which is the same for all forms of the address of one article.
-- The task's *own* marker, named after the address itself, is set only if the task becomes a dead letter and its address is
-- not the folded one, or by a version before 0.2.0.
--
-- Value of a seen marker: the token of the call that enqueued the task (4 bytes, or none), followed by the first 8 bytes of
-- the id of the article to which the address led.  Or, while every task of the article is a dead letter, one byte: whether
-- that of the folded address is one of them.  If it is, that byte also follows the token of the next task.
local FAILED, OTHERS_FAILED = 'f', 'o'
-- Bytes of a token, of the part of an article's id, and of a marker.
local TOKEN, ARTICLE, MARKER = 4, 8, 16

-- Returns whether a task must not be enqueued.  After all other addresses of an article have failed, the next may be tried.
-- `seen`, `own`: values of the markers; `own` is nil if it is not set.  `is_folded`: the address is the folded one.
local function is_taken(seen, own, is_folded)
  return own ~= nil or seen ~= nil and seen ~= OTHERS_FAILED and not (seen == FAILED and not is_folded)
end

local function has_failed(seen) return (#seen == 1 or #seen == TOKEN + 1) and string.sub(seen, -1) == FAILED end

local function has_article(seen) return #seen >= ARTICLE end

local function article_of(seen) return string.sub(seen, -ARTICLE) end

-- Returns the markers in a text of markers.
local function split_markers(text)
  local markers = {}
  for i = 1, #text, MARKER do markers[#markers + 1] = string.sub(text, i, i + MARKER - 1) end
  return markers
end

-- Sets a seen marker, or renews it.  The value is changed in the old place, too: that may live longer and be found first.
local function mark_seen(markers, marker, value, ttl_s)
  local _, bucket = find_marker(markers, marker)
  if bucket then replace_value(bucket, marker, value) end
  set_marker(markers, marker, value, ttl_s)
end

-- Sets or renews a seen marker without a token; its article is kept.
local function renew_seen(markers, marker, ttl_s)
  local seen = find_marker(markers, marker)
  mark_seen(markers, marker, seen and has_article(seen) and seen or '', ttl_s)
end

-- Records to which article an address led.
local function add_article(markers, marker, article, ttl_s)
  local seen, bucket = find_marker(markers, marker)
  if not seen then
    set_marker(markers, marker, article, ttl_s)
  elseif not has_article(seen) then
    replace_value(bucket, marker, (#seen >= TOKEN and string.sub(seen, 1, TOKEN) or '') .. article)
  end
end

-- Records that a task has failed.  `own` is '' if its address is the folded one.
local function set_failed(markers, marker, own, ttl_s)
  local seen, bucket = find_marker(markers, marker)
  if own ~= '' and not find_marker(markers, own) then set_marker(markers, own, '', ttl_s) end
  if seen and not has_article(seen) then
    replace_value(bucket, marker, (own == '' or has_failed(seen)) and FAILED or OTHERS_FAILED)
  end
end
