"""What the documentation shows to readers of the stream, run against a live one."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen

import pytest
from redis import Redis

from tests import stream

ROOT = Path(__file__).parents[1]
STREAM = "demarche:events"
SECONDS = 30.0


def wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def all_acknowledged(redis: Redis) -> bool:
    groups = redis.xinfo_groups(STREAM)
    return bool(groups) and groups[0]["lag"] == groups[0]["pending"] == 0


def stored(file: Path) -> dict[str, int]:
    try:
        with sqlite3.connect(file) as store:
            return dict(store.execute("SELECT id, revision FROM events"))
    except sqlite3.OperationalError:  # not made yet
        return {}


def test_the_app_of_the_documentation_keeps_the_newest_state(redis_url: str, tmp_path: Path):
    page = (ROOT / "docs" / "consuming.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.+?)```", page, re.DOTALL)
    assert len([line for line in code.splitlines() if line.strip()]) <= 15
    assert "redis://localhost:6390" in code
    app = tmp_path / "app.py"
    app.write_text(code.replace("redis://localhost:6390", redis_url))
    redis = Redis.from_url(redis_url)
    for id, subject, revision in (("a1", "a", 1), ("b1", "b", 1), ("a3", "a", 3), ("a2", "a", 2)):
        redis.xadd(STREAM, stream.fields(id, subject, revision))
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, app], cwd=tmp_path, env=environ) as process:
        try:
            wait_for(lambda: all_acknowledged(redis))
        finally:
            process.kill()
    assert stored(tmp_path / "events.db") == {"a": 3, "b": 1}


# The same consumer in three languages ------------------------------------------------------------

EXAMPLES = ROOT / "examples"
SOURCES = {"python": "consumer.py", "node": "consumer.js", "go": "consumer.go"}
GROUP = "example"
DEBIAN_GO = Path("/usr/share/gocode")  # where Debian's packages put Go's libraries


@pytest.mark.parametrize("language", SOURCES)
def test_an_example_is_short(language: str) -> None:
    lines = (EXAMPLES / language / SOURCES[language]).read_text("utf-8").splitlines()
    code = [line for line in lines if line.strip() and not line.lstrip().startswith(("//", "#"))]
    assert len(code) < 80


@pytest.fixture(scope="module", params=list(SOURCES))
def command(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """How the example of each language is started, once what it needs is there."""
    folder = tmp_path_factory.mktemp(request.param)
    shutil.copytree(EXAMPLES / request.param, folder, dirs_exist_ok=True)
    return {"python": _python, "node": _node, "go": _go}[request.param](folder)


def _python(folder: Path) -> list[str]:
    return [sys.executable, str(folder / "consumer.py")]


def _node(folder: Path) -> list[str]:
    if not shutil.which("npm"):
        pytest.skip("node and npm are not on this machine")
    done = subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, capture_output=True, text=True,
        timeout=90, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"npm could not install the client: {done.stderr[-200:]}")
    return ["node", str(folder / "consumer.js")]


def _go(folder: Path) -> list[str]:
    if not shutil.which("go"):
        pytest.skip("go is not on this machine")
    module = {**os.environ, "GOFLAGS": "-mod=mod"}
    debian = {**os.environ, "GO111MODULE": "off", "GOPATH": f"{folder}:{DEBIAN_GO}"}
    said = ""
    for environ in (debian, module) if DEBIAN_GO.exists() else (module,):
        done = subprocess.run(
            ["go", "build", "-o", "consumer", "consumer.go"], cwd=folder, env=environ,
            capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip
        if not done.returncode:
            return [str(folder / "consumer")]
        said += done.stderr
    if "no such host" in said or "cannot find package" in said or "dial tcp" in said:
        pytest.skip(f"go could not fetch the client: {said[-200:]}")
    raise AssertionError(said)


@contextmanager
def running(command: list[str], url: str, out: Path, name: str = "one") -> Iterator[Popen]:
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    if out.exists() and out.read_bytes()[-1:] not in (b"", b"\n"):
        with out.open("ab") as file:  # the one before was killed in the middle of a line
            file.write(b"\n")
    with out.open("ab") as file, Popen([*command, url, name], stdout=file, env=environ) as process:
        try:
            yield process
        finally:
            process.kill()


def printed(out: Path) -> list[str]:
    return out.read_text("utf-8").splitlines() if out.exists() else []


def in_hand(redis: Redis) -> int:
    return redis.xpending(STREAM, GROUP)["pending"]


@pytest.mark.slow
class TestExamples:
    def test_handles_every_message_and_those_that_come(self, command, redis_url, tmp_path) -> None:
        redis, out = Redis.from_url(redis_url, decode_responses=True), tmp_path / "out"
        stream.fill(redis, STREAM, 200)
        with running(command, redis_url, out):
            wait_for(lambda: len(printed(out)) == 200)
            stream.publish(redis_url, stream.TALKS)
            wait_for(lambda: len(printed(out)) == 201 and in_hand(redis) == 0)
        assert printed(out)[:200] == [f"e{n} 1" for n in range(200)]

    def test_a_kill_loses_nothing(self, command, redis_url, tmp_path) -> None:
        redis, out = Redis.from_url(redis_url, decode_responses=True), tmp_path / "out"
        stream.fill(redis, STREAM, 5000)
        with running(command, redis_url, out) as process:
            wait_for(lambda: len(printed(out)) > 100)
            process.kill()
            process.wait()
        assert len(printed(out)) < 5000
        with running(command, redis_url, out):
            wait_for(lambda: len(set(printed(out))) >= 5000 and in_hand(redis) == 0)
        whole = [line for line in printed(out) if re.fullmatch(r"e\d+ 1", line)]
        assert set(whole) == {f"e{n} 1" for n in range(5000)}
        assert len(whole) - 5000 <= 10

    def test_own_then_abandoned_then_new_without_what_was_trimmed(
        self, command, redis_url, tmp_path
    ) -> None:
        redis, out = Redis.from_url(redis_url, decode_responses=True), tmp_path / "out"
        ids = stream.fill(redis, STREAM, 6)
        redis.xgroup_create(STREAM, GROUP, "0")
        redis.xreadgroup(GROUP, "gone", {STREAM: ">"}, count=3)
        redis.xreadgroup(GROUP, "one", {STREAM: ">"}, count=2)
        for entry in ids[:3]:
            redis.xclaim(STREAM, GROUP, "gone", 0, [entry], idle=600_000)
        redis.xdel(STREAM, ids[0], ids[3])
        with running(command, redis_url, out):
            wait_for(lambda: len(printed(out)) == 4 and in_hand(redis) == 0)
        assert printed(out) == ["e4 1", "e1 1", "e2 1", "e5 1"]

    def test_what_cannot_be_handled_is_buried_after_five_deliveries(
        self, command, redis_url, tmp_path
    ) -> None:
        redis, out = Redis.from_url(redis_url, decode_responses=True), tmp_path / "out"
        redis.xadd(STREAM, {"data": "{"})
        stream.fill(redis, STREAM, 1)
        redis.xgroup_create(STREAM, GROUP, "0")
        redis.xreadgroup(GROUP, "one", {STREAM: ">"}, count=2)
        ((bad, _), (good, _)) = redis.xrange(STREAM)
        redis.xclaim(STREAM, GROUP, "one", 0, [bad], retrycount=4)
        redis.xclaim(STREAM, GROUP, "one", 0, [good], retrycount=4)
        with running(command, redis_url, out):
            wait_for(lambda: redis.xlen(f"{STREAM}:dead:{GROUP}") and in_hand(redis) == 0)
        ((_, letter),) = redis.xrange(f"{STREAM}:dead:{GROUP}")
        assert (letter["data"], letter["dead-entry"]) == ("{", bad)
        assert letter["dead-reason"]
        assert printed(out) == ["e0 1"]

    def test_a_restart_of_redis_is_survived(self, command, tmp_path) -> None:
        out = tmp_path / "out"
        with stream.server(tmp_path) as server:
            with Redis.from_url(server.url) as redis:
                redis.config_set("appendfsync", "always")
                stream.fill(redis, STREAM, 3000)
            with running(command, server.url, out):
                wait_for(lambda: len(printed(out)) > 100)
                server.kill()
                server.start()
                with Redis.from_url(server.url) as redis:
                    stream.fill(redis, STREAM, 1, first=3000)
                wait_for(lambda: len(set(printed(out))) == 3001)
        assert len(printed(out)) - 3001 <= 10
