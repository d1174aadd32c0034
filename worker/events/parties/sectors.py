"""Which part of a party its words name: "the Russian army" is its military.

The words are those of `gazetteer/sectors.tsv`, the sectors those of CAMEO and PLOVER.
A phrase is read from its head: up to the first preposition from right to left, then what follows.
Words that head anything (`weak`: "president", "chief", "spokesman") give way to any others: "a
spokesman for the army", "the president of the Supreme Court", "the opposition leader".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from worker.events.parties.tables import read_rows
from worker.events.parties.words import fold, split

_LONGEST = 5
_LINKS = frozenset({"of", "for", "in", "at", "from", "to", "with"})
_SEATS = frozenset({"capital", "metonym"})
_OF_STATES = "government"
_NONE = "-"


@dataclass(frozen=True, slots=True)
class Words:
    """Folded words → sector, those that say it by themselves and those that head anything."""

    strong: Mapping[str, str]
    weak: Mapping[str, str]


@cache
def words() -> Words:
    """The table, read once per process."""
    found: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for _, row in read_rows("sectors"):
        for phrase in row["words"].split("|"):
            found[bool(row["weak"])][" ".join(map(fold, split(phrase)))] = row["sector"]
    return Words(*found)


def sector(phrase: str, kind: str, basis: str = "") -> str | None:
    """The sector that a phrase names; None where it names the party as a whole, or another thing.

    Args:
        phrase: "foreign ministry spokesman", "Russian troops", "the Kremlin".
        kind: of the party: a group has no government, and its fighters are rebels.
        basis: how the party was found: a capital, or a seat, stands for the government.
    """
    found = _of_phrase(phrase)
    if found is None and basis in _SEATS:
        found = _OF_STATES
    if kind == "state" or found is None:
        return found
    if kind == "group":
        return {"government": None, "military": "rebels"}.get(found, found)
    return found if found == "military" else None


@lru_cache(maxsize=10_000)
def _of_phrase(phrase: str) -> str | None:
    strong = weak = None
    for part in _parts([fold(word) for word in split(phrase)]):
        strong = strong or _last(part, words().strong)
        weak = weak or _last(part, words().weak)
    found = strong or weak
    return None if found == _NONE else found


def _parts(keys: list[str]) -> Iterator[list[str]]:
    """What the table knows as one stays whole: "head of state"."""
    start = 0
    for i, key in enumerate(keys):
        if key in _LINKS and not _inside(keys, i):
            yield keys[start:i]
            start = i + 1
    yield keys[start:]


def _inside(keys: list[str], i: int) -> bool:
    return any(
        " ".join(keys[start:end]) in words().strong
        for start in range(max(0, i - _LONGEST), i)
        for end in range(i + 2, i + _LONGEST)
    )


def _last(keys: list[str], known: Mapping[str, str]) -> str | None:
    """The sector of the last words that are known, the longest first."""
    for end in range(len(keys), 0, -1):
        for start in range(max(0, end - _LONGEST), end):
            *front, last = keys[start:end]
            for form in (last, _singular(last)):
                if found := known.get(" ".join([*front, form])):
                    return found
    return None


def _singular(word: str) -> str:
    if word.endswith("men"):
        return word[:-2] + "an"
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word.removesuffix("s")
