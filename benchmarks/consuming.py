"""How fast the streams are read, kept and exported, and what it costs to kill a reader.

    python benchmarks/consuming.py [--messages 20000] [--kills 10]

It starts a Redis of its own, fills a stream with one real message over and over, and prints a line
a figure: messages a second on the clock, and microseconds of this process' CPU for one, which tell
more on a machine that is busy with other things.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from typing import Any

from redis import Redis

from worker import wiring
from worker.commands import delivery
from worker.exports.select import Selection
from worker.model import Article, Event, Evidence, Party, article_id
from worker.service import ports, redis_server
from worker.service.keeper import Keeper
from worker.service.supervisor import Process, Supervisor
from worker.settings import Settings, load
from worker.stream.consume import Consumer

STREAM = "demarche:events"
Spent = tuple[float, float]  # seconds on the clock, and of this process' CPU
READER = """
import os, sys
from worker.stream.consume import Consumer
out = os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
def handle(message):
    os.write(out, (message.id + "\\n").encode())
one = Consumer(sys.argv[1], "demarche:events", "app", "one", ack_every=int(sys.argv[3]))
one.run(handle)
"""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--messages", type=int, default=20_000)
    asked.add_argument("--kills", type=int, default=10)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as settings:
        redis: Any = Redis.from_url(settings.redis, decode_responses=True)
        size = fill(redis, settings, given.messages)
        print(f"{given.messages} messages of {size} bytes of `data`")
        for ack_every in (1, 10, 100):
            spent = reading(settings, redis, given.messages, ack_every)
            tell(f"read by one consumer, ack_every={ack_every}", given.messages, spent)
        tell("kept in the archive", given.messages, keeping(settings))
        for form in ("jsonl", "csv", "gdelt", "plover", "parquet"):
            tell(f"exported as {form}", given.messages, exporting(settings, form, folder))
        for ack_every in (1, 100):
            again, pause = killing(settings, redis, given, ack_every, Path(folder))
            print(
                f"killed {given.kills} times in the middle, ack_every={ack_every}: "
                f"{again / given.kills:.1f} messages again a kill, none lost; "
                f"{pause:.2f} s from the new start to the next message (median)"
            )


@contextmanager
def server(folder: Path) -> Iterator[Settings]:
    settings = load(data_dir=folder, redis_port=ports.free_port(), redis_url=None)
    os.close(redis_server.prepare(settings))
    with Supervisor(folder / "logs") as supervisor:
        supervisor.start(Process("redis", tuple(redis_server.command(settings))))
        redis_server.wait_ready(settings.redis, 20)
        yield settings


def fill(redis: Any, settings: Settings, count: int) -> int:
    """Publish one report, and put its message on the stream so often, as events of their own."""
    text = "The foreign ministers of Norway and Chile met in Oslo on Monday to discuss fisheries."
    parties = [
        Party(code, name, mention=Evidence(name, text.index(name), text.index(name) + len(name)))
        for code, name in (("NOR", "Norway"), ("CHL", "Chile"))
    ]
    talks = Event(
        "CONSULT", "multilateral", tuple(parties), (), "2024-01-15", confidence=0.87,
        evidence=(Evidence(text, 0, len(text)),), rule="consult.tsv:12",
    )  # fmt: skip
    url = "https://meridian.example/world/2024/01/15/ministers-meet-in-oslo-over-fisheries"
    article = Article(article_id(url), text, url, "Ministers meet in Oslo", source="The Meridian")
    wiring.publisher(settings).publish("claim", article, [talks])
    ((_, fields),) = redis.xrange(STREAM)
    redis.delete(STREAM)
    for start in range(0, count, 1000):
        with redis.pipeline(transaction=False) as pipe:
            for n in range(start, min(start + 1000, count)):
                pipe.xadd(STREAM, {**fields, **_as_event(fields, n)})
            pipe.execute()
    return len(fields["data"].encode())


def _as_event(fields: dict[str, str], n: int) -> dict[str, str]:
    event = f"{n:020x}"
    data = fields["data"].replace(fields["subject"], event)
    return {"id": f"{event}.1", "subject": event, "data": data}


def tell(what: str, count: int, spent: Spent) -> None:
    clock, cpu = spent
    print(f"{what}: {count / clock:,.0f} messages/s, {cpu / count * 1e6:.0f} µs of CPU each")


def reading(settings: Settings, redis: Any, count: int, ack_every: int) -> Spent:
    group = f"speed-{ack_every}"
    one = Consumer(settings.redis, STREAM, group, "one", ack_every=ack_every, block=0.1)
    done = threading.Event()

    def handle(_: object) -> None:
        if one.tally.handled + 1 >= count:
            done.set()
            one.stop()

    spent = timed(lambda: one.run(handle))
    assert done.is_set()
    redis.xgroup_destroy(STREAM, group)
    return spent


def keeping(settings: Settings) -> Spent:
    with Keeper(settings) as keeper:
        return timed(keeper.look)


def exporting(settings: Settings, form: str, folder: str) -> Spent:
    source = delivery.Source("events", archive=settings.archive_folder)
    out = f"{folder}/{form}"
    with Path(os.devnull).open("w") as nowhere, redirect_stderr(nowhere):
        return timed(
            lambda: delivery.export(settings, source, form, out, wanted=Selection(), every=False)
        )


def killing(
    settings: Settings, redis: Any, given: argparse.Namespace, ack_every: int, folder: Path
) -> tuple[int, float]:
    """Kill a reader again and again; messages handled again, and seconds until it goes on."""
    out, pauses = folder / f"handled-{ack_every}", []
    step = given.messages // (given.kills + 1)
    for number in range(given.kills + 1):
        begun, before = time.monotonic(), lines(out)
        reader = subprocess.Popen(
            [sys.executable, "-c", READER, settings.redis, str(out), str(ack_every)]
        )
        wait(lambda before=before: lines(out) > before)
        pauses.append(time.monotonic() - begun)
        if number < given.kills:
            wait(lambda number=number: lines(out) >= (number + 1) * step)
        else:
            wait(lambda: len(set(out.read_text().split())) >= given.messages)
        os.kill(reader.pid, signal.SIGKILL)
        reader.wait()
    redis.xgroup_destroy(STREAM, "app")
    return lines(out) - given.messages, statistics.median(pauses[1:])


def lines(file: Path) -> int:
    return file.read_bytes().count(b"\n") if file.exists() else 0


def wait(condition: Callable[[], object]) -> None:
    until = time.monotonic() + 120
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError("it did not happen: messages were lost")
        time.sleep(0.005)


def timed(act: Callable[[], object]) -> Spent:
    clock, cpu = time.perf_counter(), time.process_time()
    act()
    return time.perf_counter() - clock, time.process_time() - cpu


if __name__ == "__main__":
    main()
