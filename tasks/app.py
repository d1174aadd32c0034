"""The Celery app: queues, beat, and the settings that were measured, each with its reason."""

from __future__ import annotations

import functools
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from celery import Celery, signals
from kombu import Queue

from tasks import alive, shutdown
from worker import logs, settings, wiring
from worker.errors import ConfigError
from worker.service import redis_server

if TYPE_CHECKING:
    from worker.events.extract import Coder
    from worker.pipeline import Pipeline

# A tick that waits behind a hundred slow fetches would come too late: it has a queue of its own.
TICK, FETCH, EVENTS = "tick", "fetch", "events"
TICK_TASK = "feeds.tick"
REDIS_START = 60.0  # seconds for Redis to come up beside the scheduler

app = Celery("demarche", include=["tasks.feeds", "tasks.articles", "tasks.events"])


@functools.cache
def configured() -> settings.Settings:
    """Read the settings once per process; a mistake in them is one sentence and exit code 2."""
    with _mistakes_in_one_sentence():
        return settings.load()


@functools.cache
def pipeline() -> Pipeline:
    """Build the pipeline of this process, at its first task."""
    return wiring.pipeline(configured(), coder)


@functools.cache
def coder() -> Coder:
    """Load the model and the gazetteer: in a prefork worker before the fork, and never again."""
    return wiring.coder(configured(), wiring.learnt(configured()))


def configuration(chosen: settings.Settings) -> dict[str, Any]:
    """Return Celery's settings.

    Measured on celery 5.6.3 with kombu 5.7; 5.7.0's workers die when Redis restarts under load
    (6 of 24; 5.6.3: 0 of 26).
    """
    # A task lost with its worker is redelivered after this long, so it must outlast every task;
    # Celery reads it in three places and uses the smallest.
    visibility = {"visibility_timeout": 600}
    return {
        "broker_url": chosen.broker,
        "broker_connection_retry_on_startup": True,  # Redis may come up after us
        "broker_transport_options": {
            **visibility,
            # Redelivery after `kill -9`: 17 s with these two, 87 s by default.
            "unacked_restore_interval": 10,
            "unacked_restore_throttle": 1,
            # Keeps the broker's keys apart from the ledger's and from other apps'.
            "global_keyprefix": f"{chosen.prefix}:celery:",
        },
        "result_backend_transport_options": visibility,
        **visibility,
        "task_queues": [Queue(name, routing_key=name) for name in (TICK, FETCH, EVENTS)],
        "task_default_queue": FETCH,
        "task_routes": {TICK_TASK: {"queue": TICK}, "events.*": {"queue": EVENTS}},
        "task_ignore_result": True,  # the truth is in the ledger
        # A message lives until its work is done, also when the child that did it was killed. A
        # poison article would then loop for ever: the ledger counts, and tries suspects alone.
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        # A child that hangs inside C code is killed: after the time that a batch may take by
        # itself, before its articles' leases run out.
        "task_annotations": {"events.extract": {"time_limit": chosen.hard_seconds}},
        "worker_prefetch_multiplier": 1,  # a slow batch keeps no others waiting behind it
        "worker_send_task_events": True,  # Flower lives on these
        "task_send_sent_event": True,
        "worker_max_memory_per_child": 1_500_000,  # kB; a leak in a parser ends with its child
        "worker_hijack_root_logger": False,  # structlog writes the log lines
        "worker_redirect_stdouts": False,
        "beat_schedule": {
            "tick": {
                "task": TICK_TASK,
                "schedule": chosen.tick_every,
                # Ticks that nobody took in time are worthless; two beats are harmless.
                "options": {"expires": max(2 * chosen.tick_every, 5.0)},
            }
        },
        "beat_max_loop_interval": max(chosen.tick_every / 2, 0.1),
        "timezone": "UTC",
    }


@signals.setup_logging.connect
def _log(**_: object) -> None:
    logs.configure(configured())


@signals.beat_init.connect
def _watch_feeds(**_: object) -> None:
    """The scheduler is who has the seeds file: the feeds to watch are told to the ledger here."""
    redis_server.wait_ready(configured().redis, REDIS_START)
    with _mistakes_in_one_sentence():
        wiring.watch(configured())


@signals.worker_init.connect
def _load_before_fork(sender: Any, **_: object) -> None:
    """Share the model between the children: one costs 27 MB of its own so, not 144."""
    if EVENTS not in sender.app.amqp.queues.consume_from:
        return
    with _mistakes_in_one_sentence():
        coder()
    wiring.warm_up()
    gc.collect()
    gc.freeze()


@contextmanager
def _mistakes_in_one_sentence() -> Iterator[None]:
    try:
        yield
    except ConfigError as error:
        sys.stderr.write(f"demarche: {error}\n")
        sys.exit(2)


app.add_defaults(lambda: configuration(configured()))
shutdown.install()
alive.install(configured, TICK_TASK)
