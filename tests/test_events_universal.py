"""A pipeline that speaks ClearNLP's labels is read as Universal Dependencies.

The stub is a real spaCy pipeline: a small parser that has learnt the few sentences below by heart
in ClearNLP's scheme, written to disk and loaded by path as ``DEMARCHE_SPACY_MODEL`` would be.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from worker.errors import ConfigError
from worker.events.language.nlp import load

# word, part of speech, head (from 1; 0 is the root), ClearNLP relation, name type
SENTENCES = {
    "passive": """
        Kenya PROPN 3 nsubjpass GPE
        was AUX 3 auxpass -
        assured VERB 0 ROOT -
        of ADP 3 prep -
        support NOUN 4 pobj -
        by ADP 3 agent -
        the DET 8 det -
        envoy NOUN 6 pobj -
        of ADP 8 prep -
        Russia PROPN 9 pobj GPE""",
    "person": """
        President PROPN 3 compound -
        Vladimir PROPN 3 compound PERSON
        Putin PROPN 4 nsubj PERSON
        thanked VERB 0 ROOT -
        NATO PROPN 4 dobj ORG
        on ADP 4 prep -
        Monday PROPN 6 pobj DATE""",
    "copula": """
        France PROPN 2 nsubj GPE
        is AUX 0 ROOT -
        an DET 4 det -
        ally NOUN 2 attr -
        of ADP 4 prep -
        Japan PROPN 5 pobj GPE""",
    "gerund": """
        Egypt PROPN 2 nsubj GPE
        left VERB 0 ROOT -
        without ADP 2 prep -
        signing VERB 3 pcomp -
        it PRON 4 dobj -""",
}


def gold(nlp: Language, table: str) -> Doc:
    words, pos, heads, deps, ents = zip(
        *(row.split() for row in table.strip().split("\n")), strict=True
    )
    inside = [at and ents[at] == ents[at - 1] for at in range(len(ents))]
    return Doc(
        nlp.vocab,
        words=words,
        pos=pos,
        heads=[at if head == "0" else int(head) - 1 for at, head in enumerate(heads)],
        deps=deps,
        ents=[
            "O" if ent == "-" else f"{'I' if again else 'B'}-{ent}"
            for ent, again in zip(ents, inside, strict=True)
        ],
    )


@pytest.fixture(scope="module")
def stub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    random.seed(0)
    spacy.util.fix_random_seed(0)
    nlp = spacy.blank("en")
    nlp.add_pipe("morphologizer")
    nlp.add_pipe("parser", config={"min_action_freq": 1})
    nlp.add_pipe("ner")
    examples = [
        Example(Doc(nlp.vocab, words=[t.text for t in doc]), doc)
        for doc in (gold(nlp, table) for table in SENTENCES.values())
    ]
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(60):
        nlp.update(examples, sgd=optimizer)
    path = tmp_path_factory.mktemp("stub") / "pipeline"
    nlp.to_disk(path)
    return path


@pytest.fixture(scope="module")
def nlp(stub: Path) -> Language:
    return load(str(stub))


def tree(nlp: Language, name: str) -> dict[str, tuple[str, str]]:
    doc = gold(nlp, SENTENCES[name])
    doc = nlp(Doc(nlp.vocab, words=[token.text for token in doc]))
    return {token.text: (token.dep_, token.head.text) for token in doc}


def test_the_stub_carries_the_other_scheme(stub: Path) -> None:
    assert {"dobj", "pobj", "nsubjpass"} <= set(spacy.load(stub).pipe_labels["parser"])


def test_nouns_are_above_their_prepositions(nlp: Language) -> None:
    found = tree(nlp, "passive")
    assert found["Kenya"] == ("nsubj:pass", "assured")
    assert found["was"] == ("aux:pass", "assured")
    assert found["support"] == ("obl", "assured")
    assert found["of"][0] == "case"
    assert found["envoy"] == ("obl:agent", "assured")
    assert found["by"] == ("case", "envoy")
    assert found["Russia"] == ("nmod", "envoy")


def test_names_of_persons_are_flat(nlp: Language) -> None:
    found = tree(nlp, "person")
    assert found["Vladimir"] == ("nsubj", "thanked")
    assert found["Putin"] == ("flat", "Vladimir")
    assert found["NATO"] == ("obj", "thanked")
    assert found["Monday"] == ("obl", "thanked")


def test_the_predicate_is_above_its_copula(nlp: Language) -> None:
    found = tree(nlp, "copula")
    assert found["ally"] == ("ROOT", "ally")
    assert found["is"] == ("cop", "ally")
    assert found["France"] == ("nsubj", "ally")
    assert found["Japan"] == ("nmod", "ally")


def test_a_gerund_behind_a_preposition_is_a_clause(nlp: Language) -> None:
    found = tree(nlp, "gerund")
    assert found["signing"] == ("advcl", "left")
    assert found["without"] == ("mark", "signing")
    assert found["it"] == ("obj", "signing")


def test_names_have_our_types(nlp: Language) -> None:
    doc = gold(nlp, SENTENCES["person"])
    doc = nlp(Doc(nlp.vocab, words=[token.text for token in doc]))
    assert [(ent.text, ent.label_) for ent in doc.ents] == [
        ("Vladimir Putin", "PERSON"),
        ("NATO", "ORG"),
    ]


def test_a_pipeline_without_a_parser_is_refused(tmp_path: Path) -> None:
    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(ConfigError, match="has no parser"):
        load(str(tmp_path / "blank"))
