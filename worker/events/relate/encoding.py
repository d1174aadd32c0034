"""Passages as arrays, the way that the network takes them.

Sizes: ``b`` passages of up to ``t`` pieces; ``s`` sentences asked about, of up to ``p`` parties;
``n`` pairs in all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from worker.events.plover import types
from worker.events.relate.lines import Line, Mark, Pair, Passage
from worker.events.relate.pieces import Vocabulary

RELATIONS = (
    "nsubj", "nsubj:pass", "obj", "iobj", "obl", "obl:agent", "nmod", "nmod:poss", "amod",
    "compound", "flat", "appos", "conj", "cc", "case", "mark", "advmod", "aux", "aux:pass", "cop",
    "det", "ROOT", "ccomp", "xcomp", "advcl", "acl", "acl:relcl", "parataxis", "punct", "nummod",
    "compound:prt", "expl", "nmod:desc", "obl:unmarked", "nmod:unmarked", "discourse", "dep",
)  # fmt: skip
KINDS = ("state", "igo", "group")
"""Kinds of parties that the network tells apart; all others are one more."""

HOWS = ("name", "head", "meant", "posting")
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
    """One passage cut into pieces; of each piece what its word is."""

    ids: list[int]
    relations: list[int]
    marks: list[int]
    hints: list[tuple[str, ...]]
    first: list[list[int]]

    def add(self, cut: Sequence[int], relation: int, mark: int, hints: tuple[str, ...]) -> None:
        self.ids.extend(cut)
        self.relations.extend([relation] * len(cut))
        self.marks.extend([mark] * len(cut))
        self.hints.extend([hints] * len(cut))


def encode(passages: Sequence[Passage], vocabulary: Vocabulary) -> Batch:
    """Put passages into arrays; those of which nothing can be asked cost their reading alone."""
    cuts = [_pieces(passage, vocabulary) for passage in passages]
    questions = [
        Question(number, at, pairs, cut.first[at])
        for number, (passage, cut) in enumerate(zip(passages, cuts, strict=True))
        for at in range(len(passage.lines))
        if (pairs := passage.pairs(at))
    ]
    arrays = _read(cuts)
    length = arrays["ids"].shape[1]
    arrays |= _asked(questions, passages, cuts, length)
    return Batch(questions, arrays)


def _read(cuts: Sequence[_Pieces]) -> Arrays:
    """(b, t) `ids`, `relations`, `marks`, `mask`, and (b, t, types) `hints`."""
    shape = len(cuts), max((len(cut.ids) for cut in cuts), default=1)
    ids, relations, marks, mask = (np.zeros(shape, np.int64) for _ in range(4))
    hints = np.zeros((*shape, len(TYPES)), np.float32)
    for row, cut in enumerate(cuts):
        size = len(cut.ids)
        ids[row, :size] = cut.ids
        relations[row, :size] = cut.relations
        marks[row, :size] = cut.marks
        mask[row, :size] = 1
        for at, kinds in enumerate(cut.hints):
            for kind in kinds:
                hints[row, at, TYPES[kind]] = 1
    return {"ids": ids, "relations": relations, "marks": marks, "mask": mask, "hints": hints}


def _asked(
    questions: Sequence[Question], passages: Sequence[Passage], cuts: Sequence[_Pieces], length: int
) -> Arrays:
    """What the pairs are: where their parties stand, and what the rules claim of them.

    (s, p, t) `here` and `before`: shares of pieces that sum to 1; (s, p) `parties`: kind and place;
    (s, t) `words`; (s,) `passage`; (n,) `question`, `source`, `target` (p: nobody); `claims`.
    """
    codes = [list(dict.fromkeys(c for pair in q.pairs for c in pair if c)) for q in questions]
    most = max((len(found) for found in codes), default=1)
    here, before = (np.zeros((len(questions), most, length), np.float32) for _ in range(2))
    parties = np.zeros((len(questions), most), np.int64)
    words = np.zeros((len(questions), length), np.bool_)
    asked: list[tuple[int, int, int]] = []
    claims: list[Floats] = []
    for row, (question, found) in enumerate(zip(questions, codes, strict=True)):
        passage, cut = passages[question.passage], cuts[question.passage]
        words[row, question.first] = True
        for column, code in enumerate(found):
            own, earlier, place = _places(passage, question.line, code, cut)
            here[row, column, own] = 1 / max(1, len(own))
            before[row, column, earlier] = 1 / max(1, len(earlier))
            parties[row, column] = _party(passage, question.line, code, place)
        columns = {code: column for column, code in enumerate(found)}
        asked += [(row, columns[a], columns.get(b, most)) for a, b in question.pairs]
        claims.append(_claims(passage.lines[question.line], question.pairs))
    places = np.array(asked, np.int64).reshape(-1, 3)
    return {
        "here": here,
        "before": before,
        "parties": parties,
        "words": words,
        "passage": np.array([q.passage for q in questions], np.int64),
        "question": places[:, 0],
        "source": places[:, 1],
        "target": places[:, 2],
        "claims": np.concatenate(claims) if claims else np.zeros((0, CLAIMED), np.float32),
    }


def _places(passage: Passage, at: int, code: str, cut: _Pieces) -> tuple[list[int], list[int], str]:
    """The pieces that name or mean a party in a sentence, and before; which of `PLACES` that is."""
    *earlier, own = (
        [(first[word], mark.how) for mark in line.marks if mark.code == code
         for word in range(mark.first, mark.last)]
        for line, first in zip(passage.lines[: at + 1], cut.first[: at + 1], strict=True)
    )  # fmt: skip
    told = {piece for piece, how in own if how != "posting"}
    place = "here" if told else "posting" if own else "elsewhere"
    before = {piece for found in earlier for piece, _ in found}
    return sorted(told or {piece for piece, _ in own}), sorted(before), place


def _party(passage: Passage, at: int, code: str, place: str) -> int:
    """One number for kind, place and whether the statement is its own."""
    kinds = (
        _kind(mark)
        for line in reversed(passage.lines[: at + 1])
        for mark in line.marks
        if mark.code == code
    )
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


def _pieces(passage: Passage, vocabulary: Vocabulary) -> _Pieces:
    found = _Pieces([vocabulary.number(_OPEN)], [0], [0], [()], [])
    for line in passage.lines:
        marked: dict[int, int] = {}
        masked: dict[int, Mark] = {}
        for mark in line.marks:
            told = 1 + _kind(mark) * len(HOWS) + HOWS.index(mark.how)
            for word in range(mark.first, mark.last):
                marked.setdefault(word, told)
                if mark.how in ("name", "posting"):
                    masked.setdefault(word, mark)
        first: list[int] = []
        words = zip(line.words, line.relations, line.hints, strict=True)
        for at, (text, label, hints) in enumerate(words):
            name = masked.get(at)
            if name is not None and at != name.first and first:
                first.append(first[-1])  # a name is one piece, however long
                continue
            first.append(len(found.ids))
            cut = vocabulary.cut(text) if name is None else (vocabulary.number(_mask(name)),)
            found.add(cut, _relation(label), marked.get(at, 0), hints)
        found.first.append(first)
    found.add((vocabulary.number(_CLOSE),), 0, 0, ())
    return found


def _mask(name: Mark) -> str:
    return MASKS[2 * _kind(name) + name.person]


def _relation(label: str) -> int:
    return _RELATION.get(label, _RELATION.get(label.partition(":")[0], 0))
