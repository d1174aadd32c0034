"""`demarche recode`: archived pages coded anew, differences published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from redis import Redis

from worker import wiring
from worker.articles.clean import clean
from worker.cli import main
from worker.model import Article, Entry, Event, Feed, Page, article_id
from worker.settings import Settings, load
from worker.warc import PageStore

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
FEED = Feed("https://news.test/rss", "The Courier", "NOR")
STORIES = {
    "visit": (
        "Chile's foreign minister met her Norwegian counterpart in Oslo on Monday. The two "
        "ministers talked about fishing quotas, the harbour of Valparaíso and the training of "
        "pilots, an official said after the meeting, which lasted for more than two hours. They "
        "will see each other again in autumn, when a delegation of shipowners is to come along."
    ),
    "protest": (
        "Egypt condemned Ethiopia on Monday for filling the reservoir of its dam without a word of "
        "warning. The reservoir holds as much water as the river carries in two years, and farmers "
        "downstream fear for their harvest of rice, which needs more water than any other crop."
    ),
}


def page(name: str, fetched: datetime = NOON) -> tuple[Page, Feed, Entry]:
    url = f"https://news.test/{name}"
    html = (
        f"<html><head><title>{name}</title></head><body><article><p>{STORIES[name]}</p></article>"
    )
    headers = {"content-type": "text/html; charset=utf-8"}
    return Page(url, 200, headers, html.encode(), fetched), FEED, Entry(url, name, NOON)


@pytest.fixture(scope="module")
def coded() -> dict[str, tuple[Article, tuple[Event, ...]]]:
    """Each story with what the coder of today tells of it."""
    coder = wiring.coder(load())
    articles = {name: clean(*page(name)) for name in STORIES}
    return {name: (article, coder.code_one(article)) for name, article in articles.items()}


@pytest.fixture
def settings(redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("DEMARCHE_REDIS_URL", redis_url)
    return load()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    keeper = PageStore(tmp_path)
    for name in STORIES:
        keeper.keep(*page(name))
    keeper.keep(*page("visit", NOON + timedelta(hours=3)))
    return keeper.path(NOON)


def recoded(archive: Path) -> Result:
    return CliRunner().invoke(main, ["recode", str(archive)], catch_exceptions=False)


def changes(redis_url: str) -> Iterator[tuple[str, str]]:
    for _, fields in Redis.from_url(redis_url, decode_responses=True).xrange("demarche:events"):
        data = json.loads(fields["data"])["data"]
        yield data["type"], data["change"]


def test_what_is_coded_alike_says_nothing(settings: Settings, archive: Path, coded) -> None:
    for article, events in coded.values():
        assert events
        wiring.publisher(settings).publish(article_id(article.url), article, events)
    before = list(changes(settings.redis))
    assert "2 articles are told as before, 0 otherwise" in recoded(archive).output
    assert list(changes(settings.redis)) == before


def test_what_another_coder_told_is_put_right(settings: Settings, archive: Path, coded) -> None:
    visit, meeting = coded["visit"]
    wrong = [replace(meeting[0], date="2025-03-02"), replace(meeting[0], type="ACCUSE", mode=None)]
    wiring.publisher(settings).publish("1", visit, wrong)
    output = recoded(archive).output
    assert "0 articles are told as before, 1 otherwise, 1 are not remembered" in output
    told = list(changes(settings.redis))
    assert told[:2] == [("CONSULT", "created"), ("ACCUSE", "created")]
    assert ("ACCUSE", "retracted") in told
    assert ("CONSULT", "updated") in told
    assert "1 articles are told as before" in recoded(archive).output
    assert list(changes(settings.redis)) == told
