-- Reports → events: which event a report tells, what is known of that event, and its messages.
--
-- One script in files: this one (how much speaks for two reports telling one act), joining.lua (which
-- event), holding.lua (what is known of it), telling.lua (messages), and publish.lua or splitting.lua
-- and republish.lua. `publish.py` puts before it
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
--                         it is, where there are three or more; `into` where it was merged, with
--                         `a`, its articles; `m` the events that were merged into it; `gone` where it
--                         was retracted; of what was taken apart: y:<article> the event that has its
--                         report now, `of` the event it was taken out of
--   {prefix}:live:<month|year|none>   hash: "type|code|code" → day and id of each event, 22 wide
--   the article's own hash (OWNER)    t:<report> → id of its event; revision
-- A day is "00" where only the month or year is known.
local ask = cjson.decode(ARGV[1])
local EVENTS, REPORTS, ARTICLES, DEAD, COUNTERS, FATE, OWNER = unpack(KEYS, 1, 7)
local function short(article)
  return redis.sha1hex(article):sub(1, 10)
end
local ARTICLE = short(ask.article)
local EXEMPLARS = 6
local WIDTH = 22

local function event_key(id)
  return ask.prefix .. ':event:' .. id
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

-- Likeness ---------------------------------------------------------------------------------------

-- What a report is joined by: "date|firm|mode|place|parties|words", at most 64 bytes, so that the
-- hash stays in its compact form. Of the mode the first three letters tell it from its type's others.
local SIGN = {'date', 'firm', 'mode', 'place', 'parties', 'words'}

local function by_name(names, text) -- the values of a line, by their names
  local found, i = {}, 0
  for value in (text .. '|'):gmatch('([^|]*)|') do
    i = i + 1
    found[names[i]] = value
  end
  return found
end

local function sign(text)
  return by_name(SIGN, text)
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

