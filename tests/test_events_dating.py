"""On which of the days that an article speaks of an act took place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from worker.events.dates import choosing
from worker.events.extract import Coder
from worker.events.judging import trust
from worker.events.language.nlp import load
from worker.events.parties import Gazetteer
from worker.events.plover import read_tsv
from worker.model import Article, Event

ROOT = Path(__file__).parents[1]
DAY = date(2024, 1, 15)  # a Monday
LATER = (
    "Denmark has recalled its ambassador to Chad over the arrest of two sailors.\n\n"
    "The ambassador left N'Djamena on Saturday evening with his family."
)


@pytest.fixture(scope="module")
def coder() -> Coder:
    return Coder(load(), Gazetteer.load(), judge=trust)


def recall(coder: Coder, text: str, **more) -> Event:
    events = coder.code_one(Article("a", text, **({"published": DAY} | more)))
    return next(event for event in events if event.type == "SANCTION")


def test_a_day_told_after_the_act(coder: Coder) -> None:
    event = recall(coder, LATER)
    (account,) = event.accounts
    assert (event.date, account.date, account.date_basis) == (
        "2024-01-13",
        "2024-01-13",
        "following",
    )
    assert account.date_words is not None
    assert account.date_words.quote == "Saturday evening"
    assert account.date_by_rule == "2024-01-15 (news)"


def test_where_the_rules_are_right_they_are_not_named(coder: Coder) -> None:
    event = recall(coder, "Denmark recalled its ambassador to Chad on Friday.")
    assert event.date == "2024-01-12"
    assert event.accounts[0].date_by_rule is None


def test_a_day_that_nothing_happened_on_is_none(coder: Coder) -> None:
    text = "Denmark has recalled its ambassador to Chad. Elections are to be held before Saturday."
    assert recall(coder, text).date == "2024-01-15"


def test_without_a_day_of_publication_the_rules_stand(coder: Coder) -> None:
    event = recall(coder, LATER, published=None, url="https://www.example.org/2024/01/1.htm")
    assert event.date == "2024-01"
    assert event.accounts[0].date_by_rule is None


def test_an_act_within_a_quotation(coder: Coder) -> None:
    text = '"We have recalled our ambassador to Chad," the premier of Denmark said on Saturday.'
    assert recall(coder, text).date == "2024-01-13"


def test_most_speaks_for_the_first_of_equals() -> None:
    assert choosing.weights()["rules"] > 0


def test_the_sentences_that_teach_are_not_those_that_test() -> None:
    taught, asked = (
        {row["text"] for row in read_tsv(ROOT / path)}
        for path in ("training/data/days.tsv", "tests/data/timing.tsv")
    )
    assert taught
    assert not taught & asked
