"""The plain copy of a parsed paragraph: it tells what spaCy tells, also when trees are changed."""

from __future__ import annotations

import random

import pytest
from spacy import tokens
from spacy.language import Language

from worker.events.language.nlp import load
from worker.events.language.parsed import Doc

TEXT = (
    "“The PM of Norway, who had met his guests at 5 p.m., said that they ’d re-open the U.S. road "
    "to Chad.” He left. Peru’s envoys and those of Mali, too,  protested on Monday."
)


@pytest.fixture(scope="module")
def nlp() -> Language:
    return load()


def told(doc: tokens.Doc | Doc) -> list[object]:
    """All that the tree says."""
    return [
        [(s.start, s.end, s.root.i, s.text, s.start_char, s.end_char) for s in doc.sents],
        *(
            (
                t.text, t.idx, len(t), t.lower_, t.whitespace_, t.pos_, t.tag_, t.dep_, t.head.i,
                t.ent_type_, t.morph.get("Number", []), t.is_punct, t.is_space, t.like_num,
                t.is_alpha, t.is_lower, t.is_title, t.left_edge.i, t.right_edge.i, t.sent.start,
                [c.i for c in t.children], [c.i for c in t.subtree], [c.i for c in t.ancestors],
            )
            for t in doc
        ),
    ]  # fmt: skip


def test_it_tells_what_spacy_tells(nlp: Language) -> None:
    source = nlp(TEXT)
    doc = Doc(source)
    assert told(doc) == told(source)
    assert doc.ents == [(e.start, e.end, e.label_) for e in source.ents]
    assert [t.text for t in reversed(doc[2:5])] == [t.text for t in reversed(source[2:5])]
    assert (doc[-1].i, doc[3:99].end, len(doc[5:3])) == (len(doc) - 1, len(doc), 0)


def test_lemmas_are_in_lower_case_and_the_pm_is_no_hour(nlp: Language) -> None:
    lemmas = {t.text: t.lemma_ for t in Doc(nlp(TEXT))}
    assert lemmas["PM"] == "pm"
    assert lemmas["Norway"] == "norway"
    assert lemmas["said"] == "say"


def test_heads_set_anew_move_children_edges_and_sentences(nlp: Language) -> None:
    source = nlp(TEXT)
    doc = Doc(source)
    chance = random.Random(7)
    for _ in range(200):
        word = chance.choice(list(source))
        new = chance.choice(list(word.sent))
        if new == word or word.is_ancestor(new):
            continue
        source[word.i].head = new
        doc[word.i].hang(doc[new.i])
        assert [t.head.i for t in doc] == [t.head.i for t in source]
        assert [[c.i for c in t.children] for t in doc] == [
            sorted(c.i for c in source if c.head == t and c != t) for t in source
        ]
        assert [s.start for s in doc.sents] == [s.start for s in source.sents]


def test_a_word_may_become_the_root(nlp: Language) -> None:
    doc = Doc(nlp("Peru condemned the raid."))
    peru, condemned = doc[0], doc[1]
    peru.hang(peru, "ROOT")
    condemned.hang(peru)
    assert doc.sents[0].root is peru
    assert [t.text for t in peru.children] == ["condemned"]
    assert condemned.is_ancestor(doc[2])
    assert peru.is_ancestor(doc[2])


@pytest.mark.parametrize("mode", ["strict", "expand"])
def test_characters_find_their_words(nlp: Language, mode: str) -> None:
    source = nlp(TEXT)
    doc = Doc(source)
    for start in range(len(TEXT)):
        for end in range(start + 2, min(len(TEXT) + 2, start + 40)):
            theirs = source.char_span(start, end, alignment_mode=mode)
            ours = doc.char_span(start, end, alignment_mode=mode)
            assert (ours and (ours.start, ours.end)) == (theirs and (theirs.start, theirs.end))


def test_a_span_counts_from_itself(nlp: Language) -> None:
    doc = Doc(nlp(TEXT))
    sentence = doc.sents[1]
    assert sentence.text == "He left."
    found = sentence.char_span(3, 7)
    assert found is not None
    assert (found.text, found.sent.start, sentence[-1].text) == ("left", sentence.start, ".")
    assert doc.char_span(0, len(doc.text) + 1) is None
