"""URL → Page, safely: the only door to httpx.

Whatever a server does, `Fetcher.get` ends within its deadline, holds at most a few times its cap of
bytes, dials only public addresses (see `addresses`), and comes back with a `Page` or with one
countable reason. See docs/ingestion.md for the table of reasons.
"""

from __future__ import annotations

import http.cookiejar
import re
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import IPv4Network, IPv6Network
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx

from worker.errors import Busy, ConfigError, Rejected, Transient
from worker.fetching.addresses import is_allowed, literal
from worker.fetching.dial import (
    MAX_HEADER_BYTES,
    Backend,
    Exchange,
    Resolver,
    current,
    system_resolver,
)
from worker.fetching.inflate import Inflater
from worker.model import Page

HTML = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1"
FEED = "application/rss+xml,application/atom+xml,application/xml;q=0.9,text/xml;q=0.9,*/*;q=0.1"

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_NEVER_TEXT = re.compile(r"\s*(audio|video|image|font)/", re.IGNORECASE)
_MAX_RETRY_AFTER = 86_400.0  # seconds; a server that asks for more is looked at tomorrow
_BUSY_DEFAULT = 30.0  # seconds to leave a host alone that says 429 and not for how long
_MAX_URL = 8_192


class Fetcher:
    """Fetches pages over one shared connection pool; safe to use from many threads.

    Args:
        user_agent: who we say we are; best with an address where a webmaster can reach us.
        allow: networks that may be dialled although they are not global.
        deadline: seconds for one whole exchange: lookup, connecting, headers, body, redirects.
        max_bytes: bytes of a decoded body.
        max_redirects: redirects that are followed.
        resolve: how names become addresses; the operating system's way unless told otherwise.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        allow: Sequence[IPv4Network | IPv6Network] = (),
        deadline: float = 30.0,
        max_bytes: int = 10_000_000,
        max_redirects: int = 5,
        resolve: Resolver = system_resolver,
    ) -> None:
        """Build the client; nothing is fetched yet.

        Raises:
            ConfigError: no header can carry ``user_agent``.
        """
        if not _is_sendable(user_agent):
            raise ConfigError(
                f"The User-Agent {user_agent!r} is not plain ASCII; DEMARCHE_CONTACT goes into it."
            )
        self._allow = tuple(allow)
        self._deadline = deadline
        self._max_bytes = max_bytes
        self._max_redirects = max_redirects
        self._client = httpx.Client(
            transport=_Transport(Backend(self._allow, resolve)),
            headers={"User-Agent": user_agent, "Accept-Encoding": "gzip, deflate"},
            trust_env=False,  # no proxy, no .netrc
            timeout=None,  # noqa: S113 - the exchange's deadline rules
        )
        nowhere = http.cookiejar.DefaultCookiePolicy(allowed_domains=[])
        self._client.cookies.jar.set_policy(nowhere)

    def get(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        accept: str | None = None,
    ) -> Page:
        """Fetch ``url``, following redirects; with ``etag`` or ``last_modified``, only if changed.

        Raises:
            Transient: ``timeout``, ``dns``, ``connect``, ``tls``, ``read``, ``protocol``,
                ``http-408``, ``http-425``, ``http-5xx`` (the code itself).
            Busy: ``http-429``, ``http-503``: with the seconds that the server asked for.
            Rejected: ``http-4xx`` (the code itself), ``http-3xx``, ``forbidden-address``,
                ``bad-url``, ``too-large``, ``too-many-redirects``, ``headers-too-large``,
                ``content-encoding``, ``not-text``.
        """
        asked = {"If-None-Match": etag, "If-Modified-Since": last_modified, "Accept": accept}
        headers = {name: value for name, value in asked.items() if value and _is_sendable(value)}
        return self._exchanged(url, headers, enough=None)

    def beginning(self, url: str, size: int) -> Page:
        """Fetch the first bytes of what stands at ``url``; the rest is left unread.

        Raises:
            Transient, Rejected: as `get`, but its length is no reason.
        """
        return self._exchanged(url, {}, enough=size)

    def _exchanged(self, url: str, headers: dict[str, str], enough: int | None) -> Page:
        ends = time.monotonic() + self._deadline
        exchange = Exchange(ends, 2 * self._max_bytes, enough)
        token = current.set(exchange)
        try:
            return self._follow(url, headers, exchange)
        finally:
            current.reset(token)

    def close(self) -> None:
        """Close the idle connections."""
        self._client.close()

    def __enter__(self) -> Self:
        """Be its own context manager."""
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    def _follow(self, url: str, headers: dict[str, str], exchange: Exchange) -> Page:
        moved: str | None = None
        only_permanent = True
        for _ in range(self._max_redirects + 1):
            answer = self._hop(self._checked(url), headers, exchange)
            if isinstance(answer, Page):
                return _with_moved(answer, moved)
            only_permanent = only_permanent and answer.permanent
            url = answer.to
            moved = url if only_permanent else moved
        raise Rejected("too-many-redirects", f"more than {self._max_redirects} redirects")

    def _checked(self, url: str) -> httpx.URL:
        """The URL, if it is one that we fetch at all; addresses in it are judged at once."""
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            raise Rejected("bad-url", f"{url[:200]!r} is not a URL") from None
        if len(url) > _MAX_URL:
            raise Rejected("bad-url", f"the URL has {len(url)} characters")
        if parts.scheme not in {"http", "https"} or not host:
            raise Rejected("bad-url", f"{url[:200]!r} is not an http or https URL with a host")
        if "@" in parts.netloc:
            raise Rejected("bad-url", f"the URL of {host} carries a user name")
        spelled = literal(host)
        if spelled is not None and not is_allowed(spelled, self._allow):
            raise Rejected("forbidden-address", f"{host} is not on the public internet")
        try:
            parsed = httpx.URL(url)
            _ = parsed.host  # some hosts fail only here: "xn--" is no IDNA
        except (httpx.InvalidURL, ValueError) as error:
            raise Rejected("bad-url", f"{url[:200]!r}: {error}") from None
        return parsed

    def _hop(self, url: httpx.URL, headers: dict[str, str], exchange: Exchange) -> Page | _Redirect:
        exchange.next_hop()
        try:
            return self._ask(url, headers, exchange)
        except Transient as error:
            if exchange.dialled or exchange.received or error.reason not in {"protocol", "read"}:
                raise
        # A kept connection that the server had just closed: ask once more, on a new one.
        exchange.next_hop()
        return self._ask(url, headers, exchange)

    def _ask(self, url: httpx.URL, headers: dict[str, str], exchange: Exchange) -> Page | _Redirect:
        try:
            return self._answer(url, headers, exchange)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            # The transport raises none of these: httpx parses even redirects it is not to follow.
            raise Rejected("bad-url", f"a redirect of {url.host}: {error}") from None

    def _answer(
        self, url: httpx.URL, headers: dict[str, str], exchange: Exchange
    ) -> Page | _Redirect:
        with self._client.stream("GET", url, headers=headers) as response:
            exchange.in_headers, exchange.received = False, 0
            _check_headers(response)
            if response.status_code in _REDIRECTS:
                return _redirect(response)
            _check_status(response, conditional=bool(headers.keys() - {"Accept"}))
            body = (
                self._body(response, exchange)
                if response.status_code != 304
                else _nothing(response)
            )
            return Page(
                url=str(response.url),
                status=response.status_code,
                headers={name.lower(): value for name, value in response.headers.items()},
                body=body,
                fetched=datetime.now(UTC),
            )

    def _body(self, response: httpx.Response, exchange: Exchange) -> bytes:
        if _NEVER_TEXT.match(response.headers.get("content-type", "")):
            raise Rejected("not-text", f"it is {response.headers['content-type'][:80]}")
        announced = response.headers.get("content-length", "")
        enough = exchange.enough
        if enough is None and announced.isdecimal() and int(announced) > self._max_bytes:
            raise Rejected("too-large", f"{announced} bytes, at most {self._max_bytes} allowed")
        inflater = Inflater(response.headers.get("content-encoding", ""), self._max_bytes)
        # One growing buffer: a list of the pieces of a body sent byte by byte takes 40 times it.
        body = bytearray()
        for raw in _steady(response.iter_raw()):
            for piece in inflater.feed(raw):
                exchange.left()
                body += piece
                if enough is not None and len(body) >= enough:
                    return bytes(body[:enough])
                if len(body) > self._max_bytes:
                    raise Rejected("too-large", f"more than {self._max_bytes} bytes")
        inflater.finish()
        return bytes(body)


def _nothing(response: httpx.Response) -> bytes:
    """The body of a 304, which has none by definition: read, so that the connection is kept."""
    return b"".join(response.iter_raw())[:0]


class _Redirect:
    def __init__(self, to: str, *, permanent: bool) -> None:
        self.to = to
        self.permanent = permanent


class _Transport(httpx.BaseTransport):
    """httpx's default transport, but over a network backend of ours (it cannot be given one)."""

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=_tls(),
            max_connections=None,  # the threads are the bound; waiting here would know no deadline
            max_keepalive_connections=64,
            keepalive_expiry=15.0,
            network_backend=backend,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        asked = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
        )
        with _our_errors():
            answer = self._pool.handle_request(asked)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _our_errors():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class _our_errors:  # noqa: N801 - reads as a statement
    """What httpcore itself complains about (the sockets raise our own errors already)."""

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(exc, httpcore.ProtocolError | httpcore.NetworkError):
            raise Transient("protocol", str(exc) or "the answer is not HTTP") from None


