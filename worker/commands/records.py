"""Lines of JSON from a file or standard input; what is wrong with one is one sentence."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from worker.errors import ConfigError

_BOM = b"\xef\xbb\xbf"


def numbered(file: str) -> Iterator[tuple[bytes, str]]:
    """The lines that are not empty as they come, each with its place for messages.

    A line ends with a line feed and nothing else: JSON strings may hold other breaks as they are.

    Args:
        file: its path, or ``-`` for standard input.

    Raises:
        ConfigError: it cannot be read.
    """
    name = "standard input" if file == "-" else file
    with _opened(file) as lines:
        for number, line in enumerate(lines, start=1):
            data = line.removeprefix(_BOM) if number == 1 else line
            if data.strip():
                yield data, f"line {number} of {name}"


def record(line: bytes, where: str) -> dict[str, Any]:
    """The object that a line holds.

    Raises:
        ConfigError: it is no JSON object in UTF-8; the sentence says where, by ``where``.
    """
    try:
        found = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise ConfigError(f"{where} is not UTF-8: byte {byte:#04x}; convert it first.") from None
    except json.JSONDecodeError as error:
        raise ConfigError(f"{where} is not JSON: {error.msg} at column {error.colno}.") from None
    except (ValueError, RecursionError):
        raise ConfigError(f"{where} is JSON of endless digits or brackets.") from None
    if not isinstance(found, dict):
        raise ConfigError(f"{where} is not an object in braces.")
    return found


def text_of(found: dict[str, Any], key: str, where: str) -> str | None:
    """The string under a key; None where there is none.

    Raises:
        ConfigError: something else stands there.
    """
    value = found.get(key)
    if not isinstance(value, str | None):
        raise ConfigError(f'"{key}" in {where} is neither a string nor null.')
    return value


def day(text: str, where: str) -> date:
    """Read an ISO 8601 day, or a `datetime` where a time stands with it.

    Raises:
        ConfigError: it is none.
    """
    try:
        return date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{where} is {text!r}, which is not a date like 2024-01-15.") from None


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        with Path(file).open("rb") as lines:
            yield lines
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}.") from None
