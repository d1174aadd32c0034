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


def parse_one(page: Page, links: str | None) -> ParsedFeed:
    """Read one document: a page that lists articles, where there is a selector, else a feed.

    Raises:
        Rejected: it cannot be read.
    """
    return listing.parse(page, links) if links else parse(page)


def read(
    page: Page,
    links: str | None,
    get: Callable[[str], Page],
    parse_one: Callable[[Page, str | None], ParsedFeed] = parse_one,
) -> tuple[Page, ParsedFeed]:
    """Read the entries; the page that comes back stands for all that was read.

    Args:
        page: what stands at the feed's address.
        links: selector of the links, where it is a listing page.
        get: fetches a sitemap that an index names; at most `MOST`, the newest.
        parse_one: reads one document: in this process, unless told otherwise.

    Raises:
        Rejected, Transient: it cannot be read, or none of the sitemaps can be had.
    """
    parsed = parse_one(page, links)
    if not parsed.more:
        return page, parsed
    return _followed(page, parsed, get, lambda page: parse_one(page, None))


def _followed(
    index: Page,
    parsed: ParsedFeed,
    get: Callable[[str], Page],
    parse: Callable[[Page], ParsedFeed],
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
