"""When a feed is looked at next: told as the story of a feed, look by look."""

from __future__ import annotations

import itertools
import json
import random
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from worker.errors import Busy, Rejected, Transient
from worker.feeds import schedule
from worker.feeds.parse import ParsedFeed
from worker.feeds.schedule import Habit, Limits
from worker.model import Entry, Page
from worker.settings import Settings

NOON = datetime(2024, 1, 15, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0


@dataclass(frozen=True)
class Bounds:
    poll_min: float = 5 * MINUTE
    poll_max: float = DAY


LIMITS = Bounds()


def page(body: str = "a", status: int = 200, moved: str | None = None, **headers: str) -> Page:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Page("https://news.test/rss", status, named, body.encode(), NOON, moved)


def feed(*ages: float, ttl: float | None = None, skip: frozenset[int] = frozenset()) -> ParsedFeed:
    """A feed with entries of these ages in seconds."""
    entries = (Entry(f"https://news.test/{age}", published=after(-age)) for age in ages)
    return ParsedFeed("News", tuple(entries), ttl, skip)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def wait(habit: Habit, now: datetime = NOON, jitter: float = 0.0) -> float:
    """Seconds from `now` to the next look."""
    when = schedule.due(habit, now, LIMITS, jitter)
    assert when is not None
    return (when - now).total_seconds()


# An entry every four hours, so a look every hour.
HOURLY = schedule.after_success(
    Habit(), feed(*(n * 4 * HOUR for n in range(10))), page(etag='"1"'), 10, NOON, LIMITS
)


def test_the_settings_are_limits():
    limits: Limits = Settings()
    assert schedule.due(HOURLY, NOON, limits, 0.0) == after(HOUR)


def test_a_new_feed_is_due_at_once():
    assert schedule.due(Habit(), NOON, LIMITS, 0.5) == NOON


def test_a_habit_survives_json():
    habit = replace(HOURLY, skip_hours=(1, 2), moved="https://b.test/")
    stored = json.loads(json.dumps(asdict(habit)))
    again = schedule.remembered({**stored, "from_a_later_version": 1})
    assert json.dumps(asdict(again)) == json.dumps(asdict(habit))


def test_the_first_look_learns_the_rhythm_from_the_dates():
    assert wait(HOURLY) == HOUR
    busy = schedule.after_success(
        Habit(), feed(*(n * MINUTE for n in range(20))), page(), 20, NOON, LIMITS
    )
    assert wait(busy) == LIMITS.poll_min
    slow = schedule.after_success(
        Habit(), feed(*(n * 9 * DAY for n in range(9))), page(), 9, NOON, LIMITS
    )
    assert wait(slow) == LIMITS.poll_max
    undated = ParsedFeed(entries=(Entry("https://news.test/1"), Entry("https://news.test/2")))
    assert wait(schedule.after_success(Habit(), undated, page(), 2, NOON, LIMITS)) == HOUR


def test_a_feed_that_grows_busier_is_asked_more_often():
    habit, now = HOURLY, NOON
    for look in range(1, 6):
        now = after(look * HOUR)
        habit = schedule.after_success(habit, feed(0.0), page(str(look)), 6, now, LIMITS)
    assert LIMITS.poll_min <= wait(habit, now) < 30 * MINUTE


def test_a_feed_that_falls_silent_is_asked_more_rarely_up_to_the_limit():
    habit, now, waits = HOURLY, NOON, []
    for _ in range(60):
        now += timedelta(seconds=habit.wait)
        habit = schedule.after_unchanged(habit, page(status=304), now, LIMITS)
        waits.append(habit.wait)
    assert waits == sorted(waits)
    assert waits[0] == HOUR  # still: an hour's silence says nothing yet
    assert waits[-1] == LIMITS.poll_max


def test_a_nightly_pause_does_not_put_a_feed_to_sleep():
    habit, now = HOURLY, NOON
    while now < after(8 * HOUR):
        now += timedelta(seconds=habit.wait)
        habit = schedule.after_unchanged(habit, page(status=304), now, LIMITS)
    assert habit.wait <= HOUR


@pytest.mark.parametrize(
    ("per_day", "looks_per_day", "minutes"), [(300, 288, 5), (30, 120, 15), (3, 14, 150)]
)
def test_four_weeks_with_quiet_nights(per_day, looks_per_day, minutes):
    """No entry is missed though the feed holds only 20, half are seen soon, and nobody is asked
    more often than about four times per entry."""
    chance = random.Random(per_day)
    steps = (chance.expovariate(per_day / DAY) for _ in range(28 * per_day))
    published = [t for t in itertools.accumulate(steps) if 6 * HOUR <= t % DAY <= 22 * HOUR]
    habit, now, known, delays, looks = Habit(), 3 * DAY, set(), [], 0
    while now < 24 * DAY:
        holds = [t for t in published if t <= now][-20:]
        delays += [now - t for t in holds if t not in known and known]
        fresh = len(set(holds) - known)
        known.update(holds)
        entries = tuple(Entry(f"https://news.test/{t}", published=after(t)) for t in holds)
        answer = page(str(holds))
        if schedule.is_unchanged(habit, answer):
            habit = schedule.after_unchanged(habit, answer, after(now), LIMITS)
        else:
            parsed = ParsedFeed("News", entries)
            habit = schedule.after_success(habit, parsed, answer, fresh, after(now), LIMITS)
        looks += 1
        when = schedule.due(habit, after(now), LIMITS, chance.random())
        assert when is not None
        now = (when - NOON).total_seconds()
    assert not [t for t in published if 4 * DAY < t < 23 * DAY and t not in known]
    assert sorted(delays)[len(delays) // 2] <= minutes * MINUTE
    assert looks / 21 <= looks_per_day


def test_jitter_only_adds_and_at_most_a_tenth():
    assert wait(HOURLY, jitter=0.0) == HOUR
    assert wait(HOURLY, jitter=1.0) == pytest.approx(1.1 * HOUR)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, HOUR),
        ({"cache_control": "max-age=7200"}, 2 * HOUR),
        ({"cache_control": "public, max-age=7200"}, 2 * HOUR),
        ({"cache_control": "Max-Age=7200", "age": "1800"}, 1.5 * HOUR),
        ({"cache_control": "s-maxage=7200"}, HOUR),
        ({"cache_control": "max-age=60"}, HOUR),
        ({"cache_control": "no-cache, max-age=7200"}, HOUR),
        ({"cache_control": "max-age=31536000"}, HOUR),  # a rule for style sheets
        ({"cache_control": "max-age=172800"}, DAY),  # never longer than poll_max
        ({"expires": "Mon, 15 Jan 2024 15:00:00 GMT"}, 3 * HOUR),
        ({"expires": "0"}, HOUR),
        ({"cache_control": "max-age=60", "expires": "Mon, 15 Jan 2024 15:00:00 GMT"}, HOUR),
    ],
)
def test_the_server_may_ask_for_peace(headers, seconds):
    parsed = feed(*(n * 4 * HOUR for n in range(10)))
    assert (
        wait(schedule.after_success(Habit(), parsed, page(**headers), 10, NOON, LIMITS)) == seconds
    )


