"""A page that hangs a process, or kills it, ends alone: the rest of its batch gets through."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from worker import wiring
from worker.model import Entry, Feed, Page
from worker.settings import Settings, load

ROOT = Path(__file__).parent.parent
FEED = Feed("https://news.example/feed", "The Meridian")
PAGES = {
    "plain-1": "A quiet page about a harvest in the valley",
    "hangs": "Over this page hangs a cloud; this page hangs for ever",
    "plain-2": "Another quiet page about a bridge in the hills",
    "kills": "The dam broke, they said; this page kills whoever reads it",
    "plain-3": "A third quiet page, about the price of bread",
}


def page(name: str, text: str) -> Page:
    paragraphs = "".join(
        f"<p>{text}. In the {n}th {name} year {name} villagers had {name} seen nothing like {name} "
        f"it, said {name} mayor, who {name} lived in house {name} number {n} for {name} years.</p>"
        for n in range(11, 20)
    )
    body = f"<html><body><article><h1>News</h1>{paragraphs}</article></body></html>".encode()
    where = f"https://news.example/{name}"
    return Page(where, 200, {"content-type": "text/html"}, body, datetime.now(UTC))


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.1)


@pytest.fixture
def settings(redis_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    seeds = tmp_path / "feeds.toml"
    seeds.write_text("")
    chosen = {
        "REDIS_URL": redis_url, "LEASE": "12", "EXTRACT_SECONDS": "3", "TICK_EVERY": "0.5",
        "SEEDS": str(seeds),
    }  # fmt: skip
    for name, value in chosen.items():
        monkeypatch.setenv(f"DEMARCHE_{name}", value)
    return load()


@pytest.fixture
def worker(settings: Settings, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker for all queues, with a scheduler inside: the app is ours, the coder is not."""
    command = [
        *(sys.executable, "-m", "celery", "-A", "tests.apps.poison_app", "worker", "--beat"),
        *("--queues", "tick,fetch,events", "--concurrency", "2", "--without-gossip"),
        *("--without-mingle", "--schedule", str(tmp_path / "schedule")),
    ]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=log, stderr=log
        )
        yield process
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        sys.stdout.write((tmp_path / "log").read_text())


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_poison_ends_alone(settings: Settings, worker: subprocess.Popen[bytes]) -> None:
    ledger = wiring.ledger(settings)
    entries = [(name, Entry(f"https://news.example/{name}")) for name in PAGES]
    ledger.claim(FEED.url, entries, time.time())
    for name, text in PAGES.items():
        ledger.keep(name, page(name, text))
    ledger.release(PAGES, time.time())
    wait_for(lambda: ledger.standing().leased + ledger.standing().waiting == 0, 240)
    counts = wiring.reader(settings).counts()
    assert counts.fates == {"empty": 3, "rejected": 1, "dead": 1}
    assert counts.reasons == {"rejected:timeout": 1, "dead:killed-its-worker": 1}
    assert worker.poll() is None
