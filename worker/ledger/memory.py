"""The ledger's twin in memory: for tests of pure logic. It keeps the same promises.

`tests/test_ledger.py` runs one and the same suite over both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from worker.ledger import MANY, Change, Due, Stage, Standing, Tally, Watched, Work
from worker.model import Entry, Feed, Page


@dataclass
class _Host:
    last: float = 0.0
    tail: float = 0.0
    hold: float = 0.0


@dataclass
class MemoryLedger:
    """`worker.ledger.Ledger` in one process's memory."""

    lease: float = 120.0
    reread: float = 86_400.0
    _watched: dict[str, Watched] = field(default_factory=dict)
    _removed: dict[str, Feed] = field(default_factory=dict)
    _tallies: dict[str, Tally] = field(default_factory=dict)
    _polled: set[str] = field(default_factory=set)
    _feeds_due: dict[str, float] = field(default_factory=dict)
    _feeds_leased: dict[str, float] = field(default_factory=dict)
    _articles: dict[str, Work | None] = field(default_factory=dict)
    _feed_of: dict[str, str] = field(default_factory=dict)
    _due: dict[str, float] = field(default_factory=dict)
    _leased: dict[str, float] = field(default_factory=dict)
    _again: dict[str, float] = field(default_factory=dict)
    _brought: dict[str, Feed] = field(default_factory=dict)
    _marks: dict[str, tuple[str, str]] = field(default_factory=dict)
    _pages: dict[str, Page] = field(default_factory=dict)
    _hosts: dict[str, _Host] = field(default_factory=dict)

    def watch(self, feeds: Iterable[Feed], now: float) -> None:
        """Watch the feeds of the seeds file, beside those that the user chose."""
        wanted = {feed.url: feed for feed in feeds}
        for url, known in list(self._watched.items()):
            if url not in wanted and not known.own:
                self._forget(url)
        for url, feed in wanted.items():
            watched = self._watched.get(url)
            theirs = url in self._removed or (watched is not None and watched.own)
            if not theirs and (watched is None or watched.feed != feed):
                self._begin(Watched(feed), now)

    def add(self, feed: Feed, now: float) -> Change:
        """Watch a feed because the user says so."""
        known = self._watched.get(feed.url)
        self._removed.pop(feed.url, None)
        runs = feed.url in self._feeds_due or feed.url in self._feeds_leased
        if known and known.feed == feed and runs:
            return "known"
        self._begin(Watched(feed, own=True), now)
        return "changed" if known else "new"

    def remove(self, url: str) -> bool:
        """Watch a feed no longer because the user says so."""
        if url not in self._watched:
            return False
        self._removed[url] = self._watched[url].feed
        self._forget(url)
        return True

    def _begin(self, watched: Watched, now: float) -> None:
        self._watched[watched.feed.url] = watched
        self._feeds_due[watched.feed.url] = now

    def _forget(self, url: str) -> None:
        del self._watched[url]
        self._polled.discard(url)
        for places in (self._feeds_due, self._feeds_leased, self._tallies):
            places.pop(url, None)

    def feeds(self) -> list[Watched]:
        """Return all feeds that are watched, by address."""
        return [found for url in sorted(self._watched) if (found := self.feed(url))]

    def removed(self) -> list[Feed]:
        """Return the feeds that the user removed, by address."""
        return [self._removed[url] for url in sorted(self._removed)]

    def tick(self, now: float, *, feeds: int, articles: int) -> Due:
        """Take back expired leases, then lease and hand out what is due."""
        end = now + self.lease
        _move(self._feeds_leased, self._feeds_due, now, 1000, now)
        polls = _move(self._feeds_due, self._feeds_leased, now, feeds, end)
        _move(self._leased, self._due, now, articles, now)
        _move(self._again, self._due, now, articles, now)
        ids = _move(self._due, self._leased, now, articles, end)
        stages = {id: work.stage for id in ids if (work := self._articles.get(id))}
        fetch = tuple(id for id in ids if stages.get(id) == "fetch")
        extract = tuple(id for id in ids if stages.get(id) == "extract")
        return Due(tuple(polls), fetch, extract)

    def feed(self, url: str) -> Watched | None:
        """Return a feed that is watched, or None."""
        watched = self._watched.get(url)
        if watched is None:
            return None
        return replace(watched, due=self._feeds_due.get(url), tally=self._tallies.get(url, Tally()))

    def wait(self, url: str, booked: float) -> None:
        """End a feed's lease without a look at it: its host gave it this time."""
        if watched := self._watched.get(url):
            self._watched[url] = replace(watched, booked=booked)
            self._feeds_leased.pop(url, None)
            self._feeds_due[url] = booked

    def polled(self, url: str, habit: Mapping[str, Any], due: float | None) -> None:
        """End a feed's lease: remember the habit, look again at `due` (None: never)."""
        self._feeds_leased.pop(url, None)
        if url in self._watched:
            self._watched[url] = replace(self._watched[url], habit=dict(habit), booked=None)
            self._polled.add(url)
            self._feeds_due.pop(url, None)
            if due is not None:
                self._feeds_due[url] = due

    def claim(self, feed: str, entries: Sequence[tuple[str, Entry]], now: float) -> list[str]:
        """Lease those entries that were never seen; book those for another reading that changed."""
        self._notice(feed, entries, now)
        new = {id: entry for id, entry in reversed(entries) if id not in self._articles}
        order = [id for id in dict(entries) if id in new]
        for id in order:
            self._articles[id] = Work(id, new[id], self._feed(feed), "fetch")
            self._feed_of[id] = feed
            self._leased[id] = now + self.lease
            self._marks[id] = (feed, new[id].mark)
        return order

    def _notice(self, feed: str, entries: Sequence[tuple[str, Entry]], now: float) -> None:
        told = [(id, entry) for id, entry in entries if entry.mark and self._is_of(id, feed)]
        for id, entry in told:
            work = self._articles[id]
            if work and work.stage == "fetch" and not work.again:
                self._marks[id] = (feed, entry.mark)
        known = [(id, entry) for id, entry in told if self._articles[id] is None]
        changed = [(id, entry) for id, entry in known if self._marks[id] != (feed, entry.mark)]
        for id, entry in changed:
            self._marks[id] = (feed, entry.mark)
            if len(changed) < MANY or len(changed) < len(known):
                self._articles[id] = Work(id, entry, self._feed(feed), "fetch", again=True)
                self._again[id] = now + self.reread

    def _is_of(self, id: str, feed: str) -> bool:
        return self._marks.get(id, ("", ""))[0] == feed

    def bring(self, id: str, page: Page, entry: Entry, feed: Feed, now: float) -> bool:
        """Take in a page that was fetched elsewhere; False where the article is known."""
        if id in self._articles:
            return False
        self._articles[id] = Work(id, entry, feed, "extract")
        self._brought[id] = feed
        self._feed_of[id] = feed.url
        self._pages[id] = page
        self._due[id] = now
        return True

    def _feed(self, url: str) -> Feed:
        watched = self._watched.get(url)
        return watched.feed if watched else self._removed.get(url, Feed(url=url, outlet=url))

    def resume(self, ids: Iterable[str], now: float) -> list[Work]:
        """Renew the leases of those that are not done yet, and return them."""
        works = []
        for id in dict.fromkeys(ids):
            if work := self._articles.get(id):
                self._due.pop(id, None)
                self._leased[id] = now + self.lease
                feed = self._brought.get(id) or self._feed(self._feed_of[id])
                works.append(replace(work, feed=feed))
        return works

    def _change(self, id: str, **changes: Any) -> None:
        if work := self._articles.get(id):
            self._articles[id] = replace(work, **changes)

    def postpone(
        self,
        id: str,
        until: float,
        *,
        failed: bool,
        booked: bool = False,
        stage: Stage | None = None,
    ) -> None:
        """Give an article back until then."""
        if work := self._articles.get(id):
            self._change(
                id,
                attempts=work.attempts + int(failed),
                booked=until if booked else None,
                stage=stage or work.stage,
            )
        self._leased.pop(id, None)
        self._due[id] = until

    def failed(self, id: str) -> None:
        """Count a failed attempt without giving the article back."""
        if work := self._articles.get(id):
            self._change(id, attempts=work.attempts + 1)

    def suspect(self, ids: Iterable[str]) -> None:
        """Note, before it is tried, that these may bring the process down."""
        for id in ids:
            self._change(id, suspect=True)

    def cleared(self, ids: Iterable[str]) -> None:
        """Take the suspicion back."""
        for id in ids:
            self._change(id, suspect=False)

    def release(self, ids: Iterable[str], now: float) -> None:
        """End the leases of those not done at once."""
        self._leased.update({id: now for id in ids if id in self._leased})

    def done(self, id: str, *, read: bool, again: bool = False) -> None:
        """Forget everything about an article but that it was seen; count it for its feed."""
        work = self._articles.get(id)
        if work and not work.again and self._feed_of[id] in self._watched:
            self._count(self._feed_of[id], read)
        if work and (work.again or not again):
            self._marks.pop(id, None)
        self._articles[id] = None
        self._due.pop(id, None)
        self._leased.pop(id, None)
        self._pages.pop(id, None)

    def _count(self, feed: str, read: bool) -> None:
        tally = self._tallies.get(feed, Tally())
        self._tallies[feed] = Tally(
            read=tally.read + int(read),
            unread=tally.unread + int(not read),
            fruitless=0 if read else tally.fruitless + 1,
        )

    def keep(self, id: str, page: Page) -> None:
        """Keep a fetched page for the extractor."""
        self._pages[id] = page
        self._change(id, stage="extract")

    def page(self, id: str) -> Page | None:
        """Return the kept page, or None where there is none."""
        return self._pages.get(id)

    def turn(self, host: str, now: float, delay: float, booked: float | None = None) -> float:
        """Ask for a host: 0 means go now; else the time at which to come back."""
        at = self._hosts.setdefault(host, _Host())
        mine = booked is not None and booked <= now
        if now >= at.hold and now - at.last >= delay and (mine or at.tail <= now):
            at.last, at.tail = now, max(at.tail, now + delay)
            return 0.0
        slot = max(at.tail, now + delay, at.hold)
        at.tail = slot + delay
        return slot

    def hold(self, host: str, until: float) -> None:
        """Leave a host alone until then."""
        self._hosts.setdefault(host, _Host()).hold = until

    def standing(self) -> Standing:
        """Count feeds and articles."""
        return Standing(
            len(self._watched),
            len(self._polled),
            len(self._articles),
            len(self._due),
            len(self._leased),
            len(self._again),
        )


def _move(
    source: dict[str, float], target: dict[str, float], now: float, most: int, score: float
) -> list[str]:
    ready = sorted((at, id) for id, at in source.items() if at <= now)[:most]
    for _, id in ready:
        del source[id]
        target[id] = score
    return [id for _, id in ready]
