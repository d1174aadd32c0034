"""The labels of real news: every line can be read, and its sentence is what was labelled."""

import json
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from training.relate import examples, news, pairs, stories
from worker.events import plover
from worker.events.language.nlp import load
from worker.events.parties import Gazetteer
from worker.events.plover import read_tsv
from worker.events.rules import lexicon

ROOT = Path(__file__).parents[1]
CORPORA = ROOT.parent / "shared" / "corpora"
ROWS = list(read_tsv(news.LABELS))


def test_labels_are_classes_and_parties_lie_apart() -> None:
    assert {row["type"] for row in ROWS} == {*plover.types(), pairs.NONE}
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


def test_what_judges_is_not_learnt_and_rules_are_asked_only_where_none_was_written() -> None:
    if not (CORPORA / news.RAW).is_file():
        pytest.skip("the corpora lie beside the project, not in it")
    codings = (ROOT / "benchmarks" / "voa_codings.jsonl").read_text(encoding="utf-8")
    parts = {d["document"]: d["part"] for d in map(json.loads, codings.splitlines())}
    judging = {int(row["document"]) for row in ROWS if row["part"] == "keep"}
    found = list(islice(stories.of_news(CORPORA, load(), Gazetteer.load()), 60))
    documents = {int(story.name.partition("-")[0]) for story in found}
    assert not documents & judging
    assert {parts[document] for document in documents} == {"tune", "learn"}
    for story in found:
        withheld = parts[int(story.name.partition("-")[0])] == "tune"
        assert all((line.claims is None) == withheld for line in story.lines)
    acts = [act for story in found for act in story.coded]
    assert sum(bool(act.lines) for act in acts) > 0.9 * len(acts)  # some are not worth parsing


def test_a_coded_article_is_read_with_its_acts_in_their_sentences() -> None:
    text = "It rained in Lima. Norway condemned Chad on Monday.\n\nOslo was angry, said Peru."
    event = {
        "type": "ACCUSE", "mode": "disapprove", "actors": ["NOR"], "recipients": ["TCD"],
        "optional": False, "evidence": "Norway condemned Chad", "words": "condemned",
        "also": ["Oslo was angry"],
    }  # fmt: skip
    article = {"doc_id": "x", "text": text, "published": "2024-05-20", "events": [event]}
    story = stories.Teller(load(), Gazetteer.load()).story(article)
    (act,) = story.coded
    assert act.pairs == {("NOR", "TCD")}
    lines = [" ".join(line.words) for line in story.lines]
    (told,), (also,) = act.lines, act.also
    assert lines[told].startswith("Norway condemned")
    assert lines[also].startswith("Oslo was")
    assert [story.lines[told].words[n] for n in act.words[told]] == ["condemned"]
    assert [claim.type for claim in story.lines[told].claims or ()] == ["ACCUSE"]


def test_the_other_direction_of_a_labelled_pair_is_empty_unless_the_act_may_be_mutual() -> None:
    nlp, gazetteer = load(), Gazetteer.load()
    sentences = "[A: Norway] condemned [B: Chad].", "[A: Norway] met [B: Chad]."
    marked = [
        examples.marked(kind, "test", kind, sentence)
        for kind, sentence in zip(("ACCUSE", "CONSULT"), sentences, strict=True)
    ]
    found = [story for _, story in pairs.stories(marked, nlp, gazetteer, lexicon())]
    assert [story.asked for story in found] == [
        {(0, ("A", "B")), (0, ("B", "A"))},
        {(0, ("A", "B"))},
    ]
    assert all(line.claims is None for story in found for line in story.lines)


ARTICLES = [
    json.loads(line)
    for path in sorted(stories.ARTICLES.glob("*.jsonl"))
    for line in path.read_text(encoding="utf-8").splitlines()
]


def test_our_own_articles_are_coded_soundly() -> None:
    names = [article["doc_id"] for article in ARTICLES]
    assert len(names) == len(set(names)) > 300
    for article in ARTICLES:
        for event in article["events"]:
            assert (event["type"], event["mode"]) in plover.meanings(), article["doc_id"]
            assert event["evidence"] in article["text"], article["doc_id"]
            assert event["words"] in event["evidence"], article["doc_id"]
            assert all(quote in article["text"] for quote in event["also"]), article["doc_id"]
            assert event["actors"], article["doc_id"]


@pytest.mark.parametrize("name", ["articles_kept.jsonl", "plain_kept.jsonl"])
def test_no_article_of_our_own_judges_and_teaches(name: str) -> None:
    kept = (ROOT / "benchmarks" / name).read_text(encoding="utf-8")
    judging = [json.loads(line) for line in kept.splitlines()]
    assert len(judging) == 40
    assert not {one["text"] for one in judging} & {one["text"] for one in ARTICLES}
