"""Read a stream with others, lose nothing: a consumer group for apps in Python.

This file needs nothing of ours and only redis-py: import it, or copy it into your app.

    consumer = Consumer("redis://localhost:6390", "demarche:events", group="map", name="map-1")
    consumer.run(lambda message: save(message.subject, message.data))

**At least once.** An entry is acknowledged after its handler returned. What a process had in hand
when it ended comes first when the same name starts again; what a name that never came back had in
hand is taken over by the others (XAUTOCLAIM) after `idle` seconds. So a handler may see a message
twice, or an older state of an event after a newer one: upsert where `Message.revision` is higher
than what is stored (docs/consuming.md), or let `remember` skip what was finished before.

**Nothing blocks the way.** A handler that raises gets the message again after `idle` seconds; after
`attempts` deliveries it goes to `{stream}:dead:{group}` with the reason, as does an entry that
cannot be read, or one whose handler took the process down each time. Entries are redelivered one by
one, so that those waiting behind such an entry are not counted as tried.

**What may go away.** Redis: tried again for ever, with growing pauses. The group (somebody's
FLUSHALL): made anew. A pending entry (trimmed): acknowledged and counted in `Tally.trimmed`.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import (
    AuthenticationError,
    ConnectionError,  # noqa: A004 - redis-py's own name
    ReadOnlyError,
    ResponseError,
    TimeoutError,  # noqa: A004
)
from redis.retry import Retry

_log = logging.getLogger("demarche.consume")
_AWAY = (ConnectionError, TimeoutError, ReadOnlyError)  # a restart, a slow disk, a failover
_FIRST_WAIT, _LONGEST_WAIT = 0.1, 10.0  # seconds between two tries to reach Redis
_DEAD_LETTERS = 100_000  # about how many are kept

Fields = Mapping[str, str]


class Unreadable(ValueError):  # noqa: N818 - as in the errors of this house
    """An entry is not what the contract says: it can never be handled."""


@dataclass(frozen=True, slots=True)
class Message:
    """One entry, its CloudEvent read.

    Attributes:
        entry: the stream's entry id (``milliseconds-number``).
        id: the CloudEvent's id: the same whenever the same message comes again.
        type: the CloudEvent's type: ``demarche.event.created``.
        subject: what it is about: the event's id, or the article's.
        data: the CloudEvent's own `data`.
        fields: the entry's fields as they stand on the stream.
        deliveries: how often it was handed out, this time included.
        time: the CloudEvent's time, RFC 3339; "" where it has none.
    """

    entry: str
    id: str
    type: str
    subject: str
    data: Mapping[str, Any]
    fields: Fields
    deliveries: int = 1
    time: str = ""

    @property
    def revision(self) -> int:
        """Which state of its subject it carries: a higher one replaces a lower one."""
        return int(self.data.get("revision", 1))


@dataclass(slots=True)
class Tally:
    """What one consumer has done since it was made."""

    handled: int = 0
    failed: int = 0
    dead: int = 0
    repeated: int = 0
    trimmed: int = 0


@dataclass(slots=True)
class Consumer:
    """One member of a consumer group.

    Args:
        url: ``redis://[[user]:password@]host:port/database``, Redis 7.0 or newer.
        stream: the stream's whole name.
        group: the app; its members share the work. It is created where it is missing.
        name: this member. The same after a restart, and no other member's.
        start: where a new group begins: ``0`` (all that is there), ``$`` (what comes), or an id.
        count: entries fetched at once.
        block: seconds to wait for a new entry; `stop` takes that long at most.
        idle: seconds after which an unfinished entry is handed out again. A single call of the
            handler should be shorter; entries that wait for their turn are held on to.
        attempts: deliveries after which an entry is a dead letter.
        ack_every: entries acknowledged at once. More is faster, and a kill makes up to so many
            come again although they were handled.
        remember: seconds in which a message that this group finished is skipped if it comes again
            (told by its `id`); 0: not at all.
    """

    url: str
    stream: str
    group: str
    name: str
    start: str = "0"
    count: int = 100
    block: float = 2.0
    idle: float = 60.0
    attempts: int = 5
    ack_every: int = 1
    remember: float = 0.0
    tally: Tally = field(default_factory=Tally, init=False)
    _redis: Any = field(init=False, repr=False)
    _stop: threading.Event = field(default_factory=threading.Event, init=False, repr=False)
    _done: list[Message] = field(default_factory=list, init=False, repr=False)
    _last: str = field(default="", init=False, repr=False)
    _begin_again: bool = field(default=True, init=False, repr=False)
    _claim_at: float = field(default=0.0, init=False, repr=False)

    def __post_init__(self) -> None:
        """Connect lazily. We retry ourselves: a lost answer leaves entries pending for us."""
        self._redis = Redis.from_url(
            self.url,
            decode_responses=True,
            protocol=2,
            socket_timeout=self.block + 5,
            retry=Retry(NoBackoff(), 0),
        )

    @property
    def dead_letters(self) -> str:
        """The stream of entries that this group gave up."""
        return f"{self.stream}:dead:{self.group}"

    def stop(self) -> None:
        """Make `run` return after the message in hand; may be called from a signal handler."""
        self._stop.set()

    def run(self, handle: Callable[[Message], object]) -> None:
        """Hand every message to ``handle``, until `stop` is called.

        Raises:
            redis.exceptions.RedisError: Redis refuses us (password, rights, not a stream).
        """
        wait = _FIRST_WAIT
        while not self._stop.is_set():
            try:
                self._round(handle)
                wait = _FIRST_WAIT
            except AuthenticationError:
                raise
            except _AWAY as error:
                _log.warning("redis is away, trying again in %.1f s: %s", wait, error)
                self._begin_again = True
                self._stop.wait(wait)
                wait = min(2 * wait, _LONGEST_WAIT)
            except ResponseError as error:
                if not str(error).startswith("NOGROUP"):
                    raise
                self._create_group()

    def _round(self, handle: Callable[[Message], object]) -> None:
        """Own unfinished entries first, then abandoned ones, then new ones."""
        self._acknowledge()
        if self._begin_again:
            self._own(handle)
            self._begin_again = False
        if time.monotonic() >= self._claim_at:
            self._abandoned(handle)
            self._claim_at = time.monotonic() + self.idle / 2
        self._new(handle)
        self._acknowledge()

    def _own(self, handle: Callable[[Message], object]) -> None:
        after = "0"
        while not self._stop.is_set():
            entries = self._read(after, count=1)
            if not entries:
                return
            self._redelivered(*entries[0], handle)
            after = entries[0][0]

    def _abandoned(self, handle: Callable[[Message], object]) -> None:
        cursor, milliseconds = "0-0", int(self.idle * 1000)
        while not self._stop.is_set():
            cursor, entries, trimmed = self._redis.xautoclaim(
                self.stream, self.group, self.name, milliseconds, cursor, count=1
            )
            self.tally.trimmed += len(trimmed)
            for entry, fields in entries:
                self._redelivered(entry, fields, handle)
            if cursor == "0-0":
                return

    def _new(self, handle: Callable[[Message], object]) -> None:
        entries = self._read(">", count=self.count, block=max(1, int(self.block * 1000)))
        if entries:
            self._last = entries[-1][0]
        held = time.monotonic()
        while entries and not self._stop.is_set():
            (entry, fields), *entries = entries
            self._deliver(entry, fields, 1, handle)
            if time.monotonic() - held > self.idle / 3:
                entries = self._hold(entries)
                held = time.monotonic()

    def _read(self, after: str, **options: int) -> list[tuple[str, Fields]]:
        answer = self._redis.xreadgroup(self.group, self.name, {self.stream: after}, **options)
        return list(answer[0][1]) if answer else []

    def _hold(self, entries: Sequence[tuple[str, Fields]]) -> list[tuple[str, Fields]]:
        """Keep entries that wait their turn from being taken over; leave those that were."""
        if not entries:
            return []
        span = {"min": entries[0][0], "max": entries[-1][0], "count": len(entries)}
        pending = self._redis.xpending_range(
            self.stream, self.group, **span, consumername=self.name
        )
        ours = {one["message_id"] for one in pending}
        if ours:
            self._redis.xclaim(
                self.stream, self.group, self.name, 0, sorted(ours), justid=True
            )  # fmt: skip
        return [(entry, fields) for entry, fields in entries if entry in ours]

    def _redelivered(self, entry: str, fields: Fields, handle: Callable[[Message], object]) -> None:
        if not fields:  # trimmed while it was pending
            self._redis.xack(self.stream, self.group, entry)
            self.tally.trimmed += 1
            return
        pending = self._redis.xpending_range(self.stream, self.group, entry, entry, 1)
        deliveries = pending[0]["times_delivered"] if pending else 1
        if deliveries > self.attempts:
            self._bury(entry, fields, deliveries - 1, "it was never finished")
        else:
            self._deliver(entry, fields, deliveries, handle)

    def _deliver(
        self, entry: str, fields: Fields, deliveries: int, handle: Callable[[Message], object]
    ) -> None:
        try:
            message = read(entry, fields, deliveries)
        except Unreadable as error:
            self._bury(entry, fields, deliveries, str(error))
            return
        if self.remember and self._redis.exists(self._mark(message)):
            self.tally.repeated += 1
        elif not self._handled(message, handle):
            return
        self._done.append(message)
        if len(self._done) >= self.ack_every:
            self._acknowledge()

    def _handled(self, message: Message, handle: Callable[[Message], object]) -> bool:
        try:
            handle(message)
        except Exception as error:  # noqa: BLE001 - whatever it is, the others must go on
            self.tally.failed += 1
            reason = f"{type(error).__name__}: {error}"
            _log.warning("%s failed (%s of %s): %s", message.id, message.deliveries,
                         self.attempts, reason)  # fmt: skip
            if message.deliveries >= self.attempts:
                self._bury(message.entry, message.fields, message.deliveries, reason)
            return False
        self.tally.handled += 1
        return True

    def _acknowledge(self) -> None:
        """Acknowledge what is done; what cannot be told to Redis now is told after it is back."""
        if not self._done:
            return
        with self._redis.pipeline() as pipe:
            if self.remember:
                for message in self._done:
                    pipe.set(self._mark(message), 1, px=int(self.remember * 1000))
            pipe.xack(self.stream, self.group, *(message.entry for message in self._done))
            pipe.execute()
        self._done.clear()

    def _bury(self, entry: str, fields: Fields, deliveries: int, reason: str) -> None:
        """Move an entry to the dead letters, as it stands, with what is known of its end."""
        why = {
            "dead-reason": reason,
            "dead-deliveries": str(deliveries),
            "dead-entry": entry,
            "dead-consumer": self.name,
            "dead-time": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        with self._redis.pipeline() as pipe:
            pipe.xadd(self.dead_letters, {**fields, **why}, maxlen=_DEAD_LETTERS, approximate=True)
            pipe.xack(self.stream, self.group, entry)
            pipe.execute()
        self.tally.dead += 1
        _log.error("%s is a dead letter: %s", entry, reason)

    def _mark(self, message: Message) -> str:
        return f"{self.stream}:done:{self.group}:{message.id}"

    def _create_group(self) -> None:
        start = self._last or self.start  # lost while we ran: go on behind what we were given
        try:
            self._redis.xgroup_create(self.stream, self.group, start, mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):  # another member was quicker
                raise


def read(entry: str, fields: Fields, deliveries: int = 1) -> Message:
    """Read an entry's CloudEvent.

    Raises:
        Unreadable: it has no `data`, or that is no CloudEvent.
    """
    try:
        document = json.loads(fields["data"])
        return Message(
            entry=entry,
            id=document["id"],
            type=document["type"],
            subject=document["subject"],
            data=document["data"],
            fields=fields,
            deliveries=deliveries,
            time=document.get("time", ""),
        )
    except KeyError as error:
        raise Unreadable(f"the entry has no {error}") from None
    except (TypeError, ValueError) as error:
        raise Unreadable(f"its data are not a CloudEvent: {error}") from None
