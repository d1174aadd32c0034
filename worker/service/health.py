"""Whether the service is alive: a key in Redis per process, renewed by its own work.

The writing side is a `Pulse`, called from inside the loop whose stalling is to be noticed: a
worker's heartbeat, the scheduler's tick. The reading side is `check`, a round trip to Redis (asking
the workers over Celery's remote control takes over a second and imports Celery).
"""

from __future__ import annotations

import contextlib
import socket
import time
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from worker.service.redis_server import public
from worker.settings import Settings

ROLES = ("redis", "scheduler", "fetcher", "extractor", "keeper", "exporter", "flower")
TOUCHING = ("scheduler", "fetcher", "extractor", "keeper")
RENEW = 5.0  # seconds between two renewals
ALIVE = 30  # seconds that a sign of life counts; a busy machine may miss a few heartbeats


class _Keys(Protocol):
    """What `Pulse` needs of a Redis client."""

    def set(self, name: str, value: str, *, ex: int) -> object: ...


@dataclass(frozen=True, slots=True)
class Finding:
    """How one role is."""

    role: str
    alive: bool
    detail: str

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.role}: {'alive' if self.alive else 'NOT ALIVE'}, {self.detail}"


class Pulse:
    """The sign of life of one process; calling it often costs nothing.

    Args:
        client: a Redis client of the server that holds the ledger.
        prefix: `Settings.prefix`.
        role: one of `TOUCHING`.
    """

    def __init__(self, client: _Keys, prefix: str, role: str) -> None:
        """Nothing is written before the first call."""
        self._client = client
        self._key = key(prefix, role, socket.gethostname())
        self._next = 0.0

    def __call__(self, *_: object, **__: object) -> None:
        """Renew the key when it is time; takes any arguments, so that it can receive signals.

        A Redis that is away is not this process' failing: the key is left to run out.
        """
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + RENEW
        with contextlib.suppress(RedisError, OSError):
            self._client.set(self._key, f"{time.time():.0f}", ex=ALIVE)


def pulse(settings: Settings, role: str) -> Pulse:
    """The sign of life of this process, on a connection of its own."""
    return Pulse(_client(settings.redis), settings.prefix, role)


def key(prefix: str, role: str, host: str) -> str:
    """The key of one role's sign of life on one host."""
    return f"{prefix}:alive:{role}:{host}"


def check(settings: Settings, roles: Iterable[str] = ROLES, *, host: str = "*") -> list[Finding]:
    """How the roles are.

    Args:
        settings: where Redis and Flower are.
        roles: which to ask after.
        host: only this host's processes count; ``*``: any host's.
    """
    wanted = list(roles)
    with _client(settings.redis) as client:
        try:
            client.ping()
        except (RedisError, OSError) as error:
            detail = f"Redis at {public(settings.redis)} does not answer ({error})"
            return [Finding(role, False, detail) for role in wanted]
        return [_find(client, settings, role, host) for role in wanted]


def signs(client: Redis, prefix: str, role: str, host: str = "*") -> Iterator[str]:
    """Name the hosts on which a role is alive."""
    start = key(prefix, role, "")
    if host != "*":
        if client.exists(start + host):
            yield host
        return
    for found in client.scan_iter(match=f"{start}*", count=1000):
        yield (found.decode() if isinstance(found, bytes) else found).removeprefix(start)


def _find(client: Redis, settings: Settings, role: str, host: str) -> Finding:
    if role == "redis":
        return Finding(role, True, f"answers at {public(settings.redis)}")
    if role == "flower":
        return _served(role, settings.flower_address, settings.flower_port, "/healthcheck")
    if role == "exporter":
        return _served(role, settings.metrics_address, settings.metrics_port, "/")
    hosts = sorted(signs(client, settings.prefix, role, host))
    if hosts:
        return Finding(role, True, f"on {', '.join(hosts)}")
    place = "any host" if host == "*" else host
    return Finding(role, False, f"no sign of life from {place} in the last {ALIVE} s")


def _served(role: str, address: str, port: int, path: str) -> Finding:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(address, address)  # noqa: S104 - a name
    url = f"http://{host}:{port}{path}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never by way of a proxy
    try:
        with opener.open(url, timeout=5) as answer:
            return Finding(role, answer.status == 200, f"answers at {url}")
    except OSError as error:
        return Finding(role, False, f"{url} does not answer ({error})")


def _client(url: str) -> Redis:
    return Redis.from_url(
        url, socket_connect_timeout=3, socket_timeout=3, retry=Retry(NoBackoff(), 0)
    )
