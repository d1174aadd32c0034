"""What `demarche tail`, `export` and `replay` do: the streams, for people and other programs."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import TextIO

from redis.exceptions import RedisError

from worker import wiring
from worker.errors import ConfigError
from worker.exports import table
from worker.exports.select import Selection
from worker.service import display, redis_server
from worker.settings import Settings
from worker.stream.consume import Message
from worker.stream.lines import to_line
from worker.stream.read import Reader, position

TOLD = ("person", "jsonl", "csv")  # forms of `tail`


def tail(
    settings: Settings,
    stream: str,
    start: str,
    out: TextIO,
    *,
    form: str,
    wanted: Selection,
    end: bool,
) -> None:
    """Print a stream from a position on, and go on as it grows.

    Args:
        settings: where the stream is.
        stream: its name behind the prefix.
        start: an entry id, a time, or ``$`` for what comes from now on.
        out: where to.
        form: one of `TOLD`.
        wanted: which events.
        end: stop at the end instead of waiting for more.

    Raises:
        ConfigError: the position is neither an id nor a time, or Redis cannot be reached.
    """
    require_events(stream, wanted)
    redis_server.check(settings.redis)
    reader = wiring.reader(settings)
    write = _writer(form, stream, out)
    try:
        for message in _messages(reader, stream, start, end=end):
            if wanted(message.data):
                write(message)
                out.flush()
    except RedisError as error:
        where = redis_server.public(settings.redis)
        raise ConfigError(f"Redis at {where} went away: {error}.") from None
    except KeyboardInterrupt:
        return


def require_events(stream: str, wanted: Selection) -> None:
    """Refuse to look for parties and types among the fates of articles.

    Raises:
        ConfigError: the stream has no events, and some are asked for.
    """
    if wanted.asks and stream not in ("events", "reports"):
        raise ConfigError(f"The stream {stream} tells of articles: parties, types … select events.")


def _messages(reader: Reader, stream: str, start: str, *, end: bool) -> Iterator[Message]:
    after = reader.last_id(stream) if start == "$" else position(start)
    return reader.until_now(stream, after) if end else reader.follow(stream, after)


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
