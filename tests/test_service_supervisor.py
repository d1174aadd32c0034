"""The supervisor: what dies comes back, what is to end ends, and nobody is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from worker.service import logfiles
from worker.service.signals import StopRequests
from worker.service.supervisor import Backoff, Death, Process, Supervisor

QUICK = Backoff(first=0.05, most=0.4, healthy=5.0)
PYTHON = sys.executable

# A process with a child, both deaf to everything but SIGKILL: the worst case of a worker's pool.
# The tree's pids are told on standard output.
DEAF_TREE = """
import os, signal, subprocess, sys, time
for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(name, signal.SIG_IGN)
child = os.fork()
if child:
    print(os.getpid(), child, flush=True)
while True:
    time.sleep(60)
"""

# Ends at SIGTERM, as Celery does, but leaves a deaf child behind.
LEAVES_A_CHILD = """
import os, signal, sys, time
child = os.fork()
if child:
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    print(os.getpid(), child, flush=True)
else:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
while True:
    time.sleep(60)
"""

POLITE = "import time; print('ready', flush=True)\nwhile True: time.sleep(60)"


def script(name, code, **how):
    return Process(name, (PYTHON, "-c", code), **how)


def alive(pid):
    """Whether a process runs: one that is dead but not yet reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def wait_for(condition, seconds=10.0, meanwhile=lambda: None):
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, "it did not happen in time"
        meanwhile()
        time.sleep(0.01)
    return found


def told_pids(log):
    """The numbers that a process wrote into its log."""
    text = log.read_text() if log.exists() else ""
    return [int(word) for word in text.split()] if text.endswith("\n") else []


class TestWhatDies:
    def test_comes_back_after_kill_9(self, tmp_path):
        with Supervisor(tmp_path, backoff=QUICK) as supervisor:
            supervisor.start(script("worker", POLITE))
            first = supervisor.pids()["worker"]
            os.kill(first, signal.SIGKILL)
            deaths = []
            wait_for(
                lambda: supervisor.pids().get("worker", first) != first,
                meanwhile=lambda: deaths.extend(supervisor.watch()),
            )
            assert [(d.name, d.pid, d.returncode) for d in deaths] == [("worker", first, -9)]
            assert "worker was ended by SIGKILL after" in str(deaths[0])

    def test_at_once_again_and_again_is_given_more_and_more_time(self, tmp_path):
        with Supervisor(tmp_path, backoff=QUICK) as supervisor:
            supervisor.start(script("worker", "import sys; print('no model'); sys.exit(3)"))
            deaths: list[Death] = []
            wait_for(lambda: len(deaths) >= 5, meanwhile=lambda: deaths.extend(supervisor.watch()))
        assert [d.delay for d in deaths[:5]] == [0.05, 0.1, 0.2, 0.4, 0.4]
        assert [d.deaths for d in deaths[:5]] == [1, 2, 3, 4, 5]
        assert "no model" not in str(deaths[0])
        assert "worker ended with exit code 3" in str(deaths[2])
        assert str(deaths[2]).endswith(".log:\n    no model")  # what it said in its last life

    def test_after_a_healthy_while_is_forgiven(self, tmp_path):
        lasts = Backoff(first=0.05, most=1.0, healthy=0.0)
        with Supervisor(tmp_path, backoff=lasts) as supervisor:
            supervisor.start(script("worker", ""))
            deaths: list[Death] = []
            wait_for(lambda: len(deaths) >= 3, meanwhile=lambda: deaths.extend(supervisor.watch()))
        assert {d.delay for d in deaths} == {0.05}

    def test_takes_its_children_with_it(self, tmp_path):
        with Supervisor(tmp_path, backoff=QUICK) as supervisor:
            log = supervisor.start(script("worker", LEAVES_A_CHILD))
            parent, child = wait_for(lambda: told_pids(log))
            os.kill(parent, signal.SIGKILL)
            wait_for(lambda: not alive(child), meanwhile=supervisor.watch)

    def test_and_a_command_that_does_not_exist_is_a_death_with_its_reason(self, tmp_path):
        with Supervisor(tmp_path, backoff=QUICK) as supervisor:
            supervisor.start(Process("worker", ("/nowhere/celery",)))
            (death,) = supervisor.watch()
        assert death.returncode == 127
        assert "No such file" in death.last_lines[0]


