"""Office holders by name and date: who "President Bush" is depends on the day.

A person's rows say which office was held from when to when. A date followed by "?" is the first or
last day for which the office is attested, not its beginning or end (EDTF's mark of uncertainty).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from worker.events.party_tables import Tables, prefixes, read_rows, read_tables
from worker.events.party_words import fold, split

LEADER, FOREIGN, SENIOR = 1, 2, 3
"""Ranks: heads of state, government and IGOs; foreign ministers; deputies, defence, speakers."""
_NEAR = 366 * 2
"""Days before and after a term in which a bare surname still means its holder."""
_EAST_ASIAN = frozenset(["CHN", "KOR", "PRK", "VNM", "TWN"])


@dataclass(frozen=True, slots=True)
class Term:
    """One office of one person. Days are ordinals; None is open or unknown.

    Attributes:
        start, end: first and last day, as far as known.
        loose_start, loose_end: the office may well have begun earlier, or ended later.
    """

    office: str
    rank: int
    start: int | None
    end: int | None
    loose_start: bool = False
    loose_end: bool = False
    source: str = ""

    def distance(self, on: int) -> int:
        """Days between ``on`` and the term; 0 within it. What is uncertain counts half."""
        if self.start is not None and on < self.start:
            return (self.start - on) // (2 if self.loose_start else 1)
        if self.end is not None and on > self.end:
            return (on - self.end) // (2 if self.loose_end else 1)
        return 0


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who held office for a party."""

    name: str
    code: str
    terms: tuple[Term, ...]
    shorts: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    @property
    def rank(self) -> int:
        """The best rank ever held."""
        return min(t.rank for t in self.terms)


@dataclass(frozen=True, slots=True)
class Resolution:
    """One candidate for a name, best first where several are returned.

    Attributes:
        code, name: the party; for a person, the party served.
        person, office: for a person.
        start, end: ISO dates of the office as far as known, "?" marking what is only attested.
        score: comparable within one list only.
        why: the evidence, for people.
        source: file and line.
    """

    code: str
    name: str
    score: int
    why: str
    source: str
    person: str | None = None
    office: str | None = None
    start: str | None = None
    end: str | None = None


class People:
    """The index of persons by full and by short name."""

    def __init__(self, persons: Iterable[Person], tables: Tables) -> None:
        """Index every spelling of every person."""
        self.tables = tables
        self.full: dict[str, tuple[Person, ...]] = {}
        self.short: dict[str, tuple[Person, ...]] = {}
        for person in persons:
            for form in (person.name, *person.aliases):
                for key in full_keys(form, person, tables):
                    _put(self.full, key, person)
            for short in person.shorts:
                for key in short_keys(short, tables):
                    _put(self.short, key, person)
        self.prefixes = prefixes([*self.full, *self.short])

    def best(
        self,
        people: Iterable[Person],
        on: date | None,
        context: frozenset[str] = frozenset(),
        title: tuple[str, ...] = (),
    ) -> list[tuple[int, Person, Term]]:
        """Candidates with their scores and the office that speaks for them, best first."""
        day = on.toordinal() if on else None
        found = [self._score(p, day, context, title) for p in people]
        return sorted(found, key=lambda f: -f[0])

    def _score(
        self, person: Person, day: int | None, context: frozenset[str], title: tuple[str, ...]
    ) -> tuple[int, Person, Term]:
        term, score = max(
            ((t, self._term_score(t, day, title)) for t in person.terms), key=lambda s: s[1]
        )
        party = self.tables.parties.get(person.code)
        score += 3 * (party.weight if party else 1) + (30 if person.code in context else 0)
        return score, person, term

    def _term_score(self, term: Term, day: int | None, title: tuple[str, ...]) -> int:
        score = 60 - 10 * term.rank
        if day is not None:
            score += 30 - min(60, term.distance(day) * 12 // 365)
        if title and any(t in fold(term.office) for t in title):
            score += 15
        return score


def near(term: Term, on: date | None) -> bool:
    """Whether an office was held around a day; true where the day is unknown."""
    return on is None or term.distance(on.toordinal()) <= _NEAR


def full_keys(name: str, person: Person, tables: Tables) -> Iterator[str]:
    """Keys of a full name: as it stands, without particles, and first with last name."""
    words = tables.key(name).split()
    if len(words) < 2:  # noqa: PLR2004 - one word is no full name
        if words and len(words[0]) > 3:  # noqa: PLR2004 - "Pelé", never "Xi"
            yield words[0]
        return
    yield " ".join(words)
    bare = [w for w in words if w not in tables.words["particles"]]
    if 2 <= len(bare) < len(words):  # noqa: PLR2004
        yield " ".join(bare)
    if len(bare) > 2 and person.code not in _EAST_ASIAN:  # noqa: PLR2004
        last = tables.key(person.shorts[0]).split()[-1] if person.shorts else bare[-1]
        if last != bare[0]:
            yield f"{bare[0]} {last}"


def short_keys(short: str, tables: Tables) -> Iterator[str]:
    """Keys of a short form, with and without its particles ("al-Assad", "Assad")."""
    words = tables.key(short).split()
    yield " ".join(words)
    bare = [w for w in words if w not in tables.words["particles"]]
    if bare and len(bare) < len(words) and len(bare[-1]) > 3:  # noqa: PLR2004
        yield " ".join(bare)


@cache
def read_people() -> People:
    """Read persons.tsv and leaders.tsv; rows of one name and code are one person."""
    tables = read_tables()
    merged: dict[tuple[str, str], list[tuple[Mapping[str, str], Term]]] = {}
    for file in ("leaders", "persons"):
        for source, row in read_rows(file):
            identity = (tables.key(row["name"]), row["code"])
            merged.setdefault(identity, []).append((row, _term(row, source)))
    return People((_person(rows) for rows in merged.values()), tables)


def _person(rows: list[tuple[Mapping[str, str], Term]]) -> Person:
    first = rows[0][0]
    shorts = dict.fromkeys(s for row, _ in rows for s in row["short"].split("|") if s)
    aliases = dict.fromkeys(a for row, _ in rows for a in row["aliases"].split("|") if a)
    return Person(
        first["name"], first["code"], tuple(t for _, t in rows), tuple(shorts), tuple(aliases)
    )


def _term(row: Mapping[str, str], source: str) -> Term:
    start, end = row["from"], row["to"]
    return Term(
        row["office"],
        int(row["rank"]),
        _ordinal(start, last=False),
        _ordinal(end, last=True),
        start.endswith("?"),
        end.endswith("?"),
        source,
    )


def _ordinal(text: str, *, last: bool) -> int | None:
    text = text.rstrip("?")
    if not text:
        return None
    year, month, day = [*map(int, text.split("-")), 0, 0][:3]
    if not month:
        month, day = (12, 31) if last else (1, 1)
    elif not day:
        day = 28 if last else 1
    return date(year, month, day).toordinal()


def _put(index: dict[str, tuple[Person, ...]], key: str, person: Person) -> None:
    known = index.get(key, ())
    if person not in known:
        index[key] = (*known, person)


def iso(day: int | None, loose: bool) -> str | None:
    """A term's day for people: "2001-01-20", "2019-01-01?"."""
    return None if day is None else date.fromordinal(day).isoformat() + ("?" if loose else "")


def surname_of(name: str, code: str) -> str:
    """The part of a name under which newspapers go on: the first in East Asia, else the last."""
    words = split(name)
    return words[0] if code in _EAST_ASIAN else words[-1]
