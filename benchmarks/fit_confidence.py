"""Fit the weights of `worker/events/lexicon/confidence.tsv` on documents coded by hand.

    python benchmarks/fit_confidence.py [--write]

The documents are those that no rule was written from: what is tuned on flatters the coder. An event
counts as right where one of its dyads is in the gold, optional ones included. Prints the
reliability of the fitted probabilities by tenths, each document judged by weights fitted without it
(ten folds over documents).
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import defaultdict
from collections.abc import Iterable

from score_gold import GOLD, article, documents

from worker.events import extract, log_odds
from worker.events.confidence import probability, signs
from worker.events.extract import Coder
from worker.events.language.nlp import load
from worker.events.merge import Told
from worker.events.parties import Gazetteer
from worker.events.plover import data

UNSEEN = ("voa-kept", "held", "statements-kept", "articles-kept", "plain-kept")
TUNED = ("dev", "seed", "own")
RIDGE = 0.01
"""Pull of each weight towards zero, per event: enough that a sign seen five times stays quiet."""
ROUNDS, STEP = 3000, 0.3

Example = tuple[str, dict[str, float], bool]


def examples(names: Iterable[str]) -> list[Example]:
    sys.path.insert(0, str(GOLD))
    from score import dyads  # noqa: PLC0415 - the scorer lies beside the project

    told: dict[str, list[Told]] = defaultdict(list)
    made = extract._event  # noqa: SLF001 - what was told, with its marks, is wanted here

    def watched(one, act, day):
        told[one.id].append(act)
        return made(one, act, day)

    extract._event = watched  # noqa: SLF001
    coder = Coder(load(), Gazetteer.load())
    found = []
    for name in names:
        for document in documents(name):
            gold = set().union(*map(dyads, document["events"])) if document["events"] else set()
            coder.code_one(article(document))
            for act in told[document["doc_id"]]:
                actors, recipients = act.codes
                event = {"type": act.type, "actors": actors, "recipients": recipients}
                found.append((document["doc_id"], signs(act), bool(dyads(event) & gold)))
    return found


def fit(data_: list[Example]) -> dict[str, float]:
    """Ridge logistic regression by gradient descent; the constant is not pulled."""
    weights: dict[str, float] = defaultdict(float)
    for _ in range(ROUNDS):
        slope: dict[str, float] = defaultdict(float)
        for _, found, right in data_:
            error = probability(found, weights) - right
            for sign, loud in found.items():
                slope[sign] += error * loud / len(data_)
        for sign, value in slope.items():
            pull = 0.0 if sign == "always" else RIDGE * weights[sign]
            weights[sign] -= STEP * (value + pull)
    return dict(weights)


def elsewhere(data_: list[Example], weights: dict[str, float]) -> None:
    """Log loss on documents that took no part in the fitting, but that the rules know."""
    base = sum(right for *_, right in data_) / len(data_)
    sure = [(probability(found, weights), base, right) for _, found, right in data_]
    loss, plain = (
        -sum(math.log(row[n] if row[2] else 1 - row[n]) for row in sure) / len(sure) for n in (0, 1)
    )
    print(f"  tuned on: log loss {loss:.3f} (a constant: {plain:.3f})")


def reliability(data_: list[Example]) -> None:
    folds = sorted({doc for doc, *_ in data_})
    tenths: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    loss = 0.0
    for k in range(10):
        held = set(folds[k::10])
        weights = fit([e for e in data_ if e[0] not in held])
        for _, found, right in (e for e in data_ if e[0] in held):
            p = probability(found, weights)
            loss -= math.log(p if right else 1 - p)
            row = tenths[min(9, int(p * 10))]
            row[0] += 1
            row[1] += right
    for tenth, (number, right) in sorted(tenths.items()):
        span = f"{tenth / 10:.1f}-{tenth / 10 + 0.1:.1f}"
        print(f"  {span}: {number:4} events, {right / number:.2f} right")
    base = sum(r for *_, r in data_) / len(data_)
    plain = -sum(math.log(base if r else 1 - base) for *_, r in data_)
    print(f"  log loss {loss / len(data_):.3f} (a constant: {plain / len(data_):.3f})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    found = examples(UNSEEN)
    print(f"{len(found)} events, {sum(r for *_, r in found)} right")
    reliability(found)
    weights = fit(found)
    elsewhere(examples(TUNED), weights)
    print(log_odds.lines(weights))
    if options.write:
        target = data("lexicon", "confidence.tsv")
        made = {"of": "worker/events/confidence.py", "by": "benchmarks/fit_confidence.py"}
        table = log_odds.table(weights, **made, on=f"{len(found)} events")
        target.write_text(table, encoding="utf-8")


if __name__ == "__main__":
    main()
