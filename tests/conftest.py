"""Fixtures that every room shares: a real Redis server, never the one on the default port."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis import Redis

from tests import contract
from worker.errors import ConfigError
from worker.service import ports, redis_server
from worker.service.supervisor import Process, Supervisor
from worker.settings import load

ROOT = Path(__file__).parents[1]
DEFAULT_PORT = 6379
PORTS = (
    *("DEMARCHE_REDIS_PORT", "DEMARCHE_FLOWER_PORT", "DEMARCHE_NEWSROOM_PORT"),
    "DEMARCHE_METRICS_PORT",
)


@pytest.fixture(scope="session", name="redis_server")
def _redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a server of our own for the whole session: the one the service itself would start."""
    folder = tmp_path_factory.mktemp("redis")
    with Supervisor(folder / "logs") as supervisor:
        settings = _prepared(folder)
        command = tuple(redis_server.command(settings))
        supervisor.start(Process("redis", command, patience=5, hurried=2))
        redis_server.wait_ready(settings.redis, 20, meanwhile=supervisor.watch)
        yield settings.redis


@pytest.fixture
def redis_url(redis_server: str) -> Iterator[str]:
    """URL of the session's server, emptied; what a test publishes there must keep the contract."""
    with Redis.from_url(redis_server) as client:
        client.flushall()
    yield redis_server
    contract.check(redis_server)


def _prepared(folder):
    for _ in range(10):  # another process may take the port between our look and our start
        port = ports.free_port()
        settings = load(data_dir=folder, redis_port=port, redis_url=None)
        try:
            if port != DEFAULT_PORT:
                redis_server.prepare(settings)
                return settings
        except ConfigError:
            continue
    raise RuntimeError("no free port for a test server")


@dataclass
class Service:
    """`demarche` as a program of its own, on ports and in a folder that nobody else uses."""

    process: subprocess.Popen[str]
    environ: dict[str, str]
    folder: Path
    out: Path

    @property
    def text(self) -> str:
        """What it has written so far, to both outputs."""
        return self.out.read_text(encoding="utf-8")

    @property
    def redis_url(self) -> str:
        return f"redis://127.0.0.1:{self.environ['DEMARCHE_REDIS_PORT']}/0"

    @property
    def flower_url(self) -> str:
        return f"http://127.0.0.1:{self.environ['DEMARCHE_FLOWER_PORT']}"

    def wait_for(self, condition: Callable[[], object], seconds: float) -> None:
        until = time.monotonic() + seconds
        while not condition():
            assert self.process.poll() is None, f"it ended: {self.text}"
            assert time.monotonic() < until, f"it did not happen in time: {self.text}"
            time.sleep(0.1)

    def processes(self) -> dict[int, str]:
        """Every process that works on this service's data: children, and their children."""
        return {
            int(place.name): _read(place / "cmdline").replace(b"\0", b" ").decode()
            for place in Path("/proc").glob("[0-9]*")
            if self._owns(place)
        }

    def _owns(self, place: Path) -> bool:
        folder = self.environ["DEMARCHE_DATA_DIR"]
        if f"\0DEMARCHE_DATA_DIR={folder}".encode() in b"\0" + _read(place / "environ"):
            return True
        try:  # Redis writes its title over its environment, but works in its data folder
            return (place / "cwd").readlink().is_relative_to(folder)
        except OSError:
            return False


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # ended meanwhile, or another user's
        return b""


def _free_ports(count: int) -> list[str]:
    """Ports, each another: the system may name one that was just let go of twice."""
    found: set[int] = set()
    while len(found) < count:
        found.add(ports.free_port())
    return [str(port) for port in found]


@pytest.fixture
def demarche(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Starts `demarche …` in a process group of its own; ends it, and all it left, afterwards."""
    started: list[Service] = []

    def start(*words: str, **variables: str) -> Service:
        number = len(started)
        clean = {k: v for k, v in os.environ.items() if not k.startswith("DEMARCHE_")}
        environ = {
            **clean,
            "PYTHONPATH": str(ROOT),
            "DEMARCHE_DATA_DIR": str(tmp_path / "data"),
            **dict(zip(PORTS, _free_ports(len(PORTS)), strict=True)),
            **variables,
        }
        out = tmp_path / f"out-{number}"
        with out.open("w") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "worker.cli", *words],
                env=environ, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT, text=True,
                process_group=0,
            )  # fmt: skip
        started.append(Service(process, environ, tmp_path, out))
        return started[-1]

    yield start
    for service in started:
        service.process.terminate()
        try:
            service.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            service.process.kill()
            service.process.wait()
