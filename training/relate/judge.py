"""How good the model of types is on writers whom it has not read, and how honest.

Each writer's sentences, and those of PLOVER's manual, are asked about by a model that was trained
on all the others; real news kept aside (`training.relate.news`) by the model that ships, which is
never trained on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from spacy.vectors import Vectors

from training.relate.fit import CLASSES, Settings, fit
from training.relate.read import Case
from worker.events.plover import types
from worker.events.relate.network import NONE, Array, Network

MERGED = {"CONCEDE": "RETREAT"}
TRAINED = frozenset({"lexicon", "news", "stories"})
KEPT = "news-kept"
_TYPES = [CLASSES.index(kind) for kind in types()]
_BINS = 10


@dataclass(frozen=True)
class Trial:
    """Probabilities for sentences of writers that were kept out: (pairs, classes)."""

    name: str
    gold: list[str]
    shares: Array


def trials(cases: Sequence[Case], vectors: Vectors, settings: Settings) -> Iterator[Trial]:
    """Train without each group, and ask about it; those of `TRAINED` are always trained on."""
    cases = [case for case in cases if case.example.group != KEPT]
    for held in sorted({case.example.group for case in cases} - TRAINED):
        network = taught([c for c in cases if c.example.group != held], vectors, settings)
        yield asked(network, [c for c in cases if c.example.group == held], vectors)


def taught(cases: Sequence[Case], vectors: Vectors, settings: Settings) -> Network:
    """The network that is learnt from these."""
    return fit([c.views for c in cases], [c.example.type for c in cases], vectors, settings)


def asked(network: Network, cases: Sequence[Case], vectors: Vectors) -> Trial:
    """What a network says of the cases of one group, as `demarche relate` sees them."""
    shares = np.stack([network.probabilities(case.views[0], vectors) for case in cases])
    return Trial(cases[0].example.group, [case.example.type for case in cases], shares)


def among_types(trial: Trial) -> tuple[list[str], Array]:
    """The pairs that an act joins, and their probabilities over the sixteen types."""
    kept = [n for n, kind in enumerate(trial.gold) if kind != NONE]
    shares = trial.shares[kept][:, _TYPES]
    return [trial.gold[n] for n in kept], shares / shares.sum(axis=1, keepdims=True)


def macro_f1(gold: Sequence[str], told: Sequence[str]) -> float:
    """Mean F1 of the types that occur in gold."""
    scores = []
    for kind in sorted(set(gold)):
        hits = sum(g == t == kind for g, t in zip(gold, told, strict=True))
        scores.append(2 * hits / (gold.count(kind) + told.count(kind)))
    return sum(scores) / len(scores)


def log_loss(gold: Sequence[str], shares: Array) -> float:
    """Mean of the negative logarithms of what the right types got."""
    right = shares[np.arange(len(gold)), [types().index(kind) for kind in gold]]
    return float(-np.log(np.maximum(right, 1e-9)).mean())


def calibration_error(gold: Sequence[str], shares: Array) -> float:
    """ECE: how far the share of right answers is from the probability, over ten equal bins."""
    sure, told = shares.max(axis=1), shares.argmax(axis=1)
    right = told == np.array([types().index(kind) for kind in gold])
    bins = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    return float(
        sum(
            (bins == b).mean() * abs(right[bins == b].mean() - sure[bins == b].mean())
            for b in set(bins.tolist())
        )
    )


def cooled(shares: Array, temperature: float) -> Array:
    """Probabilities as if all scores had been divided by a temperature."""
    powers = np.power(np.maximum(shares, 1e-12), 1 / temperature)
    return powers / powers.sum(axis=1, keepdims=True)


def best_temperature(found: Sequence[Trial]) -> float:
    """The temperature with the least log loss on what was kept out, all trials counting alike."""
    grid = [round(0.5 + 0.05 * n, 2) for n in range(41)]

    def loss(temperature: float) -> float:
        losses = []
        for trial in found:
            gold = [CLASSES.index(kind) for kind in trial.gold]
            right = cooled(trial.shares, temperature)[np.arange(len(gold)), gold]
            losses.append(-np.log(right).mean())
        return float(np.mean(losses))

    return min(grid, key=loss)


def line(trial: Trial, temperature: float) -> str:
    """One line of the table."""
    gold, shares = among_types(trial)
    shares = cooled(shares, temperature)
    told = [types()[n] for n in shares.argmax(axis=1)]
    merged = macro_f1([MERGED.get(k, k) for k in gold], [MERGED.get(k, k) for k in told])
    accuracy = sum(g == t for g, t in zip(gold, told, strict=True)) / len(gold)
    return (
        f"| {trial.name} | {len(gold)} | {accuracy:.3f} | {macro_f1(gold, told):.3f} |"
        f" {merged:.3f} | {log_loss(gold, shares):.3f} | {calibration_error(gold, shares):.3f} |"
    )


def by_type(trial: Trial) -> Iterator[str]:
    """Lines of a table: pairs, precision, recall and F1 of the fifteen types."""
    gold, shares = among_types(trial)
    gold = [MERGED.get(k, k) for k in gold]
    told = [MERGED.get(types()[n], types()[n]) for n in shares.argmax(axis=1)]
    yield "| type | pairs | precision | recall | F1 |\n|---|---|---|---|---|"
    for kind in sorted(set(gold)):
        hits = sum(g == t == kind for g, t in zip(gold, told, strict=True))
        found, there = told.count(kind), gold.count(kind)
        yield (
            f"| {kind} | {there} | {hits / max(1, found):.2f} | {hits / there:.2f} |"
            f" {2 * hits / (found + there):.2f} |"
        )


HEADER = (
    "| kept out | sentences | accuracy | macro F1, 16 | macro F1, 15 | log loss | ECE |\n"
    "|---|---|---|---|---|---|---|"
)
