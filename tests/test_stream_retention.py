"""What stays on the streams, and what is told to whom something was trimmed away."""

from __future__ import annotations

import pytest
from redis import Redis

from tests import stream
from worker.stream.retention import Caps, Retention, unacknowledged_gone

KEY = "demarche:events"
NOW = 1_768_435_200.0
DAY = 86_400


@pytest.fixture
def redis(redis_url: str) -> Redis:
    one = Redis.from_url(redis_url, decode_responses=True)
    one.config_set("stream-node-max-entries", 10)  # "about" means whole nodes: small ones here
    yield one
    one.config_set("stream-node-max-entries", 100)


@pytest.fixture
def keep(redis_url: str):
    def build(days: float = 7, entries: int = 10_000, size: int = 10**9) -> Retention:
        return Retention(redis_url, "demarche", Caps(days * DAY, entries, size))

    return build


def fill(redis: Redis, count: int, *, days_ago: float = 0.0) -> list[str]:
    first = int((NOW - days_ago * DAY) * 1000)
    return [redis.xadd(KEY, stream.fields(f"m{n}"), id=f"{first + n}-0") for n in range(count)]


def read(redis: Redis, group: str, count: int, *, ack: bool = True) -> list[str]:
    answer = redis.xreadgroup(group, "one", {KEY: ">"}, count=count)
    ids = [entry for entry, _ in answer[0][1]]
    if ack:
        redis.xack(KEY, group, *ids)
    return ids


def test_without_a_group_age_decides(redis, keep) -> None:
    fill(redis, 100, days_ago=8)
    young = fill(redis, 50)
    standing = keep().trim("events", NOW)
    assert (standing.length, standing.gone, standing.first) == (50, 100, young[0])


def test_old_entries_stay_until_the_slowest_group_has_them(redis, keep) -> None:
    ids = fill(redis, 100, days_ago=8)
    for group, count in (("quick", 100), ("slow", 40)):
        redis.xgroup_create(KEY, group, "0")
        read(redis, group, count)
    assert keep().trim("events", NOW).first == ids[30]  # the node of the 40th
    read(redis, "slow", 60)
    assert keep().trim("events", NOW).length == 10
    assert keep().missed() == {}


def test_what_is_in_hand_stays_too(redis, keep) -> None:
    ids = fill(redis, 100, days_ago=8)
    redis.xgroup_create(KEY, "app", "0")
    read(redis, "app", 30)
    read(redis, "app", 20, ack=False)
    read(redis, "app", 50)
    standing = keep().trim("events", NOW)
    assert standing.first == ids[30]
    assert standing.groups[0].pending == 20
    assert not unacknowledged_gone(standing, standing.groups[0])


def test_the_cap_in_entries_is_harder_and_who_missed_what_is_counted(redis, keep) -> None:
    fill(redis, 200)
    redis.xgroup_create(KEY, "app", "0")
    redis.xgroup_create(KEY, "quick", "0")
    read(redis, "app", 40)
    read(redis, "quick", 200)
    one = keep(entries=100)
    gone = one.trim("events", NOW).gone
    assert 100 <= gone <= 110
    assert one.missed() == {("events", "app"): gone - 40}
    one.trim("events", NOW)
    assert one.missed() == {("events", "app"): gone - 40}  # once
    read(redis, "app", 10)
    one.trim("events", NOW)
    assert one.missed() == {("events", "app"): gone - 40}
    assert one.look("events", NOW).groups[0].lag == 200 - gone - 10


def test_the_cap_in_memory_holds(redis, keep) -> None:
    fill(redis, 400)
    size = keep().look("events", NOW).size
    standing = keep(size=size // 2).trim("events", NOW)
    assert 100 < standing.length < 200
    assert standing.size <= size // 2


def test_what_publishing_itself_trimmed_is_counted_too(redis, keep) -> None:
    fill(redis, 50)
    redis.xgroup_create(KEY, "app", "0")
    read(redis, "app", 10)
    keep().trim("events", NOW)
    redis.xtrim(KEY, maxlen=20, approximate=False)
    keep().trim("events", NOW)
    assert keep().missed() == {("events", "app"): 20}


def test_entries_that_went_out_of_a_groups_hands_are_told(redis, keep) -> None:
    fill(redis, 50)
    redis.xgroup_create(KEY, "app", "0")
    read(redis, "app", 50, ack=False)
    standing = keep(entries=20).trim("events", NOW)
    assert unacknowledged_gone(standing, standing.groups[0])
    assert keep().missed() == {}


def test_a_group_that_never_read_is_charged_with_what_went(redis, keep) -> None:
    fill(redis, 60)
    redis.xgroup_create(KEY, "app", "0")
    keep(entries=20).trim("events", NOW)
    assert keep().missed()["events", "app"] >= 40


def test_how_long_a_group_waits(redis, keep) -> None:
    fill(redis, 5, days_ago=1)
    redis.xgroup_create(KEY, "app", "0")
    read(redis, "app", 4)
    (group,) = keep().look("events", NOW).groups
    assert (group.lag, group.pending) == (1, 0)
    assert group.waiting == pytest.approx(DAY, abs=1)
    read(redis, "app", 1)
    assert keep().look("events", NOW).groups[0].waiting == 0


def test_a_stream_that_is_not_there_is_empty(redis, keep) -> None:
    assert keep().trim("events", NOW).length == 0
