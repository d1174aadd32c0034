"""How a feed does, in a sentence that whoever runs the service understands."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from worker.errors import Rejected, Transient
from worker.feeds import schedule
from worker.feeds.health import findings, span, words
from worker.feeds.schedule import Habit

NOON = datetime(2024, 1, 15, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0


class Limits:
    poll_min = 5 * MINUTE
    poll_max = DAY


def before(seconds: float) -> float:
    return (NOON - timedelta(seconds=seconds)).timestamp()


WELL = Habit(
    checked=before(HOUR),
    succeeded=before(HOUR),
    changed=before(2 * HOUR),
    last_entry=before(2 * HOUR),
    spacing=4 * HOUR,
    entries=20,
)


def told(habit: Habit, fruitless: int = 0) -> list[tuple[str, str]]:
    return [(finding.kind, finding.sentence) for finding in findings(habit, fruitless, NOON)]


def test_of_a_feed_that_is_well_nothing_is_told() -> None:
    assert told(WELL, fruitless=9) == []


def test_a_feed_never_looked_at_is_new() -> None:
    assert told(Habit()) == [("new", "Not looked at yet.")]


def test_a_failure_is_told_with_how_often_and_since_when() -> None:
    habit = WELL
    for _ in range(3):
        error = Rejected("http-403", "a.test answered 403")
        habit = schedule.after_failure(habit, error, NOON, Limits())
    assert told(habit) == [
        (
            "failing",
            "Its server refuses us (a.test answered 403): 3 times in a row; last read 60 min ago.",
        )
    ]


def test_a_first_failure_of_a_feed_never_read() -> None:
    habit = schedule.after_failure(Habit(), Transient("dns"), NOON, Limits())
    assert told(habit) == [("failing", "Its server's name is not known: once; last read never.")]


def test_a_feed_that_is_gone_is_told_to_have_ended_and_nothing_else() -> None:
    habit = schedule.after_failure(WELL, Rejected("http-410"), NOON, Limits())
    assert [kind for kind, _ in told(habit)] == ["ended"]


def test_a_feed_that_only_repeats_itself_is_stale() -> None:
    habit = replace(WELL, last_entry=before(20 * DAY), changed=before(20 * DAY))
    assert told(habit) == [
        (
            "stale",
            "It answers, but its newest entry is 20 days old, where one usually comes every 4 h.",
        )
    ]


def test_a_feed_without_entries_is_silent_after_a_day() -> None:
    assert told(replace(WELL, entries=0, empty_since=before(20 * HOUR))) == []
    assert told(replace(WELL, entries=0, empty_since=before(3 * DAY))) == [
        ("silent", "It can be read, but for 3 days has held no entry.")
    ]


def test_a_feed_whose_articles_cannot_be_read_is_silent() -> None:
    assert told(WELL, fruitless=10) == [("silent", "None of its last 10 articles could be read.")]


def test_missed_entries_and_a_new_address_are_told() -> None:
    habit = replace(WELL, gap=True, address="https://new.test/rss")
    assert [kind for kind, _ in told(habit)] == ["gap", "moved"]
    assert "https://new.test/rss" in told(habit)[1][1]


@pytest.mark.parametrize(
    ("reason", "meaning"),
    [
        ("http-403", "its server refuses us"),
        ("http-502", "its server has an error of its own (502)"),
        ("http-451", "its server answers 451"),
        ("odd", "odd"),
    ],
)
def test_reasons_are_put_in_words(reason: str, meaning: str) -> None:
    assert words(reason) == meaning


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1, "0 s"), (40, "40 s"), (720, "12 min"), (35 * HOUR, "35 h"), (3 * DAY, "3 days")],
)
def test_lengths_of_time_are_rounded_for_people(seconds: float, text: str) -> None:
    assert span(seconds) == text
