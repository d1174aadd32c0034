"""When an article without a day was written: while those whom it names held office together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from worker.events.parties.nouns import Hit
from worker.events.parties.people import SENIOR, Person
from worker.events.parties.run import Run

_OPEN = 366 * 4
"""Days that an office whose end no table knows is taken to last."""
_WIDEST = 366 * 9
"""Days within which a time still tells who else is meant."""
_YEAR = re.compile(r"\b(?:19[5-9]\d|20[0-4]\d)\b")

Span = tuple[int, int]


def period(runs: Sequence[Run]) -> date | None:
    """A day of the time in which most office holders named were in office; None if too wide.

    It is of the latest year of that time that the text tells, else in its middle.
    """
    held: dict[str, list[Span]] = {}
    for run in runs:
        for hit, code in _holders(run):
            key = " ".join(run.words.keys[hit.start : hit.end])
            people = (p for p in hit.full or hit.short if p.code == code and not p.learnt)
            held.setdefault(key, [s for p in people for s in _spans(p)])
    first, last = _busiest([spans for spans in held.values() if spans])
    if not 0 < last - first <= _WIDEST:
        return None
    told = {int(y) for run in runs for y in _YEAR.findall(run.words.text)}
    days = (date(year, 7, 1).toordinal() for year in told)
    within = [d for d in days if first <= d <= last]
    return date.fromordinal(max(within, default=first + (last - first) // 2))


def _holders(run: Run) -> Iterator[tuple[Hit, str]]:
    """The hits that are persons in office as the tables may know them, each with its party."""
    named = [f for f in run.found if f.person and not f.former]
    for hit in run.hits if named else ():
        start = run.words.starts[hit.start]
        if hit.full or hit.short:
            yield from ((hit, f.code) for f in named if f.start <= start < f.end)


def _spans(person: Person) -> Iterator[Span]:
    for term in person.terms:
        if term.rank <= SENIOR and term.start is not None:
            yield term.start, term.end if term.end is not None else term.start + _OPEN


def _busiest(held: Sequence[Sequence[Span]]) -> Span:
    """The longest time that most holders share, to the day behind it; empty where there is none."""
    days = sorted({d for spans in held for start, end in spans for d in (start, end + 1)})
    shared = [
        (sum(any(s[0] <= day <= s[1] for s in spans) for spans in held), after - day, day)
        for day, after in pairwise(days)
    ]
    _, length, day = max(shared, key=lambda s: (s[0], s[1], -s[2]), default=(0, 0, 0))
    return day, day + length
