"""`demarche exporter`: the metrics over HTTP, for Prometheus to fetch.

Whoever asks costs Redis little: what was told is told again for a few seconds, so many scrapes at
once are one look; the threads are few, and a client that says nothing is hung up on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import structlog

from worker.errors import ConfigError
from worker.service import metrics, ports
from worker.service.signals import interrupt_once
from worker.settings import PREFIX, Settings

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
FRESH = 5.0  # seconds that a look counts
MOST = 8  # requests at once
PATIENCE = 5.0  # seconds for a client to say what it wants, and to take it

log = structlog.get_logger(__name__)


@dataclass
class Cache:
    """The last look, shared by all who ask within `FRESH` seconds of it."""

    look: Callable[[], str]
    now: Callable[[], float] = time.monotonic
    _text: str = ""
    _until: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def text(self) -> str:
        """Return the metrics, a few seconds old at most.

        Raises:
            ConfigError: Redis cannot be reached.
        """
        with self._lock:
            if self.now() >= self._until:
                self._text = self.look()
                self._until = self.now() + FRESH
            return self._text


class Exporter(ThreadingHTTPServer):
    """A bound server; `serve_forever` opens it."""

    daemon_threads = True

    def __init__(self, address: str, port: int, look: Callable[[], str]) -> None:
        """Take the port.

        Raises:
            OSError: the port cannot be had.
        """
        super().__init__((address, port), _Handler)
        self.cache = Cache(look)
        self._room = threading.BoundedSemaphore(MOST)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread, or hang up where too many are at it."""
        if not self._room.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer one request, then make room."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """Say that it failed; the library would write to standard error."""
        log.warning("scrape_failed", client=client_address[0], exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    server: Exporter
    server_version = "demarche"
    sys_version = ""
    timeout = PATIENCE

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path != "/metrics":
            status = HTTPStatus.OK if path == "/" else HTTPStatus.NOT_FOUND
            self._answer(status, "The metrics are at /metrics.\n")
            return
        try:
            text = self.server.cache.text()
        except ConfigError as error:
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, f"{error}\n")
        else:
            self._answer(HTTPStatus.OK, text, CONTENT_TYPE)

    def _answer(self, status: HTTPStatus, text: str, kind: str = "text/plain") -> None:
        body = text.encode()
        with suppress(ConnectionError, TimeoutError):  # who hangs up has no use for it
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        log.debug("scraped", line=format % args)


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Redis may come up later, and go away.

    Raises:
        ConfigError: the port cannot be had.
    """
    address, port = settings.metrics_address, settings.metrics_port
    ports.require_free(port, f"{PREFIX}METRICS_PORT", address=address)
    with Exporter(address, port, lambda: metrics.text(settings)) as server:
        log.info("exporter.opened", url=f"http://{address}:{port}/metrics")
        with suppress(KeyboardInterrupt):
            interrupt_once()
            server.serve_forever()
