"""The reports of `data/reports.txt`, and how well they are joined: what tests and tuning share."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from pathlib import Path
from typing import Any

from redis import Redis

from worker.events.plover import data, meanings, read_tsv
from worker.model import Account, Article, Event, Evidence, Location, Party, article_id
from worker.stream.contract import Coding, Versions
from worker.stream.publish import StreamPublisher

FILE = Path(__file__).parent / "data" / "reports.txt"
BASES = {"x": "expression", "s": "story", "n": "news", "a": "announced", "o": "open"}
OUTLETS = {
    "Meridian": "NOR", "Skerry": "GBR", "Harbour": "SGP", "Pampas": "ARG", "Baltic": "EST",
    "Savannah": "KEN", "Levant": "LBN", "Alpine": "CHE", "Rio": "BRA", "Hindmarsh": "AUS",
    "Steppe": "KAZ", "Gulf": "QAT", "Atlas": "MAR", "Danube": "HUN", "Prairie": "CAN",
}  # fmt: skip
CODINGS = {
    key: Coding(quad=m.quad, quad_name="-", cameo=m.cameo, goldstein=m.goldstein)
    for key, m in meanings().items()
}


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the file: which act of which story it tells, and how."""

    story: str
    act: str
    article: Article
    event: Event

    @property
    def kept(self) -> bool:
        """Whether it is for judging: every second story, by a hash of its name."""
        return bool(hashlib.sha256(self.story.encode()).digest()[0] % 2)


def load() -> list[Told]:
    """All reports, in the order of publication."""
    story = act = kind = parties = ""
    found = []
    for line in FILE.read_text("utf-8").splitlines():
        if line.startswith("# story "):
            story = line.removeprefix("# story ")
        elif line.startswith("= "):
            act, kind, parties = line[2:].split(" ", 2)
        elif line and not line.startswith("#"):
            found.append(_told(story, act, kind, parties, line.split("|")))
    return sorted(found, key=lambda told: (str(told.article.published), told.article.id))


def _told(story: str, act: str, kind: str, parties: str, cells: list[str]) -> Told:
    outlet, published, mode, day, basis, place, title, quote, *own = (c.strip() for c in cells)
    actors, _, recipients = (own[0] if own else parties).partition(">")
    article = Article(
        id=article_id(f"https://{outlet}.example/{act}/{title}"), text=quote, title=title,
        url=f"https://{outlet.lower()}.example/{act}", source=outlet, country=OUTLETS[outlet],
        published=datetime.fromisoformat(published + "+00:00"),
    )  # fmt: skip
    evidence = Evidence(quote, 0, len(quote))
    account = Account("", None, evidence, "fact", evidence, (), day, BASES[basis])
    event = Event(
        kind, mode or None, _parties(actors, quote), _parties(recipients, quote), day,
        evidence=(evidence,), accounts=(account,),
        location=Location(place=place) if place else None,
    )  # fmt: skip
    return Told(story, act, article, event)


_NAMES = {
    row["code"]: [row["name"], *row["adjectives"].split("|"), *row["people"].split("|")]
    for row in read_tsv(data("gazetteer", "states.tsv"))
}


def _parties(codes: str, quote: str) -> tuple[Party, ...]:
    return tuple(_party(code, quote) for code in codes.split())


def _party(code: str, quote: str) -> Party:
    names = _NAMES.get(code, [code])
    start, words = min(((quote.find(n), n) for n in names if n and n in quote), default=(-1, ""))
    mention = Evidence(words, start, start + len(words)) if words else None
    return Party(code, names[0], mention=mention)


def publisher(
    redis_url: str, prefix: str = "demarche", weights: Mapping[str, Any] | None = None
) -> StreamPublisher:
    return StreamPublisher(
        redis_url, prefix, codings=CODINGS, sketch=lambda text: [],
        versions=Versions(coder="1.0", model="m 1", guide="g"), copy_share=0.5, copy_least=4,
        max_len=1_000_000, seen_ttl=86_400, copy_ttl=60, weights=weights,
    )  # fmt: skip


def joined(
    redis_url: str,
    told: Sequence[Told],
    prefix: str = "demarche",
    weights: Mapping[str, Any] | None = None,
) -> dict[str, str]:
    """Publish in this order; the event that each article's report ended in."""
    one = publisher(redis_url, prefix, weights)
    for report in told:
        one.publish(report.article.id, report.article, [report.event])
    client = Redis.from_url(redis_url, decode_responses=True)
    into, events = {}, {}
    for _, fields in client.xrange(f"{prefix}:events"):
        if fields["type"] == "demarche.event.merged":
            into[fields["subject"]] = json.loads(fields["data"])["data"]["successor"]
    for _, fields in client.xrange(f"{prefix}:articles"):
        (event,) = json.loads(fields["data"])["data"]["events"]
        while event in into:
            event = into[event]
        events[fields["subject"]] = event
    return events


def pairwise(told: Sequence[Told], events: Mapping[str, str]) -> tuple[float, float]:
    """Precision and recall over pairs of reports of the same story."""
    hits = found = wanted = 0
    for one, other in combinations(told, 2):
        together = events[one.article.id] == events[other.article.id]
        same = one.act == other.act
        hits, found, wanted = hits + (together and same), found + together, wanted + same
    return hits / max(found, 1), hits / max(wanted, 1)


def clusters(events: Mapping[str, str]) -> set[frozenset[str]]:
    """Events as sets of their articles."""
    found: dict[str, set[str]] = {}
    for article, event in events.items():
        found.setdefault(event, set()).add(article)
    return {frozenset(articles) for articles in found.values()}


def shuffled(told: Iterable[Told], seed: int) -> list[Told]:
    order = list(told)
    random.Random(seed).shuffle(order)
    return order


def sizes(told: Iterable[Told]) -> Counter[int]:
    """How many acts have how many reports."""
    return Counter(Counter(one.act for one in told).values())
