"""Office holders by name and date: who "President Bush" is depends on the day.

A person's rows say which office was held from when to when. A date followed by "?" is the first or
last day for which the office is attested, not its beginning or end (EDTF's mark of uncertainty).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from worker.events.parties.tables import Tables, ordinal, prefixes, read_lines, read_tables
from worker.events.parties.words import fold

LEADER, FOREIGN, SENIOR = 1, 2, 3
"""Ranks: heads of state, government and IGOs; foreign ministers; deputies, defence, speakers."""
_NEAR = 366 * 2
"""Days before and after a term in which a bare surname still means its holder."""
_IN_OFFICE = 25
"""What being in office on the day counts, in units of which one rank is 10."""
_LESS_TRUSTED = 100
"""What a holder who was learnt counts less when all candidates are listed."""
_NAME, _CODE, _OFFICE, _RANK, _FROM, _TO, _SHORT, _ALIASES = range(8)
"""The columns of leaders.tsv and persons.tsv."""
EAST_ASIAN = frozenset(["CHN", "KOR", "PRK", "VNM", "TWN"])


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
    """Somebody who held office for a party.

    Attributes:
        learnt: known from articles, not from the tables.
    """

    name: str
    code: str
    terms: tuple[Term, ...]
    shorts: tuple[str, ...] = ()
    learnt: bool = False

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
    """The index of persons by full and by short name.

    Rows are kept as text and become a `Person` when a text first names them: of fourteen thousand
    people an article names ten, and building them all takes most of a second.
    """

    def __init__(
        self,
        rows: Iterable[tuple[str, list[str]]],
        tables: Tables,
        *,
        beside: People | None = None,
    ) -> None:
        """Index every spelling of every person; rows of one name and code are one person.

        Args:
            rows: the source and the cells of each, in the columns of leaders.tsv.
            tables: for spellings and particles.
            beside: the people of the tables, where these were learnt and come second to them.
        """
        self.tables = tables
        self._tabled = beside
        self._rows: list[list[tuple[str, list[str]]]] = []
        self._full: dict[str, tuple[int, ...]] = {}
        self._short: dict[str, tuple[int, ...]] = {}
        known: dict[str, int] = {}
        for source, cells in rows:
            words = tables.name_key(cells[_NAME])
            identity = f"{' '.join(words)} {cells[_CODE]}"
            number = known.setdefault(identity, len(self._rows))
            if number == len(self._rows):
                self._rows.append([])
            self._rows[number].append((source, cells))
            self._index(number, words, cells)
        self.starts = frozenset(k.partition(" ")[0] for t in (self._full, self._short) for k in t)
        self.prefixes = prefixes(self._full) | prefixes(self._short)
        if beside is not None:
            self.starts |= beside.starts
            self.prefixes |= beside.prefixes
        self._person = lru_cache(maxsize=8192)(self._build)

    def __len__(self) -> int:
        """How many persons."""
        return len(self._rows) + (len(self._tabled) if self._tabled else 0)

    def full(self, key: str) -> tuple[Person, ...]:
        """The persons of a full name."""
        mine = tuple(map(self._person, self._full.get(key, ())))
        return (*self._tabled.full(key), *mine) if self._tabled else mine

    def short(self, key: str) -> tuple[Person, ...]:
        """The persons of a surname."""
        mine = tuple(map(self._person, self._short.get(key, ())))
        return (*self._tabled.short(key), *mine) if self._tabled else mine

    def _index(self, number: int, words: list[str], cells: list[str]) -> None:
        particles = self.tables.words["particles"]
        shorts = cells[_SHORT].split("|") if cells[_SHORT] else []
        last = self.tables.name_key(shorts[0])[-1] if shorts else None
        east = cells[_CODE] in EAST_ASIAN
        for form in (words, *map(self.tables.name_key, filter(None, cells[_ALIASES].split("|")))):
            for key in full_keys(form, last, particles, east=east):
                _put(self._full, key, number)
        for short in shorts:
            for key in short_keys(self.tables.name_key(short), particles):
                _put(self._short, key, number)

    def _build(self, number: int) -> Person:
        rows = self._rows[number]
        cells = rows[0][1]
        shorts = dict.fromkeys(s for _, c in rows for s in c[_SHORT].split("|") if s)
        terms = tuple(_term(c, source) for source, c in rows)
        learnt = self._tabled is not None
        return Person(cells[_NAME], cells[_CODE], terms, tuple(shorts), learnt)

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
            ((t, _term_score(t, day, title)) for t in person.terms), key=lambda s: s[1]
        )
        return score + self._prominence(person) + 30 * (person.code in context), person, term

    def _prominence(self, person: Person) -> int:
        party = self.tables.parties.get(person.code)
        return 3 * (party.weight if party else 1)

    def score(
        self, person: Person, term: Term, on: date | None, *, title: tuple[str, ...] = ()
    ) -> int:
        """How well one office of a person fits a day and a title; comparable among persons."""
        day = on.toordinal() if on else None
        score = _term_score(term, day, title) + self._prominence(person)
        return score - _LESS_TRUSTED if person.learnt else score


def _term_score(term: Term, day: int | None, title: tuple[str, ...]) -> int:
    score = 60 - 10 * term.rank
    if day is not None:
        distance = term.distance(day)
        score += 30 - min(60, distance * 12 // 365) + _IN_OFFICE * (distance == 0)
    if title and any(t in fold(term.office) for t in title):
        score += 15
    return score


def near(term: Term, on: date | None) -> bool:
    """Whether an office was held around a day; true where the day is unknown."""
    return on is None or term.distance(on.toordinal()) <= _NEAR


def in_tables(people: Iterable[Person], on: date | None) -> bool:
    """Whether the tables know one of them to have held office around a day."""
    return any(near(term, on) for p in people if not p.learnt for term in p.terms)


def full_keys(
    words: list[str], last: str | None, particles: frozenset[str], *, east: bool
) -> Iterator[str]:
    """Keys of a full name: as it stands, without particles, and first with last name."""
    if len(words) == 1 and len(words[0]) > 3:
        yield words[0]
    if len(words) < 2:
        return
    yield " ".join(words)
    bare = [w for w in words if w not in particles]
    if 2 <= len(bare) < len(words):
        yield " ".join(bare)
    if len(bare) > 2 and not east:
        last = last or bare[-1]
        if last != bare[0]:
            yield f"{bare[0]} {last}"


def short_keys(words: list[str], particles: frozenset[str]) -> Iterator[str]:
    """Keys of a short form, with and without its particles ("al-Assad", "Assad")."""
    yield " ".join(words)
    bare = [w for w in words if w not in particles]
    if bare and len(bare) < len(words) and len(bare[-1]) > 3:
        yield " ".join(bare)


@cache
def read_people() -> People:
    """Read leaders.tsv (by hand) and persons.tsv (by script)."""
    return People((r for file in ("leaders", "persons") for r in read_lines(file)), read_tables())


def _term(cells: list[str], source: str) -> Term:
    start, end = cells[_FROM], cells[_TO]
    return Term(
        cells[_OFFICE],
        int(cells[_RANK]),
        ordinal(start.rstrip("?"), last=False),
        ordinal(end.rstrip("?"), last=True),
        start.endswith("?"),
        end.endswith("?"),
        source,
    )


def _put(index: dict[str, tuple[int, ...]], key: str, number: int) -> None:
    known = index.get(key)
    if known is None:
        index[key] = (number,)
    elif number not in known:
        index[key] = (*known, number)


def iso(day: int | None, loose: bool) -> str | None:
    """A term's day for people: "2001-01-20", "2019-01-01?"."""
    return None if day is None else date.fromordinal(day).isoformat() + ("?" if loose else "")


def surname_of(name: str, code: str) -> str:
    """The part of a name under which newspapers go on: the first in East Asia, else the last."""
    words = name.split()
    return words[0] if code in EAST_ASIAN else words[-1]
