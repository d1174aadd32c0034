"""`demarche run` as a person runs it: it ends by itself or when told to, and leaves nothing."""

from __future__ import annotations

import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from redis import Redis

from worker import wiring
from worker.errors import ConfigError
from worker.feeds.seeds import to_toml
from worker.model import Feed
from worker.service import foreground, ports, redis_server, run
from worker.settings import load
from worker.stream.archive import Archive

ROOT = Path(__file__).parents[1]
NEWSROOM = "feeds of a newsroom"


def data(service):
    """The run's data, read by a server of their own after all processes ended."""
    folder = Path(service.environ["DEMARCHE_DATA_DIR"]) / "run"
    port = int(service.environ["DEMARCHE_REDIS_PORT"])
    return load(data_dir=folder, redis_port=port, redis_url=None)


def read_again(service):
    """How many entries each stream holds, once Redis has loaded its file again."""
    settings = data(service)
    lock = redis_server.prepare(settings)
    server = subprocess.Popen(
        redis_server.command(settings), stdout=subprocess.DEVNULL, pass_fds=(lock,)
    )
    os.close(lock)
    try:
        redis_server.wait_ready(settings.redis, 20)
        with Redis.from_url(settings.redis) as client:
            return {name: client.xlen(f"demarche:{name}") for name in ("events", "articles")}
    finally:
        server.terminate()
        server.wait()


def stop(service, *numbers):
    """Ask it to end as a terminal does: the whole process group gets the signal."""
    begun = time.monotonic()
    for number in numbers:
        os.killpg(service.process.pid, number)
        service.wait_for(lambda: "Ending every process" in service.text, 5)
    service.process.wait(timeout=20)
    return time.monotonic() - begun


@pytest.mark.slow
class TestRun:
    def test_reads_the_whole_newsroom_tells_what_it_found_and_ends(self, demarche):
        service = demarche("run")
        assert service.process.wait(timeout=180) == 0, service.text
        assert service.processes() == {}
        summary = re.search(r"(\d+) articles in \d+ s: (.+)\.", service.text)
        fates = {fate: int(n) for n, fate in re.findall(r"(\d+) (\w+)", summary[2])}
        assert sum(fates.values()) == int(summary[1]) >= 8
        assert fates["published"] >= 6
        assert fates["duplicate"] >= 1
        assert fates["rejected"] >= 1
        assert re.search(r"\d+ events: .*\d+ [A-Z]+", service.text)
        assert re.search(
            r"^2024-\d\d-\d\d  [A-Z]+.*  \S+.* [↔→] .+\n    “.+” – .+$", service.text, re.MULTILINE
        )
        kept = read_again(service)
        assert kept["articles"] == int(summary[1])
        archive = Archive(data(service).archive_folder)
        assert {name: len(list(archive.read(name))) for name in kept} == kept
        assert kept["events"] >= fates["published"] // 2

    def test_begins_anew_each_time_and_goes_on_when_told_to(self, demarche):
        first = demarche("run")
        assert first.process.wait(timeout=180) == 0, first.text
        told = re.search(r"(\d+) articles in", first.text)[1]
        port = first.environ["DEMARCHE_NEWSROOM_PORT"]  # another newsroom has other articles
        for words in (["run"], ["run", "--keep"]):
            again = demarche(*words, DEMARCHE_NEWSROOM_PORT=port)
            assert again.process.wait(timeout=180) == 0, again.text
            assert re.search(r"(\d+) articles in", again.text)[1] == told
            assert read_again(again)["articles"] == int(told)

    @pytest.mark.parametrize(
        ("moment", "number"),
        [
            ("at the start", signal.SIGINT),
            ("while it reads", signal.SIGINT),
            ("after the summary", signal.SIGINT),
            ("after the summary", signal.SIGTERM),
        ],
    )
    def test_ends_everything_when_asked_to_at_any_time(self, demarche, moment, number):
        service = demarche("run", "--stay")
        sign = {
            "at the start": NEWSROOM,
            "while it reads": "“",
            "after the summary": "keeps running",
        }[moment]
        service.wait_for(lambda: sign in service.text, 120)
        assert len(service.processes()) > 5
        assert stop(service, number) < 10
        assert service.processes() == {}
        assert "All processes have ended; the data are kept in" in service.text
        assert "Traceback" not in service.text
        assert service.process.returncode == (0 if moment == "after the summary" else 130)
        kept = read_again(service)
        if moment == "after the summary":
            assert kept["articles"] >= 8

    def test_ends_sooner_when_asked_twice(self, demarche):
        service = demarche("run")
        service.wait_for(lambda: "“" in service.text, 120)
        assert stop(service, signal.SIGINT, signal.SIGINT) < 4
        assert service.processes() == {}
        read_again(service)

    def test_leaves_nothing_even_when_it_is_killed(self, demarche):
        service = demarche("run")
        service.wait_for(lambda: "“" in service.text, 120)
        service.process.kill()
        service.process.wait()
        until = time.monotonic() + 10
        while left := service.processes():
            assert time.monotonic() < until, left
            time.sleep(0.05)
        read_again(service)

    def test_brings_back_every_process_that_is_killed(self, demarche):
        service = demarche("run", "--stay", DEMARCHE_EXTRACT_SECONDS="2")  # leases of 8 s
        service.wait_for(lambda: "“" in service.text, 120)
        killed = 0
        for pid, command in service.processes().items():
            if pid != service.process.pid and "guard.py" not in command:
                os.kill(pid, signal.SIGKILL)
                killed += 1
        assert killed >= 9  # eight processes, and the extractor's children
        service.wait_for(lambda: "keeps running" in service.text, 120)
        roles = ("redis", "newsroom", "scheduler", "fetcher", "extractor", "keeper", "exporter")
        for role in (*roles, "flower"):
            assert re.search(rf"^{role} was ended by SIGKILL", service.text, re.MULTILINE)


