"""`demarche status`: how everything does, on one screen."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TextIO

from redis.exceptions import RedisError

from worker import wiring
from worker.errors import ConfigError
from worker.service import display, health, redis_server
from worker.settings import Settings
from worker.stream.publish import STREAMS
from worker.stream.retention import Group, Standing, unacknowledged_gone

Missed = Mapping[tuple[str, str], int]


def show(settings: Settings, out: TextIO) -> None:
    """Print processes, articles, streams, and the groups that read them.

    Raises:
        ConfigError: Redis cannot be reached.
    """
    redis_server.check(settings.redis)
    try:
        out.writelines(f"{line}\n" for line in _lines(settings))
    except RedisError as error:
        where = redis_server.public(settings.redis)
        raise ConfigError(f"Redis at {where} went away: {error}.") from None


def _lines(settings: Settings) -> Iterator[str]:
    for finding in health.check(settings):
        yield str(finding)
    counts, ledger = wiring.reader(settings).counts(), wiring.ledger(settings).standing()
    fates = ", ".join(f"{n} {fate}" for fate, n in counts.fates.items()) or "none yet"
    yield f"{ledger.feeds} feeds; {ledger.waiting + ledger.leased} articles open; fates: {fates}"
    retention = wiring.retention(settings)
    missed = retention.missed()
    standings = [retention.look(stream, time.time()) for stream in STREAMS]
    rows = [_stream(standing) for standing in standings]
    rows += [_group(s, g, missed) for s in standings for g in s.groups]
    yield from (line.rstrip("\n") for line in display.columns(rows))


def _stream(standing: Standing) -> tuple[str, str, str, str]:
    size = f"{standing.size / 1e6:.1f} MB"
    return f"stream {standing.name}", f"{standing.length} entries", size, f"{standing.gone} trimmed"


def _group(standing: Standing, group: Group, missed: Missed) -> tuple[str, str, str, str]:
    lag = "? unread" if group.lag is None else f"{group.lag} unread"
    waiting = f", the oldest for {_span(group.waiting)}" if group.waiting else ""
    return (
        f"group {display.clean(group.name)} of {standing.name}",
        f"{lag}{waiting}",
        f"{group.pending} in hand",
        "; ".join(_losses(standing, group, missed)),
    )


def _losses(standing: Standing, group: Group, missed: Missed) -> Iterator[str]:
    if count := missed.get((standing.name, group.name)):
        yield f"MISSED {count} entries: trimmed before it read them"
    if unacknowledged_gone(standing, group):
        yield "BEHIND: entries in its hands are trimmed"


def _span(seconds: float) -> str:
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
