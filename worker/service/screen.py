"""The terminal, or the pipe, that `demarche run` and `demarche serve` talk to."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from worker.service.display import encodable


class Screen:
    """Lines for a person, above a progress bar where there is a terminal.

    In a pipe, in a file or on a dumb terminal there is no bar, nothing is folded, and every line
    stands for itself. Colours follow NO_COLOR.

    Args:
        file: where to write; standard output by default.
    """

    def __init__(self, file: TextIO | None = None) -> None:
        """Write nothing yet."""
        file = file or sys.stdout
        self._console = Console(file=file, highlight=False, markup=False, emoji=False)
        self.live = file.isatty() and not self._console.is_dumb_terminal
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            console=self._console,
            auto_refresh=False,  # no thread of its own: processes are forked beside it
            transient=True,
            expand=True,
        )
        self._task = self._bar.add_task("", total=None)

    def __enter__(self) -> Self:
        """Show the bar, where there is one."""
        if self.live:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Take the bar away."""
        self.end_bar()

    def end_bar(self) -> None:
        """Take the bar away; lines may still be written."""
        if self._bar.live.is_started:
            with _terminal_may_be_gone():
                self._bar.stop()

    @property
    def width(self) -> int | None:
        """Columns to fold into; None where lines are not to be folded."""
        return self._console.width if self.live else None

    def say(self, *lines: str, style: str = "") -> None:
        """Write lines, above the bar."""
        with _terminal_may_be_gone():
            for line in lines:
                text = encodable(line, self._console.encoding)
                self._console.print(Text(text, style=style), soft_wrap=True)

    def event(self, lines: Iterable[str]) -> None:
        """Write an event: its first line stands out."""
        head, *rest = lines
        self.say(head, style="bold")
        self.say(*rest)

    def warn(self, *lines: str) -> None:
        """Write lines that somebody should look at."""
        self.say(*lines, style="yellow")

    def progress(self, label: str, done: int = 0, total: int | None = None) -> None:
        """Move the bar; without a total it says only that something goes on."""
        if self._bar.live.is_started:
            label = encodable(label, self._console.encoding)
            self._bar.update(self._task, description=label, completed=done, total=total)
            with _terminal_may_be_gone():
                self._bar.refresh()


@contextmanager
def _terminal_may_be_gone() -> Iterator[None]:
    """Write to nobody where the terminal was closed: its signal ends us, in order.

    A pipe that nobody reads any more is another matter: rich ends the program then.
    """
    try:
        yield
    except OSError as error:
        if error.errno != errno.EIO:
            raise
