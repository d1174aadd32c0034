"""What the repairs of misread trees share: which words a repair looks at, and a few word lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from worker.events.language.parsed import Token
from worker.events.rules import Lexicon

NOMINAL = ("NOUN", "PROPN")


@dataclass(frozen=True)
class Repair:
    """One repair, and the words that it can be about: all where nothing is said.

    Attributes:
        work: puts the tree right around a word, where it finds its constellation.
        labels, tags, words: the word has one of each.
    """

    work: Callable[[Token, Lexicon], None]
    labels: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()

    def suits(self, label: str, tag: str, word: str) -> bool:
        """Whether a word of this label, tag and form may need it."""
        told = ((self.labels, label), (self.tags, tag), (self.words, word))
        return all(not wanted or own in wanted for wanted, own in told)


def repair(
    work: Callable[[Token, Lexicon], None], *, labels: str = "", tags: str = "", words: str = ""
) -> Repair:
    """A `Repair`; labels, tags and words are written with spaces between."""
    return Repair(work, *(frozenset(told.split()) for told in (labels, tags, words)))


class Repairs:
    """Repairs in their order, found by the words that they can be about."""

    def __init__(self, every: Sequence[Repair]) -> None:
        """Keep them."""
        self._every = tuple(every)
        self._words = frozenset(word for one in self._every for word in one.words)
        self._known: dict[tuple[str, str, str], tuple[Callable[[Token, Lexicon], None], ...]] = {}

    def apply(self, token: Token, lexicon: Lexicon) -> None:
        """Do at one word whatever it needs."""
        word = token.lower_ if token.lower_ in self._words else ""
        kind = (token.dep_, token.tag_, word)
        if kind not in self._known:
            self._known[kind] = tuple(one.work for one in self._every if one.suits(*kind))
        for work in self._known[kind]:
            work(token, lexicon)
