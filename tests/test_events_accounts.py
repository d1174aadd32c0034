"""Why an event is one: every step leads to words of the text and to a line of a data file."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from worker.events.extract import Coder
from worker.events.judging import trust
from worker.events.language.nlp import load
from worker.events.parties import Gazetteer
from worker.events.plover import data
from worker.model import Account, Article, Event

OWN = Path(__file__).parent / "data" / "own_articles.jsonl"
DAY = date(2024, 1, 15)
STORY = (
    "Russian President Vladimir Putin met Indian Prime Minister Narendra Modi in Sochi on Friday. "
    "The two leaders agreed to meet again next year.\n\n"
    "Putin met Modi for three hours."
)


@pytest.fixture(scope="module")
def coder() -> Coder:
    return Coder(load(), Gazetteer.load(), judge=trust)


@pytest.fixture(scope="module")
def events(coder: Coder) -> tuple[Event, ...]:
    return coder.code_one(Article("a", STORY, published=DAY))


def at(place: str | None) -> str:
    """The line of a data file that "lexicon/dates.tsv:42" names."""
    assert place is not None
    file, _, number = place.partition(":")
    return data(*file.split("/")).read_text("utf-8").splitlines()[int(number) - 1]


def test_a_rule_and_its_word(events: tuple[Event, ...]) -> None:
    (account, _) = events[0].accounts
    assert (account.rule, account.trigger.quote, account.standing) == (
        "consult.meet",
        "met",
        "fact",
    )
    assert at(account.rule_line).startswith("meet\tv\t")


def test_a_date_its_words_and_what_it_is_counted_from(events: tuple[Event, ...]) -> None:
    account = events[0].accounts[0]
    assert (account.date, account.date_basis) == ("2024-01-12", "expression")
    assert account.date_words is not None
    assert account.date_words.quote == "Friday"
    assert at(account.date_line).startswith("weekday\t")
    assert account.counted_from == "2024-01-15 (published)"


def test_a_party_and_its_line_of_the_gazetteer(events: tuple[Event, ...]) -> None:
    india = next(p for p in events[0].accounts[0].parties if p.code == "IND")
    assert (india.role, india.code, india.person) == ("actor", "IND", "Narendra Modi")
    assert india.mention is not None
    assert india.mention.quote == "Indian Prime Minister Narendra Modi"
    assert "IND" in at(india.entry)


def test_a_reference_and_its_antecedent(events: tuple[Event, ...]) -> None:
    russia = events[1].accounts[0].parties[0]
    assert (russia.basis, russia.refers, russia.mention) == ("reference", "leaders", None)
    assert russia.antecedent is not None
    assert russia.antecedent.quote == "Russian President Vladimir Putin"


def test_what_was_merged(events: tuple[Event, ...]) -> None:
    told = [account.evidence.quote for account in events[0].accounts]
    assert told[1:] == ["Putin met Modi"]
    assert [evidence.quote for evidence in events[0].evidence] == told


def test_an_issuer_has_no_words(coder: Coder) -> None:
    text = "We condemn the attack by Hamas on Israel."
    event = coder.code_one(Article("a", text, source="UK Government", published=DAY))[0]
    (britain, *_) = event.accounts[0].parties
    assert (britain.code, britain.basis, britain.mention) == ("GBR", "issuer", None)


def test_every_account_of_our_articles_can_be_followed(coder: Coder) -> None:
    documents = [json.loads(line) for line in OWN.read_text("utf-8").splitlines()]
    articles = [
        Article(d.get("doc_id") or d["id"], d["text"], title=d.get("title"), source=d.get("source"))
        for d in documents
    ]
    for article, found in zip(articles, coder.code(articles), strict=True):
        for event in found:
            assert len(event.accounts) >= len(event.evidence)
            for account in event.accounts:
                follow(account, article.text)


def follow(account: Account, text: str) -> None:
    key = account.rule.partition("/")[0].partition(".")[2]
    assert at(account.rule_line).startswith(f"{key}\t")
    places = [account.trigger, account.evidence, account.date_words]
    for party in account.parties:
        places += [party.mention, party.antecedent]
        if party.entry and party.entry != "document":
            assert at(party.entry)
    for place in places:
        if place is not None and place.start >= 0:
            assert text[place.start : place.end] == place.quote
    if account.date_words is not None:
        assert at(account.date_line)
