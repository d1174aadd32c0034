"""What a hostile answer costs who fetches it: seconds beyond the deadline, and memory at the peak.

Measured in a process of its own, so that the server's memory does not count, and as the operating
system sees it (``VmHWM`` of proc(5)): what zlib and the sockets hold counts too.
"""

from __future__ import annotations

import itertools
import multiprocessing
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from tests.hostile import (
    LOOPBACK,
    Behaviour,
    Hostile,
    answer,
    drip,
    gzipped,
    raw,
    redirect,
    silence,
    stream,
    zeros,
)
from worker.errors import Rejected, Transient
from worker.fetch import Fetcher

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
EMPTY_BLOCK = b"\x00\x00\x00\xff\xff"  # of deflate: five bytes that unfold to nothing


@dataclass(frozen=True, slots=True)
class Cost:
    """What became of one answer: seconds that it took, megabytes at the peak beyond the start."""

    outcome: str
    seconds: float
    megabytes: float


SLOW: Mapping[str, Behaviour] = {
    "silence": silence(),
    "drip of the status line": drip(b"", b"H"),
    "drip of one header": drip(OK + b"X: ", b"a"),
    "drip of headers": drip(OK, b"X-A: b\r\n"),
    "drip of 1xx answers": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "drip of a body": drip(OK + b"Content-Length: 100000\r\n\r\n", b"x"),
    "drip of a body without length": drip(OK + b"\r\n", b"x"),
    "drip of chunks": drip(CHUNKED, b"1\r\nx\r\n"),
    "drip of a chunk's size": drip(CHUNKED + b"5", b"0"),
    "drip of trailers": drip(CHUNKED + b"1\r\nx\r\n0\r\n", b"X: y\r\n"),
    "drip of a gzip body": drip(
        OK + b"Content-Encoding: gzip\r\n\r\n" + gzipped(b"")[:10], EMPTY_BLOCK
    ),
    "a body announced and not sent": drip(OK + b"Content-Length: 10\r\n\r\n", b""),
}


def large() -> dict[str, Behaviour]:
    """Answers that would fill the memory; built when they are needed."""
    nothing = gzipped(gzipped(b"")[:10] + EMPTY_BLOCK * 4_000_000)
    lines = [b"X-%d: %s\r\n" % (n, b"a" * 1_000) for n in range(1_000)]
    return {
        **{
            f"bomb of {coding}": answer(200, zeros(200, coding), {"Content-Encoding": coding})
            for coding in ("gzip", "deflate", "gzip, gzip", "deflate, gzip")
        },
        "bomb of empty blocks": answer(200, nothing, {"Content-Encoding": "gzip, gzip"}),
        "endless body": _endless(OK + b"\r\n", b"x" * 65_536),
        "endless chunks": _endless(CHUNKED, b"10000\r\n" + b"x" * 65_536 + b"\r\n"),
        "endless crumbs": _endless(CHUNKED, b"1\r\nx\r\n" * 5_000),
        "one chunk without end": _endless(CHUNKED + b"fffffffffff\r\n", b"x" * 65_536),
        "chunk extension without end": _endless(CHUNKED + b"5;", b"x" * 65_536),
        "trailers without end": _endless(CHUNKED + b"1\r\nx\r\n0\r\n", b"X: y\r\n" * 5_000),
        "endless headers": stream(lambda: itertools.chain([OK], itertools.cycle(lines))),
        "header without end": _endless(OK + b"X: ", b"a" * 65_536),
        "endless 1xx answers": _endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 50),
        "50 MB announced": answer(200, bytes(50_000_000)),
        "50 MB not announced": raw(OK + b"\r\n" + bytes(50_000_000)),
        "a cookie of 60 kB": answer(200, b"x", {"Set-Cookie": "a=" + "b" * 60_000}),
        "endless redirects": redirect("?"),
        "the largest page allowed": answer(200, bytes(9_999_999)),
    }


def _endless(start: bytes, piece: bytes) -> Behaviour:
    return stream(lambda: itertools.chain([start], itertools.repeat(piece)))


def costs(answers: Mapping[str, Behaviour], deadline: float) -> dict[str, Cost]:
    """Fetch each answer once, with the fetcher's own caps and this deadline."""
    with Hostile() as server:
        urls = [server.at(f"/{n}", behaviour) for n, behaviour in enumerate(answers.values())]
        harmless = server.at("/harmless", answer(200, b"x"))
        spawning = multiprocessing.get_context("spawn")
        ours, theirs = spawning.Pipe()
        process = spawning.Process(target=_measure, args=(theirs, harmless, urls, deadline))
        process.start()
        found = [ours.recv() for _ in urls]
        process.join()
    return dict(zip(answers, found, strict=True))


def _measure(told: Connection, harmless: str, urls: Sequence[str], deadline: float) -> None:
    with Fetcher(user_agent="measure", allow=LOOPBACK, deadline=deadline) as fetcher:
        fetcher.get(harmless)  # what the first exchange loads is no fault of the second
        for cost in _costs(fetcher, urls):
            told.send(cost)


def _costs(fetcher: Fetcher, urls: Sequence[str]) -> Iterator[Cost]:
    before = _memory("VmRSS")  # before all of them: what one leaves behind counts for the next
    for url in urls:
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        began = time.monotonic()
        try:
            outcome = f"{len(fetcher.get(url).body)} bytes"
        except (Transient, Rejected) as error:
            outcome = error.reason
        seconds = time.monotonic() - began
        yield Cost(outcome, seconds, max(0.0, _memory("VmHWM") - before))


def _memory(name: str) -> float:
    """Megabytes, as proc(5) tells them in kB."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if name in line) / 1_000
