"""Whom "they", "the ministry", "his Turkish counterpart" and "we" mean, in short articles.

``data/references.txt`` holds them: a line with the kind of reference, the day, the source and the
title; the text; and the dyads that it tells, no more and no fewer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

from worker.events.extract import Coder
from worker.events.judging import trust
from worker.events.language import nlp
from worker.events.parties import Gazetteer
from worker.model import Article, Event

DATA = Path(__file__).parent / "data"


def articles() -> Iterator[tuple[str, Article, set[tuple[str, ...]]]]:
    for block in re.split(r"\n(?=## )", (DATA / "references.txt").read_text("utf-8"))[1:]:
        head, *lines = block.strip().split("\n")
        kind, day, source, title = [*(c.strip() for c in head[3:].split("|")), "", ""][:4]
        told = {dyad(*line[2:].split()) for line in lines if line.startswith("= ")}
        text = "\n".join(line for line in lines if not line.startswith("= ")).strip()
        yield (
            kind,
            Article(
                id=kind, text=text, title=title or None, published=date.fromisoformat(day),
                source=source or None,
            ),
            told,
        )  # fmt: skip


def dyad(kind: str, one: str, other: str) -> tuple[str, ...]:
    return (kind, *sorted((one, other))) if kind == "CONSULT" else (kind, one, other)


def dyads(event: Event) -> set[tuple[str, ...]]:
    actors = sorted({p.code for p in event.actors})
    recipients = sorted({p.code for p in event.recipients})
    if recipients:
        return {dyad(event.type, a, r) for a in actors for r in recipients if a != r}
    if len(actors) > 1:
        return {dyad(event.type, a, b) for a, b in combinations(actors, 2)}
    return {dyad(event.type, a, "-") for a in actors}


ARTICLES = list(articles())


@pytest.fixture(scope="module")
def coder() -> Coder:
    return Coder(nlp.load(), Gazetteer.load(), judge=trust)


def test_every_kind_of_reference_is_there() -> None:
    assert len(ARTICLES) > 50


@pytest.mark.parametrize(("kind", "article", "told"), ARTICLES, ids=[k for k, _, _ in ARTICLES])
def test_a_reference_finds_its_party(
    coder: Coder, kind: str, article: Article, told: set[tuple[str, ...]]
) -> None:
    found = set().union(*map(dyads, coder.code_one(article)))
    assert found == told, kind
