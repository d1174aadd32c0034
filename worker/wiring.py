"""Builds the real pipeline from the settings: every room's constructor is called here, once.

What brings spaCy or trafilatura is imported where it is built: 100 MB and a second of CPU that the
scheduler and `demarche tail` do without.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from worker.deadline import deadline
from worker.events import plover
from worker.feeds import seeds
from worker.ledger.officials import Learning
from worker.ledger.officials.redis import RedisOfficials
from worker.ledger.officials.roster import Roster
from worker.ledger.redis import RedisLedger
from worker.model import Feed, OfficeHolder
from worker.settings import Settings
from worker.stream.archive import Archive
from worker.stream.contract import Coding, Versions
from worker.stream.publish import StreamPublisher
from worker.stream.read import Reader
from worker.stream.retention import Caps, Retention

if TYPE_CHECKING:
    from worker.events.extract import Coder
    from worker.events.relate import Relater
    from worker.fetch import Fetcher
    from worker.inspection import Inspection
    from worker.pipeline import Limits, PageStore, Pipeline
    from worker.visitor import Visitor

AGENT = "Demarche"


def release() -> str:
    """Return this installation's version."""
    try:
        return version("demarche")
    except PackageNotFoundError:
        return "0+source"


def user_agent(settings: Settings) -> str:
    """Say who fetches, and how to reach whoever runs this."""
    contact = f" (+{settings.contact})" if settings.contact else ""
    return f"{AGENT}/{release()}{contact}"


def pipeline(settings: Settings, coder: Callable[[], Coder]) -> Pipeline:
    """Build the pipeline; nothing is connected or loaded before it is used."""
    from worker.pipeline import Pipeline
    from worker.robots import Robots

    web = fetcher(settings)
    return Pipeline(
        ledger=ledger(settings),
        fetcher=web,
        robots=Robots(web.beginning, agent=AGENT),
        publisher=publisher(settings),
        officials=officials(settings),
        coder=coder,
        deadline=deadline,
        limits=limits(settings),
        page_store=page_store(settings),
    )


def page_store(settings: Settings) -> PageStore | None:
    """Build what keeps fetched pages, where that is wanted."""
    if settings.warc is None:
        return None
    from worker.warc import PageStore

    return PageStore(settings.warc)


def inspect(settings: Settings, feed: Feed, *, article: bool = False) -> Inspection:
    """Look at a feed once, as the service would; and at one article of it, where wanted."""
    from worker.fetch import HTML
    from worker.inspection import inspect

    with visitor(settings) as one:
        visit = partial(one.get, accept=HTML) if article else None
        now = datetime.now(UTC)
        return inspect(feed, one.fetcher, one.robots, now, limits(settings), visit)


@contextmanager
def visitor(settings: Settings) -> Iterator[Visitor]:
    """Build what fetches single documents for a person who waits."""
    from worker.robots import Robots
    from worker.visitor import Visitor

    with fetcher(settings) as web:
        yield Visitor(web, Robots(web.beginning, agent=AGENT), settings.host_delay)


def fetcher(settings: Settings) -> Fetcher:
    """Build what fetches."""
    from worker.fetch import Fetcher

    return Fetcher(
        user_agent=user_agent(settings),
        allow=settings.fetch_allow,
        deadline=settings.fetch_deadline,
        max_bytes=settings.fetch_max_bytes,
    )


def limits(settings: Settings) -> Limits:
    """How much, how often, how long."""
    from worker.pipeline import Limits

    return Limits(
        poll_min=settings.poll_min,
        poll_max=settings.poll_max,
        host_delay=settings.host_delay,
        attempts=settings.attempts,
        extract_seconds=settings.extract_seconds,
        batch_seconds=settings.batch_seconds,
    )


def warm_up() -> None:
    """Load what reading pages needs before the fork: each child would need seconds for it."""
    from worker.articles import clean

    clean.warm_up()