def _tls() -> ssl.SSLContext:
    # SSL_CERT_FILE and SSL_CERT_DIR are honoured: an intranet's own authority is the operator's.
    return httpx.create_ssl_context(trust_env=True)


def _check_headers(response: httpx.Response) -> None:
    size = sum(len(name) + len(value) + 4 for name, value in response.headers.raw)
    if size > MAX_HEADER_BYTES:
        raise Rejected("headers-too-large", f"{size} bytes of headers")


def _redirect(response: httpx.Response) -> _Redirect:
    location = response.headers.get("location", "").strip()
    if not location:
        raise Rejected("http-3xx", f"status {response.status_code} without a Location")
    try:
        target = urljoin(str(response.url), location)
    except ValueError:
        raise Rejected("bad-url", f"a redirect to {location[:200]!r}") from None
    return _Redirect(target, permanent=response.status_code in _PERMANENT)


def _check_status(response: httpx.Response, *, conditional: bool) -> None:
    status = response.status_code
    if 200 <= status < 300 or (status == 304 and conditional):
        return
    reason, detail = f"http-{status}", f"{response.url.host} answered {status}"
    if status == 304:
        raise Transient("protocol", "304, although nothing conditional was asked")
    wait = retry_after(response.headers, datetime.now(UTC))
    if status == 429 or (status == 503 and wait is not None):
        raise Busy(reason, detail, retry_after=_BUSY_DEFAULT if wait is None else wait)
    if status >= 500 or status in {408, 425}:
        raise Transient(reason, detail, retry_after=wait)
    raise Rejected("http-3xx" if status < 400 else reason, detail)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that ``Retry-After`` asks for (RFC 9110, 10.2.3), at most a day; None without one."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal():
        return min(float(value), _MAX_RETRY_AFTER)
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max((until - now).total_seconds(), 0.0), _MAX_RETRY_AFTER)


def _steady(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The chunks, unless they come as crumbs: a body cut into single bytes costs minutes of CPU."""
    total = 0
    for count, chunk in enumerate(chunks, start=1):
        total += len(chunk)
        if count > 10_000 and total < 16 * count:
            raise Rejected("too-large", "the body comes in crumbs")
        yield chunk


def _is_sendable(value: str) -> bool:
    """Whether a header can carry it, such as a validator that a server once sent."""
    return value.isascii() and value.isprintable() and len(value) <= 1_000


def _with_moved(page: Page, moved: str | None) -> Page:
    if moved is None:
        return page
    return Page(page.url, page.status, page.headers, page.body, page.fetched, moved)
