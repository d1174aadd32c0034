"""Passages as arrays, the way that the network takes them: one behind the other.

Sizes: ``t`` pieces of all passages together; ``s`` sentences asked about, ``q`` parties of theirs;
``n`` pairs in all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from worker.events.plover import types
from worker.events.relate.lines import NOBODY, Line, Mark, Pair, Passage
from worker.events.relate.pieces import Vocabulary

RELATIONS = (
    "nsubj", "nsubj:pass", "obj", "iobj", "obl", "obl:agent", "nmod", "nmod:poss", "amod",
    "compound", "flat", "appos", "conj", "cc", "case", "mark", "advmod", "aux", "aux:pass", "cop",
    "det", "ROOT", "ccomp", "xcomp", "advcl", "acl", "acl:relcl", "parataxis", "punct", "nummod",
    "compound:prt", "expl", "nmod:desc", "obl:unmarked", "nmod:unmarked", "discourse", "dep",
)  # fmt: skip
KINDS = ("state", "igo", "group")
"""Kinds of parties that the network tells apart; all others are one more."""

HOWS = ("name", "head", "meant", "posting", "cast")
PLACES = ("here", "posting", "elsewhere")
"""Where the sentence has a party: named or meant in it; only as a posting; not at all."""

MASKS = tuple(f"[unused{n}]" for n in range(2 * (len(KINDS) + 1)))
"""Pieces that stand for the name of a party: of each kind, first of a body, then of a person."""

TYPES = {kind: number for number, kind in enumerate(types())}
"""Each type's column in the arrays, and in what the network answers."""

CLAIMED = len(TYPES) + 2
"""What a pair's claims are told by: each type; that the rules were not asked; that any is there."""

_OPEN, _CLOSE = "[CLS]", "[SEP]"
_RELATION = {label: number for number, label in enumerate(RELATIONS, start=1)}
_OTHER = len(KINDS)

