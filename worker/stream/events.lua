-- Reports → events: which event a report tells, what is known of that event, and its messages.
--
-- The first part of both scripts (`publish.lua`, `republish.lua`); `publish.py` puts before it
--   WEIGHTS    what speaks for two reports telling one act (joining.toml)
--   codings()  {type: {mode: what the ontologies say, as JSON}}
--   TEMPLATES  documents in parts: text, name of a slot, text, …
-- and sends one document, ARGV[1]:
--   prefix, now, length (of streams), remember (seconds), article (its id), described (its JSON,
--   open at the end), outlet, source, country, language, published, based_on, reason, reports
--
-- State, beside the streams:
--   {prefix}:event:<id>   hash: type, parties, date · dates, modes, places (votes) ·
--                         n reports, i independent sources, v revision, f first, l last reported ·
--                         x0 … what its first reports are joined by · r:<article> each report,
--                         q:<article> its place · s:<source> reports of each source · p:<party> who
--                         it is, where there are three or more; `into` where it was merged, `gone`
--                         where it was retracted
--   {prefix}:live:<month|year|none>   hash: "type|code|code" → day and id of each event, 22 wide
--   the article's own hash (OWNER)    t:<report> → id of its event; revision
-- A day is "00" where only the month or year is known.
local ask = cjson.decode(ARGV[1])
local EVENTS, REPORTS, ARTICLES, DEAD, COUNTERS, FATE, OWNER = unpack(KEYS, 1, 7)
local function short(article)
  return redis.sha1hex(article):sub(1, 10)
end
local ARTICLE = short(ask.article)
local MILESTONES = {1, 2, 3, 5, 10, 20, 50, 100}
local EXEMPLARS = 6
local WIDTH = 22

local function event_key(id)
  return ask.prefix .. ':event:' .. id
end

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

-- Votes: "visit=2;phone=1" -----------------------------------------------------------------------

local function votes(text)
  local found = {}
  for name, weight in text:gmatch('([^;]+)=(%d+)') do
    found[name] = tonumber(weight)
  end
  return found
end

