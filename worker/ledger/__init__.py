"""What is due, leased and done: the truth about every feed and article. A Redis door.

A Celery message is only a wake-up hint. Redis as a broker loses a task now and then (between BRPOP
and `unacked`; measured 2 of 3,000 under ``kill -9``), so everything that is handed out is *leased*
here, and a lease that runs out brings it back.

A feed is due → leased (being polled) → due again. An article is leased (on its way through fetch
and extract) or due (waiting for its host, or for another try) until it is done.

Times are seconds since the epoch, given by the caller. Ids are `worker.model.article_id` of the
address that the feed gave, cleaned; the page's own canonical address is known only later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from worker.model import Entry, Feed, Page

Stage = Literal["fetch", "extract"]
MANY = 5  # changed entries at one look; where they are all, it is not the articles that changed

Change = Literal["new", "changed", "known"]  # what adding a feed did


@dataclass(frozen=True, slots=True)
class Due:
    """What one tick hands out: feeds to poll, articles to fetch, articles to extract."""

    feeds: tuple[str, ...] = ()
    fetch: tuple[str, ...] = ()
    extract: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of a feed's articles.

    Attributes:
        read: those that could be read, whatever they reported.
        unread: those that could not: rejected or dead.
        fruitless: of the last ones in a row, how many could not be read.
    """

    read: int = 0
    unread: int = 0
    fruitless: int = 0


@dataclass(frozen=True, slots=True)
class Watched:
    """A feed with what is remembered of its earlier polls (a `Habit`, as plain JSON).

    Attributes:
        booked: the time that its host gave it, where it waited for its turn.
        own: the user added or changed it; else it is as the seeds file has it.
        due: when it is looked at next; None while it is being looked at, or where it has ended.
        tally: what became of its articles.
    """

    feed: Feed
    habit: Mapping[str, Any] = field(default_factory=dict)
    booked: float | None = None
    own: bool = False
    due: float | None = None
    tally: Tally = Tally()


@dataclass(frozen=True, slots=True)
class Work:
    """An article on its way: not done yet, and leased to whoever holds this.

    Attributes:
        attempts: failed tries so far, of either stage.
        suspect: an extractor began with it and did not come back to say how it went.
        booked: the time that its host gave it, where it waited for its turn.
        again: it was read before, and its entry changed since.
    """

    id: str
    entry: Entry
    feed: Feed
    stage: Stage
    attempts: int = 0
    suspect: bool = False
    booked: float | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How far everything is: feeds watched and polled at least once, articles known and open.

    `again` are those that were read and will be read once more: nobody waits for them.
    """

    feeds: int
    polled: int
    articles: int
    waiting: int
    leased: int
    again: int = 0

    @property
    def settled(self) -> bool:
        """Every feed was looked at and every article that came of it has its fate."""
        return self.feeds == self.polled and not self.waiting and not self.leased


class Feeds(Protocol):
    """Which feeds are watched: those of the seeds file, and what the user made of them."""

    def watch(self, feeds: Iterable[Feed], now: float) -> None:
        """Watch the feeds of the seeds file; new ones are due at once, those it dropped forgotten.

        What the user added or changed is left as it is; what the user removed stays removed.
        """

    def add(self, feed: Feed, now: float) -> Change:
        """Watch a feed because the user says so; one that is new, changed or had ended is due."""

    def remove(self, url: str) -> bool:
        """Watch a feed no longer because the user says so; False where it was not watched."""

    def feed(self, url: str) -> Watched | None:
        """Return a feed that is watched, or None."""

    def feeds(self) -> list[Watched]:
        """Return all feeds that are watched, by address."""

    def removed(self) -> list[Feed]:
        """Return the feeds that the user removed, by address."""

    def wait(self, url: str, booked: float) -> None:
        """End a feed's lease without a look at it: its host gave it this time."""

    def polled(self, url: str, habit: Mapping[str, Any], due: float | None) -> None:
        """End a feed's lease: remember the habit, look again at `due` (None: never)."""


class Ledger(Feeds, Protocol):
    """The interface of both ledgers: `worker.ledger.redis` and its twin `worker.ledger.memory`."""

    def tick(self, now: float, *, feeds: int, articles: int) -> Due:
        """Take back expired leases, then lease and hand out what is due, up to these numbers."""

    def claim(self, feed: str, entries: Sequence[tuple[str, Entry]], now: float) -> list[str]:
        """Lease those entries, given with their ids, that were never seen; return their ids.

        An article that was read is read once more, a day later, where its entry changed: where the
        feed that brought it says something else of it now. A feed of which all known entries
        changed at once (`MANY` or more) is made that way, and says nothing with it.
        """

    def bring(self, id: str, page: Page, entry: Entry, feed: Feed, now: float) -> bool:
        """Take in a page that was fetched elsewhere; it is due to be extracted.

        The feed speaks for this article as given, whether it is watched or not.

        Returns:
            False where the article is known: then it is left as it is.
        """

    def resume(self, ids: Iterable[str], now: float) -> list[Work]:
        """Renew the leases of those that are not done yet, and return them."""

    def postpone(
        self,
        id: str,
        until: float,
        *,
        failed: bool,
        booked: bool = False,
        stage: Stage | None = None,
    ) -> None:
        """Give an article back until then; `failed` is an attempt, `booked` keeps its turn.

        `stage` sends it back to that one.
        """

    def failed(self, id: str) -> None:
        """Count a failed attempt without giving the article back."""

    def suspect(self, ids: Iterable[str]) -> None:
        """Note, before it is tried, that these may bring the process down."""

    def cleared(self, ids: Iterable[str]) -> None:
        """Take the suspicion back: they came through."""

    def release(self, ids: Iterable[str], now: float) -> None:
        """End the leases of those not done at once, so that the next tick hands them out again."""

    def done(self, id: str, *, read: bool, again: bool = False) -> None:
        """Forget everything about an article but that it was seen; count it for its feed, once.

        `again` leaves the door open for one more reading, should its entry change.
        """

    def keep(self, id: str, page: Page) -> None:
        """Keep a fetched page for the extractor; the article is in stage "extract" from now on."""

    def page(self, id: str) -> Page | None:
        """Return the kept page, or None where its time to live ran out."""

    def turn(self, host: str, now: float, delay: float, booked: float | None = None) -> float:
        """Ask for a host: 0 means go now; else the time at which to come back.

        Requests to one host are `delay` seconds apart, across all workers.
        """

    def hold(self, host: str, until: float) -> None:
        """Leave a host alone until then (a 429, a Retry-After)."""

    def standing(self) -> Standing:
        """Count feeds and articles."""
