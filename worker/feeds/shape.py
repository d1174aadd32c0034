"""XML made safe to read: no DTD, bounded depth, attributes and elements, and an end.

Everything ahead of the root element is dropped, and with it every entity declaration. One pass of
expat then bounds what a reader would have to keep, and finds where enough entries have been seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import name2codepoint
from itertools import islice
from xml.parsers import expat

from worker.errors import Rejected
from worker.feeds.entries import MAX_ENTRIES

_MAX_DEPTH = 200
_MAX_ATTRIBUTES = 200  # of one element
_MAX_TAGS = 400_000
_MAX_BROKEN = 3_000_000  # characters of a feed that is not well-formed XML: its reading is slow
_PROLOG = 100_000  # characters in which the root element must begin

_ROOT = re.compile(
    r"<(?:[\w.-]+:)?(rss|rdf|feed|channel|urlset|sitemapindex)(?=[\s>])", re.IGNORECASE
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_LOOSE_AMPERSAND = re.compile(r"&(?!(?:[A-Za-z][A-Za-z0-9]{1,31}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});)")
_ENTRY_END = re.compile(r"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.IGNORECASE)


def prepared(text: str) -> tuple[str, str]:
    """The root element's name, and the document from there on, with HTML's entities as text.

    Raises:
        Rejected: ``not-a-feed``, where no root element of a feed is found.
    """
    root = _root(text)
    text = _CONTROL.sub("", text[root.start() :])
    if "&" in text:
        text = _ENTITY.sub(_as_xml, text)
    return root[1].lower(), text


def _root(text: str) -> re.Match[str]:
    """Where the root element starts; in front of it come declarations, comments, PHP warnings."""
    at = 0
    while (match := _ROOT.search(text, at, _PROLOG)) is not None:
        opened = text.rfind("<!--", 0, match.start())
        closed = text.find("-->", opened) if opened >= 0 else 0
        if opened < 0 or 0 <= closed < match.start():
            return match
        if closed < 0:
            break
        at = closed
    raise Rejected("not-a-feed", _what_it_is(text[:_PROLOG]))


def _what_it_is(head: str) -> str:
    if re.search(r"<html[\s>]|<!doctype html", head, re.IGNORECASE):
        return "it is an HTML page"
    first = re.search(r"<([\w:.-]{1,60})", head)
    return f"its root element is <{first[1]}>" if first else "it is not XML"


def _as_xml(match: re.Match[str]) -> str:
    name = match[1]
    if name in _XML_ENTITIES or name not in name2codepoint:
        return match[0]
    return chr(name2codepoint[name])


def bounded(text: str) -> bytes:
    """The feed with at most `MAX_ENTRIES` entries, as XML in UTF-8, if need be not well-formed.

    Raises:
        Rejected: ``too-complex``, where reading it would take too long.
    """
    for candidate in _candidates(text):
        try:
            return _cut(candidate.encode("utf-8", "replace"))
        except expat.ExpatError:
            continue
    if len(text) > _MAX_BROKEN or text.count("<") > _MAX_TAGS // 4:
        raise Rejected("too-complex", f"{len(text)} characters that are not well-formed XML")
    if re.search(r"<[^<>]{50000}", text):
        raise Rejected("too-complex", "a tag of more than 50,000 characters")
    ends = [match.end() for match in islice(_ENTRY_END.finditer(text), MAX_ENTRIES)]
    return text[: ends[-1] if len(ends) == MAX_ENTRIES else None].encode("utf-8", "replace")


def _candidates(text: str) -> Iterator[str]:
    yield text
    yield _LOOSE_AMPERSAND.sub("&amp;", text)


def _cut(data: bytes) -> bytes:
    """Check the document's shape in one pass, and end it behind its last entry that counts."""
    shape = _Shape()
    try:
        shape.parser.Parse(data, True)
    except _EnoughError:
        closing = "".join(f"</{name}>" for name in reversed(shape.open))
        return data[: shape.cut] + closing.encode()
    return data


class _EnoughError(Exception):
    """So many entries have been seen that the rest need not be read."""


class _Shape:
    """Follows a document's tags and stops at the first bound it breaks."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.EntityDeclHandler = self._entity
        self.open: list[str] = []
        self.cut = 0
        self._tags = 0
        self._entries = 0

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._entries >= MAX_ENTRIES and _is_entry(name):
            self.cut = self.parser.CurrentByteIndex
            raise _EnoughError
        self.open.append(name)
        self._tags += 1
        if len(self.open) > _MAX_DEPTH:
            raise Rejected("too-complex", f"elements nested more than {_MAX_DEPTH} deep")
        if len(attributes) > _MAX_ATTRIBUTES:
            raise Rejected("too-complex", f"an element of {len(attributes)} attributes")
        if self._tags > _MAX_TAGS:
            raise Rejected("too-complex", f"more than {_MAX_TAGS} elements")

    def _end(self, name: str) -> None:
        self.open.pop()
        self._entries += _is_entry(name)

    def _entity(self, name: str, *_: object) -> None:
        raise Rejected("too-complex", f"it declares an entity {name[:40]!r}")


def _is_entry(name: str) -> bool:
    return name.rpartition(":")[2] in {"item", "entry"}
