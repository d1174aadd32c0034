"""A party's name with an office: "Iran's new foreign minister", "the king of Jordan"."""

from __future__ import annotations

from dataclasses import replace

from worker.events.parties.names import name_after, name_in_front
from worker.events.parties.nouns import BODIES, Found, Head, Hit
from worker.events.parties.run import Run
from worker.events.parties.tables import Entry, Office

_REMITS = frozenset(["for", "on", "to", "in", "of", "at"])
_INSIDE = frozenset(["and", "the", "of", "for", "on", "in", "to"])
_LONGEST_REMIT = 8
"""Words that what an office is for has at most: "envoy for the peace process in Darfur"."""


def add_head(run: Run, hit: Hit, base: Found) -> int:
    """The head of an organisation, whose office names it: "NATO Secretary General Mark Rutte"."""
    found = replace(base, office=run.text(hit.start, hit.end), head_class="government")
    end = _posting(run, hit.end, run.tables.offices.get(run.words.keys[hit.end - 1]))
    named = name_after(run, end, found) or name_after(run, _remit(run, hit.end), found)
    if named is not None:
        run.found.append(named[0])
        return named[1]
    run.found.append(found)
    name_in_front(run, hit.start, found)
    return hit.end


def add_office(run: Run, hit: Hit, base: Found, head: Head) -> int:
    """ "Iran's new foreign minister (Abbas Araghchi)"."""
    words, office = run.words, head.office
    text = words.text[words.starts[head.start] : words.ends[head.end - 1]]
    past = run.tables.words["past"]
    inside = any(words.keys[i] in past for i in range(hit.end, head.end))
    found = replace(
        base, end=words.ends[head.end - 1], office=text, head=words.forms[head.end - 1],
        head_class=office.head_class if office else None, is_place=False,
        former=inside or run.past_before(hit.start),
        adjectival=False,
    )  # fmt: skip
    found, hit_start = _spokesman_for(run, hit, found)
    end = _posting(run, head.end, office)
    named = name_after(run, end, found) or name_after(run, _remit(run, head.end), found)
    if named is not None:
        run.found.append(named[0])
        return named[1]
    run.found.append(found)
    name_in_front(run, hit_start, found)
    return head.end


def _spokesman_for(run: Run, hit: Hit, found: Found) -> tuple[Found, int]:
    """ "a spokesman for the Iranian foreign ministry"."""
    before = office_of(run, hit, None)
    if before is None or before[1].kind == "mission":
        return found, hit.start
    words = run.words
    start = before[0]
    office = f"{words.text[words.starts[start] : words.ends[before[2] - 1]]}, {found.office}"
    return replace(found, start=words.starts[start], office=office), start


def _posting(run: Run, end: int, office: Office | None) -> int:
    """Mark the place a diplomat is sent to; the first word behind it."""
    words = run.words
    if office is None or office.kind not in {"envoy", "mission"} or end >= len(words):
        return end
    i = end
    if words.spaced(i - 1) and words.keys[i] in {"to", "in", "for", "at"}:
        i += 1
        if i < len(words) and words.keys[i] == "the":
            i += 1
        place = run.by_start.get(i)
        if place is not None and place.entries:
            run.postings.add(i)
            return place.end
    return end


def _remit(run: Run, i: int) -> int:
    """The first word behind what an office is for: "rapporteur on torture, …"; ``i`` if nothing."""
    words, j = run.words, i + 1
    if i >= len(words) or not words.spaced(i - 1) or words.keys[i] not in _REMITS:
        return i
    while j < len(words) - 1 and j - i <= _LONGEST_REMIT:
        if words.gap(j).startswith(","):
            return j + 1
        if not words.joined(j) or words.keys[j] in run.tables.words["stops"] - _INSIDE:
            return i
        j += 1
    return i


def office_of(run: Run, hit: Hit, entry: Entry | None) -> tuple[int, Office, int] | None:
    """An office before "of [the]" and the party: its start, meaning and end."""
    words = run.words
    i = hit.start - 1
    while i > 0 and words.keys[i] in {"the", "former", "new", "united"} and words.gap(i) == " ":
        i -= 1
    if i < 1 or words.gap(i) != " " or not words.spaced(i - 1):
        return None
    preposition = words.keys[i]
    match = run.offices.before(words, i)
    if match is None or preposition not in {"of", "for", "in", "to", "at"}:
        return None
    start, office = match
    if office.kind in {"envoy", "mission"} and preposition != "of":
        run.postings.add(hit.start)
        return None
    seated = preposition == "in" and words.keys[i - 1] in run.tables.words["seated"]
    speaks = preposition in {"for", "at"} and office.kind == "speaker"
    if preposition != "of" and not (seated and entry is not None) and not speaks:
        return None
    return start, office, i


def add_office_in_front(run: Run, hit: Hit, base: Found, before: tuple[int, Office, int]) -> int:
    """ "the foreign minister of France (, Jean-Noël Barrot)"."""
    words = run.words
    start, office, end = before
    owned = start > 1 and start in {words.possessive(start - 1), -words.possessive(start)}
    if office.head_class not in BODIES or owned:  # "Russia's presidency of BRICS" is Russia's
        head = words.forms[end - 1]
        place = office.head_class == "place"
        run.found.append(replace(base, adjectival=True, head=head,
                                  head_class=office.head_class, is_place=place))  # fmt: skip
        return hit.end
    text = words.text[words.starts[start] : words.ends[end - 1]]
    found = replace(
        base, start=words.starts[start], office=text, head=words.forms[end - 1],
        head_class=office.head_class, is_place=False,
        former=run.past_before(start),
    )  # fmt: skip
    named = name_after(run, hit.end, found)
    if named is not None:
        run.found.append(named[0])
        return named[1]
    run.found.append(found)
    name_in_front(run, start, found)
    return hit.end
