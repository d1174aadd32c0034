"""A consumer group loses nothing: failures, poison, trims, kills, a server that goes away."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import AuthenticationError

from tests import stream
from worker.stream.consume import Consumer, Message, Unreadable, read

ROOT = Path(__file__).parents[1]
STREAM = "demarche:events"
SECONDS = 20.0


@pytest.fixture
def redis(redis_url: str) -> Redis:
    return Redis.from_url(redis_url, decode_responses=True)


def member(url: str, name: str = "one", **options: Any) -> Consumer:
    return Consumer(url, STREAM, "app", name, **{"block": 0.05, **options})


@contextmanager
def running(consumer: Consumer, handle: Callable[[Message], object]) -> Iterator[None]:
    thread = threading.Thread(target=consumer.run, args=(handle,))
    thread.start()
    try:
        yield
    finally:
        consumer.stop()
        thread.join(SECONDS)
        assert not thread.is_alive()


def wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def pending(redis: Redis) -> int:
    return redis.xpending(STREAM, "app")["pending"]


def letters(redis: Redis) -> list[dict[str, str]]:
    return [fields for _, fields in redis.xrange(f"{STREAM}:dead:app")]


def test_every_message_is_handled_once_in_order_and_acknowledged(redis, redis_url) -> None:
    stream.fill(redis, STREAM, 250)
    seen: list[str] = []
    one = member(redis_url)
    with running(one, lambda message: seen.append(message.id)):
        wait_for(lambda: len(seen) == 250)
        stream.fill(redis, STREAM, 10, first=250)
        wait_for(lambda: len(seen) == 260 and pending(redis) == 0)
    assert seen == [f"m{n}" for n in range(260)]
    assert (one.tally.handled, one.tally.failed, one.tally.dead) == (260, 0, 0)


def test_a_new_group_may_begin_at_the_end(redis, redis_url) -> None:
    stream.fill(redis, STREAM, 5)
    seen: list[str] = []
    with running(member(redis_url, start="$"), lambda message: seen.append(message.id)):
        wait_for(lambda: redis.xinfo_groups(STREAM))
        stream.fill(redis, STREAM, 1, first=5)
        wait_for(lambda: seen)
    assert seen == ["m5"]


def test_members_share_the_work(redis, redis_url) -> None:
    stream.fill(redis, STREAM, 500)
    seen: Counter[str] = Counter()
    both = [member(redis_url, name, count=10) for name in ("one", "two")]

    def handle(message: Message) -> None:
        seen.update([message.id])

    with running(both[0], handle), running(both[1], handle):
        wait_for(lambda: len(seen) == 500 and pending(redis) == 0)
    assert set(seen.values()) == {1}
    assert all(one.tally.handled > 50 for one in both)


def test_a_handler_that_fails_now_and_then_gets_the_message_again(redis, redis_url) -> None:
    stream.fill(redis, STREAM, 3)
    tried: list[tuple[str, int]] = []

    def handle(message: Message) -> None:
        tried.append((message.id, message.deliveries))
        if message.id == "m1" and message.deliveries < 3:
            raise OSError("the database is away")

    with running(member(redis_url, idle=0.05), handle):
        wait_for(lambda: ("m1", 3) in tried and pending(redis) == 0)
    assert sorted(tried) == [("m0", 1), ("m1", 1), ("m1", 2), ("m1", 3), ("m2", 1)]
    assert letters(redis) == []


def test_after_so_many_deliveries_it_is_a_dead_letter_with_its_reason(redis, redis_url) -> None:
    (entry,) = stream.fill(redis, STREAM, 1)
    one = member(redis_url, idle=0.05, attempts=3)
    with running(one, lambda _: {}["party"]):
        wait_for(lambda: letters(redis))
    (letter,) = letters(redis)
    assert letter["dead-reason"] == "KeyError: 'party'"
    assert (letter["dead-deliveries"], letter["dead-entry"]) == ("3", entry)
    assert json.loads(letter["data"])["id"] == "m0"
    assert pending(redis) == 0
    assert (one.tally.failed, one.tally.dead) == (3, 1)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"data": "{"}, "not a CloudEvent"),
        ({"data": "[]"}, "not a CloudEvent"),
        ({"data": '{"id": "x"}'}, "has no 'type'"),
        ({"other": "x"}, "has no 'data'"),
    ],
)
def test_an_entry_that_cannot_be_read_is_a_dead_letter_at_once(
    redis, redis_url, fields, reason
) -> None:
    redis.xadd(STREAM, fields)
    stream.fill(redis, STREAM, 1)
    seen: list[str] = []
    with running(member(redis_url), lambda message: seen.append(message.id)):
        wait_for(lambda: seen)
    (letter,) = letters(redis)
    assert reason in letter["dead-reason"]
    with pytest.raises(Unreadable, match=reason):
        read("1-0", fields)


def test_own_unfinished_entries_come_first_then_abandoned_ones_then_new(redis, redis_url) -> None:
    stream.fill(redis, STREAM, 4)
    redis.xgroup_create(STREAM, "app", "0")
    redis.xreadgroup("app", "gone", {STREAM: ">"}, count=2)
    redis.xreadgroup("app", "one", {STREAM: ">"}, count=1)
    wait_for(lambda: redis.xpending_range(STREAM, "app", "-", "+", 1, idle=100))
    seen: list[tuple[str, int]] = []
    with running(member(redis_url, idle=0.1), lambda m: seen.append((m.id, m.deliveries))):
        wait_for(lambda: len(seen) == 4)
    assert seen == [("m2", 2), ("m0", 2), ("m1", 2), ("m3", 1)]


def test_an_entry_that_another_still_works_on_is_left_to_it(redis, redis_url) -> None:
    stream.fill(redis, STREAM, 2)
    redis.xgroup_create(STREAM, "app", "0")
    redis.xreadgroup("app", "busy", {STREAM: ">"}, count=1)
    seen: list[str] = []
    with running(member(redis_url), lambda message: seen.append(message.id)):
        wait_for(lambda: seen)
    assert seen == ["m1"]
    assert pending(redis) == 1


def test_a_batch_that_takes_long_is_held_on_to(redis, redis_url) -> None:
    """Two members; one handles slowly. What waits behind its hand is not taken from it."""
    stream.fill(redis, STREAM, 8)
    seen: Counter[str] = Counter()

    def slowly(message: Message) -> None:
        seen.update([message.id])
        time.sleep(0.2)

    slow, other = member(redis_url, "slow", idle=0.5), member(redis_url, "other", idle=0.5)
    with running(slow, slowly):
        wait_for(lambda: seen)
        with running(other, lambda m: seen.update([m.id])):
            wait_for(lambda: sum(seen.values()) >= 8 and pending(redis) == 0)
    assert set(seen.values()) == {1}
    assert slow.tally.handled == 8


def test_what_was_taken_over_meanwhile_is_left_alone(redis, redis_url) -> None:
    stream.fill(redis, STREAM, 3)
    seen: list[str] = []

    def stall(message: Message) -> None:
        seen.append(message.id)
        if message.id == "m0":  # a process that was suspended: another took the rest
            pend = redis.xpending_range(STREAM, "app", "-", "+", 9)
            taken = [one["message_id"] for one in pend[1:]]
            redis.xclaim(STREAM, "app", "two", 0, taken)
            time.sleep(0.1)

    one = member(redis_url, idle=0.2)
    one._claim_at = time.monotonic() + SECONDS  # and does not look for abandoned ones itself
    with running(one, stall):
        wait_for(lambda: seen and pending(redis) == 2)
        stream.fill(redis, STREAM, 1, first=3)
        wait_for(lambda: "m3" in seen)
    assert seen == ["m0", "m3"]


def test_pending_entries_that_were_trimmed_are_counted_and_forgotten(redis, redis_url) -> None:
    ids = stream.fill(redis, STREAM, 10)
    redis.xgroup_create(STREAM, "app", "0")
    redis.xreadgroup("app", "one", {STREAM: ">"}, count=3)
    redis.xreadgroup("app", "gone", {STREAM: ">"}, count=3)
    redis.xtrim(STREAM, minid=ids[8], approximate=False)
    wait_for(lambda: redis.xpending_range(STREAM, "app", "-", "+", 1, idle=50))
    one = member(redis_url, idle=0.05)
    seen: list[str] = []
    with running(one, lambda message: seen.append(message.id)):
        wait_for(lambda: len(seen) == 2 and pending(redis) == 0)
    assert seen == ["m8", "m9"]
    assert one.tally.trimmed == 6


def test_a_group_that_vanished_is_made_anew_behind_what_was_read(redis, redis_url) -> None:
    stream.fill(redis, STREAM, 3)
    seen: list[str] = []
    with running(member(redis_url), lambda message: seen.append(message.id)):
        wait_for(lambda: len(seen) == 3)
        redis.flushall()
        stream.fill(redis, STREAM, 2, first=3)
        wait_for(lambda: len(seen) == 5)
    assert seen == ["m0", "m1", "m2", "m3", "m4"]


def test_what_was_finished_before_is_skipped_where_that_is_asked_for(redis, redis_url) -> None:
    stream.fill(redis, STREAM, 2)
    stream.fill(redis, STREAM, 3)  # the same messages once more, and one that is new
    seen: list[str] = []
    one = member(redis_url, remember=60)
    with running(one, lambda message: seen.append(message.id)):
        wait_for(lambda: len(seen) == 3 and pending(redis) == 0)
    assert seen == ["m0", "m1", "m2"]
    assert one.tally.repeated == 2
    assert redis.pttl(f"{STREAM}:done:app:m0") > 0


def test_a_wrong_password_is_an_error_and_not_tried_for_ever(redis, redis_url) -> None:
    redis.config_set("requirepass", "secret")
    try:
        with pytest.raises(AuthenticationError):
            member(redis_url).run(print)
    finally:
        redis.execute_command("AUTH", "secret")
        redis.config_set("requirepass", "")


# A process that is killed ------------------------------------------------------------------------

WORKER = """
import os, signal, sys
from worker.stream.consume import Consumer

