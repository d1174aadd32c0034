"""A loopback server that behaves as badly as it is told to: for tests of what must survive it.

A `Hostile` serves raw sockets, so that an answer may be anything, HTTP or not. A path is given a
behaviour, a function of the connected socket; `answer` builds the ordinary ones::

    with Hostile() as server:
        server.at("/feed", answer(200, b"<rss/>", {"ETag": '"1"'}))
        server.at("/drip", drip(b"HTTP/1.1 200 OK\\r\\n\\r\\n", forever=b"x"))
        Fetcher(user_agent="test", allow=LOOPBACK).get(server.url("/feed"))

`server.requests` holds each request's head as text, in the order of arrival.
"""

from __future__ import annotations

import contextlib
import gzip
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))

Act = Callable[[socket.socket, threading.Event], None]


@dataclass(frozen=True)
class Behaviour:
    """What a path does with a connection, and whether it may be used for another request."""

    act: Act
    keep: bool = False


class Hostile:
    """Serves behaviours by path, each connection in a thread."""

    def __init__(self, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self._host = host
        self._tls = tls
        self._behaviours: dict[str, Behaviour] = {}
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self._listener = socket.create_server((host, 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self.requests: list[str] = []
        self.connections = 0

    def __enter__(self) -> Hostile:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for sock in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def at(self, path: str, behaviour: Behaviour) -> str:
        """Let a path behave so; returns its URL."""
        self._behaviours[path] = behaviour
        return self.url(path)

    def url(self, path: str = "/", host: str | None = None) -> str:
        scheme = "https" if self._tls else "http"
        return f"{scheme}://{host or self._host}:{self.port}{path}"

    def paths(self) -> list[str]:
        """The paths that were asked for."""
        return [request.split(" ")[1] for request in self.requests]

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, name="hostile", daemon=True)
        thread.start()
        self._threads.append(thread)

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            speaking = self._tls.wrap_socket(connection, server_side=True) if self._tls else None
            with speaking or connection as channel:
                while head := _head(channel):
                    self.requests.append(head)
                    behaviour = self._behaviours.get(head.split(" ")[1], answer(404))
                    behaviour.act(channel, self._stop)
                    if not behaviour.keep:
                        return


def _head(connection: socket.socket) -> str:
    """One request up to its empty line; empty where the client has gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(4096)
        if not piece:
            return ""
        data += piece
    return data.decode("latin-1")


def answer(
    status: int,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    *,
    keep: bool = False,
) -> Behaviour:
    """An ordinary answer; `keep` leaves the connection open for the next request."""
    lines = {"Content-Length": str(len(body)), "Connection": "keep-alive" if keep else "close"}
    lines |= headers or {}
    head = f"HTTP/1.1 {status} X\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items() if v)
    return Behaviour(_sends(head.encode() + b"\r\n" + body), keep)


def redirect(to: str, status: int = 302) -> Behaviour:
    return answer(status, headers={"Location": to})


def raw(data: bytes) -> Behaviour:
    """Send exactly these bytes and close."""
    return Behaviour(_sends(data))


def _sends(data: bytes) -> Act:
    return lambda connection, _: connection.sendall(data)


def stream(pieces: Callable[[], Iterable[bytes]]) -> Behaviour:
    """Send pieces until they or the client's patience end."""

    def act(connection: socket.socket, stop: threading.Event) -> None:
        for piece in pieces():
            if stop.is_set():
                return
            connection.sendall(piece)

    return Behaviour(act)


def drip(start: bytes, forever: bytes, every: float = 0.02) -> Behaviour:
    """Send `start`, then a little again and again, always before any per-read timeout."""

    def act(connection: socket.socket, stop: threading.Event) -> None:
        connection.sendall(start)
        while not stop.wait(every):
            connection.sendall(forever)

    return Behaviour(act)


def silence() -> Behaviour:
    """Accept, read the request, and say nothing."""
    return Behaviour(lambda _, stop: stop.wait() and None)


def zeros(megabytes: int, encoding: str) -> bytes:
    """A bomb: that many megabytes of zeros in the named content coding ("gzip, gzip": twice)."""
    data = b""
    for number, name in enumerate(encoding.split(", ")):
        packer = zlib.compressobj(9, wbits=31 if name == "gzip" else 15)
        if number:
            data = packer.compress(data) + packer.flush()
        else:
            data = b"".join(packer.compress(bytes(1_000_000)) for _ in range(megabytes))
            data += packer.flush()
    return data


def gzipped(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)
