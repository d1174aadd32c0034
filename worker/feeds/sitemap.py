"""Sitemaps as feeds (https://www.sitemaps.org/protocol.html, and Google's news extension).

A news sitemap lists the articles of two days; of any other, only what changed in the last days is
news. An index leads to further sitemaps: the newest are named, for whoever fetches.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from xml.parsers import expat

from worker.errors import Rejected
from worker.feeds.entries import MAX_TITLE, ParsedFeed, absolute, dated, mark, once, plain
from worker.model import Entry, Page

_MAX_URLS = 50_000  # by the protocol
_MAX_DEPTH = 20
_MAX_TEXT = 10_000  # characters of one element
_RECENT = timedelta(days=3)
_MORE = 5  # sitemaps of an index that are worth a look
_MONTH = re.compile(r"(20\d\d)[-_/]?(0[1-9]|1[0-2])(?!\d)")
_FIELDS = frozenset({"loc", "lastmod", "publication_date", "title"})


@dataclass(slots=True)
class _Reader:
    """Collects the fields of each ``url`` or ``sitemap``, whatever prefix they carry."""

    found: list[dict[str, str]] = field(default_factory=list)
    root: str = ""
    path: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    def start(self, name: str, _: dict[str, str]) -> None:
        name = name.rpartition(":")[2].lower()
        self.root = self.root or name
        self.path.append(name)
        self.text.clear()
        if len(self.path) > _MAX_DEPTH:
            raise Rejected("too-complex", f"elements nested more than {_MAX_DEPTH} deep")
        if len(self.path) == 2:
            if len(self.found) >= _MAX_URLS:
                raise Rejected("too-complex", f"more than {_MAX_URLS} URLs")
            self.found.append({})

    def data(self, text: str) -> None:
        if len(self.text) < _MAX_TEXT and self.path and self.path[-1] in _FIELDS:
            self.text.append(text[:_MAX_TEXT])

    def end(self, name: str) -> None:
        name = self.path.pop()
        is_image = any(part in {"image", "video"} for part in self.path)
        if name in _FIELDS and self.found and not is_image:
            self.found[-1].setdefault(name, "".join(self.text).strip()[:_MAX_TEXT])
        self.text.clear()


def parse(text: str, page: Page) -> ParsedFeed:
    """Read a sitemap or an index of them, as far as it is well-formed.

    Raises:
        Rejected: ``too-complex``.
    """
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError:
        # What came before the mistake counts; a cut sitemap is a common one.
        reader.found = reader.found[:-1]
    if reader.root == "sitemapindex":
        return ParsedFeed(more=_newest(reader.found, page))
    return ParsedFeed(entries=once(_entries(reader.found, page)))


def _entries(found: list[dict[str, str]], page: Page) -> Iterable[Entry]:
    """The recent articles, the newest first."""
    dated_ones = []
    for fields in found:
        url, when = absolute(fields.get("loc"), page.url), _when(fields, page.fetched)
        if url and when and page.fetched - when <= _RECENT:
            title = plain(fields.get("title"), MAX_TITLE) or None
            told = mark(*(fields.get(name) for name in ("title", "publication_date", "lastmod")))
            dated_ones.append(Entry(url=url, title=title, published=when, mark=told))
    return sorted(dated_ones, key=_published, reverse=True)


def _published(entry: Entry) -> float:
    return entry.published.timestamp() if entry.published else 0.0


def _when(fields: dict[str, str], fetched: datetime) -> datetime | None:
    return dated(fields.get("publication_date"), fetched) or dated(fields.get("lastmod"), fetched)


def _newest(found: list[dict[str, str]], page: Page) -> tuple[str, ...]:
    """The sitemaps changed last, as far as they may hold recent articles.

    Those without a date stand last: by the month in their address, else in the index's order.
    """
    known = [
        (absolute(f.get("loc"), page.url), dated(f.get("lastmod"), page.fetched)) for f in found
    ]
    recent = [(url, at) for url, at in known if url and (at is None or _is_recent(at, page))]
    ordered = sorted(recent, key=lambda item: _age(*item), reverse=True)
    return tuple(dict.fromkeys(url for url, _ in ordered))[:_MORE]


def _is_recent(changed: datetime, page: Page) -> bool:
    """Whether a sitemap can hold recent articles; a day is added, as most give only the day."""
    return page.fetched - changed <= _RECENT + timedelta(days=1)


def _age(url: str, changed: datetime | None) -> tuple[float, str]:
    month = _MONTH.search(url)
    return changed.timestamp() if changed else 0.0, month[1] + month[2] if month else ""
