"""Fit the weights by which the coder chooses the day of an act, `worker/events/lexicon/dating.tsv`.

    python -m training.dating [--gold DEV.jsonl] [--write]

From the articles of `training/relate/articles`, gold documents that may be learnt from, and the
sentences of `tests/data/timing.tsv`, by which the rules are spelled out: for each act that the
coder finds and that is coded there, every day that comes into question is right or wrong. The
weights are those under which the right ones are likeliest (conditional logistic regression, with a
pull towards zero). Prints what share of the acts gets the right day by the rules, by weights fitted
without the document (five folds), and at best.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from training import signs
from training.relate.stories import ARTICLES, article
from training.signs import Floats
from worker import events
from worker.events import judging, log_odds
from worker.events.dates.choosing import Candidate, candidates
from worker.events.dating import asked
from worker.events.extract import Coder
from worker.events.language.nlp import load
from worker.events.merge import Told
from worker.events.parties import Gazetteer
from worker.events.plover import read_tsv
from worker.events.relate.lines import Claim
from worker.events.telling import Draft, Heard

SENTENCES = Path(__file__).parent / "data" / "days.tsv"
OUT = Path(events.__file__).parent / "lexicon" / "dating.tsv"
PULL = 12.0
"""Of the squared weights towards zero, against the log-likelihood of all acts."""
OPEN, SPELLED = 0.33, 3.0
"""How much an act counts whose day the coding leaves open (a day too much harms less than none),
and one by which the rules are spelled out; others count one."""
RARELY = 20
"""Signs that stand in fewer candidates weigh nothing."""
FOLDS = 5
_QUIET = 0.03

Document = Mapping[str, Any]
Coding = Callable[[Told, Sequence[Heard], Document], Document | None]
"""From an act that was found in a document to what is coded of it there, if anything."""


@dataclass(frozen=True)
class Example:
    """An act of an article: the days that come into question, and which of them are right."""

    article: str
    candidates: Sequence[Candidate]
    right: Sequence[bool]
    weight: float

    @property
    def is_open(self) -> bool:
        """Whether the coding leaves the day open."""
        days = zip(self.candidates, self.right, strict=True)
        return any(right and one.date is None for one, right in days)

    def is_got(self, weights: Mapping[str, float]) -> bool:
        """Whether the day for which most speaks is right."""
        scores = [fsum(weights.get(sign, 0.0) for sign in each.signs) for each in self.candidates]
        return self.right[scores.index(max(scores))]


def coded_articles(gold: Iterable[Path]) -> Iterator[Example]:
    """The acts of whole articles."""
    documents = (
        json.loads(line)
        for path in (*sorted(ARTICLES.glob("*.jsonl")), *gold)
        for line in path.read_text(encoding="utf-8").splitlines()
    )
    for one in _examples((one for one in documents if one.get("published")), _coded):
        yield replace(one, weight=OPEN) if one.is_open else one


def spelled() -> Iterator[Example]:
    """The acts of single sentences, which are told apart by their types."""
    rows = (
        {"doc_id": row["text"], "text": row["text"], "published": "2024-01-15", **row}
        for row in read_tsv(SENTENCES)
    )
    for one in _examples(rows, _of_sentence):
        yield replace(one, weight=SPELLED)


def _examples(documents: Iterable[Document], coding: Coding) -> Iterator[Example]:
    """Every act that the coder finds and that a document codes."""
    found: list[Example] = []

    def watched(draft: Draft, told: list[Told], heard: Sequence[Heard]) -> list[Told]:
        settled = judging.settle(draft, told, heard)
        timelines = [one.timeline for one in heard]
        for act in settled:
            gold = coding(act, heard, document)
            if gold is not None:
                days = candidates(*asked(act, heard), timelines)
                right = [_is_right(one.date, gold["date"]) for one in days]
                found.append(Example(document["doc_id"], days, right, 1.0))
        return settled

    coder = Coder(load(), Gazetteer.load(), judge=watched)
    for document in documents:
        coder.code_one(article(document))
        yield from found
        found.clear()


def _coded(act: Told, heard: Sequence[Heard], document: Document) -> Document | None:
    """The coding of an act; None also where two of other days are like it."""
    like = [event for event in document["events"] if _is_like(act, event)]
    where = heard[asked(act, heard)[1]]
    text: str = document["text"]
    here = [one for one in like if where.start <= text.index(one["evidence"]) < where.end]
    if here:
        return here[0]
    return like[0] if like and len({event["date"] for event in like}) == 1 else None


def _is_like(act: Told, event: Document) -> bool:
    parties = frozenset(event["actors"]), frozenset(event["recipients"])
    coded = set(Claim(event["type"], *parties).pairs())
    return event["type"] == act.type and bool(coded & set(Claim(act.type, *act.codes).pairs()))


def _of_sentence(act: Told, _: Sequence[Heard], row: Document) -> Document | None:
    acts = [one.split() for one in row["acts"].split("; ")]
    days = [day for kind, day in acts if kind == act.type]
    return {"date": None if days[0] == "None" else days[0]} if len(days) == 1 else None


def _is_right(got: str | None, coded: str | None) -> bool:
    """Equal at the precision of the coding."""
    return got is None if coded is None else got is not None and got.startswith(coded)


def fit(found: Sequence[Example]) -> dict[str, float]:
    """The weight of each sign that is not too rare."""
    names = signs.frequent((each.signs for one in found for each in one.candidates), RARELY)
    told = [one for one in found if any(one.right)]
    stands = signs.matrix([each.signs for one in told for each in one.candidates], names)
    sizes = np.array([len(one.candidates) for one in told])
    starts = np.cumsum(sizes) - sizes
    right = np.array([ok for one in told for ok in one.right], float)
    counted = np.array([one.weight for one in told])

    def missed(weights: Floats) -> tuple[float, Floats]:
        """How unlikely the right days are, and where that grows."""
        scores = stands @ weights
        scores = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), sizes))
        every, of_right = (np.add.reduceat(part, starts) for part in (scores, scores * right))
        shares = scores / np.repeat(every, sizes)
        wanted = scores * right / np.repeat(of_right, sizes)
        slope = stands.T @ (np.repeat(counted, sizes) * (shares - wanted)) + PULL * weights
        loss = counted @ (np.log(every) - np.log(of_right)) + PULL / 2 * weights @ weights
        return float(loss), slope

    learnt = minimize(missed, np.zeros(len(names)), jac=True, method="L-BFGS-B").x
    return dict(zip(names, learnt.tolist(), strict=True))


def _judge(found: Sequence[Example], more: Sequence[Example]) -> None:
    """Print what share gets the right day, apart for those whose day the coding leaves open."""
    names = sorted({one.article for one in found})
    weighed: dict[int, bool] = {}
    for n in range(FOLDS):
        kept = set(names[n::FOLDS])
        weights = fit([*(one for one in found if one.article not in kept), *more])
        weighed |= {id(one): one.is_got(weights) for one in found if one.article in kept}
    for title, is_open in (("with a day", False), ("left open", True)):
        part = [one for one in found if one.is_open == is_open]
        by_rule = sum(one.right[0] for one in part) / len(part)
        right = sum(weighed[id(one)] for one in part) / len(part)
        best = sum(any(one.right) for one in part) / len(part)
        shares = f"by rule {by_rule:.3f}, weighed {right:.3f}, at best {best:.3f}"
        print(f"{len(part)} acts {title}: {shares}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gold", type=Path, action="append", default=[], help="dev.jsonl")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    found, more = list(coded_articles(options.gold)), list(spelled())
    _judge(found, more)
    if options.write:
        weights = {s: w for s, w in fit([*found, *more]).items() if abs(w) >= _QUIET}
        made = {"of": "worker/events/dates/choosing.py", "by": "training/dating.py"}
        table = log_odds.table(weights, **made, on=f"{len(found) + len(more)} acts")
        OUT.write_text(table, encoding="utf-8")


if __name__ == "__main__":
    main()
