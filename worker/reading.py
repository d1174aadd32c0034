"""What the service sees in feeds and pages: `demarche parse` and `demarche clean`, without Redis.

Files or addresses in, lines of JSON out, in order. What hangs is killed in a process of its own
(`worker.sandbox`); what cannot be read is told, and the others go on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Self, TextIO

from worker import records, wiring
from worker.articles.clean import Examined, examine
from worker.errors import ConfigError, Rejected, Transient
from worker.feeds.entries import ParsedFeed
from worker.feeds.health import words
from worker.feeds.read import parse_one, read
from worker.fetch import FEED, HTML
from worker.model import Entry, Feed, Page
from worker.sandbox import Sandbox
from worker.settings import Settings
from worker.visitor import Visitor

_WEB = ("http://", "https://")
_HTML_NAMES = frozenset({".html", ".htm", ".xhtml", ".shtml", ".asp", ".aspx", ".php", ".jsp"})
_TYPED = {"content-type": "text/html"}
_UNICODE = {"content-type": "text/html; charset=utf-8"}


def parse_feeds(
    settings: Settings, feeds: Sequence[str], out: TextIO, err: TextIO, *, links: str | None = None
) -> int:
    """Write an entry a line of each feed, in its order; one sentence on ``err`` for what is none.

    Args:
        settings: how to fetch, and how long a document may take.
        feeds: files or addresses.
        out: for ``{"feed", "url", "title", "published", "summary"}``.
        err: for what cannot be read.
        links: they are pages that list articles: CSS selector of their links.

    Returns:
        How many could not be read.
    """
    bad = 0
    with _Desk(settings) as desk, Sandbox(_parsed, settings.extract_seconds) as sandbox:
        for name in feeds:
            try:
                page = desk.load(name, FEED)
                get = lambda url: desk.load(url, FEED)  # noqa: E731
                _, found = read(page, links, get, lambda *one: sandbox(one))
            except (Rejected, Transient) as error:
                bad += 1
                err.write(f"demarche: {name} cannot be read as a feed: {_words(error)}.\n")
                continue
            out.writelines(_line(_entry(name, entry)) for entry in found.entries)
            out.flush()
    return bad


def clean_pages(settings: Settings, pages: Sequence[str], out: TextIO) -> int:
    """Write a line a page, in order; what is read of it is what the service would code.

    A page that the service would not code has the reason under ``rejected``, and one of which
    nothing could be read a sentence under ``error``.

    Args:
        settings: how to fetch, and how long a page may take.
        pages: files or addresses.
        out: for ``{"page", "url", "title", "text", "published", "basis", "authors", "outlet",
            "agency", "language", "paywalled", "rejected"}``.

    Returns:
        Of how many nothing could be read.
    """
    with _Desk(settings) as desk:
        return _clean(settings, (_Given({"page": page}, page) for page in pages), desk, out)


def clean_lines(settings: Settings, file: str, out: TextIO) -> int:
    """The same for lines of ``{"id", "url", "html"}`` or ``{"id", "url", "path"}``.

    ``id`` comes back in place of ``page``. A path is looked for from here, then beside the file. A
    line that holds no page gets its own ``error``.

    Raises:
        ConfigError: the file cannot be read.
    """
    with _Desk(settings, beside=None if file == "-" else Path(file).parent) as desk:
        return _clean(settings, _given(file), desk, out)


@dataclass(frozen=True, slots=True)
class _Given:
    """A page to be cleaned: what its line begins with, and where it is, or why it is none."""

    head: dict[str, Any]
    place: str | None = None
    url: str | None = None
    html: str | None = None
    error: str | None = None


def _given(file: str) -> Iterator[_Given]:
    for line, where in records.numbered(file):
        head: dict[str, Any] = {"id": None}
        try:
            found = records.record(line, where)
            head = {"id": found.get("id")}
            yield _page_of(found, head, where)
        except ConfigError as error:
            yield _Given(head, error=str(error))


def _page_of(found: dict[str, Any], head: dict[str, Any], where: str) -> _Given:
    url, html, path = (records.text_of(found, key, where) for key in ("url", "html", "path"))
    if html is None and path is None and url is None:
        raise ConfigError(f'{where} has neither "html" nor "path" nor "url".')
    return _Given(head, path or url, url, html)


def _clean(settings: Settings, given: Iterable[_Given], desk: _Desk, out: TextIO) -> int:
    bad = 0
    with Sandbox(_examined, settings.extract_seconds) as sandbox:
        for one in given:
            told = _cleaned(one, desk, sandbox)
            bad += "error" in told
            out.write(_line({**one.head, **told}))
            out.flush()
    return bad


def _cleaned(
    one: _Given, desk: _Desk, sandbox: Sandbox[tuple[Page, Entry], Examined]
) -> dict[str, Any]:
    if one.error:
        return {"url": None, "rejected": "bad-line", "error": one.error}
    try:
        page, entry = desk.page(one)
        return _article(sandbox((page, entry)))
    except (Rejected, Transient) as error:
        url = one.url or (one.place if _is_web(one.place) else None)
        return {"url": url, "rejected": error.reason, "error": _words(error)}


def _examined(given: tuple[Page, Entry]) -> Examined:
    page, entry = given
    return examine(page, Feed(page.url, outlet="", language=""), entry)


def _parsed(given: tuple[Page, str | None]) -> ParsedFeed:
    return parse_one(*given)


@dataclass
class _Desk:
    """Where documents come from: files, and the web, as politely as the service.

    Attributes:
        beside: the folder in which paths are looked for that lead nowhere from here.
    """

    settings: Settings
    beside: Path | None = None
    _open: ExitStack = field(default_factory=ExitStack)
    _web: Visitor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def page(self, one: _Given) -> tuple[Page, Entry]:
        """The page, and what stands for its entry; an address that is given is believed."""
        if one.html is not None:
            body = one.html.encode("utf-8", "replace")
            page = Page(one.url or "", 200, _UNICODE, body, datetime.now(UTC))
            return page, Entry(page.url)
        name = one.place or ""
        page = self.load(name, HTML)
        if one.url and not _is_web(name):
            page = Page(one.url, 200, page.headers, page.body, page.fetched)
        return page, Entry(name if _is_web(name) else page.url)

    def load(self, name: str, accept: str) -> Page:
        """A document from the web or from a file.

        Raises:
            Rejected, Transient: it cannot be had; what the fetcher raises.
        """
        if not _is_web(name):
            return self._file(name)
        if self._web is None:
            self._web = self._open.enter_context(wiring.visitor(self.settings))
        return self._web.get(name, accept)

    def _file(self, name: str) -> Page:
        path = Path(name)
        if self.beside and not path.exists():
            path = self.beside / path
        most = self.settings.fetch_max_bytes
        try:
            with path.open("rb") as file:
                body = file.read(most + 1)
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            why = getattr(error, "strerror", None) or str(error)
            raise Rejected("no-file", f"it cannot be opened: {why}") from None
        if len(body) > most:
            raise Rejected("too-large", f"more than {most} bytes")
        headers = _TYPED if path.suffix.lower() in _HTML_NAMES else {}
        return Page(name, 200, headers, body, datetime.now(UTC))


def _is_web(name: str | None) -> bool:
    return bool(name) and str(name).lower().startswith(_WEB)


def _entry(feed: str, entry: Entry) -> dict[str, Any]:
    return {
        "feed": feed,
        "url": entry.url,
        "title": entry.title,
        "published": _iso(entry.published),
        "summary": entry.summary,
    }


def _article(found: Examined) -> dict[str, Any]:
    article, fault = found.article, found.fault
    return {
        "url": article.url,
        "title": article.title,
        "text": article.text,
        "published": _iso(article.published),
        "basis": article.published_basis,
        "authors": list(article.authors),
        "outlet": article.source,
        "agency": article.agency,
        "language": article.language,
        "paywalled": not found.is_free or (fault is not None and fault.reason == "paywall"),
        "rejected": fault.reason if fault else None,
    }


def _iso(when: date | None) -> str | None:
    return when.isoformat() if when else None


def _words(error: Rejected | Transient) -> str:
    return " ".join((error.detail or words(error.reason)).split()).rstrip(".")


def _line(record: dict[str, Any]) -> str:
    # A lone surrogate, which JSON can carry and UTF-8 cannot, stays an escape.
    text = json.dumps(record, ensure_ascii=False)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = json.dumps(record)
    return text + "\n"
