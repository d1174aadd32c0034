"""One pass over the hits of one text: what every step of it shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from worker.events.parties.nouns import Context, Found, Hit, Learnt
from worker.events.parties.offices import Offices
from worker.events.parties.people import People
from worker.events.parties.tables import Tables
from worker.events.parties.words import Words


@dataclass(slots=True)
class Run:
    """A text, its hits, and what has been made of them so far.

    Attributes:
        tables, people, offices: the gazetteer.
        words, hits: the text and the names in it.
        on: the day of publication; None if unknown.
        context: what the article says beyond this text.
        by_start: the hits by their first word.
        ends: the words behind names of parties.
        spoken: what the rest of the article says for a sense, by its line.
        learnt: persons whom this text introduces, by folded name.
        blocked: short names that belong to somebody else here.
        postings: first words of places to which a diplomat is sent.
        found: the mentions so far.
    """

    tables: Tables
    people: People
    offices: Offices
    words: Words
    hits: Sequence[Hit]
    on: date | None
    context: Context
    by_start: dict[int, Hit] = field(init=False)
    ends: frozenset[int] = field(init=False)
    spoken: dict[str, bool] = field(default_factory=dict)
    learnt: dict[str, Learnt] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    postings: set[int] = field(default_factory=set)
    found: list[Found] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Index the hits."""
        self.by_start = {h.start: h for h in self.hits}
        self.ends = frozenset(h.end for h in self.hits if h.entries)

    def text(self, start: int, end: int) -> str:
        """The text of words ``start:end``."""
        return self.words.text[self.words.starts[start] : self.words.ends[end - 1]]

    def past_before(self, i: int) -> bool:
        """Whether the word right before word ``i`` makes a past office of it: "former", "ex-"."""
        tied = i > 0 and self.words.gap(i - 1) in {" ", "-", "\u2011"}
        return tied and self.words.keys[i - 1] in self.tables.words["past"]
