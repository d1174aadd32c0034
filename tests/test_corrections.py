"""A correction from the page to the stream: over real sockets, a real Redis, the real publisher."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import pytest

from tests.hostile import LOOPBACK, Hostile, answer
from worker import wiring
from worker.model import Article, Event, Evidence, Feed, Party, Reading
from worker.pipeline import Coder, Limits, Pipeline
from worker.settings import Settings, load

DAY = 86_400.0
ACTS = {"met": "CONSULT", "threatened": "THREATEN", "thanked": "SUPPORT"}


class Desk:
    """Codes an act between Norway and Chile for each verb that the text has."""

    def read(self, articles: Sequence[Article]) -> list[Reading]:
        return [Reading(tuple(_events(article.text))) for article in articles]


def _events(text: str) -> Iterator[Event]:
    for verb, kind in ACTS.items():
        if (start := text.find(verb)) >= 0:
            quote = Evidence(verb, start, start + len(verb))
            parties = (Party("NOR", "Norway", mention=quote), Party("CHL", "Chile", mention=quote))
            yield Event(kind, None, parties[:1], parties[1:], "2024-01-15", evidence=(quote,))


def page(*verbs: str) -> bytes:
    paragraphs = "".join(
        f"<p>Norway's foreign minister {verb} her Chilean counterpart in Oslo on 15 January, "
        f"officials of both ministries said in the evening after the talks on trade.</p>"
        for verb in verbs
    )
    return f"<html><body><article><h1>Talks</h1>{paragraphs}</article></body></html>".encode()


def rss(title: str) -> bytes:
    item = f"<item><title>{title}</title><link>/story</link></item>"
    other = "<item><title>Another</title><link>/other</link></item>"
    return f'<rss version="2.0"><channel>{item}{other}</channel></rss>'.encode()


@dataclass
class Office:
    """A server with a feed of two stories, and the service that reads it."""

    server: Hostile
    settings: Settings
    later: float = 0.0

    def __post_init__(self) -> None:
        self.feed = Feed(self.server.url("/feed"), "The Courier")
        wiring.ledger(self.settings).add(self.feed, 0)
        built = wiring.pipeline(self.settings, cast("type[Coder]", Desk))
        self.pipeline = Pipeline(
            **{
                name: getattr(built, name)
                for name in ("ledger", "fetcher", "robots", "publisher", "officials", "coder")
            },
            deadline=built.deadline,
            limits=Limits(host_delay=0.0),
            now=lambda: time.time() + self.later,
        )

    def serve(self, title: str, *verbs: str) -> None:
        html = {"Content-Type": "text/html"}
        self.server.at("/feed", answer(200, rss(title)))
        self.server.at("/story", answer(200, page(*verbs), html))
        self.server.at("/other", answer(200, page("ignored", "avoided", "missed"), html))

    def work(self) -> None:
        """Do all that is due now."""
        due = self.pipeline.tick(feeds=10, articles=10)
        new = [id for url in due.feeds for id in self.pipeline.poll(url)]
        self.pipeline.extract(self.pipeline.collect([*new, *due.fetch]))

    def told(self) -> list[tuple[str, str]]:
        """Every change of an event on the stream, by its type."""
        entries = wiring.reader(self.settings).until_now("events", "0")
        return [(entry.data["type"], entry.type.rpartition(".")[2]) for entry in entries]


@pytest.fixture
def office(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setenv("DEMARCHE_REDIS_URL", redis_url)
    monkeypatch.setenv("DEMARCHE_FETCH_ALLOW", str(LOOPBACK[0]))
    with Hostile() as server:
        yield Office(server, load())


def test_what_a_corrected_page_says_otherwise_is_told_on_the_stream(office: Office) -> None:
    office.serve("Ministers meet", "met", "threatened")
    office.work()
    assert sorted(office.told()) == [("CONSULT", "created"), ("THREATEN", "created")]
    office.serve("Ministers meet (corrected)", "met", "thanked")
    office.later += 2 * 3_600
    office.work()
    assert office.server.paths().count("/story") == 1
    office.later += DAY
    office.work()
    assert office.server.paths().count("/story") == 2
    assert sorted(office.told()[2:]) == [("SUPPORT", "created"), ("THREATEN", "retracted")]
    office.serve("Ministers meet (corrected twice)", "met")
    for _ in range(3):
        office.later += DAY
        office.work()
    assert office.server.paths().count("/story") == 2
    assert office.server.paths().count("/other") == 1


def test_a_page_that_says_the_same_again_is_told_no_more(office: Office) -> None:
    office.serve("Ministers meet", "met")
    office.work()
    office.serve("Ministers meet, with a new headline", "met")
    for _ in range(3):
        office.later += DAY
        office.work()
    assert office.server.paths().count("/story") == 2
    assert office.told() == [("CONSULT", "created")]
