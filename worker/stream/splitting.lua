-- What a correction takes apart again: reports that hung together through one that tells otherwise now.
-- Follows telling.lua; only `republish.lua` needs it. See docs/decisions/0010-splitting.md.

-- The event that holds what this article told: it may have been merged since, or taken out of another.
local function holder(id)
  local at = follow(id)
  for _ = 1, 8 do
    local found = redis.call('HMGET', event_key(at), 'r:' .. ARTICLE, 'y:' .. ARTICLE, 'of')
    if found[1] then
      return at
    elseif not found[2] and not found[3] then
      break
    end
    at = follow(found[2] or found[3])
  end
  return follow(id)
end

-- The reports of an event as far as it knows what each is joined by; nil where it does not of all.
local function members(event, fields)
  local found = {}
  for field, text in pairs(fields) do
    if field:sub(1, 2) == 'r:' then
      local record = unpacked(text)
      if record.example == '' then
        return nil
      end
      found[#found + 1] = {
        article = field:sub(3), record = record, sign = sign(event['x' .. record.example]),
      }
    end
  end
  table.sort(found, function(one, other)
    return one.record.example < other.record.example
  end)
  return found
end

-- Those that hang together, as lists. What this article tells is never a group of its own: it was
-- recognised as the act that it told before.
local function groups(event, reports)
  for i, report in ipairs(reports) do
    report.group = i
    for j = 1, i - 1 do
      local score = likeness(event.type, report.sign, reports[j].sign)
      if score and score >= WEIGHTS.join and reports[j].group ~= report.group then
        local from, to = math.max(reports[j].group, report.group), math.min(reports[j].group, report.group)
        for k = 1, i do
          reports[k].group = reports[k].group == from and to or reports[k].group
        end
      end
    end
  end
  local found, at = {}, {}
  for _, report in ipairs(reports) do
    if not at[report.group] then
      at[report.group] = #found + 1
      found[#found + 1] = {}
    end
    table.insert(found[at[report.group]], report)
  end
  return found
end

-- Events that were merged into this one, with the articles that they had then.
local function merged_into(fields)
  local found = {}
  for id in (fields.m or ''):gmatch(('%x'):rep(20)) do
    local articles = redis.call('HGET', event_key(id), 'a')
    if articles then
      found[#found + 1] = {id = id, articles = articles}
    end
  end
  return found
end

local function among(articles, group) -- how many of a group an earlier event had
  local count = 0
  for _, report in ipairs(group) do
    count = count + (articles:find(report.article, 1, true) and 1 or 0)
  end
  return count
end

-- The group that keeps the event: one that no merged event brought a report to, if there is one, and
-- of those the largest.
local function keeper(found, earlier_ones)
  local best, most = 1, -math.huge
  for i, group in ipairs(found) do
    local brought = 0
    for _, earlier_one in ipairs(earlier_ones) do
      brought = brought + among(earlier_one.articles, group)
    end
    local rank = #group - (brought > 0 and 100 or 0)
    if rank > most then
      best, most = i, rank
    end
  end
  return best
end

-- The id under which a group lives: that of an event which was merged, if it was of these reports
-- alone; else a new one.
local function identity(event, group, others, earlier_ones)
  for _, earlier_one in ipairs(earlier_ones) do
    if not earlier_one.taken and among(earlier_one.articles, group) > 0
      and among(earlier_one.articles, others) == 0 then
      earlier_one.taken = true
      return earlier_one.id
    end
  end
  for n = 1, 99 do
    local id = redis.sha1hex(event.id .. group[1].article .. n):sub(1, 20)
    if redis.call('EXISTS', event_key(id)) == 0 then
      return id
    end
  end
end

local function entry_of(record)
  local entry = record.entry:find('-', 1, true) and record.entry or record.entry .. '-0'
  local stood = record.entry ~= '' and redis.call('XRANGE', REPORTS, entry, entry)[1]
  if not stood then
    return nil
  end
  local found = {}
  for i = 1, #stood[2], 2 do
    found[stood[2][i]] = stood[2][i + 1]
  end
  return found
end

-- Tell a report of its event again, to the letter, where it told of another one.
local function retell(report, id, revision)
  local stood = report.stood
  if not stood or stood.subject == id then
    return
  end
  report.record.entry = add(REPORTS, 'report', {
    id = stood.data:match('"report":"(%x+)"') .. '.' .. id:sub(1, 8) .. '.' .. revision,
    type = 'report.updated', subject = id, plover = stood.plover, parties = stood.parties,
    date = stood.date, head = '', rest = stood.data:match('"data":{"id":"%x+",(.*)}}$'),
  }):gsub('%-0$', '')
end

-- What some reports say together.
local function summed(event, group, fields)
  local sum = {dates = '', modes = '', places = '', parties = '', f = '', l = '', n = #group}
  for _, report in ipairs(group) do
    local record = report.record
    local published = report.stood and report.stood.data:match('"published":"([^"]+)"')
    sum.dates = vote(sum.dates, record.vote, tonumber(record.weight))
    sum.modes = vote(sum.modes, record.mode, 1)
    sum.places = vote(sum.places, fields['q:' .. report.article] or '', 1)
    sum.parties = sum.parties == '' and report.sign.parties or fuller(sum.parties, report.sign.parties)
    sum.f = earlier(sum.f, published or event.f)
    sum.l = later(sum.l, published or event.l)
  end
  return sum
end

local function take_out(event, group)
  for _, report in ipairs(group) do
    redis.call('HDEL', event.key, 'r:' .. report.article, 'q:' .. report.article,
      'x' .. report.record.example)
    event['x' .. report.record.example] = ''
    event.i = event.i + count_source(event, report.record.source, -1)
  end
end

local function put_in(part, group, fields)
  local more, i = {}, 0
  for place, report in ipairs(group) do
    local record = report.record
    more[#more + 1], more[#more + 2] = 'x' .. (place - 1), report.text
    part['x' .. (place - 1)] = report.text
    i = i + count_source(part, record.source, 1)
    record.example, record.source = place - 1, record.source == record.outlet and '=' or record.source
    more[#more + 1], more[#more + 2] = 'r:' .. report.article, packed(record)
    local where = fields['q:' .. report.article]
    if where then
      more[#more + 1], more[#more + 2] = 'q:' .. report.article, where
    end
  end
  return more, i
end

-- A group becomes an event of its own; the one it was of remembers where its reports went.
local function part_from(event, group, fields, id)
  local key = event_key(id)
  redis.call('HDEL', key, 'into', 'a', 'gone')
  held[id] = nil
  local part = read(id)
  touch(part).split = true
  local moved = {}
  for _, report in ipairs(group) do
    report.text = event['x' .. report.record.example]
    moved[#moved + 1], moved[#moved + 2] = 'y:' .. report.article, id
    retell(report, id, part.v + 1)
    if report.article == ARTICLE then
      touched[id].report, touched[event.id].report = touched[event.id].report, nil
    end
  end
  take_out(event, group)
  redis.call('HSET', event.key, unpack(moved))
  local more, i = put_in(part, group, fields)
  local sum = summed(event, group, fields)
  sum.type, sum.i, sum.of = event.type, i, event.id
  write(part, sum, more)
  local named = roles(part.parties)
  for field, who in pairs(fields) do
    if field:sub(1, 2) == 'p:' and named[field:sub(3)] then
      redis.call('HSETNX', key, field, who)
    end
  end
  settle(part, {dates = '', parties = part.parties})
end

local function stands(group) -- whether something is left to tell it by
  local found = false
  for _, report in ipairs(group) do
    report.stood = entry_of(report.record)
    found = found or report.stood ~= nil
  end
  return found
end

-- Take an event apart whose reports no longer hang together. Where one of seven and more reports is
-- concerned it is not known what the later ones are joined by, and the event stays whole.
local function split(event)
  local fields = fields_of(event.id)
  local reports = members(event, fields)
  if not reports or #reports < 2 then
    return
  end
  local found, earlier_ones = groups(event, reports), merged_into(fields)
  local kept = table.remove(found, keeper(found, earlier_ones))
  local leaving = {}
  for _, group in ipairs(found) do
    local own = #group == 1 and group[1].article == ARTICLE
    if not own and stands(group) then
      leaving[#leaving + 1] = group
    else
      for _, report in ipairs(group) do
        kept[#kept + 1] = report
      end
    end
  end
  if #leaving == 0 then
    return
  end
  local stood = {dates = event.dates, parties = event.parties}
  touch(event).split = true
  stands(kept)
  for n, group in ipairs(leaving) do
    local others = {unpack(kept)}
    for m, other in ipairs(leaving) do
      for _, report in ipairs(m ~= n and other or {}) do
        others[#others + 1] = report
      end
    end
    part_from(event, group, fields, identity(event, group, others, earlier_ones))
  end
  local sum = summed(event, kept, fields)
  sum.i = event.i
  write(event, sum)
  settle(event, stood)
end

local function split_all()
  for _, id in ipairs({unpack(order)}) do
    local event = read(id)
    if event.n > 1 and not touched[id].into then
      split(event)
    end
  end
end
