"""From page to page: what three sites say of somebody, the next article need not say again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from worker import settings, wiring
from worker.events.extract import Coder
from worker.ledger.memory import MemoryLedger
from worker.ledger.officials.roster import Roster
from worker.model import Article, Entry, Event, Fate, Feed, Page, article_id
from worker.pipeline import Limits, Pipeline

NOW = datetime(2031, 3, 4, 12, tzinfo=UTC)
FEED = Feed("https://feeds.example/all", "All")
INTRODUCED = (
    "Japanese Prime Minister Haruka Onoderasaki opened a museum of rice in the hills on Monday. "
    "{} The museum is to show tools of eight centuries, and a kitchen in which children may cook."
)
FILLING = {
    "a.example": "Visitors had queued since the early morning in spite of the cold rain.",
    "b.example": "A choir of pupils from the valley sang, and a brass band played in the yard.",
    "c.example": "The building cost twice what had been planned, the mayor admitted in a speech.",
}
SHORT = (
    "Onoderasaki condemned Belarus on Monday for the arrest of three sailors. It was a short "
    "statement, read out to reporters who had waited for hours in front of a closed door."
)


@dataclass
class Stream:
    """Keeps what was published; every article is a source of its own."""

    events: dict[str, tuple[Event, ...]] = field(default_factory=dict)

    def publish(self, claim: str, article: Article, events: tuple[Event, ...]) -> Fate:
        self.events[claim] = events
        return Fate("published" if events else "empty")

    def close(self, claim: str, fate: Fate, *, url: str, feed: Feed) -> Fate:
        raise AssertionError(f"{url} was not read: {fate}")


@dataclass
class House:
    """Extraction as it is wired, on a real Redis and a clock of its own."""

    redis_url: str
    time: float = NOW.timestamp()
    stream: Stream = field(default_factory=Stream)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)

    def __post_init__(self) -> None:
        chosen = settings.load(redis_url=self.redis_url)
        self.officials = wiring.officials(chosen)
        roster = Roster(self.officials, chosen.officials_refresh, now=lambda: self.time)
        self.coder: Coder = wiring.coder(chosen, roster)
        self.pipeline = Pipeline(
            ledger=self.ledger,
            fetcher=None,  # type: ignore[arg-type]  # pages are there already
            robots=None,  # type: ignore[arg-type]
            publisher=self.stream,
            officials=self.officials,
            coder=lambda: self.coder,
            deadline=lambda _seconds: nullcontext(),
            limits=Limits(),
            now=lambda: self.time,
        )
        self.ledger.watch([FEED], self.time)

    def extract(self, url: str, text: str) -> tuple[Event, ...]:
        """Let one page through, five minutes later."""
        self.time += 300
        id = article_id(url)
        paragraphs = "".join(f"<p>{line}</p>" for line in text.split("\n"))
        body = f"<html><body><article><h1>News</h1>{paragraphs}</article></body></html>".encode()
        self.ledger.claim(FEED.url, [(id, Entry(url, "News", NOW))], self.time)
        self.ledger.keep(id, Page(url, 200, {"content-type": "text/html"}, body, NOW))
        self.pipeline.extract([id])
        return self.stream.events[id]


@pytest.fixture(scope="module", name="one_house")
def _one_house(redis_server: str) -> House:
    return House(redis_server)


@pytest.fixture
def house(one_house: House, redis_url: str) -> Iterator[House]:
    yield one_house
    one_house.stream.events.clear()


def codes(events: tuple[Event, ...]) -> set[str]:
    return {party.code for event in events for party in (*event.actors, *event.recipients)}


def test_what_three_sites_say_the_next_article_need_not_say(house: House) -> None:
    assert "JPN" not in codes(house.extract("https://d.example/before", SHORT))
    for site, filling in FILLING.items():
        for n in range(3):  # three articles of one site are one source
            text = INTRODUCED.format(filling)
            house.extract(f"https://www.{site}/{n}", text)
    ((one),) = house.officials.candidates(house.time)
    assert one.claims[0].outlets == ("a.example", "b.example", "c.example")
    assert codes(house.extract("https://d.example/after", SHORT)) == {"JPN", "BLR"}
    house.officials.forget(one.key, one.name)
    assert "JPN" not in codes(house.extract("https://d.example/forgotten", SHORT))


def test_what_one_site_says_nobody_learns(house: House) -> None:
    for n in range(5):
        house.extract(f"https://news{n}.a.example/x{n}", INTRODUCED.format(FILLING["a.example"]))
    assert "JPN" not in codes(house.extract("https://d.example/poison", SHORT))
