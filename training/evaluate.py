"""Measure a pipeline from raw text with spaCy's scorer, and print the table as Markdown.

    python -m training.evaluate MODEL WORK [SET ...]

Names are scored twice: with their type, and untyped (the span alone).
"""

from __future__ import annotations

import sys
from pathlib import Path

from spacy.language import Language
from spacy.pipeline.dep_parser import parser_score
from spacy.scorer import PRFScore, Scorer
from spacy.tokens import Doc, DocBin
from spacy.training import Example

from worker.events.language.nlp import load

TREEBANKS = ("pud-news", "gum-open-test", "ewt-test")
NAMES = ("uner-pud-news", "uner-pud-wiki", "uner-ewt-test", "gum-open-names-test", "gmb-dev")
RELATIONS = ("nsubj", "nsubj:pass", "obj")


def gold(work: Path, name: str, nlp: Language) -> list[Doc]:
    """Read a gold set."""
    return list(DocBin().from_disk(work / f"{name}.spacy").get_docs(nlp.vocab))


def parse_figures(nlp: Language, docs: list[Doc]) -> dict[str, float]:
    """Tags, lemmas, trees and sentences."""
    found = nlp.pipe([doc.text for doc in docs], batch_size=16)  # all on: names mend trees
    examples = [Example(*pair) for pair in zip(found, docs, strict=True)]
    scores = {
        "tag_acc": Scorer.score_token_attr(examples, "tag")["tag_acc"],
        "pos_acc": Scorer.score_token_attr(examples, "pos")["pos_acc"],
        "lemma_acc": Scorer.score_token_attr(examples, "lemma")["lemma_acc"],
        **parser_score(examples),
    }
    figures = {
        "TAG": scores["tag_acc"],
        "UPOS": scores["pos_acc"],
        "lemma": scores["lemma_acc"],
        "UAS": scores["dep_uas"],
        "LAS": scores["dep_las"],
        "sentence F": scores["sents_f"],
    }
    per_type = scores["dep_las_per_type"]
    return figures | {name: per_type.get(name, {"f": 0.0})["f"] for name in RELATIONS}


def name_figures(nlp: Language, docs: list[Doc]) -> dict[str, float]:
    """F of names: typed, untyped, and per type."""
    typed, untyped = PRFScore(), PRFScore()
    by_type: dict[str, PRFScore] = {}
    for doc, found in zip(docs, nlp.pipe([doc.text for doc in docs], batch_size=64), strict=True):
        want = {(e.start_char, e.end_char, e.label_) for e in doc.ents}
        have = {(e.start_char, e.end_char, e.label_) for e in found.ents}
        typed.score_set(have, want)
        untyped.score_set({e[:2] for e in have}, {e[:2] for e in want})
        for label in ("PERSON", "ORG", "LOC", "NORP"):
            by_type.setdefault(label, PRFScore()).score_set(
                {e for e in have if e[2] == label}, {e for e in want if e[2] == label}
            )
    figures = {"names F": typed.fscore, "untyped F": untyped.fscore}
    return figures | {label: score.fscore for label, score in by_type.items()}


def table(rows: dict[str, dict[str, float]]) -> str:
    """Lay figures out as a Markdown table."""
    columns = list(next(iter(rows.values())))
    lines = ["| test | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    lines += [
        f"| {name} | " + " | ".join(f"{figures[c]:.3f}"[-5:].lstrip("0") for c in columns) + " |"
        for name, figures in rows.items()
    ]
    return "\n".join(lines)


def main(model: Path, work: Path, sets: list[str]) -> None:
    """Print the tables for the sets asked for, or for all."""
    nlp = load(str(model))
    if "parser" in nlp.pipe_names:
        chosen = [name for name in TREEBANKS if not sets or name in sets]
        if chosen:
            print(table({name: parse_figures(nlp, gold(work, name, nlp)) for name in chosen}))
            print()
    if "ner" in nlp.pipe_names:
        chosen = [name for name in NAMES if not sets or name in sets]
        if chosen:
            with nlp.select_pipes(enable=["ner"]):
                print(table({name: name_figures(nlp, gold(work, name, nlp)) for name in chosen}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
