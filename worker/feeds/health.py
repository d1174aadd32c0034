"""How a feed does, in plain words: pure functions over its Habit and what became of its articles.

Two ailments hide behind "200 OK": a *stale* feed has brought nothing new for much longer than is
its habit, and a *silent* one can be read but yields no article.
"""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Literal

from worker.feeds import schedule
from worker.feeds.schedule import Habit

Kind = Literal["ended", "failing", "silent", "stale", "gap", "moved", "new"]
KINDS: tuple[Kind, ...] = ("ended", "failing", "silent", "stale", "gap", "moved", "new")

_MINUTE, _HOUR, _DAY = 60.0, 3_600.0, 86_400.0
_EMPTY, _EMPTY_TIMES = _DAY, 10  # silent: no entry in it for so long, and for ten usual gaps
_FRUITLESS = 10  # … and one of whose articles so many in a row could not be read


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is noteworthy about a feed, and the sentence that says so."""

    kind: Kind
    sentence: str


def findings(habit: Habit, fruitless: int, now: datetime) -> tuple[Finding, ...]:
    """What is noteworthy about a feed, the gravest first; nothing where all is well.

    Args:
        habit: what is remembered of it.
        fruitless: how many of its last articles in a row could not be read.
        now: the time.
    """
    return tuple(_findings(habit, fruitless, now))


def _findings(habit: Habit, fruitless: int, now: datetime) -> Iterator[Finding]:
    if habit.gone:
        yield Finding("ended", "It answered 410: it is gone for good, and is not asked any more.")
        return
    if habit.checked is None:
        yield Finding("new", "Not looked at yet.")
    if habit.reason:
        yield Finding("failing", _failure(habit, now))
    empty = _since(habit.empty_since, now) if habit.empty_since else 0.0
    if empty > max(_EMPTY, _EMPTY_TIMES * (habit.spacing or 0.0)):
        yield Finding("silent", f"It can be read, but for {span(empty)} has held no entry.")
    if fruitless >= _FRUITLESS:
        yield Finding("silent", f"None of its last {fruitless} articles could be read.")
    if schedule.is_stale(habit, now):
        yield Finding("stale", _silence(habit, now))
    if habit.gap:
        yield Finding(
            "gap", "The last look found nothing but new entries: some may have been missed before."
        )
    if habit.address:
        yield Finding("moved", f"It has moved for good, and is read at {habit.address}.")


def words(reason: str) -> str:
    """What a failure means, in plain words: "its server refuses us"."""
    known = _reasons().get(reason)
    if known:
        return known
    if re.fullmatch(r"http-5\d\d", reason):
        return f"its server has an error of its own ({reason[5:]})"
    return f"its server answers {reason[5:]}" if reason.startswith("http-") else reason


def span(seconds: float) -> str:
    """A length of time for people: "40 s", "12 min", "5 h", "3 days"."""
    for unit, name, most in ((1.0, "s", 120), (_MINUTE, "min", 100), (_HOUR, "h", 72)):
        if seconds < unit * most:
            return f"{round(max(seconds, 0.0) / unit)} {name}"
    return f"{round(seconds / _DAY)} days"


def _failure(habit: Habit, now: datetime) -> str:
    what = words(habit.reason or "")
    times = "once" if habit.errors == 1 else f"{habit.errors} times in a row"
    last = f"{span(_since(habit.succeeded, now))} ago" if habit.succeeded else "never"
    detail = f" ({habit.detail})" if habit.detail else ""
    return f"{what[0].upper()}{what[1:]}{detail}: {times}; last read {last}."


def _silence(habit: Habit, now: datetime) -> str:
    newest = span(_since(habit.last_entry or habit.changed or 0.0, now))
    usual = f", where one usually comes every {span(habit.spacing)}" if habit.spacing else ""
    return f"It answers, but its newest entry is {newest} old{usual}."


def _since(then: float, now: datetime) -> float:
    return now.timestamp() - then


@functools.cache
def _reasons() -> dict[str, str]:
    with files("worker.feeds").joinpath("reasons.tsv").open(encoding="utf-8") as table:
        return {row["reason"]: row["words"] for row in csv.DictReader(table, delimiter="\t")}
