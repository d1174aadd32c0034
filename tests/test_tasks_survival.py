"""Pages that hang a process, kill it, or were made to, end alone: their neighbours get through."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hostile import LOOPBACK, Behaviour, Hostile, answer, drip, redirect, zeros
from worker import wiring
from worker.model import Feed
from worker.settings import Settings, load

ROOT = Path(__file__).parent.parent
HTML = {"Content-Type": "text/html"}


def page(name: str, words: str = "A quiet page about a harvest in the valley") -> bytes:
    paragraphs = "".join(
        f"<p>{words}. In the {n}th {name} year {name} villagers had {name} seen nothing like "
        f"{name} it, said {name} mayor, who {name} lived in house {name} number {n} for {name} "
        f"years.</p>"
        for n in range(11, 20)
    )
    return f"<html><body><article><h1>News</h1>{paragraphs}</article></body></html>".encode()


def around(name: str, flood: str) -> Behaviour:
    return answer(200, page(name).replace(b"<p>", f"{flood}<p>".encode(), 1), HTML)


HONEST = ("bread", "bridge", "harvest", "market", "river", "school", "theatre", "winter")
HOSTILE: dict[str, tuple[Behaviour, str]] = {
    "hangs": (answer(200, page("cloud", "Over it this page hangs"), HTML), "rejected:timeout"),
    "kills": (answer(200, page("dam", "And this page kills"), HTML), "dead:killed-its-worker"),
    "siblings": (around("spans", "<span>a</span>" * 200_000), "rejected:too-complex"),
    "nested": (around("nests", "<span>" * 200_000), "rejected:too-short"),
    "attribute": (around("attr", f"<i class='{'x ' * 500_000}'>a</i>"), "rejected:too-complex"),
    "unclosed": (around("open", "<div><p><table><tr><td><b><i>" * 40_000), "rejected:too-short"),
    "bomb": (answer(200, zeros(50, "gzip"), {**HTML, "Content-Encoding": "gzip"}), "too-large"),
    "drip": (drip(b"HTTP/1.1 200 OK\r\n\r\n<html>", b"<p>"), "dead:timeout"),
    "circle": (redirect("circle"), "rejected:too-many-redirects"),
    "inward": (redirect("http://10.0.0.1/"), "rejected:forbidden-address"),
    "pdf": (answer(200, b"%PDF-1.7\n" * 99, {"Content-Type": "application/pdf"}), "not-html"),
    "film": (answer(200, b"\0" * 999, {"Content-Type": "video/mp4"}), "rejected:not-text"),
}


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.1)


@pytest.fixture
def town() -> Iterator[Hostile]:
    """A server whose one feed names every page, an honest one between any two hostile ones."""
    with Hostile() as server:
        for name in HONEST:
            server.at(f"/{name}", answer(200, page(name), HTML))
        for name, (behaviour, _) in HOSTILE.items():
            server.at(f"/{name}", behaviour)
        names = [name for pair in zip(HOSTILE, HONEST * 2, strict=False) for name in pair]
        items = "".join(f"<item><link>/{name}</link></item>" for name in names)
        server.at("/feed", answer(200, f"<rss><channel>{items}</channel></rss>".encode()))
        yield server


@pytest.fixture
def settings(redis_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    seeds = tmp_path / "feeds.toml"
    seeds.write_text("")
    chosen = {
        "REDIS_URL": redis_url, "LEASE": "12", "EXTRACT_SECONDS": "3", "TICK_EVERY": "0.5",
        "SEEDS": str(seeds), "FETCH_ALLOW": str(LOOPBACK[0]), "FETCH_DEADLINE": "1",
        "HOST_DELAY": "0",
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


def fates(settings: Settings, server: Hostile) -> dict[str, str]:
    """What became of each page, by its name: its fate, with the reason where it has one."""
    told = [entry.data for entry in wiring.reader(settings).until_now("articles", "0")]
    named = [one["url"].removeprefix(server.url()) for one in told]
    how = [":".join(filter(None, (one["fate"], one.get("reason")))) for one in told]
    return dict(zip(named, how, strict=True))


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_hostile_pages_end_alone(
    settings: Settings, town: Hostile, worker: subprocess.Popen[bytes]
) -> None:
    ledger = wiring.ledger(settings)
    ledger.add(Feed(town.url("/feed"), "The Town"), time.time())
    wait_for(lambda: ledger.standing().settled and len(fates(settings, town)) > 0, 300)
    found = fates(settings, town)
    assert {name: fate for name, fate in found.items() if name in HONEST} == dict.fromkeys(
        HONEST, "published"
    )
    wrong = {n: found.get(n) for n, (_, fate) in HOSTILE.items() if fate not in found.get(n, "")}
    assert wrong == {}
    assert worker.poll() is None
