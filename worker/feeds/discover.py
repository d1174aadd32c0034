"""The feeds that an HTML page names: by `<link rel="alternate">`, else by links that look so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import html

from worker.errors import Rejected
from worker.feeds.entries import absolute, plain
from worker.feeds.markup import tree_of
from worker.model import Page

_TYPES = re.compile(r"\s*application/(rss\+xml|atom\+xml|feed\+json|rdf\+xml)\b", re.IGNORECASE)
_LOOKS_LIKE = re.compile(
    r"([/.](rss|atom|feed|rdf)([/.]?$|\.xml$|/|\.(json|php|aspx)$)|[?&](format|feed|type)=(rss|atom)"
    r"|/(rss|feed|atom|index)\.xml$)",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"comment|kommentar|coment", re.IGNORECASE)
_MOST = 50


@dataclass(frozen=True, slots=True)
class Found:
    """A feed that a page names: where, and by what title; None where it has none."""

    url: str
    title: str | None = None


def discover(page: Page) -> tuple[Found, ...]:
    """The feeds that a page names, in its order; feeds of readers' comments come last.

    Declared ones (https://www.rssboard.org/rss-autodiscovery) are taken alone where there are any.
    """
    try:
        tree, base = tree_of(page)
    except Rejected:
        return ()
    found = tuple(_declared(tree, base)) or tuple(_linked(tree, base))
    ordered = sorted(dict.fromkeys(found), key=_is_for_comments)
    return tuple({feed.url: feed for feed in reversed(ordered)}.values())[::-1][:_MOST]


def _declared(tree: html.HtmlElement, base: str) -> Iterator[Found]:
    for link in tree.iter("link"):
        is_feed = _TYPES.match(link.get("type", ""))
        if is_feed and "alternate" in link.get("rel", "").lower().split():
            yield from _found(link.get("href"), link.get("title"), base)


def _linked(tree: html.HtmlElement, base: str) -> Iterator[Found]:
    for link in tree.iter("a"):
        href = (link.get("href") or "").partition("#")[0]
        if href and _LOOKS_LIKE.search(href):
            yield from _found(href, link.get("title") or link.text_content()[:200], base)


def _found(href: str | None, title: str | None, base: str) -> Iterator[Found]:
    url = absolute(href, base)
    if url:
        yield Found(url, plain(title, 200) or None)


def _is_for_comments(feed: Found) -> bool:
    return bool(_COMMENTS.search(f"{feed.url} {feed.title or ''}"))
