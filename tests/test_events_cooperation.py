"""How cooperation is told: sentences of ours, each with the one act that it must yield.

The floors are what the coder reaches today; a change that reads more of them raises them.
"""

from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from worker.events.extract import Coder
from worker.events.judging import trust
from worker.events.language.nlp import load
from worker.events.parties import Gazetteer
from worker.events.plover import read_tsv
from worker.model import Article, Event

SENTENCES = Path(__file__).parent / "data" / "cooperation.tsv"
FLOORS = {
    "AGREE": 0.80,
    "CONSULT": 0.85,
    "SUPPORT": 0.90,
    "CONCEDE": 0.85,
    "COOPERATE": 0.85,
    "AID": 0.75,
    "RETREAT": 0.80,
    "NONE": 0.90,
}


@pytest.fixture(scope="module")
def shares() -> dict[str, float]:
    """Share of sentences read as they should be, by type."""
    rows = list(read_tsv(SENTENCES))
    articles = [
        Article(id=str(n), text=row["sentence"], published=date(2024, 1, 15))
        for n, row in enumerate(rows)
    ]
    coded = Coder(load(), Gazetteer.load(), judge=trust).code(articles)
    read: dict[str, list[bool]] = defaultdict(list)
    for row, events in zip(rows, coded, strict=True):
        read[row["type"]].append(_as_it_should(row, events))
    return {kind: sum(hits) / len(hits) for kind, hits in read.items()}


@pytest.mark.parametrize("kind", FLOORS)
def test_sentences_of_a_type(kind: str, shares: dict[str, float]) -> None:
    assert shares[kind] >= FLOORS[kind]


def _as_it_should(row: dict[str, str], events: tuple[Event, ...]) -> bool:
    if row["type"] == "NONE":
        return not events
    actors, _, recipients = row["parties"].partition(">")
    wanted = (set(actors.split("+")), set(recipients.split("+")) - {"", "-"})
    return any(
        (e.type, e.mode or "") == (row["type"], row["mode"])
        and wanted == ({p.code for p in e.actors}, {p.code for p in e.recipients})
        for e in events
    )
