"""Coded stories as the model of types reads them: sentences, what the rules claim, what is true.

- ``benchmarks/voa_codings.jsonl``: Voice of America stories coded by hand. Of part ``tune`` rules
  were written, which are right there more often than elsewhere: their claims are withheld. Of part
  ``learn`` none were: there the model learns how far to believe them.
- ``articles/*.jsonl``: articles of our own, in the form of the gold documents.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from spacy.language import Language

from training.relate import news
from worker.events.extract import Coder
from worker.events.merge import Told
from worker.events.parties import Gazetteer
from worker.events.plover import read_tsv
from worker.events.relate.lines import TOGETHER, Claim, Line, Pair, Passage, cast, passages
from worker.events.telling import Draft, Heard
from worker.model import Article

CODINGS = Path(__file__).parents[2] / "benchmarks" / "voa_codings.jsonl"
ARTICLES = Path(__file__).parent / "articles"


@dataclass(frozen=True)
class Coded:
    """One act of a story.

    Attributes:
        pairs: who does it to whom.
        lines: the sentences that tell it most plainly; ``also``: the others.
        words: of each of its sentences, the words that tell it; empty where nobody marked them.
    """

    type: str
    mode: str | None
    pairs: frozenset[Pair]
    optional: bool
    lines: frozenset[int]
    also: frozenset[int]
    words: dict[int, frozenset[int]]


@dataclass(frozen=True)
class Story:
    """What there is to read, and what of it is true.

    Attributes:
        asked: the only pairs whose truth is known, each with its sentence; None: that of all.
    """

    name: str
    lines: tuple[Line, ...]
    coded: tuple[Coded, ...]
    asked: frozenset[tuple[int, Pair]] | None = None

    def passages(self, *, first: int = TOGETHER) -> Iterator[Passage]:
        """What of it is read together, as `worker.events.relate.lines.passages` cuts it."""
        named = (
            [(mark.code, mark.kind) for mark in line.marks if mark.how == "name"]
            for line in self.lines
        )
        return passages(dict(enumerate(self.lines)), cast(named), first=first)


def of_news(corpora: Path, nlp: Language, gazetteer: Gazetteer) -> Iterator[Story]:
    """The coded stories of real news that may be learnt.

    Not those of documents of which `training.relate.news` keeps pairs for judging.
    """
    kept = {int(row["document"]) for row in read_tsv(news.LABELS) if row["part"] == "keep"}
    texts = news.sentences(corpora / news.RAW)
    teller = Teller(nlp, gazetteer)
    for line in CODINGS.read_text(encoding="utf-8").splitlines():
        document = json.loads(line)
        if document["part"] != "keep" and document["document"] not in kept:
            sentences = texts[document["document"]]
            for start, end in pairwise([*document["stories"], len(sentences)]):
                story = teller.story(_cut(document, sentences, start, end))
                yield withheld(story) if document["part"] == "tune" else story


def of_articles(nlp: Language, gazetteer: Gazetteer) -> Iterator[Story]:
    """The coded articles of our own."""
    teller = Teller(nlp, gazetteer)
    for path in sorted(ARTICLES.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield teller.story(json.loads(line))


def withheld(story: Story) -> Story:
    """The story without what the rules claim."""
    return replace(story, lines=tuple(replace(line, claims=None) for line in story.lines))


def _cut(
    document: dict[str, Any], sentences: Sequence[str], start: int, end: int
) -> dict[str, Any]:
    """One story of a coded document in the form of the gold documents."""
    events = [
        {
            **event,
            "evidence": sentences[event["sentence"]],
            "also": [sentences[n] for n in event.get("also", ()) if start <= n < end],
        }
        for event in document["events"]
        if start <= event["sentence"] < end
    ]
    name = f"{document['document']}-{start}"
    return {"doc_id": name, "text": " ".join(sentences[start:end]), "events": events}


def article(document: Mapping[str, Any]) -> Article:
    """What the coder reads of a document in the form of the gold documents."""
    day = document.get("published")
    return Article(
        id=document["doc_id"],
        text=document["text"],
        title=document.get("title"),
        source=document.get("source"),
        published=date.fromisoformat(day) if day else None,
    )


class Teller:
    """Reads coded documents with the rules alone."""

    def __init__(self, nlp: Language, gazetteer: Gazetteer) -> None:
        self._coder = Coder(nlp, gazetteer, judge=self._note)
        self._told: list[Told] = []
        self._heard: Sequence[Heard] = ()

    def _note(self, _: Draft, told: list[Told], heard: Sequence[Heard]) -> list[Told]:
        self._told, self._heard = told, heard
        return told

    def story(self, document: dict[str, Any]) -> Story:
        """A document in the form of the gold documents."""
        self._coder.code_one(article(document))
        claims: list[list[Claim]] = [[] for _ in self._heard]
        for told in self._told:
            for number in self._at(*told.evidence[0])[:1]:
                claims[number].append(Claim(told.type, *told.codes))
        lines = (
            replace(heard.line, claims=tuple(found))
            for heard, found in zip(self._heard, claims, strict=True)
        )
        coded = (self._coded(document["text"], event) for event in document["events"])
        return Story(document["doc_id"], tuple(lines), tuple(coded))

    def _coded(self, text: str, event: dict[str, Any]) -> Coded:
        evidence = event["evidence"]
        start = text.index(evidence)
        words = event.get("words")
        first = start + evidence.index(words) if words else start
        last = first + len(words or evidence)
        lines = self._at(first, last)
        also = [n for quote in event.get("also", ()) for n in self._of(text, quote)]
        actors, recipients = frozenset(event["actors"]), frozenset(event["recipients"])
        return Coded(
            event["type"],
            event["mode"],
            frozenset(Claim(event["type"], actors, recipients).pairs()),
            event["optional"],
            frozenset(lines),
            frozenset(also) - frozenset(lines),
            {n: self._words(n, first, last) for n in lines} if words else {},
        )

    def _of(self, text: str, quote: str) -> list[int]:
        start = text.index(quote)
        return self._at(start, start + len(quote))

    def _at(self, start: int, end: int) -> list[int]:
        """The sentences that a stretch of the text touches."""
        heard = enumerate(self._heard)
        return [n for n, one in heard if one.start < end and start < one.end]

    def _words(self, number: int, start: int, end: int) -> frozenset[int]:
        heard = self._heard[number]
        places = ((n, heard.offset + t.idx, len(t)) for n, t in enumerate(heard.span))
        return frozenset(n for n, at, size in places if at < end and start < at + size)
