"""Single visits to the web, for a person who waits: as polite as the service, in one process."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from worker.errors import Rejected
from worker.fetch import HTML
from worker.model import Page
from worker.pipeline import Fetcher, Robots


@dataclass
class Visitor:
    """Fetches one document after the other; one host is asked at most once in `delay` seconds.

    Attributes:
        wait: sleeps; the service itself never does, but here somebody waits for this very page.
    """

    fetcher: Fetcher
    robots: Robots
    delay: float
    wait: Callable[[float], None] = time.sleep
    _asked: dict[str, float] = field(default_factory=dict)

    def get(self, url: str, accept: str) -> Page:
        """Fetch a feed, or a page as far as robots.txt allows it; as the service does.

        Raises:
            Rejected: ``robots``; what the fetcher raises.
            Transient: what the fetcher raises.
        """
        delay = self.delay
        if accept == HTML:
            now = datetime.now(UTC)
            if not self.robots.allows(url, now):
                raise Rejected("robots", f"robots.txt of {urlsplit(url).netloc} forbids it")
            delay = max(delay, self.robots.delay(url, now) or 0.0)
        self._take_turn(urlsplit(url).netloc, delay)
        return self.fetcher.get(url, accept=accept)

    def _take_turn(self, host: str, delay: float) -> None:
        left = self._asked.get(host, float("-inf")) + delay - time.monotonic()
        if left > 0:
            self.wait(left)
        self._asked[host] = time.monotonic()
