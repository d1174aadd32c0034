"""A child process for documents that may hang or kill whoever reads them.

Code in C (lxml, expat) cannot be interrupted from inside; only a process can be ended from outside.
The service has Celery's children for that; this is for everything else.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from worker.deadline import deadline
from worker.errors import Rejected, Transient

T = TypeVar("T")
R = TypeVar("R")

GRACE = 2.0  # seconds in which a piece of work may end by itself, before its process is killed
_FORK = get_context("fork")  # what the parent has loaded, the child has too


class Sandbox(Generic[T, R]):
    """Does work in a child process, one item after the other; a child that hangs is replaced.

    Args:
        work: what is done with an item; both it and its result travel as pickles.
        seconds: how long one item may take.
    """

    def __init__(self, work: Callable[[T], R], seconds: float) -> None:
        """The child starts with the first item."""
        self._work = work
        self._seconds = seconds
        self._child: Any = None
        self._line: Connection | None = None

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the child."""
        self.close()

    def __call__(self, item: T) -> R:
        """Do the work on one item.

        Raises:
            Rejected: what the work raised; ``timeout``; ``crashed``, where its process died over
                it; ``error-…``, where it failed in a way that nobody foresaw.
            Transient: what the work raised.
        """
        line = self._line or self._start()
        try:
            line.send(item)
            result, error = self._answer(line)
        except (EOFError, OSError):
            self.close()
            raise Rejected("crashed", "the process that read it died") from None
        except BaseException:  # also a Ctrl-C: what is under way is not waited for
            self.close()
            raise
        if error:
            kind, reason, detail = error
            if reason == "timeout":
                self.close()  # it was interrupted anywhere, perhaps in the midst of an import
            raise kind(reason, detail)
        return result  # type: ignore[no-any-return]

    def _answer(self, line: Connection) -> Any:
        if not line.poll(self._seconds + GRACE):
            raise Rejected("timeout", f"it took more than {self._seconds:g} seconds")
        return line.recv()

    def close(self) -> None:
        """End the child, whatever it is at."""
        if self._line:
            self._line.close()
            self._child.kill()
            self._child.join()
        self._line = self._child = None

    def _start(self) -> Connection:
        self._line, theirs = _FORK.Pipe()
        self._child = _FORK.Process(
            target=_serve, args=(theirs, self._line, self._work, self._seconds), daemon=True
        )
        self._child.start()
        theirs.close()
        return self._line


def _serve(line: Connection, parents: Connection, work: Callable[[T], R], seconds: float) -> None:
    """Do what comes in until the other end is closed."""
    parents.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is the parent's to answer
    while True:
        try:
            item = line.recv()
        except EOFError:
            return
        line.send(_done(work, item, seconds))


def _done(
    work: Callable[[T], R], item: T, seconds: float
) -> tuple[R | None, tuple[type[Rejected] | type[Transient], str, str] | None]:
    """The result, or what went wrong."""
    try:
        with deadline(seconds):
            return work(item), None
    except Rejected as error:
        return None, (Rejected, error.reason, error.detail)
    except Transient as error:
        return None, (Transient, error.reason, error.detail)
    except Exception as error:  # noqa: BLE001 - one document of many; it is told, the others go on
        return None, (Rejected, f"error-{type(error).__name__}", str(error)[:200])
