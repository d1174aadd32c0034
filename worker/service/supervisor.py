"""Keeps the processes of one machine running, and ends them in order.

Single-threaded on purpose: the foreground loop calls `Supervisor.watch` a few times a second. Why
this is our own code and not a library: docs/decisions/0002-own-supervisor.md.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from worker.service import guard, logfiles

PR_SET_PDEATHSIG = 1  # prctl(2)
NOT_STARTED = 127  # the shell's exit code for a command that cannot be run
LOOK_EVERY = 0.02  # seconds between two looks at processes that are to end
_PRCTL = ctypes.CDLL(None).prctl  # looked up here: between fork and exec that would be unsafe


@dataclass(frozen=True, slots=True)
class Process:
    """What is to run, and how it is ended.

    Attributes:
        name: for people and for the name of its log file.
        command: program and arguments.
        environ: its whole environment; None: ours.
        stage: processes of a lower stage are ended first.
        patience: seconds between SIGTERM to the process and SIGKILL to its whole group.
        hurried: the same, when somebody asked a second time.
        keep: file descriptors that it inherits.
    """

    name: str
    command: tuple[str, ...]
    environ: Mapping[str, str] | None = None
    stage: int = 0
    patience: float = 5.0
    hurried: float = 0.0
    keep: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait before a process that died is started again.

    Attributes:
        first: seconds after the first death; doubled with each further one.
        most: seconds, at most.
        healthy: seconds of life after which earlier deaths are forgotten.
    """

    first: float = 0.5
    most: float = 30.0
    healthy: float = 20.0

    def delay(self, deaths: int) -> float:
        """Seconds to wait after so many deaths in a row."""
        return float(min(self.most, self.first * 2 ** min(deaths - 1, 30)))


@dataclass(frozen=True, slots=True)
class Death:
    """One process ended although it should run."""

    name: str
    pid: int
    returncode: int
    lived: float
    deaths: int
    delay: float
    log: Path
    last_lines: tuple[str, ...]

    def __str__(self) -> str:
        """One line for people; from the third death in a row on with what it said last."""
        times = f", {self.deaths} times in a row" if self.deaths > 1 else ""
        told = (
            f"{self.name} {ended(self.returncode)} after {self.lived:.1f} s{times}; "
            f"started again in {self.delay:g} s."
        )
        if self.deaths < 3:
            return told
        return "\n".join([f"{told} The end of {self.log}:", *(f"    {x}" for x in self.last_lines)])


@dataclass(slots=True)
class _Child:
    process: Process
    log: Path
    running: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    log_start: int = 0  # where in the log its present life begins
    deaths: int = 0
    due: float = field(default_factory=time.monotonic)


