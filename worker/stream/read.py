"""The reading end of the streams: entries after an id, from a time on, or as they come."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import structlog
from redis import Redis
from redis.exceptions import ResponseError

from worker.errors import ConfigError
from worker.model import Fate
from worker.stream.archive import number
from worker.stream.consume import Fields, Message, Unreadable, read

log = structlog.get_logger(__name__)

_LAST = 2**64 - 1  # the highest number that an entry of a millisecond can have
_ENTRY_ID = re.compile(r"\d+(-\d+)?")


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted while publishing.

    Attributes:
        fates: articles by fate ("published", …).
        reasons: articles by fate and reason ("rejected:robots").
        types: events by PLOVER type.
        languages: articles that could not be read for their language, by its tag.
    """

    fates: Mapping[str, int]
    reasons: Mapping[str, int]
    types: Mapping[str, int]
    languages: Mapping[str, int] = field(default_factory=dict)


class Reader:
    """Reads the streams under one prefix."""

    def __init__(self, url: str, prefix: str) -> None:
        """Connect lazily. No socket time-out: a blocking XREAD may wait as long as it says."""
        self._redis: Redis = Redis.from_url(url, decode_responses=True, socket_timeout=None)
        self._prefix = prefix

    def read(
        self, stream: str, after: str, *, count: int = 100, block: float | None = None
    ) -> list[Message]:
        """Return the entries after an id; with `block`, wait up to so many seconds for one.

        What somebody else put there, and is no message, is logged and left out.
        """
        name = f"{self._prefix}:{stream}"
        milliseconds = None if block is None else max(1, int(block * 1000))
        while True:
            answer: Any = self._redis.xread({name: after}, count=count, block=milliseconds)
            entries = [entry for _, entries in answer or [] for entry in entries]
            messages = [found for entry in entries if (found := _message(stream, *entry))]
            if messages or not entries:
                return messages
            after = entries[-1][0]

    def follow(self, stream: str, after: str) -> Iterator[Message]:
        """Yield entries for ever: those after an id ("$": none), then new ones as they come."""
        last = self.last_id(stream) if after == "$" else after
        while True:
            for entry in self.read(stream, last, block=5.0):
                last = entry.entry
                yield entry

    def until_now(self, stream: str, after: str, upto: str | None = None) -> Iterator[Message]:
        """Yield the entries after an id that are there now (or up to an id), and end."""
        newest = number(upto or self.last_id(stream))
        last = after
        while entries := self.read(stream, last, count=500):
            for entry in entries:
                if number(entry.entry) > newest:
                    return
                yield entry
                last = entry.entry

    def last_id(self, stream: str) -> str:
        """Return the id of the newest entry; "0" where there is none."""
        newest: Any = self._redis.xrevrange(f"{self._prefix}:{stream}", count=1)
        return newest[0][0] if newest else "0"

    def mark(self, stream: str, group: str, entry: str) -> None:
        """Tell how far a reader is that keeps its own position, as the position of a group."""
        name = f"{self._prefix}:{stream}"
        try:
            self._redis.xgroup_setid(name, group, entry)
        except ResponseError:  # there is no such group, or no such stream yet
            self._redis.xgroup_create(name, group, entry, mkstream=True)

    def unmark(self, stream: str, group: str) -> None:
        """Forget a group's position: nobody waits for it any more."""
        if self._redis.exists(f"{self._prefix}:{stream}"):
            self._redis.xgroup_destroy(f"{self._prefix}:{stream}", group)

    def fates(self, claims: Sequence[str]) -> dict[str, Fate]:
        """Return the fates of those articles that have one, by the ids under which they came."""
        with self._redis.pipeline(transaction=False) as pipe:
            for claim in claims:
                pipe.hmget(f"{self._prefix}:fate:{claim}", ["fate", "reason", "copy", "based"])
            found = zip(claims, pipe.execute(), strict=True)
        return {
            claim: Fate(kind, *(value or None for value in rest))
            for claim, (kind, *rest) in found
            if kind
        }

    def counts(self) -> Counts:
        """Return what was counted while publishing."""
        found: Any = self._redis.hgetall(f"{self._prefix}:counters")
        return Counts(
            fates=_under("fate:", found),
            reasons=_under("reason:", found),
            types=_under("type:", found),
            languages=_under("language:", found),
        )


def position(start: str) -> str:
    """Turn an entry id, or a time (ISO 8601; UTC unless it says otherwise), into "read after this".

    Raises:
        ConfigError: it is neither.
    """
    return start if _is_id(start) else f"{_milliseconds(start) - 1}"


def end(stop: str) -> str:
    """Turn an entry id into "up to and with this", a time into "before this moment".

    Raises:
        ConfigError: it is neither.
    """
    return stop if _is_id(stop) else f"{_milliseconds(stop) - 1}-{_LAST}"


def _is_id(text: str) -> bool:
    return bool(_ENTRY_ID.fullmatch(text)) and not re.fullmatch(r"\d{4}", text)


def _milliseconds(text: str) -> int:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(
            f"{text!r} is neither an entry id (1700000000000-0) nor a time (2026-01-31T12:00)."
        ) from None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return int(when.timestamp() * 1000)


def _message(stream: str, entry: str, fields: Fields) -> Message | None:
    try:
        return read(entry, fields)
    except Unreadable as error:
        log.warning("stream.unreadable", stream=stream, entry=entry, reason=str(error))
        return None


def _under(prefix: str, counters: Mapping[str, str]) -> dict[str, int]:
    return {
        name.removeprefix(prefix): int(count)
        for name, count in sorted(counters.items())
        if name.startswith(prefix)
    }
