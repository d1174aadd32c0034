"""The roles: their command lines run on the real Celery and Flower, live, and end in time."""

from __future__ import annotations

import base64
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from worker.errors import ConfigError
from worker.service import health, ports, processes
from worker.service.supervisor import Process, Supervisor
from worker.settings import Settings, load

APPS = Path(__file__).parent / "apps"


@pytest.fixture
def settings(redis_url, tmp_path):
    return load(
        redis_url=redis_url,
        data_dir=tmp_path,
        extract_children=1,
        fetch_threads=2,
        flower_port=ports.free_port(),
        metrics_port=ports.free_port(),
        flower_auth="me:a secret",
    )


@pytest.fixture
def roles(settings, monkeypatch, tmp_path):
    """All roles, on the small app."""
    monkeypatch.setattr(processes, "APP", "small_app")
    root = Path(__file__).parents[1]
    environ = processes.environment(settings) | {"PYTHONPATH": f"{APPS}:{root}"}
    with Supervisor(tmp_path / "logs") as supervisor:
        for role in ("extractor", "fetcher", "scheduler", "flower"):
            command = tuple(processes.celery_command(role, settings))
            supervisor.start(Process(role, command, environ, stage=int(role == "flower")))
        for role in ("keeper", "exporter"):
            command = tuple(processes.own_command(role))
            supervisor.start(Process(role, command, environ, stage=1))
        yield supervisor


def wait_until_alive(settings, supervisor, seconds=60):
    until = time.monotonic() + seconds
    while any(not finding.alive for finding in health.check(settings)):
        assert not supervisor.watch()
        assert time.monotonic() < until, "\n".join(map(str, health.check(settings)))
        time.sleep(0.1)


def test_all_roles_come_alive_are_closed_to_strangers_and_end_in_time(roles, settings, tmp_path):
    wait_until_alive(settings, roles)
    url = f"http://127.0.0.1:{settings.flower_port}/workers?json=1"
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(url)
    word = base64.b64encode(settings.flower_auth.encode()).decode()
    with urllib.request.urlopen(
        urllib.request.Request(url, headers={"Authorization": f"Basic {word}"})
    ) as answer:
        assert answer.status == 200
    shown = b"".join(
        (process / "cmdline").read_bytes()
        for process in Path("/proc").glob("[0-9]*")
        if (process / "cmdline").exists()
    )
    assert b"a secret" not in shown
    begun = time.monotonic()
    assert roles.stop() == []
    assert time.monotonic() - begun < 10
    assert not list(tmp_path.glob("celerybeat*"))
    assert not list(Path.cwd().glob("celerybeat*"))
    assert not list(Path.cwd().glob("flower.db*"))


class TestHealth:
    def test_without_a_redis_nobody_is_alive(self):
        settings = load(redis_url="redis://127.0.0.1:1/0")
        found = health.check(settings, ["redis", "fetcher"])
        assert [f.alive for f in found] == [False, False]
        assert "does not answer" in str(found[0])

    def test_a_role_without_a_sign_of_life_is_not(self, settings):
        (found,) = health.check(settings, ["extractor"])
        assert not found.alive
        assert "no sign of life from any host" in str(found)

    def test_a_sign_of_life_counts_for_its_own_host_only(self, settings):
        health.pulse(settings, "fetcher")()
        here = [f.detail.removeprefix("on ") for f in health.check(settings, ["fetcher"])]
        assert [f.alive for f in health.check(settings, ["fetcher"], host=here[0])] == [True]
        assert [f.alive for f in health.check(settings, ["fetcher"], host="elsewhere")] == [False]

    def test_a_pulse_is_cheap_and_never_fails(self, settings):
        beats = []

        class Away:
            def set(self, name, value, *, ex):
                beats.append((name, ex))
                raise ConnectionError

        pulse = health.Pulse(Away(), "demarche", "fetcher")
        for _ in range(100):
            pulse()
        assert len(beats) == 1
        assert beats[0][0].startswith("demarche:alive:fetcher:")

    def test_flower_that_does_not_listen_is_not_alive(self, settings):
        (found,) = health.check(settings, ["flower"])
        assert not found.alive


class TestEnvironment:
    def test_carries_exactly_these_settings(self, monkeypatch):
        settings = load(
            fetch_allow="127.0.0.0/8,10.0.0.0/8", data_dir="/somewhere", flower_auth="me:secret"
        )
        environ = processes.environment(settings, {"PATH": "/bin", "DEMARCHE_PREFIX": "other"})
        assert environ["PATH"] == "/bin"
        assert environ["DEMARCHE_PREFIX"] == "demarche"
        assert environ["FLOWER_BASIC_AUTH"] == "me:secret"
        for name in list(environ):
            monkeypatch.setenv(name, environ[name])
        assert load() == settings

    def test_drops_a_password_that_is_not_set(self):
        environ = processes.environment(load(), {"FLOWER_BASIC_AUTH": "old:one"})
        assert "FLOWER_BASIC_AUTH" not in environ

    def test_leaves_no_setting_out(self):
        full = {
            name: "me:x" if name == "flower_auth" else "x"
            for name, field in Settings.model_fields.items()
            if field.default is None
        }
        environ = processes.environment(load(**full), {})
        assert {n for n in environ if n.startswith("DEMARCHE_")} == {
            f"DEMARCHE_{name.upper()}" for name in Settings.model_fields if name != "fetch_allow"
        } | {"DEMARCHE_FETCH_ALLOW"}


@pytest.mark.parametrize("auth", ["me:a,b", "me:pässword"])
def test_a_password_that_flower_would_misread_is_refused(auth):
    with pytest.raises(ConfigError, match="DEMARCHE_FLOWER_AUTH must be plain ASCII"):
        processes.require_usable_password(load(flower_auth=auth))


def test_a_role_that_does_not_exist_is_an_error():
    with pytest.raises(KeyError):
        processes.celery_command("editor", load())


def test_the_roles_run_on_this_interpreter():
    assert processes.celery_command("fetcher", load())[:3] == [sys.executable, "-m", "celery"]
