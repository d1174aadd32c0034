"""Sentence boundaries that punctuation alone decides; the parser decides the others.

The component stands in front of the parser and sets ``is_sent_start`` where it is sure: no
sentence starts after "Gen.", after a dateline, inside "“…?” he asked"; one does after a plain full
stop. What it leaves open ("the U.A.E. Qatar sent nobody") the parser reads from the syntax.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

NAME = "demarche_boundaries"

_TABLE = Path(__file__).with_name("boundaries.tsv")
_STOPS = frozenset((".", "!", "?", "…", "..."))
_INSIDE = frozenset((",", ":", ";", "-", "--", "–", "—", "("))
_OPENING = frozenset(("“", "‘", "«", "„", "``"))
_CLOSING = frozenset(("”", "»", "''", ")", "]"))
_EITHER_QUOTE = frozenset(('"', "'", "’"))
_INITIALS = re.compile(r"(?:[A-Z]\.)+$|[A-Z][a-z]?\.$")
_ENUMERATOR = re.compile(r"(?:\d{1,3}|[A-Za-z]|[IVXivx]{1,5})[.)]?$")
_AGENCY = r"\(?[A-Z][\w .,/&-]{1,30}\)"
_DATELINE = re.compile(
    r"(?:[A-Z][\w.'’-]*(?:[ ,/]+|$)|\[[^\]]{2,30}\],? ?|\d{1,2},? |\d{4},? ){1,9}"
    rf"(?:{_AGENCY}\s*)?(?:\.?\s?(?:--|[–—-])\s|:\s|(?<=\))\s)"
)
_DATED = re.compile(r"[A-Z][\w'’ -]{2,25}[,.] \d{1,2} [A-Z][a-z]{2,8}\.?,? (?:\d{4})?[.:]\s")


@cache
def _words(kind: str) -> frozenset[str]:
    rows = (line.split("\t") for line in _TABLE.read_text(encoding="utf8").splitlines())
    return frozenset(row[0] for row in rows if row[-1] == kind and len(row) == 2)


@Language.component(NAME, assigns=["token.is_sent_start"])
def boundaries(doc: Doc) -> Doc:
    """Set ``is_sent_start`` where punctuation alone decides."""
    words = [token.text for token in doc]
    closing = _closing_quotes(doc, words)
    dateline = _dateline_end(doc.text)
    first = 0
    for at in range(1, len(words)):
        verdict = False if doc[at].idx < dateline else _starts(words, at, first, closing)
        if verdict is not None:
            doc[at].is_sent_start = verdict
        if verdict:
            first = at
    return doc


def _dateline_end(text: str) -> int:
    """Return where the text goes on after "NEW DELHI, Jan. 15 (ANI): ", or 0."""
    head = text[:120]
    match = _DATED.match(head) or _DATELINE.match(head)
    return match.end() + 1 if match else 0


def _closing_quotes(doc: Doc, words: list[str]) -> frozenset[int]:
    """Tell closing from opening where both look alike: by the spaces around, else by turns."""
    found = []
    opened = False
    for at, word in enumerate(words):
        if word in _CLOSING:
            found.append(at)
        elif word in _EITHER_QUOTE and at:
            before, after = bool(doc[at - 1].whitespace_), bool(doc[at].whitespace_)
            closes = opened if before == after and word == '"' else not before
            if closes:
                found.append(at)
            opened = not closes
        elif word == '"':
            opened = True
    return frozenset(found)


def _starts(words: list[str], at: int, first: int, closing: frozenset[int]) -> bool | None:
    """Say whether a sentence starts at ``at``; None where syntax must tell."""
    word = words[at]
    if at in closing or word in _STOPS or word in _INSIDE - {"(", "-", "--", "–", "—"}:
        return False
    end = at - 1
    while end > first and end in closing:
        end -= 1
    last = words[end]
    quoted = end < at - 1
    if last in _INSIDE and not quoted:
        return False
    if last in _INSIDE and word not in _OPENING and word not in _EITHER_QUOTE:
        return False
    if word[0].islower() and (last in ("!", "?") or _is_abbreviation(words, end)):
        return False
    if quoted:
        return _after_quote(word, last, at in closing)
    if last == "." or (last.endswith(".") and last not in _STOPS):
        return _after_stop(words, at, first)
    return None


def _after_quote(word: str, last: str, closes: bool) -> bool | None:
    if last == "." and not closes and not word[0].islower():
        return True
    if last in ("!", "?") and word in _OPENING:
        return True
    return None


def _abbreviation(words: list[str], end: int) -> str:
    """Return the word before the full stop at ``end``, in lower case."""
    word = words[end - 1] if words[end] == "." and end else words[end].removesuffix(".")
    return word.lower()


def _is_abbreviation(words: list[str], end: int) -> bool:
    if not words[end].endswith("."):
        return False
    word = _abbreviation(words, end)
    return any(word in _words(kind) for kind in ("title", "number", "either"))


def _after_stop(words: list[str], at: int, first: int) -> bool | None:
    """Decide after a full stop that no quote closes."""
    end, word = at - 1, words[at]
    before = _abbreviation(words, end)
    opener = word.lower() in _words("opener") and word[0].isupper()
    if before in _words("title"):
        return False
    if _numbers_what_follows(words, end, first):
        return False
    if before in _words("number") and word[0].isdigit():
        return False
    if before in _words("either") or before in _words("number"):
        return True if opener else None
    if words[end] != "." and _INITIALS.match(words[end]):
        return _after_initials(words[end], word, opener)
    if words[end] != ".":
        return None
    if word[0].islower():
        return None
    name = words[end - 1]
    short = name[:1].isupper() and len(name) <= 4 and not name.isupper()
    return None if short and word[0].isupper() and not opener else True


def _numbers_what_follows(words: list[str], end: int, first: int) -> bool:
    """Whether "1.", "(a)", "II." or "Article 2." stands at the start of the sentence."""
    length = end - first + (words[end] != ".")
    if length == 1:
        return bool(_ENUMERATOR.match(words[first]))
    number = words[first + 1] if length == 2 else ""
    return words[first].lower() in _words("heading") and bool(_ENUMERATOR.match(number))


def _after_initials(initials: str, word: str, opener: bool) -> bool | None:
    """Let "John R. Bolton" go on and "the U.S. The" not; "the U.A.E. Qatar" is for the parser."""
    if opener:
        return True
    return False if len(initials) <= 3 and word[0].isupper() else None
