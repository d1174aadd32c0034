"""A ministry's page of statements, read as a feed by a CSS selector."""

from __future__ import annotations

import contextlib
import time
from datetime import UTC, datetime

import pytest

from worker.errors import Rejected
from worker.feeds import listing
from worker.feeds.discover import discover
from worker.model import Entry, Page

NOON = datetime(2024, 1, 15, 12, tzinfo=UTC)


def page(body: str) -> Page:
    headers = {"content-type": "text/html; charset=utf-8"}
    return Page("https://mfa.test/en/press/", 200, headers, body.encode(), NOON)


STATEMENTS = """<html><head><title>Ministry – Press</title></head><body>
<nav><a href="/">Home</a><a href="/press">Press</a></nav>
<ul class="statements">
  <li><time datetime="2024-01-15T09:00:00+02:00">Today</time>
      <h3><a href="/en/s/2"> Note on the <b>talks</b> </a></h3></li>
  <li><span class="post-date">14 January 2024</span> <a href="s/1#top">Second note</a></li>
  <li><a href="https://other.test/x" title="Third note"><img src="x.png"></a></li>
  <li><a href="mailto:press@mfa.test">Write to us</a></li>
  <li><a href="/en/s/2">Note on the talks (again)</a></li>
</ul></body></html>"""
ENTRIES = (
    Entry("https://mfa.test/en/s/2", "Note on the talks", datetime(2024, 1, 15, 7, tzinfo=UTC)),
    Entry("https://mfa.test/en/press/s/1#top", "Second note", datetime(2024, 1, 14, tzinfo=UTC)),
    Entry("https://other.test/x", "Third note"),
)


@pytest.mark.parametrize("selector", ["ul.statements a", ".statements li", "li a, nav.none a"])
def test_links_are_entries_with_the_dates_that_stand_beside_them(selector: str) -> None:
    parsed = listing.parse(page(STATEMENTS), selector)
    assert parsed.title == "Ministry – Press"
    assert parsed.entries == ENTRIES


def test_a_date_above_the_whole_list_is_nobodys() -> None:
    links = "<p><a href=/1>One</a></p><p><a href=/2>Two</a></p>"
    body = f"<html><body><div><time>14 January 2024</time>{links}</div>"
    assert [entry.published for entry in listing.parse(page(body), "p a").entries] == [None, None]


def test_relative_links_keep_to_the_base_of_the_page() -> None:
    body = '<html><head><base href="/archive/"></head><body><a href="1">One</a></body></html>'
    assert listing.parse(page(body), "a").entries[0].url == "https://mfa.test/archive/1"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<html><body><p>Nothing today</p></body></html>", "no-links"),
        ("", "not-html"),
        ("<html><body>" + "<p>x" * 30_000, "too-complex"),
    ],
)
def test_a_page_without_such_links_says_so(body: str, reason: str) -> None:
    with pytest.raises(Rejected) as caught:
        listing.parse(page(body), "ul a")
    assert caught.value.reason == reason


@pytest.mark.parametrize("selector", ["ul..news", "a[", "::first-line", ""])
def test_what_is_no_selector_is_told(selector: str) -> None:
    assert listing.problem(selector)


def test_a_selector_may_be_long() -> None:
    assert listing.problem("main > ul.news:not(.old) li:nth-child(-n+9) a[href^='/en/']") is None


@pytest.mark.parametrize(
    "flood",
    [
        "<span>a</span>" * 200_000,
        "<span>" * 200_000,
        "<li><a href='/x'>x" * 12_000,
        "<a href='/feed/'>" + "<b>x" * 20_000,
        f"<a href='/{'feed/' * 200_000}'>x</a>",
        "<a " + " ".join(f"a{n}=1" for n in range(100_000)) + ">x</a>",
        "<div class=date><p><i>" * 8_000,
        "\0" * 100_000,
    ],
    ids=["siblings", "nested", "items", "inside a link", "attribute", "attributes", "dates", "nul"],
)
def test_a_hostile_page_takes_no_time_whoever_looks_for_links(flood: str) -> None:
    hostile = page(f"<html><body>{flood}<ul><li><a href='/1'>One</a></li></ul></body></html>")
    began = time.process_time()
    with contextlib.suppress(Rejected):
        listing.parse(hostile, "li a, div")
    discover(hostile)
    assert time.process_time() - began < 5
