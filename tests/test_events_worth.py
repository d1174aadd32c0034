"""What of an article is parsed: whatever may tell an act, and no more."""

from __future__ import annotations

from datetime import date

import pytest

from worker.events.parties import Gazetteer
from worker.events.rules import lexicon
from worker.events.worth import Part, worth_parsing

DAY = date(2024, 1, 15)


def kept(*paragraphs: str) -> list[str]:
    gazetteer = Gazetteer.load()
    found = gazetteer.find(paragraphs, DAY)
    parts = [Part(text, 0, names) for text, names in zip(paragraphs, found, strict=True)]
    read = worth_parsing(parts, None, gazetteer, lexicon())
    return [part.text for part in read if part.parse]


def test_an_article_that_names_no_party_is_not_parsed() -> None:
    assert kept("They signed a treaty.", "Both sides met on Monday.") == []


def test_an_article_that_names_one_state_alone_is_not_parsed() -> None:
    assert kept("Norway's parliament passed a budget.", "The minister signed it.") == []


def test_of_two_states_a_paragraph_that_names_one_alone_is_noted_but_not_parsed() -> None:
    gazetteer = Gazetteer.load()
    texts = "Norway signed a treaty with Chad.", "Norway's parliament has 169 members."
    found = gazetteer.find(texts, DAY)
    parts = [Part(text, 0, names) for text, names in zip(texts, found, strict=True)]
    read = worth_parsing(parts, None, gazetteer, lexicon())
    assert [part.parse for part in read] == [True, False]


def test_a_paragraph_without_names_is_parsed_where_a_word_may_mean_those_named_before() -> None:
    first = "Norway and Chad held talks."
    second = "The two countries signed a treaty."
    assert kept(first, second, "The weather was mild and the streets were empty.") == [
        first,
        second,
    ]


@pytest.mark.parametrize(
    "text",
    [
        "North Korea fired two ballistic missiles.",
        "North Korea has tested a nuclear bomb.",
        "North Korea called up its reservists.",
        "North Korea criticised its neighbours.",
        "North Korea's ally protested.",
        "North Korean Foreign Minister Pak Il-kwon spoke.",
    ],
)
def test_one_state_is_enough_for_acts_of_one_party_and_for_who_is_introduced(text: str) -> None:
    assert kept(text) == [text]


def test_an_organisation_may_act_alone() -> None:
    assert kept("The Security Council condemned the attack.") != []


def test_sentences_that_are_not_read_are_counted() -> None:
    paragraphs = [
        "Norway and Chad held talks.",
        "It rained. The streets were empty. Nobody spoke.",
        "They signed a treaty.",
    ]
    gazetteer = Gazetteer.load()
    found = gazetteer.find(paragraphs, DAY)
    parts = [Part(text, 0, names) for text, names in zip(paragraphs, found, strict=True)]
    read = list(worth_parsing(parts, None, gazetteer, lexicon()))
    assert [part.skipped for part in read] == [0, 3]


def test_every_line_of_one_party_is_recognised_by_the_words_of_its_example() -> None:
    gazetteer, words = Gazetteer.load(), lexicon()
    for rule in words.solo:
        (found,) = gazetteer.find([rule.example], DAY)
        part = Part(rule.example, 0, found)
        assert list(worth_parsing([part], None, gazetteer, words)), rule.id
