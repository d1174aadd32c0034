"""Acts of conflict in many wordings: how many of our own sentences come out whole."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from worker.events.extract import Coder
from worker.events.judging import trust
from worker.events.language.nlp import load
from worker.events.parties import Gazetteer
from worker.model import Article, Event

TABLE = Path(__file__).parent / "data" / "conflict.tsv"

FLOORS = {
    "REQUEST": 0.7,
    "ACCUSE": 0.7,
    "REJECT": 0.8,
    "THREATEN": 0.8,
    "PROTEST": 0.65,
    "SANCTION": 0.8,
    "MOBILIZE": 0.65,
    "COERCE": 0.75,
    "ASSAULT": 0.85,
}
"""Shares that must be found with type and parties; the rest are misread. Raise, never lower."""


def _rows() -> Iterator[dict[str, str]]:
    lines = (x for x in TABLE.read_text(encoding="utf-8").splitlines() if not x.startswith("#"))
    yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


@pytest.fixture(scope="module")
def coded() -> list[tuple[dict[str, str], tuple[Event, ...]]]:
    rows = list(_rows())
    coder = Coder(load(), Gazetteer.load(), judge=trust)
    articles = [
        Article(str(n), r["sentence"], published=date(2024, 1, 15)) for n, r in enumerate(rows)
    ]
    return list(zip(rows, coder.code(articles), strict=True))


def _between(row: dict[str, str], event: Event) -> bool:
    """Whether an event leads from the row's actors to its recipients, or is mutual between them."""
    actors, _, recipients = row["parties"].partition(">")
    wanted = set(actors.split("+")), set(recipients.split("+")) - {""}
    told = {p.code for p in event.actors}, {p.code for p in event.recipients}
    if not told[1] and wanted[1]:
        return wanted[0] | wanted[1] <= told[0]
    return wanted[0] <= told[0] and wanted[1] <= told[1]


@pytest.mark.parametrize("kind", FLOORS)
def test_acts_are_found_with_their_parties(
    coded: list[tuple[dict[str, str], tuple[Event, ...]]], kind: str
) -> None:
    mine = [(row, events) for row, events in coded if row["type"] == kind]
    missed = [
        row["sentence"]
        for row, events in mine
        if not any(e.type == kind and _between(row, e) for e in events)
    ]
    assert 1 - len(missed) / len(mine) >= FLOORS[kind], missed


def test_what_is_no_act_is_seldom_coded(
    coded: list[tuple[dict[str, str], tuple[Event, ...]]],
) -> None:
    nothing = [(row, events) for row, events in coded if row["type"] == "NONE"]
    wrong = [r["sentence"] for r, events in nothing if any(_between(r, e) for e in events)]
    assert len(wrong) / len(nothing) <= 0.15, wrong


def test_modes_are_right_where_the_act_is(
    coded: list[tuple[dict[str, str], tuple[Event, ...]]],
) -> None:
    found = [
        (row["mode"], [e.mode for e in events if e.type == row["type"] and _between(row, e)])
        for row, events in coded
        if row["mode"]
    ]
    told = [(mode, modes) for mode, modes in found if modes]
    assert sum(mode in modes for mode, modes in told) / len(told) >= 0.85


CHARGED = [
    ("Washington and Seoul say they are not planning to invade North Korea.", set()),
    ("Two Libyan tankers are expected to be seized by Chad.", set()),
    (
        "The Japanese shield, which Moscow says will destabilize the region, is being built.",
        {"ACCUSE RUS>JPN"},
    ),
    ("China views Taiwan as a province and has praised a deadly attack on its rival.", set()),
    ("An American general warned that publishing the photos would inflame Iraqi opinion.", set()),
    ("Mr. Abbas has vowed to protect Palestinian rebels from Israeli raids.", set()),
    (
        "The United Nations condemned the killing of an Afghan nurse by Taliban rebels.",
        {"ACCUSE UN>TALIBAN"},
    ),
    (
        "The Taliban warned that the policies of Denmark would bring destruction to its people.",
        {"THREATEN TALIBAN>DNK"},
    ),
    ("Amnesty International criticized Chad over the trial.", {"ACCUSE AMNESTY>TCD"}),
    (
        "The Israeli army issued a statement. The statement said the blame rests with Hezbollah.",
        {"ACCUSE ISR>HEZBOLLAH"},
    ),
    (
        "Estonia wants support from Latvia and Poland, which both oppose aid to Belarus.",
        set(),
    ),
]


@pytest.mark.parametrize(("text", "expected"), CHARGED, ids=[text[:40] for text, _ in CHARGED])
def test_who_accuses_and_who_threatens_whom(text: str, expected: set[str]) -> None:
    coder = Coder(load(), Gazetteer.load(), judge=trust)
    event = coder.code_one(Article("a", text, published=date(2024, 1, 15)))
    told = {
        f"{e.type} {a.code}>{r.code}"
        for e in event
        if e.type in ("ACCUSE", "THREATEN")
        for a in e.actors
        for r in e.recipients
    }
    assert told == expected
