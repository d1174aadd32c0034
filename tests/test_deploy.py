"""Other ways to run the service: the Procfile with honcho, and the containers.

No container engine is needed: what can be checked without one is checked.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml
from redis import Redis
from redis.exceptions import ConnectionError  # noqa: A004 - redis-py's own name

from worker import cli
from worker.service import health, ports, redis_server
from worker.settings import Settings, load

ROOT = Path(__file__).parents[1]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = ("scheduler", "fetcher", "extractor", "keeper", "exporter", "flower")


def procfile():
    lines = (ROOT / "Procfile").read_text().splitlines()
    return {name: command.strip() for name, command in (line.split(":", 1) for line in lines)}


def dockerfile():
    """The Dockerfile's instructions, one (name, rest) each, continued lines joined."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [tuple(line.split(maxsplit=1)) for line in lines]


def last(instruction):
    return [rest for name, rest in dockerfile() if name == instruction][-1]


class TestSameCommandsEverywhere:
    def test_the_containers_run_what_the_procfile_runs(self):
        entrypoint = yaml.safe_load(last("ENTRYPOINT"))
        for role in OURS:
            command = shlex.join([*entrypoint, *COMPOSE["services"][role]["command"]])
            assert command == procfile()[role]

    def test_there_is_no_process_more_or_less(self):
        assert set(COMPOSE["services"]) == set(procfile()) == {"redis", *OURS}

    def test_each_is_a_command_that_exists(self):
        for command in procfile().values():
            name, role = command.split()
            assert name == "demarche"
            assert role in cli.main.commands

    def test_redis_keeps_its_data_as_our_own_does(self):
        ours = redis_server.command(load())
        theirs = COMPOSE["services"]["redis"]["command"]
        kept = ("--appendonly", "--appendfsync", "--save", "--maxmemory-policy")
        assert [(k, theirs[theirs.index(k) + 1]) for k in kept] == [
            (k, ours[ours.index(k) + 1]) for k in kept
        ]


class TestCompose:
    @pytest.mark.parametrize("name", ["redis", *OURS])
    def test_every_service_is_closed_restarted_asked_and_ended_in_order(self, name):
        service = COMPOSE["services"][name]
        assert service["restart"] == "unless-stopped"
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert int(service["stop_grace_period"].removesuffix("s")) > 10
        assert service["healthcheck"]["test"][0] == "CMD"

    @pytest.mark.parametrize("name", OURS)
    def test_every_role_is_asked_after_itself(self, name):
        command = COMPOSE["services"][name]["healthcheck"]["test"]
        assert command[:3] == ["CMD", "demarche", "health"]
        assert command[-1] == name
        context = cli.main.commands["health"].make_context("health", command[3:])
        assert context.params["roles"] == (name,)

    @pytest.mark.parametrize("name", OURS)
    def test_every_role_waits_for_redis_and_reads_valid_settings(self, name, monkeypatch):
        service = COMPOSE["services"][name]
        assert service["depends_on"] == {"redis": {"condition": "service_healthy"}}
        for variable, value in service["environment"].items():
            default = re.fullmatch(r"\$\{(\w+):(-|\?)(.*)\}", value)
            if default:
                assert default[1] == variable
                value = "me:secret" if default[2] == "?" else default[3]
            monkeypatch.setenv(variable, value)
        assert load().redis == "redis://redis:6379/0"

    def test_flower_is_published_on_loopback_only_and_asks_for_a_password(self):
        flower = COMPOSE["services"]["flower"]
        port = Settings.model_fields["flower_port"].default
        assert flower["ports"] == [f"127.0.0.1:{port}:{port}"]
        assert flower["environment"]["DEMARCHE_FLOWER_AUTH"].startswith("${DEMARCHE_FLOWER_AUTH:?")
        published = [n for n, service in COMPOSE["services"].items() if "ports" in service]
        assert published == ["exporter", "flower"]

    def test_the_metrics_are_published_on_loopback_only(self):
        port = Settings.model_fields["metrics_port"].default
        assert COMPOSE["services"]["exporter"]["ports"] == [f"127.0.0.1:{port}:{port}"]

    def test_redis_has_its_data_on_a_volume_and_no_way_out(self):
        redis = COMPOSE["services"]["redis"]
        assert redis["volumes"] == ["redis:/data"]
        assert redis["networks"] == ["inside"]
        assert COMPOSE["networks"]["inside"] == {"internal": True}
        assert "redis" in COMPOSE["volumes"]
        assert int(re.match(r"redis:(\d+)", redis["image"])[1]) >= 7

    def test_the_archive_is_on_a_volume_that_the_user_of_the_image_owns(self):
        folder = load().archive_folder.relative_to(load().data_dir)
        home = [rest for name, rest in dockerfile() if name == "RUN" and "useradd" in rest]
        assert COMPOSE["services"]["keeper"]["volumes"] == ["archive:/data"]
        assert "archive" in COMPOSE["volumes"]
        assert "--home-dir /data --create-home" in home[0]
        assert "DEMARCHE_DATA_DIR=/data" in (ROOT / "Dockerfile").read_text()
        assert str(folder) == "archive"

    @pytest.mark.skipif(not shutil.which("docker-compose"), reason="docker-compose is not here")
    def test_docker_compose_accepts_the_file_with_a_password_only(self):
        command = ["docker-compose", "--file", str(ROOT / "docker-compose.yml"), "config"]
        without = {k: v for k, v in os.environ.items() if not k.startswith("DEMARCHE_")}
        refused = subprocess.run(command, capture_output=True, text=True, env=without, check=False)
        assert refused.returncode != 0
        assert "set it to user:password" in refused.stderr
        subprocess.run(
            command,
            capture_output=True,
            check=True,
            env={**without, "DEMARCHE_FLOWER_AUTH": "me:secret"},
        )