local function vote(text, name, weight)
  if name == '' then
    return text
  end
  local found, names = votes(text), {}
  found[name] = (found[name] or 0) + weight
  for other, sum in pairs(found) do
    if sum > 0 then
      names[#names + 1] = other .. '=' .. sum
    end
  end
  table.sort(names)
  return table.concat(names, ';')
end

local function winner(text) -- of equals the first in the alphabet, whichever came first
  local best, most = '', 0
  for name, weight in pairs(votes(text)) do
    if weight > most or (weight == most and name < best) then
      best, most = name, weight
    end
  end
  return best
end

-- Parties: "CHL>NOR", "IND RUS" ------------------------------------------------------------------

local function sides(parties)
  local actors, recipients = {}, {}
  local first, second = parties:match('^([^>]*)>?(.*)$')
  for code in first:gmatch('%S+') do
    actors[#actors + 1] = code
  end
  for code in second:gmatch('%S+') do
    recipients[#recipients + 1] = code
  end
  return actors, recipients
end

local function roles(parties)
  local found, count = {}, 0
  local actors, recipients = sides(parties)
  for _, list in ipairs({actors, recipients}) do
    for _, code in ipairs(list) do
      if not found[code] then
        count = count + 1
      end
      found[code] = (found[code] or '') .. (list == actors and 'a' or 'r')
    end
  end
  return found, count, #recipients > 0
end

-- Whether one set of parties holds the other, and nobody does what was done to him.
-- Returns whether they are equal; nil where they do not fit.
local function kin(plover, one, other)
  local ours, our_count, ours_directed = roles(one)
  local theirs, their_count, theirs_directed = roles(other)
  local loose = plover == 'CONSULT' or (WEIGHTS.mutual[plover] and ours_directed ~= theirs_directed)
  if not loose and ours_directed ~= theirs_directed then
    return nil
  end
  local shared = 0
  for code, role in pairs(ours) do
    if theirs[code] then
      if not loose and theirs[code] ~= role then
        return nil
      end
      shared = shared + 1
    end
  end
  if shared < math.min(our_count, their_count) then
    return nil
  end
  return our_count == their_count
end

-- The shelves that an act stands on: one for each two of its parties. Of five and more parties
-- neighbours in the alphabet stand for all pairs.
local function blocks(plover, parties)
  local actors, recipients = sides(parties)
  local found, seen = {}, {}
  local function pair(one, other)
    if other < one then
      one, other = other, one
    end
    local name = plover .. '|' .. one .. '|' .. other
    if one ~= other and not seen[name] and #found < WEIGHTS.shelves then
      seen[name] = true
      found[#found + 1] = name
    end
  end
  if plover == 'CONSULT' or #recipients == 0 then
    local all, known = {}, {}
    for _, list in ipairs({actors, recipients}) do
      for _, code in ipairs(list) do
        if not known[code] then
          known[code] = true
          all[#all + 1] = code
        end
      end
    end
    table.sort(all)
    for i = 1, #all do
      for j = i + 1, (#all > 4) and math.min(i + 1, #all) or #all do
        pair(all[i], all[j])
      end
    end
    if #all == 1 then
      found[1] = plover .. '|' .. all[1] .. '|'
    end
  else
    for _, actor in ipairs(actors) do
      for _, recipient in ipairs(recipients) do
        pair(actor, recipient)
      end
    end
  end
  return found
end

-- Shelves ----------------------------------------------------------------------------------------

local function place_on_shelf(date)
  if date == 'none' then
    return 'none', '00'
  end
  return date:sub(1, 7), #date == 10 and date:sub(9, 10) or '00'
end

local function take_off(shelf, block, id)
  local key = ask.prefix .. ':live:' .. shelf
  local stood, kept = redis.call('HGET', key, block) or '', {}
  for from = 1, #stood, WIDTH do
    local entry = stood:sub(from, from + WIDTH - 1)
    if entry:sub(3) ~= id then
      kept[#kept + 1] = entry
    end
  end
  if #kept == 0 then
    redis.call('HDEL', key, block)
  else
    redis.call('HSET', key, block, table.concat(kept))
  end
end

local function off_shelf(id, plover, parties, date)
  local shelf = place_on_shelf(date)
  for _, block in ipairs(blocks(plover, parties)) do
    take_off(shelf, block, id)
  end
end

local function on_shelf(id, plover, parties, date)
  local month, day = place_on_shelf(date)
  local key = ask.prefix .. ':live:' .. month
  for _, block in ipairs(blocks(plover, parties)) do
    redis.call('HSET', key, block, (redis.call('HGET', key, block) or '') .. day .. id)
  end
  redis.call('EXPIRE', key, ask.remember)
end

-- Which event ------------------------------------------------------------------------------------

local FIELDS = {'type', 'parties', 'date', 'modes', 'places', 'n', 'i', 'v', 'f', 'l', 'dates',
                'x0', 'x1', 'x2', 'x3', 'x4', 'x5'}

local held = {} -- events as they are now

local function read(id)
  local event = held[id]
  if event then
    return event
  end
  local values = redis.call('HMGET', event_key(id), unpack(FIELDS))
  event = {id = id, key = event_key(id)}
  for i, name in ipairs(FIELDS) do
    event[name] = values[i] or ''
  end
  event.n, event.i, event.v = tonumber(event.n) or 0, tonumber(event.i) or 0, tonumber(event.v) or 0
  held[id] = event
  return event
end

-- Set what is another value now, in one command; `more` are fields that are not read.
local function write(event, changes, more)
  local arguments = more or {}
  for name, value in pairs(changes) do
    if event[name] ~= value then
      event[name] = value
      arguments[#arguments + 1] = name
      arguments[#arguments + 1] = value
    end
  end
  if #arguments > 0 then
    redis.call('HSET', event.key, unpack(arguments))
  end
end

local function follow(id) -- where an event went that was merged
  for _ = 1, 8 do
    local into = redis.call('HGET', event_key(id), 'into')
    if not into then
      break
    end
    id = into
  end
  return id
end

-- What a report is joined by: "date|firm|mode|place|parties|words", at most 64 bytes, so that the
-- hash stays in its compact form. Of the mode the first three letters tell it from its type's others.
local SIGN = {'date', 'firm', 'mode', 'place', 'parties', 'words'}

local function sign(text)
  local found, i = {}, 0
  for value in (text .. '|'):gmatch('([^|]*)|') do
    i = i + 1
    found[SIGN[i]] = value
  end
  return found
end

-- What two sets of words weigh, three characters each: by their cosine. Quotations are short: some
-- hold nothing but names and what any report may say.
local function word_weight(one, other)
  if one == '' or other == '' then
    return WEIGHTS.wordless
  end
  local known, shared = {}, 0
  for word in one:gmatch('...') do
    known[word] = true
  end
  for word in other:gmatch('...') do
    if known[word] then
      shared = shared + 1
    end
  end
  return WEIGHTS.words * 3 * shared / math.sqrt(#one * #other)
end

local function ordinal(date) -- days since 0000-03-01, by Hinnant's days_from_civil
  local year, month, day = date:match('^(%d+)-(%d+)-(%d+)$')
  year, month, day = tonumber(year), tonumber(month), tonumber(day)
  if month <= 2 then
    year = year - 1
  end
  local era = math.floor(year / 400)
  local of_era = year - era * 400
  local of_year = math.floor((153 * (month + (month > 2 and -3 or 9)) + 2) / 5) + day - 1
  return era * 146097 + of_era * 365 + math.floor(of_era / 4) - math.floor(of_era / 100) + of_year
end

local function date_weight(one, other)
  if #one.date == 10 and #other.date == 10 then
    local days = math.abs(ordinal(one.date) - ordinal(other.date))
    local by_days = (one.firm == '1' and other.firm == '1') and WEIGHTS.firm or WEIGHTS.loose
    return by_days[days + 1]
  end
  if one.date == other.date then
    return one.date == '' and WEIGHTS.undated or WEIGHTS.coarse
  end
  local apart = math.abs(#one.date - #other.date)
  local shorter = math.min(#one.date, #other.date)
  if shorter == 0 or apart > 3 or one.date:sub(1, shorter) ~= other.date:sub(1, shorter) then
    return nil
  end
  return WEIGHTS.coarser
end

local function mode_weight(one, other)
  if one == '' or other == '' then
    return 0
  end
  if one == other then
    return WEIGHTS.mode
  end
  local pair = one < other and one .. ' ' .. other or other .. ' ' .. one
  return WEIGHTS.apart[pair] and WEIGHTS.mode_apart or WEIGHTS.mode_other
end

local function place_weight(one, other)
  if one == '' or other == '' then
    return 0
  end
  return one == other and WEIGHTS.place or WEIGHTS.place_other
end

-- How much speaks for two reports telling one act; nil where something forbids it.
local function likeness(plover, one, other)
  local equal = kin(plover, one.parties, other.parties)
  local dated = equal ~= nil and date_weight(one, other)
  if not dated then
    return nil
  end
  return dated + word_weight(one.words, other.words) + mode_weight(one.mode, other.mode)
    + place_weight(one.place, other.place) + (equal and 0 or WEIGHTS.part)
end

local function candidates(report)
  local found, seen = {}, {}
  for _, block in ipairs(blocks(report.type, report.parties)) do
    for _, look in ipairs(report.look) do
      local shelf = redis.call('HGET', ask.prefix .. ':live:' .. look[1], block) or ''
      for from = 1, #shelf, WIDTH do
        local day, id = shelf:sub(from, from + 1), shelf:sub(from + 2, from + WIDTH - 1)
        local fits = day == '00' and look[4] or (day >= look[2] and day <= look[3])
        if fits and not seen[id] and #found < WEIGHTS.most then
          seen[id] = true
          found[#found + 1] = read(id)
        end
      end
    end
  end
  return found
end

local function drop(id, report)
  for _, look in ipairs(report.look) do
    for _, block in ipairs(blocks(report.type, report.parties)) do
      take_off(look[1], block, id)
    end
  end
end

-- The live events of which a report tells what one of their first reports tells, the oldest first;
-- none that this article tells otherwise. That one likeness is enough makes events the connected
-- parts of a graph, whatever the order in which its reports come.
local function kindred(report)
  local found, mine = {}, sign(report.sign)
  for _, event in ipairs(candidates(report)) do
    if event.type == '' then
      drop(event.id, report) -- it has expired
    elseif redis.call('HEXISTS', event_key(event.id), 'r:' .. ARTICLE) == 0 then
      for i = 0, EXEMPLARS - 1 do
        local theirs = event['x' .. i]
        local score = theirs ~= '' and likeness(report.type, mine, sign(theirs))
        if score and score >= WEIGHTS.join then
          found[#found + 1] = event
          break
        end
      end
    end
  end
  table.sort(found, function(one, other)
    if one.f ~= other.f then
      return one.f < other.f
    end
    return one.id < other.id
  end)
  return found
end

local function founded(report) -- the id that follows from the report alone, or the next free one
  local id = report.event
  for n = 2, 99 do
    local known = redis.call('HMGET', event_key(id), 'type', 'gone')
    if not known[1] or known[2] then
      return id
    end
    id = redis.sha1hex(report.event .. n):sub(1, 20)
  end
  return id
end

-- What is known of an event ------------------------------------------------------------------------

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
  local record, i = {}, 0
  for value in (text .. '|'):gmatch('([^|]*)|') do
    i = i + 1
    record[RECORD[i]] = value
  end
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
    l = now.l > ask.published and now.l or ask.published,
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

local function fields_of(id)
  local all, found = redis.call('HGETALL', event_key(id)), {}
  for i = 1, #all, 2 do
    found[all[i]] = all[i + 1]
  end
  return found
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
  local sources, more = 0, {}
  for field, value in pairs(fields_of(from.id)) do
    local kind = field:sub(1, 2)
    if kind == 'r:' then
      local record = unpacked(value)
      local free, example = free_place(to), from['x' .. record.example]
      record.example = example and free or ''
      record.source = record.source == record.outlet and '=' or record.source
      more[#more + 1], more[#more + 2] = field, packed(record)
      if record.example ~= '' then
        write(to, {['x' .. free] = example})
      end
    elseif kind == 'p:' or kind == 'q:' then
      redis.call('HSETNX', to.key, field, value)
    elseif kind == 's:' then
      sources = sources + count_source(to, field:sub(3), tonumber(value))
    end
  end
  local changes = {
    n = to.n + from.n, i = to.i + sources, f = earlier(to.f, from.f),
    l = to.l > from.l and to.l or from.l, parties = fuller(to.parties, from.parties),
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
  redis.call('HSET', from.key, 'into', to.id, 'v', from.v)
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
    return 'created', 'live', {}
  end
  local reasons = differences(before, after)
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
  redis.call('DEL', event.key)
  redis.call('HSET', event.key, 'gone', 1, 'v', revision)
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
