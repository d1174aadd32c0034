"""Words cut into pieces of a fixed vocabulary, as WordPiece does (Wu et al. 2016; uncased)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

UNKNOWN = "[UNK]"
"""Stands for a word that has no pieces."""

_PARTS = re.compile(r"[^\W_]+|[^\w\s]|_")
_LONGEST = 5  # pieces of one word; what is longer is a serial number or an address
_REMEMBERED = 50_000  # words


class Vocabulary:
    """Pieces and their numbers.

    Args:
        pieces: in the order of their numbers; inside a word they begin with "##".
    """

    def __init__(self, pieces: tuple[str, ...]) -> None:
        """Number the pieces."""
        self.pieces = pieces
        self._numbers = {piece: number for number, piece in enumerate(pieces)}
        self.cut = lru_cache(maxsize=_REMEMBERED)(self._pieces)
        """Numbers of a word's pieces, at least one."""

    def number(self, piece: str) -> int:
        """The number of a piece; raises `KeyError` where there is none."""
        return self._numbers[piece]

    def _pieces(self, word: str) -> tuple[int, ...]:
        plain = unicodedata.normalize("NFD", word.lower())
        plain = "".join(c for c in plain if unicodedata.category(c) != "Mn")
        found = [n for part in _PARTS.findall(plain) for n in self._greedy(part)]
        return tuple(found[:_LONGEST]) or (self._numbers[UNKNOWN],)

    def _greedy(self, part: str) -> list[int]:
        """The longest piece that fits, then the longest of the rest; unknown if one is missing."""
        found: list[int] = []
        start = 0
        while start < len(part):
            prefix = "##" if start else ""
            for end in range(len(part), start, -1):
                number = self._numbers.get(prefix + part[start:end])
                if number is not None:
                    break
            else:
                return [self._numbers[UNKNOWN]]
            found.append(number)
            start = end
        return found