def test_the_feed_may_ask_for_peace_and_it_holds_for_unchanged_looks_too():
    parsed = feed(*(n * 4 * HOUR for n in range(10)), ttl=4 * HOUR)
    habit = schedule.after_success(Habit(), parsed, page(), 10, NOON, LIMITS)
    assert wait(habit) == 4 * HOUR
    later = after(4 * HOUR)
    assert wait(schedule.after_unchanged(habit, page(status=304), later, LIMITS), later) == 4 * HOUR


@pytest.mark.parametrize(
    ("skip", "due"),
    [
        ({13}, datetime(2024, 1, 15, 14, tzinfo=UTC)),
        ({13, 14, 15}, datetime(2024, 1, 15, 16, tzinfo=UTC)),
        (set(range(12, 24)), datetime(2024, 1, 16, 0, tzinfo=UTC)),
        ({12}, datetime(2024, 1, 15, 13, 20, tzinfo=UTC)),
    ],
)
def test_hours_to_skip_are_skipped(skip, due):
    habit = replace(HOURLY, wait=80 * MINUTE, skip_hours=tuple(skip))
    assert schedule.due(habit, NOON, LIMITS, 0.0) == due


@pytest.mark.parametrize(
    ("days", "hours", "due"),
    [
        ({0}, (), datetime(2024, 1, 16, 0, tzinfo=UTC)),  # NOON is a Monday
        ({0, 1}, (0, 1), datetime(2024, 1, 17, 2, tzinfo=UTC)),
        ({5, 6}, (), datetime(2024, 1, 15, 13, 20, tzinfo=UTC)),
        (set(range(7)), (), datetime(2024, 1, 15, 13, 20, tzinfo=UTC)),
    ],
)
def test_days_to_skip_are_skipped(days, hours, due):
    habit = replace(HOURLY, wait=80 * MINUTE, skip_days=tuple(sorted(days)), skip_hours=hours)
    assert schedule.due(habit, NOON, LIMITS, 0.0) == due


