"""How fast articles get onto the streams, whether all do once, and what that costs in Redis.

    python benchmarks/publishing.py rate URL [--reports 100000] [--workers 4]
    python benchmarks/publishing.py live URL [--most 1000000]

Both empty the server first. `rate` publishes invented articles, a report each, with as many
processes as told; every tenth article is given to two of them, as it happens when a lease runs out.
Then it counts. `live` fills Redis with events, and at each power of ten publishes two thousand
reports more; what is told is the server's own CPU time for each.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from typing import Any

from redis import Redis

from tests.reports import CODINGS
from worker.model import Article, Event, Evidence, Party, article_id
from worker.stream.contract import Versions
from worker.stream.publish import StreamPublisher

CODES = [f"{a}{b}{c}" for a in "ABCDEFGHJK" for b in "LMNPQ" for c in "RSTU"]  # 200, as states
TYPES = [kind for kind, mode in CODINGS if mode is None]
WORDS = [f"w{n}x{n * 7919 % 9973}" for n in range(4000)]
OUTLETS = [f"Outlet {n}" for n in range(300)]
START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 90
PROBE = 2_000
PUBLISHED = 10_000  # live events that are made by publishing; more are copies of them
BATCH = 100


def invented(seed: int, most: int = 9) -> Iterator[tuple[Article, Event]]:
    """Articles without end: of each act one or more tell, in a few days, with like words."""
    chance = random.Random(seed)
    number = 0
    while True:
        parties = tuple(Party(code, code) for code in chance.sample(CODES, 2))
        day = START + timedelta(days=chance.randrange(DAYS))
        kind, subject = chance.choice(TYPES), chance.sample(WORDS, 8)
        for outlet in chance.sample(OUTLETS, min(most, int(chance.expovariate(0.5)) + 1)):
            number += 1
            text = " ".join(chance.sample(subject, 6) + chance.sample(WORDS, 2))
            evidence = Evidence(text, 0, len(text))
            event = Event(
                kind, None, parties[:1], parties[1:], day.date().isoformat(), evidence=(evidence,)
            )
            article = Article(
                id=article_id(f"{seed}/{number}"), text=text, source=outlet, country="NOR",
                url=f"https://example.org/{seed}/{number}", title="Something happened",
                published=day + timedelta(hours=chance.randrange(40)),
            )  # fmt: skip
            yield article, event


def publisher(url: str, max_len: int) -> StreamPublisher:
    return StreamPublisher(
        url, "demarche", codings=CODINGS, sketch=lambda _: [],
        versions=Versions(coder="1", model="1", guide="1"), copy_share=0.5, copy_least=4,
        max_len=max_len, seen_ttl=86_400, copy_ttl=60,
    )  # fmt: skip


# rate ---------------------------------------------------------------------------------------------


def work(url: str, worker: int, workers: int, reports: int) -> None:
    """One process: its share of the articles, and every tenth of its neighbour's."""
    one = publisher(url, 10_000_000)
    told = invented(1)
    for number in range(reports):
        article, event = next(told)
        neighbour = number % 10 == 0 and (number + 1) % workers == worker
        if number % workers == worker or neighbour:
            one.publish(article.id, article, [event])


def rate(url: str, reports: int, workers: int) -> None:
    redis: Redis = Redis.from_url(url, decode_responses=True)
    redis.flushall()
    start, before = time.perf_counter(), cpu(redis)
    context = get_context("spawn")
    jobs = [context.Process(target=work, args=(url, n, workers, reports)) for n in range(workers)]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    seconds, spent = time.perf_counter() - start, cpu(redis) - before
    print(f"{workers} workers: {reports / seconds:.0f} reports/s, {1e6 * spent / reports:.0f} µs "
          f"of Redis each")  # fmt: skip
    entries = {s: redis.xlen(f"demarche:{s}") for s in ("events", "reports", "articles")}
    ids = Counter(document_ids(redis, "reports"))
    held = sum(int(redis.hget(key, "n") or 0) for key in redis.scan_iter("demarche:event:*", 1000))
    sizes = {s: redis.memory_usage(f"demarche:{s}", samples=0) / n for s, n in entries.items()}
    print("entries", entries, "bytes each", {s: round(size) for s, size in sizes.items()})
    print(f"reports on the stream {len(ids)}, twice {sum(n > 1 for n in ids.values())}, "
          f"held by events {held}, expected {reports}")  # fmt: skip


