"""THE MAIN PATH: tick → poll → collect → extract. Everything else in `worker` is a detail of it.

Each step takes ids, does its part, and returns the ids for the next step; the truth about every
feed and article is in the ledger, so a step may be repeated, or lost, at any point. The pipeline
knows its rooms only by the protocols and signatures below; `worker.wiring` puts the real ones in.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

import structlog

from worker.articles.clean import clean
from worker.articles.given import given, is_given
from worker.articles.language import Foreign
from worker.articles.links import clean_url, site
from worker.errors import Busy, Rejected, Transient
from worker.feeds import schedule
from worker.feeds.read import MOST, read
from worker.fetch import FEED, HTML
from worker.ledger import Due, Ledger, Stage, Work
from worker.ledger.officials import Officials
from worker.model import Article, Entry, Event, Fate, Feed, Page, Reading, Sighting, article_id

log = structlog.get_logger(__name__)
T = TypeVar("T")


class Fetcher(Protocol):
    """URL → Page."""

    def get(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        accept: str | None = None,
    ) -> Page:
        """Fetch; raise Transient or Rejected."""


class Robots(Protocol):
    """What a host's robots.txt asks of us."""

    def allows(self, url: str, now: datetime) -> bool:
        """Whether we may fetch this."""

    def delay(self, url: str, now: datetime) -> float | None:
        """Seconds between requests that the host asks for."""


class Coder(Protocol):
    """Articles → the events of each, and the office holders that it introduces, in order."""

    def read(self, articles: Sequence[Article]) -> list[Reading]:
        """Code a batch."""


class Revision(Protocol):
    """What publishing an article again changed: reports of it."""

    @property
    def new(self) -> int:
        """Those that it told for the first time."""

    @property
    def changed(self) -> int:
        """Those that it told otherwise before."""

    @property
    def retracted(self) -> int:
        """Those that it tells no longer."""


class Publisher(Protocol):
    """Article and events → the stream, exactly once; a fate that stands already is returned."""

    def publish(self, claim: str, article: Article, events: Sequence[Event]) -> Fate:
        """End an article that was read."""

    def close(self, claim: str, fate: Fate, *, url: str, feed: Feed) -> Fate:
        """End an article that was not."""

    def republish(self, article: Article, events: Sequence[Event], *, reason: str) -> Revision:
        """Publish what is different about an article that was published before."""


class PageStore(Protocol):
    """Keeps pages as they were fetched, where that is wanted."""

    def keep(self, page: Page, feed: Feed, entry: Entry) -> None:
        """Keep a page, with the feed and the entry that named it."""


@dataclass(frozen=True)
class Limits:
    """How much, how often, how long; each is explained in `worker.settings`."""

    poll_min: float = 300.0
    poll_max: float = 86_400.0
    host_delay: float = 1.0
    attempts: int = 3
    retry_after: float = 30.0
    extract_seconds: float = 20.0
    batch_seconds: float = 40.0


