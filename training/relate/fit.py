"""Fitting the network of types, in numpy.

Few sentences and many signs: what keeps it honest is dropout of signs, words and hidden units,
smoothed labels, and the mean of the last weights. Same input, same seed: same weights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from spacy.vectors import Vectors

from worker.events.plover import types
from worker.events.relate.features import Seen
from worker.events.relate.network import NONE, Array, Network, inputs, size, softmax

CLASSES = (*types(), NONE)

Target = str | Mapping[str, float]
"""The class of a pair, or the probabilities that somebody gave to some of them."""

Views = Sequence[Seen]
"""The ways of seeing one pair; which one is trained on is drawn anew in every epoch."""


@dataclass(frozen=True)
class Settings:
    """What was tuned, on sentences of other writers than those trained on."""

    hidden: int = 96
    epochs: int = 25
    batch: int = 64
    rate: float = 2e-3
    decay: float = 0.1
    least: int = 2  # a sign seen in fewer sentences is left out
    smoothing: float = 0.05
    drop_signs: float = 0.3
    drop_inputs: float = 0.15
    drop_words: float = 0.1
    drop_hidden: float = 0.4
    blind: float = 0.15  # share of sentences that are read without any vector
    averaged: float = 0.4  # last share of the epochs whose weights are averaged
    seed: int = 20261122


@dataclass
class _Part:
    """Weights under Adam with decoupled decay; rows that a batch does not touch stay."""

    weights: Array
    decay: float
    steps: int = 0
    mean: Array = field(init=False)
    square: Array = field(init=False)
    total: Array = field(init=False)

    def __post_init__(self) -> None:
        self.weights = self.weights.astype(np.float32)
        self.mean, self.square, self.total = (np.zeros_like(self.weights) for _ in range(3))

    def step(self, slope: Array, rate: float, rows: object = slice(None)) -> None:
        self.steps += 1
        self.mean[rows] = 0.9 * self.mean[rows] + 0.1 * slope
        self.square[rows] = 0.999 * self.square[rows] + 0.001 * slope * slope
        mean = self.mean[rows] / (1 - 0.9**self.steps)
        square = self.square[rows] / (1 - 0.999**self.steps)
        kept = self.weights[rows] * np.float32(1 - rate * self.decay)
        self.weights[rows] = kept - rate * mean / (np.sqrt(square) + 1e-8)


def fit(
    pairs: Sequence[Views],
    kinds: Sequence[Target],
    vectors: Vectors,
    settings: Settings = Settings(),
) -> Network:
    """Train on pairs and their classes; without vectors the words speak by lexicon and place."""
    chance = np.random.default_rng(settings.seed)
    width = vectors.shape[1] if len(vectors) else 0
    rows = _signs(pairs, settings.least)
    signs = [[_rows(one, rows) for one in views] for views in pairs]
    words = [[inputs(one, vectors, width) for one in views] for views in pairs]
    gold = _smoothed(kinds, settings.smoothing)
    parts = _start(chance, len(rows), size(width), settings)
    first = round(settings.epochs * (1 - settings.averaged))
    for epoch in range(settings.epochs):
        rate = settings.rate * (0.05 + 0.95 * (1 - epoch / settings.epochs))
        order = chance.permutation(len(pairs))
        for at in range(0, len(order), settings.batch):
            batch = order[at : at + settings.batch]
            view = [chance.integers(len(pairs[i])) for i in batch]
            seen = [signs[i][v] for i, v in zip(batch, view, strict=True)]
            told = [words[i][v] for i, v in zip(batch, view, strict=True)]
            _update(parts, seen, told, gold[batch], width, rate, chance, settings)
        if epoch >= first:
            for part in parts.values():
                part.total += part.weights / (settings.epochs - first)
    final = {name: part.total for name, part in parts.items()}
    return Network(classes=CLASSES, rows=rows, width=width, **final)


def _signs(pairs: Sequence[Views], least: int) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for views in pairs:
        counts.update(frozenset().union(*(one.signs for one in views)))
    names = sorted(name for name, number in counts.items() if number >= least)
    return {name: row for row, name in enumerate(names)}


def _rows(seen: Seen, rows: dict[str, int]) -> np.ndarray:
    return np.array(sorted(rows[name] for name in seen.signs if name in rows), np.int64)


def _smoothed(kinds: Sequence[Target], smoothing: float) -> Array:
    gold = np.zeros((len(kinds), len(CLASSES)), np.float32)
    for row, kind in zip(gold, kinds, strict=True):
        shares = {kind: 1 - smoothing} if isinstance(kind, str) else kind
        for name, share in shares.items():
            row[CLASSES.index(name)] = share
    gold += (1 - gold.sum(axis=1, keepdims=True)) / len(CLASSES)
    return gold


def _start(
    chance: np.random.Generator, signs: int, width: int, settings: Settings
) -> dict[str, _Part]:
    hidden, classes = settings.hidden, len(CLASSES)
    start = {
        "signs": np.zeros((signs, classes)),
        "words": chance.standard_normal((width, hidden)) * np.sqrt(2 / width),
        "hidden": np.zeros(hidden),
        "out": chance.standard_normal((hidden, classes)) * 0.1,
        "bias": np.zeros(classes),
    }
    return {
        name: _Part(array, settings.decay if array.ndim > 1 else 0) for name, array in start.items()
    }


def _update(
    parts: dict[str, _Part],
    signs: list[np.ndarray],
    words: list[Array],
    gold: Array,
    width: int,
    rate: float,
    chance: np.random.Generator,
    settings: Settings,
) -> None:
    """One step on one batch: forward with dropout, and back."""
    columns, at = np.unique(np.concatenate(signs), return_inverse=True)
    present = np.zeros((len(signs), len(columns)), np.float32)
    owner = np.repeat(np.arange(len(signs)), [len(s) for s in signs])
    present[owner, at] = _kept(chance, len(at), settings.drop_signs)

    lengths = [len(w) for w in words]
    of = np.repeat(np.arange(len(words)), lengths)
    told = np.concatenate(words)
    told = told * _kept(chance, told.shape, settings.drop_inputs)
    told *= chance.random((len(told), 1)) >= settings.drop_words
    told[:, : 2 * width] *= (chance.random((len(words), 1)) >= settings.blind)[of]

    answers = np.maximum(told @ parts["words"].weights + parts["hidden"].weights, 0)
    starts = np.cumsum([0, *lengths[:-1]])
    strongest = np.maximum.reduceat(answers, starts, axis=0)
    mask = _kept(chance, strongest.shape, settings.drop_hidden)
    scores = present @ parts["signs"].weights[columns] + parts["bias"].weights
    error = softmax(scores + (strongest * mask) @ parts["out"].weights) - gold
    error = (error / len(gold)).astype(np.float32)

    back = (error @ parts["out"].weights.T) * mask
    back = np.where((answers == strongest[of]) & (answers > 0), back[of], 0)
    parts["signs"].step(present.T @ error, rate, columns)
    parts["bias"].step(error.sum(axis=0), rate)
    parts["out"].step((strongest * mask).T @ error, rate)
    parts["words"].step(told.T @ back, rate)
    parts["hidden"].step(back.sum(axis=0), rate)


def _kept(chance: np.random.Generator, shape: int | tuple[int, ...], drop: float) -> Array:
    kept = chance.random(shape, dtype=np.float32) >= drop
    return kept.astype(np.float32) / np.float32(1 - drop)
