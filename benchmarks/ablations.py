"""Take parts of the coder away, one at a time, and print what each is worth.

    python benchmarks/ablations.py [dev own held voa voa-kept]

The sets are those of `score_gold`. One line a part: what is left without it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from unittest.mock import patch

import score_gold

from worker.events import extract, judging
from worker.events.dates import choosing
from worker.events.dates.timing import Timeline
from worker.events.extract import Coder
from worker.events.language.nlp import load
from worker.events.merge import Told
from worker.events.parties import Gazetteer
from worker.events.telling import Heard
from worker.events.who import reference


@dataclass(frozen=True)
class Without:
    """A part, and what takes its place while it is away."""

    part: str
    change: AbstractContextManager[object]


def without() -> list[Without]:
    """Name every part; the first line has them all."""
    return [
        Without("all there", nullcontext()),
        Without("model of types", patch.object(judging.Judge, "settle", _unjudged)),
        Without("repairs of trees", patch.object(extract, "mend", lambda *_: None)),
        Without("reference", patch.object(reference.Discourse, "refer", lambda *_: [])),
        Without("weighing of days", patch.object(choosing, "chosen", lambda *_: None)),
        Without("dates", patch.object(Timeline, "read", lambda *_: None)),
        Without(
            "names of the article's own",
            patch.object(reference.Discourse, "learn", lambda *_: None),
        ),
    ]


def _unjudged(_: judging.Judge, told: Sequence[Told], __: Sequence[Heard]) -> list[Told]:
    return list(told)


def main(sets: list[str]) -> None:
    """Score each set without each part."""
    nlp, gazetteer = load(), Gazetteer.load()
    columns = "set", "without", "type F1", "P", "R", "pair F1", "mode", "date", "false dyads"
    print("|", " | ".join(columns), "|")
    print("|---" * len(columns) + "|")
    for name in sets:
        docs = score_gold.documents(name)
        for one in without():
            with one.change:
                result = score_gold.scored(docs, score_gold.run(Coder(nlp, gazetteer), docs), 0)
            kind, pair = result["type"], result["pair"]
            figures = (
                *(kind["f1"], kind["p"], kind["r"], pair["f1"], result["mode_accuracy"]),
                *(result["date_accuracy"], result["false_dyads_per_eventless_document"]),
            )
            print("|", " | ".join(map(str, (name, one.part, *figures))), "|")


if __name__ == "__main__":
    main(sys.argv[1:] or ["dev", "held"])
