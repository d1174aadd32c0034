"""Fit the weights of a glance, `worker/events/relate/glance.tsv`, on coded stories."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from training.relate.stories import Story
from training.signs import Floats, frequent, matrix
from worker.events import log_odds
from worker.events.relate.glance import ALWAYS, ISSUER, WORTH, signs
from worker.events.relate.lines import Line

PULL = 10.0
"""Of the squared weights towards zero, against the log-likelihood of all sentences."""
RARELY = 8
"""Signs of fewer sentences weigh nothing."""
_QUIET = 0.1


def fit(stories: Iterable[Story], out: Path) -> None:
    """Write the weights, and print what share of sentences and of those with an act they keep."""
    looked = [(_signs(line), told) for line, told in _lines(stories)]
    rows = [found for found, _ in looked]
    names = frequent(rows, RARELY)
    stands = matrix(rows, names)
    told = np.array([told for _, told in looked], float)
    weights = _weights(stands, told, free=names.index(ALWAYS))
    weights[np.abs(weights) < _QUIET] = 0
    read = 1 / (1 + np.exp(-(stands @ weights))) >= WORTH
    print(f"{len(looked)} sentences, {read.mean():.3f} read, {read[told > 0].mean():.3f} of acts")
    kept = {sign: w for sign, w in zip(names, weights.tolist(), strict=True) if w}
    made = {"of": "worker/events/relate/glance.py", "by": "training/relate/glance.py"}
    table = log_odds.table(kept, **made, on=f"{len(looked)} sentences")
    out.write_text(table, encoding="utf-8")


def _signs(line: Line) -> list[str]:
    """As the coder sees them before it looks at what the words mean."""
    marks = [mark for mark in line.marks if mark.how in ("name", "posting")]
    inside = {n for mark in marks for n in range(mark.first, mark.last)}
    words = (word.lower() for n, word in enumerate(line.words) if n not in inside)
    named = [(mark.code, mark.kind) for mark in marks]
    if line.issuer is not None:
        named.append((line.issuer, ISSUER))
    return list(signs(words, named))


def _lines(stories: Iterable[Story]) -> Iterator[tuple[Line, bool]]:
    """The sentences of which the rules say nothing, and whether they tell an act."""
    for story in stories:
        for passage in story.passages():
            for n, line in enumerate(passage.lines):
                if line.codes and not line.claims:
                    pairs = set(passage.pairs(n))
                    number = passage.start + n
                    yield (
                        line,
                        any(
                            number in act.lines and bool(pairs & act.pairs)
                            for act in story.coded
                            if not act.optional
                        ),
                    )


def _weights(stands: csr_matrix, told: Floats, *, free: int) -> Floats:
    """Ridge logistic regression; the constant is not pulled."""
    pull = np.full(stands.shape[1], PULL)
    pull[free] = 0

    def missed(weights: Floats) -> tuple[float, Floats]:
        scores = stands @ weights
        loss = np.logaddexp(0, scores) - told * scores
        slope = stands.T @ (1 / (1 + np.exp(-scores)) - told) + pull * weights
        return float(loss.sum() + (pull * weights**2).sum() / 2), slope

    start = np.zeros(stands.shape[1])
    learnt: Floats = minimize(missed, start, jac=True, method="L-BFGS-B").x
    return learnt
