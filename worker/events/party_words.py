"""Text as a run of words: what the gazetteer's tables are matched against.

Independent of any tokeniser, so that a text can be scanned before (or without) spaCy: a word is a
run of letters and digits, and two words belong to one name only where nothing but a space, a
hyphen, an apostrophe or an abbreviation's full stop stands between them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

_RUN = re.compile(r"[^\W_]+")
_GAP = re.compile(
    r"[ \u00a0\u202f]?\n?[ \u00a0]?|\.? ?|[-\u2010\u2011\u2013/&+'’‘`]| ?& ?|'?’? ?\(?"
)
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th",
     "ə": "e"}
)  # fmt: skip
APOSTROPHES = "'’‘`"
HYPHENS = "-\u2010\u2011\u2013"


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """A word without case and diacritics: "Élysée" → "elysee"."""
    lower = word.lower()
    if lower.isascii():
        return lower
    plain = unicodedata.normalize("NFKD", lower.translate(_LETTERS))
    return "".join(c for c in plain if not unicodedata.combining(c))


def split(phrase: str) -> list[str]:
    """The words of a phrase as they are spelt."""
    return _RUN.findall(phrase)


class Words:
    """A text cut into words, each with its folded key and its place.

    Attributes:
        text: the whole text; offsets count its code points.
        forms: the words as spelt.
        keys: the same, folded and in the canonical spelling of names.
        starts, ends: where each stands.
    """

    __slots__ = ("ends", "forms", "keys", "starts", "text")

    def __init__(self, text: str, spellings: Mapping[str, str]) -> None:
        """Cut ``text``; ``spellings`` maps folded variants to canonical ones."""
        self.text = text
        self.forms: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        for match in _RUN.finditer(text):
            self.forms.append(match.group())
            self.starts.append(match.start())
            self.ends.append(match.end() + _stop(text, match))
        get = spellings.get
        self.keys = [get(k, k) for k in map(fold, self.forms)]

    def __len__(self) -> int:
        """How many words."""
        return len(self.forms)

    def gap(self, i: int) -> str:
        """What stands between word ``i`` and the next one."""
        if not 0 <= i < len(self.forms) - 1:
            return "\n\n"
        return self.text[self.ends[i] : self.starts[i + 1]]

    def joined(self, i: int) -> bool:
        """Whether word ``i`` and the next one can belong to one name."""
        return _joins(self.gap(i), self.forms[i])

    def spaced(self, i: int) -> bool:
        """Whether only white space (or an abbreviation's full stop) follows word ``i``."""
        gap = self.gap(i)
        return gap in {" ", "\u00a0", "\n"} or (gap == ". " and abbreviated(self.forms[i]))

    def hyphened(self, i: int) -> bool:
        """Whether a hyphen ties word ``i`` to the next one."""
        return self.gap(i) in HYPHENS and self.gap(i) != ""

    def capital(self, i: int) -> bool:
        """Whether word ``i`` begins with a capital letter."""
        return 0 <= i < len(self.forms) and self.forms[i][0].isupper()

    def opens(self, i: int) -> bool:
        """Whether word ``i`` stands at the start of a sentence, a line or a quotation."""
        if i == 0:
            return True
        before = self.text[self.ends[i - 1] : self.starts[i]]
        if any(c in before for c in '\n"“”:;!?—•'):
            return True
        return ". " in before and not abbreviated(self.forms[i - 1])

    def possessive(self, j: int) -> int:
        """The index behind a possessive ending after word ``j - 1``; ``j`` where there is none."""
        end = self.ends[j - 1]
        mark = self.text[end : end + 1]
        if not mark or mark not in APOSTROPHES:
            return j
        if j < len(self) and self.starts[j] == end + 1:
            return j + 1 if self.forms[j] in {"s", "S"} else j
        return j if not self.forms[j - 1].lower().endswith("s") else -j


def _stop(text: str, match: re.Match[str]) -> int:
    """1 where the full stop behind a letter belongs to an abbreviation: the last of "U.S."."""
    start, end = match.span()
    if end - start > 1 or text[end : end + 1] != "." or text[start - 1 : start] != ".":
        return 0
    return int(not text[end + 1 : end + 2].isalnum())


def abbreviated(word: str) -> bool:
    """Whether a full stop after this word need not end the sentence."""
    return len(word) == 1 or word in _ABBREVIATIONS


_ABBREVIATIONS = frozenset(
    ["Mr", "Mrs", "Ms", "Dr", "St", "Gen", "Lt", "Col", "Maj", "Adm", "Sen", "Rep", "Gov", "Sgt",
     "Capt", "Brig", "Amb", "Prof", "Hon", "Rev", "Ft", "Mt", "No"]
)  # fmt: skip


@lru_cache(maxsize=4096)
def _joins(gap: str, before: str) -> bool:
    if gap == " ":
        return True
    if gap == ". ":
        return abbreviated(before)
    return len(gap) <= 3 and _GAP.fullmatch(gap) is not None
