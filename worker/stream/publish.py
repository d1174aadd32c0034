"""The publishing end of the streams: one atomic script per article, safe to repeat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any, cast

from redis import Redis

from worker.model import Article, Event, Fate, FateKind, Feed, Report
from worker.stream.message import (
    ArticleData,
    Coding,
    Telling,
    article_data,
    article_fate,
    tellings,
    unread_article,
)

STREAMS = ("events", "reports", "articles", "dead")


class StreamPublisher:
    """Gives every article its one fate, and its events to the streams.

    Args:
        url: the Redis server (7.0 or newer) of ledger and stream.
        prefix: first word of every key: ``{prefix}:events`` and so on.
        code: what the ontologies say of an event.
        sketch: text → sampled hashes of its shingles, for recognising reprints.
        coder: version of the coder, told in each message.
        copy_share: share of its own sketch that makes a text an earlier one's copy.
        copy_least: hashes that two texts must share at all.
        max_len: about how many entries a stream keeps.
        seen_ttl: seconds in which an article or event is remembered.
        copy_ttl: seconds in which a reprint is recognised.
    """

    def __init__(
        self,
        url: str,
        prefix: str,
        *,
        code: Callable[[Event], Coding],
        sketch: Callable[[str], Sequence[int]],
        coder: str,
        copy_share: float,
        copy_least: int,
        max_len: int,
        seen_ttl: float,
        copy_ttl: float,
    ) -> None:
        """Connect lazily: the first command opens the connection."""
        redis: Redis = Redis.from_url(url, decode_responses=True)
        source = files("worker.stream").joinpath("publish.lua").read_text("utf-8")
        self._script = redis.register_script(source)
        self._prefix = prefix
        self._code = code
        self._sketch = sketch
        self._coder = coder
        self._copy = [copy_share, copy_least]
        self._limits = [max_len, int(seen_ttl), int(copy_ttl)]

    def publish(self, claim: str, article: Article, events: Sequence[Event]) -> Fate:
        """Publish what an article reports; "published", "empty" or "duplicate" is its fate."""
        now = datetime.now(UTC)
        told = [tellings(Report(article, event), self._code, self._coder, now) for event in events]
        return self._end(
            claim,
            article.id,
            Fate("published" if told else "empty"),
            article_data(article),
            now,
            told=told,
            sketch=self._sketch(article.text),
        )

    def close(self, claim: str, fate: Fate, *, url: str, feed: Feed) -> Fate:
        """End an article that could not be read."""
        return self._end(claim, "", fate, unread_article(claim, url, feed), datetime.now(UTC))

    def _end(
        self,
        claim: str,
        article: str,
        fate: Fate,
        described: ArticleData,
        now: datetime,
        *,
        told: Sequence[Telling] = (),
        sketch: Sequence[int] = (),
    ) -> Fate:
        entry = article_fate(described, [one.event_id for one in told], fate.reason, now)
        keys = [
            *(self._key(stream) for stream in STREAMS),
            self._key("counters"),
            self._key("fate", claim),
            self._key("page-of", article),
            *(self._key("sketch", f"{shingle:x}") for shingle in sketch),
        ]
        stamp = now.isoformat(timespec="seconds").replace("+00:00", "Z")
        args: list[Any] = [
            *(claim, article, fate.kind, fate.reason or "", described.outlet or "", stamp),
            *(*self._limits, len(sketch), *self._copy, *entry.fields()),
        ]
        for one in told:
            keys += [self._key("report", one.report_id), self._key("event", one.event_id)]
            args += [one.plover, *one.report.fields(), *one.event.fields()]
        kind, reason, copy, based_on = self._script(keys=keys, args=args)
        return Fate(cast(FateKind, kind), reason or None, copy or None, based_on or None)

    def _key(self, *parts: str) -> str:
        return ":".join((self._prefix, *parts))
