"""Pages that stand in place of an article: paywalls, consent, challenges, and polite 404s.

Patterns are data (`walls.tsv`). A page is a wall only where hardly any text stands besides the
notice: an article about cookies is an article.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from worker.articles.links import is_front, site
from worker.errors import Rejected

NOTICE = 1_500  # characters below which a page may be a notice and nothing else
TEASER = 700  # characters besides the notice that make a page worth reading


def found(text: str, title: str, answered: str, asked: str) -> Rejected | None:
    """What stands in place of an article: ``paywall``, ``consent``, ``challenge``, ``not-found``.

    Args:
        text: what could be read.
        title: the page's title.
        answered: the URL that answered, after redirects.
        asked: the URL that the feed named.
    """
    led_away = _redirected(answered, asked) if answered != asked else None
    if led_away or len(text) >= NOTICE:
        return led_away
    for kind, where, pattern in _patterns():
        if where == "title" and pattern.search(title):
            return Rejected(kind, f"its title is {title[:80]!r}")
        if where == "text" and pattern.search(text) and len(pattern.sub("", text)) < TEASER:
            return Rejected(kind, "a notice stands in place of the article")
    return None


def _redirected(answered: str, asked: str) -> Rejected | None:
    """A redirect away from the article: to the front page, to a login, to a page about consent."""
    front = is_front(urlsplit(answered)) and not is_front(urlsplit(asked))
    if front and site(answered) == site(asked):
        return Rejected("not-found", "it led to the front page")
    for kind, where, pattern in _patterns():
        if where == "address" and pattern.search(answered) and not pattern.search(asked):
            return Rejected(kind, f"it led to {answered[:120]}")
    return None


@cache
def _patterns() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    text = files("worker.articles").joinpath("walls.tsv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    rows = (line.split("\t") for line in lines[1:])
    return tuple((kind, where, re.compile(text, re.IGNORECASE)) for kind, where, text in rows)
