-- What is known of an event, and how reports, and other events, go into it.
-- Follows joining.lua.

-- What the votes say now. It stands on the shelf of every day that a report gives: `stood` is what
-- it was when it was put there last.
local function settle(event, stood)
  local moved = event.parties ~= stood.parties
  local old, new = votes(stood.dates), votes(event.dates)
  for date in pairs(old) do
    if moved or not new[date] then
      off_shelf(event.id, event.type, stood.parties, date)
    end
  end
  for date in pairs(new) do
    if moved or not old[date] then
      on_shelf(event.id, event.type, event.parties, date)
    else
      redis.call('EXPIRE', ask.prefix .. ':live:' .. (place_on_shelf(date)), ask.remember)
    end
  end
  local date = winner(event.dates)
  write(event, {date = date == 'none' and '' or date})
  redis.call('EXPIRE', event.key, ask.remember)
end

local function fuller(one, other) -- of two sets of parties the larger one, else the first
  local _, ours = roles(one)
  local _, theirs = roles(other)
  return theirs > ours and other or one
end

local function earlier(one, other)
  return (one == '' or (other ~= '' and other < one)) and other or one
end

local function later(one, other)
  return one > other and one or other
end

-- Returns how many independent sources there are more.
local function count_source(event, source, by)
  if source == '' then
    return 0
  end
  local now = redis.call('HINCRBY', event.key, 's:' .. source, by)
  if now == 0 then
    redis.call('HDEL', event.key, 's:' .. source)
    return -1
  end
  return (by > 0 and now == by) and 1 or 0
end

-- A report as the event remembers it, short enough (64 bytes) for the hash's compact form. Where it
-- names a place, that stands in a field of its own.
local RECORD = {'outlet', 'source', 'country', 'language', 'mode', 'vote', 'weight', 'digest',
                'entry', 'example'}

local function packed(record)
  local values = {}
  for i, name in ipairs(RECORD) do
    values[i] = record[name]
  end
  return (table.concat(values, '|'):gsub('%-0|', '|'))
end

local function unpacked(text)
  local record = by_name(RECORD, text)
  record.source = record.source == '=' and record.outlet or record.source
  return record
end

local function free_place(event) -- for one more of what it is joined by; "" where none is
  for i = 0, EXEMPLARS - 1 do
    if event['x' .. i] == '' then
      return tostring(i)
    end
  end
  return ''
end

-- An event that has lost its last report stays as it was told, so that the article may tell it anew
-- with another date; what it tells then takes the place of all that.
local function emptied(event)
  redis.call('HDEL', event.key, 'gone', 'x0', 'x1', 'x2', 'x3', 'x4', 'x5')
  for i = 0, EXEMPLARS - 1 do
    event['x' .. i] = ''
  end
  return {dates = '', modes = '', places = '', parties = '', f = '', l = ''}
end

local function link(report, event)
  local stood = {dates = event.dates, parties = event.parties}
  local now = event.n == 0 and emptied(event) or event
  local told = ask.based_on ~= ''
    and redis.call('HEXISTS', event.key, 'r:' .. short(ask.based_on)) == 1
  local source, free = told and '' or ask.source, free_place(event)
  local record = {
    source = source == ask.outlet and '=' or source, outlet = ask.outlet, country = ask.country,
    language = ask.language, entry = report.entry, example = free, mode = report.mode,
    vote = report.vote, weight = report.weight, digest = report.digest,
  }
  local more = {'r:' .. ARTICLE, packed(record)}
  if report.place ~= '' then
    more[3], more[4] = 'q:' .. ARTICLE, report.place
  end
  local changes = {
    type = report.type, n = event.n + 1, i = event.i + count_source(event, source, 1),
    parties = now.parties == '' and report.parties or fuller(now.parties, report.parties),
    dates = vote(now.dates, report.vote, report.weight), modes = vote(now.modes, report.mode, 1),
    places = vote(now.places, report.place, 1), f = earlier(now.f, ask.published),
    l = later(now.l, ask.published),
  }
  if free ~= '' then
    changes['x' .. free] = report.sign
  end
  write(event, changes, more)
  for code, who in pairs(report.names) do
    redis.call('HSETNX', event.key, 'p:' .. code, who)
  end
  settle(event, stood)
  redis.call('HSET', OWNER, 't:' .. report.id, event.id)
