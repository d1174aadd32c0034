"""Matches the tables against words: leftmost, longest, by the capitals; no decision on meaning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from worker.events.parties.nouns import Hit, Learnt
from worker.events.parties.people import People
from worker.events.parties.tables import Entry, Tables, prefixes
from worker.events.parties.words import Words

_LONG_ENOUGH = 4
"""Letters from which a word in capitals is unlikely to be a short acronym."""


class Scanner:
    """The tables' names by their first words. Holds no state between texts."""

    def __init__(self, tables: Tables, people: People) -> None:
        """Index the first words of everything."""
        self.tables = tables
        self.people = people
        lower = {k.partition(" ")[0] for k, e in tables.phrases.items() if _small(e)}
        self._lower = frozenset(lower) | tables.words["particles"]
        self._starts = frozenset(k.partition(" ")[0] for k in tables.phrases) | people.starts
        self._prefixes = prefixes(tables.phrases) | people.prefixes

    def hits(self, words: Words) -> list[Hit]:
        """Leftmost longest matches of names, without a decision on what they mean."""
        found: list[Hit] = []
        keys, forms, starts, lower = words.keys, words.forms, self._starts, self._lower
        end = 0
        for i, key in enumerate(keys):
            if key not in starts or i < end or not (forms[i][0].isupper() or key in lower):
                continue
            hit = self._longest(words, i)
            if hit is not None and key == "the":
                hit = self._without_article(words, hit)
            if hit is not None:
                found.append(hit)
                end = hit.end
        return found

    def _without_article(self, words: Words, hit: Hit) -> Hit | None:
        """None where a longer name begins behind "the": not "the South", but "South China Sea"."""
        longer = self._longest(words, hit.start + 1) if hit.end > hit.start + 1 else None
        return None if longer is not None and longer.end > hit.end else hit

    def learnt_hits(
        self, words: Words, hits: Sequence[Hit], learnt: Mapping[str, Learnt]
    ) -> list[Hit]:
        """The hits together with those of persons whom only this article names."""
        firsts = {k.partition(" ")[0] for k in learnt}
        longest = max(k.count(" ") for k in learnt) + 1
        more = [
            hit
            for i, key in enumerate(words.keys)
            if key in firsts and (hit := self._learnt_hit(words, i, longest, learnt))
        ]
        if not more:
            return list(hits)
        merged: list[Hit] = []
        for hit in sorted([*hits, *more], key=lambda h: (h.start, -h.end, h.learnt is None)):
            if not merged or hit.start >= merged[-1].end:
                merged.append(hit)
        return merged

    def _learnt_hit(
        self, words: Words, i: int, longest: int, learnt: Mapping[str, Learnt]
    ) -> Hit | None:
        best, key = None, ""
        for j in range(i + 1, min(i + longest, len(words)) + 1):
            key = f"{key} {words.keys[j - 1]}" if key else words.keys[i]
            if key in learnt and self._named(words, i, j):
                best = Hit(i, j, learnt=learnt[key])
            if j >= len(words) or not words.joined(j - 1):
                break
        return best

    def _longest(self, words: Words, i: int) -> Hit | None:
        longer = self._prefixes
        key, j, best = words.keys[i], i + 1, None
        while True:
            best = self._hit(words, i, j, key) or best
            if key not in longer or j >= len(words) or not self._goes_on(words, j, key):
                return best
            if len(words.forms[j]) == 1 and not self._leads(f"{key} {words.keys[j]}"):
                j += 1  # a middle initial: "Vladimir V. Putin"
                if j >= len(words) or not words.joined(j - 1):
                    return best
            key = f"{key} {words.keys[j]}"
            j += 1

    def _goes_on(self, words: Words, j: int, key: str) -> bool:
        """Whether word ``j`` can belong to the name, also behind a comma of the name's own."""
        return words.joined(j - 1) or (words.gap(j - 1) == ", " and key in self.tables.commas)

    def _leads(self, key: str) -> bool:
        return key in self._prefixes or key in self.tables.phrases

    def _hit(self, words: Words, i: int, j: int, key: str) -> Hit | None:
        listed = self.tables.phrases.get(key)
        forms = words.forms[i:j]
        entries: tuple[Entry, ...] = ()
        if listed:
            entries = tuple(e for e in listed if len(e.words) == len(forms) and e.spelt(forms))
            if entries and (self._shouted(words, i, j, entries) or _torn(words, i, j)):
                entries = ()
        full = self.people.full(key)
        short = self.people.short(key) if not entries else ()
        if (full or short) and not self._named(words, i, j):
            full = short = ()
        return Hit(i, j, entries, full, short) if entries or full or short else None

    def _named(self, words: Words, i: int, j: int) -> bool:
        """Whether capitals and particles are those of a name: "Moon Jae-in", "Osama bin Laden"."""
        if not (words.capital(j - 1) or words.hyphened(j - 2)):
            return False
        particles = self.tables.words["particles"]
        return all(
            f[0].isupper() or f in particles or f[0].isdigit() or words.hyphened(k - 1)
            for k, f in enumerate(words.forms[i:j], start=i)
        )

    def _shouted(self, words: Words, i: int, j: int, entries: tuple[Entry, ...]) -> bool:
        """Whether an acronym is a word of a headline ("WHO IS TO BLAME"), a town an acronym."""
        if j - i == 1 and i > 0 and entries[0].basis == "city" and _is_acronym(words, i):
            return True
        if j - i > 1 or not entries[0].acronym or len(words.forms[i]) >= _LONG_ENOUGH:
            return False
        sides = [words.forms[k] for k in (i - 1, j) if 0 <= k < len(words)]
        least = 2 if words.keys[i] in self.tables.senses else _LONG_ENOUGH
        return bool(sides) and all(s.isupper() and len(s) >= least for s in sides)


def _is_acronym(words: Words, i: int) -> bool:
    """Whether a short word stands in capitals among others that do not: GAO is no Gao."""
    form = words.forms[i]
    sides = [words.forms[k] for k in (i - 1, i + 1) if 0 <= k < len(words)]
    return form.isupper() and 1 < len(form) <= _LONG_ENOUGH and not any(map(str.isupper, sides))


def _small(entries: Iterable[Entry]) -> bool:
    return any(e.words and not e.words[0][0].isupper() for e in entries)


def _torn(words: Words, i: int, j: int) -> bool:
    """Whether the first character stands alone: "A U.S. ship" is no "A.U.", 5.1 no "5+1"."""
    if j - i < 2 or len(words.forms[i]) > 1:
        return False
    return words.gap(i) == (" " if words.forms[i].isalpha() else ".")
