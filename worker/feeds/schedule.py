"""When to look at a feed next: pure functions over what is remembered of it.

Nothing here reads a clock, a store or a random number: `now` and `jitter` are given, and each
function returns a new `Habit`. All times in a Habit are seconds (Unix time, or durations), so that
`dataclasses.asdict` of it is JSON and `remembered` brings it back.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise
from typing import Any, Protocol

from worker.errors import Busy, Rejected, Transient
from worker.feeds.parse import ParsedFeed
from worker.model import Page

_HOUR, _DAY = 3_600.0, 86_400.0
_LOOKS = 4  # per usual gap between two entries: news is seen after an eighth of it, on average
_SLOWER = 1.3  # factor on the interval when a look brought nothing new
_QUIET_SHARE = 0.1  # of a feed's present silence: looking more rarely than that is not needed
_MEMORY = 0.3  # weight of the newest spacing in the running mean
_MAX_AGE_SANE = 7 * _DAY  # a longer max-age is a rule for style sheets that a feed fell under
_FULL_EVERY, _FULL_AFTER = _DAY, 8  # a full GET after a day and as many conditional ones
_SIGHTINGS = 3  # of the same permanent redirect before it is believed
_PATIENCE = {"robots": _DAY, "refused": 6 * _HOUR}  # first waits; others: an hour
_GAP_AT_LEAST = 5  # entries; fewer that are all new are no sign of missed ones
_STALE_DAYS, _STALE_TIMES = 14 * _DAY, 20  # silence that is too long: in days, and in usual gaps
_STALE_BUSY = 3 * _DAY  # … of a feed with more than an entry an hour: longer than any weekend


class Limits(Protocol):
    """The two settings that bound every interval, in seconds; `Settings` is one."""

    @property
    def poll_min(self) -> float:
        """Seconds between two polls: least."""

    @property
    def poll_max(self) -> float:
        """Seconds between two polls: most."""


@dataclass(frozen=True, slots=True)
class Habit:
    """What is remembered of a feed.

    Attributes:
        etag, last_modified: the validators it sent last.
        distrusted: its validators said "unchanged" of a feed that had new entries.
        body_hash: SHA-256 of the body read last.
        checked: when it was last asked, with whatever outcome.
        changed: when it last brought new entries.
        full: when it was last read without a condition.
        unchanged: looks in a row that brought nothing new.
        succeeded: when it last answered as it should, changed or not.
        errors: failures in a row.
        alike: failures of the present kind in a row: each kind has a back-off of its own.
        reason: the last failure's reason; None after a success.
        detail: the sentence that came with it.
        interval: seconds between two looks, as learnt.
        wait: seconds to wait after ``checked``: the interval, a hint of the server, or a back-off.
        floor: seconds that the feed or its server asked to be left alone (ttl, max-age).
        spacing: usual seconds between two of its entries; None while unknown.
        last_entry: publication of its newest entry.
        skip_hours: hours (UTC) at which it asks not to be read.
        skip_days: days (0: Monday, UTC) on which it asks not to be read.
        gap: the last look found only new entries, so some in between were missed.
        gaps: how often that was so.
        entries: how many it held when it was read last.
        empty_since: since when it has held none.
        address: where it is asked for, after it moved for good; None: at its own URL.
        moved: where permanent redirects lead; ``sightings`` says how often in a row.
        gone: it answered 410 and is never asked again.
    """

    etag: str | None = None
    last_modified: str | None = None
    distrusted: bool = False
    body_hash: str | None = None
    checked: float | None = None
    changed: float | None = None
    full: float | None = None
    unchanged: int = 0
    succeeded: float | None = None
    errors: int = 0
    alike: int = 0
    reason: str | None = None
    detail: str = ""
    interval: float = 0.0
    wait: float = 0.0
    floor: float = 0.0
    spacing: float | None = None
    last_entry: float | None = None
    skip_hours: Sequence[int] = ()
    skip_days: Sequence[int] = ()
    gap: bool = False
    gaps: int = 0
    entries: int = 0
    empty_since: float | None = None
    address: str | None = None
    moved: str | None = None
    sightings: int = 0
    gone: bool = False


def remembered(stored: Mapping[str, Any]) -> Habit:
    """A Habit out of its ``asdict``; keys of other versions are passed over."""
    known = {field.name for field in fields(Habit)}
    return Habit(**{key: value for key, value in stored.items() if key in known})


def conditional(habit: Habit, now: datetime) -> tuple[str | None, str | None]:
    """The ETag and Last-Modified to send; (None, None) where a full answer is wanted.

    Some servers answer 304 for ever. So now and then the whole feed is asked for, and one that
    turns out to have hidden entries behind a 304 is never asked conditionally again.
    """
    if habit.distrusted or habit.body_hash is None:
        return None, None
    since_full = now.timestamp() - (habit.full or 0.0)
    if habit.unchanged >= _FULL_AFTER and since_full >= _FULL_EVERY:
        return None, None
    return habit.etag, habit.last_modified


def is_unchanged(habit: Habit, page: Page) -> bool:
    """Whether the answer is what was read last: a 304, or the same bytes again."""
    return page.status == 304 or body_hash(page) == habit.body_hash


def body_hash(page: Page) -> str:
    """SHA-256 of the body, in hex."""
    return hashlib.sha256(page.body).hexdigest()


def after_success(
    habit: Habit, parsed: ParsedFeed, page: Page, new: int, now: datetime, limits: Limits
) -> Habit:
    """The habit after a look that read the feed; ``new`` of its entries were not known before."""
    if not new:
        return _seen(replace(habit, **_learnt(habit, parsed, page, now)), page, now, limits)
    spacing = _spacing(habit, parsed, new, now)
    gap = habit.checked is not None and new == len(parsed.entries) >= _GAP_AT_LEAST
    learnt = replace(
        habit,
        **_learnt(habit, parsed, page, now),
        distrusted=habit.distrusted or _hid_entries(habit, page, now),
        spacing=spacing,
        gap=gap,
        gaps=habit.gaps + gap,
    )
    usual = spacing / _LOOKS
    interval = _bounded(min(usual, habit.interval / 2) if learnt.gap else usual, limits)
    return _asked(
        replace(learnt, changed=now.timestamp(), unchanged=0), interval, page, now, limits
    )


def after_unchanged(habit: Habit, page: Page, now: datetime, limits: Limits) -> Habit:
    """The habit after a look that found the same as last time (304, or the same bytes)."""
    full = habit.full if page.status == 304 else now.timestamp()
    return _seen(replace(habit, full=full), page, now, limits)


def after_failure(
    habit: Habit, error: Transient | Rejected, now: datetime, limits: Limits
) -> Habit:
    """The habit after a look that failed; how long to wait depends on what failed.

    The wait doubles with every failure of one kind in a row: from `poll_min` where the network had
    a bad moment, twice that for the server's own (5xx), from an hour where nothing is there (404)
    or what is there is no feed, from six where we are refused (401, 403). 410 ends the feed, unless
    it comes from where the feed had moved to: then its own URL is asked again.
    """
    same = habit.reason is not None and _kind(habit.reason) == _kind(error.reason)
    alike = habit.alike + 1 if same else 1
    wait = min(_first_wait(error, limits) * 2.0 ** min(alike - 1, 20), limits.poll_max)
    if isinstance(error, Transient) and error.retry_after:
        # Obeyed even beyond poll_max: this is a request, not an estimate. The fetcher bounds it.
        wait = max(wait if not isinstance(error, Busy) else 0.0, error.retry_after)
    return replace(
        habit,
        checked=now.timestamp(),
        errors=habit.errors + 1,
        alike=alike,
        reason=error.reason,
        detail=error.detail,
        wait=wait,
        address=None if isinstance(error, Rejected) else habit.address,
        gone=habit.gone or (error.reason == "http-410" and habit.address is None),
    )


def due(habit: Habit, now: datetime, limits: Limits, jitter: float) -> datetime | None:
    """When to look next; None for a feed that has ended, ``now`` for one never looked at.

    Args:
        habit: what is remembered of the feed.
        now: the time.
        limits: bounds of the interval; a wait that a server asked for may be longer.
        jitter: 0 to 1; adds up to a tenth to the wait, so that feeds do not march in step.
    """
    if habit.gone:
        return None
    if habit.checked is None:
        return now
    wait = max(habit.wait, limits.poll_min) * (1 + 0.1 * jitter)
    return _outside(habit, datetime.fromtimestamp(habit.checked + wait, UTC))


def is_stale(habit: Habit, now: datetime) -> bool:
    """Whether the feed has been silent for much longer than is its habit, though it answers."""
    newest = max(habit.last_entry or 0.0, habit.changed or 0.0 if habit.last_entry is None else 0.0)
    if not newest or habit.errors:
        return False
    spacing = habit.spacing or _DAY
    at_least = _STALE_BUSY if spacing < _HOUR else _STALE_DAYS
    return now.timestamp() - newest > max(at_least, _STALE_TIMES * spacing)


def _learnt(habit: Habit, parsed: ParsedFeed, page: Page, now: datetime) -> dict[str, Any]:
    """What a feed that was read says of itself."""
    dates = [entry.published.timestamp() for entry in parsed.entries if entry.published]
    return {
        "etag": page.headers.get("etag"),
        "last_modified": page.headers.get("last-modified"),
        "body_hash": body_hash(page),
        "full": now.timestamp(),
        "last_entry": max([*dates, habit.last_entry or 0.0]) or None,
        "skip_hours": tuple(sorted(parsed.skip_hours)),
        "skip_days": tuple(sorted(parsed.skip_days)),
        "entries": len(parsed.entries),
        "empty_since": None if parsed.entries else habit.empty_since or now.timestamp(),
        "floor": max(parsed.ttl or 0.0, _fresh_for(page, now)),
    }


def _seen(habit: Habit, page: Page, now: datetime, limits: Limits) -> Habit:
    """Nothing new: look a little more rarely, but never more rarely than its silence suggests."""
    last_new = max(habit.changed or 0.0, habit.last_entry or 0.0)
    silence = now.timestamp() - last_new if last_new else limits.poll_max
    slower = max(habit.interval, limits.poll_min) * _SLOWER
    interval = _bounded(min(slower, max(silence * _QUIET_SHARE, habit.interval)), limits)
    quiet = replace(habit, unchanged=habit.unchanged + 1, gap=False)
    return _asked(quiet, interval, page, now, limits)


def _asked(habit: Habit, interval: float, page: Page, now: datetime, limits: Limits) -> Habit:
    """What every answered look leaves behind."""
    return replace(
        habit,
        checked=now.timestamp(),
        succeeded=now.timestamp(),
        errors=0,
        alike=0,
        reason=None,
        detail="",
        interval=interval,
        wait=_bounded(max(interval, habit.floor), limits),
        **_whereabouts(habit, page),
    )


def _whereabouts(habit: Habit, page: Page) -> dict[str, Any]:
    """A permanent redirect is followed for good once it has been seen a few times in a row."""
    if page.moved is None:
        return {"moved": None, "sightings": 0}
    sightings = habit.sightings + 1 if page.moved == habit.moved else 1
    if sightings < _SIGHTINGS:
        return {"moved": page.moved, "sightings": sightings}
    return {"address": page.moved, "moved": None, "sightings": 0}


def _spacing(habit: Habit, parsed: ParsedFeed, new: int, now: datetime) -> float:
    """Usual seconds between two entries: the running mean of what the looks showed."""
    if habit.checked is not None and habit.changed is not None:
        newest = (now.timestamp() - habit.changed) / new
    else:
        newest = _spacing_by_dates(parsed)
    if habit.spacing is None:
        return newest
    return (1 - _MEMORY) * habit.spacing + _MEMORY * newest


def _spacing_by_dates(parsed: ParsedFeed) -> float:
    """The median distance between entries' dates; where they tell nothing, one for hourly looks."""
    dates = sorted({e.published.timestamp() for e in parsed.entries if e.published}, reverse=True)
    steps = sorted(later - earlier for later, earlier in pairwise(dates[:21]))
    return steps[len(steps) // 2] if len(steps) >= 2 else _LOOKS * _HOUR


def _hid_entries(habit: Habit, page: Page, now: datetime) -> bool:
    """A forced full look found new entries under the validators that had meant "unchanged"."""
    if habit.unchanged < _FULL_AFTER or conditional(habit, now) != (None, None):
        return False
    etag, modified = page.headers.get("etag"), page.headers.get("last-modified")
    return (etag or modified) is not None and (etag, modified) == (habit.etag, habit.last_modified)


def _fresh_for(page: Page, now: datetime) -> float:
    """Seconds that the answer stays fresh (RFC 9111, 4.2.1); 0 where it does not say."""
    control = page.headers.get("cache-control", "").lower()
    if re.search(r"\bno-(cache|store)\b", control):
        return 0.0
    max_age = re.search(r"(?<![\w-])max-age\s*=\s*\"?(\d{1,10})", control)
    if max_age:
        age = re.fullmatch(r"\s*(\d{1,10})\s*", page.headers.get("age", ""))
        fresh = float(max_age[1]) - (float(age[1]) if age else 0.0)
    else:
        fresh = _until(page.headers.get("expires", ""), now)
    return fresh if 0.0 < fresh <= _MAX_AGE_SANE else 0.0


def _until(date: str, now: datetime) -> float:
    try:
        when = parsedate_to_datetime(date)
    except (ValueError, TypeError):
        return 0.0
    return (when.replace(tzinfo=when.tzinfo or UTC) - now).total_seconds()


def _first_wait(error: Transient | Rejected, limits: Limits) -> float:
    if isinstance(error, Transient):
        return limits.poll_min * (2 if error.reason.startswith("http-5") else 1)
    return max(limits.poll_min, _PATIENCE.get(_kind(error.reason), _HOUR))


def _kind(reason: str) -> str:
    """What failures have in common: those of one kind lengthen one another's wait."""
    if reason in {"http-401", "http-403"}:
        return "refused"
    if reason.startswith("http-5"):
        return "server"
    if reason.startswith("http-") or reason in {"robots", "not-a-feed", "no-links"}:
        return reason
    return "network"


def _bounded(seconds: float, limits: Limits) -> float:
    return min(max(seconds, limits.poll_min), limits.poll_max)


def _outside(habit: Habit, when: datetime) -> datetime:
    """The first moment from ``when`` on that is in none of the hours and days to skip."""
    hours = {hour for hour in habit.skip_hours if 0 <= hour < 24}
    days = {day for day in habit.skip_days if 0 <= day < 7}
    if len(hours) == 24 or len(days) == 7:
        return when
    while when.hour in hours or when.weekday() in days:
        when = when.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return when
