"""How long entries stay on the streams, and how the groups do that read them.

An entry goes when it is old *and* every group has acknowledged it; a cap in entries and in memory
is harder than both. Whoever is behind a trim has missed something: that is counted here, because
Redis forgets it as soon as the group reads on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from redis import Redis

from worker.stream.archive import number

_AIM = 0.95  # of a cap: what is trimmed to, so that not every look has to trim


@dataclass(frozen=True, slots=True)
class Group:
    """How one group of readers stands.

    Attributes:
        position: the last entry that was handed out to it.
        oldest: its oldest entry that is not acknowledged; None where all are.
        pending: entries that are not.
        lag: entries that it has not read; None where Redis cannot tell.
        read: entries that it has read, or were gone before; None likewise.
        waiting: seconds that the oldest unread entry has waited.
    """

    name: str
    position: str
    oldest: str | None
    pending: int
    lag: int | None
    read: int | None
    waiting: float

    @property
    def needs(self) -> str:
        """The first entry that must stay for it."""
        return min(self.position, self.oldest or self.position, key=number)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one stream stands.

    Attributes:
        length: entries.
        size: bytes of memory, as Redis estimates it.
        gone: entries that were trimmed since the stream began.
        first: its first entry's id; None where it is empty.
    """

    name: str
    length: int
    size: int
    gone: int
    first: str | None
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Caps:
    """How much a stream keeps: seconds behind now, then at most so many entries, and bytes."""

    age: float
    entries: int
    size: int


def start_of(standing: Standing, caps: Caps, now: float) -> str:
    """The id from which on everything stays, the caps aside: old, or not read by all."""
    aged = f"{max(0, int((now - caps.age) * 1000))}-0"
    return min([aged, *(group.needs for group in standing.groups)], key=number)


def room(standing: Standing, caps: Caps) -> int | None:
    """To how many entries the caps ask a stream to be cut; None where it is within them."""
    within = standing.length <= caps.entries and standing.size <= caps.size
    if within or not standing.length:
        return None
    by_size = int(caps.size * standing.length / max(standing.size, 1))
    return int(_AIM * min(caps.entries, by_size))


class Retention:
    """Trims the streams under one prefix."""

    def __init__(self, url: str, prefix: str, caps: Caps) -> None:
        """Connect lazily."""
        self._redis: Any = Redis.from_url(url, decode_responses=True)
        self._prefix = prefix
        self._caps = caps

    def look(self, stream: str, now: float) -> Standing:
        """How a stream and its groups stand; a stream that is not there is empty."""
        key = f"{self._prefix}:{stream}"
        if not self._redis.exists(key):
            return Standing(stream, 0, 0, 0, None, ())
        info = self._redis.xinfo_stream(key)
        length = info["length"]
        return Standing(
            name=stream,
            length=length,
            size=self._redis.memory_usage(key) or 0,
            gone=info["entries-added"] - length,
            first=info["first-entry"][0] if info["first-entry"] else None,
            groups=tuple(self._groups(key, now)),
        )

    def trim(self, stream: str, now: float) -> Standing:
        """Let go what may go, and count what groups missed by it; how it stands then."""
        key = f"{self._prefix}:{stream}"
        before = self.look(stream, now)
        if not before.length:
            return before
        self._redis.xtrim(key, minid=start_of(before, self._caps, now), approximate=True)
        keep = room(self.look(stream, now), self._caps)
        if keep is not None:
            self._redis.xtrim(key, maxlen=keep, approximate=True)
        after = self.look(stream, now)
        self._count_missed(before, after)
        return after

    def missed(self) -> Mapping[tuple[str, str], int]:
        """Entries that were trimmed before a group had read them, by stream and group."""
        found = self._redis.hgetall(f"{self._prefix}:missed")
        counts = {}
        for name, count in found.items():
            kind, stream, group = name.split(":", 2)
            if kind == "count":
                counts[stream, group] = int(count)
        return counts

    def _groups(self, key: str, now: float) -> Iterator[Group]:
        for group in self._redis.xinfo_groups(key):
            position = group["last-delivered-id"]
            pending = self._redis.xpending(key, group["name"])
            unread = self._redis.xrange(key, f"({position}", count=1)
            yield Group(
                name=group["name"],
                position=position,
                oldest=pending["min"],
                pending=pending["pending"],
                lag=group.get("lag"),
                read=group.get("entries-read"),
                waiting=max(0.0, now - number(unread[0][0])[0] / 1000) if unread else 0.0,
            )

    def _count_missed(self, before: Standing, after: Standing) -> None:
        """Also what publishing itself trimmed since the last look: the stream counts what is gone.

        A group of which Redis does not know how much it read is charged with what went now, if all
        of that lay before it, else with one.
        """
        key = f"{self._prefix}:missed"
        for group in before.groups:
            name = f"{after.name}:{group.name}"
            counted = int(self._redis.hget(key, f"upto:{name}") or 0)
            lost = unread_and_gone(group, before, after, counted)
            if lost:
                self._redis.hincrby(key, f"count:{name}", lost)
                self._redis.hset(key, f"upto:{name}", after.gone)


def unread_and_gone(group: Group, before: Standing, after: Standing, counted: int) -> int:
    """Entries that went before a group had read them, beyond those that were counted."""
    if group.read is not None:
        return max(0, after.gone - max(group.read, counted))
    gone = after.gone - before.gone
    if not gone or after.first is None or number(group.position) >= number(after.first):
        return 0
    whole = before.first is not None and number(group.position) < number(before.first)
    return gone if whole else 1


def unacknowledged_gone(standing: Standing, group: Group) -> bool:
    """Whether a group was handed entries that went before it had acknowledged them."""
    if group.oldest is None:
        return False
    return standing.first is None or number(group.oldest) < number(standing.first)
