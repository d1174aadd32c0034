"""The model of types, in numpy: weights of signs, and one hidden layer over the words.

The scores of the classes are the sum of the weights of the signs, which can be read one by one, and
of what the words say: each word near the pair (its vector, its head's, where it stands) passes the
hidden layer, and of every hidden unit the strongest answer counts. The weights are made by
`training/relate` and lie beside this file, rounded to one byte each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.strings import get_string_id
from spacy.vectors import Vectors  # type: ignore[import-not-found]

from worker.events.plover import data, types
from worker.events.relate.features import LABELS, PLACES, Seen

NONE = "NONE"
"""The class of pairs that no act joins."""

FILE = "types.npz"

Array = NDArray[np.float32]
Stored = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Network:
    """Weights; ``n`` signs, ``h`` hidden units, ``c`` classes, ``i`` inputs of a word.

    Attributes:
        classes: names of the classes: the sixteen types and `NONE`.
        rows: sign → row of `signs`; a sign that is not in it was too rare in training.
        signs: (n, c): what each sign gives to the classes.
        words: (i, h): what a word gives to the hidden units.
        hidden: (h,): their bias.
        out: (h, c): what they give to the classes.
        bias: (c,)
        width: width of the word vectors of the training; 0 if it had none.
    """

    classes: tuple[str, ...]
    rows: dict[str, int]
    signs: Array
    words: Array
    hidden: Array
    out: Array
    bias: Array
    width: int

    def probabilities(self, seen: Seen, vectors: Vectors) -> Array:
        """Probability of each class for a pair; they sum to 1."""
        rows = sorted(row for row in map(self.rows.get, seen.signs) if row is not None)
        active = inputs(seen, vectors, self.width) @ self.words + self.hidden
        strongest = np.maximum(active.max(axis=0), 0)
        return softmax(self.signs[rows].sum(axis=0) + strongest @ self.out + self.bias)


def inputs(seen: Seen, vectors: Vectors, width: int) -> Array:
    """The words of a pair in numbers: (words, inputs); one row of zeros where there is none.

    Vectors are zero where the pipeline has none, or others than those of the training.
    """
    words = seen.words
    told = np.zeros((max(1, len(words)), size(width)), np.float32)
    if words and width and vectors.shape[1:] == (width,):
        told[:, :width] = _units([word.lemma for word in words], vectors)
        told[:, width : 2 * width] = _units([word.head for word in words], vectors)
    for row, word in zip(told[:, 2 * width :], words, strict=False):
        for name in (*word.places, f"-{word.label}", *word.kinds):
            if name in _MARKS:
                row[_MARKS[name]] = 1
    return told


def size(width: int) -> int:
    """How many numbers tell of one word."""
    return 2 * width + len(_MARKS)


_MARKS = {name: n for n, name in enumerate((*PLACES, *(f"-{x}" for x in LABELS), *types()))}


def _units(lemmas: list[str], vectors: Vectors) -> Array:
    """The vectors of lemmas, brought to length 1; zeros where one has none."""
    places = [vectors.key2row.get(get_string_id(x), -1) if x else -1 for x in lemmas]
    rows = np.array(places)
    found: Array = vectors.data[rows] * (rows >= 0)[:, None]
    lengths = np.sqrt((found * found).sum(axis=1, keepdims=True))
    units: Array = found / np.maximum(lengths, 1e-6)
    return units


def softmax(scores: Array) -> Array:
    """Probabilities of the classes along the last axis."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: Array = powers / powers.sum(axis=-1, keepdims=True)
    return shares


@cache
def packaged() -> Network:
    """The network that comes with the package."""
    with data("relate", FILE).open("rb") as file, np.load(file) as stored:
        return unpacked({name: stored[name] for name in stored.files})


def packed(network: Network) -> Stored:
    """A network as arrays for a file: weights in steps of 1/127 of the largest of their column."""
    names = sorted(network.rows, key=network.rows.__getitem__)
    stored: Stored = {
        "classes": _text(network.classes),
        "names": _text(names),
        "hidden": network.hidden,
        "bias": network.bias,
        "width": np.array(network.width),
    }
    for name in ("signs", "words", "out"):
        weights: Array = getattr(network, name)
        step = np.abs(weights).max(axis=0, initial=1e-9) / 127
        stored[name] = np.round(weights / step).astype(np.int8)
        stored[f"{name} step"] = step.astype(np.float32)
    return stored


def unpacked(stored: Stored) -> Network:
    """The network of the arrays that `packed` made."""
    signs, words, out = (
        stored[name].astype(np.float32) * stored[f"{name} step"]
        for name in ("signs", "words", "out")
    )
    return Network(
        classes=_lines(stored["classes"]),
        rows={name: row for row, name in enumerate(_lines(stored["names"]))},
        signs=signs,
        words=words,
        hidden=stored["hidden"],
        out=out,
        bias=stored["bias"],
        width=int(stored["width"]),
    )


def _text(lines: Sequence[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(lines).encode(), np.uint8)


def _lines(text: NDArray[np.uint8]) -> tuple[str, ...]:
    return tuple(text.tobytes().decode().split("\n"))
