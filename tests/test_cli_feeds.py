"""`demarche feeds` as a person meets it, on a real Redis and with servers of our own."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.hostile import Hostile, answer, redirect
from worker import wiring
from worker.cli import main
from worker.feeds import seeds
from worker.feeds.schedule import Habit
from worker.ledger.redis import RedisLedger
from worker.model import Feed
from worker.settings import Settings, load

A = Feed("https://a.test/rss", "The A", "FRA")
B = Feed("https://b.test/rss", "The B")

Command = Callable[..., Result]


@pytest.fixture
def settings(redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    path = tmp_path / "feeds.toml"
    path.write_text(seeds.to_toml([A, B]))
    monkeypatch.setenv("DEMARCHE_REDIS_URL", redis_url)
    monkeypatch.setenv("DEMARCHE_SEEDS", str(path))
    monkeypatch.setenv("DEMARCHE_FETCH_ALLOW", "127.0.0.0/8")
    chosen = load()
    wiring.watch(chosen)
    return chosen


@pytest.fixture
def ledger(settings: Settings) -> RedisLedger:
    return wiring.ledger(settings)


@pytest.fixture
def feeds(settings: Settings) -> Iterator[Command]:
    def command(*words: str) -> Result:
        return CliRunner().invoke(main, ["feeds", *words])

    return command


def watched(ledger: RedisLedger) -> list[str]:
    return [found.feed.url for found in ledger.feeds()]


def test_the_feeds_are_listed_with_how_they_do(feeds: Command, ledger: RedisLedger) -> None:
    now = time.time()
    well = Habit(checked=now - 600, succeeded=now - 600, changed=now - 7200, last_entry=now - 7200)
    ledger.tick(now, feeds=9, articles=0)
    ledger.polled(A.url, asdict(well), now + 900)
    done = feeds("list")
    assert done.exit_code == 0
    assert done.stdout == (
        "The A (FRA)  https://a.test/rss\n"
        "  looked at 10 min ago; last new entry 2 h ago; next look in 15 min\n"
        "The B  https://b.test/rss\n"
        "  new: Not looked at yet.\n"
        "2 feeds are watched.\n"
    )
    assert "The A" not in feeds("list", "--ailing").stdout


def test_the_list_is_json_for_programs(feeds: Command, ledger: RedisLedger) -> None:
    ledger.tick(0, feeds=9, articles=0)
    ledger.polled(A.url, asdict(Habit(checked=0.0, errors=2, reason="dns")), 0)
    first, second = map(json.loads, feeds("list", "--json").stdout.splitlines())
    assert (first["url"], first["outlet"], first["country"]) == (A.url, "The A", "FRA")
    assert (first["errors"], first["reason"], first["last_success"]) == (2, "dns", None)
    assert first["last_look"] == "1970-01-01T00:00:00+00:00"
    assert [finding["kind"] for finding in first["findings"]] == ["failing"]
    assert [finding["kind"] for finding in second["findings"]] == ["new"]


@pytest.fixture
def server() -> Iterator[Hostile]:
    with Hostile() as started:
        yield started


RSS = (
    b'<rss version="2.0"><channel><title>The Server</title><ttl>90</ttl>'
    b"<item><title>Talks end</title><link>/open/1</link>"
    b"<pubDate>Mon, 15 Jan 2024 08:00:00 GMT</pubDate></item>"
    b"<item><title>Talks begin</title><link>/closed/2</link>"
    b"<pubDate>Sun, 14 Jan 2024 08:00:00 GMT</pubDate></item></channel></rss>"
)


def test_a_feed_is_checked_in_plain_words(feeds: Command, server: Hostile) -> None:
    url = server.at("/old", redirect("/rss", 301))
    server.at("/rss", answer(200, RSS))
    server.at("/robots.txt", answer(200, b"User-agent: *\nDisallow: /closed/"))
    done = feeds("check", url)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[:3] == [
        "The Server: 2 entries.",
        "  2024-01-15  Talks end",
        "  2024-01-14  Talks begin",
    ]
    assert lines[3].startswith("Would be looked at every 90 min")
    assert lines[4].startswith(f"It has moved for good to {server.url('/rss')}")
    assert lines[5].startswith("It answers, but its newest entry is ")
    assert lines[6] == "Of the 2 newest articles 1 cannot be fetched: robots.txt forbids it."
    assert lines[7].startswith(f"{server.url('/open/1')} cannot be read: nothing is there")
    assert "/closed/2" not in server.paths()


STORY = (
    b'<html><head><meta property="article:published_time" content="2024-01-15T08:30:00Z"></head>'
    b"<body><article><h1>Talks end in Oslo</h1>"
    + b"<p>They ended on Monday in the capital.</p>"
    * 9
)


def test_one_article_of_a_checked_feed_is_read(feeds: Command, server: Hostile) -> None:
    url = server.at("/rss", answer(200, RSS))
    server.at("/closed/2", answer(200, STORY, {"Content-Type": "text/html"}))
    done = feeds("check", url)
    told = [line for line in done.stdout.splitlines() if line.startswith("An article of it")]
    assert len(told) == 1
    assert "as it is read: Talks end in Oslo; " in told[0]
    assert told[0].endswith(" characters; 2024-01-15 (by page).")
    assert f"{server.url('/open/1')} cannot be read" in done.stdout


PAGE = (
    b'<html><head><link rel="alternate" type="application/rss+xml" href="/rss" title="All">'
    b"%s</head><body><ul><li><a href='/s/1'>One</a></li></ul></body></html>"
)
SECOND = b'<link rel="alternate" type="application/rss+xml" href="/b" title="Business">'


def test_a_page_is_told_with_the_feeds_that_it_names(feeds: Command, server: Hostile) -> None:
    url = server.at("/", answer(200, PAGE % SECOND))
    done = feeds("check", url)
    assert done.exit_code == 1
    assert done.stdout == (
        "Cannot be read: what is there is no feed: it is an HTML page.\n"
        "The page names these feeds:\n"
        f"  {server.url('/rss')}  All\n"
        f"  {server.url('/b')}  Business\n"
    )
    refused = feeds("add", url)
    assert refused.exit_code == 2
    assert refused.stderr.count("\n") == 1
    assert server.url("/b") in refused.stderr


@pytest.mark.parametrize("status", [403, 404, 500])
def test_what_cannot_be_read_is_not_added_unless_wanted(
    feeds: Command, server: Hostile, ledger: RedisLedger, status: int
) -> None:
    url = server.at("/rss", answer(status))
    assert feeds("check", url).exit_code == 1
    assert feeds("add", url).exit_code == 2
    assert url not in watched(ledger)
    assert feeds("add", url, "--unseen").exit_code == 0
    assert url in watched(ledger)


def test_the_one_feed_of_a_page_is_added_under_its_own_title(
    feeds: Command, server: Hostile, ledger: RedisLedger, settings: Settings
) -> None:
    server.at("/rss", answer(200, RSS))
    done = feeds("add", server.at("/", answer(200, PAGE % b"")), "--country", "LVA", "--official")
    assert done.stdout == f"The Server is watched from now on: {server.url('/rss')}\n"
    wiring.watch(settings)
    added = ledger.feed(server.url("/rss"))
    assert added is not None
    assert added.feed == Feed(server.url("/rss"), "The Server", "LVA", official=True)
    assert added.own


def test_a_listing_page_is_checked_and_added(
    feeds: Command, server: Hostile, ledger: RedisLedger
) -> None:
    url = server.at("/press", answer(200, PAGE % b"<title>Press</title>"))
    assert "  undated     One\n" in feeds("check", url, "--links", "ul a").stdout
    assert "the selector finds no link" in feeds("check", url, "--links", "ol a").stdout
    assert feeds("add", url, "--links", "ul a", "--outlet", "MFA").exit_code == 0
    assert ledger.feed(url).feed == Feed(url, "MFA", links="ul a")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", "ftp://a.test/rss"), "http"),
        (("add", "https://x.test/rss", "--country", "Germany"), "country"),
        (("check", "https://x.test/rss", "--links", "ul..a"), "not a CSS selector"),
        (("add", "https://A.test/rss", "--unseen"), "watched already, spelled https://a.test/rss"),
    ],
)
def test_a_mistake_is_one_sentence(feeds: Command, words: tuple[str, ...], told: str) -> None:
    done = feeds(*words)
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert told in done.stderr


def test_a_removed_feed_stays_removed_when_the_scheduler_starts_again(
    feeds: Command, ledger: RedisLedger, settings: Settings
) -> None:
    done = feeds("remove", "https://A.test/rss")  # its host in another spelling
    assert done.stdout.startswith(f"{A.url} is no longer watched")
    wiring.watch(settings)
    assert watched(ledger) == [B.url]
    assert f"Removed: The A  {A.url}" in feeds("list").stdout


def test_what_is_not_watched_cannot_be_removed(feeds: Command) -> None:
    done = feeds("remove", "https://c.test/rss")
    assert done.exit_code == 2
    assert done.stderr == (
        "demarche: https://c.test/rss is not watched; `demarche feeds list` shows what is.\n"
    )


def test_what_was_exported_can_be_imported(
    feeds: Command, ledger: RedisLedger, tmp_path: Path
) -> None:
    for name, words in (("f.opml", ()), ("f.toml", ("--toml",))):
        path = tmp_path / name
        path.write_text(feeds("export", *words).stdout)
        assert seeds.load(path) == [A, B]
        feeds("remove", A.url)
        assert feeds("import", str(path)).stdout == "1 added, 0 changed, 1 as they were.\n"
        assert watched(ledger) == [A.url, B.url]


def test_an_imported_feed_outlasts_the_scheduler_and_knows_other_spellings(
    feeds: Command, ledger: RedisLedger, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "mine.toml"
    c = Feed("https://c.test/rss", "The C")
    path.write_text(seeds.to_toml([Feed("https://A.test/rss", "A renamed"), c]))
    assert feeds("import", str(path)).stdout == "1 added, 1 changed, 0 as they were.\n"
    wiring.watch(settings)
    assert watched(ledger) == [A.url, B.url, c.url]
    assert ledger.feeds()[0].feed.outlet == "A renamed"


@pytest.mark.parametrize(
    ("text", "words"),
    [("<opml><body>", "not XML"), ("[[feed]]\nurl = 5", "url = 5"), ("[feed]", "two brackets")],
)
def test_a_mistake_in_an_imported_file_is_one_sentence(
    feeds: Command, tmp_path: Path, text: str, words: str
) -> None:
    path = tmp_path / "broken"
    path.write_text(text)
    done = feeds("import", str(path))
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert words in done.stderr


def test_a_file_to_import_that_is_missing_is_one_sentence(feeds: Command) -> None:
    done = feeds("import", "nowhere.opml")
    assert (done.exit_code, done.stderr) == (2, "demarche: nowhere.opml does not exist.\n")


def test_without_redis_it_is_one_sentence(feeds: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMARCHE_REDIS_URL", "redis://127.0.0.1:1/0")
    done = feeds("list")
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert "127.0.0.1:1" in done.stderr
