"""On which of the days that an article speaks of an act took place.

The rules give one answer (`timing`). Beside it stand the days that the act's sentence and its
neighbours tell, the story's and that of the news. Signs speak for or against each of them: where it
stands, in which tense it is told, what kind of act it is. Their weights (`lexicon/dating.tsv`,
log-odds) are fitted on coded articles by ``training/dating.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import fsum

from worker.events import log_odds
from worker.events.dates import edtf
from worker.events.dates import expressions as dates
from worker.events.dates.placing import (
    SAYING,
    Placed,
    belongs_to_noun,
    chain_of,
    compared,
    distance,
    is_elsewhere,
    is_since,
    tells_of,
    tells_on,
    tense_of,
)
from worker.events.dates.timing import Basis, Dated, Timeline
from worker.events.language.parsed import Token
from worker.events.language.tree import base, is_predicate, lemma

_BEFORE, _AFTER = 3, 2  # sentences around that of the act
_LEAD = 2  # sentences that are told apart at the beginning of an article
_BASIS: dict[str, Basis] = {"own": "expression", "before": "story", "after": "following"}
_PLACES = frozenset({"rules", "open", "news", "month", "story", *_BASIS})
_CALENDAR = frozenset({"weekday", "month", "day"})
_COUNTED = frozenset({"later", "offset"})
"""Kinds of expressions that are read from the calendar, or counted from another date."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An act whose day is asked.

    Attributes:
        standing: what its clause says of it ("fact", "future", …).
        learnt: no rule told it, the model of types did.
        issued: the article is an official statement.
        date, basis: when it took place by the rules, as `Dated`.
        words: where the words stand that say so; None without.
    """

    type: str
    standing: str
    trigger: Token
    learnt: bool
    issued: bool
    date: str | None
    basis: str
    words: int | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A day on which the act may have taken place.

    Attributes:
        date: EDTF, or None where it stays open.
        told: how it is found; None where it is the answer of the rules.
    """

    date: str | None
    told: Dated | None
    signs: frozenset[str]


def chosen(asked: Asked, number: int, timelines: Sequence[Timeline]) -> Dated | None:
    """When the act took place; None where nothing speaks more than the rules' own answer.

    Theirs stays too where the day of publication is not known: all that is weighed hangs on it.

    Args:
        number: of the act's sentence.
        timelines: of all sentences, each standing at its own.
    """
    if len(timelines[number].published or "") < len("2024-01-15"):
        return None
    table = weights()
    found = candidates(asked, number, timelines)
    return max(found, key=lambda one: fsum(table.get(sign, 0.0) for sign in one.signs)).told


def candidates(asked: Asked, number: int, timelines: Sequence[Timeline]) -> list[Candidate]:
    """Every day that comes into question, the rules' answer first."""
    here = timelines[number]
    setting = _setting(asked, number, here)
    signs: dict[str | None, set[str]] = {asked.date: {"rules", *_of_rules(asked, here)}}
    told: dict[str | None, Dated | None] = {asked.date: None}
    for place, dated, own in _around(asked, number, timelines):
        told.setdefault(dated.date, dated)
        signs.setdefault(dated.date, set()).update((place, *own))
    for known in signs.values():
        known |= {f"{place} | {sign}" for place in known & _PLACES for sign in setting}
    return [Candidate(date, dated, frozenset(signs[date])) for date, dated in told.items()]


def weights() -> dict[str, float]:
    """Log-odds of each sign."""
    return log_odds.read("lexicon", "dating.tsv")


def _setting(asked: Asked, number: int, here: Timeline) -> list[str]:
    """What holds for an act, whichever its day."""
    trigger, tense = asked.trigger, tense_of(asked.trigger)
    return [
        asked.type,
        asked.standing,
        f"by {asked.basis}",
        f"tense {tense}",
        f"sentence {min(number, _LEAD)}",
        *_true(
            ("statement", asked.issued),
            ("quoted", here.is_quoted(trigger)),
            ("said", any(base(node) == "ccomp" for node in chain_of(trigger))),
            (f"predicate {tense}", is_predicate(trigger)),
        ),
    ]


def _of_rules(asked: Asked, here: Timeline) -> list[str]:
    """What speaks of the rules' answer."""
    basis = f"rules {asked.basis}"
    return [
        basis,
        f"{basis} {tense_of(asked.trigger)}",
        f"rules {len(asked.date or '')}",
        *(f"{basis} {one.expression.kind}" for one in here.expressions if one.start == asked.words),
        *_true(
            (f"{basis} learnt", asked.learnt),
            (f"{basis} quoted", here.is_quoted(asked.trigger)),
        ),
    ]


