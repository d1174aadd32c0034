"""robots.txt: the rules of RFC 9309, its failures, and the cache."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.hostile import LOOPBACK, Hostile, answer, drip, gzipped, redirect, stream
from worker.errors import Busy, DemarcheError, Rejected, Transient
from worker.fetch import Fetcher
from worker.model import Page
from worker.robots import MAX_BYTES, MAX_DELAY, Robots

NOW = datetime(2024, 1, 15, 12, tzinfo=UTC)


class Site:
    """Stands in for the fetcher: answers with a text, or raises."""

    def __init__(self, answer: str | bytes | DemarcheError) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def __call__(self, url: str, size: int) -> Page:
        self.asked.append(url)
        if isinstance(self.answer, DemarcheError):
            raise self.answer
        body = self.answer.encode() if isinstance(self.answer, str) else self.answer
        return Page(url, 200, {}, body[:size], NOW)


def robots(answer: str | bytes | DemarcheError, agent: str = "Demarche") -> Robots:
    return Robots(Site(answer), agent=agent)


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
        ("User-agent: Demarche\nDisallow: /a\n\nUser-agent: *\nDisallow: /", "/b", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: demarche\nAllow: /", "/b", True),
        ("User-agent: DemarcheNews\nDisallow: /", "/b", True),
        ("User-agent: other\nUser-agent: demarche\nDisallow: /b", "/b", False),
        ("User-agent: demarche\nDisallow: /a\nUser-agent: demarche\nDisallow: /b", "/a", False),
        # RFC 9309, 2.2.2: the longest match wins; allow wins where they are equal.
        ("User-agent: *\nAllow: /example/page/\nDisallow: /example/", "/example/page/x", True),
        ("User-agent: *\nAllow: /example/\nDisallow: /example/page/", "/example/page/x", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
        # RFC 9309, 2.2.3: special characters.
        ("User-agent: *\nDisallow: *.gif$", "/x/y.gif", False),
        ("User-agent: *\nDisallow: *.gif$", "/x/y.gif?z", True),
        ("User-agent: *\nDisallow: /a*b*c", "/a1b2c3", False),
        ("User-agent: *\nDisallow: /a # no", "/a", False),
        ("User-agent: *\nDisallow: /foo/bar/%62%61%7A", "/foo/bar/baz", False),
        ("User-agent: *\nDisallow: /ä", "/%C3%A4", False),
        ("User-agent: *\nDisallow: /A", "/a", True),
        ("\ufeffUser-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\rDisallow: /", "/a", False),
        ("<html><body>Not found</body></html>", "/a", True),
    ],
)
def test_the_rules_decide(rules, path, allowed):
    assert robots(rules).allows(f"https://news.test{path}", NOW) is allowed


# RFC 9309, 5.1: four groups, the last of them empty.
SIMPLE = """
User-Agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/

User-Agent: foobot
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-Agent: barbot
User-Agent: bazbot
Disallow: /example/page.html

User-Agent: quxbot
"""
# 5.2: the longest match.
LONGEST = """
User-Agent: foobot
Allow: /example/page/
Disallow: /example/page/disallowed.gif
"""
# 2.2.1: two groups of one robot are one group.
COMBINED = """
user-agent: ExampleBot
disallow: /foo
disallow: /bar