class TestImage:
    def test_runs_as_a_user_without_rights(self):
        names = [name for name, _ in dockerfile()]
        assert last("USER") not in ("root", "0")
        final = names[len(names) - 1 - names[::-1].index("FROM") :]
        assert final.index("USER") < final.index("ENTRYPOINT")

    def test_installs_what_the_lock_file_pins_and_nothing_else(self):
        installs = [rest for name, rest in dockerfile() if name == "RUN" and "pip install" in rest]
        assert len(installs) == 2
        assert "--require-hashes" in installs[0]
        assert "--requirement requirements.lock" in installs[0]
        assert "--no-deps" in installs[1]

    def test_copies_only_what_is_there_and_not_ignored(self):
        rules = [
            line
            for line in (ROOT / ".dockerignore").read_text().splitlines()
            if line and not line.startswith("#")
        ]
        for name, rest in dockerfile():
            if name == "COPY" and "--from" not in rest:
                for source in rest.split()[:-1]:
                    assert (ROOT / source).exists(), source
                    assert not ignored(source, rules), source
        assert ignored(".git", rules)
        assert ignored(".demarche", rules)

    def test_has_a_python_that_the_project_allows(self):
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        oldest = tuple(map(int, project["requires-python"].removeprefix(">=").split(".")))
        bases = [rest.split()[0] for name, rest in dockerfile() if name == "FROM"]
        assert len(set(bases)) == 1
        found = re.match(r"python:(\d+)\.(\d+)", bases[0])
        assert tuple(map(int, found.groups())) >= oldest

    def test_is_healthy_as_long_as_its_command_says(self):
        command = yaml.safe_load(last("HEALTHCHECK").partition("CMD ")[2])
        assert command[:2] == ["demarche", "health"]
        assert set(command[2:]) <= set(health.ROLES)


def ignored(path, rules):
    """Whether .dockerignore leaves a top-level path out: the last rule that fits decides."""
    verdict = False
    for rule in rules:
        if fnmatch(path, rule.removeprefix("!")):
            verdict = not rule.startswith("!")
    return verdict


@pytest.fixture
def honcho(tmp_path):
    """Runs `honcho start` on our Procfile, with `demarche` being this checkout's."""
    program = tmp_path / "bin" / "demarche"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m worker.cli "$@"\n')
    program.chmod(0o755)
    running = []

    def start(*names, **variables):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("DEMARCHE_")}
        environ = {
            **clean,
            "PATH": f"{program.parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "DEMARCHE_DATA_DIR": str(tmp_path / "data"),
            **variables,
        }
        log = (tmp_path / "honcho.log").open("w")
        process = subprocess.Popen(
            [sys.executable, "-m", "honcho", "--procfile", str(ROOT / "Procfile"), "start", *names],
            env=environ,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=ROOT,
        )
        running.append((process, log))
        return process, tmp_path / "honcho.log"

    yield start
    for process, log in running:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
        log.close()


def wait_for(condition, log, seconds=60.0):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.1)


class TestProcfile:
    def test_redis_is_our_own_where_no_other_is_set(self, honcho):
        port = ports.free_port()
        process, _ = honcho("redis", DEMARCHE_REDIS_PORT=str(port))
        redis_server.wait_ready(f"redis://127.0.0.1:{port}", 30)
        with Redis(port=port, decode_responses=True) as client:
            client.set("party", "India")
        process.send_signal(signal.SIGINT)
        process.wait(timeout=10)
        honcho("redis", DEMARCHE_REDIS_PORT=str(port))
        redis_server.wait_ready(f"redis://127.0.0.1:{port}", 30)
        with Redis(port=port, decode_responses=True) as client:
            assert client.get("party") == "India"

    def test_redis_only_waits_where_another_is_set(self, honcho, redis_url):
        process, log = honcho("redis", DEMARCHE_REDIS_URL=redis_url)
        wait_for(lambda: "is used: there is none to start" in log.read_text(), log)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=10)

    @pytest.mark.slow
    def test_all_processes_come_alive_and_end(self, honcho):
        redis, flower = ports.free_port(), ports.free_port()
        process, log = honcho(
            DEMARCHE_REDIS_PORT=str(redis),
            DEMARCHE_FLOWER_PORT=str(flower),
            DEMARCHE_EXTRACT_CHILDREN="1",
            DEMARCHE_SEEDS=os.devnull,
        )
        settings = load(redis_port=redis, flower_port=flower, redis_url=None)
        wait_for(lambda: all(f.alive for f in health.check(settings)), log, 120)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
        with Redis(port=redis) as client, pytest.raises(ConnectionError):
            client.ping()
