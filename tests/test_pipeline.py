"""The main path, step by step: what each page and each failure leads to."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from worker.errors import Busy, Rejected, Transient
from worker.ledger.memory import MemoryLedger
from worker.ledger.officials import Learning
from worker.ledger.officials.memory import MemoryOfficials
from worker.model import Article, Event, Fate, Feed, Page, Party, Reading, Sighting
from worker.pipeline import Limits, Pipeline

FEED = Feed("https://news.example/feed", "The Meridian", "NOR")
STORY = "Norway's foreign minister met her Chilean counterpart in Oslo on Monday. " * 20
MET = Event("CONSULT", None, (Party("NOR", "Norway"), Party("CHL", "Chile")))
ENVOY = Sighting("Ola Brekkvold", "ola brekkvold", "NOR", "Envoy", "envoy", 5)


def rss(*numbers: int) -> bytes:
    items = "".join(
        f"<item><title>Story {n}</title><link>https://news.example/{n}?utm_source=rss</link></item>"
        for n in numbers
    )
    return f'<rss version="2.0"><channel><title>News</title>{items}</channel></rss>'.encode()


def html(n: int) -> bytes:
    return (
        f"<html><head><title>Story {n}</title></head><body><article><h1>Story {n}</h1>"
        f"<p>{STORY}</p><p>Story number {n} ended there, officials said in the evening.</p>"
        "</article></body></html>"
    ).encode()


@dataclass
class Web:
    """Answers by URL; an error is raised instead of an answer."""

    answers: dict[str, bytes | Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def get(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        accept: str | None = None,
    ) -> Page:
        self.asked.append(url)
        answer = self.answers[url]
        if isinstance(answer, Exception):
            raise answer
        kind = "application/rss+xml" if url == FEED.url else "text/html"
        return Page(url, 200, {"content-type": kind}, answer, datetime.now(UTC))


@dataclass
class Robots:
    forbidden: tuple[str, ...] = ()

    def allows(self, url: str, now: datetime) -> bool:
        return url not in self.forbidden

    def delay(self, url: str, now: datetime) -> float | None:
        return None


@dataclass
class Desk:
    """A coder: an event for each story, and a failure for those that it cannot bear."""

    poison: str = "Story number 1"
    error: BaseException | None = None

    def read(self, articles: Sequence[Article]) -> list[Reading]:
        if self.error and any(self.poison in article.text for article in articles):
            raise self.error
        return [Reading((MET,), (ENVOY,)) for _ in articles]


@dataclass
class Stream:
    fates: dict[str, Fate] = field(default_factory=dict)
    events: dict[str, Sequence[Event]] = field(default_factory=dict)
    corrected: list[tuple[str | None, Sequence[Event], str]] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)

    def publish(self, claim: str, article: Article, events: Sequence[Event]) -> Fate:
        self.events[article.url or claim] = events
        return self.fates.setdefault(claim, Fate("published" if events else "empty"))

    def close(self, claim: str, fate: Fate, *, url: str, feed: Feed) -> Fate:
        self.languages.append(feed.language)
        return self.fates.setdefault(claim, fate)

    def republish(self, article: Article, events: Sequence[Event], *, reason: str) -> Revision:
        self.corrected.append((article.url, events, reason))
        return Revision()


@dataclass
class Revision:
    new: int = 0
    changed: int = 0
    retracted: int = 0


@dataclass
class Clock:
    time: float = 1_700_000_000.0

    def __call__(self) -> float:
        return self.time


@dataclass
class House:
    web: Web = field(default_factory=Web)
    robots: Robots = field(default_factory=Robots)
    desk: Desk = field(default_factory=Desk)
    stream: Stream = field(default_factory=Stream)
    clock: Clock = field(default_factory=Clock)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    officials: MemoryOfficials = field(default_factory=lambda: MemoryOfficials(Learning(2)))
    host_delay: float = 0

    def __post_init__(self) -> None:
        self.pipeline = Pipeline(
            ledger=self.ledger,
            fetcher=self.web,
            robots=self.robots,
            publisher=self.stream,
            officials=self.officials,
            coder=lambda: self.desk,
            deadline=lambda _seconds: nullcontext(),
            limits=Limits(host_delay=self.host_delay, attempts=3),
            now=self.clock,
            jitter=lambda: 0.0,
        )
        self.ledger.watch([FEED], self.clock())

    def stories(self, *numbers: int) -> list[str]:
        """Put stories on the web, poll the feed, and return their ids."""
        self.web.answers[FEED.url] = rss(*numbers)
        self.web.answers |= {f"https://news.example/{n}": html(n) for n in numbers}
        self.tick()
        return self.pipeline.poll(FEED.url)

    def tick(self):
        return self.pipeline.tick(feeds=10, articles=10)

    def fates(self) -> list[Fate]:
        return list(self.stream.fates.values())


@pytest.fixture
def house() -> House:
    return House()


def test_a_story_goes_all_the_way(house: House) -> None:
    ids = house.stories(1, 2)
    assert house.pipeline.extract(house.pipeline.collect(ids)) == []
    assert house.fates() == [Fate("published")] * 2
    assert house.stream.events == {f"https://news.example/{n}": (MET,) for n in (1, 2)}
    assert house.ledger.standing().settled


def test_tracking_parameters_are_neither_fetched_nor_new(house: House) -> None:
    house.pipeline.collect(house.stories(1))
    assert house.web.asked == [FEED.url, "https://news.example/1"]
    house.clock.time += 1e6
    assert house.tick().feeds == (FEED.url,)
    house.web.answers[FEED.url] = rss(1).replace(b"utm_source=rss", b"fbclid=x")
    assert house.pipeline.poll(FEED.url) == []


def test_a_feed_that_fails_is_looked_at_again_later(house: House) -> None:
    house.tick()
    house.web.answers[FEED.url] = Transient("timeout", "no answer in 30 s")
    assert house.pipeline.poll(FEED.url) == []
    assert house.ledger.feed(FEED.url).habit["reason"] == "timeout"
    house.clock.time += 100_000
    assert house.tick().feeds == (FEED.url,)


def test_two_feeds_of_one_host_are_not_asked_at_once() -> None:
    house = House(host_delay=1)
    other = Feed("https://news.example/other", "The Meridian")
    house.ledger.watch([FEED, other], house.clock())
    house.web.answers |= {FEED.url: rss(), other.url: rss()}
    due = house.tick().feeds
    for url in due:
        house.pipeline.poll(url)
    assert len(house.web.asked) == 1
    house.clock.time += 2
    for url in house.tick().feeds:
        house.pipeline.poll(url)
    assert sorted(house.web.asked) == sorted(due)


def test_a_feed_whose_host_says_wait_leaves_its_articles_alone_too(house: House) -> None:
    ids = house.stories(1)
    house.clock.time += 7_200
    assert house.tick().feeds == (FEED.url,)
    house.web.answers[FEED.url] = Busy("http-429", retry_after=600)
    house.pipeline.poll(FEED.url)
    assert house.pipeline.collect(ids) == []
    assert "https://news.example/1" not in house.web.asked
    house.clock.time += 601
    assert house.pipeline.collect(house.tick().fetch) == ids


def test_what_is_no_feed_is_no_crash(house: House) -> None:
    house.tick()
    house.web.answers[FEED.url] = b"<html><body>We have moved</body></html>"
    assert house.pipeline.poll(FEED.url) == []
    assert house.ledger.feed(FEED.url).habit["errors"] == 1


def test_a_feed_that_is_no_longer_watched_is_not_asked(house: House) -> None:
    assert house.pipeline.poll("https://gone.example/feed") == []
    assert house.web.asked == []


@pytest.mark.parametrize(
    ("answer", "fate"),
    [
        (Rejected("http-404"), Fate("rejected", "http-404")),
        (Rejected("not-html"), Fate("rejected", "not-html")),
    ],
)
def test_a_page_that_cannot_be_had_is_rejected_with_its_reason(
    house: House, answer: Exception, fate: Fate
) -> None:
    ids = house.stories(1)
    house.web.answers["https://news.example/1"] = answer
    assert house.pipeline.collect(ids) == []
    assert house.fates() == [fate]


def test_what_robots_txt_forbids_is_never_fetched(house: House) -> None:
    house.robots.forbidden = ("https://news.example/1",)
    assert house.pipeline.collect(house.stories(1)) == []
    assert house.web.asked == [FEED.url]
    assert house.fates() == [Fate("rejected", "robots")]


def test_a_feed_that_a_person_named_is_read_whatever_robots_txt_says(house: House) -> None:
    house.robots.forbidden = (FEED.url,)
    assert len(house.stories(1)) == 1


def test_a_page_read_for_its_links_is_asked_for_like_an_article(house: House) -> None:
    listing = Feed("https://press.example/news", "The Ministry", links="ul a")
    house.robots.forbidden = (listing.url,)
    house.ledger.watch([listing], house.clock())
    house.tick()
    assert house.pipeline.poll(listing.url) == []
    assert house.web.asked == []
    assert house.ledger.feed(listing.url).habit["reason"] == "robots"


def test_a_sitemap_that_an_index_leads_to_is_asked_for(house: House) -> None:
    child = "https://news.example/map.xml"
    house.robots.forbidden = (child,)
    house.web.answers[FEED.url] = (
        f"<sitemapindex><sitemap><loc>{child}</loc></sitemap></sitemapindex>".encode()
    )
    house.tick()
    assert house.pipeline.poll(FEED.url) == []
    assert house.web.asked == [FEED.url]


def test_a_passing_failure_is_tried_three_times(house: House) -> None:
    ids = house.stories(1)
    house.web.answers["https://news.example/1"] = Transient("http-503")
    for _ in range(3):
        assert house.fates() == []
        assert house.pipeline.collect(ids) == []
        house.clock.time += 1000
        ids = list(house.tick().fetch)
    assert house.fates() == [Fate("dead", "http-503")]


def test_a_host_that_says_wait_is_left_alone(house: House) -> None:
    ids = house.stories(1, 2)
    house.web.answers["https://news.example/1"] = Busy("http-429", retry_after=60)
    assert house.pipeline.collect(ids) == []
    assert house.web.asked == [FEED.url, "https://news.example/1"]
    house.clock.time += 59
    assert house.tick().fetch == ()
    house.web.answers["https://news.example/1"] = html(1)
    house.clock.time += 60
    assert len(house.pipeline.collect(house.tick().fetch)) == 2


def test_a_page_without_text_is_rejected(house: House) -> None:
    ids = house.stories(1)
    house.web.answers["https://news.example/1"] = b"<html><head><title>x</title></head></html>"
    house.pipeline.extract(house.pipeline.collect(ids))
    (fate,) = house.fates()
    assert fate.kind == "rejected"
    assert fate.reason


def test_a_story_in_another_language_is_rejected_and_counted_by_it(house: House) -> None:
    ids = house.stories(1, 2)
    german = "Die Außenminister trafen sich am Montag in Oslo, um über den Fisch zu sprechen. " * 9
    house.web.answers["https://news.example/1"] = html(1).replace(STORY.encode(), german.encode())
    house.pipeline.extract(house.pipeline.collect(ids))
    assert set(house.fates()) == {Fate("rejected", "language"), Fate("published")}
    assert house.stream.languages == ["de"]


def test_a_story_that_breaks_the_coder_does_not_break_its_batch(house: House) -> None:
    house.desk.poison, house.desk.error = "Story number 2", ValueError("what is this?")
    ids = house.stories(1, 2, 3)
    house.pipeline.extract(house.pipeline.collect(ids))
    assert house.fates() == [Fate("published")] * 2
    for _ in range(2):
        house.clock.time += 1000
        house.pipeline.extract(house.tick().extract)
    assert house.fates()[2] == Fate("dead", "error-ValueError")
    assert house.ledger.standing().settled


def test_who_brought_a_process_down_is_tried_alone(house: House) -> None:
    ids = house.pipeline.collect(house.stories(1, 2, 3))
    house.ledger.suspect([ids[1]])  # the process died over it
    assert house.pipeline.extract(ids) == [[ids[1]]]
    assert len(house.fates()) == 2
    assert house.pipeline.extract([ids[1]]) == []
    assert house.fates() == [Fate("published")] * 3


def test_the_article_that_hung_is_rejected_and_its_batch_comes_back(house: House) -> None:
    ids = house.pipeline.collect(house.stories(1, 2, 3))
    house.ledger.suspect([ids[0]])
    house.pipeline.give_up(ids)
    assert house.stream.fates == {ids[0]: Fate("rejected", "timeout")}
    assert set(house.tick().extract) == set(ids[1:])


class Killed(BaseException):
    """The process ends here: nothing after it is done."""


def test_who_brings_processes_down_again_and_again_is_dead(house: House) -> None:
    ids = house.pipeline.collect(house.stories(1))
    house.desk.error = Killed()
    for _ in range(3):
        assert house.fates() == []
        with pytest.raises(Killed):
            house.pipeline.extract(ids)
    house.pipeline.extract(ids)
    assert house.fates() == [Fate("dead", "killed-its-worker")]


def test_an_expired_page_is_fetched_again(house: House) -> None:
    ids = house.pipeline.collect(house.stories(1))
    house.ledger._pages.clear()
    assert house.pipeline.extract(ids) == []
    house.clock.time += 1000
    assert house.tick().fetch == tuple(ids)


def test_extracting_twice_is_harmless(house: House) -> None:
    ids = house.pipeline.collect(house.stories(1))
    house.pipeline.extract(ids)
    assert house.pipeline.extract(ids) == []
    assert house.pipeline.collect(ids) == []
    assert house.fates() == [Fate("published")]


def test_a_batch_that_takes_long_hands_its_rest_back(house: House) -> None:
    ids = house.pipeline.collect(house.stories(1, 2, 3))
    original = house.ledger.page

    def slow(id: str) -> Page | None:
        house.clock.time += 30
        return original(id)

    house.ledger.page = slow
    assert house.pipeline.extract(ids) == [ids[2:]]
    assert len(house.fates()) == 2
    assert house.ledger.standing().leased == 1


# Office holders ---------------------------------------------------------------------------------


def outlets(house: House) -> list[tuple[str, ...]]:
    return [c.outlets for one in house.officials.candidates(house.clock()) for c in one.claims]


def test_what_an_article_says_of_office_holders_is_remembered_with_its_site(house: House) -> None:
    house.pipeline.extract(house.pipeline.collect(house.stories(1, 2)))
    assert outlets(house) == [("news.example",)]


@pytest.mark.parametrize(
    "fate",
    [Fate("duplicate", copy_of="a" * 32), Fate("published", based_on="a" * 32)],
    ids=["reprint", "grown"],
)
def test_who_says_what_another_said_before_is_no_source_of_its_own(
    house: House, fate: Fate
) -> None:
    ids = house.pipeline.collect(house.stories(1))
    house.stream.fates[ids[0]] = fate
    house.pipeline.extract(ids)
    assert outlets(house) == []


def test_an_agency_is_one_source_whoever_prints_it(house: House) -> None:
    ids = house.stories(1)
    house.web.answers["https://news.example/1"] = html(1).replace(b"<p>", b"<p>OSLO (AFP) - ", 1)
    house.pipeline.extract(house.pipeline.collect(ids))
    assert outlets(house) == [("AFP",)]


# Corrections ------------------------------------------------------------------------------------


def changed(house: House) -> list[str]:
    """Let the first of two stories be read, and its entry change; what is due a day later."""
    house.pipeline.extract(house.pipeline.collect(house.stories(1, 2)))
    house.clock.time += 3_600
    house.web.answers[FEED.url] = rss(1, 2).replace(b"Story 1", b"Story 1 (corrected)")
    assert house.pipeline.poll(FEED.url) == []
    assert house.tick().fetch == ()
    house.clock.time += 86_400
    return list(house.tick().fetch)


def test_a_page_whose_entry_changed_is_read_again_and_its_differences_published(
    house: House,
) -> None:
    ids = changed(house)
    house.pipeline.extract(house.pipeline.collect(ids))
    assert house.stream.corrected == [("https://news.example/1", (MET,), "corrected")]
    assert house.fates() == [Fate("published")] * 2
    house.web.answers[FEED.url] = rss(1, 2).replace(b"Story 1", b"Story 1 (corrected again)")
    house.pipeline.poll(FEED.url)
    house.clock.time += 200_000
    assert house.tick().fetch == ()


def test_a_page_that_is_gone_when_it_is_read_again_stands_as_it_was(house: House) -> None:
    ids = changed(house)
    house.web.answers["https://news.example/1"] = Rejected("http-404")
    assert house.pipeline.collect(ids) == []
    assert (house.stream.corrected, house.fates()) == ([], [Fate("published")] * 2)
    assert house.ledger.standing().settled
