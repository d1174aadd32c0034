-- What is told of reports and events: their entries on the streams.
-- Follows holding.lua.
local MILESTONES = {1, 2, 3, 5, 10, 20, 50, 100}

-- Entries --------------------------------------------------------------------------------------

local function fill(parts, slots)
  local filled = {}
  for i, part in ipairs(parts) do
    filled[i] = i % 2 == 1 and part or slots[part]
  end
  return table.concat(filled)
end

local function add(stream, template, slots)
  slots.now = ask.now
  return redis.call('XADD', stream, 'MAXLEN', '~', ask.length, '*',
    'id', slots.id, 'type', 'demarche.' .. slots.type, 'subject', slots.subject,
    'plover', slots.plover or '', 'parties', slots.parties or '', 'date', slots.date or '',
    'content-type', 'application/cloudevents+json', 'data', fill(TEMPLATES[template], slots))
end

local function listed(values)
  for i, value in ipairs(values) do
    values[i] = cjson.encode(value)
  end
  return '[' .. table.concat(values, ',') .. ']'
end

-- Messages -----------------------------------------------------------------------------------------

-- What the ontologies say; mostly the report at hand brings it along.
local function coding(plover, mode, report)
  if report and report.mode == mode then
    return report.coding
  end
  local modes = codings()[plover]
  return modes[mode] or modes['']
end

