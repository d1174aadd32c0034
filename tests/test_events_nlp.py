"""The language pipeline: it loads, it keeps offsets, it cuts sentences where a reader would."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from spacy.language import Language
from spacy.tokens import Doc

from worker.errors import ConfigError
from worker.events.language.nlp import load, paragraphs

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
    assert right / len(wanted) >= 0.95, "\n".join(missed)


def test_labels_are_universal_dependencies(nlp: Language) -> None:
    doc = nlp("The ambassador was summoned by the foreign ministry in Ankara on Monday.")
    tree = {token.text: (token.dep_, token.head.text) for token in doc}
    assert tree["ambassador"] == ("nsubj:pass", "summoned")
    assert tree["ministry"] == ("obl:agent", "summoned")
    assert tree["by"] == ("case", "ministry")


@pytest.mark.parametrize(
    ("form", "tag", "lemma"),
    [
        ("accused", "VBD", "accuse"),
        ("urging", "VBG", "urge"),
        ("met", "VBD", "meet"),
        ("withdrew", "VBD", "withdraw"),
        ("overthrown", "VBN", "overthrow"),
        ("vetoes", "VBZ", "veto"),
        ("embassies", "NNS", "embassy"),
        ("crises", "NNS", "crisis"),
        ("spokeswomen", "NNS", "spokeswoman"),
        ("Presidents", "NNPS", "President"),
        ("Ukrainian", "JJ", "Ukrainian"),
        ("Civilian", "JJ", "civilian"),
        ("toughest", "JJS", "tough"),
        ("1,500", "CD", "1500"),
        ("Jaishankar", "NNP", "Jaishankar"),
    ],
)
def test_lemmas_come_from_lexicon_then_rules(
    nlp: Language, form: str, tag: str, lemma: str
) -> None:
    doc = Doc(nlp.vocab, words=["It", form], tags=["PRP", tag], sent_starts=[True, False])
    assert nlp.get_pipe("demarche_lemmas")(doc)[1].lemma_ == lemma


def test_names_have_four_types(nlp: Language) -> None:
    doc = nlp(
        "In Ankara, President Andrzej Duda told the European Commission that Polish farmers left."
    )
    assert {(ent.text, ent.label_) for ent in doc.ents} == {
        ("Ankara", "LOC"),
        ("Andrzej Duda", "PERSON"),
        ("European Commission", "ORG"),
        ("Polish", "NORP"),
    }
    assert set(nlp.pipe_labels["ner"]) == {"LOC", "NORP", "ORG", "PERSON"}


def test_a_name_has_a_single_head(nlp: Language) -> None:
    doc = Doc(
        nlp.vocab,
        words=["Minister", "Narendra", "Modi", "spoke"],
        heads=[1, 3, 3, 3],
        deps=["nmod:desc", "nsubj", "nsubj", "ROOT"],
        ents=["O", "B-PERSON", "I-PERSON", "O"],
    )
    doc = nlp.get_pipe("demarche_whole_names")(doc)
    assert [(token.head.text, token.dep_) for token in doc] == [
        ("Narendra", "nmod:desc"),
        ("spoke", "nsubj"),
        ("Narendra", "flat"),
        ("spoke", "ROOT"),
    ]


def test_an_adverb_is_no_part_of_a_name(nlp: Language) -> None:
    doc = Doc(
        nlp.vocab,
        words=["Surely", "Chad", "knows"],
        pos=["ADV", "PROPN", "VERB"],
        heads=[2, 2, 2],
        deps=["advmod", "nsubj", "ROOT"],
        ents=["B-PERSON", "I-PERSON", "O"],
    )
    assert [token.dep_ for token in nlp.get_pipe("demarche_whole_names")(doc)] == [
        "advmod",
        "nsubj",
        "ROOT",
    ]


@pytest.mark.parametrize(
    ("words", "tags", "heads", "deps", "expected"),
    [
        pytest.param(
            ["The", "envoy", "Sunday", "left"],
            ["DET", "NOUN", "PROPN", "VERB"],
            [1, 3, 3, 3],
            ["det", "nsubj", "nsubj", "ROOT"],
            [("envoy", "det"), ("left", "nsubj"), ("left", "obl:unmarked"), ("left", "ROOT")],
            id="a day beside the subject",
        ),
        pytest.param(
            ["Rebel", "commander", "Ali", "Noor", "left"],
            ["ADJ", "NOUN", "PROPN", "PROPN", "VERB"],
            [1, 4, 4, 2, 4],
            ["amod", "nsubj", "nsubj", "flat", "ROOT"],
            [
                ("commander", "amod"),
                ("Ali", "nmod:desc"),
                ("left", "nsubj"),
                ("Ali", "flat"),
                ("left", "ROOT"),
            ],
            id="a title in front of its name",
        ),
        pytest.param(
            ["Her", "deputy", "Ana", "left"],
            ["PRON", "NOUN", "PROPN", "VERB"],
            [1, 3, 3, 3],
            ["nmod:poss", "nsubj", "nsubj", "ROOT"],
            [("deputy", "nmod:poss"), ("left", "nsubj"), ("deputy", "appos"), ("left", "ROOT")],
            id="a title with an owner",
        ),
        pytest.param(
            ["Sunday", "ended"],
            ["PROPN", "VERB"],
            [1, 1],
            ["nsubj", "ROOT"],
            [("ended", "nsubj"), ("ended", "ROOT")],
            id="a day that is the only subject",
        ),
    ],
)
def test_a_verb_has_one_subject(
    nlp: Language,
    words: list[str],
    tags: list[str],
    heads: list[int],
    deps: list[str],
    expected: list[tuple[str, str]],
) -> None:
    doc = Doc(nlp.vocab, words=words, pos=tags, heads=heads, deps=deps)
    doc = nlp.get_pipe("demarche_one_subject")(doc)
    assert [(token.head.text, token.dep_) for token in doc] == expected


def test_a_memory_zone_forgets_the_words_of_a_batch(nlp: Language) -> None:
    before = len(nlp.vocab.strings)
    for batch in range(5):
        texts = [f"Minister Qz{batch}x{n} visited Vw{batch}y{n}land on Monday." for n in range(20)]
        with nlp.memory_zone():
            assert all(len(doc) == 7 for doc in nlp.pipe(texts))
    assert len(nlp.vocab.strings) == before


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
