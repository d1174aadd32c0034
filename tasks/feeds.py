"""feeds.tick and feeds.poll: what is due, and what is new."""

from __future__ import annotations

from tasks.app import EVENTS, FETCH, TICK_TASK, app, configured, pipeline
from tasks.articles import fetch
from tasks.events import extract
from tasks.handing import batches, room


@app.task(name=TICK_TASK)
def tick() -> None:
    """Hand out what is due, as far as the queues have room for it."""
    space = min(room(FETCH), room(EVENTS))
    due = pipeline().tick(feeds=space, articles=space * configured().batch_size)
    for url in due.feeds:
        poll.delay(url)
    for ids in batches(due.fetch):
        fetch.delay(ids)
    for ids in batches(due.extract):
        extract.delay(ids)


@app.task(name="feeds.poll")
def poll(url: str) -> None:
    """Look at a feed; hand its new entries on."""
    for ids in batches(pipeline().poll(url)):
        fetch.delay(ids)
