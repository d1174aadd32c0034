"""The keeper: every message of the streams is in the files, once, whatever was killed."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families
from redis import Redis

from tests import stream
from worker.cli import main
from worker.errors import ConfigError
from worker.service import health
from worker.service.keeper import Keeper
from worker.settings import load
from worker.stream.archive import Archive


@pytest.fixture
def redis(redis_url: str) -> Redis:
    return Redis.from_url(redis_url, decode_responses=True)


def settings(url: str, folder: Path, **given: Any) -> Any:
    return load(redis_url=url, data_dir=folder, **given)


def look(given: Any) -> None:
    with Keeper(given) as keeper:
        keeper.look()


def test_every_stream_is_kept_and_nothing_twice(redis_url, tmp_path) -> None:
    with Keeper(settings(redis_url, tmp_path)) as keeper:
        stream.publish(redis_url, stream.TALKS, stream.REBUKE)
        keeper.look()
        keeper.look()
        stream.publish(redis_url, stream.TALKS, outlet="Other", number=2)
        keeper.look()
    archive = Archive(tmp_path / "archive")
    client = Redis.from_url(redis_url, decode_responses=True)
    for name, count in (("events", 3), ("reports", 3), ("articles", 2), ("dead", 0)):
        kept = [(message.entry, message.fields) for message in archive.read(name)]
        assert kept == client.xrange(f"demarche:{name}")
        assert len(kept) == count


def test_the_archive_is_a_group_that_holds_back_the_trim(redis, redis_url, tmp_path) -> None:
    stream.publish(redis_url, stream.TALKS)
    look(settings(redis_url, tmp_path))
    (group,) = redis.xinfo_groups("demarche:events")
    assert (group["name"], group["lag"], group["pending"]) == ("archive", 0, 0)
    look(settings(redis_url, tmp_path, archive=False))
    assert redis.xinfo_groups("demarche:events") == []


def test_what_is_no_message_does_not_stop_it(redis, redis_url, tmp_path) -> None:
    redis.xadd("demarche:events", {"somebody": "else's"})
    stream.publish(redis_url, stream.TALKS)
    look(settings(redis_url, tmp_path))
    assert len(list(Archive(tmp_path / "archive").read("events"))) == 1


def test_one_keeper_a_folder(redis_url, tmp_path) -> None:
    with (
        Keeper(settings(redis_url, tmp_path)),
        pytest.raises(ConfigError, match="Another keeper writes to"),
    ):
        Keeper(settings(redis_url, tmp_path))


def test_a_folder_that_cannot_be_written_is_one_sentence(redis_url, tmp_path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="DEMARCHE_ARCHIVE=false"):
        Keeper(settings(redis_url, tmp_path, archive_dir=tmp_path / "file" / "x"))


def test_kills_in_the_middle_lose_and_repeat_nothing(redis, redis_url, demarche, tmp_path) -> None:
    ids = stream.fill(redis, "demarche:events", 12_000)
    archive = Archive(tmp_path / "data" / "archive")
    seen = "0"
    for _ in range(3):
        keeper = demarche("keeper", DEMARCHE_REDIS_URL=redis_url)
        keeper.wait_for(lambda seen=seen: archive.position("events").entry != seen, 60)
        os.kill(keeper.process.pid, signal.SIGKILL)
        keeper.process.wait()
        seen = archive.position("events").entry
    keeper = demarche("keeper", DEMARCHE_REDIS_URL=redis_url)
    ids += stream.fill(redis, "demarche:events", 100, first=12_000)
    keeper.wait_for(lambda: archive.position("events").entry == ids[-1], 60)
    assert health.check(settings(redis_url, tmp_path), ["keeper"])[0].alive
    assert [message.entry for message in archive.read("events")] == ids
    begun = time.monotonic()
    keeper.process.terminate()
    assert keeper.process.wait(timeout=10) == 0
    assert time.monotonic() - begun < 2


class TestStatus:
    def test_says_who_reads_and_who_missed_what(
        self, redis, redis_url, tmp_path, monkeypatch
    ) -> None:
        monkeypatch.setenv("DEMARCHE_REDIS_URL", redis_url)
        monkeypatch.setenv("DEMARCHE_STREAM_MAX_LEN", "1000")
        stream.fill(redis, "demarche:events", 2000)
        redis.xgroup_create("demarche:events", "app", "0")
        redis.xreadgroup("app", "one", {"demarche:events": ">"}, count=300)
        look(load(data_dir=tmp_path))
        gone = redis.xinfo_stream("demarche:events")
        missed = gone["entries-added"] - gone["length"] - 300
        done = CliRunner().invoke(main, ["status"])
        assert done.exit_code == 0, done.stderr
        lines = {line.split("  ")[0]: line for line in done.stdout.splitlines()}
        group = lines["group app of events"]
        assert f"MISSED {missed} entries" in group
        assert "BEHIND: entries in its hands are trimmed" in group
        assert "300 in hand" in group
        assert "0 unread" in lines["group archive of events"]
        assert f"{gone['length']} entries" in lines["stream events"]
        assert any(line.startswith("redis: alive") for line in lines)

    def test_metrics_tell_the_same(self, redis, redis_url, tmp_path, monkeypatch) -> None:
        monkeypatch.setenv("DEMARCHE_REDIS_URL", redis_url)
        monkeypatch.setenv("DEMARCHE_STREAM_MAX_LEN", "1000")
        stream.fill(redis, "demarche:events", 2000)
        redis.xgroup_create("demarche:events", "app", "0")
        redis.xreadgroup("app", "one", {"demarche:events": ">"}, count=300)
        look(load(data_dir=tmp_path))
        done = CliRunner().invoke(main, ["metrics"])
        assert done.exit_code == 0, done.stderr
        told = {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(done.stdout)
            for sample in family.samples
        }
        length = told["demarche_stream_entries", "events"]
        assert 900 <= length <= 1000
        assert told["demarche_stream_trimmed_total", "events"] == 2000 - length
        assert told["demarche_group_missed_entries_total", "events", "app"] == 1700 - length
        assert told["demarche_group_pending_entries", "events", "app"] == 300
        assert told["demarche_group_behind_trim", "events", "app"] == 1
        assert told["demarche_group_behind_trim", "events", "archive"] == 0
        assert told["demarche_group_waiting_seconds", "events", "app"] >= 0
        assert told["demarche_stream_bytes", "events"] > 1000

    def test_without_a_redis_it_is_one_sentence(self, monkeypatch) -> None:
        monkeypatch.setenv("DEMARCHE_REDIS_URL", "redis://127.0.0.1:1/0")
        done = CliRunner().invoke(main, ["status"])
        assert done.exit_code == 2
        assert "cannot be reached" in done.stderr


def test_the_position_is_plain_json(redis_url, tmp_path) -> None:
    stream.publish(redis_url, stream.TALKS)
    look(settings(redis_url, tmp_path))
    told = json.loads((tmp_path / "archive" / "events" / "position.json").read_text())
    assert set(told) == {"entry", "file", "size"}