class TestTheEnd:
    def test_comes_stage_by_stage(self, tmp_path):
        note = (
            "import signal, sys, time, pathlib\n"
            "def end(*_):\n"
            "    open('{order}', 'a').write('{name} ')\n"
            "    sys.exit(0)\n"
            "signal.signal(signal.SIGTERM, end)\n"
            "print('ready', flush=True)\n"
            "while True: time.sleep(60)"
        )
        order = tmp_path / "order"
        with Supervisor(tmp_path) as supervisor:
            for name, stage in (("redis", 2), ("worker", 0), ("beat", 1)):
                code = note.format(order=order, name=name)
                log = supervisor.start(script(name, code, stage=stage))
                wait_for(lambda log=log: log.read_text())
            assert supervisor.stop() == []
        assert order.read_text() == "worker beat redis "

    @pytest.mark.parametrize("tree", [DEAF_TREE, LEAVES_A_CHILD])
    def test_leaves_nobody_of_a_tree_that_ignores_sigterm(self, tmp_path, tree):
        with Supervisor(tmp_path) as supervisor:
            log = supervisor.start(script("worker", tree, patience=0.3))
            pids = wait_for(lambda: told_pids(log))
            assert all(map(alive, pids))
            begun = time.monotonic()
        assert time.monotonic() - begun < 3
        # Killed they are; that the kernel buries a stranger's child may take it a moment.
        wait_for(lambda: not any(map(alive, pids)))

    def test_names_those_that_had_to_be_killed(self, tmp_path):
        with Supervisor(tmp_path) as supervisor:
            for name, code in (("deaf", DEAF_TREE), ("polite", POLITE)):
                log = supervisor.start(script(name, code, patience=0.3))
                wait_for(lambda log=log: log.read_text())
            assert supervisor.stop() == ["deaf"]

    def test_comes_at_once_when_somebody_insists_but_lets_redis_write(self, tmp_path):
        slow = (
            "import signal, sys, time\n"
            "def end(*_):\n"
            "    time.sleep(0.3); print('written', flush=True); sys.exit(0)\n"
            "signal.signal(signal.SIGTERM, end)\n"
            "print('ready', flush=True)\n"
            "while True: time.sleep(60)"
        )
        with Supervisor(tmp_path, hurry=lambda: True) as supervisor:
            worker = supervisor.start(script("worker", slow, patience=60))
            redis = supervisor.start(script("redis", slow, stage=1, patience=60, hurried=5))
            wait_for(lambda: worker.read_text() and redis.read_text())
            assert supervisor.stop() == ["worker"]
        assert worker.read_text() == "ready\n"
        assert redis.read_text() == "ready\nwritten\n"

    def test_is_the_end_also_for_one_that_waits_to_come_back(self, tmp_path):
        with Supervisor(tmp_path, backoff=Backoff(first=60)) as supervisor:
            supervisor.start(script("worker", ""))
            wait_for(supervisor.watch)
            assert supervisor.stop() == []
            assert supervisor.pids() == {}


# A supervisor with one deaf tree and one polite process, as a program: it tells what it runs.
PROGRAM = """
import sys, time
from pathlib import Path
from worker.service.signals import StopRequests
from worker.service.supervisor import Process, Supervisor
folder, tree, polite = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
with StopRequests() as stop, Supervisor(folder, hurry=lambda: stop.insisted) as supervisor:
    supervisor.start(Process("tree", (sys.executable, "-c", tree), patience=float(sys.argv[4])))
    supervisor.start(Process("polite", (sys.executable, "-c", polite), stage=1, hurried=1.0))
    while not stop:
        supervisor.watch()
        time.sleep(0.02)
print("all ended", flush=True)
"""


@pytest.fixture
def program(tmp_path):
    """Starts `PROGRAM` in a process group of its own, as a shell does."""
    running = []

    def start(patience=1.0):
        command = [PYTHON, "-c", PROGRAM, str(tmp_path), DEAF_TREE, POLITE, str(patience)]
        process = subprocess.Popen(command, process_group=0, stdout=subprocess.PIPE, text=True)
        running.append(process)
        pids = wait_for(lambda: told_pids(tmp_path / "tree.log"))
        wait_for(lambda: (tmp_path / "polite.log").exists())
        return process, [*pids, *wait_for(lambda: children(process.pid))]

    yield start
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()


