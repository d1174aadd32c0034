"""The model of types: a small transformer reads a passage once and weighs its pairs of parties.

The weights (``types.onnx``, eight bits each) are made by `training/relate` and run by ONNX Runtime
on one thread: workers are processes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources.abc import Traversable

import numpy as np
import onnxruntime  # type: ignore[import-untyped]

from worker.events.plover import data, meanings
from worker.events.relate.encoding import Batch, Floats, encode
from worker.events.relate.lines import Pair, Passage
from worker.events.relate.pieces import Vocabulary

_PACK = 120  # words
_CLEARLY = 0.5  # log-odds
WEIGHTS, PIECES = "types.onnx", "pieces.txt"
MODES = tuple(meanings())
"""Each type with no mode and with each of its modes: what the network scores against one another.

What "yield" is to a request it is not to a refusal, so that each mode is scored by type.
"""

_OF_TYPE = {
    kind: [number for number, (of, _) in enumerate(MODES) if of == kind] for kind, _ in MODES
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the network says of one pair in one sentence.

    Attributes:
        sentence: its number in the article.
        shares: (types,) probability of an act of each type, independent of one another.
        highest: the highest of them.
        modes: (types and modes,) scores in the order of `MODES`; only those of one type compare.
        word: number of the word in the sentence that speaks most for an act.
    """

    sentence: int
    pair: Pair
    shares: Floats
    highest: float
    modes: Floats
    word: int

    def mode(self, kind: str, read: str | None = None) -> str | None:
        """The likeliest mode of an act of that type.

        Args:
            read: the mode that it is read to have; it stays unless another is clearly likelier.
        """
        scores = {MODES[number][1]: float(self.modes[number]) for number in _OF_TYPE[kind]}
        if read is not None:
            del scores[None]
            scores[read] += _CLEARLY
        return max(scores, key=scores.__getitem__)


class Network:
    """The model, ready to be asked."""

    def __init__(self, session: onnxruntime.InferenceSession, vocabulary: Vocabulary) -> None:
        """Join the two: the numbers of the pieces are those of the training."""
        self._session = session
        self._vocabulary = vocabulary

    def answers(self, passages: Iterable[Passage]) -> Iterator[Answer]:
        """What it says of every pair that the passages of one article ask about, in order.

        Several are read at once, none of them sees the others: small ones alone would be dear.
        """
        for pack in packs(passages):
            batch = encode(pack, self._vocabulary)
            if batch.questions:
                yield from self._of(pack, batch)

    def _of(self, pack: Sequence[Passage], batch: Batch) -> Iterator[Answer]:
        scores, modes, looked = self._session.run(None, batch.arrays)
        shares = 1 / (1 + np.exp(-scores))
        highest = shares.max(axis=1).tolist()
        row = 0
        for question in batch.questions:
            number = pack[question.passage].start + question.line
            end = row + len(question.pairs)
            words = looked[row:end][:, question.first].argmax(axis=1).tolist()
            for pair, word in zip(question.pairs, words, strict=True):
                yield Answer(number, pair, shares[row], highest[row], modes[row], word)
                row += 1


def packs(passages: Iterable[Passage]) -> Iterator[list[Passage]]:
    """Passages to be read at once, of some `_PACK` words at most."""
    pack: list[Passage] = []
    size = 0
    for passage in passages:
        if pack and size + passage.size > _PACK:
            yield pack
            pack, size = [], 0
        pack.append(passage)
        size += passage.size
    if pack:
        yield pack


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