user-agent: ExampleBot
disallow: /baz
"""


@pytest.mark.parametrize(
    ("rules", "agent", "allowed", "forbidden"),
    [
        (SIMPLE, "otherbot", ("/", "/publications/", "/x.gifs"), ("/x.gif", "/example/x")),
        (SIMPLE, "foobot", ("/example/page.html", "/example/allowed.gif"), ("/", "/publications/")),
        (SIMPLE, "barbot", ("/x.gif", "/example/x"), ("/example/page.html",)),
        (SIMPLE, "BazBot", ("/x.gif", "/example/x"), ("/example/page.html",)),
        (SIMPLE, "quxbot", ("/x.gif", "/example/page.html"), ()),
        (LONGEST, "foobot", ("/example/page/x", "/"), ("/example/page/disallowed.gif",)),
        (LONGEST, "barbot", ("/example/page/disallowed.gif",), ()),
        (COMBINED, "examplebot", ("/qux",), ("/foo", "/bar", "/baz")),
    ],
)
def test_the_examples_of_the_rfc_are_decided_as_it_says(rules, agent, allowed, forbidden):
    host = robots(rules, agent)
    decided = {p: host.allows(f"https://news.test{p}", NOW) for p in (*allowed, *forbidden)}
    assert decided == {**dict.fromkeys(allowed, True), **dict.fromkeys(forbidden, False)}


@pytest.mark.parametrize(
    ("rule", "path"),
    [  # 2.2.2: octets are compared, whether they are percent-encoded or not
        ("/foo/bar?baz=quz", "/foo/bar?baz=quz"),
        ("/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https://foo.bar"),
        ("/foo/bar/\u30c4", "/foo/bar/%E3%83%84"),
        ("/foo/bar/%E3%83%84", "/foo/bar/%E3%83%84"),
        ("/foo/bar/%E3%83%84", "/foo/bar/\u30c4"),
        ("/foo/bar/%62%61%7A", "/foo/bar/baz"),
        # 2.2.3: special characters, and the same as themselves
        ("/this/path/exactly$", "/this/path/exactly"),
        ("/this/*/exactly", "/this/path/exactly"),
        ("/path/file-with-a-%2A.html", "/path/file-with-a-*.html"),
        ("/path/foo-%24", "/path/foo-$"),
    ],
)
def test_paths_are_compared_as_the_rfc_says(rule, path):
    assert not robots(f"User-agent: *\nDisallow: {rule}").allows(f"https://news.test{path}", NOW)


def test_a_version_in_the_agent_does_not_matter():
    assert not robots("User-agent: demarche\nDisallow: /", "Demarche/1.0").allows("http://a/", NOW)


@pytest.mark.parametrize(
    ("rules", "delay"),
    [
        ("User-agent: *\nCrawl-delay: 10", 10.0),
        ("User-agent: *\nCrawl-delay: 0.5", 0.5),
        ("User-agent: *\nCrawl-delay: 86400", MAX_DELAY),
        ("User-agent: *\nCrawl-delay: -1", None),
        ("User-agent: *\nCrawl-delay: nan", None),
        ("User-agent: *\nCrawl-delay: soon", None),
        ("User-agent: other\nCrawl-delay: 10", None),
        ("User-agent: *\nDisallow:", None),
    ],
)
def test_crawl_delay_is_read_and_bounded(rules, delay):
    assert robots(rules).delay("https://news.test/a", NOW) == delay


@pytest.mark.parametrize(
    "reason", ["http-400", "http-401", "http-403", "http-404", "http-410", "too-many-redirects"]
)
def test_a_host_without_rules_allows_everything(reason):
    host = robots(Rejected(reason))
    assert host.allows("https://news.test/a", NOW)
    assert host.delay("https://news.test/a", NOW) is None


@pytest.mark.parametrize(
    "failure",
    [
        Transient("http-500"),
        Transient("timeout"),
        Transient("dns"),
        Busy("http-429", retry_after=900),
        Rejected("too-large"),
    ],
)
def test_a_host_that_fails_forbids_everything_for_now(failure):
    with pytest.raises(Transient) as caught:
        robots(failure).allows("https://news.test/a", NOW)
    assert caught.value.reason == f"robots-{failure.reason}"
    assert caught.value.retry_after
    assert isinstance(caught.value, Busy) == isinstance(failure, Busy)


@pytest.mark.parametrize("reason", ["forbidden-address", "bad-url"])
def test_a_host_that_can_never_be_asked_is_rejected(reason):
    with pytest.raises(Rejected) as caught:
        robots(Rejected(reason)).allows("https://news.test/a", NOW)
    assert caught.value.reason == reason


@pytest.mark.parametrize("url", ["", "ftp://a/", "http://", "http://a:99999/"])
def test_what_is_no_url_is_rejected(url):
    with pytest.raises(Rejected):
        robots("").allows(url, NOW)


def test_a_failure_is_remembered_for_a_while_and_then_tried_again():
    site = Site(Transient("timeout"))
    host = Robots(site, agent="Demarche")
    for seconds in (0, 10, 299):
        with pytest.raises(Transient) as caught:
            host.allows("https://news.test/a", NOW + timedelta(seconds=seconds))
        assert caught.value.retry_after == pytest.approx(300 - seconds)
    assert len(site.asked) == 1
    site.answer = ""
    assert host.allows("https://news.test/a", NOW + timedelta(seconds=301))


def test_rules_that_were_read_hold_while_the_server_fails():
    site = Site("User-agent: *\nDisallow: /a")
    host = Robots(site, agent="Demarche", ttl=60)
    assert not host.allows("https://news.test/a", NOW)
    site.answer = Transient("http-503")
    later = NOW + timedelta(seconds=61)
    assert not host.allows("https://news.test/a", later)
    assert host.allows("https://news.test/b", later)
    assert len(site.asked) == 2


def test_each_origin_is_asked_once_per_ttl():
    site = Site("")
    host = Robots(site, agent="Demarche", ttl=60)
    for url in ("http://a.test/1", "http://A.test:80/2", "https://a.test/", "http://a.test:8080/"):
        host.allows(url, NOW)
        host.delay(url, NOW)
    assert site.asked == [
        "http://a.test/robots.txt",
        "https://a.test/robots.txt",
        "http://a.test:8080/robots.txt",
    ]
    host.allows("http://a.test/1", NOW + timedelta(seconds=61))
    assert len(site.asked) == 4


def test_the_origin_unused_for_longest_is_forgotten():
    site = Site("")
    host = Robots(site, agent="Demarche", origins=2)
    for name in ("a", "b", "a", "c", "a", "b"):
        host.allows(f"http://{name}.test/", NOW)
    assert [url[7] for url in site.asked] == ["a", "b", "c", "b"]


def test_many_large_files_do_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr("worker.robots.MAX_RULES", 1_000)
    site = Site("User-agent: *\nDisallow: /a\n" + "#" * 400)
    host = Robots(site, agent="Demarche")
    for name in ("a", "b", "a", "c", "a", "b"):
        assert not host.allows(f"http://{name}.test/a", NOW)
    assert [url[7] for url in site.asked] == ["a", "b", "c", "b"]


def test_only_the_first_500_kb_count_and_no_half_line():
    filler = b"# " + b"x" * 97 + b"\n"
    head = b"User-agent: *\nDisallow: /early\n"
    body = head + filler * (MAX_BYTES // len(filler)) + b"Disallow: /late\n"
    host = robots(body)
    assert not host.allows("http://a.test/early", NOW)
    assert host.allows("http://a.test/late", NOW)
    cut = head + b"#" * (MAX_BYTES - len(head) - 12) + b"\nDisallow: /private/x\n"
    assert robots(cut).allows("http://a.test/public", NOW)


def test_many_threads_ask_once():
    site = Site("User-agent: *\nDisallow: /a")
    host = Robots(site, agent="Demarche")
    together = threading.Barrier(8)
    found: list[bool] = []

    def ask() -> None:
        together.wait()
        found.append(host.allows("http://a.test/a", NOW))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [False] * 8
    assert len(site.asked) == 1


@pytest.fixture
def over_http() -> Callable[[Hostile], Robots]:
    fetcher = Fetcher(user_agent="Demarche", allow=LOOPBACK, deadline=2.0)
    return lambda _: Robots(fetcher.beginning, agent="Demarche")


def test_redirects_of_robots_txt_are_followed_and_hold_for_the_origin(over_http):
    with Hostile() as server:
        server.at("/robots.txt", redirect("/elsewhere/rules"))
        server.at("/elsewhere/rules", answer(200, b"User-agent: *\nDisallow: /a"))
        host = over_http(server)
        assert not host.allows(server.url("/a"), NOW)
        assert host.allows(server.url("/b"), NOW)
        assert server.paths() == ["/robots.txt", "/elsewhere/rules"]


def test_rules_without_end_are_read_as_far_as_they_count(over_http):
    with Hostile() as server:
        start = b"HTTP/1.1 200 OK\r\n\r\nUser-agent: *\nDisallow: /a\n"
        endless = itertools.repeat(b"# nothing\n" * 5_000)
        server.at("/robots.txt", stream(lambda: itertools.chain([start], endless)))
        host = over_http(server)
        assert not host.allows(server.url("/a"), NOW)
        assert host.allows(server.url("/b"), NOW)


def test_rules_that_drip_forbid_everything_for_now(over_http):
    with Hostile() as server:
        start = b"HTTP/1.1 200 OK\r\n\r\nUser-agent: *\nAllow: /\n"
        server.at("/robots.txt", drip(start, b"#"))
        with pytest.raises(Transient, match="robots-timeout"):
            over_http(server).allows(server.url("/a"), NOW)


def test_a_bomb_of_rules_is_read_as_far_as_it_counts(over_http):
    with Hostile() as server:
        rules = b"User-agent: *\nDisallow: /a\n" + b"#" * 100_000_000
        server.at("/robots.txt", answer(200, gzipped(rules), {"Content-Encoding": "gzip"}))
        assert not over_http(server).allows(server.url("/a"), NOW)


@pytest.mark.parametrize(
    "rule", ["/" + "*a" * 200 + "*b$", "/" + "*" * 5_000 + "b$", "/(a+)+b$", "/" + "%61" * 9_000]
)
def test_a_rule_made_to_hang_its_reader_does_not(rule):
    host = robots(f"User-agent: *\nDisallow: {rule}\n" * 50)
    began = time.process_time()
    assert host.allows("https://news.test/" + "a" * 8_000, NOW)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (403, True), (500, False)])
def test_statuses_over_http(over_http, status, allowed):
    with Hostile() as server:
        server.at("/robots.txt", answer(status))
        if allowed:
            assert over_http(server).allows(server.url("/a"), NOW)
        else:
            with pytest.raises(Transient):
                over_http(server).allows(server.url("/a"), NOW)
