"""One act, one event: mentions of the same act over a whole article become one event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from worker.events.dates import edtf
from worker.events.who.phrases import Named
from worker.model import Account, Location

_MUTUAL_WINS = frozenset({"AGREE", "SUPPORT", "COOPERATE"})
_MET = frozenset({"visit", "multilateral"})
_OF_ONE_MODE = frozenset({"SANCTION", "COERCE", "RETREAT"})
"""To expel envoys and to shut an embassy are two acts; one blow may be told with several arms."""
_STATEMENTS = frozenset({"ACCUSE", "REJECT", "REQUEST", "SUPPORT", "CONCEDE", "MOBILIZE"})


@dataclass(frozen=True, slots=True)
class Told:
    """An act as one place of the article tells it, or several; offsets in the article's text.

    Attributes:
        label: the line of the lexicon, with what the clause made of it ("retreat.release/future").
        evidence: first and last code point (exclusive) of each quotation, the fullest one first.
        dated: the date stands in the text; else it is the day of the news.
        belief: the highest probability that the model of types gave it in one place.
        accounts: how each quotation came about, in the order of the evidence.
        contexts: PLOVER's, of all places that tell it.
        location: where it took place, as the first of them says.
    """

    type: str
    mode: str | None
    actors: tuple[Named, ...]
    recipients: tuple[Named, ...]
    date: str | None
    label: str
    evidence: tuple[tuple[int, int], ...]
    dated: bool = False
    accounts: tuple[Account, ...] = ()
    contexts: tuple[str, ...] = ()
    belief: float = 0.5
    location: Location | None = None

    @property
    def codes(self) -> tuple[frozenset[str], frozenset[str]]:
        """Codes of actors and of recipients."""
        return frozenset(a.code for a in self.actors), frozenset(r.code for r in self.recipients)


def merge(told: Iterable[Told]) -> list[Told]:
    """Events in the order of their first mention.

    Merged until nothing merges: a fuller mention may join two that stood apart.
    """
    events = list(told)
    while len(merged := _once(events)) < len(events):
        events = merged
    return merged


def _once(events: Iterable[Told]) -> list[Told]:
    """Join each to the first before it that tells the same act."""
    merged: list[Told] = []
    for act in events:
        for n, event in enumerate(merged):
            joined = _join(event, act)
            if joined is not None:
                merged[n] = joined
                break
        else:
            merged.append(act)
    return merged


def _join(one: Told, other: Told) -> Told | None:
    """The one event that both tell, or None where they are two."""
    if one.type != other.type or not _same_day(one, other) or _called_and_met(one, other):
        return None
    if one.type in _OF_ONE_MODE and one.mode and other.mode and one.mode != other.mode:
        return None
    fuller = _fuller(one, other)
    if fuller is None:
        return None
    rest = other if fuller is one else one
    date = one.date if one.dated == other.dated and one.date == other.date else None
    if date is None:
        dated = [t.date for t in (one, other) if t.dated]
        date = _finest(dated) or _finest([one.date, other.date])
    return replace(
        fuller,
        mode=fuller.mode or (None if _is_of_two(rest) else rest.mode),
        date=date,
        dated=one.dated or other.dated,
        evidence=fuller.evidence + rest.evidence,
        accounts=fuller.accounts + rest.accounts,
        belief=max(fuller.belief, rest.belief),
        location=fuller.location or rest.location,
        contexts=tuple(dict.fromkeys(fuller.contexts + rest.contexts)),
    )


def _is_of_two(told: Told) -> bool:
    """ "Attended the talks", which two states or groups held: nothing multilateral."""
    kinds = [p.kind for p in told.actors + told.recipients]
    return told.mode == "multilateral" and len(kinds) == 2 and "igo" not in kinds


def _finest(dates: list[str | None]) -> str | None:
    """The first of the most precise dates."""
    return max(filter(None, dates), key=len, default=None)


def _called_and_met(one: Told, other: Told) -> bool:
    """A call is no meeting, whoever takes part in both."""
    modes = {one.mode, other.mode}
    return one.type == "CONSULT" and "phone" in modes and bool(modes & _MET)


def _same_day(one: Told, other: Told) -> bool:
    """Whether the dates may be one; the day of the news, taken for want of a better, gives way."""
    if one.dated and other.dated:
        return edtf.compatible(one.date, other.date)
    if one.dated != other.dated:
        dated, open_ = (one, other) if one.dated else (other, one)
        if open_.date is None or dated.date is None:
            return True
        return dated.date[:7] == open_.date[:7] or _near(dated.date, open_.date)
    return edtf.compatible(one.date, other.date)


def _near(one: str, other: str) -> bool:
    return len(one) == len(other) == 10 and abs(_days(one) - _days(other)) <= 10


def _days(day: str) -> int:
    year, month, number = (int(part) for part in day.split("-"))
    return year * 372 + month * 31 + number


def _fuller(one: Told, other: Told) -> Told | None:
    """Of two mentions that may be one act, the one with all its parties; None if they differ."""
    if one.type == "CONSULT":
        ours, theirs = frozenset().union(*one.codes), frozenset().union(*other.codes)
        if ours == theirs:
            return one if one.recipients or not other.recipients else other
        return _larger(one, other, ours, theirs)
    (a, r), (b, s) = one.codes, other.codes
    if a == b and r == s:
        return one
    if one.type in _MUTUAL_WINS and a | r == b | s and (not r or not s):
        if one.label.startswith("consult.") and other.label.startswith("consult."):
            return one if r else other  # a visit to come, and whom the visitor is to meet on it
        return one if not r else other
    if a == b and (not r or not s) and len(a) == 1 and one.type in _STATEMENTS:
        return one if r else other
    struck = one.type not in _STATEMENTS
    if struck and a == b and r and s and _only_places(one) != _only_places(other):
        return other if _only_places(one) else one  # where it struck, and whom
    if a >= b and r >= s and r and s:
        return one
    if b >= a and s >= r and r and s:
        return other
    if not r and not s:
        return _larger(one, other, a, b)
    return None


def _only_places(told: Told) -> bool:
    return all(r.place for r in told.recipients)


def _larger(one: Told, other: Told, ours: frozenset[str], theirs: frozenset[str]) -> Told | None:
    if ours >= theirs:
        return one
    return other if theirs >= ours else None
