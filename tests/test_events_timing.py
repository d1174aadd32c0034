"""Which date belongs to which act: articles of our own, coded by the whole coder."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from worker.events.extract import Coder
from worker.events.judging import trust
from worker.events.language.nlp import load
from worker.events.parties import Gazetteer
from worker.events.plover import read_tsv
from worker.model import Article

DAY = date(2024, 1, 15)  # a Monday


@pytest.fixture(scope="module")
def coder() -> Coder:
    return Coder(load(), Gazetteer.load(), judge=trust)


def told(coder: Coder, text: str, **more) -> list[str]:
    events = coder.code_one(Article("a", text, **({"published": DAY} | more)))
    return [f"{event.type} {event.date}" for event in events]


ROWS = list(read_tsv(Path(__file__).parent / "data" / "timing.tsv"))
CASES = {
    "a date in the act's own clause": (
        "Canada recalled its ambassador to Chad on Friday.",
        ["SANCTION 2024-01-12"],
    ),
    "a date that opens the sentence": (
        "On Friday, Canada recalled its ambassador to Chad.",
        ["SANCTION 2024-01-12"],
    ),
    "it holds for what is joined by and": (
        "On Thursday, Brazil condemned Chad and summoned the ambassador of Niger.",
        ["ACCUSE 2024-01-11", "ACCUSE 2024-01-11"],
    ),
    "two clauses, two dates": (
        "Brazil condemned Chad on Tuesday, and Peru recalled its ambassador to Chad on Friday.",
        ["ACCUSE 2024-01-09", "SANCTION 2024-01-12"],
    ),
    "a date in a relative clause is that clause's": (
        "Canada, which held elections last month, condemned Chad.",
        ["ACCUSE 2024-01-15"],
    ),
    "the date of the attack is not that of its condemnation": (
        "Canada condemned Saturday's attack by Chad on Niger.",
        ["ACCUSE 2024-01-15", "ASSAULT 2024-01-13"],
    ),
    "the date of a statement is that of what it says": (
        "In a statement issued on Friday, Canada condemned Chad.",
        ["ACCUSE 2024-01-12"],
    ),
    "what is told next happened that day": (
        (
            "The president of Peru arrived in Lisbon on Thursday. "
            "He met the prime minister of Portugal."
        ),
        ["CONSULT 2024-01-11"],
    ),
    "also in the next paragraph": (
        (
            "On Friday, Kenya and Uganda held talks in Nairobi.\n\n"
            "Kenya accused Uganda of hiding rebels."
        ),
        ["CONSULT 2024-01-12", "ACCUSE 2024-01-12"],
    ),
    "background in the past perfect does not move the story": (
        (
            "On Friday, Kenya and Uganda held talks in Nairobi. "
            "Kenya and Uganda had signed a treaty on January 9. "
            "Kenya accused Uganda of hiding rebels."
        ),
        ["CONSULT 2024-01-12", "SUPPORT 2024-01-09", "ACCUSE 2024-01-12"],
    ),
    "nor does a day of a noun": (
        (
            "On Friday, Kenya and Uganda held talks in Nairobi. The talks followed Tuesday's vote. "
            "Kenya accused Uganda of hiding rebels."
        ),
        ["CONSULT 2024-01-12", "ACCUSE 2024-01-12"],
    ),
    "the following day": (
        (
            "On January 9, Kenya accused Uganda of hiding rebels. "
            "The following day, Uganda recalled its ambassador to Kenya."
        ),
        ["ACCUSE 2024-01-09", "SANCTION 2024-01-10"],
    ),
    "one day after something else": (
        "The minister resigned one day after Uganda recalled its ambassador to Kenya.",
        ["SANCTION 2024-01-14"],
    ),
    "what has no date is of the day of the news": (
        "Canada has recalled its ambassador to Chad.",
        ["SANCTION 2024-01-15"],
    ),
    "the past perfect without a date stays open": (
        "Canada had recalled its ambassador to Chad.",
        ["SANCTION None"],
    ),
    "a future act is dated by its announcement": (
        "The president of Kenya will visit Uganda on Friday.",
        ["AGREE 2024-01-15"],
    ),
    "also where that has a date": (
        "The president of Kenya said on Saturday that he will visit Uganda next month.",
        ["AGREE 2024-01-13"],
    ),
    "whoever confirms it": (
        "Kenya will send aid to Uganda next month, a spokesman confirmed on Friday.",
        ["AGREE 2024-01-12"],
    ),
    "but not what its subject did before": (
        "The president of Kenya, who rested on Friday, will visit Uganda.",
        ["AGREE 2024-01-15"],
    ),
    "what was let happen": (
        "The Kenyan army let six Ugandan drivers go on Saturday.",
        ["RETREAT 2024-01-13"],
    ),
    "a year long ago": (
        "Britain and Germany signed a treaty in 1890.",
        ["SUPPORT 1890"],
    ),
    "a year": ("Iraq invaded Kuwait in 1990.", ["ASSAULT 1990"]),
    "a time that nobody can put on a calendar": (
        "Canada recalled its ambassador to Chad decades ago.",
        ["SANCTION None"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_date_finds_its_act(coder: Coder, case: str) -> None:
    text, expected = CASES[case]
    assert told(coder, text) == expected


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["text"])
def test_news_of_a_monday(coder: Coder, row: dict[str, str]) -> None:
    assert "; ".join(told(coder, row["text"])) == row["acts"]


def test_a_statement_without_a_date_is_of_the_month_of_its_address(coder: Coder) -> None:
    text = "We condemn the attack by Hamas on Israel. On November 22, we recalled our ambassador."
    address = "https://www.example.org/ps/2015/11/249880.htm"
    events = told(coder, text, published=None, url=address, source="UK Government")
    assert events[0] == "ACCUSE 2015-11"


def test_nothing_is_known_without_publication(coder: Coder) -> None:
    text = "Canada recalled its ambassador to Chad on Friday. Iraq invaded Kuwait in 1990."
    assert told(coder, text, published=None) == ["SANCTION None", "ASSAULT 1990"]
