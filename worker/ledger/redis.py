"""The ledger in Redis: sorted sets for time, hashes for state, Lua where two must move together."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

from redis import Redis

from worker.formats.records import entry_json, entry_of, feed_json, feed_of
from worker.ledger import MANY, Due, Stage, Standing, Work
from worker.ledger.redis_feeds import RedisFeeds
from worker.model import Entry, Feed, Page

_HOLD_TTL = 2 * 86_400  # seconds; longer than any wait that a host may ask for


class RedisLedger(RedisFeeds):
    """`worker.ledger.Ledger` on a Redis server (7.0 or newer).

    Args:
        url: the server.
        prefix: first word of every key.
        lease: seconds until something handed out comes back by itself.
        page_ttl: seconds that a kept page lives.
        seen_ttl: seconds that an article is remembered after it is done.
        reread: seconds between a change of an entry and the second reading of its article.
    """

    def __init__(
        self,
        url: str,
        prefix: str,
        *,
        lease: float,
        page_ttl: float,
        seen_ttl: float,
        reread: float = 86_400.0,
    ) -> None:
        """Connect lazily: the first command opens the connection."""
        super().__init__(Redis.from_url(url, decode_responses=True), prefix)
        self._bytes: Redis = Redis.from_url(url)
        self._lease = lease
        self._page_ttl = int(page_ttl)
        self._seen_ttl = int(seen_ttl)
        self._reread = reread
        self._due = f"{prefix}:articles:due"
        self._leased = f"{prefix}:articles:leased"
        self._again = f"{prefix}:articles:again"
        self._counters = f"{prefix}:counters"
        self._article = f"{prefix}:article:"
        self._page = f"{prefix}:page:"
        self._host = f"{prefix}:host:"
        self._claim = self._script("claim")
        self._bring = self._script("bring")
        self._tick = self._script("tick")
        self._turn = self._script("turn")
        self._done = self._script("done")

    def tick(self, now: float, *, feeds: int, articles: int) -> Due:
        """Take back expired leases, then lease and hand out what is due."""
        keys = [self._feeds_due, self._feeds_leased, self._due, self._leased, self._again]
        args = [now, now + self._lease, feeds, articles, self._article]
        polls, fetch, extract = self._tick(keys=keys, args=args)
        return Due(tuple(polls), tuple(fetch), tuple(extract))

    def claim(self, feed: str, entries: Sequence[tuple[str, Entry]], now: float) -> list[str]:
        """Lease those entries that were never seen; book those for another reading that changed."""
        articles = (self._article + id for id, _ in entries)
        keys = [self._leased, self._counters, self._again, *articles]
        whose = hashlib.sha256(feed.encode()).hexdigest()[:8]
        args: list[Any] = [now + self._lease, feed, now + self._reread, MANY]
        for id, entry in entries:
            args += [id, entry_json(entry), entry.mark and f"{whose}:{entry.mark}"]
        return list(self._claim(keys=keys, args=args)) if entries else []

    def bring(self, id: str, page: Page, entry: Entry, feed: Feed, now: float) -> bool:
        """Take in a page that was fetched elsewhere; False where the article is known."""
        keys = [self._article + id, self._page + id, self._due, self._counters]
        described = [feed.url, feed_json(feed), entry_json(entry)]
        args = [id, *described, now, _pack(page), self._page_ttl]
        return bool(self._bring(keys=keys, args=args))

    def resume(self, ids: Iterable[str], now: float) -> list[Work]:
        """Renew the leases of those that are not done yet, and return them."""
        wanted = list(dict.fromkeys(ids))
        with self._redis.pipeline(transaction=False) as pipe:
            for id in wanted:
                pipe.hgetall(self._article + id)
            records = dict(zip(wanted, pipe.execute(), strict=True))
        open_ones = {id: record for id, record in records.items() if "entry" in record}
        if not open_ones:
            return []
        self._redis.zadd(self._leased, dict.fromkeys(open_ones, now + self._lease))
        self._redis.zrem(self._due, *open_ones)
        feeds = self._feeds_of({record["feed"] for record in open_ones.values()})
        return [_work(id, record, feeds[record["feed"]]) for id, record in open_ones.items()]

    def postpone(
        self,
        id: str,
        until: float,
        *,
        failed: bool,
        booked: bool = False,
        stage: Stage | None = None,
    ) -> None:
        """Give an article back until then."""
        key = self._article + id
        with self._redis.pipeline() as pipe:
            if failed:
                pipe.hincrby(key, "attempts", 1)
            if stage:
                pipe.hset(key, "stage", stage)
            if booked:
                pipe.hset(key, "booked", until)
            else:
                pipe.hdel(key, "booked")
            pipe.zrem(self._leased, id)
            pipe.zadd(self._due, {id: until})
            pipe.execute()

    def failed(self, id: str) -> None:
        """Count a failed attempt without giving the article back."""
        self._redis.hincrby(self._article + id, "attempts", 1)

    def suspect(self, ids: Iterable[str]) -> None:
        """Note, before it is tried, that these may bring the process down."""
        with self._redis.pipeline(transaction=False) as pipe:
            for id in ids:
                pipe.hset(self._article + id, "suspect", 1)
            pipe.execute()

    def cleared(self, ids: Iterable[str]) -> None:
        """Take the suspicion back."""
        with self._redis.pipeline(transaction=False) as pipe:
            for id in ids:
                pipe.hdel(self._article + id, "suspect")
            pipe.execute()

    def release(self, ids: Iterable[str], now: float) -> None:
        """End the leases of those not done at once."""
        self._redis.zadd(self._leased, dict.fromkeys(ids, now), xx=True)

    def done(self, id: str, *, read: bool, again: bool = False) -> None:
        """Forget everything about an article but that it was seen; count it for its feed."""
        keys = [
            *(self._article + id, self._page + id, self._due, self._leased),
            *(self._feeds, *self._tallies),
        ]
        self._done(keys=keys, args=[id, self._seen_ttl, int(read), int(again)])

    def keep(self, id: str, page: Page) -> None:
        """Keep a fetched page for the extractor."""
        with self._bytes.pipeline() as pipe:
            pipe.set(self._page + id, _pack(page), ex=self._page_ttl)
            pipe.hset(self._article + id, "stage", "extract")
            pipe.execute()

    def page(self, id: str) -> Page | None:
        """Return the kept page, or None where its time to live ran out."""
        packed = self._bytes.get(self._page + id)
        return None if packed is None else _unpack(cast(bytes, packed))

    def turn(self, host: str, now: float, delay: float, booked: float | None = None) -> float:
        """Ask for a host: 0 means go now; else the time at which to come back."""
        args = [now, delay, "" if booked is None else booked]
        return float(self._turn(keys=[self._host + host], args=args))

    def hold(self, host: str, until: float) -> None:
        """Leave a host alone until then."""
        key = self._host + host
        self._redis.hset(key, "hold", until)
        self._redis.expire(key, _HOLD_TTL)

    def standing(self) -> Standing:
        """Count feeds and articles."""
        with self._redis.pipeline() as pipe:
            pipe.hlen(self._feeds)
            pipe.scard(self._feeds_polled)
            pipe.hget(self._counters, "articles")
            pipe.zcard(self._due)
            pipe.zcard(self._leased)
            pipe.zcard(self._again)
            feeds, polled, articles, waiting, leased, again = pipe.execute()
        return Standing(feeds, polled, int(articles or 0), waiting, leased, again)


def _work(id: str, record: Mapping[str, str], feed: Feed) -> Work:
    booked = record.get("booked")
    return Work(
        id=id,
        entry=entry_of(record["entry"]),
        feed=feed_of(record["as"]) if "as" in record else feed,
        stage="extract" if record["stage"] == "extract" else "fetch",
        attempts=int(record.get("attempts", 0)),
        suspect="suspect" in record,
        booked=float(booked) if booked else None,
        again="again" in record,
    )


def _pack(page: Page) -> bytes:
    """One JSON line of everything but the body, then the body; deflated (about 5:1)."""
    head = {**asdict(page), "body": None, "fetched": page.fetched.isoformat()}
    return zlib.compress(json.dumps(head).encode() + b"\n" + page.body, level=1)


def _unpack(packed: bytes) -> Page:
    head, body = zlib.decompress(packed).split(b"\n", 1)
    record = json.loads(head)
    return Page(**{**record, "body": body, "fetched": datetime.fromisoformat(record["fetched"])})
