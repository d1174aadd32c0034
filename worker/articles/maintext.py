"""The article's text out of a page's tree: the only door to trafilatura.

trafilatura asks a second reader, readability, about every page, a third of its time, and believes
it only where it finds more than twice as much, or where its own finding is malformed. `_compared`
does not ask where there is not that much to be found: what comes out is the same to the character
(`docs/decisions/0008-second-opinion.md`).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import trafilatura
from lxml import etree
from lxml.html import HtmlElement
from trafilatura import core
from trafilatura.settings import Extractor

from worker.articles import layout

_LENGTH = etree.XPath("string-length(normalize-space(/))")
_PARAGRAPH = etree.XPath("boolean(.//p//text())")
_MORE = 2  # times as much text must another reader find; `trafilatura.external._prefer_readability`
# What makes trafilatura doubt its own finding, wherever it stands in it.
_UNCLEAN = (
    "aside", "audio", "button", "fencedframe", "fieldset", "figure", "footer", "iframe", "input",
    "label", "link", "nav", "noindex", "noscript", "object", "option", "select", "source", "svg",
    "time",
)  # fmt: skip
_MAX_HEADING = 500  # characters
_MAX_TEASER = 200  # characters of a line that leads to another article
_NO_WORD = re.compile(r"\W+")
_FRAME = 500  # characters that readability writes of itself: "VIDEO" for the frame of one

# trafilatura logs each page that it cannot read; that is the caller's to say, as a reason.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


class _Sparing(Extractor):  # type: ignore[misc]  # its package has no types
    """Options of whoever wants no second opinion that cannot win."""


def main_text(tree: HtmlElement) -> str:
    """The article's text, a paragraph a line.

    Comments of readers are no part of it, and no lines that lead elsewhere ("Read more: …"); tables
    of data are.
    """
    layout.unwrap(tree)
    document = trafilatura.bare_extraction(tree, options=_options())
    text = (getattr(document, "text", None) or "").strip()
    return _teasers().sub("", text).strip()


def without_heading(text: str, headings: Iterable[str]) -> str:
    """The text without its first line where that is the headline: a title is told apart from it."""
    first, _, rest = text.partition("\n")
    if len(first) <= _MAX_HEADING and rest.strip() and _plain(first) in set(map(_plain, headings)):
        return rest.lstrip()
    return text


def _plain(line: str) -> str:
    return _NO_WORD.sub(" ", line).strip().casefold()


@cache
def _teasers() -> re.Pattern[str]:
    text = files("worker.articles").joinpath("teasers.tsv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    words = "|".join(line.split("\t")[0] for line in lines[1:])
    return re.compile(
        rf"^(?:[-–•*▶►>»]\s*)?(?:{words})\s?[:：|»>–—▶►-].{{0,{_MAX_TEASER}}}$\n?",
        re.IGNORECASE | re.MULTILINE,
    )


@cache
def _options() -> Extractor:
    """Built once: reading trafilatura's settings takes 4% of a page's time."""
    return _Sparing(output_format="python", comments=False, tables=True, with_metadata=False)


_ask = core.compare_extraction


def _compared(
    cleaned: HtmlElement, raw: HtmlElement, body: etree._Element, text: str, options: Extractor
) -> tuple[etree._Element, str]:
    if isinstance(options, _Sparing) and _is_undisputed(raw, body, text, options):
        return body, text
    found: tuple[etree._Element, str] = _ask(cleaned, raw, body, text, options)
    return found


def _is_undisputed(raw: HtmlElement, body: etree._Element, text: str, options: Extractor) -> bool:
    """Whether nothing that another reader finds on the page would be taken instead."""
    if options.focus != "balanced" or len(text) < options.min_extracted_size:
        return False
    if next(body.iter(*_UNCLEAN), None) is not None or not _is_sound(body):
        return False
    # readability drops them first, too; this tree is its own copy.
    etree.strip_elements(raw, "script", "style", with_tail=False)
    return bool(_LENGTH(raw) + _FRAME <= _MORE * len(text))


def _is_sound(body: etree._Element) -> bool:
    """Whether there is text in paragraphs, and no more tables than those."""
    return bool(_PARAGRAPH(body)) and len(body.findall(".//table")) <= len(body.findall(".//p"))


core.compare_extraction = _compared