def ledger(settings: Settings) -> RedisLedger:
    """Build the ledger."""
    return RedisLedger(
        settings.redis,
        settings.prefix,
        lease=settings.lease,
        page_ttl=settings.page_ttl,
        seen_ttl=settings.seen_days * 86_400,
        reread=settings.reread_after,
    )


def officials(settings: Settings) -> RedisOfficials:
    """Build the store of office holders that articles name."""
    learning = Learning(settings.officials_outlets, settings.officials_days)
    return RedisOfficials(settings.redis, settings.prefix, learning)


def learnt(settings: Settings) -> Callable[[], tuple[OfficeHolder, ...]]:
    """Build the coder's source of learnt office holders: it looks at the store now and then."""
    return Roster(officials(settings), settings.officials_refresh)


def watch(settings: Settings) -> int:
    """Tell the ledger what the seeds file says today; count its feeds. The user's choices stand.

    Raises:
        ConfigError: the seeds file cannot be read.
    """
    feeds = seeds.load(settings.seeds, seeds.NAMED)
    ledger(settings).watch(feeds, time.time())
    return len(feeds)


def publisher(settings: Settings) -> StreamPublisher:
    """Build the publishing end of the streams."""
    from worker.articles.copies import MIN_SHARED, THRESHOLD, sketch

    return StreamPublisher(
        settings.redis,
        settings.prefix,
        codings={key: _coding(meaning) for key, meaning in plover.meanings().items()},
        sketch=sketch,
        versions=versions(settings),
        copy_share=THRESHOLD,
        copy_least=MIN_SHARED,
        # The keeper trims to the cap and counts who misses something; this is the wall behind it.
        max_len=int(settings.stream_max_len * 1.1),
        seen_ttl=settings.seen_days * 86_400,
        copy_ttl=settings.copy_days * 86_400,
    )


def reader(settings: Settings) -> Reader:
    """Build the reading end of the streams."""
    return Reader(settings.redis, settings.prefix)


def retention(settings: Settings) -> Retention:
    """Build what trims the streams."""
    caps = Caps(
        age=settings.stream_days * 86_400,
        entries=settings.stream_max_len,
        size=settings.stream_max_mb * 1_000_000,
    )
    return Retention(settings.redis, settings.prefix, caps)


def archive(settings: Settings) -> Archive:
    """Build the files of messages."""
    return Archive(settings.archive_folder)


def coder(settings: Settings, learnt: Callable[[], tuple[OfficeHolder, ...]] = tuple) -> Coder:
    """Load the language pipeline and the gazetteer.

    Args:
        settings: which pipeline.
        learnt: who was learnt from articles; by default nobody.

    Raises:
        ConfigError: the pipeline that DEMARCHE_SPACY_MODEL names cannot be loaded.
    """
    from worker.events.extract import Coder
    from worker.events.language import nlp
    from worker.events.parties import Gazetteer

    return Coder(nlp.load(settings.spacy_model), Gazetteer.load(), learnt=learnt)


def relater(settings: Settings) -> Relater:
    """Load what `coder` loads, to ask of one sentence at a time.

    Raises:
        ConfigError: the pipeline that DEMARCHE_SPACY_MODEL names cannot be loaded.
    """
    from worker.events.language import nlp
    from worker.events.parties import Gazetteer
    from worker.events.relate import Relater

    return Relater(nlp.load(settings.spacy_model), Gazetteer.load())


def versions(settings: Settings) -> Versions:
    """What codes here: our release, the language model, the coding guide."""
    model = settings.spacy_model
    if model is None:
        meta = json.loads(plover.data("model", "meta.json").read_text("utf-8"))
        model = f"{meta['name']} {meta['version']}"
    return Versions(coder=release(), model=model, guide=plover.GUIDE)


def _coding(meaning: plover.Meaning) -> Coding:
    return Coding(
        quad=meaning.quad,
        quad_name=plover.QUAD_NAMES[meaning.quad],
        cameo=meaning.cameo,
        cameo_name=meaning.cameo_name,
        plover_score=meaning.score,
        goldstein=meaning.goldstein,
    )
