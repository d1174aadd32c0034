"""Feeds as servers serve them: the pipeline on a real Redis, fetching over real sockets."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

import pytest

from tests.hostile import LOOPBACK, Behaviour, Hostile, answer, redirect
from worker.feeds.health import findings
from worker.feeds.schedule import Habit, remembered
from worker.fetch import Fetcher
from worker.ledger.redis import RedisLedger
from worker.model import Feed
from worker.pipeline import Coder, Limits, Officials, Pipeline, Publisher
from worker.robots import Robots

DAY = 86_400.0


class Town:
    """A server, and the pipeline that reads it; time passes when it is told to."""

    def __init__(self, server: Hostile, ledger: RedisLedger) -> None:
        self.server = server
        self.ledger = ledger
        self.later = 0.0
        fetcher = Fetcher(user_agent="test", allow=LOOPBACK, deadline=5)
        self.pipeline = Pipeline(
            ledger=ledger,
            fetcher=fetcher,
            robots=Robots(fetcher.beginning, agent="Test"),
            publisher=cast(Publisher, None),  # no article goes so far here
            officials=cast(Officials, None),
            coder=lambda: cast(Coder, None),
            deadline=lambda _: nullcontext(),
            limits=Limits(host_delay=0.0),
            now=lambda: time.time() + self.later,
            jitter=lambda: 0.0,
        )

    def watch(self, path: str, links: str | None = None) -> str:
        feed = Feed(self.server.url(path), "The Server", links=links)
        self.ledger.add(feed, 0)
        return feed.url

    def look(self, url: str, after: float = DAY) -> list[str]:
        """Look at a feed, some time later; the addresses of what is new."""
        self.later += after
        ids = self.pipeline.poll(url)
        works = self.ledger.resume(ids, time.time() + self.later)
        return [work.entry.url.removeprefix(self.server.url()) for work in works]

    def habit(self, url: str) -> Habit:
        watched = self.ledger.feed(url)
        assert watched is not None
        return remembered(watched.habit)

    def ailments(self, url: str) -> list[str]:
        now = datetime.fromtimestamp(time.time() + self.later, UTC)
        return [finding.kind for finding in findings(self.habit(url), 0, now)]


@pytest.fixture
def town(redis_url: str) -> Iterator[Town]:
    ledger = RedisLedger(redis_url, "demarche", lease=120, page_ttl=60, seen_ttl=60)
    with Hostile() as server:
        yield Town(server, ledger)


def rss(*numbers: int) -> bytes:
    items = "".join(f"<item><title>{n}</title><link>/story/{n}</link></item>" for n in numbers)
    return f'<rss version="2.0"><channel><title>News</title>{items}</channel></rss>'.encode()


def sitemap(*names: str) -> bytes:
    today = datetime.now(UTC).isoformat()
    urls = "".join(f"<url><loc>/{n}</loc><lastmod>{today}</lastmod></url>" for n in names)
    return f"<urlset>{urls}</urlset>".encode()


def index(*paths: str) -> bytes:
    maps = "".join(f"<sitemap><loc>{path}</loc></sitemap>" for path in paths)
    return f"<sitemapindex>{maps}</sitemapindex>".encode()


def test_a_listing_page_is_a_feed(town: Town) -> None:
    body = b'<html><body><a href="/home">Home</a><ul><li><a href="/s/1">One</a></li></ul></html>'
    town.server.at("/press", answer(200, body, {"Content-Type": "text/html"}))
    url = town.watch("/press", links="ul a")
    assert town.look(url) == ["s/1"]
    more = body.replace(b"<ul>", b'<ul><li><a href="/s/2">Two</a></li>')
    town.server.at("/press", answer(200, more))
    assert town.look(url) == ["s/2"]
    town.server.at("/press", answer(200, b"<html><body>We have a new page!</body></html>"))
    assert town.look(url) == []
    assert town.habit(url).reason == "no-links"


def test_an_index_is_followed_to_its_sitemaps_also_where_it_stays_the_same(town: Town) -> None:
    names = [f"/map{n}.xml" for n in range(5)]
    town.server.at("/index.xml", answer(200, index(*names), {"ETag": '"1"'}))
    for n in range(5):
        town.server.at(f"/map{n}.xml", answer(200, sitemap(f"story/{n}")))
    url = town.watch("/index.xml")
    assert town.look(url) == ["story/0", "story/1", "story/2"]  # bounded
    assert town.look(url, after=600) == []
    town.server.at("/map0.xml", answer(200, sitemap("story/0", "story/9")))
    assert town.look(url, after=600) == ["story/9"]
    assert not any("If-None-Match" in request for request in town.server.requests)


def test_an_index_lives_with_a_sitemap_that_is_missing_but_not_without_any(town: Town) -> None:
    town.server.at("/index.xml", answer(200, index("/a.xml", "/b.xml")))
    url = town.watch("/index.xml")
    assert town.look(url, after=0) == []
    assert town.habit(url).reason == "http-404"
    town.server.at("/b.xml", answer(200, sitemap("story/b")))
    assert town.look(url, after=0) == ["story/b"]
    assert town.habit(url).reason is None


def test_a_host_is_left_alone_after_its_sitemaps_were_read(town: Town) -> None:
    town.pipeline = replace(town.pipeline, limits=Limits(host_delay=20.0))
    town.server.at("/index.xml", answer(200, index("/a")))
    town.server.at("/a", answer(200, sitemap("story/a")))
    town.look(town.watch("/index.xml"), after=0)
    other = town.watch("/rss")
    assert town.look(other, after=30) == []
    assert "/rss" not in town.server.paths()
    assert town.ledger.feed(other).booked > time.time() + 50


@pytest.mark.parametrize("status", [301, 308])
def test_a_feed_that_moved_for_good_is_asked_for_at_its_new_address(
    town: Town, status: int
) -> None:
    town.server.at("/new", answer(200, rss(1)))
    town.server.at("/old", redirect("/new", status))
    url = town.watch("/old")
    for _ in range(5):
        town.look(url)
    assert town.server.paths() == ["/old", "/new"] * 3 + ["/new"] * 2
    assert town.ailments(url) == ["moved"]
    town.server.at("/new", answer(410))
    town.server.at("/old", answer(200, rss(1, 2)))
    assert town.look(url) == []
    assert town.look(url) == ["story/2"]
    assert town.ledger.feed(url).due is not None


def test_a_feed_that_moved_for_the_moment_is_asked_for_where_it_was(town: Town) -> None:
    town.server.at("/new", answer(200, rss(1)))
    town.server.at("/old", redirect("/new", 302))
    url = town.watch("/old")
    for _ in range(4):
        town.look(url)
    assert town.server.paths() == ["/old", "/new"] * 4


def lazy(server: Hostile) -> Behaviour:
    """Answers 304 to whoever asks conditionally, whatever it holds."""
    full = answer(200, rss(1, 2), {"ETag": '"always"'})

    def act(connection, stop):  # type: ignore[no-untyped-def]
        conditional = "if-none-match" in server.requests[-1].lower()
        (answer(304) if conditional else full).act(connection, stop)

    return Behaviour(act)


def test_a_server_whose_304_hides_entries_is_found_out(town: Town) -> None:
    town.server.at("/rss", answer(200, rss(1), {"ETag": '"always"'}))
    url = town.watch("/rss")
    assert town.look(url) == ["story/1"]
    town.server.at("/rss", lazy(town.server))
    looks = [town.look(url) for _ in range(10)]
    assert looks.count(["story/2"]) == 1
    assert town.habit(url).distrusted
    town.look(url)
    assert "if-none-match" not in town.server.requests[-1].lower()


def test_a_burst_larger_than_the_feed_holds_is_told_as_a_gap(town: Town) -> None:
    town.server.at("/rss", answer(200, rss(*range(1, 9))))
    url = town.watch("/rss")
    town.look(url)
    town.server.at("/rss", answer(200, rss(*range(101, 109))))
    assert len(town.look(url)) == 8
    assert town.ailments(url) == ["gap"]
    town.server.at("/rss", answer(200, rss(*range(102, 110))))
    town.look(url)
    assert town.ailments(url) == []
    assert town.habit(url).gaps == 1


def test_410_ends_a_feed_until_it_is_added_again(town: Town) -> None:
    town.server.at("/rss", answer(410))
    url = town.watch("/rss")
    town.look(url)
    assert town.ailments(url) == ["ended"]
    assert town.ledger.feed(url).due is None
    town.watch("/rss")
    assert town.ledger.feed(url).due == 0


def test_a_server_that_asks_to_be_left_alone_is(town: Town) -> None:
    town.server.at("/rss", answer(503, b"", {"Retry-After": "7200"}))
    url = town.watch("/rss")
    town.look(url)
    assert town.ledger.feed(url).due - town.later == pytest.approx(time.time() + 7200, abs=5)
