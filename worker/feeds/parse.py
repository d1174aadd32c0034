"""Bytes → Entries: every RSS and Atom that feedparser reads, within bounds.

feedparser does the reading; what stands before it makes it safe and quick. Everything ahead of the
root element is dropped (no DTD, so no entity to expand), a pass of expat bounds depth and
attributes and finds where enough entries have been seen, and the sanitising of HTML, 92% of
feedparser's time, is off: nothing here is ever shown to a browser.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from html.entities import name2codepoint
from itertools import islice
from time import struct_time
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.parsers import expat

import feedparser

from worker.charset import decode
from worker.errors import Rejected
from worker.model import Entry, Page
from worker.timestamps import read

MAX_ENTRIES = 500
MAX_SUMMARY = 500  # characters
_MAX_DEPTH = 200
_MAX_ATTRIBUTES = 200  # of one element
_MAX_TAGS = 400_000
_MAX_BROKEN = 3_000_000  # characters of a feed that is not well-formed XML: its reading is slow
_MAX_TITLE = 1_000
_PROLOG = 100_000  # characters in which the root element must begin
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)

_ROOT = re.compile(r"<(?:[\w.-]+:)?(rss|rdf|feed|channel)(?=[\s>])", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_LOOSE_AMPERSAND = re.compile(r"&(?!(?:[A-Za-z][A-Za-z0-9]{1,31}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});)")
_ENTRY_END = re.compile(r"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
_SILENT = re.compile(r"<(script|style)\b.*?(</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--.*?-->", re.DOTALL)
_INLINE = re.compile(r"</?(a|abbr|b|cite|em|font|i|mark|span|strong|sub|sup|u)\b", re.IGNORECASE)
_ESCAPED_TAG = re.compile(  # markup that was escaped once too often, but not "5 < 6" or "<name>"
    r"</?(a|abbr|b|blockquote|br|div|em|font|h[1-6]|i|img|li|p|small|span|strong|sub|sup|u|ul)\b"
    r"[^<>]*>",
    re.IGNORECASE,
)
_SKIP_HOURS = re.compile(r"<skipHours\b.*?</skipHours>", re.IGNORECASE | re.DOTALL)
_HOUR = re.compile(r"<hour>\s*(\d{1,2})\s*</hour>", re.IGNORECASE)
_PERIODS = {  # RSS 1.0, module Syndication: seconds
    "hourly": 3_600.0,
    "daily": 86_400.0,
    "weekly": 604_800.0,
    "monthly": 2_592_000.0,
    "yearly": 31_536_000.0,
}


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What a feed said at one look.

    Attributes:
        title: its name for people.
        entries: at most `MAX_ENTRIES`, in the feed's order, each URL once.
        ttl: seconds that the feed asks to be left alone (``ttl``, ``sy:updatePeriod``).
        skip_hours: hours of the day (0 to 23, UTC) at which it asks not to be read.
    """

    title: str | None = None
    entries: tuple[Entry, ...] = ()
    ttl: float | None = None
    skip_hours: frozenset[int] = frozenset()


def parse(page: Page) -> ParsedFeed:
    """Read a feed.

    Raises:
        Rejected: ``not-a-feed``; ``too-complex``, where reading it would take too long.
    """
    text = _prepared(decode(page.body, page.headers.get("content-type", "")))
    found = _read(_bounded(text), page)
    if not found.version and not found.entries:
        raise Rejected("not-a-feed", f"{page.url} has a feed's root and nothing of a feed in it")
    channel = found.feed
    return ParsedFeed(
        title=_plain(channel.get("title"), _MAX_TITLE) or None,
        entries=tuple(_once(_entries(found.entries[:MAX_ENTRIES], page))),
        ttl=_ttl(channel),
        skip_hours=_skip_hours(text),
    )


def _prepared(text: str) -> str:
    """The document from its root element on, with HTML's entities and stray ``&`` made XML."""
    text = text[_root(text) :]
    text = _CONTROL.sub("", text)
    if "&" in text:
        text = _ENTITY.sub(_as_xml, text)
    return text


def _root(text: str) -> int:
    """Where the root element starts; in front of it come declarations, comments, PHP warnings."""
    at = 0
    while (match := _ROOT.search(text, at, _PROLOG)) is not None:
        opened = text.rfind("<!--", 0, match.start())
        closed = text.find("-->", opened) if opened >= 0 else 0
        if opened < 0 or 0 <= closed < match.start():
            return match.start()
        if closed < 0:
            break
        at = closed
    raise Rejected("not-a-feed", _what_it_is(text[:_PROLOG]))


def _what_it_is(head: str) -> str:
    if re.search(r"<html[\s>]|<!doctype html", head, re.IGNORECASE):
        return "it is an HTML page"
    first = re.search(r"<([\w:.-]{1,60})", head)
    return f"its root element is <{first[1]}>" if first else "it is not XML"


def _as_xml(match: re.Match[str]) -> str:
    name = match[1]
    if name in _XML_ENTITIES or name not in name2codepoint:
        return match[0]
    return chr(name2codepoint[name])


def _bounded(text: str) -> bytes:
    """The feed with at most `MAX_ENTRIES` entries, as XML in UTF-8."""
    for candidate in (text, _LOOSE_AMPERSAND.sub("&amp;", text)):
        data = candidate.encode("utf-8", "replace")
        try:
            return _cut(data)
        except expat.ExpatError:
            continue
    if len(text) > _MAX_BROKEN or text.count("<") > _MAX_TAGS // 4:
        raise Rejected("too-complex", f"{len(text)} characters that are not well-formed XML")
    if re.search(r"<[^<>]{50000}", text):
        raise Rejected("too-complex", "a tag of more than 50,000 characters")
    ends = [match.end() for match in islice(_ENTRY_END.finditer(text), MAX_ENTRIES)]
    return text[: ends[-1] if len(ends) == MAX_ENTRIES else None].encode("utf-8", "replace")


