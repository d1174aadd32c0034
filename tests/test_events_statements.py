"""Official statements: who issues, whom they mean, and how they word what they do."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from worker.events.extract import Coder
from worker.events.judging import trust
from worker.events.language import operative
from worker.events.language.nlp import load
from worker.events.parties import Gazetteer
from worker.events.plover import read_tsv
from worker.model import Article, Event

ROWS = list(read_tsv(Path(__file__).parent / "data" / "statements.tsv"))
VERBS = frozenset({"demands", "welcomes"})


@pytest.fixture(scope="module")
def coder() -> Coder:
    return Coder(load(), Gazetteer.load(), judge=trust)


@pytest.mark.parametrize("row", ROWS, ids=[row["claim"] for row in ROWS])
def test_a_statement(row: dict[str, str], coder: Coder) -> None:
    text = row["text"].replace("¶", "\n\n")
    events = coder.code_one(Article("a", text, published=date(2024, 1, 15), source=row["source"]))
    wanted = [act for act in row["acts"].split("; ") if act]
    told = [_as_told(e, with_mode="." in w) for e, w in zip(events, wanted, strict=False)]
    assert told + [_as_told(e) for e in events[len(wanted) :]] == wanted
    for event in events:
        for proof in event.evidence:
            assert text[proof.start : proof.end] == proof.quote
            assert proof.quote[0].isalpha()


def _as_told(event: Event, *, with_mode: bool = False) -> str:
    kind = f"{event.type}.{event.mode}" if with_mode else event.type
    actors, recipients = (
        "+".join(sorted(p.code for p in side)) for side in (event.actors, event.recipients)
    )
    lonely = len(event.actors) == 1 and not event.recipients
    return f"{kind} {actors}" + (f">{recipients or '-'}" if recipients or lonely else "")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("3. Demands the release", "We demands the release"),
        ("- Welcomes the deal", "I welcomes the deal"),
        ("(a) Also welcomes the deal", "We  also welcomes the deal"),
        ("3. Demands", "3. Demands"),
        ("3. The council demands it", "3. The council demands it"),
        ("Demands the release", "Demands the release"),
    ],
)
def test_a_clause_is_read_with_its_subject_at_its_own_length(text: str, read: str) -> None:
    assert operative.spelt(text, 0, len(text), VERBS) == (read, 0)


def test_a_blank_line_makes_room_for_the_subject() -> None:
    text = "The Council\n\nDemands the release"
    part, start = operative.spelt(text, text.index("Demands"), len(text), VERBS)
    assert (part, start) == ("I demands the release", text.index("\n"))
