"""Names of persons that an office introduces; the article's later short forms are learnt."""

from __future__ import annotations

from dataclasses import replace

from worker.events.parties.nouns import Found, Hit, Learnt
from worker.events.parties.people import surname_of
from worker.events.parties.run import Run

_LIMIT = 5
"""Words that a person's name has at most."""
_NEAR = 8
"""Mentions among which a name right in front of an office stands, if it was one."""
_FULL = 2
"""Words from which a name counts as a full one."""


# Behind the office ------------------------------------------------------------------------------


def name_after(run: Run, i: int, found: Found) -> tuple[Found, int] | None:
    """The office with the name that follows it at word ``i``, and the first word behind that.

    With or without commas: "Prime Minister Sanae Takaichi", "Taiwan's president, Lai Ching-te,".
    """
    words = run.words
    if i >= len(words) or not _personal(run, found):
        return None
    apposed = words.gap(i - 1) == ", "
    if not (apposed or words.spaced(i - 1)):
        return None
    hit = run.by_start.get(i)
    if hit is not None and hit.personal and (hit.full or not apposed):
        end = _name_end(run, i, hit.end)
        fits = not apposed or found.code in _codes(hit) or _free(run, hit, end)
        return _introduced(run, found, i, end) if fits else None
    end = _name_end(run, i, i)
    if end == i or (apposed and (end - i < _FULL or not _closed(run, end))):
        return None
    return _introduced(run, found, i, end)


def _codes(hit: Hit) -> set[str]:
    known = {person.code for person in (*hit.full, *hit.short)}
    return known | {hit.learnt.code} if hit.learnt else known


def _free(run: Run, hit: Hit, end: int) -> bool:
    """Whether somebody known from elsewhere may well hold the office now: no other in force."""
    if run.on is None or not _closed(run, end):
        return False
    day = run.on.toordinal()
    return all(t.distance(day) > 0 for person in hit.full for t in person.terms)


def _closed(run: Run, end: int) -> bool:
    """Whether an apposition ends there: with a comma that goes on no list, or with the sentence."""
    gap = run.words.gap(end - 1)
    listed = end < len(run.words) and run.words.keys[end] in {"and", "or"}
    return gap[:1] in {".", "\n"} or (gap.startswith(",") and not listed)


def _introduced(run: Run, found: Found, start: int, end: int) -> tuple[Found, int]:
    name = run.text(start, end)
    _learn(run, name, found)
    tail = run.words.possessive(end)
    grown = replace(
        found, end=run.words.ends[end - 1], person=name, possessive=tail != end, head=None
    )
    return grown, end


def _name_end(run: Run, start: int, end: int) -> int:
    """The end of a person's name that begins at ``start`` and reaches at least to ``end``."""
    words, particles = run.words, run.tables.words["particles"]
    i = max(end, start)
    while i < len(words) and i - start < _LIMIT and (i == start or _in_name(run, i - 1)):
        if not _may_name(run, i, first=i == start):
            break
        if words.capital(i) or words.hyphened(i - 1):
            end = i + 1
        elif words.forms[i] not in particles:
            break
        i += 1
    return max(end, start)


def _may_name(run: Run, i: int, *, first: bool) -> bool:
    """Whether word ``i`` can be of a person's name: no party, no opener, no office at its head."""
    hit = run.by_start.get(i)
    if hit is not None and hit.entries and not hit.full:
        return False
    if not run.words.capital(i):
        return not first
    if run.words.keys[i] in run.tables.words["openers"]:
        return False
    return not (first and run.offices.at(run.words, i) is not None)


def _in_name(run: Run, i: int) -> bool:
    gap = run.words.gap(i)
    initial = gap in {". ", "."} and len(run.words.forms[i]) == 1
    return initial or gap in {" ", "-", "'", "’", "\u00a0"}


# In front of the office -------------------------------------------------------------------------


def name_in_front(run: Run, i: int, found: Found) -> None:
    """Add and learn the name before word ``i``: "Sanae Takaichi, the (new) prime minister"."""
    end = _before_comma(run, i)
    if end is None or not _personal(run, found):
        return
    start = _name_start(run, end)
    if end - start < _FULL or _is_phrase(run, start, end):
        return
    name = run.text(start, end)
    _learn(run, name, found)
    span = (run.words.starts[start], run.words.ends[end - 1])
    run.found[-_NEAR:] = [f for f in run.found[-_NEAR:] if not (f.person and f.core == span)]
    run.found.append(
        Found(
            *span,
            span,
            found.code,
            "person",
            "document",
            office=found.office,
            person=name,
            former=found.former,
        )
    )


def _before_comma(run: Run, i: int) -> int | None:
    """The end of what stands before ", the (new)" and word ``i``."""
    words, modifiers = run.words, run.tables.words["modifiers"]
    i -= 1
    while i >= 0 and words.gap(i) == " ":
        if words.keys[i] not in {"the", "a", "an", "as"} and words.keys[i] not in modifiers:
            return None
        i -= 1
    return i + 1 if i >= 1 and words.gap(i) == ", " else None


def _name_start(run: Run, end: int) -> int:
    words, particles = run.words, run.tables.words["particles"]
    start = end
    while start > 0 and end - start < _LIMIT and (start == end or _in_name(run, start - 1)):
        given = words.hyphened(start - 1) and start - 1 > 0  # the "te" of "Ching-te"
        if not (words.capital(start - 1) or words.forms[start - 1] in particles or given):
            break
        start -= 1
    openers, titles = run.tables.words["openers"], run.tables.titles
    while start < end and (
        words.keys[start] in openers
        or words.keys[start] in titles
        or words.forms[start] in particles
    ):
        start += 1
    return start


def _is_phrase(run: Run, start: int, end: int) -> bool:
    """Whether a party or an office stands among the words, so that they are no name."""
    hits = (run.by_start.get(k) for k in range(start, end))
    if any(hit.entries and not hit.full for hit in hits if hit):
        return True
    return any(run.offices.at(run.words, k) for k in range(start, end))


# Both -------------------------------------------------------------------------------------------


def _personal(run: Run, found: Found) -> bool:
    """Whether the office is one human being's: not "ministry", not "leaders"."""
    if found.office is None:
        return False
    last = run.tables.key(found.office.partition(",")[0]).split()[-1]
    if last in run.tables.words["bodies"]:
        return False
    return not last.endswith("s") or last == "affairs"


def _learn(run: Run, name: str, found: Found) -> None:
    person = Learnt(name, found.code, found.office, "document")
    key = run.tables.key(name)
    short = run.tables.key(surname_of(name, found.code))
    for one in (key, short, *key.split()[-1:]):
        if one and (len(one) > 2 or one == key) and one not in run.tables.phrases:
            run.learnt.setdefault(one, person)
