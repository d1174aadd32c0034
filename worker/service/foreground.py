"""One service in the foreground: Redis is there on the way in, nothing is left on the way out."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from redis import Redis

from worker.errors import ConfigError, Transient
from worker.service import ports, processes, redis_server
from worker.service.screen import Screen
from worker.service.signals import StopRequests
from worker.service.supervisor import Death, Process, Supervisor
from worker.settings import Settings

HOPELESS = 5  # deaths of one process in a row
REFUSED = 2  # exit code of a process that finds a mistake in its settings or its files

# Patience of the three stages of stopping, in seconds: together below the ten that a stop may take.
# Measured on 2 cores: 4.2, 1.0 and 0.1. What a worker has in hand after its six comes back by its
# lease; scheduler, Flower and newsroom keep nothing that a SIGKILL could harm.
WORKERS, OTHERS, REDIS = 6.0, 1.2, 2.0


@dataclass(slots=True)
class Service:
    """What a running service has at hand.

    Attributes:
        settings: those of its processes.
        screen: whom it talks to.
        stop: true once somebody asked it to end.
        hopeless: the last death of a process that another start will not help, else None.
    """

    settings: Settings
    screen: Screen
    stop: StopRequests
    supervisor: Supervisor
    hopeless: Death | None = None
    begun: float = field(default_factory=time.monotonic)

    @property
    def logs(self) -> Path:
        """Where the processes' output goes."""
        return logs(self.settings)

    def start(self, name: str, command: list[str], *, stage: int = 1) -> None:
        """Start a process; stage 0 (the workers) is ended before stage 1."""
        patience = OTHERS if stage else WORKERS
        environ = processes.environment(self.settings)
        self.supervisor.start(
            Process(name, tuple(command), environ, stage=stage, patience=patience)
        )

    def start_roles(self) -> None:
        """Start both workers, the scheduler, Flower, the keeper and the exporter."""
        for role in ("extractor", "fetcher", "scheduler", "flower"):
            command = processes.celery_command(role, self.settings)
            self.start(role, command, stage=0 if role in ("extractor", "fetcher") else 1)
        for role in ("keeper", "exporter"):
            self.start(role, processes.own_command(role))

    def watch(self) -> list[Death]:
        """Look after the processes, and tell of those that died."""
        deaths = self.supervisor.watch()
        for death in deaths:
            self.screen.warn(*str(death).splitlines())
            if death.deaths >= HOPELESS or death.returncode == REFUSED:
                self.hopeless = death
        return deaths


@contextmanager
def operate(settings: Settings) -> Iterator[Service]:
    """Check, start Redis where it is ours, wait for it; end everything afterwards.

    Raises:
        ConfigError: something is in the way; nothing of ours runs then.
    """
    warnings, lock = preflight(settings)
    with StopRequests() as stop, Screen() as screen:
        screen.warn(*warnings)
        supervisor = Supervisor(logs(settings), hurry=lambda: stop.insisted)
        service = Service(settings, screen, stop, supervisor)
        try:
            with supervisor:
                if lock is not None:
                    _start_redis(service, lock)
                yield service
                screen.end_bar()
                if stop:
                    screen.say("Ending every process; Ctrl-C again hurries …")
        finally:
            if lock is not None:
                os.close(lock)
        screen.say("All processes have ended." if lock is None else _kept(settings))


def preflight(settings: Settings) -> tuple[list[str], int | None]:
    """Find what is in the way, before anything is started.

    Returns:
        Warnings, and the lock of our own Redis (None: it is somebody else's).

    Raises:
        ConfigError: a port is in use, a folder cannot be written, a Redis cannot be used.
    """
    processes.require_usable_password(settings)
    ports.require_free(
        settings.flower_port, "DEMARCHE_FLOWER_PORT", address=settings.flower_address
    )
    ports.require_free(
        settings.metrics_port, "DEMARCHE_METRICS_PORT", address=settings.metrics_address
    )
    warnings = []
    if settings.broker_url:
        warnings += redis_server.check(settings.broker_url, variable="DEMARCHE_BROKER_URL")
    if settings.redis_url:
        return warnings + redis_server.check(settings.redis_url), None
    return warnings, redis_server.prepare(settings)


def forget(settings: Settings) -> None:
    """Delete every key under the prefix (ledger, streams, Celery's queues), and the archive."""
    shutil.rmtree(settings.archive_folder, ignore_errors=True)
    for url in {settings.redis, settings.broker}:
        with Redis.from_url(url) as client:
            for keys in _batches(client, f"{settings.prefix}:*"):
                client.unlink(*keys)


def logs(settings: Settings) -> Path:
    """Where the processes' output goes."""
    return settings.data_dir / "logs"


def _start_redis(service: Service, lock: int) -> None:
    settings = service.settings
    service.screen.progress("Redis is starting")

    def look() -> None:
        if deaths := [death for death in service.watch() if death.deaths > 1]:
            last = " ".join(deaths[-1].last_lines[-1:])
            raise ConfigError(f"Our own Redis server does not start: {last}")

    command = tuple(redis_server.command(settings))
    service.supervisor.start(
        Process("redis", command, stage=2, patience=REDIS, hurried=REDIS, keep=(lock,))
    )
    try:
        redis_server.wait_ready(settings.redis, redis_server.START, meanwhile=look)
    except Transient as error:
        raise ConfigError(f"{error.detail} Its log: {service.logs / 'redis.log'}.") from None


def _kept(settings: Settings) -> str:
    return f"All processes have ended; the data are kept in {redis_server.folder(settings)}."


def _batches(client: Redis, pattern: str) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for key in client.scan_iter(match=pattern, count=1000):
        batch.append(key)
        if len(batch) == 1000:
            yield batch
            batch = []
    if batch:
        yield batch
