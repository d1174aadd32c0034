"""`demarche parse` and `demarche clean`: what comes out, in which order, and of a bad one what."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.hostile import Hostile, answer
from worker.articles.clean import warm_up
from worker.cli import main
from worker.commands.sandbox import Sandbox
from worker.errors import Rejected, Transient

STORY = (
    "The foreign ministers of both countries met in the capital on Monday to talk of the border. "
    "They agreed to reopen the two embassies, which had been closed for three years after a clash."
)
FACTS = {
    "@type": "NewsArticle",
    "headline": "Ministers meet",
    "datePublished": "2024-01-15T09:30:00+05:30",
    "author": [{"name": "Jane Doe"}],
    "publisher": {"name": "The Meridian Company Ltd"},
}
PAGE = (
    "<!doctype html><html><head><title>Ministers meet</title>"
    f'<script type="application/ld+json">{json.dumps(FACTS)}</script>'
    '<link rel="canonical" href="https://news.test/2024/ministers-meet?utm_source=x">'
    '<meta property="og:site_name" content="The Meridian">'
    f"</head><body><article><h1>Ministers meet</h1><p>PARIS (AFP) - {STORY}</p></article>"
    "</body></html>"
)
FEED = (
    '<rss version="2.0"><channel><title>News</title><link>https://news.test/</link>'
    "<item><title>Two &amp; two</title><link>https://news.test/2</link>"
    "<pubDate>Mon, 15 Jan 2024 10:00:00 +0200</pubDate>"
    "<description>&lt;p&gt;Short</description></item>"
    "<item><link>/1</link></item></channel></rss>"
)
HANGS = "<html><body>" + ("<div><p>" + "<span>a</span>" * 4_900 + "</p></div>") * 5

Command = Callable[..., Result]


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No Redis anywhere, and a folder of our own."""
    monkeypatch.setenv("DEMARCHE_REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.chdir(tmp_path)
    Path("page.html").write_text(PAGE)
    Path("feed.xml").write_text(FEED)


def demarche(*words: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, list(words), input=stdin, catch_exceptions=False)


def lines(done: Result) -> list[dict]:
    return [json.loads(line) for line in done.stdout.splitlines()]


# Feeds ------------------------------------------------------------------------------------------


def test_a_feed_is_shown_entry_by_entry() -> None:
    done = demarche("parse", "feed.xml")
    assert (done.exit_code, done.stderr) == (0, "")
    assert lines(done) == [
        {
            "feed": "feed.xml",
            "url": "https://news.test/2",
            "title": "Two & two",
            "published": "2024-01-15T08:00:00+00:00",
            "summary": "Short",
        },
        {
            "feed": "feed.xml",
            "url": "https://news.test/1",  # relative to the feed's site, for want of an address
            "title": None,
            "published": None,
            "summary": None,
        },
    ]


def test_a_bad_feed_among_many_is_one_sentence() -> None:
    Path("empty.xml").write_bytes(b"")
    bad = ["nowhere.xml", "page.html", "empty.xml", "."]
    done = demarche("parse", *bad, "feed.xml")
    assert done.exit_code == 1
    assert len(lines(done)) == 2
    told = done.stderr.splitlines()
    assert [re.match(r"demarche: (\S+) cannot be read", line)[1] for line in told] == bad
    assert "an HTML page" in told[1]


def test_a_feed_comes_from_the_web_as_to_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    with Hostile() as server:
        url = server.at("/feed", answer(200, FEED.encode(), {"Content-Type": "text/xml"}))
        refused = demarche("parse", url)
        monkeypatch.setenv("DEMARCHE_FETCH_ALLOW", "127.0.0.0/8")
        done = demarche("parse", url)
        assert server.paths() == ["/feed"]
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert [line["url"] for line in lines(done)] == ["https://news.test/2", server.url("/1")]


def test_a_page_that_lists_articles_is_read_by_its_selector() -> None:
    Path("list.html").write_text(
        '<html><ul><li><a href="https://a.test/1">One</a></li></ul></html>'
    )
    done = demarche("parse", "list.html", "--links", "li a")
    assert [line["url"] for line in lines(done)] == ["https://a.test/1"]
    assert demarche("parse", "list.html", "--links", "li [").exit_code == 2


def test_an_index_of_sitemaps_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMARCHE_FETCH_ALLOW", "127.0.0.0/8")
    monkeypatch.setenv("DEMARCHE_HOST_DELAY", "0")
    with Hostile() as server:
        index = f"<sitemapindex><sitemap><loc>{server.url('/new')}</loc></sitemap></sitemapindex>"
        url = server.at("/index", answer(200, index.encode(), {"Content-Type": "text/xml"}))
        server.at("/new", answer(200, b"<urlset></urlset>", {"Content-Type": "text/xml"}))
        assert demarche("parse", url).exit_code == 0
        assert server.paths() == ["/index", "/new"]


# Pages ------------------------------------------------------------------------------------------


def test_a_page_is_shown_as_the_article_that_the_service_would_code() -> None:
    done = demarche("clean", "page.html")
    assert (done.exit_code, done.stderr) == (0, "")
    (told,) = lines(done)
    assert STORY in told.pop("text")
    assert told == {
        "page": "page.html",
        "url": "https://news.test/2024/ministers-meet",
        "title": "Ministers meet",
        "published": "2024-01-15T09:30:00+05:30",
        "basis": "json-ld",
        "authors": ["Jane Doe"],
        "outlet": "The Meridian",
        "agency": "AFP",
        "language": "en",
        "paywalled": False,
        "rejected": None,
    }


def test_pages_come_line_by_line_and_keep_their_ids(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    folder.mkdir()
    (folder / "beside.html").write_text(PAGE)
    given = [
        {"id": "a", "url": "https://news.test/2024/ministers-meet", "html": PAGE},
        {"id": 7, "url": "https://news.test/2024/ministers-meet", "path": "page.html"},
        {"id": None, "path": "beside.html", "html": None},
    ]
    file = folder / "pages.jsonl"
    file.write_text("".join(json.dumps(line) + "\n\n" for line in given))
    done = demarche("clean", "--jsonl", str(file))
    assert done.exit_code == 0
    assert [line["id"] for line in lines(done)] == ["a", 7, None]
    assert {line["url"] for line in lines(done)} == {"https://news.test/2024/ministers-meet"}
    assert all(STORY in line["text"] for line in lines(done))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{not json}", "line 2 of standard input is not JSON"),
        ("[1]", "not an object"),
        ('{"id": "b"}', 'neither "html" nor "path" nor "url"'),
        ('{"id": "b", "html": 5}', '"html" in line 2'),
        ('{"id": "b", "path": "nowhere.html"}', "No such file"),
        ('{"id": "b", "path": "a\\u0000b"}', "cannot be opened"),
        ('{"id": "b", "html": ""}', "no HTML"),
        ('{"id": "b", "url": "http://127.0.0.1/x"}', "127.0.0.1"),
        (json.dumps({"id": "b", "html": "<p>" + "<b>x</b>" * 30_000}), "elements"),
    ],
    ids=lambda value: value[:40],
)
def test_a_bad_page_among_many_says_what_is_wrong_with_it(line: str, words: str) -> None:
    good = json.dumps({"id": "a", "html": PAGE})
    done = demarche("clean", "--jsonl", "-", stdin=f"{good}\n{line}\n{good}\n")
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    first, bad, last = lines(done)
    assert first == last
    assert words in bad["error"]
    assert bad["rejected"]
    assert "\n" not in bad["error"]


