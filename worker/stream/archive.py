"""Messages in files: a folder a stream, a file a day, a line a message, compressed.

    archive/events/2026-01-31.jsonl.gz     lines as worker/stream/lines.py has them
    archive/events/position.json           how far the files are whole

Each batch is a gzip member of its own; members behind one another are one gzip file (RFC 1952).
**Exactly once:** a batch is on disk before `position.json` says so, and what stands behind the size
recorded there (a process died while writing) is cut off before the next batch. Days are those of
the entries' ids, in UTC.
"""

from __future__ import annotations

import gzip
import io
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from worker.errors import ConfigError
from worker.stream.consume import Message
from worker.stream.lines import from_line, to_line

_ENDING = ".jsonl.gz"
BEGINNING = "0"


@dataclass(frozen=True, slots=True)
class Position:
    """How far the files of a stream are whole.

    Attributes:
        entry: id of the last entry in them.
        file: the name of the file that it is in.
        size: bytes of that file.
    """

    entry: str = BEGINNING
    file: str = ""
    size: int = 0


class Archive:
    """The files of one folder. One process writes them; any may read."""

    def __init__(self, folder: Path) -> None:
        """Touch nothing yet."""
        self._folder = folder

    def position(self, stream: str) -> Position:
        """How far a stream is archived.

        Raises:
            ConfigError: its file cannot be read.
        """
        file = self._folder / stream / "position.json"
        try:
            return Position(**json.loads(file.read_text("utf-8")))
        except FileNotFoundError:
            return Position()
        except (OSError, TypeError, ValueError) as error:
            raise ConfigError(f"{file} cannot be read: {error}.") from None

    def append(self, stream: str, messages: Sequence[Message]) -> Position:
        """Add messages, in the order of their ids; all of them are on disk on return.

        Raises:
            OSError: the disk is full, or the folder cannot be written; nothing is lost by that.
            ConfigError: there are files, and nothing says how far they are whole.
        """
        at = self.position(stream)
        if not at.file and any((self._folder / stream).glob(f"*{_ENDING}")):
            raise ConfigError(
                f"{self._folder / stream} has files but no position.json: move them elsewhere."
            )
        for day, batch in groupby(messages, key=lambda message: day_of(message.entry)):
            at = self._write(stream, at, f"{day}{_ENDING}", list(batch))
        return at

    def read(
        self, stream: str, after: str = BEGINNING, upto: str | None = None
    ) -> Iterator[Message]:
        """Yield the messages behind an entry id, up to and with another, in order.

        Raises:
            ConfigError: a file is damaged.
        """
        at, last = self.position(stream), number(after)
        for path in sorted((self._folder / stream).glob(f"*{_ENDING}")):
            if path.name < f"{day_of(after)}{_ENDING}":
                continue
            size = at.size if path.name == at.file else path.stat().st_size
            for line in _lines(path, size):
                message = from_line(line)
                if upto is not None and number(message.entry) > number(upto):
                    return
                if number(message.entry) > last:
                    last = number(message.entry)
                    yield message

    def _write(self, stream: str, at: Position, name: str, batch: list[Message]) -> Position:
        path = self._folder / stream / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(f"{to_line(message)}\n" for message in batch)
        if at.file != name:
            at = self._note(stream, Position(at.entry, name, 0))
        with path.open("ab") as file:
            file.truncate(at.size)
            file.write(gzip.compress(text.encode(), 6, mtime=0))
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        return self._note(stream, Position(batch[-1].entry, name, size))

    def _note(self, stream: str, at: Position) -> Position:
        file = self._folder / stream / "position.json"
        new = file.with_suffix(".new")
        with new.open("w", encoding="utf-8") as out:
            json.dump(asdict(at), out)
            out.flush()
            os.fsync(out.fileno())
        new.replace(file)
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return at


def day_of(entry: str) -> str:
    """The day of an entry id in UTC: ``2026-01-31``."""
    moment = number(entry)[0] / 1000
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


def number(entry: str) -> tuple[int, int]:
    """An entry id as numbers that can be compared."""
    milliseconds, _, sequence = entry.partition("-")
    return int(milliseconds), int(sequence or 0)


class _First(io.RawIOBase):
    """The first bytes of a file: what is behind them is not whole yet."""

    def __init__(self, file: io.BufferedReader, size: int) -> None:
        self._file, self._left = file, size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._file.read(min(len(buffer), self._left))
        buffer[: len(data)] = data
        self._left -= len(data)
        return len(data)


def _lines(path: Path, size: int) -> Iterator[str]:
    try:
        with path.open("rb") as file:
            whole = io.BufferedReader(_First(file, size))
            with gzip.open(whole, "rt", encoding="utf-8", newline="\n") as lines:
                yield from lines
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is damaged: {error}.") from None
