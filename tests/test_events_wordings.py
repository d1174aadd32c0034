"""News as it is worded: sentences of ours, written before the coder read any of them.

`seen.tsv` was then used to mend what was missed, so its floor is high; `kept.tsv`, written after
that mending, only ever judges.
"""

from pathlib import Path

import pytest

from benchmarks.sentences import Row, read, score
from worker.events.extract import Coder
from worker.events.judging import trust
from worker.events.language.nlp import load
from worker.events.parties import Gazetteer

FOLDER = Path(__file__).parent / "data" / "wordings"
FLOORS = {"seen": 0.78, "kept": 0.38}
"""Shares of the acts that must be found with type and parties. Raise, never lower."""


@pytest.fixture(scope="module")
def coder() -> tuple[Coder, Gazetteer]:
    gazetteer = Gazetteer.load()
    return Coder(load(), gazetteer, judge=trust), gazetteer


@pytest.mark.parametrize("name", FLOORS)
def test_most_acts_are_found(name: str, coder: tuple[Coder, Gazetteer]) -> None:
    rows = score(*coder, list(read([FOLDER / f"{name}.tsv"])))
    acts = [row for kind, row in rows.items() if kind != "NONE"]
    share = sum(row.found for row in acts) / sum(row.sentences for row in acts)
    assert share >= FLOORS[name], [line for row in acts for line in row.wrong]
    assert rows["NONE"] == Row(sentences=rows["NONE"].sentences), rows["NONE"].wrong
