"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from worker.errors import Rejected
from worker.feeds.entries import (
    MAX_SUMMARY,
    MAX_TITLE,
    ParsedFeed,
    absolute,
    dated,
    mark,
    once,
    plain,
)
from worker.model import Entry, Page

_VERSION = re.compile(r"https?://(www\.)?jsonfeed\.org/version/1", re.IGNORECASE)
_MARKING = ("title", "date_published", "date_modified", "summary", "content_text", "content_html")
_MAX_VALUES = 500_000  # each costs up to 100 bytes once it is read


def is_json(text: str) -> bool:
    """Whether a document is JSON rather than XML, by its first character."""
    return text[:1_000].lstrip().startswith("{")


def parse(text: str, page: Page) -> ParsedFeed:
    """Read a JSON Feed.

    Raises:
        Rejected: ``not-a-feed``; ``too-complex``, where it holds more values than a feed can.
    """
    document = _document(text)
    items = document.get("items")
    if not _VERSION.match(str(document.get("version"))) or not isinstance(items, list):
        raise Rejected("not-a-feed", "it is JSON, but no JSON Feed")
    return ParsedFeed(
        title=plain(document.get("title"), MAX_TITLE) or None,
        entries=once(_entries([item for item in items if isinstance(item, dict)], page)),
    )


def _document(text: str) -> dict[str, Any]:
    if text.count(",") + text.count("[") + text.count("{") > _MAX_VALUES:
        raise Rejected("too-complex", f"JSON of more than {_MAX_VALUES} values")
    try:
        document = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        raise Rejected("not-a-feed", f"it is not JSON: {error}") from None
    return document if isinstance(document, dict) else {}


def _entries(items: list[dict[str, Any]], page: Page) -> Iterator[Entry]:
    for item in items:
        url = absolute(item.get("url"), page.url) or _named(item, page)
        if url is not None:
            yield Entry(
                url=url,
                title=plain(item.get("title"), MAX_TITLE) or None,
                published=dated(item.get("date_published"), page.fetched)
                or dated(item.get("date_modified"), page.fetched),
                summary=plain(_told(item), MAX_SUMMARY) or None,
                mark=mark(*(item.get(name) for name in _MARKING)),
            )


def _named(item: dict[str, Any], page: Page) -> str | None:
    """Where an item has no URL: what it links to, or its id, which is best a URL too."""
    name = item.get("external_url") or item.get("id")
    is_url = isinstance(name, str) and name.startswith(("http://", "https://"))
    return absolute(name, page.url) if is_url else None


def _told(item: dict[str, Any]) -> object:
    return item.get("summary") or item.get("content_text") or item.get("content_html")
