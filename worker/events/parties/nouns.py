"""What the party finder hands from step to step: hits, what the article says, what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from worker.events.parties.people import Person
from worker.events.parties.tables import Entry, Office

BODIES = frozenset(["government", "military"])
"""Classes of offices that stand for the party itself."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """A person whom the article introduced, or named in full."""

    name: str
    code: str
    office: str | None
    entry: str


@dataclass(frozen=True)
class Context:
    """What is known of the article beyond the sentence.

    Attributes:
        text: everything, for cues of several words.
        words: every word as spelt.
        codes: parties that are named beyond doubt.
        home: the party for which the article speaks.
        learnt: persons by folded full and short name.
        blocked: short names that belong to somebody else here.
    """

    text: str = ""
    words: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    home: str | None = None
    learnt: Mapping[str, Learnt] = field(default_factory=dict)
    blocked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hit:
    """Words ``start:end`` of a text that stand in a table."""

    start: int
    end: int
    entries: tuple[Entry, ...] = ()
    full: tuple[Person, ...] = ()
    short: tuple[Person, ...] = ()
    learnt: Learnt | None = None

    @property
    def personal(self) -> bool:
        """Whether it can only be a person."""
        return not self.entries


@dataclass(frozen=True, slots=True)
class Found:
    """A mention before it is tied to tokens; the fields are those of `parties.Mention`."""

    start: int
    end: int
    core: tuple[int, int]
    code: str
    basis: str
    entry: str
    candidates: tuple[str, ...] = ()
    adjectival: bool = False
    head: str | None = None
    head_class: str | None = None
    possessive: bool = False
    compound: str | None = None
    office: str | None = None
    person: str | None = None
    former: bool = False
    is_place: bool = False
    posting: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """The noun phrase that a party's name qualifies, in words ``start:end``."""

    start: int
    end: int
    office: Office | None

    @property
    def body(self) -> bool:
        """Whether it stands for the party itself."""
        return self.office is not None and self.office.head_class in BODIES

    @property
    def rebels(self) -> bool:
        """Whether it may be a group that the state is the home of."""
        return self.office is not None and self.office.head_class == "rebels"
