"""`demarche replay`: archived pages go through the running service again."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from worker import warc, wiring
from worker.articles.links import clean_url
from worker.errors import ConfigError
from worker.ledger import Ledger
from worker.model import Entry, Feed, article_id
from worker.service import health, redis_server
from worker.settings import Settings
from worker.warc import Kept

MOST_WAITING = 500  # articles handed over and not read yet: their pages are in Redis' memory
_LOOK_EVERY = 50  # pages


def replay(settings: Settings, files: Sequence[Path], out: TextIO) -> None:
    """Hand the pages of WARC files to the extractors, no faster than they read them.

    Raises:
        ConfigError: Redis cannot be reached, no extractor runs, or a file cannot be read (what
            stands before the damage is handed over).
    """
    redis_server.check(settings.redis)
    _require_extractor(settings)
    ledger = wiring.ledger(settings)
    done: Counter[bool] = Counter()
    try:
        for path in files:
            for kept in warc.read(path, settings.fetch_max_bytes):
                done[_bring(ledger, kept)] += 1
                if done.total() % _LOOK_EVERY == 0:
                    _wait_for_room(ledger, lambda: _require_extractor(settings))
    finally:
        out.write(f"{done[True]} pages handed to the extractors; {done[False]} known already.\n")


def _bring(ledger: Ledger, kept: Kept) -> bool:
    """Hand one page over as it was named when it was fetched; False where it is known."""
    entry = kept.entry or Entry(clean_url(kept.page.url))
    feed = kept.feed or _speaker(kept.page.url)
    return ledger.bring(article_id(entry.url), kept.page, entry, feed, time.time())


def _speaker(url: str) -> Feed:
    """Who speaks on a page of somebody else's archive: its host."""
    parts = urlsplit(url)
    return Feed(f"{parts.scheme}://{parts.netloc}/", parts.netloc)


def _wait_for_room(ledger: Ledger, look: Callable[[], None]) -> None:
    while ledger.standing().waiting > MOST_WAITING:
        look()
        time.sleep(0.5)


def _require_extractor(settings: Settings) -> None:
    (finding,) = health.check(settings, ["extractor"])
    if not finding.alive:
        raise ConfigError(
            f"No extractor runs ({finding.detail}): start `demarche serve`, then replay."
        )
