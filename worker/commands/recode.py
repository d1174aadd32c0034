"""`demarche recode`: archived pages are coded anew, and only the differences are published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TextIO

from worker import warc, wiring
from worker.articles.clean import clean
from worker.articles.links import clean_url
from worker.commands.sandbox import Sandbox
from worker.errors import Rejected, Transient
from worker.model import Article, Entry, Event, Feed, Page, article_id
from worker.service import redis_server
from worker.settings import Settings
from worker.stream.publish import StreamPublisher
from worker.warc import Kept

BATCH = 16  # articles coded at once
REASON = "recoded"

Pages = Sandbox[tuple[Page, Feed, Entry], Article]


def recode(settings: Settings, files: Sequence[Path], out: TextIO) -> None:
    """Code the newest page of each article in WARC files again, and publish the differences.

    Articles that the service does not remember (`DEMARCHE_SEEN_DAYS`), and those that were copies,
    are left alone. May be interrupted and begun again: what is told already is not told twice.

    Raises:
        ConfigError: Redis cannot be reached, or a file cannot be read.
    """
    redis_server.check(settings.redis)
    newest = _newest(settings, files)
    coder = wiring.coder(settings, wiring.learnt(settings))
    publisher, done = wiring.publisher(settings), Counter[str]()
    try:
        with Sandbox(_cleaned, settings.extract_seconds) as pages:
            articles = _articles(_pages(settings, files), newest, pages, done)
            while batch := list(islice(articles, BATCH)):
                for article, reading in zip(batch, coder.read_each(batch), strict=True):
                    if isinstance(reading, Exception):
                        done["unreadable"] += 1
                    else:
                        _publish(publisher, article, reading.events, done)
    finally:
        out.write(_summary(done))


def _pages(settings: Settings, files: Sequence[Path]) -> Iterator[Kept]:
    for path in files:
        yield from warc.read(path, settings.fetch_max_bytes)


def _newest(settings: Settings, files: Sequence[Path]) -> dict[str, int]:
    """Which page of each article is its last one: now and then a page is fetched again."""
    return {_claim(kept): number for number, kept in enumerate(_pages(settings, files))}


def _claim(kept: Kept) -> str:
    return article_id(kept.entry.url if kept.entry else clean_url(kept.page.url))


def _articles(
    pages: Iterable[Kept], newest: dict[str, int], cleaned: Pages, done: Counter[str]
) -> Iterator[Article]:
    for number, kept in enumerate(pages):
        if kept.feed is None or kept.entry is None or newest[_claim(kept)] != number:
            continue
        try:
            yield cleaned((kept.page, kept.feed, kept.entry))
        except (Rejected, Transient):
            done["unreadable"] += 1


def _cleaned(kept: tuple[Page, Feed, Entry]) -> Article:
    return clean(*kept)


def _publish(
    publisher: StreamPublisher, article: Article, events: Sequence[Event], done: Counter[str]
) -> None:
    found = publisher.republish(article, events, reason=REASON)
    done["differ" if found.differs else "same" if found.known else "unknown"] += 1
    done["new"] += found.new
    done["changed"] += found.changed
    done["retracted"] += found.retracted


def _summary(done: Counter[str]) -> str:
    return (
        f"{done['same']} articles are told as before, {done['differ']} otherwise, "
        f"{done['unknown']} are not remembered, {done['unreadable']} could not be read.\n"
        f"Reports: {done['new']} new, {done['changed']} changed, {done['retracted']} retracted.\n"
    )
