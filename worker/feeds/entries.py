"""What a feed is made of, whatever its format: entries, their links, texts and dates."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urljoin, urlsplit

from worker.formats.timestamps import read
from worker.model import Entry

MAX_ENTRIES = 2_000
MAX_SUMMARY = 500  # characters
MAX_TITLE = 1_000
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)

_SILENT = re.compile(r"<(script|style)\b.*?(</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--.*?-->", re.DOTALL)
_INLINE = re.compile(r"</?(a|abbr|b|cite|em|font|i|mark|span|strong|sub|sup|u)\b", re.IGNORECASE)
_ESCAPED_TAG = re.compile(  # markup that was escaped once too often, but not "5 < 6" or "<name>"
    r"</?(a|abbr|b|blockquote|br|div|em|font|h[1-6]|i|img|li|p|small|span|strong|sub|sup|u|ul)\b"
    r"[^<>]*>",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What a feed said at one look.

    Attributes:
        title: its name for people.
        entries: at most `MAX_ENTRIES`, in the feed's order, each URL once.
        ttl: seconds that the feed asks to be left alone (``ttl``, ``sy:updatePeriod``).
        skip_hours: hours of the day (0 to 23, UTC) at which it asks not to be read.
        skip_days: days of the week (0: Monday, UTC) on which it asks not to be read.
        more: further documents that belong to it: the newest sitemaps of an index.
    """

    title: str | None = None
    entries: tuple[Entry, ...] = ()
    ttl: float | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    more: tuple[str, ...] = ()


def mark(*told: object) -> str:
    """A digest of what a feed says of an entry: title, times, texts, as they stand there."""
    return hashlib.sha256("\x1f".join(map(str, told)).encode("utf-8", "replace")).hexdigest()[:12]


def once(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries in their order, each URL once, at most `MAX_ENTRIES`."""
    seen: dict[str, Entry] = {}
    for entry in entries:
        seen.setdefault(entry.url, entry)
        if len(seen) == MAX_ENTRIES:
            break
    return tuple(seen.values())


def absolute(candidate: object, base: str) -> str | None:
    """An http or https URL out of a link, which may be relative to ``base``; None if it is none."""
    if not isinstance(candidate, str) or not candidate.strip():
        return None
    link = re.sub(r"[\r\n\t]", "", candidate.strip())
    try:
        url = urljoin(base, link)
        host = urlsplit(url).hostname
    except ValueError:
        return None
    return url.replace(" ", "%20") if url.startswith(("http://", "https://")) and host else None


def dated(text: object, fetched: datetime) -> datetime | None:
    """The moment that a text names, in UTC; None where it names none, or a doubtful one.

    A time without a zone is taken as UTC, a day as its midnight.
    """
    when = read(text, fetched + timedelta(days=1)) if isinstance(text, str) and text else None
    return _in_utc(when) if when and is_plausible(_in_utc(when), fetched) else None


def is_plausible(when: datetime, fetched: datetime) -> bool:
    """Whether something can have been published then: since 1990, and not after tomorrow."""
    return _OLDEST <= when <= fetched + timedelta(days=1)


def _in_utc(when: date) -> datetime:
    if not isinstance(when, datetime):
        return datetime.combine(when, time(), UTC)
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


def plain(markup: object, limit: int) -> str:
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
