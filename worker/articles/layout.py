"""Pages of the old kind, laid out by tables: an article in a cell is no table of data."""

from __future__ import annotations

from lxml import etree
from lxml.html import HtmlElement

_HAS_TABLE = etree.XPath("boolean(//td)")
_PARTS = etree.XPath("//table | //tbody | //thead | //tfoot | //tr | //td | //th")
# A table that holds another, or a cell as long as a few paragraphs.
_LAYOUT = etree.XPath("boolean(//table[.//table or .//td[string-length(normalize-space()) > 400]])")
_OUTSIDE = etree.XPath("boolean(//p[not(ancestor::table)][string-length(normalize-space()) > 140])")


def unwrap(tree: HtmlElement) -> None:
    """Make the tables blocks where all of a page's text stands in them; else nothing happens.

    Read as tables, their rows would come out as lines of cells, with the navigation among them.
    """
    if not _HAS_TABLE(tree) or not _LAYOUT(tree) or _OUTSIDE(tree):
        return
    for part in _PARTS(tree):
        part.tag = "div"
