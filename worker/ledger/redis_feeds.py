"""The feeds' half of the ledger in Redis: which are watched, who chose them, how they do.

Whatever changes more than one key is a script: the user adds and removes feeds while others poll
them, and several schedulers may read the seeds file at once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from redis import Redis

from worker.formats.lua import source
from worker.formats.records import feed_json, feed_of
from worker.ledger import Change, Tally, Watched
from worker.model import Feed


class RedisFeeds:
    """`worker.ledger.Feeds` on a Redis server.

    Args:
        redis: a client that decodes answers.
        prefix: first word of every key.
    """

    def __init__(self, redis: Redis, prefix: str) -> None:
        """Name the keys; nothing is asked of the server yet."""
        self._redis = redis
        self._feeds = f"{prefix}:feeds"
        self._own = f"{prefix}:feeds:own"
        self._removed = f"{prefix}:feeds:removed"
        self._feeds_due = f"{prefix}:feeds:due"
        self._feeds_leased = f"{prefix}:feeds:leased"
        self._feeds_polled = f"{prefix}:feeds:polled"
        self._habits = f"{prefix}:feeds:habits"
        self._booked = f"{prefix}:feeds:booked"
        self._tallies = [f"{prefix}:feeds:{name}" for name in ("read", "unread", "fruitless")]
        self._watch = self._script("forget", "watch")
        self._add = self._script("add")
        self._remove = self._script("forget", "remove")
        self._looked = self._script("looked")

    def _script(self, *names: str) -> Callable[..., Any]:
        return self._redis.register_script(source("worker.ledger", *names))

    def watch(self, feeds: Iterable[Feed], now: float) -> None:
        """Watch the feeds of the seeds file, beside those that the user chose."""
        described = {feed.url: feed_json(feed) for feed in feeds}
        args = [part for pair in described.items() for part in pair]
        self._watch(keys=[*self._places, *self._remembered], args=[now, *args])

    def add(self, feed: Feed, now: float) -> Change:
        """Watch a feed because the user says so."""
        keys = [*self._places[:5], self._habits]
        return cast(Change, self._add(keys=keys, args=[now, feed.url, feed_json(feed)]))

    def remove(self, url: str) -> bool:
        """Watch a feed no longer because the user says so."""
        return bool(self._remove(keys=[*self._places, *self._remembered], args=[url]))

    @property
    def _places(self) -> list[str]:
        return [
            *(self._feeds, self._own, self._removed),
            *(self._feeds_due, self._feeds_leased, self._feeds_polled),
        ]

    @property
    def _remembered(self) -> list[str]:
        return [self._habits, self._booked, *self._tallies]

    def feed(self, url: str) -> Watched | None:
        """Return a feed that is watched, or None."""
        with self._redis.pipeline() as pipe:
            pipe.hget(self._feeds, url)
            pipe.sismember(self._own, url)
            pipe.zscore(self._feeds_due, url)
            for key in self._remembered:
                pipe.hget(key, url)
            feed, own, due, *remembered = pipe.execute()
        return _watched(feed, bool(own), due, remembered) if feed else None

    def feeds(self) -> list[Watched]:
        """Return all feeds that are watched, by address."""
        with self._redis.pipeline() as pipe:
            pipe.hgetall(self._feeds)
            pipe.smembers(self._own)
            pipe.zrange(self._feeds_due, 0, -1, withscores=True)
            for key in self._remembered:
                pipe.hgetall(key)
            feeds, own, due, *remembered = pipe.execute()
        when = dict(due)
        return [
            _watched(
                feeds[url], url in own, when.get(url), [known.get(url) for known in remembered]
            )
            for url in sorted(feeds)
        ]

    def removed(self) -> list[Feed]:
        """Return the feeds that the user removed, by address."""
        removed = cast(dict[str, str], self._redis.hgetall(self._removed))
        return [feed_of(feed) for _, feed in sorted(removed.items())]

    def wait(self, url: str, booked: float) -> None:
        """End a feed's lease without a look at it: its host gave it this time."""
        self._end_lease(url, booked, "")

    def polled(self, url: str, habit: Mapping[str, Any], due: float | None) -> None:
        """End a feed's lease: remember the habit, look again at `due` (None: never)."""
        self._end_lease(url, "" if due is None else due, json.dumps(dict(habit)))

    def _end_lease(self, url: str, due: float | str, habit: str) -> None:
        keys = [
            *(self._feeds, self._feeds_due, self._feeds_leased, self._feeds_polled),
            *(self._habits, self._booked),
        ]
        self._looked(keys=keys, args=[url, due, habit])

    def _feeds_of(self, urls: Iterable[str]) -> dict[str, Feed]:
        """Look feeds up; one that is no longer known keeps its URL as its name."""
        names = sorted(urls)
        with self._redis.pipeline() as pipe:
            pipe.hmget(self._feeds, names)
            pipe.hmget(self._removed, names)
            found, removed = pipe.execute()
        records = zip(names, found, removed, strict=True)
        return {url: _feed(feed or gone, url) for url, feed, gone in records}


def _feed(record: str | None, url: str) -> Feed:
    return feed_of(record) if record else Feed(url=url, outlet=url)


def _watched(feed: str, own: bool, due: float | None, remembered: list[str | None]) -> Watched:
    habit, booked, *tally = remembered
    return Watched(
        feed=feed_of(feed),
        habit=json.loads(habit) if habit else {},
        booked=float(booked) if booked else None,
        own=own,
        due=due,
        tally=Tally(*(int(count or 0) for count in tally)),
    )
