"""One act is one event, and two acts are two: short articles, coded by the whole coder."""

from __future__ import annotations

import tomllib
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from worker.events.extract import Coder
from worker.events.judging import trust
from worker.events.language.nlp import load
from worker.events.parties import Gazetteer
from worker.model import Article

ARTICLES = tomllib.loads((Path(__file__).parent / "data" / "acts.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def coder() -> Coder:
    return Coder(load(), Gazetteer.load(), judge=trust)


@pytest.mark.parametrize("case", ARTICLES["article"], ids=lambda case: case["about"])
def test_how_many_acts_an_article_tells(coder: Coder, case: dict) -> None:
    day = date(2024, 1, 15)
    article = Article("a", case["text"], title=case.get("title"), published=day)
    assert Counter(event.type for event in coder.code_one(article)) == case["events"]