@pytest.mark.slow
class TestServe:
    def test_shows_events_and_a_clear_line_for_a_feed_that_cannot_be_reached(
        self, demarche, tmp_path
    ):
        newsroom = demarche("newsroom")
        port = newsroom.environ["DEMARCHE_NEWSROOM_PORT"]
        dead = ports.free_port()
        seeds = tmp_path / "feeds.toml"
        feeds = [
            Feed(f"http://127.0.0.1:{dead}/feed", "The Silent Post"),
            Feed(f"http://127.0.0.1:{port}/skerry/feed.atom", "Skerry Wire", "NOR"),
        ]
        seeds.write_text(to_toml(feeds))
        service = demarche(
            "serve",
            DEMARCHE_SEEDS=str(seeds),
            DEMARCHE_FETCH_ALLOW="127.0.0.0/8",
            DEMARCHE_HOST_DELAY="0.1",
            DEMARCHE_TICK_EVERY="0.5",
        )
        service.wait_for(lambda: "“" in service.text, 120)
        service.wait_for(lambda: f":{dead}/" in service.text, 60)
        (line,) = [x for x in service.text.splitlines() if f":{dead}/" in x]
        assert line.startswith("fetcher: ")
        assert "Traceback" not in service.text
        assert "ended with" not in service.text
        assert stop(service, signal.SIGTERM) < 10
        assert service.process.returncode == 0
        assert set(service.processes()) <= {newsroom.process.pid}
        assert "the data are kept in" in service.text


