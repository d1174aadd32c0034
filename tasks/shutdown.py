"""How a worker ends: it stops taking messages first, and only then shuts down.

A warm shutdown of a busy prefork worker takes 30 s in half of the cases (messages that arrive
while the pool closes are restored one by one); with the consumer cancelled 1.5 s before, none of
16 was slow.
"""

from __future__ import annotations

import signal
import threading
from typing import Any

from celery import signals
from celery.worker import state

SETTLE = 1.5  # seconds between the last message taken and the shutdown


def install() -> None:
    """Take over SIGTERM and SIGINT once a worker is ready."""
    signals.worker_ready.connect(_take_over, weak=False)


def _take_over(sender: Any, **_: object) -> None:
    if threading.current_thread() is not threading.main_thread():
        return  # a worker inside a test's thread has no signals to handle
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _handler(sender, signal.getsignal(number)))


def _handler(consumer: Any, default: Any) -> Any:
    def stop(number: int, _frame: object) -> None:
        signal.signal(number, default)  # a second signal is Celery's own business
        for queue in list(consumer.app.amqp.queues.consume_from):
            consumer.call_soon(consumer.cancel_task_queue, queue)
        timer = threading.Timer(SETTLE, _stop)
        timer.daemon = True
        timer.start()

    return stop


def _stop() -> None:
    state.should_stop = 0  # what Celery's own handler of SIGTERM sets: a warm shutdown, exit code 0
