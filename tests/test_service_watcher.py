"""The watcher: shows everything once and in order, also when Redis was away for a while."""

from __future__ import annotations

import threading

import pytest
from redis.exceptions import ConnectionError  # noqa: A004 - redis-py's own name

from worker.ledger import Standing
from worker.service.watcher import Watcher
from worker.stream.consume import Message
from worker.stream.read import Counts


class Stream:
    """Two streams in memory, whose reading can be made to fail."""

    def __init__(self, events, articles=()):
        self.streams = {"events": list(events), "articles": list(articles)}
        self.failing = threading.Event()
        self.failures = threading.Semaphore(0)

    def read(self, stream, after, *, count=2):
        if stream == "articles" and self.failing.is_set():
            self.failures.release()
            raise ConnectionError("away")
        found = [n for n in self.streams[stream] if n > int(after)]
        return [Message(str(n), "", "demarche.event.created", "", {}, {}) for n in found[:count]]

    def last_id(self, stream):
        return str(max(self.streams[stream], default=0))

    def counts(self):
        return Counts({}, {}, {})


class Ledger:
    def standing(self):
        return Standing(1, 1, 0, 0, 0)


def seen(watcher, wanted):
    """Ids of the events seen, until there are so many."""
    ids = []
    while len(ids) < wanted:
        look = watcher.next(5)
        assert look, "nothing came in time"
        ids += [int(event.entry) for event in look.events]
    return ids


@pytest.fixture
def watch():
    started = []

    def start(stream, *, from_start=True):
        started.append(Watcher(stream, Ledger(), from_start=from_start))
        return started[-1]

    yield start
    for watcher in started:
        watcher.close()


def test_everything_is_seen_once_and_in_order(watch):
    stream = Stream(range(1, 8))
    watcher = watch(stream)
    assert seen(watcher, 7) == [1, 2, 3, 4, 5, 6, 7]
    stream.streams["events"] += [8, 9]
    assert seen(watcher, 2) == [8, 9]


def test_nothing_is_lost_or_doubled_when_a_look_fails_half_way(watch):
    stream = Stream([1, 2, 3])
    stream.failing.set()
    watcher = watch(stream)
    assert stream.failures.acquire(timeout=5)
    assert stream.failures.acquire(timeout=5)
    stream.failing.clear()
    assert seen(watcher, 3) == [1, 2, 3]


def test_what_was_there_before_can_be_left_out(watch):
    stream = Stream([1, 2, 3])
    watcher = watch(stream, from_start=False)
    assert watcher.next(5).events == ()
    stream.streams["events"].append(4)
    assert seen(watcher, 1) == [4]


def test_a_stream_that_begins_later_is_seen_from_its_first_entry(watch):
    stream = Stream([])
    watcher = watch(stream, from_start=False)
    assert watcher.next(5).events == ()
    stream.streams["events"].append(1)
    assert seen(watcher, 1) == [1]


def test_the_foreground_waits_no_longer_than_it_says(watch):
    stream = Stream([])
    stream.failing.set()
    assert watch(stream).next(0.05) is None
