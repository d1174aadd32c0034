"""Signs of life for `demarche health`, from inside the loops whose stalling is to be noticed.

A worker's heartbeat is sent by its consumer's own timer every 2 s (also while its pool is busy);
the scheduler is alive as long as it sends ticks.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from celery import signals

from worker.service import health
from worker.settings import Settings


def install(settings: Callable[[], Settings], tick: str) -> None:
    """Connect the signals; call it where the app is made, before a worker builds its heart.

    Args:
        settings: asked at the first sign of life.
        tick: name of the task that the scheduler sends.
    """

    @functools.cache
    def pulse(role: str) -> health.Pulse:
        return health.pulse(settings(), role)

    def beats(sender: Any, **_: object) -> None:
        role = str(sender.eventer.hostname).partition("@")[0]
        if role in health.TOUCHING:
            pulse(role)()

    def ticks(**_: object) -> None:
        pulse("scheduler")()

    signals.heartbeat_sent.connect(beats, weak=False)
    signals.after_task_publish.connect(ticks, sender=tick, weak=False)
