"""The gazetteer's data files, read into tables. Their format is documented in docs/gazetteer.md."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from worker.errors import ConfigError
from worker.events.parties.words import fold, split

_FOLDER = "gazetteer"
_BASES = (
    ("names", "name"),
    ("adjectives", "demonym"),
    ("people", "people"),
    ("capital", "capital"),
    ("seats", "metonym"),
    ("cities", "city"),
    ("organs", "organ"),
    ("offices", "office"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One spelling of one party, or of what only looks like a party.

    Attributes:
        codes: the parties it names; empty where it names none ("Paris Agreement").
        basis: which kind of name it is: "name", "demonym", "people", "capital", "metonym",
            "city", "organ", "office", "institution", "company".
        words: its words as spelt, for the comparison of capitals.
        head_class: what a phrase that it forms on its own stands for, where that is known.
        home: for a group, the state where it is at home.
        generic: an institution's name that several states use ("Foreign Office").
        source: file and line that it was read from.
    """

    codes: tuple[str, ...]
    basis: str
    words: tuple[str, ...]
    head_class: str | None = None
    home: str | None = None
    generic: bool = False
    source: str = ""

    def spelt(self, forms: list[str]) -> bool:
        """Whether words as found in a text agree with this entry's capitals."""
        return all(_agree(w, f) for w, f in zip(self.words, forms, strict=True))

    @property
    def acronym(self) -> bool:
        """Whether it is a single word of two to five capitals ("SDF")."""
        word = self.words[0]
        return len(self.words) == 1 and 2 <= len(word) <= 5 and word.isupper() and word.isalpha()


@dataclass(frozen=True, slots=True)
class Sense:
    """One reading of an ambiguous name, with the words that speak for it."""

    codes: tuple[str, ...]
    prior: int
    before: frozenset[str]
    after: frozenset[str]
    document: frozenset[str]
    source: str


@dataclass(frozen=True, slots=True)
class Faction:
    """A group that a common noun means where its home is named, from one day to another."""

    code: str
    home: str
    start: int | None
    end: int | None
    source: str

    def in_force(self, day: int | None) -> bool:
        """Whether the noun meant the group on a day; it may have where the day is unknown."""
        if day is None:
            return True
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)

    def lasted(self, years: int) -> bool:
        """Whether the noun meant the group for so many years, or still does."""
        if self.start is None or self.end is None:
            return True
        return self.end - self.start >= years * 365


@dataclass(frozen=True, slots=True)
class Office:
    """A noun that, tied to a party, says who or what of that party is meant."""

    kind: str
    head_class: str
    rank: int | None
    source: str


@dataclass(frozen=True, slots=True)
class Party:
    """A code with its plain name, kind and prominence in the news (1 to 5)."""

    name: str
    kind: str
    weight: int


@dataclass(frozen=True)
class Tables:
    """All tables but the persons."""

    parties: dict[str, Party] = field(default_factory=dict)
    phrases: dict[str, list[Entry]] = field(default_factory=dict)
    senses: dict[str, list[Sense]] = field(default_factory=dict)
    offices: dict[str, Office] = field(default_factory=dict)
    titles: dict[str, tuple[str, ...]] = field(default_factory=dict)
    spellings: dict[str, str] = field(default_factory=dict)
    words: dict[str, frozenset[str]] = field(default_factory=dict)
    combining: dict[str, str] = field(default_factory=dict)
    factions: dict[str, list[Faction]] = field(default_factory=dict)
    faction_starts: set[str] = field(default_factory=set)
    homes: set[str] = field(default_factory=set)
    domestic: dict[str, str] = field(default_factory=dict)
    own_wars: dict[str, str] = field(default_factory=dict)
    commas: set[str] = field(default_factory=set)

    def key(self, phrase: str) -> str:
        """The key under which a phrase stands."""
        return " ".join(self.name_key(phrase))

    def name_key(self, name: str) -> list[str]:
        """The folded words of a name in their canonical spelling."""
        get = self.spellings.get
        if name.isascii() and name.replace(" ", "").isalpha():
            return [get(k, k) for k in name.lower().split()]
        return [get(k, k) for k in map(fold, split(name))]


@cache
def read_tables() -> Tables:
    """Read every data file but the persons. Raises ConfigError naming file and line."""
    tables = Tables()
    _read_spellings(tables)
    _read_words(tables)
    for name, kind in (("states", "state"), ("territories", "state"), ("organisations", "igo")):
        _read_parties(tables, name, kind)
    _read_parties(tables, "groups", "group")
    _read_factions(tables)
    _read_institutions(tables)
    _read_exclusions(tables)
    _read_senses(tables)
    _read_offices(tables)
    return tables


