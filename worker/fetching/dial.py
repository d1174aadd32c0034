"""The sockets under the fetcher: one deadline for everything, and only addresses that were checked.

httpx's timeouts hold per read, so a server that sends a byte now and then is never cut off. The
streams here know the exchange they serve and give each read only the time that is left of it.
"""

from __future__ import annotations

import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import httpcore

from worker.errors import Rejected, Transient
from worker.fetching.addresses import Network, is_allowed, literal

Resolver = Callable[[str, int], Sequence[str]]

MAX_HEADER_BYTES = 64 * 1024
_LOOKUPS = threading.BoundedSemaphore(64)  # lookups that hang must not pile up threads for ever


@dataclass(slots=True)
class Exchange:
    """What one `get` may still use, over all its redirects; one thread works on it at a time.

    Attributes:
        ends: monotonic time at which it must be over.
        max_wire: bytes that may be read from the network for one answer.
        enough: bytes of the body's beginning that are wanted; None: all of it.
        in_headers: the answer's headers are not complete yet.
        dialled: a new connection was made for the current hop.
        received: bytes read for the current answer.
    """

    ends: float
    max_wire: int
    enough: int | None = None
    in_headers: bool = True
    dialled: bool = False
    received: int = 0

    def next_hop(self) -> None:
        """Start counting anew for the next request; the deadline stays."""
        self.in_headers, self.dialled, self.received = True, False, 0

    def left(self) -> float:
        """Seconds left; raises Transient ``timeout`` when there are none."""
        seconds = self.ends - time.monotonic()
        if seconds <= 0:
            raise Transient("timeout", "the exchange took longer than its deadline")
        return seconds

    def may_read(self, wanted: int) -> int:
        """How many bytes the next read may ask for; raises Rejected where the caps are reached."""
        if not self.in_headers:
            if self.received > self.max_wire:
                raise Rejected("too-large", "the answer has more bytes than allowed")
            return wanted
        allowance = MAX_HEADER_BYTES - self.received
        if allowance <= 0:
            raise Rejected("headers-too-large", f"more than {MAX_HEADER_BYTES} bytes of headers")
        return min(wanted, allowance)


current: ContextVar[Exchange] = ContextVar("exchange")


def system_resolver(host: str, port: int) -> list[str]:
    """Addresses of a host, as the operating system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in found))


class Backend(httpcore.NetworkBackend):
    """Resolves once, checks, and dials the very address that was checked (safe from rebinding).

    TLS and the Host header still go by name: httpcore keeps the name for itself.
    """

    def __init__(self, allow: Sequence[Network], resolve: Resolver = system_resolver) -> None:
        """Networks in ``allow`` may be dialled although they are not global."""
        self._allow = tuple(allow)
        self._resolve = resolve

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the exchange's deadline rules
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers."""
        exchange = current.get()
        exchange.dialled = True
        addresses = checked(host, self._addresses(host, port, exchange), self._allow)
        problems = []
        for tried, address in enumerate(addresses):
            # An address that swallows packets must leave time for the next one.
            seconds = exchange.left() / (len(addresses) - tried)
            try:
                return _Stream(_connect(address, port, seconds))
            except OSError as error:
                problems.append(f"{address}: {error.strerror or error}")
        exchange.left()
        raise Transient("connect", f"{host} cannot be reached ({'; '.join(problems)[:300]})")

    def _addresses(self, host: str, port: int, exchange: Exchange) -> Sequence[str]:
        spelled = literal(host)
        if spelled is not None:
            return [str(spelled)]
        return _in_time(lambda: self._resolve(host, port), host, exchange)


def checked(host: str, addresses: Sequence[str], allow: Sequence[Network]) -> list[str]:
    """Those addresses that may be dialled; raises Rejected where there are none."""
    parsed = [(text, literal(text)) for text in addresses]
    good = [text for text, address in parsed if address and is_allowed(address, allow)]
    if not good:
        raise Rejected("forbidden-address", f"{host} is not on the public internet")
    return good


def _in_time(lookup: Callable[[], Sequence[str]], host: str, exchange: Exchange) -> Sequence[str]:
    """Run a lookup in a thread of its own: getaddrinfo cannot be given a timeout."""
    if not _LOOKUPS.acquire(timeout=exchange.left()):
        raise Transient("dns", "too many lookups hang")
    answer: list[Sequence[str] | Exception] = []

    def work() -> None:
        try:
            answer.append(lookup())
        except (OSError, UnicodeError) as error:
            answer.append(error)
        finally:
            _LOOKUPS.release()

    thread = threading.Thread(target=work, name=f"dns {host}", daemon=True)
    thread.start()
    thread.join(exchange.left())
    if not answer:
        raise Transient("dns", f"the lookup of {host} took longer than the deadline")
    if isinstance(answer[0], Exception) or not answer[0]:
        raise Transient("dns", f"{host} has no address: {answer[0] or 'empty answer'}")
    return answer[0]


def _connect(address: str, port: int, timeout: float) -> socket.socket:
    sock = socket.create_connection((address, port), timeout)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


class _Stream(httpcore.NetworkStream):
    """A socket whose every operation gets only the time that its exchange has left."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        exchange = current.get()
        wanted = exchange.may_read(max_bytes)
        try:
            self._sock.settimeout(exchange.left())
            data = self._sock.recv(wanted)
        except TimeoutError:
            raise Transient("timeout", "the answer did not come in time") from None
        except OSError as error:
            raise Transient("read", f"the connection broke: {error}") from None
        exchange.received += len(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        exchange = current.get()
        try:
            while buffer:
                self._sock.settimeout(exchange.left())
                buffer = buffer[self._sock.send(buffer) :]
        except TimeoutError:
            raise Transient("timeout", "the request could not be sent in time") from None
        except OSError as error:
            # httpcore reads on after this one: a server may answer and close before we are done.
            raise httpcore.WriteError(str(error)) from None

    def close(self) -> None:
        self._sock.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        try:
            self._sock.settimeout(current.get().left())
            return _Stream(ssl_context.wrap_socket(self._sock, server_hostname=server_hostname))
        except TimeoutError:
            self.close()
            raise Transient("timeout", "the TLS handshake did not end in time") from None
        except (OSError, ValueError) as error:
            self.close()
            raise Transient("tls", f"{server_hostname}: {error}") from None
        except BaseException:
            self.close()
            raise

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return _is_readable(self._sock)
        return None


def _is_readable(sock: socket.socket) -> bool:
    """Whether an idle connection has something to say, which can only be that it is over."""
    poller = select.poll()
    try:
        poller.register(sock, select.POLLIN)
        return bool(poller.poll(0))
    except (OSError, ValueError):
        return True