@dataclass(frozen=True)
class Pipeline:
    """The rooms, joined. Steps are methods; none of them raises for a bad feed or a bad page."""

    ledger: Ledger
    fetcher: Fetcher
    robots: Robots
    publisher: Publisher
    officials: Officials
    coder: Callable[[], Coder]
    deadline: Callable[[float], AbstractContextManager[None]]
    limits: Limits = field(default_factory=Limits)
    now: Callable[[], float] = time.time
    jitter: Callable[[], float] = random.random
    page_store: PageStore | None = None

    # 1. beat → tick ------------------------------------------------------------------------------

    def tick(self, *, feeds: int, articles: int) -> Due:
        """Lease and return what is due, up to these numbers."""
        return self.ledger.tick(self.now(), feeds=feeds, articles=articles)

    # 2. poll: feed → new entries -----------------------------------------------------------------

    def poll(self, url: str) -> list[str]:
        """Look at a feed, claim its new entries, decide when to look next; return their ids."""
        watched = self.ledger.feed(url)
        if watched is None:
            return []
        if slot := self._turn(url, self.limits.host_delay, watched.booked):
            self.ledger.wait(url, slot)
            return []
        habit = schedule.remembered(watched.habit)
        failure: Transient | Rejected | None = None
        new: list[str] = []
        try:
            habit, new = self._look(watched.feed, habit)
        except (Transient, Rejected) as error:
            habit, failure = schedule.after_failure(habit, error, self._at(), self.limits), error
            if isinstance(error, Busy):
                self._hold(habit.address or url, error)
        due = schedule.due(habit, self._at(), self.limits, self.jitter())
        self.ledger.polled(url, asdict(habit), due.timestamp() if due else None)
        if failure:
            again = due.isoformat(timespec="seconds") if due else "never"
            why = {"reason": failure.reason, "detail": failure.detail}
            log.warning("feed_failed", feed=url, **why, again=again)
        return new

    def _look(self, feed: Feed, habit: schedule.Habit) -> tuple[schedule.Habit, list[str]]:
        etag, last_modified = schedule.conditional(habit, self._at())
        url = habit.address or feed.url
        if feed.links:  # a page that is read for its links; a feed is there to be read by programs
            self._check_robots(url)
        page = self.fetcher.get(url, etag=etag, last_modified=last_modified, accept=FEED)
        if schedule.is_unchanged(habit, page):
            return schedule.after_unchanged(habit, page, self._at(), self.limits), []
        page, parsed = read(page, feed.links, self._sitemap)
        new = self._claim(feed, parsed.entries)
        log.info("feed_polled", feed=feed.url, entries=len(parsed.entries), new=len(new))
        habit = schedule.after_success(habit, parsed, page, len(new), self._at(), self.limits)
        if habit.gap:
            log.warning("feed_gap", feed=feed.url, entries=len(parsed.entries))
        return habit, new

    def _sitemap(self, url: str) -> Page:
        """Fetch a sitemap of an index: out of turn, so its host is left alone the longer."""
        self._check_robots(url)
        page = self.fetcher.get(url, accept=FEED)
        self.ledger.hold(urlsplit(url).netloc, self.now() + MOST * self.limits.host_delay)
        return page

    def _claim(self, feed: Feed, entries: Iterable[Entry]) -> list[str]:
        cleaned = [replace(entry, url=clean_url(entry.url)) for entry in entries]
        found = {article_id(entry.url): entry for entry in reversed(cleaned)}
        return self.ledger.claim(feed.url, list(reversed(found.items())), self.now())

    # 3. collect: entry → page --------------------------------------------------------------------

    def collect(self, ids: Sequence[str]) -> list[str]:
        """Fetch the pages of those whose hosts are free; return the ids to extract."""
        works = self.ledger.resume(ids, self.now())
        return [work.id for work in works if self._collect(work)]

    def _collect(self, work: Work) -> bool:
        """Fetch one page; False where it must wait, or ended here."""
        try:
            self._take_turn(work)
            page = self.fetcher.get(work.entry.url, accept=HTML)
            self.ledger.keep(work.id, page)
        except Busy as busy:
            self._leave_alone(work, busy)
        except Transient as error:
            self._try_again(work, error.reason, error.retry_after)
        except Rejected as error:
            self._end(work, Fate("rejected", error.reason))
        else:
            if self.page_store:
                self.page_store.keep(page, work.feed, work.entry)
            return True
        return False

    def _take_turn(self, work: Work) -> None:
        """Return when the host may be asked now.

        Raises:
            Busy: others are first; the article has a booked time.
            Rejected: robots.txt forbids it.
        """
        url = work.entry.url
        self._check_robots(url)
        delay = max(self.limits.host_delay, self.robots.delay(url, self._at()) or 0.0)
        if slot := self._turn(url, delay, work.booked):
            raise Busy("turn", retry_after=slot - self.now())

    def _check_robots(self, url: str) -> None:
        """Ask before fetching what no person named; docs/decisions/0009-robots-and-feeds.md.

        Raises:
            Rejected: ``robots``: it is forbidden.
            Transient: robots.txt cannot be had now.
        """
        if not self.robots.allows(url, self._at()):
            raise Rejected("robots", f"robots.txt of {urlsplit(url).netloc} forbids {url}")

    def _turn(self, url: str, delay: float, booked: float | None) -> float:
        """Return 0 where the host may be asked now, else the time that it gives us."""
        return self.ledger.turn(urlsplit(url).netloc, self.now(), delay, booked)

    def _leave_alone(self, work: Work, busy: Busy) -> None:
        if busy.reason == "turn":
            until = self.now() + (busy.retry_after or 0.0)
            self.ledger.postpone(work.id, until, failed=False, booked=True)
            return
        self._try_again(work, busy.reason, self._hold(work.entry.url, busy))

    def _hold(self, url: str, busy: Busy) -> float:
        """Leave a host alone that says so, with all its feeds and articles; for how long."""
        wait = busy.retry_after or self.limits.retry_after
        self.ledger.hold(urlsplit(url).netloc, self.now() + wait)
        return wait

    def _try_again(
        self, work: Work, reason: str, wait: float | None = None, stage: Stage | None = None
    ) -> None:
        """Postpone after a failure, or give up after the last attempt."""
        if work.attempts + 1 >= self.limits.attempts:
            self._end(work, Fate("dead", reason))
            return
        backoff = self.limits.retry_after * 2.0**work.attempts
        until = self.now() + max(wait or 0.0, backoff)
        log.warning("article_postponed", url=work.entry.url, reason=reason)
        self.ledger.postpone(work.id, until, failed=True, stage=stage)

    # 4. extract: page → events on the stream -----------------------------------------------------

    def extract(self, ids: Sequence[str]) -> list[list[str]]:
        """Clean, code and publish; return batches that are still to be done, mostly none.

        An article that brought a process down before is tried alone, so that the rest of its
        batch survives; and a batch that takes long hands its rest back.
        """
        works = self.ledger.resume(ids, self.now())
        if len(works) > 1 and any(work.suspect for work in works):
            alone = [[work.id] for work in works if work.suspect]
            return [*alone, *self._extract([work for work in works if not work.suspect])]
        return self._extract(works)

    def give_up(self, ids: Sequence[str]) -> None:
        """End the article that hung, and free the others: their process was killed for its time."""
        works = self.ledger.resume(ids, self.now())
        suspects = [work for work in works if work.suspect]
        if len(suspects) == 1:
            self._end(suspects[0], Fate("rejected", "timeout"))
        self.ledger.release([work.id for work in works], self.now())

    def _extract(self, works: Sequence[Work]) -> list[list[str]]:
        end = self.now() + self.limits.batch_seconds
        read: list[tuple[Work, Article]] = []
        for place, work in enumerate(works):
            if self.now() > end:
                rest = [[later.id for later in works[place:]]]
                break
            article = self._read(work)
            if article is not None:
                read.append((work, article))
        else:
            rest = []
        self._code(read)
        return rest

    def _read(self, work: Work) -> Article | None:
        """Clean one page; None where the article ended, or goes back, here."""
        if work.suspect:
            if work.attempts + 1 >= self.limits.attempts:
                self._end(work, Fate("dead", "killed-its-worker"))
                return None
            self.ledger.failed(work.id)
        page = self.ledger.page(work.id)
        if page is None and is_given(work.feed):
            self._end(work, Fate("dead", "page-expired"))
            return None
        if page is None:
            self._try_again(work, "page-expired", stage="fetch")
            return None
        step = given if is_given(work.feed) else clean
        return self._guarded(work, partial(step, page, work.feed, work.entry))

    def _code(self, read: Sequence[tuple[Work, Article]]) -> None:
        """Code a batch in one go; where that fails, one by one."""
        if not read:
            return
        works = [work for work, _ in read]
        articles = [article for _, article in read]
        ids = [work.id for work in works]
        self.ledger.suspect(ids)
        try:
            with self.deadline(self.limits.batch_seconds):
                readings = self.coder().read(articles)
        except Exception as error:  # noqa: BLE001 - whose fault it was is found out one by one
            log.warning("batch_failed", articles=len(read), error=repr(error))
            self.ledger.cleared(ids)
            self._code_singly(read)
        else:
            for work, article, reading in zip(works, articles, readings, strict=True):
                self._publish(work, article, reading)

    def _code_singly(self, read: Sequence[tuple[Work, Article]]) -> None:
        for work, article in read:
            readings = self._guarded(work, partial(self.coder().read, [article]))
            if readings is not None:
                self._publish(work, article, readings[0])

    def _guarded(self, work: Work, step: Callable[[], T]) -> T | None:
        """Run a step on one article under its deadline; a failure becomes a fate or another try.

        While it runs the article is a suspect; what ends the process leaves it one.
        """
        self.ledger.suspect([work.id])
        result = None
        try:
            with self.deadline(self.limits.extract_seconds):
                result = step()
        except Foreign as error:
            feed = replace(work.feed, language=error.language)
            self._end(replace(work, feed=feed), Fate("rejected", error.reason))
        except Rejected as error:
            self._end(work, Fate("rejected", error.reason))
        except Exception as error:
            log.exception("article_failed", url=work.entry.url)
            self._try_again(work, f"error-{type(error).__name__}")
        self.ledger.cleared([work.id])
        return result

    def _publish(self, work: Work, article: Article, reading: Reading) -> None:
        if work.again:
            self._correct(work, article, reading)
            return
        fate = self.publisher.publish(work.id, article, reading.events)
        if fate.independent:
            self._remember(article, reading.sightings)
        log.info("article_done", url=article.url, fate=fate.kind, events=len(reading.events))
        self.ledger.done(work.id, read=True, again=fate.kind in ("published", "empty"))

    def _correct(self, work: Work, article: Article, reading: Reading) -> None:
        """Publish what a page says otherwise since it was read first."""
        found = self.publisher.republish(article, reading.events, reason="corrected")
        counts = {"new": found.new, "changed": found.changed, "retracted": found.retracted}
        log.info("article_read_again", url=article.url, **counts)
        self.ledger.done(work.id, read=True)

    def _remember(self, article: Article, sightings: Sequence[Sighting]) -> None:
        """Note who holds office, and who says so: an agency for all that print it, else a site."""
        outlet = article.agency or (site(article.url) if article.url else article.source)
        if sightings and outlet:
            self.officials.record(sightings, outlet, self.now())

    def _end(self, work: Work, fate: Fate) -> None:
        """End an article that yields no events; one that was read before stands as it was."""
        if work.again:
            log.info("article_not_read_again", url=work.entry.url, reason=fate.reason)
            self.ledger.done(work.id, read=False)
            return
        self.publisher.close(work.id, fate, url=work.entry.url, feed=work.feed)
        log.info("article_done", url=work.entry.url, fate=fate.kind, reason=fate.reason)
        self.ledger.done(work.id, read=False)

    def _at(self) -> datetime:
        return datetime.fromtimestamp(self.now(), UTC)