# ---- failures -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "waits"),
    [
        (Transient("timeout"), [5, 10, 20, 40, 80, 160, 320, 640, 1280, 1440]),
        (Transient("dns"), [5, 10, 20]),
        (Transient("http-502"), [10, 20, 40]),
        (Rejected("http-404"), [60, 120, 240, 480, 960, 1440]),
        (Rejected("http-403"), [360, 720, 1440]),
        (Rejected("http-401"), [360, 720]),
        (Rejected("not-a-feed"), [60, 120]),
        (Rejected("robots"), [1440, 1440]),
        (Transient("http-500", retry_after=3 * HOUR), [180, 180]),
        (Transient("http-500", retry_after=60), [10, 20]),
        (Busy("http-429", retry_after=20 * MINUTE), [20, 20, 20]),
        (Busy("http-429", retry_after=2 * DAY), [2880]),
        (Busy("http-429", retry_after=1), [5]),
    ],
)
def test_each_failure_has_its_own_patience(error, waits):
    habit = HOURLY
    for errors, minutes in enumerate(waits, start=1):
        habit = schedule.after_failure(habit, error, NOON, LIMITS)
        assert wait(habit) == minutes * MINUTE
        assert (habit.errors, habit.reason) == (errors, error.reason)


def test_failures_of_different_kinds_do_not_lengthen_one_another():
    habit, waits = HOURLY, []
    for reason in ("timeout", "dns", "http-503", "http-502", "http-403", "http-401", "timeout"):
        error = Rejected(reason) if reason.startswith("http-4") else Transient(reason)
        habit = schedule.after_failure(habit, error, NOON, LIMITS)
        waits.append(wait(habit) / MINUTE)
    assert waits == [5, 10, 10, 20, 360, 720, 5]
    assert habit.errors == 7


def test_it_is_remembered_when_a_feed_last_answered_and_why_it_does_not():
    habit = schedule.after_unchanged(HOURLY, page(status=304), after(HOUR), LIMITS)
    habit = schedule.after_failure(habit, Transient("dns", "no such name"), after(DAY), LIMITS)
    assert habit.succeeded == after(HOUR).timestamp()
    assert (habit.reason, habit.detail) == ("dns", "no such name")


def test_a_success_ends_the_patience():
    habit = schedule.after_failure(HOURLY, Transient("timeout"), NOON, LIMITS)
    habit = schedule.after_unchanged(habit, page(status=304), after(600), LIMITS)
    assert (habit.errors, habit.reason) == (0, None)
    assert wait(habit, after(600)) == HOUR


def test_410_ends_the_feed():
    habit = schedule.after_failure(HOURLY, Rejected("http-410"), NOON, LIMITS)
    assert schedule.due(habit, NOON, LIMITS, 0.0) is None


def test_a_long_streak_does_not_overflow():
    habit = replace(HOURLY, errors=100_000, alike=100_000, reason="dns")
    assert wait(schedule.after_failure(habit, Transient("dns"), NOON, LIMITS)) == DAY


# ---- conditional GET ------------------------------------------------------------------------


def test_the_first_look_is_unconditional_and_the_next_is_not():
    assert schedule.conditional(Habit(), NOON) == (None, None)
    assert schedule.conditional(HOURLY, after(HOUR)) == ('"1"', None)


def test_the_same_bytes_are_unchanged_whatever_the_status():
    assert schedule.is_unchanged(HOURLY, page("a"))
    assert schedule.is_unchanged(HOURLY, page("", status=304))
    assert not schedule.is_unchanged(HOURLY, page("b"))


def unchanged(times: int, every: float = 3 * HOUR) -> tuple[Habit, datetime]:
    habit, now = HOURLY, NOON
    for look in range(1, times + 1):
        now = after(look * every)
        habit = schedule.after_unchanged(habit, page(status=304), now, LIMITS)
    return habit, now


def test_now_and_then_the_whole_feed_is_asked_for():
    habit, now = unchanged(7)
    assert schedule.conditional(habit, now)[0] == '"1"'
    habit, now = unchanged(8)
    assert schedule.conditional(habit, now) == (None, None)
    checked = schedule.after_unchanged(habit, page("a", etag='"1"'), now, LIMITS)
    assert schedule.conditional(checked, now + timedelta(hours=1))[0] == '"1"'


