"""The smallest app that has the service's queues and task names: for tests of its processes."""

from celery import Celery
from kombu import Queue

from tasks import alive
from worker.settings import load

settings = load()
app = Celery("small", broker=settings.broker)
app.conf.update(
    task_queues=[Queue("tick"), Queue("fetch"), Queue("events")],
    task_default_queue="fetch",
    task_ignore_result=True,
    worker_send_task_events=True,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"global_keyprefix": f"{settings.prefix}:celery:"},
    beat_schedule={"tick": {"task": "feeds.tick", "schedule": 0.5, "options": {"queue": "tick"}}},
    beat_max_loop_interval=0.2,
)
alive.install(lambda: settings, tick="feeds.tick")


@app.task(name="feeds.tick")
def tick():
    extract.delay("an article")


@app.task(name="events.extract", queue="events")
def extract(text):
    return len(text)
