"""Evidence is a clause that a reader can check, not a word and not a paragraph."""

from __future__ import annotations

import pytest

from worker.events.frames.evidence import stretch
from worker.events.language import nlp

CASES = [
    # (text, trigger, words that name the parties, evidence)
    (
        "After long talks both leaders agreed to build a bridge, a spokesman said on Friday.",
        "agreed", [], "both leaders agreed to build a bridge",
    ),
    (
        "Norway, which has a long coast, expelled two diplomats of Chile on Monday.",
        "expelled", ["Norway", "Chile"],
        "Norway, which has a long coast, expelled two diplomats of Chile",
    ),
    ("The Kenyan president visited Uganda on Friday.", "visited", ["Kenyan", "Uganda"],
     "The Kenyan president visited Uganda"),
    ("Peru and Chile signed a fishing treaty in Lima.", "signed", ["Peru", "Chile"],
     "Peru and Chile signed a fishing treaty"),
    ("Nigeria held talks with Ghana on Tuesday.", "talks", ["Nigeria", "Ghana"],
     "Nigeria held talks with Ghana"),
    ("The visit of the Chinese premier to Norway ended on Sunday.", "visit",
     ["Chinese", "Norway"], "The visit of the Chinese premier to Norway"),
]  # fmt: skip


@pytest.fixture(scope="module")
def pipeline():
    return nlp.load()


@pytest.mark.parametrize(("text", "trigger", "named", "evidence"), CASES)
def test_evidence_is_a_clause(pipeline, text, trigger, named, evidence) -> None:
    doc = pipeline(text)
    token = next(t for t in doc if t.text == trigger)
    places = [(text.index(word), text.index(word) + len(word)) for word in named]
    start, end = stretch(token, places)
    assert evidence in text[start:end]
    assert end - start <= len(evidence) + 25
