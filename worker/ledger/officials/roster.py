"""Who is learnt, as one process knows it: looked up again every few minutes, where it changed."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from redis.exceptions import RedisError

from worker.ledger.officials import Officials
from worker.model import OfficeHolder

log = structlog.get_logger(__name__)

_DAY = 86_400.0  # seconds after which it is looked up although nothing changed: claims fade


class Roster:
    """Called, it gives the holders that are learnt now; mostly the same tuple as before.

    A Redis that does not answer leaves it as it was until the next look.

    Args:
        officials: the store.
        refresh: seconds between two looks at the store's version.
    """

    def __init__(
        self, officials: Officials, refresh: float, now: Callable[[], float] = time.time
    ) -> None:
        """Look at nothing before the first call."""
        self._officials = officials
        self._refresh = refresh
        self._now = now
        self._holders: tuple[OfficeHolder, ...] = ()
        self._looked = self._loaded = float("-inf")
        self._version: int | None = None

    def __call__(self) -> tuple[OfficeHolder, ...]:
        """Return everybody who is learnt."""
        now = self._now()
        if now - self._looked >= self._refresh:
            self._looked = now
            try:
                self._look(now)
            except RedisError as error:
                log.warning("officials_unknown", error=repr(error))
        return self._holders

    def _look(self, now: float) -> None:
        version = self._officials.version()
        if version == self._version and now - self._loaded < _DAY:
            return
        self._holders = self._officials.holders(now)
        self._version, self._loaded = version, now
        log.info("officials_learnt", holders=len(self._holders))
