"""A newsroom on the loopback: invented outlets to try the whole service on, without a network.

The folder holds the pages; the manifest of the same name beside it (``newsroom.toml``) says under
which address and with which headers each of them is served, and which of them are feeds. Everything
is read once, when the newsroom opens: an address that the manifest does not name is a 404, whatever
lies on the disk.
"""

from __future__ import annotations

import gzip
import hashlib
import sys
import tomllib
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from errno import EADDRINUSE
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import structlog

from worker.errors import ConfigError
from worker.model import Feed
from worker.service.signals import interrupt_once

HOST = "127.0.0.1"
PLACEHOLDER = "@@BASE@@"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Served:
    """What stands at one address.

    Attributes:
        path: the decoded path.
        query: the parameters that choose it; whatever else a request carries (``utm_source``) is
            ignored.
        content_type: sent as it stands; the charset is the page's own.
        body: the bytes, with the newsroom's address filled in.
        modified: when the file was last written, in whole seconds as HTTP tells them.
        compressible: whether it is sent gzipped to those who accept that.
    """

    path: str
    query: frozenset[tuple[str, str]]
    content_type: str
    body: bytes
    modified: datetime
    compressible: bool

    @property
    def etag(self) -> str:
        """Weak, because the gzipped and the plain form share it (RFC 9110, section 8.8.3)."""
        return f'W/"{hashlib.sha256(self.body).hexdigest()[:16]}"'


class Newsroom(ThreadingHTTPServer):
    """A bound server; `serve_forever` opens it, in this thread or in one of the caller's."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, pages: list[Served]) -> None:
        """Take the port, then tell the pages where they stand.

        Raises:
            OSError: the port cannot be had.
        """
        super().__init__((HOST, port), _Desk)
        self.base_url = f"http://{HOST}:{self.server_port}"
        base = self.base_url.encode("ascii")
        self._pages = [
            replace(page, body=page.body.replace(PLACEHOLDER.encode("ascii"), base))
            for page in pages
        ]

    def server_bind(self) -> None:
        """Bind without asking the resolver for our own name, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """Say what failed; a client that hung up is no failure."""
        if not isinstance(sys.exception(), ConnectionError):
            log.exception("newsroom.failed", client=client_address[0])

    def find(self, target: str) -> Served | None:
        """Return what stands at the request target: path and the parameters that matter."""
        try:
            parts = urlsplit(target)
        except ValueError:  # "http://[" is no address at all
            return None
        path, query = unquote(parts.path), set(parse_qsl(parts.query))
        fitting = [p for p in self._pages if p.path == path and p.query <= query]
        return max(fitting, key=lambda p: len(p.query), default=None)