def test_a_304_that_hid_entries_is_never_trusted_again():
    habit, now = unchanged(8)
    habit = schedule.after_success(habit, feed(0.0), page("b", etag='"1"'), 1, now, LIMITS)
    assert habit.distrusted
    assert schedule.conditional(habit, now + timedelta(hours=1)) == (None, None)


def test_a_new_etag_with_new_entries_is_no_reason_for_distrust():
    habit, now = unchanged(8)
    habit = schedule.after_success(habit, feed(0.0), page("b", etag='"2"'), 1, now, LIMITS)
    assert not habit.distrusted
    assert schedule.conditional(habit, now)[0] == '"2"'


# ---- what the looks tell --------------------------------------------------------------------


def redirected(habit: Habit, *targets: str | None) -> Habit:
    for moved in targets:
        habit = schedule.after_unchanged(habit, page(moved=moved), NOON, LIMITS)
    return habit


NEW, OTHER = "https://new.test/rss", "https://other.test/rss"


def test_a_permanent_redirect_is_followed_for_good_after_three_sightings_in_a_row():
    assert redirected(HOURLY, NEW, NEW).address is None
    assert redirected(HOURLY, NEW, NEW, None, NEW, NEW).address is None
    assert redirected(HOURLY, NEW, NEW, OTHER, NEW, NEW).address is None
    settled = redirected(HOURLY, NEW, NEW, NEW)
    assert settled.address == NEW
    assert redirected(settled, None, None).address == NEW  # asked there, it redirects no more
    assert redirected(settled, OTHER, OTHER, OTHER).address == OTHER


def test_a_new_address_that_fails_for_good_leads_back_to_the_old_one():
    settled = redirected(HOURLY, NEW, NEW, NEW)
    assert schedule.after_failure(settled, Transient("dns"), NOON, LIMITS).address == NEW
    for reason in ("http-404", "http-410", "not-a-feed"):
        back = schedule.after_failure(settled, Rejected(reason), NOON, LIMITS)
        assert back.address is None
        assert not back.gone
    assert schedule.after_failure(back, Rejected("http-410"), NOON, LIMITS).gone


@pytest.mark.parametrize(("new", "entries", "gap"), [(9, 10, False), (10, 10, True), (2, 2, False)])
def test_a_feed_of_nothing_but_news_has_a_gap(new, entries, gap):
    parsed = feed(*(n * MINUTE for n in range(entries)))
    habit = schedule.after_success(HOURLY, parsed, page("b"), new, after(HOUR), LIMITS)
    assert habit.gap is gap
    assert habit.gaps == gap
    assert not gap or habit.wait <= HOUR / 2


def test_the_first_look_has_no_gap():
    assert not HOURLY.gap


def test_a_feed_that_answers_but_is_silent_is_stale():
    assert not schedule.is_stale(HOURLY, after(13 * DAY))
    assert schedule.is_stale(HOURLY, after(15 * DAY))
    weekly = replace(HOURLY, spacing=7 * DAY)
    assert not schedule.is_stale(weekly, after(100 * DAY))
    assert schedule.is_stale(weekly, after(141 * DAY))
    assert not schedule.is_stale(replace(HOURLY, errors=3), after(15 * DAY))
    assert not schedule.is_stale(Habit(), NOON)
    wire = replace(HOURLY, spacing=10 * MINUTE)
    assert not schedule.is_stale(wire, after(2.9 * DAY))
    assert schedule.is_stale(wire, after(3.1 * DAY))


def test_it_is_remembered_since_when_a_feed_holds_nothing():
    assert (HOURLY.entries, HOURLY.empty_since) == (10, None)
    habit = HOURLY
    for hours in (1, 2):
        habit = schedule.after_success(habit, feed(), page("b"), 0, after(hours * HOUR), LIMITS)
    assert (habit.entries, habit.empty_since) == (0, after(HOUR).timestamp())
    habit = schedule.after_success(habit, feed(0.0), page("c"), 1, after(3 * HOUR), LIMITS)
    assert (habit.entries, habit.empty_since) == (1, None)


def test_an_old_feed_is_stale_from_the_first_look():
    old = feed(*(400 * DAY + n * HOUR for n in range(10)))
    habit = schedule.after_success(Habit(), old, page(), 10, NOON, LIMITS)
    assert schedule.is_stale(habit, NOON)
