"""Requests to end (Ctrl-C, SIGTERM, a closed terminal), counted instead of raised.

A KeyboardInterrupt can strike anywhere, also while children are being ended; a counter is looked at
where it is safe.
"""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Any, Self

ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequests:
    """Counts requests to end while its block runs; must be entered in the main thread.

    Attributes:
        count: requests so far; from the second on somebody insists.
        first: the signal that came first, None so far.
    """

    def __init__(self) -> None:
        """No request yet."""
        self.count = 0
        self.first: signal.Signals | None = None
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        """Count from here on."""
        for number in ASKING:
            self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Give the signals back to whoever had them."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def __bool__(self) -> bool:
        """Whether anybody asked us to end."""
        return self.count > 0

    @property
    def insisted(self) -> bool:
        """Whether somebody asked a second time."""
        return self.count > 1

    def _note(self, number: int, frame: FrameType | None) -> None:
        del frame
        self.count += 1
        self.first = self.first or signal.Signals(number)


def interrupt_once() -> None:
    """Let the first SIGTERM or SIGINT interrupt the main thread; a second one changes nothing."""

    def leave(_number: int, _frame: object) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
