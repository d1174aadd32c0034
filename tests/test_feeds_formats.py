"""Feeds that are not XML of the RSS family: JSON Feed, sitemaps; and feeds found on a page."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime

import pytest

from worker.errors import Rejected
from worker.feeds.discover import Found, discover
from worker.feeds.parse import MAX_ENTRIES, ParsedFeed, parse
from worker.model import Entry, Page

NOW = datetime(2024, 1, 16, 12, tzinfo=UTC)
MORNING = datetime(2024, 1, 15, 8, 30, tzinfo=UTC)


def page(body: str | bytes, url: str = "https://news.test/world/feed") -> Page:
    return Page(url, 200, {}, body if isinstance(body, bytes) else body.encode(), NOW)


# ---- JSON Feed ------------------------------------------------------------------------------


def json_feed(*items: object, **channel: object) -> str:
    head = {"version": "https://jsonfeed.org/version/1.1", "title": "News"}
    return json.dumps({**head, "items": items, **channel})


def test_a_json_feed_is_read():
    item = {
        "id": "1",
        "url": "/1",
        "title": "Ministers &amp; envoys meet",
        "date_published": "2024-01-15T10:30:00+02:00",
        "content_html": "<p>They <b>met</b>.</p>",
    }
    entry = Entry("https://news.test/1", "Ministers & envoys meet", MORNING, "They met.")
    assert parse(page(json_feed(item))) == ParsedFeed("News", (entry,))


def test_a_json_item_that_was_modified_has_another_mark():
    item = {"url": "/1", "title": "Ministers meet"}
    modified = {**item, "date_modified": "2024-01-15T10:30:00Z"}
    (before,), (same,), (after,) = (
        parse(page(json_feed(i))).entries for i in (item, {**item, "id": "1"}, modified)
    )
    assert before.mark == same.mark != after.mark


@pytest.mark.parametrize(
    ("item", "url"),
    [
        ({"url": "https://a.test/x"}, "https://a.test/x"),
        ({"id": "https://a.test/x"}, "https://a.test/x"),
        ({"external_url": "https://a.test/x", "id": "5"}, "https://a.test/x"),
        ({"id": "5"}, None),
        ({"id": 5, "url": None}, None),
        ({"url": "javascript:x"}, None),
        ("not an object", None),
        (None, None),
    ],
)
def test_a_json_item_leads_to_its_article(item, url):
    assert [entry.url for entry in parse(page(json_feed(item))).entries] == ([url] if url else [])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not-a-feed"),
        ("{}", "not-a-feed"),
        ('{"items": []}', "not-a-feed"),
        ('{"version": "https://jsonfeed.org/version/1", "items": {}}', "not-a-feed"),
        ('{"a":' * 100_000, "not-a-feed"),
        ('{"version": "https://jsonfeed.org/version/1", "a": [' + "[]," * 600_000, "too-complex"),
    ],
)
def test_json_that_is_no_feed_is_rejected(text, reason):
    with pytest.raises(Rejected) as caught:
        parse(page(text))
    assert caught.value.reason == reason


# ---- sitemaps -------------------------------------------------------------------------------

NEWS = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://news.test/1</loc><lastmod>2024-01-16T11:00:00Z</lastmod>
 <news:news><news:publication><news:name>News</news:name></news:publication>
 <news:publication_date>2024-01-15T08:30:00Z</news:publication_date>
 <news:title>Ministers &amp; envoys meet</news:title></news:news>
 <image:image><image:loc>https://news.test/1.jpg</image:loc><image:title>x</image:title>
 </image:image></url>
<url><image:image><image:loc>https://news.test/2.jpg</image:loc></image:image>
 <loc>https://news.test/2</loc><lastmod>2024-01-16T10:00:00+00:00</lastmod></url>
<url><loc>https://news.test/old</loc><lastmod>2023-06-01</lastmod></url>
<url><loc>https://news.test/undated</loc></url>
</urlset>"""
ENTRIES = (
    Entry("https://news.test/2", None, datetime(2024, 1, 16, 10, tzinfo=UTC)),
    Entry("https://news.test/1", "Ministers & envoys meet", MORNING),
)


