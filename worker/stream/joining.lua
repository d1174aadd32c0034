-- Which event a report tells: events stand on shelves, by month and pair of parties.
-- Follows likeness.lua.

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

local function fields_of(id)
  local all, found = redis.call('HGETALL', event_key(id)), {}
  for i = 1, #all, 2 do
    found[all[i]] = all[i + 1]
  end
  return found
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

