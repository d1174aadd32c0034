"""Pairs of parties in real news, labelled by hand.

``news.tsv`` keeps labels alone, not the text: that is the raw text of the Groningen Meaning Bank
(Voice of America, public domain). A line tells which ``document`` (as
`training.silver.raw_documents` counts them) and ``sentence`` of it, both from 0, the hash of the
sentence, and where source and target stand in it. The sentences were drawn at random (seed
20261130) from those that name two parties: 100 documents as they come, the rest by loose triggers
of the rarer types, so that all types are there; no document of ``benchmarks/voa_codings.jsonl``.
They were labelled before the model was tuned on any. In a labelled sentence other pairs of parties,
drawn at random, are NONE. Documents whose number ends in 0, 1 or 2 are ``keep``: for judging alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from training.relate.examples import Example
from training.silver import raw_documents
from worker.events.plover import read_tsv

LABELS = Path(__file__).with_name("news.tsv")
RAW = Path("ner") / "gmb-train.iob"
GROUPS = {"train": "news", "keep": "news-kept"}


def labelled(corpora: Path) -> Iterator[Example]:
    """The labelled pairs with their text, in order.

    Raises:
        ValueError: a sentence is not the one that was labelled.
    """
    for row in read_tsv(LABELS):
        place = int(row["document"]), int(row["sentence"])
        text = sentences(corpora / RAW)[place[0]][place[1]]
        if hashlib.sha256(text.encode()).hexdigest()[:8] != row["hash"]:
            raise ValueError(f"Sentence {place} of {corpora / RAW} is not what was labelled.")
        name = f"{row['document']}/{row['sentence']}/{row['source']}/{row['target']}"
        spans = span(row["source"]), span(row["target"])
        yield Example(name, GROUPS[row["part"]], row["type"], text, spans)


def span(told: str) -> tuple[int, int]:
    """First and last code point (exclusive) of "12-20"."""
    start, end = told.split("-")
    return int(start), int(end)


@cache
def sentences(path: Path) -> list[list[str]]:
    """The text of each sentence of each document."""
    return [
        ["".join(form + " " * space for form, _, space in rows).strip() for rows in document]
        for document in raw_documents(path)
    ]