url, log, die_at, ack_every = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
out = open(log, "ab", buffering=0)
count = 0

def handle(message):
    global count
    out.write(f"{message.id} {message.deliveries}\\n".encode())
    count += 1
    if count == die_at or message.id == "poison":
        os.kill(os.getpid(), signal.SIGKILL)

options = {"block": 0.05, "idle": 0.1, "attempts": 3, "ack_every": ack_every}
one = Consumer(url, "demarche:events", "app", "one", **options)
one.run(handle)
"""


@contextmanager
def process(url: str, log: Path, die_at: int, ack_every: int = 1) -> Iterator[subprocess.Popen]:
    command = [sys.executable, "-c", WORKER, url, str(log), str(die_at), str(ack_every)]
    with subprocess.Popen(command, cwd=ROOT) as one:
        try:
            yield one
        finally:
            one.kill()


def handled(log: Path) -> list[str]:
    return [line.split()[0] for line in log.read_text().splitlines()] if log.exists() else []


@pytest.mark.parametrize("ack_every", [1, 50])
def test_a_kill_in_the_middle_repeats_what_was_not_acknowledged_and_loses_nothing(
    redis, redis_url, tmp_path: Path, ack_every: int
) -> None:
    stream.fill(redis, STREAM, 1000)
    log = tmp_path / "log"
    with process(redis_url, log, 333, ack_every) as one:
        one.wait(SECONDS)
    assert len(handled(log)) == 333
    with process(redis_url, log, 0, ack_every):
        wait_for(lambda: len(set(handled(log))) == 1000)
    repeated = len(handled(log)) - 1000
    assert repeated == (1 if ack_every == 1 else 333 % 50)


def test_another_takes_over_what_a_killed_one_had_in_hand(redis, redis_url, tmp_path) -> None:
    stream.fill(redis, STREAM, 300)
    log = tmp_path / "log"
    with process(redis_url, log, 150) as one:
        one.wait(SECONDS)
    seen: list[str] = []
    with running(member(redis_url, "two", idle=0.1), lambda message: seen.append(message.id)):
        wait_for(lambda: len(seen) == 151 and pending(redis) == 0)
    assert set(seen) | set(handled(log)) == {f"m{n}" for n in range(300)}


def test_a_message_that_kills_its_reader_is_buried_and_no_other_with_it(
    redis, redis_url, tmp_path: Path
) -> None:
    stream.fill(redis, STREAM, 20)
    redis.xadd(STREAM, stream.fields("poison"))
    stream.fill(redis, STREAM, 20, first=20)
    log = tmp_path / "log"
    lives = 0
    while len(set(handled(log))) < 41:
        lives += 1
        with process(redis_url, log, 0) as one:
            wait_for(lambda one=one: one.poll() is not None or len(set(handled(log))) == 41)
    assert lives == 4
    wait_for(lambda: letters(redis))
    (letter,) = letters(redis)
    assert (letter["id"], letter["dead-reason"]) == ("poison", "it was never finished")
    counts = Counter(handled(log))
    assert counts.pop("poison") == 3
    assert set(counts.values()) == {1}


# A server that goes away -------------------------------------------------------------------------


def test_a_restart_of_the_server_loses_nothing(tmp_path: Path) -> None:
    seen: Counter[str] = Counter()
    with stream.server(tmp_path) as server:
        with Redis.from_url(server.url) as redis:
            redis.config_set("appendfsync", "always")  # what is lost here is the server's to say
            stream.fill(redis, STREAM, 2000)
        one = member(server.url, count=100)
        with running(one, lambda message: seen.update([message.id])):
            for least in (200, 900):
                wait_for(lambda least=least: len(seen) > least)
                server.kill()
                server.start()
            wait_for(lambda: len(seen) == 2000)
            with Redis.from_url(server.url) as redis:
                wait_for(lambda: pending(redis) == 0)
    assert sum(seen.values()) - 2000 <= 2  # at most the one in hand, each time
