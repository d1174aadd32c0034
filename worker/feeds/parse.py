"""Bytes → Entries: RSS and Atom by feedparser, JSON Feed, and news sitemaps, within bounds.

feedparser does the reading of RSS and Atom; `shape` makes its input safe. The sanitising of HTML,
92% of feedparser's time, is off: nothing here is ever shown to a browser.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from time import struct_time
from typing import Any

import feedparser

from worker.errors import Rejected
from worker.feeds import jsonfeed, sitemap
from worker.feeds.entries import (
    MAX_ENTRIES,
    MAX_SUMMARY,
    MAX_TITLE,
    ParsedFeed,
    absolute,
    dated,
    is_plausible,
    mark,
    once,
    plain,
)
from worker.feeds.shape import bounded, prepared
from worker.fetching.inflate import Inflater
from worker.formats.charset import decode
from worker.model import Entry, Page

__all__ = ["MAX_ENTRIES", "MAX_SUMMARY", "ParsedFeed", "parse"]

_GZIP = b"\x1f\x8b\x08"
_MAX_BYTES = 10_000_000  # of a feed that is itself a gzip file, as sitemaps are
_SKIP_HOURS = re.compile(r"<skipHours\b.*?</skipHours>", re.IGNORECASE | re.DOTALL)
_SKIP_DAYS = re.compile(r"<skipDays\b.*?</skipDays>", re.IGNORECASE | re.DOTALL)
_DAY = re.compile(r"<day>\s*(\w{3})\w*\s*</day>", re.IGNORECASE)
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOUR = re.compile(r"<hour>\s*(\d{1,2})\s*</hour>", re.IGNORECASE)
_TOLD = ("title", "published", "updated", "summary", "content")  # what a correction changes
_PERIODS = {  # RSS 1.0, module Syndication: seconds
    "hourly": 3_600.0,
    "daily": 86_400.0,
    "weekly": 604_800.0,
    "monthly": 2_592_000.0,
    "yearly": 31_536_000.0,
}


def parse(page: Page) -> ParsedFeed:
    """Read a feed of any format.

    Raises:
        Rejected: ``not-a-feed``; ``too-complex``, where reading it would take too long;
            ``too-large``, where a compressed one unfolds to more than 10 MB.
    """
    text = decode(_unpacked(page.body), page.headers.get("content-type", ""))
    if jsonfeed.is_json(text):
        return jsonfeed.parse(text, page)
    root, text = prepared(text)
    if root in {"urlset", "sitemapindex"}:
        return sitemap.parse(text, page)
    return _rss_or_atom(text, page)


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(_GZIP):
        return body
    return b"".join(Inflater("gzip", _MAX_BYTES).feed(body))


def _rss_or_atom(text: str, page: Page) -> ParsedFeed:
    found = _read(bounded(text), page)
    if not found.version and not found.entries:
        raise Rejected("not-a-feed", f"{page.url} has a feed's root and nothing of a feed in it")
    return ParsedFeed(
        title=plain(found.feed.get("title"), MAX_TITLE) or None,
        entries=once(_entries(found.entries, page, _base(found.feed, page))),
        ttl=_ttl(found.feed),
        skip_hours=_skip_hours(text),
        skip_days=_skip_days(text),
    )


def _read(data: bytes, page: Page) -> Any:
    # Of the answer's own headers none is passed on: a Content-Location would move all links.
    headers = {"content-type": "application/xml; charset=utf-8"}
    if b"base=" in data:
        # Only xml:base needs to know; otherwise `absolute` does it, in a fifth less time.
        headers["content-location"] = page.url
    try:
        return feedparser.parse(
            io.BytesIO(data),  # bytes themselves would be tried as a file's name first
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except (ValueError, OverflowError, LookupError, TypeError, AssertionError, RecursionError) as e:
        raise Rejected("not-a-feed", f"it cannot be read: {type(e).__name__} {e}") from e


def _base(channel: Any, page: Page) -> str:
    """What links are relative to: the feed's address; of one in a file, that of its site."""
    if page.url.startswith(("http://", "https://")):
        return page.url
    return absolute(channel.get("link"), page.url) or page.url


def _entries(found: list[Any], page: Page, base: str) -> Iterator[Entry]:
    for raw in found:
        url = _link(raw, base)
        if url is not None:
            yield Entry(
                url=url,
                title=plain(raw.get("title"), MAX_TITLE) or None,
                published=_published(raw, page.fetched),
                summary=plain(raw.get("summary"), MAX_SUMMARY) or None,
                mark=mark(*(dict.get(raw, name) for name in _TOLD)),
            )


def _link(raw: Any, base: str) -> str | None:
    """Where the article is: an entry's link, else its permalink, else an id that is a URL.

    A link through FeedBurner is taken as it stands, as feed readers do: it redirects to the
    article, and an entry is known again by the address that its feed gives it.
    """
    links = [link.get("href") for link in raw.get("links", ()) if _leads_to_article(link)]
    name = raw.get("id") if str(raw.get("id")).startswith(("http://", "https://")) else None
    for candidate in (raw.get("link"), *links, raw.get("feedburner_origlink"), name):
        url = absolute(candidate, base)
        if url is not None:
            return url
    return None


def _leads_to_article(link: Any) -> bool:
    return bool(link.get("rel", "alternate") == "alternate")


def _published(raw: Any, fetched: datetime) -> datetime | None:
    """When it was published, else updated; our own reading first (see `timestamps`)."""
    for name in ("published", "updated", "created"):
        # Past feedparser's own `get`, which gives "published" for "updated", with a warning.
        when = dated(dict.get(raw, name), fetched) or _from_tuple(dict.get(raw, f"{name}_parsed"))
        if when and is_plausible(when, fetched):
            return when
    return None


def _from_tuple(parsed: object) -> datetime | None:
    """What feedparser made of it: it knows Korean, Greek and Hungarian forms that we do not."""
    if not isinstance(parsed, struct_time | tuple) or len(parsed) < 6:
        return None
    try:
        year, month, day, hour, minute, second = parsed[:6]
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except (ValueError, TypeError):
        return None


def _ttl(channel: Any) -> float | None:
    """Seconds; RSS gives minutes, the Syndication module a period and a number of times in it."""
    hints = []
    minutes = _number(channel.get("ttl"))
    if minutes:
        hints.append(minutes * 60)
    period = _PERIODS.get(str(channel.get("sy_updateperiod", "")).strip().lower())
    if period:
        hints.append(period / (_number(channel.get("sy_updatefrequency")) or 1.0))
    return max(hints, default=None)


def _number(text: object) -> float | None:
    match = re.fullmatch(r"\s*(\d{1,7})(\.\d{1,3})?\s*", str(text))
    return float(match[0]) if match else None


def _skip_hours(text: str) -> frozenset[int]:
    block = _SKIP_HOURS.search(text)
    hours = {int(hour) % 24 for hour in _HOUR.findall(block[0])} if block else set()
    return frozenset(hours) if len(hours) < 24 else frozenset()


def _skip_days(text: str) -> frozenset[int]:
    block = _SKIP_DAYS.search(text)
    named = {name.lower() for name in _DAY.findall(block[0])} if block else set()
    days = {number for number, name in enumerate(_WEEK) if name in named}
    return frozenset(days) if len(days) < len(_WEEK) else frozenset()