def read_rows(name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Rows of a TSV file by the names of its header line, each with its "file:line"."""
    header = _read(f"{name}.tsv").split("\n", 1)[0].split("\t")
    for source, cells in read_lines(name):
        yield source, dict(zip(header, cells, strict=True))


def read_lines(name: str) -> Iterator[tuple[str, list[str]]]:
    """Cells of each line of a TSV file below its header, each with its "file:line"."""
    lines = _read(f"{name}.tsv").split("\n")
    width = lines[0].count("\t") + 1
    for number, line in enumerate(lines[1:], start=2):
        if not line or line[0] == "#":
            continue
        cells = line.split("\t")
        if len(cells) != width:
            message = f"{name}.tsv, line {number}: {len(cells)} columns instead of {width}."
            raise ConfigError(message)
        yield f"{name}.tsv:{number}", cells


def _read(name: str) -> str:
    return resources.files("worker.events").joinpath(_FOLDER, name).read_text(encoding="utf-8")


def _cells(value: str) -> list[str]:
    return [v for v in value.split("|") if v]


def _read_spellings(tables: Tables) -> None:
    for _, row in read_rows("spellings"):
        for variant in _cells(row["variants"]):
            tables.spellings.setdefault(fold(variant), row["canonical"])


def _read_words(tables: Tables) -> None:
    data: dict[str, Any] = tomllib.loads(_read("words.toml"))
    lists = {k: v for k, v in data.items() if isinstance(v, str)} | data["lists"]
    for name, words in lists.items():
        tables.words[name] = frozenset(fold(w) for w in words.split())
    tables.combining.update({fold(k): v for k, v in data["combining"].items()})


def _read_parties(tables: Tables, name: str, kind: str) -> None:
    for source, row in read_rows(name):
        code = row["code"]
        weight = int(row.get("weight") or 3)
        tables.parties.setdefault(code, Party(row["name"], kind, weight))
        _add(tables, [row["name"]], Entry((code,), "name", (), source=source, home=row.get("home")))
        for column, basis in _BASES:
            entry = Entry((code,), basis, (), source=source, home=row.get("home"))
            _add(tables, _cells(row.get(column, "")), entry)


def _read_factions(tables: Tables) -> None:
    for source, row in read_rows("groups"):
        start, end = ordinal(row["from"], last=False), ordinal(row["to"], last=True)
        faction = Faction(row["code"], row["home"], start, end, source)
        if row["domestic"]:
            part = tables.own_wars if row["domestic"] == "fights" else tables.domestic
            part[row["code"]] = row["home"]
        for noun in _cells(row["nouns"]):
            tables.homes.update((row["home"], row["code"]))
            for key in dict.fromkeys((tables.key(noun), tables.key(noun + "s"))):
                tables.factions.setdefault(key, []).append(faction)
                tables.faction_starts.add(key.partition(" ")[0])


def _read_institutions(tables: Tables) -> None:
    for source, row in read_rows("institutions"):
        entry = Entry(
            (row["code"],), "institution", (), row["class"], None, row["unique"] == "no", source
        )
        _add(tables, _cells(row["names"]), entry)


def _read_exclusions(tables: Tables) -> None:
    for source, row in read_rows("exclusions"):
        codes = (row["code"],) if row["code"] else ()
        head = "company" if codes else None
        _add(tables, _cells(row["words"]), Entry(codes, "company", (), head, source=source))


def _heads(phrase: str) -> Iterator[str]:
    """What stands before each comma: "A, B and C" → "A"."""
    parts = phrase.split(", ")
    yield from (" ".join(parts[:i]) for i in range(1, len(parts)))


def _add(tables: Tables, phrases: Iterable[str], like: Entry) -> None:
    for phrase in phrases:
        words = tuple(split(phrase))
        if ", " in phrase:
            tables.commas.update(tables.key(part) for part in _heads(phrase))
        entry = Entry(
            like.codes, like.basis, words, like.head_class, like.home, like.generic, like.source
        )
        known = tables.phrases.setdefault(tables.key(phrase), [])
        if not any(e.codes == entry.codes and e.words == entry.words for e in known):
            known.append(entry)


def _read_senses(tables: Tables) -> None:
    for source, row in read_rows("ambiguous"):
        codes = tuple(c for c in row["code"].split("+") if c != "-")
        cues = {c: frozenset(_cells(row[c])) for c in ("before", "after", "document")}
        sense = Sense(codes, int(row["prior"]), cues["before"], cues["after"], cues["document"],
                      source)  # fmt: skip
        key = tables.key(row["words"])
        tables.senses.setdefault(key, []).append(sense)
        if key not in tables.phrases:
            entry = Entry(codes, "name", tuple(split(row["words"])), source=source)
            tables.phrases[key] = [entry]


def _read_offices(tables: Tables) -> None:
    for source, row in read_rows("offices"):
        office = Office(
            row["kind"], row["class"], int(row["rank"]) if row["rank"] else None, source
        )
        for words in _cells(row["words"]):
            tables.offices.setdefault(tables.key(words), office)
    for _, row in read_rows("titles"):
        tables.titles.setdefault(tables.key(row["title"]), tuple(_cells(row["offices"])))


def ordinal(text: str, *, last: bool) -> int | None:
    """The first or last day of an ISO day, month or year, as an ordinal; None for an empty one."""
    if not text:
        return None
    year, month, day = [*map(int, text.split("-")), 0, 0][:3]
    if not month:
        month, day = (12, 31) if last else (1, 1)
    elif not day:
        day = 28 if last else 1
    return date(year, month, day).toordinal()


def prefixes(keys: Iterable[str]) -> frozenset[str]:
    """Every proper beginning, word by word, of some keys."""
    found: set[str] = set()
    for key in keys:
        end = key.find(" ")
        while end != -1:
            found.add(key[:end])
            end = key.find(" ", end + 1)
    return frozenset(found)


def _agree(word: str, form: str) -> bool:
    if word == form or not word[0].isupper():
        return True
    if len(word) > 1 and word.isupper():
        return form == word
    return form[0].isupper()


def cue_found(cues: Iterable[str], text: str, words: Mapping[str, int] | frozenset[str]) -> bool:
    """Whether one of the cue phrases stands in the text (single words by look-up)."""
    return any((c in words) if c.isalnum() else (c in text) for c in cues)
