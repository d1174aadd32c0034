"""An HTML page as a tree, with the address that its links are relative to."""

from __future__ import annotations

from lxml import etree, html

from worker.errors import Rejected
from worker.feeds.entries import absolute
from worker.formats.attributes import is_crowded
from worker.formats.charset import decode
from worker.model import Page

_MOST_ATTRIBUTES = 1_000  # of one tag
_MOST = 25_000  # elements; pages have 500 to 10,000


def tree_of(page: Page) -> tuple[html.HtmlElement, str]:
    """The page's tree, and the base of its links.

    Raises:
        Rejected: ``not-html``; ``too-complex``, where working on it would take too long.
    """
    text = decode(page.body, page.headers.get("content-type", ""))
    if is_crowded(text, _MOST_ATTRIBUTES):
        raise Rejected("too-complex", f"a tag of more than {_MOST_ATTRIBUTES} attributes")
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, ValueError):
        raise Rejected("not-html", f"{page.url} holds nothing of a page") from None
    if tree.xpath("count(//*)") > _MOST:
        raise Rejected("too-complex", f"more than {_MOST} elements")
    base = next((b.get("href") for b in tree.iter("base") if b.get("href")), "")
    return tree, absolute(base, page.url) or page.url
