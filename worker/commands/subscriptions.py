"""What `demarche feeds` does: list, add, remove, import and export the feeds that are watched.

Every change goes to the ledger, which the running service reads: nothing has to be restarted.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

from redis.exceptions import RedisError

from worker import wiring
from worker.errors import ConfigError
from worker.feeds import schedule, seeds
from worker.feeds.health import Finding, findings, span
from worker.ledger import Watched
from worker.ledger.redis import RedisLedger
from worker.model import Feed
from worker.service import redis_server
from worker.settings import Settings


def show(settings: Settings, out: TextIO, *, ailing: bool, as_json: bool) -> None:
    """List the feeds with their health; `ailing` leaves out those that are well.

    Raises:
        ConfigError: Redis cannot be reached.
    """
    with _ledger(settings) as ledger:
        watched, removed = ledger.feeds(), ledger.removed()
    now = datetime.now(UTC)
    for feed in watched:
        found = _findings(feed, now)
        if not ailing or found:
            out.write(_as_json(feed, found) if as_json else _for_people(feed, found, now))
    if not as_json:
        out.write(f"{len(watched)} feeds are watched.\n")
        out.writelines(f"Removed: {feed.outlet}  {feed.url}\n" for feed in removed)


def check(settings: Settings, feed: Feed, out: TextIO) -> bool:
    """Look at an address and one article once: what would be read, when, and what is wrong.

    Returns:
        Whether entries can be read there.
    """
    found = wiring.inspect(settings, feed, article=True)
    out.writelines(line + "\n" for line in found.lines)
    return found.parsed is not None


def add(settings: Settings, given: Mapping[str, object], *, unseen: bool) -> str:
    """Watch a feed from now on; say what that did.

    Args:
        settings: of the service.
        given: url, and what else is known of it, by the keys of a seeds file.
        unseen: do not look at it first.

    Raises:
        ConfigError: what is given is wrong, nothing can be read at its address (the sentence names
            the feeds that a page offers), or it is watched already under another spelling.
    """
    feed = seeds.described({"outlet": _host(str(given["url"])), **given}, "feeds add")
    if not unseen:
        feed = _seen(settings, feed, named="outlet" in given)
    with _ledger(settings) as ledger:
        _refuse_double(feed, ledger.feeds())
        change = ledger.add(feed, time.time())
    return {
        "new": f"{feed.outlet} is watched from now on: {feed.url}",
        "changed": f"{feed.outlet} is watched as described now: {feed.url}",
        "known": f"{feed.outlet} was watched already: {feed.url}",
    }[change]


def remove(settings: Settings, url: str) -> str:
    """Watch a feed no longer, also where the seeds file names it.

    Raises:
        ConfigError: it is not watched, or Redis cannot be reached.
    """
    with _ledger(settings) as ledger:
        known = {seeds.identity(watched.feed.url): watched.feed.url for watched in ledger.feeds()}
        spelled = known.get(seeds.identity(url))
        if spelled is None or not ledger.remove(spelled):
            raise ConfigError(f"{url} is not watched; `demarche feeds list` shows what is.")
    return f"{spelled} is no longer watched; articles under way are still read."


def take_in(settings: Settings, path: Path) -> str:
    """Watch every feed of an OPML or TOML file, beside those that are watched.

    Raises:
        ConfigError: the file cannot be read, something in it is wrong, or Redis is not there.
    """
    found = seeds.load(path)
    with _ledger(settings) as ledger:
        known = {seeds.identity(watched.feed.url): watched.feed.url for watched in ledger.feeds()}
        spelled = [
            replace(feed, url=known.get(seeds.identity(feed.url), feed.url)) for feed in found
        ]
        done = Counter(ledger.add(feed, time.time()) for feed in spelled)
    return f"{done['new']} added, {done['changed']} changed, {done['known']} as they were."


def give_out(settings: Settings, out: TextIO, *, as_toml: bool) -> None:
    """Write the feeds that are watched as OPML, or as a seeds file.

    Raises:
        ConfigError: Redis cannot be reached.
    """
    with _ledger(settings) as ledger:
        feeds = [watched.feed for watched in ledger.feeds()]
    out.write(seeds.to_toml(feeds) if as_toml else seeds.to_opml(feeds))


def _seen(settings: Settings, feed: Feed, *, named: bool) -> Feed:
    """The feed after a look at it: the only one that its page offers; called as it calls itself."""
    found = wiring.inspect(settings, feed)
    if found.parsed is None and len(found.offers) == 1:
        feed = replace(feed, url=found.offers[0].url)
        found = wiring.inspect(settings, feed)
    if found.parsed is None:
        told = " ".join(line.strip() for line in found.lines)
        raise ConfigError(f"{feed.url}: {told} (--unseen adds it all the same.)")
    title = None if named else found.parsed.title
    return replace(feed, outlet=title or feed.outlet)


def _host(url: str) -> str:
    return urlsplit(url).netloc or url


@contextmanager
def _ledger(settings: Settings) -> Iterator[RedisLedger]:
    redis_server.check(settings.redis)
    try:
        yield wiring.ledger(settings)
    except RedisError as error:
        where = redis_server.public(settings.redis)
        raise ConfigError(f"Redis at {where} went away: {error}.") from None


def _refuse_double(feed: Feed, watched: Iterable[Watched]) -> None:
    for other in watched:
        if other.feed.url != feed.url and seeds.identity(other.feed.url) == seeds.identity(
            feed.url
        ):
            raise ConfigError(f"{feed.url} is watched already, spelled {other.feed.url}.")


def _findings(watched: Watched, now: datetime) -> tuple[Finding, ...]:
    return findings(schedule.remembered(watched.habit), watched.tally.fruitless, now)


def _for_people(watched: Watched, found: Iterable[Finding], now: datetime) -> str:
    feed, habit = watched.feed, schedule.remembered(watched.habit)
    whose = f" ({feed.country})" if feed.country else ""
    lines = [f"{feed.outlet}{whose}  {feed.url}"]
    lines += [f"  {finding.kind}: {finding.sentence}" for finding in found]
    facts = [
        f"looked at {_ago(habit.checked, now)}" if habit.checked else "",
        f"last new entry {_ago(habit.changed, now)}" if habit.changed else "",
        f"one every {span(habit.spacing)}" if habit.spacing else "",
        _share(watched),
        f"next look in {span(watched.due - now.timestamp())}" if watched.due else "",
    ]
    lines.append("  " + "; ".join(fact for fact in facts if fact))
    return "\n".join(line for line in lines if line.strip()) + "\n"


def _share(watched: Watched) -> str:
    read, ended = watched.tally.read, watched.tally.read + watched.tally.unread
    return f"{read} of {ended} articles could be read" if ended else ""


def _ago(then: float, now: datetime) -> str:
    return f"{span(now.timestamp() - then)} ago"


def _as_json(watched: Watched, found: Iterable[Finding]) -> str:
    habit = schedule.remembered(watched.habit)
    record: dict[str, Any] = {
        **asdict(watched.feed),
        "own": watched.own,
        "findings": [asdict(finding) for finding in found],
        "last_look": _stamp(habit.checked),
        "last_success": _stamp(habit.succeeded),
        "last_new_entry": _stamp(habit.changed),
        "next_look": _stamp(watched.due),
        "errors": habit.errors,
        "reason": habit.reason,
        "usual_spacing": habit.spacing,
        "gaps": habit.gaps,
        "articles_read": watched.tally.read,
        "articles_unread": watched.tally.unread,
    }
    return json.dumps(record, ensure_ascii=False) + "\n"


def _stamp(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
