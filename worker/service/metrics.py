"""How the service and its feeds do, in Prometheus' text format.

Format: https://prometheus.io/docs/instrumenting/exposition_formats/. Flower shows the tasks at its
own /metrics; this tells of what the ledger and the streams know.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from redis.exceptions import RedisError

from worker import wiring
from worker.errors import ConfigError
from worker.feeds import schedule
from worker.feeds.health import KINDS, findings
from worker.ledger import Watched
from worker.service import health, redis_server
from worker.settings import Settings
from worker.stream.publish import STREAMS
from worker.stream.retention import unacknowledged_gone


@dataclass(frozen=True, slots=True)
class Sample:
    """One value, and the labels that say whose it is."""

    value: float
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Family:
    """A metric: its name, whether it only grows (counter) or not (gauge), its values."""

    name: str
    kind: str
    help: str
    samples: tuple[Sample, ...]


def text(settings: Settings) -> str:
    """All metrics, as they are now.

    Raises:
        ConfigError: Redis cannot be reached.
    """
    redis_server.check(settings.redis)
    try:
        families = [
            *_service(settings),
            *_streams(settings),
            *_feeds(wiring.ledger(settings).feeds()),
        ]
    except RedisError as error:
        where = redis_server.public(settings.redis)
        raise ConfigError(f"Redis at {where} went away: {error}.") from None
    return "".join(exposed(family) for family in families)


def exposed(family: Family) -> str:
    """One metric as text; empty where it has no value."""
    if not family.samples:
        return ""
    head = f"# HELP {family.name} {family.help}\n# TYPE {family.name} {family.kind}\n"
    return head + "".join(_line(family.name, sample) for sample in family.samples)


def _line(name: str, sample: Sample) -> str:
    labels = ",".join(f'{key}="{_escaped(value)}"' for key, value in sample.labels.items())
    return (
        f"{name}{{{labels}}} {sample.value:.17g}\n" if labels else f"{name} {sample.value:.17g}\n"
    )


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _service(settings: Settings) -> Iterator[Family]:
    roles = [
        Sample(finding.alive, {"role": finding.role})
        for finding in health.check(settings, health.TOUCHING)
    ]
    yield Family("demarche_up", "gauge", "Whether a role is alive.", tuple(roles))
    counts = wiring.reader(settings).counts()
    yield _counted("demarche_articles_total", "Articles by fate.", "fate", counts.fates)
    help_text = "Articles in a language that is not coded."
    yield _counted("demarche_articles_foreign_total", help_text, "language", counts.languages)
    yield _counted("demarche_events_total", "Events by PLOVER type.", "type", counts.types)
    standing = wiring.ledger(settings).standing()
    open_ones = {"waiting": standing.waiting, "leased": standing.leased}
    states = tuple(Sample(value, {"state": state}) for state, value in open_ones.items())
    yield Family("demarche_articles_open", "gauge", "Articles under way.", states)
    again = (Sample(standing.again, {}),)
    help_text = "Articles to be read once more, because their entries changed."
    yield Family("demarche_articles_again", "gauge", help_text, again)
    total = (Sample(standing.feeds, {}),)
    yield Family("demarche_feeds", "gauge", "Feeds that are watched.", total)


def _counted(name: str, help: str, label: str, counts: Mapping[str, int]) -> Family:  # noqa: A002
    samples = tuple(Sample(count, {label: key}) for key, count in counts.items())
    return Family(name, "counter", help, samples)


def _streams(settings: Settings) -> Iterator[Family]:
    retention = wiring.retention(settings)
    standings = [retention.look(stream, time.time()) for stream in STREAMS]
    for name, kind, help_text, attribute in _OF_STREAM:
        values = [(standing.name, getattr(standing, attribute)) for standing in standings]
        samples = tuple(Sample(value, {"stream": stream}) for stream, value in values)
        yield Family(f"demarche_stream_{name}", kind, help_text, samples)
    groups = [
        (standing, group, {"stream": standing.name, "group": group.name})
        for standing in standings
        for group in standing.groups
    ]
    for name, help_text, attribute in _OF_GROUP:
        known = tuple(
            Sample(value, labels)
            for _, group, labels in groups
            if (value := getattr(group, attribute)) is not None
        )
        yield Family(f"demarche_group_{name}", "gauge", help_text, known)
    gone = tuple(Sample(unacknowledged_gone(s, group), labels) for s, group, labels in groups)
    help_text = "1 where entries are trimmed that the group was handed and did not acknowledge."
    yield Family("demarche_group_behind_trim", "gauge", help_text, gone)
    missed = tuple(
        Sample(count, {"stream": stream, "group": group})
        for (stream, group), count in sorted(retention.missed().items())
    )
    help_text = "Entries that were trimmed before the group had read them, at least."
    yield Family("demarche_group_missed_entries_total", "counter", help_text, missed)


_OF_STREAM = (  # name, kind, help, attribute of a Standing
    ("entries", "gauge", "Entries on the stream.", "length"),
    ("bytes", "gauge", "Memory that it takes, as Redis estimates it.", "size"),
    ("trimmed_total", "counter", "Entries that were trimmed.", "gone"),
)
_OF_GROUP = (  # name, help, attribute of a Group
    ("unread_entries", "Entries that the group has not read, where Redis can tell.", "lag"),
    ("pending_entries", "Entries that it was handed and did not acknowledge.", "pending"),
    ("waiting_seconds", "How long its oldest unread entry has waited.", "waiting"),
)
_OF_HABIT = (  # name, kind, help, attribute of a Habit
    ("last_success_timestamp_seconds", "gauge", "When it was last read.", "succeeded"),
    ("last_new_entry_timestamp_seconds", "gauge", "When it last brought a new entry.", "changed"),
    ("error_streak", "gauge", "Failures in a row.", "errors"),
    ("gaps_total", "counter", "Looks that found nothing but new entries.", "gaps"),
)


def _feeds(watched: Sequence[Watched]) -> Iterator[Family]:
    habits = [(_labels(feed), schedule.remembered(feed.habit)) for feed in watched]
    for name, kind, help_text, attribute in _OF_HABIT:
        values = [(labels, getattr(habit, attribute)) for labels, habit in habits]
        known = tuple(Sample(value, labels) for labels, value in values if value is not None)
        yield Family(f"demarche_feed_{name}", kind, help_text, known)
    read = tuple(sample for feed in watched for sample in _read(feed))
    help_text = "Articles that could be read, and that could not."
    yield Family("demarche_feed_articles_total", "counter", help_text, read)
    ailing = tuple(sample for feed in watched for sample in _ailing(feed))
    help_text = "1 where `demarche feeds list` notes this kind of thing."
    yield Family("demarche_feed_ailing", "gauge", help_text, ailing)


def _read(watched: Watched) -> Iterator[Sample]:
    for read, count in (("yes", watched.tally.read), ("no", watched.tally.unread)):
        yield Sample(count, {**_labels(watched), "read": read})


def _ailing(watched: Watched) -> Iterator[Sample]:
    habit = schedule.remembered(watched.habit)
    found = findings(habit, watched.tally.fruitless, datetime.now(UTC))
    noted = {finding.kind for finding in found}
    for kind in KINDS:
        yield Sample(kind in noted, {**_labels(watched), "kind": kind})


def _labels(watched: Watched) -> dict[str, str]:
    return {"feed": watched.feed.url, "outlet": watched.feed.outlet}
