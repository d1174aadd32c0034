"""Fixtures that every room shares: a real Redis server, never the one on the default port."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis

from worker.errors import ConfigError
from worker.service import ports, redis_server
from worker.service.supervisor import Process, Supervisor
from worker.settings import load

DEFAULT_PORT = 6379


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
def redis_url(redis_server: str) -> str:
    """URL of the session's server, emptied."""
    with Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


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