def document_ids(redis: Redis, stream: str) -> Iterator[str]:
    last = "-"
    while entries := redis.xrange(f"demarche:{stream}", last, count=1000):
        yield from (fields["id"] for _, fields in entries)
        last = f"({entries[-1][0]}"


# live ---------------------------------------------------------------------------------------------


class Filler:
    """Asks as the publisher makes them, sent in pipelines: Python waits for nothing in between."""

    def __init__(self, url: str) -> None:
        self._one = publisher(url, 10_000)
        self._redis: Redis = Redis.from_url(url)
        self._sha = self._redis.script_load(self._one._publish.script)  # noqa: SLF001

    def fill(self, reports: int, told: Iterator[tuple[Article, Event]]) -> None:
        for _ in range(reports // BATCH):
            with self._redis.pipeline(transaction=False) as pipe:
                for article, event in (next(told) for _ in range(BATCH)):
                    keys, ask = self._asked(article, event)
                    pipe.evalsha(self._sha, len(keys), *keys, ask)
                pipe.execute()

    def _asked(self, article: Article, event: Event) -> tuple[list[str], str]:
        """What `StreamPublisher.publish` would send."""
        sent: dict[str, Any] = {}

        def keep(keys: list[str], args: list[str]) -> list[str]:
            sent.update(keys=keys, ask=args[0])
            return ["published", "", "", ""]

        self._one._publish = keep  # type: ignore[assignment]  # noqa: SLF001
        self._one.publish(article.id, replace(article), [event])
        return sent["keys"], sent["ask"]


# Live events by the hundred thousand: those that were published, again under other names.
COPY = """
local copies = 0
for _, key in ipairs(redis.call('HKEYS', KEYS[1])) do
  local entries, others = redis.call('HGET', KEYS[1], key), {}
  for from = 1, #entries, 22 do
    local day, id = entries:sub(from, from + 1), entries:sub(from + 2, from + 21)
    local other = redis.sha1hex(id .. ARGV[1]):sub(1, 20)
    redis.call('COPY', ARGV[2] .. id, ARGV[2] .. other)
    others[#others + 1] = day .. other
    copies = copies + 1
  end
  redis.call('HSET', KEYS[1], key .. ARGV[1], table.concat(others))
end
return copies
"""


def live(url: str, most: int) -> None:
    redis: Redis = Redis.from_url(url, decode_responses=True, socket_timeout=None)
    redis.flushall()
    filler, level, there = Filler(url), 1_000, 0
    firsts, all_of_them = invented(2, most=1), invented(3)
    while level <= most:
        if level <= PUBLISHED:
            filler.fill(level - there, firsts)
            there = level
        while there < level:
            shelves = sorted(redis.scan_iter("demarche:live:*"))
            there += sum(int(copied(redis, shelf, there)) for shelf in shelves)
        before = cpu(redis)
        filler.fill(PROBE, all_of_them)
        print(f"{there:>9} live events: {1e6 * (cpu(redis) - before) / PROBE:.0f} µs a report, "
              f"{redis.info('memory')['used_memory'] / 1e6:.0f} MB in all", flush=True)  # fmt: skip
        there += PROBE
        level *= 10


def copied(redis: Redis, shelf: str, there: int) -> Any:
    return redis.eval(COPY, 1, shelf, f"'{there}", "demarche:event:")


def cpu(redis: Redis) -> float:
    """Seconds of CPU that the server has used."""
    used = redis.info("cpu")
    return float(used["used_cpu_user"]) + float(used["used_cpu_sys"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=["rate", "live"])
    parser.add_argument("url")
    parser.add_argument("--reports", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--most", type=int, default=1_000_000)
    asked = parser.parse_args()
    if asked.what == "rate":
        rate(asked.url, asked.reports, asked.workers)
    else:
        live(asked.url, asked.most)
