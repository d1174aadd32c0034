"""The process that looks after the streams: their messages go into files, and old entries go.

It is a consumer like any other, with its own position: the files say how far they are whole. Beside
that it keeps the group `archive` at this position, so that nothing is trimmed before it is on disk
and `demarche status` shows how far it is.
"""

from __future__ import annotations

import fcntl
import time
from pathlib import Path
from typing import IO, Self

import structlog
from redis.exceptions import RedisError

from worker import wiring
from worker.errors import ConfigError
from worker.service import health, redis_server
from worker.service.signals import StopRequests
from worker.settings import Settings
from worker.stream.archive import Archive
from worker.stream.publish import STREAMS
from worker.stream.read import Reader
from worker.stream.retention import Retention

GROUP = "archive"
BATCH = 1000  # messages written at once: 3 MB
EVERY = 2.0  # seconds between two looks at the streams: what comes meanwhile is written at once
TRIM_EVERY = 10.0

log = structlog.get_logger(__name__)


def run(settings: Settings) -> None:
    """Keep and trim until asked to end; what came until then is kept.

    Raises:
        ConfigError: Redis cannot be used, or the archive's folder cannot be written.
    """
    with StopRequests() as stop:
        redis_server.require(settings)
        with Keeper(settings) as keeper:
            while not stop:
                keeper.look()
                until = time.monotonic() + EVERY
                while not stop and time.monotonic() < until:
                    keeper.pulse()
                    time.sleep(0.1)
            keeper.look()


class Keeper:
    """One look after the other."""

    def __init__(self, settings: Settings) -> None:
        """Connect lazily.

        Raises:
            ConfigError: the archive's folder cannot be written, or another keeper does.
        """
        self.pulse = health.pulse(settings, "keeper")
        self._reader: Reader = wiring.reader(settings)
        self._retention: Retention = wiring.retention(settings)
        self._archive: Archive | None = wiring.archive(settings) if settings.archive else None
        self._lock = _lock(settings.archive_folder) if settings.archive else None
        self._trim_at = 0.0

    def __enter__(self) -> Self:
        """Nothing happens before the first look."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the folder to others."""
        if self._lock is not None:
            self._lock.close()

    def look(self) -> None:
        """Keep what is new, trim what may go; what cannot be done now is done the next time."""
        try:
            for stream in STREAMS:
                self._keep(stream)
            if time.monotonic() >= self._trim_at:
                self._trim_at = time.monotonic() + TRIM_EVERY
                for stream in STREAMS:
                    self._retention.trim(stream, time.time())
        except RedisError as error:
            log.warning("keeper.redis_away", error=str(error))
        except OSError as error:
            log.exception("keeper.cannot_write", error=str(error))

    def _keep(self, stream: str) -> None:
        if self._archive is None:
            self._reader.unmark(stream, GROUP)
            return
        at = self._archive.position(stream)
        while messages := self._reader.read(stream, at.entry, count=BATCH):
            at = self._archive.append(stream, messages)
            self._reader.mark(stream, GROUP, at.entry)
            self.pulse()


def _lock(folder: Path) -> IO[str]:
    """Keep other keepers out of the folder as long as this file is open."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise ConfigError(
            f"{folder} cannot be written ({error.strerror}); set DEMARCHE_ARCHIVE_DIR to a folder "
            "that can, or DEMARCHE_ARCHIVE=false."
        ) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise ConfigError(f"Another keeper writes to {folder}.") from None
    return lock
