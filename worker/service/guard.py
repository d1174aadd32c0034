"""The last one to leave: ends what a killed supervisor left running.

A supervisor that dies by SIGKILL cannot stop its children. The kernel's parent-death signal reaches
only those whose parent it was, not the pool children of a Celery worker; so this small process,
which holds the other end of a pipe from the supervisor, ends their process groups when that pipe
closes. It imports nothing outside the standard library: run as ``python -I -S guard.py``.

A line ``123 2.5`` on standard input puts process group 123 in its care: SIGTERM first, SIGKILL
after 2.5 s (0: SIGKILL at once). A line ``-123`` takes it out again.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable


def main() -> None:
    """Read until the supervisor is gone, then end what is still in our care."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    end(follow(sys.stdin))


def follow(lines: Iterable[str]) -> dict[int, float]:
    """Keep the book of process groups until the lines end."""
    care: dict[int, float] = {}
    for line in lines:
        if line.startswith("-"):
            care.pop(int(line[1:]), None)
        else:
            group, patience = line.split()
            care[int(group)] = float(patience)
    return care


def end(care: dict[int, float]) -> None:
    """End process groups: those that may clean up get their time, all are gone afterwards."""
    for group, patience in care.items():
        _signal(group, signal.SIGTERM if patience else signal.SIGKILL)
    until = time.monotonic() + max(care.values(), default=0.0)
    while time.monotonic() < until and any(_signal(group, 0) for group in care):
        time.sleep(0.02)
    for group in care:
        _signal(group, signal.SIGKILL)


def _signal(group: int, number: int) -> bool:
    with contextlib.suppress(OSError):
        os.killpg(group, number)
        return True
    return False


if __name__ == "__main__":
    main()
