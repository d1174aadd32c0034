"""What tests of the stream share: entries as the contract has them, and a server of one's own."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from redis import Redis

from worker.service import ports, redis_server
from worker.settings import load


def fields(id: str, subject: str = "e", revision: int = 1, **data: Any) -> dict[str, str]:
    """An entry's fields: a message about an event, with little in it."""
    cloud = {
        "specversion": "1.0",
        "id": id,
        "source": "/demarche",
        "type": "demarche.event.created",
        "subject": subject,
        "data": {"id": subject, "revision": revision, **data},
    }
    return {"id": id, "type": cloud["type"], "subject": subject, "data": json.dumps(cloud)}


def fill(redis: Redis, stream: str, count: int, *, first: int = 0) -> list[str]:
    """Put numbered messages on a stream; their entry ids."""
    with redis.pipeline(transaction=False) as pipe:
        for n in range(first, first + count):
            pipe.xadd(stream, fields(f"m{n}", f"e{n}"))
        return pipe.execute()


class Server:
    """A Redis of one's own that can be killed and started again over the same file."""

    def __init__(self, folder: Path) -> None:
        self.settings = load(data_dir=folder, redis_port=ports.free_port(), redis_url=None)
        self.url = self.settings.redis
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        lock = redis_server.prepare(self.settings)
        self._process = subprocess.Popen(
            redis_server.command(self.settings), stdout=subprocess.DEVNULL, pass_fds=(lock,)
        )
        os.close(lock)
        redis_server.wait_ready(self.url, 20)

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()


@contextmanager
def server(folder: Path) -> Iterator[Server]:
    """Start a server; nothing of it is left afterwards."""
    one = Server(folder)
    one.start()
    try:
        yield one
    finally:
        one.kill()
