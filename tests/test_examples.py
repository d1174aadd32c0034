"""What the documentation shows to readers of the stream, run against a live one."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

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
