"""The table of processes: which roles there are, and the command line of each.

One place, so that `demarche run`, the Procfile and the containers start the same things with the
same flags. Checked against Celery 5.6.3 and Flower 2.2.0.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import NoReturn

from worker.errors import ConfigError
from worker.service import ports, redis_server
from worker.settings import PREFIX, Settings

APP = "tasks.app"
FETCH_QUEUES = "tick,fetch"  # a queue of its own keeps the tick from waiting behind many pages
EVENTS_QUEUE = "events"


def celery_command(role: str, settings: Settings) -> list[str]:
    """The command line of a role that Celery runs: scheduler, fetcher, extractor or flower.

    Raises:
        ConfigError: Flower could not check its password.
        KeyError: there is no such role.
    """
    return [sys.executable, "-m", "celery", "-A", APP, *_ARGUMENTS[role](settings)]


def own_command(*words: str) -> list[str]:
    """The command line of a process that is ours and not Celery's."""
    return [sys.executable, "-m", "worker.cli", *words]


def become(role: str, settings: Settings) -> NoReturn:
    """Turn this process into one of the roles, once Redis is there.

    Raises:
        ConfigError: Redis cannot be reached or used, or Flower's port is in use.
    """
    command = celery_command(role, settings)
    if role == "flower":
        ports.require_free(
            settings.flower_port, f"{PREFIX}FLOWER_PORT", address=settings.flower_address
        )
    redis_server.require(settings)
    os.execve(command[0], command, environment(settings))  # noqa: S606 - our own table


def environment(settings: Settings, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a child: ``given`` (default: ours) with exactly these settings.

    Passwords travel here and not in arguments, which every user of the machine can read.
    """
    outside = os.environ if given is None else given
    child = {k: v for k, v in outside.items() if not k.startswith((PREFIX, "FLOWER_BASIC_AUTH"))}
    for name in Settings.model_fields:
        value = getattr(settings, name)
        if value is not None:
            child[PREFIX + name.upper()] = _text(value)
    if settings.flower_auth:
        child["FLOWER_BASIC_AUTH"] = settings.flower_auth
    # One thread per process: the processes are what fills the cores.
    return {"OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1", **child}


def require_usable_password(settings: Settings) -> None:
    """Refuse a password that Flower would misread.

    It splits its variable at commas, and compares with `hmac.compare_digest`, which answers
    characters outside ASCII with a TypeError: every login would end in a server error.

    Raises:
        ConfigError: the password has such a character.
    """
    if settings.flower_auth and (not settings.flower_auth.isascii() or "," in settings.flower_auth):
        raise ConfigError(
            f"{PREFIX}FLOWER_AUTH must be plain ASCII without a comma: Flower cannot check others."
        )


def _scheduler(settings: Settings) -> list[str]:
    # What is due stands in the ledger; beat only knocks. Its own schedule in memory instead of a
    # shelve file: nothing to be corrupted by a kill, and nothing to write on a read-only disk.
    return ["beat", "--scheduler", "celery.beat:Scheduler", *_level(settings)]


def _fetcher(settings: Settings) -> list[str]:
    return _worker("fetcher", FETCH_QUEUES, "threads", settings.fetch_threads, settings)


def _extractor(settings: Settings) -> list[str]:
    return _worker("extractor", EVENTS_QUEUE, "prefork", settings.extract_children, settings)


def _worker(name: str, queues: str, pool: str, size: int, settings: Settings) -> list[str]:
    # Gossip and mingle talk to the other workers: at start-up and with every event, for nothing
    # that we use. The heartbeat stays on: Flower and the health check live on it.
    return [
        *("worker", "--hostname", f"{name}@%h", "--queues", queues, "--pool", pool),
        *("--concurrency", str(size), "--without-gossip", "--without-mingle", *_level(settings)),
    ]


def _flower(settings: Settings) -> list[str]:
    require_usable_password(settings)
    return [
        *("flower", f"--address={settings.flower_address}", f"--port={settings.flower_port}"),
        # Default 100,000: some hundred MB after a day of news.
        *("--persistent=False", "--max_tasks=10000", "--purge_offline_workers=3600"),
    ]


def _level(settings: Settings) -> list[str]:
    return ["--loglevel", settings.log_level.upper()]


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


_ARGUMENTS: dict[str, Callable[[Settings], list[str]]] = {
    "scheduler": _scheduler,
    "fetcher": _fetcher,
    "extractor": _extractor,
    "flower": _flower,
}
