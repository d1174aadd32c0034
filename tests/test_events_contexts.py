"""Contexts: what is spoken of around an act."""

from __future__ import annotations

import pytest
from spacy.language import Language

from worker.events.contexts import contexts, names
from worker.events.extract import Coder
from worker.events.language.nlp import load
from worker.events.language.parsed import Doc
from worker.events.parties import Gazetteer
from worker.events.plover import data, read_tsv
from worker.model import Article

ROWS = list(read_tsv(data("lexicon", "contexts.tsv")))


@pytest.fixture(scope="module")
def nlp() -> Language:
    return load()


def of(nlp: Language, text: str, number: int = 0) -> set[str]:
    return set(contexts(Doc(nlp(text)).sents[number]))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["context"])
def test_every_context_is_found_in_its_example(nlp: Language, row: dict[str, str]) -> None:
    assert row["context"] in of(nlp, row["example"])


def test_every_context_has_words() -> None:
    assert {row["context"] for row in ROWS} == set(names())


def test_words_of_several_parts(nlp: Language) -> None:
    assert of(nlp, "The free press was praised.") == {"rights_freedoms"}
    assert of(nlp, "The press was free.") == set()


def test_a_neighbour_needs_two_words(nlp: Language) -> None:
    assert of(nlp, "Kenya met Uganda. They spoke of tariffs.") == set()
    assert of(nlp, "Kenya met Uganda. They spoke of tariffs and loans.") == {"economic"}


def test_what_stands_further_off_does_not_count(nlp: Language) -> None:
    text = "Kenya met Uganda. It rained. Then it snowed. They spoke of tariffs and loans."
    assert of(nlp, text) == set()


def test_an_event_has_those_of_all_that_tell_it(nlp: Language) -> None:
    text = (
        "Kenya accused Uganda of bribery on Friday.\n\n"
        "Kenya accused Uganda of moving troops across the border on Friday."
    )
    (event,) = Coder(nlp, Gazetteer.load()).code_one(Article("a", text))
    assert event.contexts == ("corruption", "military", "resource")