def _around(
    asked: Asked, number: int, timelines: Sequence[Timeline]
) -> Iterator[tuple[str, Dated, list[str]]]:
    """The other days that come into question, where each is told, and what speaks of it there."""
    here = timelines[number]
    yield "open", Dated(None, "open"), []
    if here.published is not None:
        yield "news", Dated(here.published, "news"), []
        yield "month", Dated(edtf.cut(here.published, "month"), "news"), []
    if here.story is not None:
        yield "story", here.story, []
    first = max(0, number - _BEFORE)
    near = [n for n in range(first, number + _AFTER + 1) if n < len(timelines)]
    telling = [n for n in near if timelines[n].expressions]
    nearest = {max((n for n in telling if n < number), default=None)}
    nearest.add(min((n for n in telling if n > number), default=None))
    for n in telling:
        place = "own" if n == number else "before" if n < number else "after"
        for one in timelines[n].expressions:
            if n >= number and is_elsewhere(one):
                continue
            signs = _of_expression(one, place, n - number)
            if n == number:
                signs += _in_clause(asked.trigger, one, here, learnt=asked.learnt)
            elif n in nearest:
                signs += [f"{place} nearest", f"{place} nearest {tense_of(one.clause)}"]
            if timelines[n].offset != here.offset:
                signs.append(f"{n - number:+} in another paragraph")
            for date, how in _readings(one, timelines[n]):
                words = (one.text, one.start)
                dated = Dated(date, _BASIS[place], words, one.expression.line)
                yield place, dated, signs + _of_date(date, how, place, one, timelines[n])


def _of_expression(one: Placed, place: str, step: int) -> list[str]:
    """What speaks of an expression so many sentences away."""
    tense = tense_of(one.clause)
    told_on = tells_on(one)
    return [
        f"{step:+}",
        f"{step:+} {one.expression.kind}",
        f"{step:+} {tense}",
        *_true(
            (f"{place} elsewhere", is_elsewhere(one)),
            (f"{place} of a noun", belongs_to_noun(one)),
            (f"{place} since", is_since(one)),
            (f"{place} in quotes", one.quoted),
            (f"{place} said", lemma(one.clause) in SAYING),
            (f"{place} told on", told_on),
            (f"{place} told on {tense}", told_on),
        ),
    ]


def _in_clause(trigger: Token, one: Placed, here: Timeline, *, learnt: bool) -> list[str]:
    """What speaks of an expression in the act's own sentence."""
    far = distance(trigger, one)
    return [
        f"distance {far}",
        f"distance {far} {one.expression.kind}",
        f"distance {far} {'learnt' if learnt else 'by rule'}",
        f"{tense_of(trigger)} beside {tense_of(one.clause)}",
        *_true(
            ("counted from it", one.expression.kind == "offset" and tells_of(one, trigger)),
            ("counted to it", one.expression.kind == "offset" and compared(one) == trigger),
            ("of another act", here.is_other(trigger, one)),
            (f"clause above {tense_of(one.clause)}", one.clause in chain_of(trigger)),
            ("below", trigger in chain_of(one.token)),
            ("in front", one.token.i < trigger.i),
            ("at the beginning", one.first.i - one.token.sent.start <= 1),
        ),
    ]


def _of_date(date: str, how: str, place: str, one: Placed, at: Timeline) -> list[str]:
    """What speaks of one reading of an expression."""
    return [
        f"{place} {how} {one.expression.kind}",
        *_true(
            (f"{place} to come", at.is_to_come(date)),
            (f"{place} recent", at.is_recent(date)),
            (f"{place} day of the news", date == at.published),
        ),
    ]


def _true(*signs: tuple[str, bool]) -> Iterator[str]:
    return (sign for sign, holds in signs if holds)


def _readings(one: Placed, at: Timeline) -> Iterator[tuple[str, str]]:
    """What an expression may mean, the plainest reading first, and how it is read so."""
    seen: set[str] = set()
    for date, how in _every_reading(one, at):
        if date is not None and date not in seen:
            seen.add(date)
            yield date, how


def _every_reading(one: Placed, at: Timeline) -> Iterator[tuple[str | None, str]]:
    yield at.resolved(one), "plain"
    expression = one.expression
    if expression.kind in _CALENDAR:
        for ahead, how in ((False, "back"), (True, "ahead")):
            yield dates.resolve(expression, at.published, ahead=ahead), how
    if expression.kind in ("count", "span") and at.published is not None:
        yield dates.to_the_day(expression, at.published), "day"
    if expression.kind in _COUNTED:
        for start, whose in _starts(at):
            if expression.kind == "later":
                yield dates.resolve(expression, at.published, previous=start), whose
            else:
                for onward, way in ((False, "back"), (True, "onward")):
                    yield dates.beside(expression, start, onward=onward), f"{whose} {way}"


def _starts(at: Timeline) -> Iterator[tuple[str, str]]:
    """From what "a day later" and "two days after" may be counted."""
    for other in at.expressions:
        date = at.resolved(other)
        if date is not None and other.expression.kind not in _COUNTED:
            yield date, "from beside"
    if at.story is not None and at.story.date is not None:
        yield at.story.date, "from the story"
    if at.previous is not None:
        yield at.previous, "from before"
    if at.published is not None:
        yield at.published, "from the news"
