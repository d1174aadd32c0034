"""Sentence boundaries that punctuation alone decides; the parser decides the others.

`boundaries` stands in front of the parser and sets ``is_sent_start`` where it is sure: no
sentence starts after "Gen.", after a dateline, inside "“…?” he asked"; one does after a plain stop.
What it leaves open ("the U.A.E. Qatar sent nobody") the parser reads from the syntax.

The parser obeys, but for one thing: what it fails to attach becomes a sentence of its own. `joined`
stands behind it and hangs such pieces onto their neighbour.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

NAME = "demarche_boundaries"
JOINED = "demarche_joined"

_TABLE = Path(__file__).with_name("boundaries.tsv")
_PREDICATES = frozenset(("VERB", "AUX"))
_STOPS = frozenset((".", "!", "?", "…", "..."))
_INSIDE = frozenset((",", ":", ";", "-", "--", "–", "—", "("))
_OPENING = frozenset(("“", "‘", "«", "„", "``"))
_CLOSING = frozenset(("”", "»", "''", ")", "]"))
_DASHES = frozenset(("--", "–", "—", "…", "..."))
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
    inside = []
    verdict: bool | None
    for at in range(1, len(words)):
        plain = words[at - 1][-1].isalnum() and words[at][0].isalnum()
        if dateline and doc[at].idx < dateline:
            verdict = False
        elif plain:  # nine words out of ten
            verdict = False if words[at][0].islower() or words[at - 1][0].isupper() else None
        else:
            verdict = _starts(words, at, first, closing)
        if verdict is not None:
            doc[at].is_sent_start = verdict
        if verdict or (verdict is None and words[at - 1] in _STOPS):
            first = at
        if verdict is False:
            inside.append(at)
    doc.user_data[NAME] = frozenset(inside), closing
    return doc


@Language.component(JOINED, assigns=["token.head", "token.dep"], requires=["token.head"])
def joined(doc: Doc) -> Doc:
    """Hang the pieces together that the parser left without a head; tell quotes by their side."""
    inside, closing = doc.user_data.pop(NAME, (frozenset(), frozenset()))
    _tag_marks(doc, closing)
    pieces = list(doc.sents)
    heads: dict[int, tuple[int, str]] = {}
    main = pieces[0].root if pieces else None
    for piece in pieces[1:]:
        root = piece.root
        if piece.start not in inside or main is None:
            main = root
        elif main.pos_ in _PREDICATES or root.pos_ not in _PREDICATES:
            heads[root.i] = main.i, "parataxis"
        else:
            heads[main.i] = root.i, "parataxis"
            main = root
    if heads:
        _hang(doc, heads)
    return doc


def _tag_marks(doc: Doc, closing: frozenset[int]) -> None:
    """Tag quotes and dashes as the Penn Treebank does: the tagger cannot count quotes."""
    for token in doc:
        tag = token.tag_
        if tag in ("``", "''"):
            token.tag_ = "''" if token.i in closing else "``"
        elif tag == "," and token.text in _DASHES:
            token.tag_ = ":"


def _hang(doc: Doc, heads: dict[int, tuple[int, str]]) -> None:
    ups = [heads.get(token.i, (token.head.i,))[0] for token in doc]
    deps = [heads[token.i][1] if token.i in heads else token.dep_ for token in doc]
    offsets = np.array([up - at for at, up in enumerate(ups)], dtype="int64")
    hashes = np.array([doc.vocab.strings.add(dep) for dep in deps], dtype="uint64")
    columns = np.stack([offsets.view("uint64"), hashes], axis=1)
    doc.from_array(["HEAD", "DEP"], columns)  # type: ignore[arg-type]  # wants Ints2d


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
    opens = word in _OPENING or (word in _EITHER_QUOTE and at not in closing)
    if last in _OPENING or (last in _EITHER_QUOTE and end not in closing and last != "’"):
        return False
    if last in _INSIDE and not (quoted and opens):
        return False
    if word[0].islower() and (last in _STOPS - {"."} or _is_abbreviation(words, end)):
        return False
    if words[at - 1] == ")" and at == first + 2 and _ENUMERATOR.match(words[first]):
        return False
    if quoted:
        return _after_quote(word, last, opens)
    if last == "." or (last.endswith(".") and last not in _STOPS):
        return _after_stop(words, at, first, opens)
    return None


def _after_quote(word: str, last: str, opens: bool) -> bool | None:
    if last == "." and not word[0].islower():
        return True
    opener = word[0].isupper() and word.lower() in _words("opener")
    return True if last in ("!", "?") and (opens or opener) else None


def _abbreviation(words: list[str], end: int) -> str:
    """Return the word before the full stop at ``end``, in lower case."""
    word = words[end - 1] if words[end] == "." and end else words[end].removesuffix(".")
    return word.lower()


def _is_abbreviation(words: list[str], end: int) -> bool:
    if not words[end].endswith("."):
        return False
    word = _abbreviation(words, end)
    return any(word in _words(kind) for kind in ("title", "number", "either"))


def _after_stop(words: list[str], at: int, first: int, opens: bool) -> bool | None:
    """Decide after a full stop that no quote closes."""
    end, word = at - 1, words[at]
    before = _abbreviation(words, end)
    opener = word.lower() in _words("opener") and word[0].isupper()
    if before in _words("title"):
        return False
    if _numbers_what_follows(words, end, first):
        return False
    if opens and words[at + 1 : at + 2] and words[at + 1][0].isupper():
        return True
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
