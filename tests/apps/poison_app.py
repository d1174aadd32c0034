"""The service's own app, with a coder that hangs or dies over what a page says."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Sequence

import tasks.app
from worker.model import Article, Reading

app = tasks.app.app


class Coder:
    """Finds nothing, if it lives to say so."""

    def read(self, articles: Sequence[Article]) -> list[Reading]:
        for article in articles:
            if "this page hangs" in article.text:
                _hang()
            if "this page kills" in article.text:
                os.kill(os.getpid(), signal.SIGKILL)
        return [Reading() for _ in articles]


def _hang() -> None:
    """Wait for ever inside C code, holding the GIL: no signal handler of Python's gets through."""
    mutex = ctypes.create_string_buffer(64)  # zeros: PTHREAD_MUTEX_INITIALIZER
    libc = ctypes.PyDLL(None)
    libc.pthread_mutex_lock(mutex)
    libc.pthread_mutex_lock(mutex)


tasks.app.coder = Coder
