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


@dataclass(frozen=True, slots=True)
class Due:
    """What one tick hands out: feeds to poll, articles to fetch, articles to extract."""

    feeds: tuple[str, ...] = ()
    fetch: tuple[str, ...] = ()
    extract: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Watched:
    """A feed with what is remembered of its earlier polls (a `Habit`, as plain JSON).

    Attributes:
        booked: the time that its host gave it, where it waited for its turn.
    """

    feed: Feed
    habit: Mapping[str, Any] = field(default_factory=dict)
    booked: float | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """An article on its way: not done yet, and leased to whoever holds this.

    Attributes:
        attempts: failed tries so far, of either stage.
        suspect: an extractor began with it and did not come back to say how it went.
        booked: the time that its host gave it, where it waited for its turn.
    """

    id: str
    entry: Entry
    feed: Feed
    stage: Stage
    attempts: int = 0
    suspect: bool = False
    booked: float | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How far everything is: feeds watched and polled at least once, articles known and open."""

    feeds: int
    polled: int
    articles: int
    waiting: int
    leased: int

    @property
    def settled(self) -> bool:
        """Every feed was looked at and every article that came of it has its fate."""
        return self.feeds == self.polled and not self.waiting and not self.leased


class Ledger(Protocol):
    """The interface of both ledgers: `worker.ledger.redis` and its twin `worker.ledger.memory`."""

    def watch(self, feeds: Iterable[Feed], now: float) -> None:
        """Watch exactly these feeds from now on: new ones are due at once, others forgotten."""

    def tick(self, now: float, *, feeds: int, articles: int) -> Due:
        """Take back expired leases, then lease and hand out what is due, up to these numbers."""

    def feed(self, url: str) -> Watched | None:
        """Return a feed that is watched, or None."""

    def wait(self, url: str, booked: float) -> None:
        """End a feed's lease without a look at it: its host gave it this time."""

    def polled(self, url: str, habit: Mapping[str, Any], due: float | None) -> None:
        """End a feed's lease: remember the habit, look again at `due` (None: never)."""

    def claim(self, feed: str, entries: Sequence[tuple[str, Entry]], now: float) -> list[str]:
        """Lease those entries, given with their ids, that were never seen; return their ids."""

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

    def done(self, id: str) -> None:
        """Forget everything about an article but that it was seen."""

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
