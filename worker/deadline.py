"""A bound on the time that one page may take, kept from inside the process."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from worker.errors import Rejected


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise ``Rejected("timeout")`` inside the block once it has run for so long.

    It interrupts Python code by SIGALRM; a loop inside C code notices only when it returns, and
    that is what the worker's hard time limit is for. Signals reach the main thread alone: in any
    other thread the block runs without a bound.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise Rejected("timeout", f"it took more than {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