Floats = NDArray[np.float32]
Arrays = dict[str, NDArray[np.float32] | NDArray[np.int64] | NDArray[np.bool_]]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of one sentence: ``first[w]`` is the first piece of its word ``w``."""

    passage: int
    line: int
    pairs: list[Pair]
    first: list[int]


@dataclass(frozen=True, slots=True)
class Batch:
    """Questions in order, and the arrays that ask them."""

    questions: list[Question]
    arrays: Arrays


@dataclass(slots=True)
class _Pieces:
    """Passages cut into pieces; of each piece what its word is, and where it stands.

    ``first[passage][line][word]`` is the first piece of a word, ``cast[passage]`` the first of
    those that stand for whom the article is about.
    """

    ids: list[int] = field(default_factory=list)
    relations: list[int] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    hints: list[tuple[int, str]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    first: list[list[list[int]]] = field(default_factory=list)
    cast: list[int] = field(default_factory=list)

    def add(self, cut: Sequence[int], relation: int, mark: int, hints: tuple[str, ...]) -> None:
        for kind in hints:
            self.hints += [(at, kind) for at in range(len(self.ids), len(self.ids) + len(cut))]
        self.ids.extend(cut)
        self.relations.extend([relation] * len(cut))
        self.marks.extend([mark] * len(cut))


def encode(passages: Sequence[Passage], vocabulary: Vocabulary) -> Batch:
    """Put passages into arrays; those of which nothing can be asked cost their reading alone."""
    cut = _Pieces()
    for passage in passages:
        _cut(passage, vocabulary, cut)
    questions = [
        Question(number, at, pairs, cut.first[number][at])
        for number, passage in enumerate(passages)
        for at in range(len(passage.lines))
        if (pairs := passage.pairs(at))
    ]
    return Batch(questions, _read(cut) | _asked(questions, passages, cut))


def _read(cut: _Pieces) -> Arrays:
    """(t,) `ids`, `relations`, `marks`, `passage`, `place` in it, and (t, types) `hints`."""
    hints = np.zeros((len(cut.ids), len(TYPES)), np.float32)
    for at, kind in cut.hints:
        hints[at, TYPES[kind]] = 1
    return {
        "ids": np.array(cut.ids, np.int64),
        "relations": np.array(cut.relations, np.int64),
        "marks": np.array(cut.marks, np.int64),
        "passage": np.repeat(np.arange(len(cut.sizes)), cut.sizes),
        "place": np.concatenate([np.arange(size) for size in cut.sizes]),
        "hints": hints,
    }


def _asked(questions: Sequence[Question], passages: Sequence[Passage], cut: _Pieces) -> Arrays:
    """What the pairs are: where their parties stand, and what the rules claim of them.

    (2q, t) `standing`: shares of the pieces that stand for a party in its sentence, then of those
    before, which sum to 1; (q,) `parties`: kind and place; (s, t) `words`; (n,) `question`,
    `source`, `target` (q: nobody); (n, ...) `claims`.
    """
    size = len(cut.ids)
    words = np.zeros((len(questions), size), np.bool_)
    parties: list[int] = []
    shares: list[tuple[int, list[int]]] = []
    asked: list[tuple[int, int, int]] = []
    claims: list[Floats] = []
    for row, question in enumerate(questions):
        passage = passages[question.passage]
        words[row, question.first] = True
        rows = {NOBODY: -1}
        for code in dict.fromkeys(code for pair in question.pairs for code in pair if code):
            rows[code] = len(parties)
            first, cast = cut.first[question.passage], cut.cast[question.passage]
            own, earlier, place = _places(passage, question.line, code, first, cast)
            shares += [(2 * len(parties), own), (2 * len(parties) + 1, earlier)]
            parties.append(_party(passage, question.line, code, place))
        asked += [(row, rows[a], rows[b]) for a, b in question.pairs]
        claims.append(_claims(passage.lines[question.line], question.pairs))
    standing = np.zeros((2 * len(parties), size), np.float32)
    for at, pieces in shares:
        standing[at, pieces] = 1 / max(1, len(pieces))
    which, source, target = np.array(asked, np.int64).reshape(-1, 3).T
    return {
        "standing": standing,
        "parties": np.array(parties, np.int64),
        "words": words,
        "question": which,
        "source": source,
        "target": np.where(target < 0, len(parties), target),
        "claims": np.concatenate(claims) if claims else np.zeros((0, CLAIMED), np.float32),
    }


def _places(
    passage: Passage, at: int, code: str, firsts: Sequence[list[int]], cast: int
) -> tuple[list[int], list[int], str]:
    """The pieces that name or mean a party in a sentence, and before; which of `PLACES` that is."""
    *earlier, own = (
        [(first[word], mark.how) for mark in line.marks if mark.code == code
         for word in range(mark.first, mark.last)]
        for line, first in zip(passage.lines[: at + 1], firsts[: at + 1], strict=True)
    )  # fmt: skip
    told = {piece for piece, how in own if how != "posting"}
    place = "here" if told else "posting" if own else "elsewhere"
    before = {piece for found in earlier for piece, _ in found}
    before |= {cast + n for n, mark in enumerate(passage.cast) if mark.code == code}
    return sorted(told or {piece for piece, _ in own}), sorted(before), place


def _party(passage: Passage, at: int, code: str, place: str) -> int:
    """One number for kind, place and whether the statement is its own."""
    lines = reversed(passage.lines[: at + 1])
    marks = chain(chain.from_iterable(line.marks for line in lines), passage.cast)
    kinds = (_kind(mark) for mark in marks if mark.code == code)
    whole = (len(KINDS) + 1) * PLACES.index(place) + next(kinds, 0)
    own = code == passage.lines[at].issuer
    return whole + (len(KINDS) + 1) * len(PLACES) * own


def _claims(line: Line, pairs: Sequence[Pair]) -> Floats:
    table = np.zeros((len(pairs), CLAIMED), np.float32)
    if line.claims is None:
        table[:, -2] = 1
        return table
    rows = {pair: row for row, pair in enumerate(pairs)}
    for claim in line.claims:
        for pair in claim.pairs():
            if pair in rows:
                table[rows[pair], TYPES[claim.type]] = 1
    table[:, -1] = table[:, : len(TYPES)].any()
    return table


def _kind(mark: Mark) -> int:
    return KINDS.index(mark.kind) if mark.kind in KINDS else _OTHER


def _cut(passage: Passage, vocabulary: Vocabulary, into: _Pieces) -> None:
    """Add the pieces of a passage to those before."""
    start = len(into.ids)
    into.add((vocabulary.number(_OPEN),), 0, 0, ())
    into.cast.append(len(into.ids))
    for mark in passage.cast:
        into.add((vocabulary.number(_mask(mark)),), 0, _told(mark), ())
    firsts: list[list[int]] = []
    for line in passage.lines:
        marked: dict[int, int] = {}
        masked: dict[int, Mark] = {}
        for mark in line.marks:
            for word in range(mark.first, mark.last):
                marked.setdefault(word, _told(mark))
                if mark.how in ("name", "posting"):
                    masked.setdefault(word, mark)
        first: list[int] = []
        words = zip(line.words, line.relations, line.hints, strict=True)
        for at, (text, label, hints) in enumerate(words):
            name = masked.get(at)
            if name is not None and at != name.first and first:
                first.append(first[-1])  # a name is one piece, however long
                continue
            first.append(len(into.ids))
            cut = vocabulary.cut(text) if name is None else (vocabulary.number(_mask(name)),)
            into.add(cut, _relation(label), marked.get(at, 0), hints)
        firsts.append(first)
    into.add((vocabulary.number(_CLOSE),), 0, 0, ())
    into.first.append(firsts)
    into.sizes.append(len(into.ids) - start)


def _told(mark: Mark) -> int:
    return 1 + _kind(mark) * len(HOWS) + HOWS.index(mark.how)


def _mask(name: Mark) -> str:
    return MASKS[2 * _kind(name) + name.person]


def _relation(label: str) -> int:
    return _RELATION.get(label, _RELATION.get(label.partition(":")[0], 0))
