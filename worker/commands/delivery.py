"""What `demarche tail`, `export` and `replay` do: the streams, for people and other programs."""

from __future__ import annotations

import functools
import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from redis.exceptions import RedisError

from worker import wiring
from worker.errors import ConfigError
from worker.exports import gdelt, parquet, plover, table
from worker.exports.latest import latest
from worker.exports.select import Selection
from worker.service import display, redis_server
from worker.settings import Settings
from worker.stream.archive import Archive
from worker.stream.consume import Message
from worker.stream.lines import to_line
from worker.stream.read import Reader, end, position
from worker.stream.replay import replay as stream_replay

TOLD = ("person", "jsonl", "csv")  # forms of `tail`
WRITTEN = ("jsonl", "csv", "parquet", "gdelt", "plover")  # forms of `export`


def tail(
    settings: Settings,
    stream: str,
    start: str,
    out: TextIO,
    *,
    form: str,
    wanted: Selection,
    stop: bool,
) -> None:
    """Print a stream from a position on, and go on as it grows.

    Args:
        settings: where the stream is.
        stream: its name behind the prefix.
        start: an entry id, a time, or ``$`` for what comes from now on.
        out: where to.
        form: one of `TOLD`.
        wanted: which events.
        stop: at the end, instead of waiting for more.

    Raises:
        ConfigError: the position is neither an id nor a time, or Redis cannot be reached.
    """
    require_events(stream, wanted)
    redis_server.check(settings.redis)
    reader = wiring.reader(settings)
    write = _writer(form, stream, out)
    with _told_of(settings), suppress(KeyboardInterrupt):
        for message in _messages(reader, stream, start, stop=stop):
            if wanted(message.data):
                write(message)
                out.flush()


def require_events(stream: str, wanted: Selection) -> None:
    """Refuse to look for parties and types among the fates of articles.

    Raises:
        ConfigError: the stream has no events, and some are asked for.
    """
    if wanted.asks and stream not in ("events", "reports"):
        raise ConfigError(f"The stream {stream} tells of articles: parties, types … select events.")


def _messages(reader: Reader, stream: str, start: str, *, stop: bool) -> Iterator[Message]:
    after = reader.last_id(stream) if start == "$" else position(start)
    return reader.until_now(stream, after) if stop else reader.follow(stream, after)


def _writer(form: str, stream: str, out: TextIO) -> Callable[[Message], object]:
    if form == "jsonl":
        return lambda message: out.write(to_line(message) + "\n")
    if form == "csv":
        writer = table.write_csv(stream, out)
        return lambda message: writer.write(table.row(message))
    return functools.partial(_tell, out)


def _tell(out: TextIO, message: Message) -> None:
    if "fate" in message.data:
        lines = [_fate_line(message)]
    else:
        lines = display.event_lines(message.type, message.data)
    out.writelines(f"{line}\n" for line in lines)


def _fate_line(message: Message) -> str:
    data = message.data
    reason = f" ({data['reason']})" if data.get("reason") else ""
    return display.clean(f"{data['fate']}{reason}: {data.get('url', message.subject)}")


# Out of the stream, or out of the archive --------------------------------------------------------


def export(
    settings: Settings,
    source: Source,
    form: str,
    out: str,
    *,
    wanted: Selection,
    every: bool,
) -> int:
    """Write messages in a form that other programs read; how many there were.

    Args:
        settings: where the stream is.
        source: which messages.
        form: one of `WRITTEN`.
        out: a file, ``-`` for standard output; a folder for Parquet.
        wanted: which events.
        every: every revision of an event, instead of its newest state.

    Raises:
        ConfigError: something in the request is wrong, or Redis or the archive cannot be read.
    """
    require_events(source.stream, wanted)
    if form in ("gdelt", "plover") and source.stream != "events":
        raise ConfigError(f"The format {form} tells of events, not of {source.stream}.")
    if form == "parquet" and out == "-":
        raise ConfigError("Parquet is a file a day: name a folder with --out.")
    read = source.reader(settings)
    newest = source.stream == "events" and not every
    chosen = (m for m in (latest(read) if newest else read()) if wanted(m.data))
    with _told_of(settings):
        if form == "parquet":
            return parquet.write(source.stream, chosen, Path(out))
        with _output(out) as file:
            write = _exporter(form, source.stream, file)
            return sum(write(message) for message in chosen)


def replay(settings: Settings, source: Source, name: str) -> tuple[str, int]:
    """Put messages onto a new stream; its key, and how many there were.

    Raises:
        ConfigError: the name is none, there is such a stream, or something cannot be read.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]*", name):
        raise ConfigError(f"{name!r} is no name for a stream: small letters, digits, - and _.")
    read = source.reader(settings)
    redis_server.check(settings.redis)
    key = f"{settings.prefix}:replay:{name}"
    with _told_of(settings):
        return key, stream_replay(settings.redis, key, read())


@dataclass(frozen=True, slots=True)
class Source:
    """Which messages: of a stream, or of an archive's folder.

    Attributes:
        stream: its name behind the prefix.
        start, stop: an entry id, or a time: from then on, and before then.
        archive: the folder; None: the stream itself.
    """

    stream: str
    start: str = "0"
    stop: str | None = None
    archive: Path | None = None

    def reader(self, settings: Settings) -> Callable[[], Iterator[Message]]:
        """What reads them, each time the same ones.

        Raises:
            ConfigError: start or stop are neither, or what is to be read is not there.
        """
        after, upto = position(self.start), end(self.stop) if self.stop else None
        if self.archive is not None:
            if not self.archive.is_dir():
                raise ConfigError(f"{self.archive} is no folder of an archive.")
            files = Archive(self.archive)
            upto = upto or files.position(self.stream).entry
            return lambda: files.read(self.stream, after, upto)
        redis_server.check(settings.redis)
        reader = wiring.reader(settings)
        upto = upto or reader.last_id(self.stream)
        return lambda: reader.until_now(self.stream, after, upto)


def _exporter(form: str, stream: str, out: TextIO) -> Callable[[Message], int]:
    """What writes a message in a form, and says whether it did."""
    if form == "gdelt":
        return lambda message: bool([out.write(f"{line}\n") for line in gdelt.lines(message)])
    if form == "plover":
        return lambda message: _write_record(out, plover.record(message))
    write = _writer(form, stream, out)

    def one(message: Message) -> int:
        write(message)
        return 1

    return one


def _write_record(out: TextIO, record: dict[str, Any] | None) -> int:
    if record is None:
        return 0
    out.write(json.dumps(record, ensure_ascii=False) + "\n")
    return 1


@contextmanager
def _output(out: str) -> Iterator[TextIO]:
    """Standard output, or a file that is there only when it is whole."""
    if out == "-":
        yield sys.stdout
        return
    path = Path(out)
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(path)
    except OSError as error:
        raise ConfigError(f"{out} cannot be written: {error.strerror}.") from None


@contextmanager
def _told_of(settings: Settings) -> Iterator[None]:
    """Turn a Redis that goes away into one sentence."""
    try:
        yield
    except RedisError as error:
        where = redis_server.public(settings.redis)
        raise ConfigError(f"Redis at {where} went away: {error}.") from None
