"""Who may fetch what, by robots.txt (RFC 9309), with a cache of its own.

What a host's robots.txt says holds for the origin it was asked at, wherever its redirects lead.
Failure rules of RFC 9309, 2.3.1: 4xx means that there are no rules; a server that fails or cannot
be reached forbids everything for the time being, so the page waits; rules that were read before go
on to hold while the server fails.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego

from worker.errors import Rejected, Transient
from worker.model import Page

MAX_BYTES = 500 * 1024  # RFC 9309, 2.5: at least 500 kibibytes must be read; the rest is not
MAX_RULES = 5_000_000  # characters of all rules remembered; parsed they take 32 times as much
MAX_DELAY = 300.0  # seconds; a Crawl-delay beyond this is taken as this
_RETRY = 300.0  # seconds that a failure is remembered, so that a failing host is left in peace
_NO_RULES = frozenset({"too-many-redirects", "not-text"})  # 2.3.1.2; a picture has no rules
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_NEVER = frozenset({"forbidden-address", "bad-url"})


class Robots:
    """Answers for many origins from many threads; each robots.txt is fetched once per ``ttl``.

    Args:
        fetch: how a URL and a number of bytes become the Page's beginning; best
            `worker.fetch.Fetcher.beginning`.
        agent: our product token ("Demarche"), without version or comment: a word in the comment of
            a whole User-Agent could match another robot's rules.
        ttl: seconds that an answer holds; RFC 9309 asks for a day at most.
        origins: origins remembered; the one unused for longest goes first, also where the rules
            of all together are more than `MAX_RULES`.
    """

    def __init__(
        self,
        fetch: Callable[[str, int], Page],
        *,
        agent: str,
        ttl: float = 3600.0,
        origins: int = 10_000,
    ) -> None:
        """Start with an empty cache."""
        self._fetch = fetch
        self._agent = agent.partition("/")[0].strip()
        self._ttl = ttl
        self._origins = origins
        self._cache: OrderedDict[str, _Origin] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, url: str, now: datetime) -> bool:
        """Whether ``url`` may be fetched.

        Raises:
            Transient: robots.txt cannot be had now (``robots-`` and the reason), so nobody may.
            Rejected: the host can never be asked (``forbidden-address``, ``bad-url``).
        """
        rules = self._rules(url, now)
        return rules is None or bool(rules.can_fetch(url, self._agent))

    def delay(self, url: str, now: datetime) -> float | None:
        """Seconds that ``Crawl-delay`` asks for between two requests, at most `MAX_DELAY`.

        Raises:
            Transient, Rejected: as `allows`.
        """
        rules = self._rules(url, now)
        seconds = rules.crawl_delay(self._agent) if rules else None
        if seconds is None or not seconds >= 0:
            return None
        return min(float(seconds), MAX_DELAY)

    def _rules(self, url: str, now: datetime) -> Protego | None:
        origin = _origin(url)
        entry = self._entry(origin)
        with entry.lock:
            if now >= entry.until:
                self._refresh(origin, entry, now)
                self._forget_beyond(MAX_RULES)
            if entry.failure is not None:
                raise _again(entry.failure, (entry.until - now).total_seconds())
            return entry.rules

    def _entry(self, origin: str) -> _Origin:
        with self._lock:
            entry = self._cache.setdefault(origin, _Origin())
            self._cache.move_to_end(origin)
            if len(self._cache) > self._origins:
                self._cache.popitem(last=False)
            return entry

    def _forget_beyond(self, most: int) -> None:
        """Forget the origins unused for longest, until the rules of the others are few enough."""
        with self._lock:
            size = sum(entry.size for entry in self._cache.values())
            while size > most:
                size -= self._cache.popitem(last=False)[1].size

    def _refresh(self, origin: str, entry: _Origin, now: datetime) -> None:
        try:
            page = self._fetch(f"{origin}/robots.txt", MAX_BYTES + 1)
        except Transient as error:
            entry.failure = None if entry.read else error
            entry.until = now + timedelta(seconds=max(error.retry_after or 0.0, _RETRY))
        except Rejected as error:
            entry.failure = None if _means_no_rules(error) else error
            entry.rules, entry.size, entry.read = None, 0, entry.failure is None
            entry.until = now + timedelta(seconds=self._ttl)
        else:
            text = _text(page)
            entry.rules, entry.size = Protego.parse(text), len(text)
            entry.failure, entry.read = None, True
            entry.until = now + timedelta(seconds=self._ttl)


@dataclass(slots=True)
class _Origin:
    rules: Protego | None = None
    size: int = 0
    failure: Transient | Rejected | None = None
    read: bool = False
    until: datetime = _LONG_AGO
    lock: threading.Lock = field(default_factory=threading.Lock)


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Rejected("bad-url", f"{url[:200]!r} is not a URL") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Rejected("bad-url", f"{url[:200]!r} is not an http or https URL with a host")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in {None, default} else "")


def _means_no_rules(error: Rejected) -> bool:
    return error.reason.startswith(("http-4", "http-3")) or error.reason in _NO_RULES


def _text(page: Page) -> str:
    """The rules as text; a line that the limit cuts through is left out, lest it say less."""
    body = page.body
    if len(body) > MAX_BYTES:
        body = body[:MAX_BYTES].rpartition(b"\n")[0]
    return body.decode("utf-8", errors="replace").removeprefix("\ufeff")


def _again(failure: Transient | Rejected, seconds: float) -> Transient | Rejected:
    """A fresh error each time it is raised: a raised one drags its traceback along."""
    if isinstance(failure, Rejected) and failure.reason in _NEVER:
        return Rejected(failure.reason, failure.detail)
    kind = type(failure) if isinstance(failure, Transient) else Transient
    return kind(f"robots-{failure.reason}", failure.detail, retry_after=seconds)