class Supervisor:
    """Starts processes, restarts what dies, ends all of them in order.

    Use it as a context manager: leaving the block ends every process, whatever happened inside.

    Args:
        log_dir: where each process' output goes, ``<name>.log``.
        backoff: how long to wait after a death.
        hurry: asked while ending: True once somebody insists.
    """

    def __init__(
        self,
        log_dir: Path,
        *,
        backoff: Backoff | None = None,
        hurry: Callable[[], bool] = bool,
    ) -> None:
        """Start nothing yet."""
        self._log_dir = log_dir
        self._backoff = backoff or Backoff()
        self._hurry = hurry
        self._children: list[_Child] = []
        self._unstarted: list[Death] = []
        self._guard: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Nothing runs before the first `start`."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """End everything."""
        self.stop()

    def start(self, process: Process) -> Path:
        """Start a process; the path of its log file comes back."""
        self._call_guard()
        child = _Child(process, self._log_dir / f"{process.name}.log")
        self._children.append(child)
        self._spawn(child)
        return child.log

    def pids(self) -> dict[str, int]:
        """The process id of everything that runs, by name."""
        return {c.process.name: c.running.pid for c in self._children if c.running}

    def watch(self) -> list[Death]:
        """Look after the processes once: reap, start again what is due, bound the log files."""
        deaths = [death for child in self._children if (death := self._look(child))]
        deaths += self._unstarted
        self._unstarted.clear()
        self._call_guard()
        now = time.monotonic()
        for child in self._children:
            if child.running is None and child.due <= now:
                self._spawn(child)
            logfiles.rotate(child.log)
        return deaths

    def stop(self) -> list[str]:
        """End every process, stage by stage; nothing is left afterwards.

        Returns:
            Names of those that did not end by themselves in their time.
        """
        killed = []
        for stage in sorted({child.process.stage for child in self._children}):
            killed += self._end([c for c in self._children if c.process.stage == stage])
        self._children.clear()
        self._dismiss_guard()
        return killed

    def _spawn(self, child: _Child) -> None:
        process = child.process
        output = logfiles.append(child.log)
        child.log_start = child.log.stat().st_size
        try:
            child.running = subprocess.Popen(  # noqa: S603 - our own table of processes
                process.command,
                env=process.environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # a Ctrl-C in the terminal reaches only us: we end in order
                pass_fds=process.keep,
                preexec_fn=_die_with(os.getpid(), process.hurried),  # noqa: PLW1509 - takes no lock
            )
        except OSError as error:
            os.write(output, f"{process.command[0]} cannot be started: {error}\n".encode())
            self._unstarted.append(self._death(child, pid=0, returncode=NOT_STARTED, lived=0.0))
        else:
            self._commend(child)
        finally:
            os.close(output)
        child.started = time.monotonic()

    def _look(self, child: _Child) -> Death | None:
        if child.running is None or not _has_ended(child.running):
            return None
        pid, returncode = child.running.pid, self._bury(child.running)
        child.running = None
        lived = time.monotonic() - child.started
        if lived >= self._backoff.healthy:
            child.deaths = 0
        return self._death(child, pid=pid, returncode=returncode, lived=lived)

    def _death(self, child: _Child, *, pid: int, returncode: int, lived: float) -> Death:
        child.deaths += 1
        delay = self._backoff.delay(child.deaths)
        child.due = time.monotonic() + delay
        return Death(
            name=child.process.name,
            pid=pid,
            returncode=returncode,
            lived=lived,
            deaths=child.deaths,
            delay=delay,
            log=child.log,
            last_lines=tuple(logfiles.tail(child.log, 5, since=child.log_start)),
        )

    def _end(self, children: Iterable[_Child]) -> list[str]:
        begun = time.monotonic()
        left = [(child, child.running) for child in children if child.running]
        for _, running in left:
            with contextlib.suppress(ProcessLookupError):
                running.terminate()
        killed = []
        while left:
            for child, running in list(left):
                patience = child.process.hurried if self._hurry() else child.process.patience
                on_its_own = _has_ended(running)
                if not on_its_own and time.monotonic() - begun < patience:
                    continue
                if not on_its_own:
                    killed.append(child.process.name)
                self._bury(running)
                left.remove((child, running))
            time.sleep(LOOK_EVERY if left else 0)
        return killed

    def _bury(self, running: subprocess.Popen[bytes]) -> int:
        """Kill what is left of a process' group, then reap it.

        In this order: until the leader is reaped its number cannot be given to a stranger.
        """
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        returncode = running.wait()
        self._tell_guard(f"-{running.pid}")
        return returncode

    def _call_guard(self) -> None:
        """Have a guard at hand that knows everything that runs; replace one that was killed."""
        if self._guard and self._guard.poll() is None:
            return
        self._dismiss_guard()
        self._guard = subprocess.Popen(  # noqa: S603 - our own file
            [sys.executable, "-I", "-S", guard.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for child in self._children:
            self._commend(child)

    def _commend(self, child: _Child) -> None:
        if child.running:
            self._tell_guard(f"{child.running.pid} {child.process.hurried}")

    def _tell_guard(self, line: str) -> None:
        if self._guard and (pipe := _open(self._guard.stdin)):
            with contextlib.suppress(BrokenPipeError):  # it was killed: the next start replaces it
                pipe.write(line.encode() + b"\n")
                pipe.flush()

    def _dismiss_guard(self) -> None:
        if self._guard and (pipe := _open(self._guard.stdin)):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
            self._guard.wait()
        self._guard = None


def ended(returncode: int) -> str:
    """How a process ended, in words."""
    if returncode >= 0:
        return f"ended with exit code {returncode}"
    try:
        return f"was ended by {signal.Signals(-returncode).name}"
    except ValueError:
        return f"was ended by signal {-returncode}"


def _has_ended(running: subprocess.Popen[bytes]) -> bool:
    """Whether a process has ended, without reaping it."""
    if running.returncode is not None:
        return True
    return os.waitid(os.P_PID, running.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _die_with(parent: int, patience: float) -> Callable[[], None]:
    """Let the kernel end a child when its supervisor is gone (prctl(2), PR_SET_PDEATHSIG)."""
    number = signal.SIGTERM if patience else signal.SIGKILL

    def prepare() -> None:
        _PRCTL(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # it died before the kernel knew
            os._exit(1)

    return prepare


def _open(pipe: IO[bytes] | None) -> IO[bytes] | None:
    return pipe if pipe and not pipe.closed else None
