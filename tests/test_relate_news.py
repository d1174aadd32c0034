"""The labels of real news: every line can be read, and its sentence is what was labelled."""

import json
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from training.relate import news, stories
from training.relate.fit import CLASSES
from worker.events.language.nlp import load
from worker.events.parties import Gazetteer
from worker.events.plover import read_tsv

ROOT = Path(__file__).parents[1]
CORPORA = ROOT.parent / "shared" / "corpora"
ROWS = list(read_tsv(news.LABELS))


def test_labels_are_classes_and_parties_lie_apart() -> None:
    assert {row["type"] for row in ROWS} == set(CLASSES)
    for row in ROWS:
        (start, end), (other, last) = news.span(row["source"]), news.span(row["target"])
        assert start < end <= other or other < last <= start, row


def test_no_pair_is_labelled_twice_alike() -> None:
    counts = Counter(tuple(row.values()) for row in ROWS)
    assert [row for row, count in counts.items() if count > 1] == []


def test_what_is_kept_for_judging_shares_no_document_with_what_is_learnt() -> None:
    parts: dict[str, set[str]] = {"train": set(), "keep": set()}
    for row in ROWS:
        parts[row["part"]].add(row["document"])
    assert not parts["train"] & parts["keep"]
    assert Counter(row["part"] for row in ROWS).items() >= {("train", 1364), ("keep", 605)}


def test_no_story_that_judges_the_coder_was_labelled() -> None:
    codings = (ROOT / "benchmarks" / "voa_codings.jsonl").read_text(encoding="utf-8")
    coded = map(json.loads, codings.splitlines())
    kept = {document["document"] for document in coded if document["part"] == "keep"}
    assert not kept & {int(row["document"]) for row in ROWS}


def test_the_corpus_holds_the_sentences_that_were_labelled() -> None:
    if not (CORPORA / news.RAW).is_file():
        pytest.skip(f"the raw news is not beside the project ({CORPORA / news.RAW})")
    found = list(news.labelled(CORPORA))
    assert len(found) == len(ROWS)
    for example in found:
        assert all(span and span[1] <= len(example.text) for span in example.spans), example


def test_the_rules_acts_in_coded_stories_are_right_or_none() -> None:
    if not (CORPORA / news.RAW).is_file():
        pytest.skip("the corpora lie beside the project, not in it")
    codings = (ROOT / "benchmarks" / "voa_codings.jsonl").read_text(encoding="utf-8")
    coded = map(json.loads, codings.splitlines())
    tuned = {document["document"] for document in coded if document["part"] == "tune"}
    judging = {int(row["document"]) for row in ROWS if row["part"] == "keep"}
    cases = list(islice(stories.told(CORPORA, load(), Gazetteer.load()), 40))
    assert {int(case.example.id.partition("-")[0]) for case in cases} <= tuned - judging
    kinds = Counter(case.example.type for case in cases)
    assert 0 < kinds["NONE"] < len(cases) / 2
