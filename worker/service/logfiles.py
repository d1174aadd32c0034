"""The log files of supervised processes: one per process, bounded in size.

A process writes straight into its file (opened for appending), not through a pipe of ours: a
supervisor that is stopped or slow never makes a worker wait.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

MAX_BYTES = 10_000_000
KEEP = 3  # old files beside the current one
READ_AT_MOST = 64_000  # bytes of new text looked at in one go


def append(path: Path) -> int:
    """Open a log file for a process to write to; the caller closes the descriptor."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def rotate(path: Path, *, max_bytes: int = MAX_BYTES, keep: int = KEEP) -> bool:
    """Start a file anew when it has grown too large; its writer goes on undisturbed.

    Copied and truncated, because the writer keeps its descriptor: lines written between the two
    (less than a millisecond each) are lost.
    """
    if not path.exists() or path.stat().st_size < max_bytes:
        return False
    for number in range(keep - 1, 0, -1):
        older = _numbered(path, number)
        if older.exists():
            older.replace(_numbered(path, number + 1))
    shutil.copyfile(path, _numbered(path, 1))
    os.truncate(path, 0)
    return True


def tail(path: Path, lines: int, *, since: int = 0) -> list[str]:
    """The last lines of a file that are not empty.

    Args:
        path: the file.
        lines: how many, at most.
        since: only what was written after this many bytes, unless the file was begun anew.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            file.seek(max(since if since <= size else 0, size - READ_AT_MOST))
            text = file.read().decode(errors="replace")
    except OSError:
        return []
    return [line for line in text.splitlines() if line.strip()][-lines:]


class Follower:
    """Reads what is added to a log file, line by line, across rotations."""

    def __init__(self, path: Path) -> None:
        """Start at the present end of the file."""
        self._path = path
        self._at = path.stat().st_size if path.exists() else 0
        self._rest = b""

    def lines(self) -> Iterator[str]:
        """Complete lines that were added since the last call."""
        try:
            size = self._path.stat().st_size
        except OSError:
            return
        if size < self._at:  # rotated
            self._at, self._rest = 0, b""
        if size == self._at:
            return
        with self._path.open("rb") as file:
            file.seek(self._at)
            added = file.read(READ_AT_MOST)
        self._at += len(added)
        *complete, self._rest = (self._rest + added).split(b"\n")
        for line in complete:
            yield line.decode(errors="replace")


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")
