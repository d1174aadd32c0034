"""The officials in Redis: a document a name, and two sorted sets that say when it was seen last.

One set holds the names that few outlets know, the other those that are learnt, contested or decided
by hand: whoever floods the store with names drives out only others of the first set.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from math import inf
from typing import Any, cast

from redis import Redis
from redis.client import Pipeline

from worker.ledger.officials import (
    Candidate,
    Claim,
    Learning,
    learnt,
    noted,
    says_the_same,
    unfaded,
)
from worker.model import OfficeHolder, Sighting

_BATCH = 200  # names that one article may name, and that one trimming takes away


class RedisOfficials:
    """`worker.ledger.officials.Officials` on a Redis server (7.0 or newer).

    Args:
        url: the server.
        prefix: first word of every key.
        learning: when a claim is believed, and how long it is kept.
    """

    def __init__(self, url: str, prefix: str, learning: Learning) -> None:
        """Connect lazily: the first command opens the connection."""
        self._redis: Redis = Redis.from_url(url, decode_responses=True)
        self._learning = learning
        self._name = f"{prefix}:official:"
        self._few = f"{prefix}:officials:few"
        self._enough = f"{prefix}:officials:enough"
        self._accepted = f"{prefix}:officials:accepted"
        self._forgotten = f"{prefix}:officials:forgotten"
        self._version = f"{prefix}:officials:version"

    def record(self, sightings: Sequence[Sighting], outlet: str, now: float) -> None:
        """Note what an article of this outlet says, all of it or nothing.

        Two processes may note the same name at the same moment: the slower one begins again.
        """
        told: dict[str, list[Sighting]] = {}
        for sighting in sightings[:_BATCH]:
            told.setdefault(sighting.key, []).append(sighting)
        if told:
            watched = [self._accepted, self._forgotten, *(self._name + key for key in told)]
            self._redis.transaction(lambda pipe: self._note(pipe, told, outlet, now), *watched)
            self._trim(now)

    def _note(
        self, pipe: Pipeline, told: dict[str, list[Sighting]], outlet: str, now: float
    ) -> None:
        known = self._read(pipe, list(told))
        pipe.multi()
        for key, sightings in told.items():
            before = known.get(key)
            if before is not None and before.forgotten:
                continue
            after = before and unfaded(before, self._learning.fading(now))
            for sighting in sightings:
                after = noted(after, sighting, outlet, now)
            if after is not None:
                self._keep(pipe, before, after, now)

    def _keep(self, pipe: Pipeline, before: Candidate | None, after: Candidate, now: float) -> None:
        enough = after.enough(self._learning.outlets)
        pipe.set(self._name + after.key, _packed(after))
        pipe.zadd(self._enough if enough else self._few, {after.key: now}, gt=True)
        pipe.zrem(self._few if enough else self._enough, after.key)
        had_enough = before is not None and before.enough(self._learning.outlets)
        if (enough or had_enough) and not says_the_same(before, after):
            pipe.incr(self._version)

    def version(self) -> int:
        """Return a number that changes whenever `holders` would."""
        return int(cast(str | None, self._redis.get(self._version)) or 0)

    def holders(self, now: float) -> tuple[OfficeHolder, ...]:
        """Return everybody who is learnt."""
        keys = cast(list[str], self._redis.zrange(self._enough, 0, -1))
        return learnt(self._read(self._redis, keys).values(), self._learning, now)

    def candidates(self, now: float) -> list[Candidate]:
        """Return every name, learnt or not, and those that were forgotten."""
        keys = [
            *cast(list[str], self._redis.zrange(self._few, 0, -1)),
            *cast(list[str], self._redis.zrange(self._enough, 0, -1)),
        ]
        known = self._read(self._redis, keys).values()
        current = (unfaded(one, self._learning.fading(now)) for one in known)
        return sorted((c for c in current if c.claims or c.forgotten), key=lambda c: c.key)

    def accept(self, key: str, code: str) -> None:
        """Believe what is claimed of a name for this code, for good."""
        with self._redis.pipeline() as pipe:
            pipe.hset(self._accepted, key, code)
            self._decided(pipe, key)
            pipe.execute()

    def forget(self, key: str, name: str) -> None:
        """Drop a name, and never learn it again."""
        with self._redis.pipeline() as pipe:
            pipe.hset(self._forgotten, key, name)
            pipe.hdel(self._accepted, key)
            pipe.delete(self._name + key)
            self._decided(pipe, key)
            pipe.execute()

    def _decided(self, pipe: Pipeline, key: str) -> None:
        """Keep a name for good: what a person decided neither fades nor is driven out."""
        pipe.zrem(self._few, key)
        pipe.zadd(self._enough, {key: inf})
        pipe.incr(self._version)

    def remember(self, key: str) -> None:
        """Let a name be learnt again that was forgotten."""
        with self._redis.pipeline() as pipe:
            pipe.hdel(self._forgotten, key)
            pipe.zrem(self._enough, key)
            pipe.execute()

    def _read(self, redis: Redis, keys: Sequence[str]) -> dict[str, Candidate]:
        """The candidates of these keys, as far as there are any."""
        if not keys:
            return {}
        packed = cast(list[str | None], redis.mget([self._name + key for key in keys]))
        accepted = cast(list[str | None], redis.hmget(self._accepted, list(keys)))
        forgotten = cast(list[str | None], redis.hmget(self._forgotten, list(keys)))
        found = {}
        for key, text, code, name in zip(keys, packed, accepted, forgotten, strict=True):
            if name is not None:
                found[key] = Candidate(key, name, forgotten=True)
            elif text is not None:
                found[key] = _unpacked(key, text, code)
        return found

    def _trim(self, now: float) -> None:
        """Drop what faded, and of each set the names seen longest ago where it grew too large."""
        before = f"({self._learning.fading(now)}"
        for names in (self._few, self._enough):
            faded = cast(list[str], self._redis.zrangebyscore(names, "-inf", before, 0, _BATCH))
            over = self._redis.zcard(names) - len(faded) - self._learning.most
            if over > 0:
                faded += [key for key, score in self._oldest(names, over) if score != inf]
            self._drop(names, faded)

    def _oldest(self, names: str, count: int) -> Iterable[tuple[str, float]]:
        found = self._redis.zrange(names, 0, min(count, _BATCH) - 1, withscores=True)
        return cast(list[tuple[str, float]], found)

    def _drop(self, names: str, keys: Sequence[str]) -> None:
        if not keys:
            return
        with self._redis.pipeline() as pipe:
            pipe.delete(*(self._name + key for key in keys))
            pipe.zrem(names, *keys)
            if names == self._enough:
                pipe.incr(self._version)
            pipe.execute()


def _packed(candidate: Candidate) -> str:
    claims = [asdict(claim) for claim in candidate.claims]
    record = {"name": candidate.name, "claims": claims}
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"), default=date.isoformat)


def _unpacked(key: str, text: str, accepted: str | None) -> Candidate:
    record = json.loads(text)
    claims = tuple(_claim(claim) for claim in record["claims"])
    return Candidate(key, record["name"], claims, accepted)


def _claim(record: dict[str, Any]) -> Claim:
    days = {name: date.fromisoformat(record[name]) for name in ("first", "last")}
    lists = {name: tuple(record[name]) for name in ("outlets", "shorts")}
    return Claim(**{**record, **days, **lists})
