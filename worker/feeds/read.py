"""What stands at a feed's address → its entries: a feed, a page of links, an index of sitemaps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from worker.errors import Rejected, Transient
from worker.feeds import listing
from worker.feeds.entries import ParsedFeed, once
from worker.feeds.parse import parse
from worker.model import Page

MOST = 3  # sitemaps of an index that are read at one look


def read(page: Page, links: str | None, get: Callable[[str], Page]) -> tuple[Page, ParsedFeed]:
    """Read the entries; the page that comes back stands for all that was read.

    Args:
        page: what stands at the feed's address.
        links: selector of the links, where it is a listing page.
        get: fetches a sitemap that an index names; at most `MOST`, the newest.

    Raises:
        Rejected, Transient: it cannot be read, or none of the sitemaps can be had.
    """
    if links:
        return page, listing.parse(page, links)
    parsed = parse(page)
    return _followed(page, parsed, get) if parsed.more else (page, parsed)


def _followed(
    index: Page, parsed: ParsedFeed, get: Callable[[str], Page]
) -> tuple[Page, ParsedFeed]:
    pages: list[Page] = []
    maps: list[ParsedFeed] = []
    failures: list[Rejected | Transient] = []
    for url in parsed.more[:MOST]:
        try:
            page = get(url)
            maps.append(parse(page))
            pages.append(page)
        except (Rejected, Transient) as error:
            failures.append(error)
    if not maps:
        raise failures[0]
    entries = once(entry for one in maps for entry in one.entries)
    return _together(index, pages), replace(parsed, entries=entries)


def _together(index: Page, pages: list[Page]) -> Page:
    """An index says little: it may stay as it is while its sitemaps change.

    So its validators are forgotten, and its body counts together with theirs.
    """
    headers = {k: v for k, v in index.headers.items() if k not in {"etag", "last-modified"}}
    return replace(index, headers=headers, body=b"".join(p.body for p in (index, *pages)))