end

local function unlink(event)
  local found = redis.call('HMGET', event.key, 'r:' .. ARTICLE, 'q:' .. ARTICLE)
  if not found[1] then
    return nil
  end
  local record, stood = unpacked(found[1]), {dates = event.dates, parties = event.parties}
  redis.call('HDEL', event.key, 'r:' .. ARTICLE, 'q:' .. ARTICLE)
  local changes = {n = event.n - 1, i = event.i + count_source(event, record.source, -1)}
  if event.n > 1 then
    changes.dates = vote(event.dates, record.vote, -record.weight)
    changes.modes = vote(event.modes, record.mode, -1)
    changes.places = vote(event.places, found[2] or '', -1)
    redis.call('HDEL', event.key, 'x' .. record.example)
    event['x' .. record.example] = ''
  end
  write(event, changes)
  if event.n > 0 then
    settle(event, stood)
  end
  return record
end

-- What happened: each event touched, as it was before; told once each, at the end -------------------

local touched, order = {}, {}

local function touch(event)
  if not touched[event.id] then
    local before = {mode = winner(event.modes), place = winner(event.places)}
    for name, value in pairs(event) do
      before[name] = value
    end
    touched[event.id] = {before = before}
    order[#order + 1] = event.id
  end
  return touched[event.id]
end

-- One event goes into another, which was reported first.
local function merge(to, from)
  local stood = {dates = to.dates, parties = to.parties}
  touch(to)
  touch(from).into = to.id
  local sources, more, articles = 0, {}, {}
  local fields = fields_of(from.id)
  for field, value in pairs(fields) do
    local kind = field:sub(1, 2)
    if kind == 'r:' then
      articles[#articles + 1] = field:sub(3)
      local record = unpacked(value)
      local free, example = free_place(to), from['x' .. record.example]
      record.example = example and free or ''
      record.source = record.source == record.outlet and '=' or record.source
      more[#more + 1], more[#more + 2] = field, packed(record)
      if record.example ~= '' then
        write(to, {['x' .. free] = example})
      end
    elseif kind == 'p:' or kind == 'q:' or kind == 'y:' then
      redis.call('HSETNX', to.key, field, value)
    elseif kind == 's:' then
      sources = sources + count_source(to, field:sub(3), tonumber(value))
    end
  end
  more[#more + 1] = 'm'
  more[#more + 1] = (redis.call('HGET', to.key, 'm') or '') .. from.id .. (fields.m or '')
  local changes = {
    n = to.n + from.n, i = to.i + sources, f = earlier(to.f, from.f),
    l = later(to.l, from.l), parties = fuller(to.parties, from.parties),
  }
  for _, name in ipairs({'dates', 'modes', 'places'}) do
    changes[name] = to[name]
    for choice, weight in pairs(votes(from[name])) do
      changes[name] = vote(changes[name], choice, weight)
    end
  end
  write(to, changes, more)
  for date in pairs(votes(from.dates)) do
    off_shelf(from.id, from.type, from.parties, date)
  end
  settle(to, stood)
  redis.call('DEL', from.key)
  redis.call('HSET', from.key, 'into', to.id, 'v', from.v, 'a', table.concat(articles))
  redis.call('EXPIRE', from.key, ask.remember)
end

local function strangers(one, other) -- no article tells both as two
  for field in pairs(fields_of(one)) do
    if field:sub(1, 2) == 'r:' and redis.call('HEXISTS', event_key(other), field) == 1 then
      return false
    end
  end
  return true
end

-- An event that this article alone told, and no longer tells as it did: with whatever date it tells
-- of the same parties now, it means that one.
local function left_by(report)
  for _, id in ipairs(order) do
    local event = read(id)
    local left = event.n == 0 and not touched[id].into and not touched[id].report
    if left and event.type == report.type and kin(event.type, event.parties, report.parties) ~= nil then
      return event
    end
  end
  return nil
end

-- The event that a report tells, made one of all that it joins; or a new one.
local function join(report)
  local found = kindred(report)
  if #found == 0 then
    return left_by(report) or read(founded(report))
  end
  for i = 2, #found do
    if strangers(found[i].id, found[1].id) then
      merge(found[1], found[i])
    end
  end
  return found[1]
end

