"""Reading the streams back."""

from __future__ import annotations

import json
import threading

import pytest
from redis import Redis

from worker.errors import ConfigError
from worker.stream.read import Reader, position


def put(redis_url: str, n: int, id: str = "*") -> str:
    fields = {
        "type": "demarche.event.created",
        "subject": f"s{n}",
        "data": json.dumps({"id": n, "type": "t", "subject": f"s{n}", "data": {"n": n}}),
    }
    return Redis.from_url(redis_url, decode_responses=True).xadd("demarche:events", fields, id=id)


def test_reading_goes_on_after_an_id(redis_url: str) -> None:
    ids = [put(redis_url, n) for n in range(3)]
    reader = Reader(redis_url, "demarche")
    assert [entry.data["n"] for entry in reader.read("events", "0")] == [0, 1, 2]
    assert [entry.entry for entry in reader.read("events", ids[1])] == [ids[2]]
    assert reader.read("events", ids[2]) == []
    assert reader.last_id("events") == ids[2]


def test_following_yields_what_comes_later(redis_url: str) -> None:
    put(redis_url, 1)
    stream = Reader(redis_url, "demarche").follow("events", "0")
    assert next(stream).data["n"] == 1
    got: list[int] = []
    thread = threading.Thread(target=lambda: got.append(next(stream).data["n"]))
    thread.start()
    put(redis_url, 2)
    thread.join(10)
    assert got == [2]


def test_an_empty_stream_can_be_followed_from_its_end(redis_url: str) -> None:
    assert Reader(redis_url, "demarche").last_id("events") == "0"


@pytest.mark.parametrize(
    ("start", "after"),
    [
        ("1700000000000-3", "1700000000000-3"),
        ("0", "0"),
        ("2024-01-15", "1705276799999"),
        ("2024-01-15T12:00", "1705319999999"),
        ("2024-01-15T12:00+02:00", "1705312799999"),
    ],
)
def test_a_position_is_an_id_or_a_time(start: str, after: str) -> None:
    assert position(start) == after


def test_a_wrong_position_is_one_sentence() -> None:
    with pytest.raises(ConfigError, match=r"'yesterday' is neither an entry id .* nor a time"):
        position("yesterday")


def test_entries_from_a_time_on_include_that_millisecond(redis_url: str) -> None:
    put(redis_url, 1, "1705319999999-0")
    put(redis_url, 2, "1705320000000-0")
    entries = Reader(redis_url, "demarche").read("events", position("2024-01-15T12:00"))
    assert [entry.data["n"] for entry in entries] == [2]
