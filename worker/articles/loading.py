"""A page's bytes → its tree: decoded, of a bounded size, without the programs that stand in it."""

from __future__ import annotations

import re

from lxml import etree, html
from lxml.html import HtmlElement

from worker.errors import Rejected
from worker.formats.attributes import is_crowded
from worker.formats.charset import decode
from worker.model import Page

MAX_CHARACTERS = 5_000_000  # of a page; the largest news pages, with their scripts, have about 3
MAX_ELEMENTS = 25_000  # of a page; news pages have 500 to 10,000
MAX_ATTRIBUTES = (
    1_000  # of one tag: libxml2's time grows with their square, out of reach of a signal
)
MAX_CHILDREN = 5_000  # of one element: trafilatura's time grows with its square

_HTML_TYPE = re.compile(r"\s*(text/html|(application|text)/(xhtml\+)?xml)\b", re.IGNORECASE)
_UNSURE_TYPE = re.compile(r"\s*(text/plain|application/octet-stream|$)", re.IGNORECASE)
_LOOKS_HTML = re.compile(r"<(!doctype html|html|head|body|article|div|p|meta)\b", re.IGNORECASE)
_LONG_TAG = re.compile(r"<[A-Za-z][^<>]{500000}")
_WHOLE = re.compile(r"\s*<(?:!doctype|html)\b", re.IGNORECASE)
# libxml2 stumbles over "< !DOCTYPE", and ends the page with "<html …/>".
_DOCTYPE = re.compile(r"\s*<\s?!\s?doctype\b[^<>]*>", re.IGNORECASE)
_CLOSED = re.compile(r"(<html\b[^<>]*?)\s*/>", re.IGNORECASE)
_HEAD = 4_096  # characters in which the root element begins
_NO_CHARACTERS = str.maketrans("", "", "\ufffe\uffff")
# What XML has no place for. Taken out of the bytes: of the characters, as trafilatura does it, it
# costs half as much as the parser (0.40 ms of 83 kB, in place of 0.06).
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r"))
_PARSER = html.HTMLParser(
    collect_ids=False,
    default_doctype=False,
    encoding="utf-8",
    remove_comments=True,
    remove_pis=True,
)
_COUNT = etree.XPath("count(//*)")
_CROWDED = etree.XPath("boolean(//*[count(*) > $most])")
# Whoever reads a tree drops them first, and copies them before that; JSON-LD stays.
_PROGRAMS = etree.XPath(
    "//script[not(@type = 'application/ld+json' or @type = 'application/settings+json'"
    " or contains(translate(@type, 'LDJSON', 'ldjson'), 'ld+json'))] | //style"
)


def load(page: Page) -> tuple[HtmlElement, str]:
    """The tree of a page, and its source.

    Raises:
        Rejected: ``not-html``; ``too-complex`` (reading it would take too long).
    """
    text = decode(page.body, page.headers.get("content-type", ""))
    _check_html(page, text)
    _check_size(text)
    try:
        tree = _parsed(text)
    except (etree.LxmlError, ValueError, TypeError, RecursionError) as error:
        raise Rejected("not-html", f"there is no HTML tree in it: {error}") from error
    if len(tree) < 2 and "html" not in text[:50].lower():
        raise Rejected("not-html", f"{page.url} has no HTML tree")
    _check_tree(tree)
    return tree, text


def slim(tree: HtmlElement) -> HtmlElement:
    """The tree without programs and styles, which nobody reads any more; a page is half of them."""
    for element in _PROGRAMS(tree):
        element.drop_tree()
    return tree


def _check_html(page: Page, text: str) -> None:
    kind = page.headers.get("content-type", "")
    if _HTML_TYPE.match(kind) or (_UNSURE_TYPE.match(kind) and _LOOKS_HTML.search(text[:2_000])):
        if "\x00\x00" in text[:1_000] or text.startswith("%PDF"):
            raise Rejected("not-html", f"{page.url} is a binary file")
        return
    raise Rejected("not-html", f"{page.url} is {kind[:60] or 'of no type'!r}")


def _check_size(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise Rejected("too-complex", f"{len(text)} characters")
    if len(text) > 500_000 and _LONG_TAG.search(text):
        raise Rejected("too-complex", "a tag of more than 500,000 characters")
    if is_crowded(text, MAX_ATTRIBUTES):
        raise Rejected("too-complex", f"a tag of more than {MAX_ATTRIBUTES} attributes")


def _check_tree(tree: HtmlElement) -> None:
    elements = _COUNT(tree)
    if elements > MAX_ELEMENTS:
        raise Rejected("too-complex", f"more than {MAX_ELEMENTS} elements")
    if elements > MAX_CHILDREN and _CROWDED(tree, most=MAX_CHILDREN):
        raise Rejected("too-complex", f"an element with more than {MAX_CHILDREN} children")


def _parsed(text: str) -> HtmlElement:
    """As `trafilatura.load_html` does it, in half the time; its parser drops comments."""
    if "\ufffe" in text or "\uffff" in text:
        text = text.translate(_NO_CHARACTERS)
    whole = _WHOLE.match(text)
    head = _CLOSED.sub(r"\1>", _DOCTYPE.sub("", text[:_HEAD], count=1), count=1)
    data = (head + text[_HEAD:]).encode("utf-8", "replace").translate(None, _CONTROL)
    parse = html.document_fromstring if whole else html.fromstring
    return parse(data, parser=_PARSER)
