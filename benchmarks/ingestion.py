"""How fast ingestion reads, and how well it tells copies: the figures of docs/ingestion.md.

    python -m benchmarks.ingestion [feeds] [pages] [copies] [fetch]

All texts are made up here (random words, as frequent as in prose), so the figures can be had on
any machine; on real pages and feeds they differ, their proportions hardly.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

import feedparser

from benchmarks import cleaning
from benchmarks.cleaning import RANDOM, prose, words
from tests.hostile_costs import SLOW, costs, large
from worker.articles import copies
from worker.feeds.parse import parse
from worker.feeds.schedule import Habit, body_hash, is_unchanged
from worker.model import Page

NOW = datetime(2024, 1, 16, 12, tzinfo=UTC)


def milliseconds(name: str, work: Callable[[], object], times: int = 60, of: int = 1) -> float:
    """CPU time of one piece of work that does it `of` times: the best of five rounds."""
    work()
    rounds = []
    for _ in range(5):
        began = time.process_time()
        for _ in range(max(times // 5, 1)):
            work()
        rounds.append((time.process_time() - began) / max(times // 5, 1) * 1_000 / of)
    each = min(rounds)
    print(f"  {name:<40} {each:8.2f} ms {1_000 / each:9.0f} per CPU-second")
    return each


def a_feed(entries: int = 30) -> bytes:
    items = "".join(
        f"<item><title>{prose(9)}</title><link>https://news.test/{n}</link>"
        f"<guid>https://news.test/{n}</guid><pubDate>Mon, 15 Jan 2024 10:{n:02}:00 +0200</pubDate>"
        f"<description>&lt;p&gt;{prose(50)}&lt;/p&gt;</description><content:encoded><![CDATA["
        f"{'<p>' + prose(40) + ' <a href=x>link</a></p>'}]]></content:encoded></item>"
        for n in range(entries)
    )
    head = '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/'
    return f'{head}content/"><channel><title>News</title>{items}</channel></rss>'.encode()


def feeds() -> None:
    body = a_feed()
    page = Page("https://news.test/rss", 200, {"content-type": "text/xml"}, body, NOW)
    habit = Habit(body_hash=body_hash(page))
    print(f"feeds of {len(body) // 1000} kB with 30 entries")
    milliseconds("read for the first time", lambda: parse(page))
    milliseconds("unchanged, by its hash", lambda: is_unchanged(habit, page), 2_000)
    milliseconds("feedparser as it comes", lambda: feedparser.parse(io.BytesIO(body)))
    bare = {"sanitize_html": False, "resolve_relative_uris": False}
    milliseconds("feedparser, no sanitising", lambda: feedparser.parse(io.BytesIO(body), **bare))


def pages() -> None:
    cleaning.main()


VARIANTS: dict[str, Callable[[list[str]], list[str]]] = {
    "cut to a third": lambda text: text[: len(text) // 3],
    "another lead, half the text": lambda text: words(60) + text[: len(text) // 2],
    "8% of words changed": lambda text: [
        w if RANDOM.random() > 0.08 else words(1)[0] for w in text
    ],
    "a 40-word quotation shared": lambda text: words(30) + text[:40] + words(len(text) - 70),
    "unrelated": lambda text: words(len(text)),
}


def tell_copies() -> None:
    print("share of 200 pairs called a copy, by scale")
    kept = copies.SCALE
    for scale in (1, 2, 4, 8, 16):
        copies.SCALE = scale
        shares = []
        for name, variant in VARIANTS.items():
            found = 0
            for _ in range(200):
                text = words(RANDOM.choice([120, 200, 300, 400, 600, 900]))
                one, other = (copies.sketch(" ".join(t)) for t in (text, variant(text)))
                found += copies.is_copy(one, other)
            shares.append(f"{name} {found / 200:.3f}")
        print(f"  {scale:>2}: " + ", ".join(shares))
    copies.SCALE = kept
    text = prose(600)
    milliseconds("a sketch of 600 words", lambda: copies.sketch(text), 500)


def fetch() -> None:
    print("hostile answers: what became of them, seconds, megabytes at the peak (deadline 2 s)")
    for name, cost in costs({**SLOW, **large()}, 2.0).items():
        print(f"  {name:<32} {cost.outcome:<20} {cost.seconds:6.2f} s {cost.megabytes:6.1f} MB")


ALL = {"feeds": feeds, "pages": pages, "copies": tell_copies, "fetch": fetch}

if __name__ == "__main__":
    for name in sys.argv[1:] or ALL:
        if name not in ALL:
            sys.exit(f"{name} is none of {', '.join(ALL)}.")
        ALL[name]()
