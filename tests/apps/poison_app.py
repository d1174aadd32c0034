"""The service's own app, with a coder that hangs or dies over what a page says."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Sequence

import tasks.app
from worker.model import Article, Event, Party, Reading

app = tasks.app.app
MET = Event("CONSULT", None, (Party("NOR", "Norway"), Party("CHL", "Chile")))


class Coder:
    """Finds one event in each article, if it lives to say so."""

    def read(self, articles: Sequence[Article]) -> list[Reading]:
        for article in articles:
            if "this page hangs" in article.text:
                _hang()
            if "this page kills" in article.text:
                os.kill(os.getpid(), signal.SIGKILL)
        return [Reading((MET,)) for _ in articles]


def _hang() -> None:
    """Wait for ever inside C code, holding the GIL: no signal handler of Python's gets through."""
    mutex = ctypes.create_string_buffer(64)  # zeros: PTHREAD_MUTEX_INITIALIZER
    libc = ctypes.PyDLL(None)
    libc.pthread_mutex_lock(mutex)
    libc.pthread_mutex_lock(mutex)


tasks.app.coder = Coder