class _Desk(BaseHTTPRequestHandler):
    """Answers GET and HEAD."""

    server: Newsroom
    protocol_version = "HTTP/1.1"
    server_version = "newsroom"
    sys_version = ""
    timeout = 30
    # Head and body in one segment: apart, the second waits 40 ms for the first one's ACK.
    wbufsize = -1

    def do_GET(self) -> None:
        found = self.server.find(self.path)
        if found is None:
            self.send_error(HTTPStatus.NOT_FOUND)
        elif self._is_known(found):
            self._send_head(HTTPStatus.NOT_MODIFIED, found)
        else:
            self._send(found)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _is_known(self, page: Served) -> bool:
        """Whether the client has it already; the tag outweighs the date (RFC 9110, 13.2.2)."""
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
            return bool(known & {"*", page.etag.removeprefix("W/")})
        return _at_least(self.headers.get("If-Modified-Since"), page.modified)

    def _send(self, page: Served) -> None:
        zipped = page.compressible and accepts_gzip(self.headers.get("Accept-Encoding", ""))
        body = gzip.compress(page.body, mtime=0) if zipped else page.body
        extra = {"Content-Type": page.content_type, "Content-Length": str(len(body))}
        if zipped:
            extra["Content-Encoding"] = "gzip"
        self._send_head(HTTPStatus.OK, page, extra)
        if self.command != "HEAD":
            self.wfile.write(body)

    def _send_head(
        self, status: HTTPStatus, page: Served, extra: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("ETag", page.etag)
        self.send_header("Last-Modified", format_datetime(page.modified, usegmt=True))
        if page.compressible:
            self.send_header("Vary", "Accept-Encoding")
        for name, value in (extra or {}).items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Keep the standard library from writing to stderr in a format of its own."""
        log.debug("newsroom.answered", line=format % args)


def serve(folder: Path, port: int) -> Newsroom:
    """Bind the newsroom to a loopback port (0: any free one); the caller opens and closes it.

    Raises:
        ConfigError: the folder or its manifest cannot be read, or the port cannot be had.
    """
    pages = load(folder)
    try:
        return Newsroom(port, pages)
    except OSError as error:
        if error.errno == EADDRINUSE:
            raise ConfigError(
                f"Port {port} of the newsroom is in use; set DEMARCHE_NEWSROOM_PORT to another one."
            ) from None
        raise ConfigError(f"The newsroom cannot listen on port {port}: {error.strerror}.") from None


def run(folder: Path, port: int) -> None:
    """Serve until SIGTERM or SIGINT, then end at once. Call it in the main thread.

    Raises:
        ConfigError: as `serve`.
    """
    with serve(folder, port) as server, suppress(KeyboardInterrupt):
        interrupt_once()
        log.info("newsroom.opened", url=server.base_url)
        server.serve_forever()


def feeds(folder: Path, base_url: str) -> list[Feed]:
    """Return the newsroom's feeds as they are served under ``base_url``.

    Raises:
        ConfigError: the manifest cannot be read.
    """
    tables = _manifest(folder).get("feed", [])
    try:
        return [Feed(**{**t, "url": t["url"].replace(PLACEHOLDER, base_url)}) for t in tables]
    except (KeyError, TypeError) as error:
        raise ConfigError(
            f"The newsroom's manifest {folder.with_suffix('.toml')}: a [[feed]] is wrong: {error}."
        ) from None


def load(folder: Path) -> list[Served]:
    """Read every page that the manifest names.

    Raises:
        ConfigError: the folder, its manifest or one of its pages cannot be read.
    """
    tables = _manifest(folder).get("page", [])
    try:
        return [_read(folder, table) for table in tables]
    except KeyError as error:
        raise ConfigError(
            f"The newsroom's manifest {folder.with_suffix('.toml')}: a [[page]] lacks {error}."
        ) from None


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether an Accept-Encoding header allows gzip: named, and not with a weight of zero."""
    for part in accept_encoding.lower().split(","):
        coding, _, weight = part.replace(" ", "").partition(";q=")
        if coding == "gzip":
            return weight.strip("0.") != "" or weight == ""
    return False


def _manifest(folder: Path) -> dict[str, Any]:
    if not folder.is_dir():
        raise ConfigError(f"There is no folder {folder} to serve a newsroom from.")
    path = folder.with_suffix(".toml")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"The newsroom's manifest {path} cannot be read: {error.strerror}."
        ) from None
    except ValueError as error:
        raise ConfigError(f"The newsroom's manifest {path} is not valid TOML: {error}.") from None


def _read(folder: Path, table: dict[str, Any]) -> Served:
    path = (folder / table["file"]).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ConfigError(f"The newsroom's page {table['file']} lies outside of {folder}.")
    try:
        body, written = path.read_bytes(), path.stat().st_mtime
    except OSError as error:
        raise ConfigError(f"The newsroom's page {path} cannot be read: {error.strerror}.") from None
    address = urlsplit(table["path"])
    return Served(
        path=address.path,
        query=frozenset(parse_qsl(address.query)),
        content_type=table["type"],
        body=body,
        modified=datetime.fromtimestamp(int(written), UTC),
        compressible=table.get("gzip", False),
    )


def _at_least(http_date: str | None, moment: datetime) -> bool:
    """Whether an HTTP date is there, can be read, and does not lie before ``moment``."""
    try:
        told = parsedate_to_datetime(http_date or "")
    except ValueError:
        return False
    return told.tzinfo is not None and told >= moment