def test_a_page_that_hangs_is_killed_and_the_others_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DEMARCHE_EXTRACT_SECONDS", "0.4")
    Path("hangs.html").write_text(HANGS)
    monkeypatch.setattr("worker.commands.sandbox.GRACE", 0.2)
    warm_up()  # so that the good page needs milliseconds
    done = demarche("clean", "hangs.html", "page.html")
    hung, read = lines(done)
    assert (hung["rejected"], read["rejected"]) == ("timeout", None)
    assert done.exit_code == 1


def test_a_wall_is_named_with_what_stands_on_it() -> None:
    paid = PAGE.replace('"headline"', '"isAccessibleForFree": false, "headline"')
    Path("paid.html").write_text(paid)
    done = demarche("clean", "paid.html")
    (told,) = lines(done)
    assert (done.exit_code, told["paywalled"], told["rejected"]) == (0, True, "paywall")
    assert STORY in told["text"]


def test_text_that_no_encoding_carries_does_no_harm() -> None:
    line = '{"id": "\\ud800", "html": "<html><body><p>\\ud800 ' + STORY + '</p>"}\n'
    done = demarche("clean", "--jsonl", "-", stdin=line)
    assert done.exit_code == 0
    assert lines(done)[0]["id"] == "\ud800"


def test_pages_of_the_web_obey_robots_txt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMARCHE_FETCH_ALLOW", "127.0.0.0/8")
    monkeypatch.setenv("DEMARCHE_HOST_DELAY", "0")
    with Hostile() as server:
        rules = b"User-agent: Demarche\nDisallow: /secret\n"
        server.at("/robots.txt", answer(200, rules, {"Content-Type": "text/plain"}))
        html = {"Content-Type": "text/html"}
        url = server.at("/story", answer(200, PAGE.encode(), html))
        secret = server.at("/secret", answer(200, PAGE.encode(), html))
        done = demarche("clean", url, secret)
        assert server.paths() == ["/robots.txt", "/story"]
    read, forbidden = lines(done)
    assert (read["url"], read["rejected"]) == (
        url,
        None,
    )  # another site's canonical is not believed
    assert forbidden["rejected"] == "robots"


@pytest.mark.parametrize("words", [(), ("page.html", "--jsonl", "x")])
def test_either_pages_or_lines_are_given(words: tuple[str, ...]) -> None:
    done = demarche("clean", *words)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)


# The process apart ------------------------------------------------------------------------------


def _work(item: str) -> str:
    match item:
        case "hangs":  # inside C, where no signal is heard
            re.match(r"(a+)+$", "a" * 60 + "b")
        case "dies":
            raise SystemExit(3)
        case "breaks":
            raise ValueError("what is this?")
        case "refuses":
            raise Rejected("too-complex", "too deep")
        case "fails":
            raise Transient("timeout", "no answer")
    return item.upper()


def test_what_happens_in_the_sandbox_stays_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.commands.sandbox.GRACE", 0.2)
    told = []
    with Sandbox(_work, 0.3) as sandbox:
        for item in ("a", "hangs", "b", "dies", "breaks", "refuses", "fails", "c"):
            try:
                told.append(sandbox(item))
            except (Rejected, Transient) as error:
                told.append((type(error).__name__, error.reason))
    assert told == [
        "A",
        ("Rejected", "timeout"),
        "B",
        ("Rejected", "crashed"),
        ("Rejected", "error-ValueError"),
        ("Rejected", "too-complex"),
        ("Transient", "timeout"),
        "C",
    ]
