"""What tests of the stream share: entries as the contract has them, and a server of one's own."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from redis import Redis

from worker import wiring
from worker.model import Article, Event, Evidence, Party, article_id
from worker.service import ports, redis_server
from worker.settings import load
from worker.stream.message import CONTENT_TYPE
from worker.stream.publish import StreamPublisher


def fields(id: str, subject: str = "e", revision: int = 1, **data: Any) -> dict[str, str]:
    """An entry's fields: a message about an event, with less in it than the contract wants."""
    cloud = {
        "specversion": "1.0",
        "id": id,
        "source": "/tests",
        "type": "demarche.event.created",
        "subject": subject,
        "data": {"id": subject, "revision": revision, **data},
    }
    routing = {"plover": "CONSULT", "parties": "IND RUS", "date": "2026-01-15"}
    head = {"id": id, "type": cloud["type"], "subject": subject}
    document = json.dumps(cloud, separators=(",", ":"))
    return {**head, **routing, "content-type": CONTENT_TYPE, "data": document}


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


# Events as the service publishes them ------------------------------------------------------------

NORWAY, CHILE = Party("NOR", "Norway"), Party("CHL", "Chile")
LATVIA, BELARUS = Party("LVA", "Latvia"), Party("BLR", "Belarus")
UN = Party("UN", "United Nations", kind="igo")
TALKS = Event("CONSULT", "visit", (CHILE,), (NORWAY,), "2024-01-15", confidence=0.8)
REBUKE = Event("ACCUSE", "disapprove", (LATVIA,), (BELARUS,), "2024-01", confidence=0.6)
PACT = Event("AGREE", None, (NORWAY, LATVIA, UN), (), "1999", historical=True, confidence=0.9)


def publish(redis_url: str, *events: Event, outlet: str = "The Meridian", number: int = 1) -> None:
    """Publish one article that reports these events, each with a quotation of its own."""
    one = article(outlet, number, *(event.actors[0].name for event in events))
    quote = (Evidence(one.text[:20], 0, 20),)
    told = [replace(event, evidence=quote, rule="visit:3") for event in events]
    _publisher(redis_url).publish(f"claim{number}", one, told)


def withdraw(redis_url: str, outlet: str = "The Meridian", number: int = 1) -> None:
    """Publish that the article reports nothing any more."""
    _publisher(redis_url).republish(article(outlet, number), (), reason="withdrawn")


def article(outlet: str, number: int, *names: str) -> Article:
    """An article that says of each of these that he did something."""
    acts = (f"{name} did “this, and\tthat” {number}." for name in names)
    return Article(
        id=article_id(f"https://{number}.example/"),
        text=f"Article {number} of {outlet}. {' '.join(acts)}",
        url=f"https://{number}.example/",
        title=f"Story {number}",
        published=datetime(2024, 1, 16, 9, tzinfo=UTC),
        source=outlet,
        country="NOR",
    )


def _publisher(redis_url: str) -> StreamPublisher:
    return wiring.publisher(load(redis_url=redis_url))
