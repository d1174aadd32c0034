"""Office nouns and titles in a run of words: "foreign ministry spokesman", "Lt. Gen."."""

from __future__ import annotations

from worker.events.parties.nouns import BODIES
from worker.events.parties.tables import Office, Tables
from worker.events.parties.words import Words

_LIMIT = 6
"""Words that an office or a title has at most."""


class Offices:
    """The tables of offices and titles, by their first and last words."""

    def __init__(self, tables: Tables) -> None:
        """Index the first words of the offices."""
        self._tables = tables
        self._starts = frozenset(k.split(" ", 1)[0] for k in tables.offices)

    def at(self, words: Words, i: int) -> tuple[int, Office] | None:
        """The longest office phrase that begins at word ``i``, as its end and meaning."""
        if i >= len(words) or words.keys[i] not in self._starts:
            return None
        key, best = words.keys[i], None
        for j in range(i + 1, min(i + _LIMIT, len(words)) + 1):
            office = self._tables.offices.get(key)
            if office is not None:
                best = (j, office)
            if j >= len(words) or not words.joined(j - 1):
                break
            key = f"{key} {words.keys[j]}"
        return best

    def before(self, words: Words, j: int) -> tuple[int, Office] | None:
        """The longest office phrase that ends before word ``j``, as its start and meaning."""
        best = None
        for i in range(j - 1, max(-1, j - 1 - _LIMIT), -1):
            if i < j - 1 and not words.joined(i):
                break
            office = self._tables.offices.get(" ".join(words.keys[i:j]))
            if office is not None:
                best = (i, office)
        return best

    def title_before(self, words: Words, j: int) -> int:
        """The start of the title or office that stands right before word ``j``; ``j`` if none."""
        for i in range(max(0, j - _LIMIT), j):
            if all(words.spaced(k) or (k < j - 1 and words.joined(k)) for k in range(i, j)):
                key = " ".join(words.keys[i:j])
                office = self._tables.offices.get(key)
                titled = key in self._tables.titles or (
                    office is not None and office.head_class in BODIES
                )
                if titled and words.capital(j - 1):
                    return i
        return j

    def title_kinds(self, key: str) -> tuple[str, ...]:
        """The offices that a title at the start of a key hints at ("president bush")."""
        words = key.split()
        for j in range(min(len(words) - 1, _LIMIT), 0, -1):
            kinds = self._tables.titles.get(" ".join(words[:j]))
            if kinds is not None:
                return kinds
        return ()

    def untitled(self, key: str) -> str:
        """A key without the title that it begins with."""
        words = key.split()
        for j in range(min(len(words) - 1, _LIMIT), 0, -1):
            if " ".join(words[:j]) in self._tables.titles:
                return " ".join(words[j:])
        return key