@pytest.mark.parametrize(
    "body", [NEWS, gzip.compress(NEWS.encode()), NEWS.replace("</urlset>", "<url><loc>https://ne")]
)
def test_a_sitemap_gives_its_recent_articles_newest_first(body):
    assert parse(page(body)).entries == ENTRIES


def test_a_page_of_a_sitemap_that_was_modified_has_another_mark():
    later = NEWS.replace("2024-01-16T11:00:00Z", "2024-01-16T11:30:00Z")
    before, after = (
        {entry.url: entry.mark for entry in parse(page(text)).entries} for text in (NEWS, later)
    )
    assert before["https://news.test/1"] != after["https://news.test/1"]
    assert before["https://news.test/2"] == after["https://news.test/2"]


def test_an_index_names_its_newest_sitemaps():
    maps = "".join(
        f"<sitemap><loc>/map{n}.xml.gz</loc><lastmod>2024-01-{n:02}</lastmod></sitemap>"
        for n in range(8, 15)
    )
    undated = "".join(
        f"<sitemap><loc>/{name}.xml</loc></sitemap>" for name in ("pages", "2023-11", "2023-12")
    )
    found = parse(page(f"<sitemapindex>{undated}{maps}</sitemapindex>"))
    assert found.entries == ()
    assert found.more == (
        "https://news.test/map14.xml.gz",
        "https://news.test/map13.xml.gz",
        "https://news.test/2023-12.xml",
        "https://news.test/2023-11.xml",
        "https://news.test/pages.xml",
    )


def test_a_huge_sitemap_is_cut_to_its_newest():
    urls = "".join(
        f"<url><loc>https://news.test/{n}</loc><lastmod>2024-01-15T{n // 3600 % 24:02}:"
        f"{n // 60 % 60:02}:{n % 60:02}Z</lastmod></url>"
        for n in range(40_000)
    )
    entries = parse(page(f"<urlset>{urls}</urlset>")).entries
    assert len(entries) == MAX_ENTRIES
    assert entries[0].url == "https://news.test/39999"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<urlset>" + "<url><loc>https://news.test/</loc></url>" * 50_001, "too-complex"),
        ("<urlset>" + "<url>" * 100, "too-complex"),
        (gzip.compress(b"<urlset>" + b" " * 11_000_000), "too-large"),
    ],
)
def test_hostile_sitemaps_are_refused(body, reason):
    with pytest.raises(Rejected) as caught:
        parse(page(body))
    assert caught.value.reason == reason


# ---- feeds on a page ------------------------------------------------------------------------


def rss(href: str, title: str = "", kind: str = "application/rss+xml") -> str:
    return f'<link rel="alternate" type="{kind}" title="{title}" href="{href}">'


@pytest.mark.parametrize(
    ("html", "found"),
    [
        (rss("/rss.xml", "News &amp; views"), [Found("https://news.test/rss.xml", "News & views")]),
        (rss("x", kind="application/atom+xml"), [Found("https://news.test/world/x")]),
        (rss("x", kind="application/feed+json"), [Found("https://news.test/world/x")]),
        (
            rss("/comments/feed", "Comments") + rss("/feed", "News") + rss("/feed", "again"),
            [
                Found("https://news.test/feed", "News"),
                Found("https://news.test/comments/feed", "Comments"),
            ],
        ),
        (
            '<base href="https://b.test/c/">' + rss("rss"),
            [Found("https://b.test/c/rss")],
        ),
        (rss("javascript:x") + rss(""), []),
        ('<link rel="alternate" hreflang="fr" href="/fr">', []),
        ('<link rel="stylesheet" type="application/rss+xml" href="/x">', []),
        ('<a href="/en/rss">RSS <b>here</b></a>', [Found("https://news.test/en/rss", "RSS here")]),
        ('<a href="/feeds/all.rss">x</a>', [Found("https://news.test/feeds/all.rss", "x")]),
        ('<a href="/?feed=rss">x</a>', [Found("https://news.test/?feed=rss", "x")]),
        ('<a href="/feedback">x</a><a href="/press">y</a>', []),
        (rss("/a") + '<a href="/rss">x</a>', [Found("https://news.test/a")]),
        ("", []),
    ],
)
def test_the_feeds_of_a_page_are_found(html, found):
    text = f"<html><head><title>x</title></head><body>{html}</body></html>" if html else ""
    assert list(discover(page(text))) == found
