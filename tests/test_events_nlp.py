"""The language pipeline: it loads, it keeps offsets, it cuts sentences where a reader would."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from spacy.language import Language

from worker.errors import ConfigError
from worker.events.nlp import load, paragraphs

SENTENCES = Path(__file__).parent / "data" / "sentences.txt"


@pytest.fixture(scope="module")
def nlp() -> Language:
    return load()


def cases() -> Iterator[list[str]]:
    """Yield the paragraphs of the test file as lists of sentences."""
    text = SENTENCES.read_text(encoding="utf8")
    for block in text.split("\n\n"):
        sentences = [line for line in block.splitlines() if line and not line.startswith("#")]
        if sentences:
            yield sentences


def starts(sentences: list[str]) -> set[int]:
    """Return the offsets of all sentences but the first, joined by single spaces."""
    offsets, at = set(), 0
    for sentence in sentences[:-1]:
        at += len(sentence) + 1
        offsets.add(at)
    return offsets


def test_sentence_boundaries_of_news_english(nlp: Language) -> None:
    """At least 200 paragraphs of our own, at or above the measured floor."""
    wanted = list(cases())
    assert len(wanted) >= 200
    right, missed = 0, []
    docs = nlp.pipe([" ".join(sentences) for sentences in wanted])
    for sentences, doc in zip(wanted, docs, strict=True):
        if {sent.start_char for sent in doc.sents} - {0} == starts(sentences):
            right += 1
        else:
            missed.append(" | ".join(sent.text for sent in doc.sents))
    assert right / len(wanted) >= 0.7, "\n".join(missed)


def test_labels_are_universal_dependencies(nlp: Language) -> None:
    doc = nlp("The ambassador was summoned by the foreign ministry in Ankara on Monday.")
    tree = {token.text: (token.dep_, token.head.text) for token in doc}
    assert tree["ambassador"] == ("nsubj:pass", "summoned")
    assert tree["ministry"] == ("obl:agent", "summoned")
    assert tree["by"] == ("case", "ministry")


def test_paragraphs_keep_offsets() -> None:
    text = "  A heading \n\nFirst “text”.\r\n\tSecond 😀 text. "
    assert [text[a:b] for a, b in paragraphs(text)] == [
        "A heading",
        "First “text”.",
        "Second 😀 text.",
    ]


@pytest.mark.parametrize("name", ["no_such_pipeline", "/no/such/path"])
def test_an_unknown_pipeline_is_one_sentence(name: str) -> None:
    with pytest.raises(ConfigError, match=name) as caught:
        load(name)
    assert "\n" not in str(caught.value)
