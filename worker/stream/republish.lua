-- Publish only what is different about an article that was published before. All or nothing.
-- Follows splitting.lua.
-- KEYS: as in publish.lua, without sketch keys
-- ARGV: 1 what likeness.lua names, and: reason
-- Returns {1 if the article is remembered, reports new, changed, retracted, left as they were}.
local stood = redis.call('HGETALL', OWNER)
local reports, claim = {}, nil
for i = 1, #stood, 2 do
  if stood[i]:sub(1, 2) == 't:' then
    reports[stood[i]:sub(3)] = stood[i + 1]
  elseif stood[i] == 'claim' then
    claim = stood[i + 1]
  end
end
if not claim then
  return {0, 0, 0, 0, 0}
end

ask.based_on = redis.call('HGET', ask.prefix .. ':fate:' .. claim, 'based') or ''
local revision = 0 -- counted only where something is different
local function number()
  if revision == 0 then
    revision = redis.call('HINCRBY', OWNER, 'revision', 1)
  end
  return '.' .. revision
end

-- What is told no longer leaves its event first: told with another date it may find it again.
local told = {}
for _, report in ipairs(ask.reports) do
  told[report.id] = true
end
local gone = 0
local old = {}
for report in pairs(reports) do
  old[#old + 1] = report
end
table.sort(old)
for _, report in ipairs(old) do
  if not told[report] then
    local event = read(holder(reports[report]))
    touch(event)
    redis.call('HDEL', OWNER, 't:' .. report)
    if unlink(event) then
      tell_gone(report, event.id, number())
      gone = gone + 1
    end
  end
end

local events, new, changed, same = {}, 0, 0, 0
for i, report in ipairs(ask.reports) do
  local event = reports[report.id] and read(holder(reports[report.id]))
  local record = event and redis.call('HGET', event.key, 'r:' .. ARTICLE)
  if not record then
    events[i] = take_in(report, nil, 'created', number())
    touched[events[i]].revised = true
    new = new + 1
  elseif unpacked(record).digest ~= report.digest then
    touch(event).revised = true
    unlink(event)
    events[i] = take_in(report, event, 'updated', number())
    changed = changed + 1
  else
    events[i], same = event.id, same + 1
  end
end
split_all()
tell_all()
if revision > 0 then
  add(ARTICLES, 'revised', {
    id = ask.article .. '.' .. revision, type = 'article.revised', subject = ask.article,
    described = ask.described, reason = ask.reason, events = listed(events),
    based = ask.based_on == '' and '' or ',"based_on":"' .. ask.based_on .. '"',
  })
  redis.call('HINCRBY', COUNTERS, 'article:revised', 1)
  redis.call('EXPIRE', OWNER, ask.remember)
end
return {1, new, changed, gone, same}
