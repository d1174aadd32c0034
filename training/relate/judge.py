"""How good the model of types is on pairs of real news that it has not read, and how honest.

The pairs are those that `training.relate.news` keeps aside. As the field does it, CONCEDE and
RETREAT count as one type.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.relate.examples import Example
from training.relate.pairs import NONE
from training.relate.stories import Story
from worker.events.plover import types
from worker.events.relate import likeliest
from worker.events.relate.lines import Passage
from worker.events.relate.network import Network

MERGED = {"CONCEDE": "RETREAT"}
KEPT = "news-kept"
HEADER = (
    "| pairs | accuracy | macro F1, 16 | macro F1, 15 | log loss | ECE |\n|---|---|---|---|---|---|"
)
_BINS = 10

Shares = NDArray[np.float64]


@dataclass(frozen=True)
class Trial:
    """Labels, and what a model says of the pairs: (pairs, types), independent probabilities."""

    gold: list[str]
    shares: Shares


def asked(kept: Sequence[tuple[Example, Story]], network: Network) -> Trial:
    """What a network says of the kept pairs, as `demarche relate` asks it."""
    shares = []
    for _, story in kept:
        known = story.asked or frozenset()
        answers = network.answers([Passage(0, story.lines)])
        _, table = likeliest([a.shares for a in answers if (a.sentence, a.pair) in known])
        shares.append(list(table.values()))
    return Trial([example.type for example, _ in kept], np.array(shares))


def lines(trial: Trial) -> Iterator[str]:
    """A row of the table, and F1 by type."""
    kept = [n for n, kind in enumerate(trial.gold) if kind != NONE]
    gold, shares = [trial.gold[n] for n in kept], trial.shares[kept]
    told = [types()[n] for n in shares.argmax(1)]
    merged = [[MERGED.get(kind, kind) for kind in some] for some in (gold, told)]
    right = np.array([a == b for a, b in zip(gold, told, strict=True)])
    loss = -np.mean([np.log(s[types().index(kind)]) for s, kind in zip(shares, gold, strict=True)])
    figures = right.mean(), macro_f1(gold, told), macro_f1(*merged), loss, ece(shares.max(1), right)
    yield " | ".join([f"| {len(gold)}", *(f"{figure:.3f}" for figure in figures)]) + " |"
    yield " ".join(f"{kind} {f1(*merged, kind):.2f}" for kind in sorted(set(merged[0])))


def macro_f1(gold: Sequence[str], told: Sequence[str]) -> float:
    """Mean F1 of the types that occur in gold."""
    return float(np.mean([f1(gold, told, kind) for kind in sorted(set(gold))]))


def f1(gold: Sequence[str], told: Sequence[str], kind: str) -> float:
    """F1 of one type."""
    both = sum(a == b == kind for a, b in zip(gold, told, strict=True))
    return 2 * both / max(1, gold.count(kind) + told.count(kind))


def ece(sure: Shares, right: NDArray[np.bool_]) -> float:
    """Expected calibration error: how far the likeliest type's share is from the truth."""
    bins = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    gaps = (abs(right[bins == n].sum() - sure[bins == n].sum()) for n in range(_BINS))
    return float(sum(gaps) / len(right))
