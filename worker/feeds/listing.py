"""A page of links as a feed: for ministries that list their statements and publish no feed.

A CSS selector says which elements of the page are its entries, or their links.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from cssselect import SelectorError
from lxml import etree, html
from lxml.cssselect import CSSSelector

from worker.errors import Rejected
from worker.feeds.entries import MAX_TITLE, ParsedFeed, absolute, dated, mark, once, plain
from worker.feeds.markup import tree_of
from worker.model import Entry, Page

_DATE = "descendant-or-self::time | descendant-or-self::*[contains(@class, 'date')]"


def problem(selector: str) -> str | None:
    """What is wrong with a selector; None where it can be used."""
    try:
        CSSSelector(selector)
    except (SelectorError, etree.XPathError) as error:
        return str(error)
    return None


def parse(page: Page, selector: str) -> ParsedFeed:
    """Read the entries that the selector finds, in the page's order.

    The date is that of a ``time`` element, or one of a class "date", that stands in the same item
    of the list: the widest element around the link without another entry's link in it.

    Raises:
        Rejected: ``no-links``, where it finds none; ``not-html``; ``too-complex``.
    """
    tree, base = tree_of(page)
    found = CSSSelector(selector)(tree)
    entries = once(_entries(found, base, page.fetched))
    if not entries:
        raise Rejected("no-links", f"{selector!r} finds none")
    return ParsedFeed(title=plain(tree.findtext(".//title"), MAX_TITLE) or None, entries=entries)


def _entries(found: list[html.HtmlElement], base: str, fetched: datetime) -> Iterator[Entry]:
    around = Counter(outer for element in found for outer in element.iterancestors())
    for element in found:
        link = element if element.get("href") else element.find(".//a[@href]")
        url = absolute(link.get("href"), base) if link is not None else None
        if link is not None and url:
            title = plain(link.text_content(), MAX_TITLE) or plain(link.get("title"), MAX_TITLE)
            when = _date(element, around, fetched)
            yield Entry(url=url, title=title or None, published=when, mark=mark(title, when))


def _date(
    element: html.HtmlElement, around: Counter[html.HtmlElement], fetched: datetime
) -> datetime | None:
    item = element
    while (outer := item.getparent()) is not None and around[outer] == 1 and outer.tag != "body":
        item = outer
    texts = (time.get("datetime") or time.text_content().strip() for time in item.xpath(_DATE))
    return next(filter(None, (dated(text, fetched) for text in texts)), None)
