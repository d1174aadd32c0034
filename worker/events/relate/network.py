"""The model of types: a small transformer reads a passage once and weighs its pairs of parties.

The weights (``types.onnx``, eight bits each) are made by `training/relate` and run by ONNX Runtime
on one thread: workers are processes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources.abc import Traversable

import numpy as np
import onnxruntime  # type: ignore[import-untyped]

from worker.events.plover import data, meanings
from worker.events.relate.encoding import Batch, Floats, encode
from worker.events.relate.lines import Pair, Passage
from worker.events.relate.pieces import Vocabulary

WEIGHTS, PIECES = "types.onnx", "pieces.txt"
MODES = tuple(dict.fromkeys(mode for _, mode in meanings() if mode is not None))
"""All modes, each once; the network's scores begin with that of none."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the network says of one pair in one sentence.

    Attributes:
        sentence: its number in the article.
        shares: (types,) probability of an act of each type, independent of one another.
        highest: the highest of them.
        modes: (1 + modes,) scores, of no mode first.
        word: number of the word in the sentence that speaks most for an act.
    """

    sentence: int
    pair: Pair
    shares: Floats
    highest: float
    modes: Floats
    word: int

    def mode(self, kind: str) -> str | None:
        """The likeliest mode of an act of that type."""
        allowed = [None, *(mode for mode in MODES if (kind, mode) in meanings())]
        scores = [self.modes[0 if mode is None else 1 + MODES.index(mode)] for mode in allowed]
        return allowed[int(np.argmax(scores))]


class Network:
    """The model, ready to be asked."""

    def __init__(self, session: onnxruntime.InferenceSession, vocabulary: Vocabulary) -> None:
        """Join the two: the numbers of the pieces are those of the training."""
        self._session = session
        self._vocabulary = vocabulary

    def answers(self, passages: Iterable[Passage]) -> Iterator[Answer]:
        """What it says of every pair that the passages ask about, in order.

        Each passage is read alone: padded to a longer one it would cost more, and the scale of its
        eight-bit numbers would hang on the other.
        """
        for passage in passages:
            batch = encode([passage], self._vocabulary)
            if batch.questions:
                yield from self._of(passage, batch)

    def _of(self, passage: Passage, batch: Batch) -> Iterator[Answer]:
        scores, modes, looked = self._session.run(None, batch.arrays)
        shares = 1 / (1 + np.exp(-scores))
        highest = shares.max(axis=1).tolist()
        row = 0
        for question in batch.questions:
            number = passage.start + question.line
            end = row + len(question.pairs)
            words = looked[row:end][:, question.first].argmax(axis=1).tolist()
            for pair, word in zip(question.pairs, words, strict=True):
                yield Answer(number, pair, shares[row], highest[row], modes[row], word)
                row += 1


@cache
def packaged() -> Network:
    """The network that comes with the package, read once, before children are forked."""
    return load(data("relate"))


def load(folder: Traversable) -> Network:
    """The network of a folder that holds its weights and its pieces."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    weights = folder.joinpath(WEIGHTS).read_bytes()
    session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
    spelled = folder.joinpath(PIECES).read_text(encoding="utf-8").splitlines()
    return Network(session, Vocabulary(tuple(spelled)))