def children(pid):
    return [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class TestTheProgram:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_asked_to_end_ends_everything_in_time(self, program, number):
        process, pids = program()
        os.killpg(process.pid, number)
        out, _ = process.communicate(timeout=10)
        assert (process.returncode, out) == (0, "all ended\n")
        assert not any(map(alive, pids))

    def test_asked_twice_hurries_and_leaves_nobody(self, program):
        process, pids = program(patience=60)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=10)
        assert (process.returncode, out) == (0, "all ended\n")
        assert not any(map(alive, pids))

    def test_killed_leaves_nobody(self, program):
        process, pids = program()
        process.kill()
        process.wait()
        wait_for(lambda: not any(map(alive, pids)))

    def test_killed_with_its_guard_leaves_no_child_of_its_own(self, program):
        process, pids = program()
        guard = next(p for p in pids if b"guard.py" in Path(f"/proc/{p}/cmdline").read_bytes())
        mine = [p for p in children(process.pid) if p != guard]
        os.kill(guard, signal.SIGKILL)
        process.kill()
        process.wait()
        wait_for(lambda: not any(map(alive, mine)))
        for pid in filter(alive, pids):  # its grandchild: what only the guard could have ended
            os.kill(pid, signal.SIGKILL)

    def test_gets_a_new_guard_when_that_is_killed(self, program, tmp_path):
        process, pids = program()
        guard = next(p for p in pids if b"guard.py" in Path(f"/proc/{p}/cmdline").read_bytes())
        polite = next(p for p in pids if p not in (guard, *told_pids(tmp_path / "tree.log")))
        for victim in (guard, polite):  # once the second is back, the new guard knows everybody
            os.kill(victim, signal.SIGKILL)
            pids += wait_for(lambda known=set(pids): set(children(process.pid)) - known)
        process.kill()
        process.wait()
        wait_for(lambda: not any(map(alive, pids)))


class TestLogFiles:
    def test_hold_what_a_process_writes_across_restarts(self, tmp_path):
        code = "import sys; print('out'); print('err', file=sys.stderr)"
        with Supervisor(tmp_path, backoff=QUICK) as supervisor:
            log = supervisor.start(script("worker", code))
            wait_for(lambda: log.read_text().count("out") >= 2, meanwhile=supervisor.watch)
        assert "err" in log.read_text()
        assert log.stat().st_mode & 0o077 == 0

    def test_are_bounded_while_their_writer_goes_on(self, tmp_path):
        log = tmp_path / "worker.log"
        writer = logfiles.append(log)
        for number in range(9):
            os.write(writer, f"line {number}\n".encode() * 10)
            logfiles.rotate(log, max_bytes=100, keep=2)
        os.write(writer, b"the last line\n")
        os.close(writer)
        assert sorted(p.name for p in tmp_path.iterdir()) == [
            "worker.log",
            "worker.log.1",
            "worker.log.2",
        ]
        kept = "".join((tmp_path / f"worker.log{n}").read_text() for n in (".2", ".1", ""))
        assert kept.endswith("line 8\nthe last line\n")

    def test_are_followed_line_by_line_across_a_rotation(self, tmp_path):
        log = tmp_path / "worker.log"
        log.write_text("before\n")
        follower = logfiles.Follower(log)
        with log.open("a") as file:
            file.write("one\ntw")
            file.flush()
            assert list(follower.lines()) == ["one"]
            file.write("o\n")
            file.flush()
            assert list(follower.lines()) == ["two"]
            logfiles.rotate(log, max_bytes=1)
            assert list(follower.lines()) == []
            file.write("three\n")
            file.flush()
            assert list(follower.lines()) == ["three"]

    def test_end_is_told_without_empty_lines(self, tmp_path):
        log = tmp_path / "worker.log"
        assert logfiles.tail(log, 2) == []
        log.write_bytes(b"a\n\nb\nc\xff\n\n")
        assert logfiles.tail(log, 2) == ["b", "c\ufffd"]
        assert logfiles.tail(log, 9, since=3) == ["b", "c\ufffd"]
        assert logfiles.tail(log, 9, since=99) == ["a", "b", "c\ufffd"]


def test_stop_requests_are_counted_and_the_handlers_given_back():
    before = signal.getsignal(signal.SIGTERM)
    with StopRequests() as stop:
        assert not stop
        signal.raise_signal(signal.SIGTERM)
        assert stop
        assert not stop.insisted
        signal.raise_signal(signal.SIGINT)
        assert stop.insisted
        assert stop.first == signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) is before
