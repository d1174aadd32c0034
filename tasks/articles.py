"""articles.fetch: from ids to pages kept in Redis."""

from __future__ import annotations

from tasks.app import app, pipeline
from tasks.events import extract
from tasks.handing import batches


@app.task(name="articles.fetch")
def fetch(ids: list[str]) -> None:
    """Fetch the pages whose hosts are free; hand those on."""
    for ready in batches(pipeline().collect(ids)):
        extract.delay(ready)