local function location(place)
  if place == '' then
    return ''
  end
  local country, name, latitude, longitude = place:match('^([^,]*),([^,]*),([^,]*),([^,]*)$')
  local parts = {}
  if country ~= '' then
    parts[#parts + 1] = '"country":"' .. country .. '"'
  end
  if name ~= '' then
    parts[#parts + 1] = '"place":' .. cjson.encode(name)
  end
  if latitude ~= '' then
    parts[#parts + 1] = '"latitude":' .. latitude .. ',"longitude":' .. longitude
  end
  return '"location":{' .. table.concat(parts, ',') .. '},'
end

local function head(plover, mode, date, place, report)
  return '"type":"' .. plover .. '",' .. (mode == '' and '' or '"mode":"' .. mode .. '",')
    .. '"coding":' .. coding(plover, mode, report) .. ','
    .. (date == '' and '' or '"date":"' .. date .. '",')
    .. location(place)
end

-- Publish one report; returns its entry's id. `number` tells its messages apart.
local function tell_report(report, id, change, number)
  return add(REPORTS, 'report', {
    id = report.id .. number, type = 'report.' .. change, subject = id,
    plover = report.type, parties = report.parties, date = report.date,
    head = head(report.type, report.mode, report.date, report.place, report), rest = report.told,
  })
end

local function tell_gone(report, id, number)
  add(REPORTS, 'gone', {
    id = report .. number, type = 'report.retracted', subject = id, report = report,
    article = ask.article, reason = ask.reason,
  })
end

local function corroboration(now, fields)
  local seen, countries, languages = {}, {}, {}
  local function once(list, kind, value)
    if value ~= '' and not seen[kind .. value] then
      seen[kind .. value] = true
      list[#list + 1] = value
    end
  end
  local names = {}
  for field, text in pairs(fields) do
    if field:sub(1, 2) == 'r:' then
      local record = unpacked(text)
      once(names, 'o', record.outlet)
      once(countries, 'c', record.country)
      once(languages, 'l', record.language)
    end
  end
  table.sort(countries)
  table.sort(languages)
  return '"corroboration":{"reports":' .. now.n .. ',"outlets":' .. #names .. ',"independent":' .. now.i
    .. (#countries > 0 and ',"countries":' .. listed(countries) or '')
    .. (#languages > 0 and ',"languages":' .. listed(languages) or '')
    .. ',"first_reported":"' .. now.f .. '","last_reported":"' .. now.l .. '"},'
end

-- A report to tell the event by: of this article, else the newest one that still stands on its
-- stream. Returns its body and parties; nil where all were trimmed.
local function teller(id, all)
  if touched[id].report then
    return touched[id].report.told, touched[id].report.parties
  end
  local newest = ''
  for field, text in pairs(all) do
    local entry = field:sub(1, 2) == 'r:' and unpacked(text).entry or ''
    newest = entry > newest and entry or newest
  end
  newest = newest:find('-', 1, true) and newest or newest .. '-0'
  local stood = newest ~= '-0' and redis.call('XRANGE', REPORTS, newest, newest)[1]
  if not stood then
    return nil
  end
  local fields = {}
  for i = 1, #stood[2], 2 do
    fields[stood[2][i]] = stood[2][i + 1]
  end
  return fields.data:match('("report":.*)}}$'), fields.parties
end

-- Parties that only other reports name.
local function more_parties(parties, fields)
  local named, found = roles(parties), {}
  for field, who in pairs(fields) do
    local code = field:sub(1, 2) == 'p:' and field:sub(3)
    if code and not named[code] then
      local name, kind, role = who:match('^(.*)|(%a+)|(%a+)$')
      found[#found + 1] = ',{"code":"' .. code .. '","name":' .. cjson.encode(name)
        .. ',"kind":"' .. kind .. '","role":"' .. role .. '"}'
    end
  end
  table.sort(found)
  return table.concat(found)
end

local function bare_parties(parties)
  local actors, recipients = sides(parties)
  local found = {}
  for _, code in ipairs(actors) do
    found[#found + 1] = '{"code":"' .. code .. '","role":"actor"}'
  end
  for _, code in ipairs(recipients) do
    found[#found + 1] = '{"code":"' .. code .. '","role":"recipient"}'
  end
  return '"parties":[' .. table.concat(found, ',') .. ']'
end

local function differences(before, after)
  local reasons = {}
  for _, milestone in ipairs(MILESTONES) do
    if before.i < milestone and milestone <= after.i then
      reasons[1] = 'corroborated'
    end
  end
  for _, name in ipairs({'date', 'mode', 'place', 'parties'}) do
    if before[name] ~= after[name] then
      reasons[#reasons + 1] = name
    end
  end
  return reasons
end

-- What there is to say of an event: how it changed, its state, and why. Nil for nothing.
local function news(mine, after)
  local before = mine.before
  if mine.into then
    return before.n > 0 and 'merged' or nil, 'merged', {'same-act'}
  elseif after.n == 0 then
    return 'retracted', 'retracted', {ask.reason}
  elseif before.n == 0 then
    return 'created', 'live', mine.split and {'split'} or {}
  end
  local reasons = differences(before, after)
  if mine.split then
    reasons[#reasons + 1] = 'split'
  end
  if after.n < before.n and not mine.report then
    reasons[#reasons + 1] = 'report-retracted'
  elseif mine.revised then
    reasons[#reasons + 1] = ask.reason
  end
  return #reasons > 0 and 'updated' or nil, 'live', reasons
end

local function bury(event, revision)
  for date in pairs(votes(event.dates)) do
    off_shelf(event.id, event.type, event.parties, date)
  end
  local left = {'gone', 1, 'v', revision} -- and where its reports went that are another event's now
  for field, id in pairs(fields_of(event.id)) do
    if field:sub(1, 2) == 'y:' then
      left[#left + 1], left[#left + 2] = field, id
    end
  end
  redis.call('DEL', event.key)
  redis.call('HSET', event.key, unpack(left))
  redis.call('EXPIRE', event.key, ask.remember)
end

local function tell(id)
  local mine = touched[id]
  local now = mine.into and mine.before or read(id)
  now.mode, now.place = winner(now.modes), winner(now.places)
  local change, state, reasons = news(mine, now)
  if not change then
    return
  end
  local rest, counts = bare_parties(now.parties), ''
  if state == 'live' then
    local fields = fields_of(id)
    local body, parties = teller(id, fields)
    if not body then
      redis.call('HINCRBY', COUNTERS, 'event:untold', 1)
      return
    end
    rest = body:sub(1, -2) .. more_parties(parties, fields) .. ']'
    counts = corroboration(now, fields)
  end
  local revision = redis.call('HINCRBY', event_key(id), 'v', 1)
  add(EVENTS, 'event', {
    id = id .. '.' .. revision, type = 'event.' .. change, subject = id, revision = revision,
    change = change, state = state, plover = now.type, parties = now.parties, date = now.date,
    reasons = #reasons > 0 and ',"reasons":' .. listed(reasons) or '',
    successor = mine.into and ',"successor":"' .. mine.into .. '"' or '',
    head = head(now.type, now.mode, now.date, now.place, mine.report), corroboration = counts, rest = rest,
  })
  redis.call('HINCRBY', COUNTERS, 'event:' .. change, 1)
  if change == 'created' then
    redis.call('HINCRBY', COUNTERS, 'type:' .. now.type, 1)
  elseif change == 'retracted' then
    bury(now, revision)
  end
end

-- Take a report in: find its event unless that is known, publish it, count it.
local function take_in(report, event, change, number)
  local based = ask.based_on == '' and '' or ',"based_on":"' .. ask.based_on .. '"'
  report.told = fill(report.body, {based = based})
  event = event or join(report)
  touch(event).report = report
  report.entry = tell_report(report, event.id, change, number)
  link(report, event)
  return event.id
end

local function tell_all()
  for _, id in ipairs(order) do
    tell(id)
  end
end

