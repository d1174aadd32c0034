"""events.extract: from pages to events on the stream."""

from __future__ import annotations

from typing import Any

from celery.app.task import Task
from celery.worker.request import Request

from tasks.app import app, pipeline


class _Request(Request):  # type: ignore[misc]
    """A message at work, seen from the worker's main process."""

    def on_timeout(self, soft: bool, timeout: float) -> None:
        """The child was killed: end the article that hung, free the rest of its batch at once."""
        super().on_timeout(soft, timeout)
        if not soft:
            pipeline().give_up(self.args[0])


class _Task(Task):  # type: ignore[misc]
    Request = _Request


@app.task(name="events.extract", base=_Task)
def extract(ids: list[str]) -> None:
    """Clean, code and publish; put what is left into new messages."""
    again: Any = extract
    for rest in pipeline().extract(ids):
        again.delay(rest)
