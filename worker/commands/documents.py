"""Documents from outside the service: files, addresses, lines of JSON that hold or name pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from worker import wiring
from worker.commands import records
from worker.errors import ConfigError, Rejected
from worker.fetch import HTML
from worker.model import Page
from worker.settings import Settings
from worker.visitor import Visitor

_WEB = ("http://", "https://")
_HTML_NAMES = frozenset({".html", ".htm", ".xhtml", ".shtml", ".asp", ".aspx", ".php", ".jsp"})
_TYPED = {"content-type": "text/html"}
_UNICODE = {"content-type": "text/html; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Document:
    """A page from outside.

    Attributes:
        head: what the line of output about it begins with: ``{"page": …}`` or ``{"id": …}``.
        place: the file or address where it is.
        url: the address that it is said to have.
        html: the page itself, where the line holds it.
        told: the whole line.
        error: one sentence, where the line holds no page.
    """

    head: Mapping[str, Any]
    place: str | None = None
    url: str | None = None
    html: str | None = None
    told: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None


def lines(file: str, *, keys: tuple[str, ...] = ("html", "path", "url")) -> Iterator[Document]:
    """Documents out of lines of JSON; each must have one of the keys.

    Raises:
        ConfigError: the file cannot be read.
    """
    for line, where in records.numbered(file):
        head: dict[str, Any] = {"id": None}
        try:
            told = records.record(line, where)
            head = {"id": told.get("id")}
            yield _document(told, head, where, keys)
        except ConfigError as error:
            yield Document(head, error=str(error))


def _document(
    told: dict[str, Any], head: dict[str, Any], where: str, keys: tuple[str, ...]
) -> Document:
    for key in keys:
        records.text_of(told, key, where)
    if all(told.get(key) is None for key in keys):
        named = " nor ".join(f'"{key}"' for key in keys)
        raise ConfigError(f"{where} has neither {named}.")
    url = records.text_of(told, "url", where)
    return Document(head, told.get("path") or url, url, told.get("html"), told)


@dataclass
class Sources:
    """Where documents come from: files, and the web, as politely as the service.

    Attributes:
        beside: the folder in which paths are looked for that lead nowhere from here.
    """

    settings: Settings
    beside: Path | None = None
    _open: ExitStack = field(default_factory=ExitStack)
    _web: Visitor | None = None

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close what was opened."""
        self._open.close()

    def page(self, document: Document) -> Page:
        """The page; an address that is given with a file is believed.

        Raises:
            Rejected, Transient: it cannot be had.
        """
        if document.html is not None:
            body = document.html.encode("utf-8", "replace")
            return Page(document.url or "", 200, _UNICODE, body, datetime.now(UTC))
        place = document.place or ""
        page = self.load(place, HTML)
        if document.url and not is_web(place):
            return Page(document.url, 200, page.headers, page.body, page.fetched)
        return page

    def load(self, place: str, accept: str) -> Page:
        """A document from the web or from a file.

        Raises:
            Rejected, Transient: it cannot be had; what the fetcher raises.
        """
        if not is_web(place):
            return self._file(place)
        if self._web is None:
            self._web = self._open.enter_context(wiring.visitor(self.settings))
        return self._web.get(place, accept)

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


def is_web(place: str | None) -> bool:
    """Whether a document is to be fetched, and not a file."""
    return bool(place) and str(place).lower().startswith(_WEB)
