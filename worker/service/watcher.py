"""Looks at the streams and the ledger for the foreground, in a thread of its own.

A Redis that hangs or is being started again must not keep the foreground from supervising its
processes or from obeying a Ctrl-C.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from redis.exceptions import RedisError

from worker.ledger import Standing
from worker.stream.consume import Message
from worker.stream.read import Counts

LOOK_EVERY = 0.2  # seconds


class Stream(Protocol):
    """What is needed of `worker.stream.read.Reader`."""

    def read(self, stream: str, after: str, *, count: int = 100) -> Sequence[Message]:
        """Return the entries after an id."""

    def last_id(self, stream: str) -> str:
        """Return the id of the newest entry."""

    def counts(self) -> Counts:
        """Return what was counted while publishing."""


class Ledger(Protocol):
    """What is needed of `worker.ledger.redis.RedisLedger`."""

    def standing(self) -> Standing:
        """Count feeds and articles."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look saw: first how far everything is, then all entries up to that moment."""

    standing: Standing
    counts: Counts
    events: tuple[Message, ...]
    articles: tuple[Message, ...]


class Watcher:
    """Looks a few times a second; `next` hands out what was seen, in order.

    Args:
        stream: the reading end of the streams; used by the watcher's thread only.
        ledger: likewise.
        from_start: whether entries that are there already are seen too.
    """

    def __init__(self, stream: Stream, ledger: Ledger, *, from_start: bool) -> None:
        """Start looking: from the streams' first entry on, or at what comes from now on."""
        self._stream = stream
        self._ledger = ledger
        self._after = dict.fromkeys(("events", "articles"), "0" if from_start else "")
        self._seen: queue.Queue[Look] = queue.Queue(maxsize=100)
        self._stop = threading.Event()
        threading.Thread(target=self._run, name="watcher", daemon=True).start()

    def next(self, seconds: float) -> Look | None:
        """The next look; None where there is none within so many seconds."""
        try:
            return self._seen.get(timeout=seconds)
        except queue.Empty:
            return None

    def close(self) -> None:
        """Look no more. A look that hangs is not waited for: its thread ends with the process."""
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(RedisError):  # away for a moment: the supervisor tells of it
                self._offer(self._look())
            self._stop.wait(LOOK_EVERY)

    def _offer(self, look: Look) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(queue.Full):
                self._seen.put(look, timeout=LOOK_EVERY)
                return

    def _look(self) -> Look:
        standing, counts = self._ledger.standing(), self._stream.counts()
        events, after_events = self._since("events")
        articles, after_articles = self._since("articles")
        # Only now, when nothing can fail any more: what was read and not handed out comes again.
        self._after = {"events": after_events, "articles": after_articles}
        return Look(standing, counts, tuple(events), tuple(articles))

    def _since(self, name: str) -> tuple[list[Message], str]:
        after = self._after[name] or self._stream.last_id(name)
        found: list[Message] = []
        while entries := self._stream.read(name, after):
            found += entries
            after = entries[-1].entry
        return found, after
