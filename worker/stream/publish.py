"""The publishing end of the streams: one atomic script per article, safe to repeat."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from redis import Redis

from worker.formats.lua import source
from worker.model import Article, Event, Fate, FateKind, Feed, Report
from worker.stream import joining
from worker.stream.contract import ArticleData, Coding, Versions
from worker.stream.message import (
    TEMPLATES,
    article_data,
    asked,
    opened,
    stamp,
    unread_article,
)

STREAMS = ("events", "reports", "articles", "dead")
_EVENTS = ("likeness", "joining", "holding", "telling")
PUBLISH = (*_EVENTS, "publish")
REPUBLISH = (*_EVENTS, "splitting", "republish")
"""The files of Lua that the two scripts are made of."""

Codings = Mapping[tuple[str, str | None], Coding]


@dataclass(frozen=True, slots=True)
class Revision:
    """What publishing an article again changed.

    Attributes:
        known: whether the article is remembered at all; one that is not was left alone.
        new, changed, retracted, same: reports of it.
    """

    known: bool
    new: int = 0
    changed: int = 0
    retracted: int = 0
    same: int = 0

    @property
    def differs(self) -> bool:
        """Whether anything was published."""
        return bool(self.new or self.changed or self.retracted)


class StreamPublisher:
    """Gives every article its one fate, and its events to the streams.

    Args:
        url: the Redis server (7.0 or newer) of ledger and stream.
        prefix: first word of every key: ``{prefix}:events`` and so on.
        codings: what the ontologies say of each type, with mode None, and of its modes.
        sketch: text → sampled hashes of its shingles, for recognising reprints.
        versions: what codes, told in each message.
        copy_share: share of its own sketch that makes a text an earlier one's copy.
        copy_least: hashes that two texts must share at all.
        max_len: about how many entries a stream keeps.
        seen_ttl: seconds in which an article or event is remembered.
        copy_ttl: seconds in which a reprint is recognised.
        weights: what speaks for two reports telling one event; by default `joining.toml`.
    """

    def __init__(
        self,
        url: str,
        prefix: str,
        *,
        codings: Codings,
        sketch: Callable[[str], Sequence[int]],
        versions: Versions,
        copy_share: float,
        copy_least: int,
        max_len: int,
        seen_ttl: float,
        copy_ttl: float,
        weights: Mapping[str, Any] | None = None,
    ) -> None:
        """Connect lazily: the first command opens the connection."""
        redis: Redis = Redis.from_url(url, decode_responses=True)
        weights = weights or joining.weights()
        self._codings = {
            (kind, mode or ""): coding.model_dump_json(exclude_none=True)
            for (kind, mode), coding in codings.items()
        }
        tables = _tables(weights, self._codings)
        self._publish = redis.register_script(tables + source("worker.stream", *PUBLISH))
        self._republish = redis.register_script(tables + source("worker.stream", *REPUBLISH))
        self._prefix = prefix
        self._sketch = sketch
        self._versions = versions
        self._window: int = weights["window"]
        self._copy = {"share": copy_share, "least": copy_least, "copies": int(copy_ttl)}
        self._limits = {"length": max_len, "remember": int(seen_ttl)}

    def publish(self, claim: str, article: Article, events: Sequence[Event]) -> Fate:
        """Publish what an article reports; "published", "empty" or "duplicate" is its fate."""
        fate = Fate("published" if events else "empty")
        ask = self._ask(article.id, article_data(article), self._reports(article, events))
        return self._end(claim, fate, ask, self._sketch(article.text))

    def close(self, claim: str, fate: Fate, *, url: str, feed: Feed) -> Fate:
        """End an article that could not be read."""
        ask = self._ask("", unread_article(claim, url, feed), [])
        return self._end(claim, fate, ask, ())

    def republish(self, article: Article, events: Sequence[Event], *, reason: str) -> Revision:
        """Publish what is different about an article that was published before.

        What it tells no longer is retracted, what it tells otherwise is updated, what is new joins
        or makes its event, and what is the same is left alone; all in one atomic step. An event
        that no report tells any more is retracted. Doing it again changes nothing.

        Args:
            article: as it stands now; its id says which one it is.
            events: all that it tells now; none where it was withdrawn.
            reason: one word for readers: "corrected" (its page), "recoded" (by another version),
                "withdrawn".

        Raises:
            ValueError: the reason is no word.
        """
        if not re.fullmatch(r"[a-z][a-z-]*", reason):
            raise ValueError(f"{reason!r} is no word in small letters")
        ask = self._ask(article.id, article_data(article), self._reports(article, events))
        ask["reason"] = reason
        known, *counts = self._republish(keys=self._keys("", article.id), args=[_dumped(ask)])
        return Revision(bool(known), *counts)

    def _reports(self, article: Article, events: Sequence[Event]) -> list[dict[str, Any]]:
        """Each report once: of two events that none could tell apart the first."""
        reports = {r.id: r for r in reversed([Report(article, event) for event in events])}
        return [
            asked(report, self._coding(report.event), self._versions, self._window)
            for report in reversed(list(reports.values()))
        ]

    def _coding(self, event: Event) -> str:
        """What the ontologies say of it: of its mode, or else of its type."""
        of_type = self._codings[event.type, ""]
        return self._codings.get((event.type, event.mode or ""), of_type)

    def _ask(
        self, article: str, described: ArticleData, reports: list[dict[str, Any]]
    ) -> dict[str, Any]:
        """What the scripts need to know of an article."""
        now = stamp(datetime.now(UTC))
        outlet = described.outlet or ""
        return {
            **self._limits,
            "prefix": self._prefix,
            "article": article,
            "based_on": "",
            "reason": "",
            "outlet": _short(outlet),
            "source": _short(described.agency or outlet),
            "country": _plain(described.country),
            "language": _plain(described.language),
            "published": described.published or now,
            "now": now,
            "described": opened(described),
            "reports": reports,
        }

    def _end(self, claim: str, fate: Fate, ask: dict[str, Any], sketch: Sequence[int]) -> Fate:
        article = ask["article"]
        keys = self._keys(claim, article)
        keys += [self._key("sketch", f"{shingle:x}") for shingle in sketch]
        ask |= self._copy | {"claim": claim, "fate": fate.kind, "reason": fate.reason or ""}
        kind, reason, copy, based_on = self._publish(keys=keys, args=[_dumped(ask)])
        return Fate(cast(FateKind, kind), reason or None, copy or None, based_on or None)

    def _keys(self, claim: str, article: str) -> list[str]:
        return [
            *(self._key(stream) for stream in STREAMS),
            self._key("counters"),
            self._key("fate", claim),
            self._key("page-of", article),
        ]

    def _key(self, *parts: str) -> str:
        return ":".join((self._prefix, *parts))


def _tables(weights: Mapping[str, Any], codings: Mapping[tuple[str, str], str]) -> str:
    """The data that the scripts bring with them."""
    apart = (sorted(mode[:3] for mode in pair.split()) for pair in weights["apart"])
    flags = {"apart": [" ".join(pair) for pair in apart], "mutual": weights["mutual"]}
    flags = {name: dict.fromkeys(values, True) for name, values in flags.items()}
    by_type: dict[str, dict[str, str]] = {}
    for (kind, mode), coding in codings.items():
        by_type.setdefault(kind, {})[mode] = coding
    return (
        f"local WEIGHTS={joining.lua({**weights, **flags})}\n"
        f"local TEMPLATES={joining.lua(TEMPLATES)}\n"
        f"local function codings() return {joining.lua(by_type)} end\n"
    )


def _dumped(ask: Mapping[str, Any]) -> str:
    return json.dumps(ask, ensure_ascii=False, separators=(",", ":"))


def _short(name: str) -> str:
    """30 bits of a name, in five characters; nothing of nothing."""
    digest = hashlib.blake2b(name.encode(), digest_size=4).digest()
    return base64.urlsafe_b64encode(digest).decode()[:5] if name else ""


def _plain(tag: str | None) -> str:
    """A code or language tag without anything that a record of the scripts could mistake."""
    return re.sub(r"[^A-Za-z0-9_-]", "", tag or "")
