"""What one clause tells: a frame with its parties, and the act that the clause makes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from worker.events.frames.evidence import stretch
from worker.events.language.parsed import Token
from worker.events.language.tree import Standing
from worker.events.rules import Rule
from worker.events.who.phrases import Named

Parties = tuple[tuple[Named, ...], tuple[Named, ...]]
"""Actors and recipients."""

PartiesOf = Callable[[Token, int], Parties | None]
"""Gives the parties of the act that a clause tells, None where it tells none.

The number says how deep in complements the clause stands.
"""


@dataclass(frozen=True, slots=True)
class Act:
    """One act as one clause tells it.

    Attributes:
        label: id of the lexicon line, with what the clause made of it ("retreat.release/future").
        trigger: the word that fired.
        start, end: offsets of the shortest stretch that carries it, in the paragraph.
        quoted: it is said within quotation marks.
    """

    rule: Rule
    label: str
    type: str
    mode: str | None
    actors: tuple[Named, ...]
    recipients: tuple[Named, ...]
    trigger: Token
    start: int
    end: int
    standing: Standing = Standing.FACT
    speaker: Named | None = None
    place: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """A rule with its parties, before the standing of the clause is looked at."""

    rule: Rule
    type: str
    mode: str | None
    actors: tuple[Named, ...]
    recipients: tuple[Named, ...] = ()


def as_fact(trigger: Token, frame: Frame) -> Act:
    """The act of a frame told as a fact, with the stretch that carries it."""
    parties = (*frame.actors, *frame.recipients)
    start, end = stretch(trigger, [(n.start, n.end) for n in parties if n.start >= 0])
    return Act(
        frame.rule, frame.rule.id, frame.type, frame.mode, frame.actors, frame.recipients,
        trigger, start, end, speaker=None,
    )  # fmt: skip
