-- Publish only what is different about an article that was published before. All or nothing.
-- Follows events.lua.
-- KEYS: as in publish.lua, without sketch keys
-- ARGV: 1 what events.lua names, and: reason
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
local based = ask.based_on == '' and '' or ',"based_on":"' .. ask.based_on .. '"'
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
    local id = follow(reports[report])
    touch(id)
    local record = unlink(id)
    redis.call('HDEL', OWNER, 't:' .. report)
    if record then
      tell_gone(report, id, number())
      gone = gone + 1
    end
  end
end

local events, new, changed, same = {}, 0, 0, 0
for i, report in ipairs(ask.reports) do
  report.body = fill(report.body, {based = based})
  local id = reports[report.id]
  id = id and follow(id)
  local record = id and redis.call('HGET', event_key(id), 'r:' .. ARTICLE)
  if not record then
    events[i] = take_in(report, nil, 'created', number())
    touched[events[i]].revised = true
    new = new + 1
  elseif unpacked(record).digest ~= report.digest then
    touch(id).revised = true
    unlink(id)
    events[i] = take_in(report, id, 'updated', number())
    changed = changed + 1
  else
    events[i], same = id, same + 1
  end
end
tell_all()
if revision > 0 then
  add(ARTICLES, ask.templates.article, {
    events = listed(events), based = based, number = tostring(revision),
  })
  redis.call('HINCRBY', COUNTERS, 'article:revised', 1)
  redis.call('EXPIRE', OWNER, ask.remember)
end
return {1, new, changed, gone, same}