@pytest.mark.slow
def test_a_pipe_that_is_closed_ends_everything_quietly(demarche, tmp_path):
    service = demarche("settings")  # for its ports and its folder
    service.process.wait(timeout=20)
    with subprocess.Popen(
        [sys.executable, "-m", "worker.cli", "run"],
        env=service.environ,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as head:
        head.stdout.readline()
        head.stdout.close()
        assert head.wait(timeout=120) == 1
        assert "Traceback" not in head.stderr.read()
    assert service.processes() == {}


@pytest.mark.slow
def test_a_terminal_that_is_closed_ends_everything_in_order(demarche):
    service = demarche("settings")  # for its ports and its folder
    service.process.wait(timeout=20)
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(ROOT)
        os.execve(sys.executable, [sys.executable, "-m", "worker.cli", "run"], service.environ)
    shown = b""
    while NEWSROOM.encode() not in shown:
        shown += os.read(terminal, 65536)
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 130
    assert service.processes() == {}
    read_again(service)


@pytest.mark.slow
def test_a_run_on_a_redis_of_somebody_else_leaves_it_as_it_was_but_for_its_own_keys(
    demarche, redis_url
):
    with Redis.from_url(redis_url, decode_responses=True) as client:
        client.xadd("demarche:events", {"data": "a service of theirs"})
        service = demarche("run", DEMARCHE_REDIS_URL=redis_url)
        assert service.process.wait(timeout=180) == 0, service.text
        assert "Stream: demarche-run:events on" in service.text
        assert client.xlen("demarche:events") == 1
        assert client.xlen("demarche-run:articles") >= 8
        others = {key for key in client.scan_iter() if not key.startswith("demarche-run:")}
        assert others == {"demarche:events"}
    assert not (Path(service.environ["DEMARCHE_DATA_DIR"]) / "run" / "redis").exists()


class TestWhatIsInTheWay:
    @pytest.mark.parametrize("role", ["REDIS", "FLOWER", "NEWSROOM"])
    def test_a_port_in_use_is_one_sentence(self, demarche, role):
        with socket.create_server(("127.0.0.1", 0)) as holder:
            variable = f"DEMARCHE_{role}_PORT"
            service = demarche("run", **{variable: str(holder.getsockname()[1])})
            assert service.process.wait(timeout=20) == 2
        assert re.fullmatch(rf"demarche: Port \d+ .*in use.*{variable}.*\.\n", service.text)

    def test_a_second_run_on_the_same_data_is_one_sentence(self, demarche, tmp_path):
        settings = load(
            data_dir=tmp_path / "data/run", redis_port=ports.free_port(), redis_url=None
        )
        lock = redis_server.prepare(settings)
        try:
            service = demarche("run")
            assert service.process.wait(timeout=20) == 2
        finally:
            os.close(lock)
        assert re.fullmatch(r"demarche: Another Redis server works in .*\.\n", service.text)

    def test_a_redis_that_refuses_the_password_is_one_sentence(self, demarche, redis_url):
        with Redis.from_url(redis_url) as client:
            client.config_set("requirepass", "right")
            try:
                url = redis_url.replace("://", "://:wrong@")
                service = demarche("serve", DEMARCHE_REDIS_URL=url)
                assert service.process.wait(timeout=20) == 2
            finally:
                client.config_set("requirepass", "")
        assert re.fullmatch(r"demarche: .* refuses us: .*\.\n", service.text)
        assert ":wrong@" not in service.text

    def test_a_data_folder_that_cannot_be_written_is_one_sentence(self, demarche, tmp_path):
        (tmp_path / "file").write_text("")
        service = demarche("run", DEMARCHE_DATA_DIR=str(tmp_path / "file"))
        assert service.process.wait(timeout=20) == 2
        assert re.fullmatch(r"demarche: .* cannot be written .*\.\n", service.text)

    def test_a_file_of_redis_that_is_broken_is_one_sentence(self, demarche, tmp_path):
        folder = tmp_path / "data" / "run" / "redis" / "appendonlydir"
        folder.mkdir(parents=True)
        (folder / "appendonly.aof.manifest").write_text("nonsense\n")
        service = demarche("run")
        assert service.process.wait(timeout=30) == 2
        last = service.text.splitlines()[-1]
        assert last.startswith("demarche: Our own Redis server does not start: ")
        assert service.processes() == {}


class TestSettingsOfARun:
    def test_let_the_loopback_be_fetched_and_keep_the_data_apart(self):
        settings = run.run_settings(load(fetch_allow="10.0.0.0/8", data_dir="/d", redis_url=None))
        assert [str(n) for n in settings.fetch_allow] == ["10.0.0.0/8", "127.0.0.0/8"]
        assert settings.data_dir == Path("/d/run")
        assert settings.prefix == "demarche"

    @pytest.mark.parametrize(
        ("prefix", "apart"), [("demarche", "demarche-run"), ("{demarche}", "{demarche-run}")]
    )
    def test_keep_to_keys_of_their_own_on_a_redis_of_somebody_else(self, prefix, apart):
        given = load(prefix=prefix, redis_url="redis://127.0.0.1:1/0")
        assert run.run_settings(given).prefix == apart

    def test_go_on_with_the_same_newsroom_only(self, redis_url):
        settings = load(redis_url=redis_url)
        here, there = (Feed(f"http://127.0.0.1:{port}/rss", "Us") for port in (8765, 8766))
        run._require_same_newsroom(settings, [there])  # nothing was run before
        wiring.ledger(settings).watch([here], 0)
        run._require_same_newsroom(settings, [here])
        with pytest.raises(ConfigError, match="set DEMARCHE_NEWSROOM_PORT=8765, or begin anew"):
            run._require_same_newsroom(settings, [there])

    def test_what_an_earlier_run_left_goes_and_nothing_else(self, redis_url):
        with Redis.from_url(redis_url, decode_responses=True) as client:
            for key in ("demarche:events", "demarche-run:events", "demarche-run:celery:fetch"):
                client.set(key, "")
            foreground.forget(load(redis_url=redis_url, prefix="demarche-run"))
            assert client.keys() == ["demarche:events"]


def test_feeds_become_a_seeds_file():
    feeds = [
        Feed("http://127.0.0.1:1/a?b=c&d", 'The "Quoted" Wire\\', None, "en", False),
        Feed("http://127.0.0.1:1/b", "Ministère 🏛", "FRA", "fr", True),
    ]
    tables = tomllib.loads(to_toml(feeds))["feed"]
    assert [Feed(**table) for table in tables] == feeds
