"""What the service sees in feeds and pages: `demarche parse` and `demarche clean`, without Redis.

Files or addresses in, lines of JSON out, in order. What hangs is killed in a process of its own
(`worker.commands.sandbox`); what cannot be read is told, and the others go on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from worker.articles.clean import Examined, examine
from worker.commands.documents import Document, Sources, is_web, lines
from worker.commands.sandbox import Sandbox
from worker.errors import Rejected, Transient
from worker.feeds.entries import ParsedFeed
from worker.feeds.health import words
from worker.feeds.read import parse_one, read
from worker.fetch import FEED, HTML
from worker.model import Entry, Feed, Page
from worker.settings import Settings


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
    with Sources(settings) as sources, Sandbox(_parsed, settings.extract_seconds) as sandbox:
        for name in feeds:
            try:
                page = sources.load(name, HTML if links else FEED)
                get = lambda url: sources.load(url, FEED)  # noqa: E731
                _, found = read(page, links, get, lambda *one: sandbox(one))
            except (Rejected, Transient) as error:
                bad += 1
                err.write(f"demarche: {name} cannot be read as a feed: {sentence(error)}.\n")
                continue
            out.writelines(line_of(_entry(name, entry)) for entry in found.entries)
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
    with Sources(settings) as sources:
        return _clean(settings, (Document({"page": page}, page) for page in pages), sources, out)


def clean_lines(settings: Settings, file: str, out: TextIO) -> int:
    """The same for lines of ``{"id", "url", "html"}`` or ``{"id", "url", "path"}``.

    ``id`` comes back in place of ``page``. A path is looked for from here, then beside the file. A
    line that holds no page gets its own ``error``.

    Raises:
        ConfigError: the file cannot be read.
    """
    with Sources(settings, beside=None if file == "-" else Path(file).parent) as sources:
        return _clean(settings, lines(file), sources, out)


def _clean(settings: Settings, documents: Iterable[Document], sources: Sources, out: TextIO) -> int:
    bad = 0
    with Sandbox(_examined, settings.extract_seconds) as sandbox:
        for one in documents:
            told = _cleaned(one, sources, sandbox)
            bad += "error" in told
            out.write(line_of({**one.head, **told}))
            out.flush()
    return bad


def _cleaned(
    one: Document, sources: Sources, sandbox: Sandbox[tuple[Page, Entry], Examined]
) -> dict[str, Any]:
    if one.error:
        return {"url": None, "rejected": "bad-line", "error": one.error}
    try:
        page = sources.page(one)
        asked = str(one.place) if is_web(one.place) and one.html is None else page.url
        return _article(sandbox((page, Entry(asked))))
    except (Rejected, Transient) as error:
        url = one.url or (one.place if is_web(one.place) else None)
        return {"url": url, "rejected": error.reason, "error": sentence(error)}


def _examined(given: tuple[Page, Entry]) -> Examined:
    page, entry = given
    return examine(page, Feed(page.url, outlet="", language=""), entry)


def _parsed(given: tuple[Page, str | None]) -> ParsedFeed:
    return parse_one(*given)


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


def sentence(error: Rejected | Transient) -> str:
    """What went wrong, on one line, without a full stop."""
    return " ".join((error.detail or words(error.reason)).split()).rstrip(".")


def line_of(record: Mapping[str, Any]) -> str:
    """A record as a line of JSON."""
    # A lone surrogate, which JSON can carry and UTF-8 cannot, stays an escape.
    text = json.dumps(record, ensure_ascii=False)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = json.dumps(record)
    return text + "\n"