def _cut(data: bytes) -> bytes:
    """Check the document's shape in one pass, and end it behind its last entry that counts."""
    shape = _Shape()
    try:
        shape.parser.Parse(data, True)
    except _EnoughError:
        closing = "".join(f"</{name}>" for name in reversed(shape.open))
        return data[: shape.cut] + closing.encode()
    return data


class _EnoughError(Exception):
    """So many entries have been seen that the rest need not be read."""


class _Shape:
    """Follows a document's tags and stops at the first bound it breaks."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.EntityDeclHandler = self._entity
        self.open: list[str] = []
        self.cut = 0
        self._tags = 0
        self._entries = 0

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._entries >= MAX_ENTRIES and _is_entry(name):
            self.cut = self.parser.CurrentByteIndex
            raise _EnoughError
        self.open.append(name)
        self._tags += 1
        if len(self.open) > _MAX_DEPTH:
            raise Rejected("too-complex", f"elements nested more than {_MAX_DEPTH} deep")
        if len(attributes) > _MAX_ATTRIBUTES:
            raise Rejected("too-complex", f"an element of {len(attributes)} attributes")
        if self._tags > _MAX_TAGS:
            raise Rejected("too-complex", f"more than {_MAX_TAGS} elements")

    def _end(self, name: str) -> None:
        self.open.pop()
        self._entries += _is_entry(name)

    def _entity(self, name: str, *_: object) -> None:
        raise Rejected("too-complex", f"it declares an entity {name[:40]!r}")


def _is_entry(name: str) -> bool:
    return name.rpartition(":")[2] in {"item", "entry"}


def _read(data: bytes, page: Page) -> Any:
    # Of the answer's own headers none is passed on: a Content-Location would move all links.
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": page.url}
    try:
        return feedparser.parse(
            io.BytesIO(data),  # bytes themselves would be tried as a file's name first
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except (ValueError, OverflowError, LookupError, TypeError, AssertionError, RecursionError) as e:
        raise Rejected("not-a-feed", f"it cannot be read: {type(e).__name__} {e}") from e


def _entries(found: list[Any], page: Page) -> Iterator[Entry]:
    for raw in found:
        url = _link(raw, page.url)
        if url is not None:
            yield Entry(
                url=url,
                title=_plain(raw.get("title"), _MAX_TITLE) or None,
                published=_published(raw, page.fetched),
                summary=_plain(raw.get("summary"), MAX_SUMMARY) or None,
            )


def _once(entries: Iterator[Entry]) -> Iterator[Entry]:
    seen: set[str] = set()
    for entry in entries:
        if entry.url not in seen:
            seen.add(entry.url)
            yield entry


def _link(raw: Any, base: str) -> str | None:
    """Where the article is: an entry's link, else its permalink, else an id that is a URL."""
    links = [link.get("href") for link in raw.get("links", ()) if _leads_to_article(link)]
    for candidate in (raw.get("feedburner_origlink"), raw.get("link"), *links, raw.get("id")):
        url = _absolute(candidate, base)
        if url is not None:
            return url
    return None


def _leads_to_article(link: Any) -> bool:
    return bool(link.get("rel", "alternate") == "alternate")


def _absolute(candidate: object, base: str) -> str | None:
    if not isinstance(candidate, str) or not candidate.strip():
        return None
    link = re.sub(r"[\r\n\t]", "", candidate.strip())
    if " " in link and "/" not in link:  # an id such as "News item 5"
        return None
    try:
        url = urljoin(base, link)
        host = urlsplit(url).hostname
    except ValueError:
        return None
    return url.replace(" ", "%20") if url.startswith(("http://", "https://")) and host else None


def _published(raw: Any, fetched: datetime) -> datetime | None:
    """When it was published, else updated, in UTC; our own reading first (see `timestamps`)."""
    latest = fetched + timedelta(days=1)
    for name in ("published", "updated", "created"):
        # Past feedparser's own `get`, which gives "published" for "updated", with a warning.
        text = dict.get(raw, name)
        when = _in_utc(read(text, latest)) if isinstance(text, str) and text else None
        when = when or _from_tuple(dict.get(raw, f"{name}_parsed"))
        if when and _OLDEST <= when <= latest:
            return when
    return None


def _in_utc(when: date | None) -> datetime | None:
    """A time without a zone is taken as UTC, a day as its midnight."""
    if when is None:
        return None
    if not isinstance(when, datetime):
        return datetime.combine(when, time(), UTC)
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


def _from_tuple(parsed: object) -> datetime | None:
    """What feedparser made of it: it knows Korean, Greek and Hungarian forms that we do not."""
    if not isinstance(parsed, struct_time | tuple) or len(parsed) < 6:
        return None
    try:
        year, month, day, hour, minute, second = parsed[:6]
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except (ValueError, TypeError):
        return None


def _plain(markup: object, limit: int) -> str:
    """Text without markup, on one line, cut at a word to ``limit`` characters."""
    if not isinstance(markup, str):
        return ""
    text = _SILENT.sub(" ", markup[: limit * 20])
    text = html.unescape(_TAG.sub(_gap, text))
    text = " ".join(html.unescape(_ESCAPED_TAG.sub(_gap, text)).split())
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0] + "…"


def _gap(tag: re.Match[str]) -> str:
    return "" if _INLINE.match(tag[0]) else " "


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
