"""Which news agency an article is credited to: by its dateline, its last line, or its byline.

Reprints of one report are one source, whatever the outlets; and what an agency wrote is not told by
the outlet that printed it. Names are data (`agencies.tsv`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

_HEAD, _TAIL = 300, 150  # characters in which a dateline, or a closing credit, stands

_SIGN = re.compile(r"[(\[©/–—]|-\s|sources?:|credits?:", re.IGNORECASE)


def credited(text: str, bylines: Iterable[str] = ()) -> str | None:
    """The agency's short name ("AFP"), or None where none is credited.

    Args:
        text: the article.
        bylines: what the page gives as its authors, organisations included.
    """
    head = text[:_HEAD].lstrip()
    tail = text[-_TAIL:].rstrip()
    # A look for the sign that must stand there spares two searches of many names.
    found = _dateline().search(head) if "(" in head or "/" in head else None
    if not found and _SIGN.search(tail):
        found = _closing().search(tail)
    if found:
        return _agencies()[next(name for name in found.groups() if name)]
    for byline in bylines:
        name = re.sub(r"^\s*(?:by|von|par)\s+", "", byline, flags=re.IGNORECASE).strip(" .")
        for part in re.split(r"\s*(?:[,/&|]|\band\b|\bwith\b)\s*", name):
            if part in _agencies():
                return _agencies()[part]
    return None


@cache
def _agencies() -> dict[str, str]:
    """Every name of every agency, with the agency's short name."""
    text = files("worker.articles").joinpath("agencies.tsv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    rows = (line.split("\t") for line in lines[1:])
    return {name: agency for agency, _, names in rows for name in names.split("|")}


@cache
def _dateline() -> re.Pattern[str]:
    """``PARIS (AFP) –``, ``BEIJING, Jan. 15 (Xinhua) --``, ``New Delhi, Jan 15 (PTI) The envoy``.

    It begins a line with a capital, and a dash or colon follows, or a day stands before it: "The
    African Parliament (AP) said" is no dateline.
    """
    names = _alternatives(_agencies())
    place = r"^[^\W\d_a-z][^()/\n]{1,70}?"
    beside = r"[^()/\n]{1,30}"  # "(Kyodo/AP)", "(Xinhua, Beijing)"
    agency = rf"[(/]\s*(?:{beside}[/,]\s*)?({names})(?:\s*[/,]{beside})?\s*[)/]"
    dated = r"^[^\W\d_a-z][^()/\n]{1,40}?\d{1,2}[^()/\n\w]{0,3}(?:[^()/\n]{1,12})?"
    alone = rf"[(/]\s*({names})\s*[)/]"
    return re.compile(rf"{place}{agency}\s*(?:[-–—:]|\.\s)|{dated}{alone}", re.MULTILINE)


@cache
def _closing() -> re.Pattern[str]:
    """``(AFP)``, ``— Reuters``, ``(With inputs from ANI)``, ``Source: Xinhua`` at the very end."""
    names = _alternatives(_agencies())
    words = (
        r"(?:with|from|source|sources|credit|inputs?|by|agency|agencies|reporting|additional|in)"
    )
    marked = rf"(?:[(\[©/]|[-–—]{{1,2}}\s)\s*(?i:(?:{words}[\s:]+)*)({names})"
    named = rf"^(?i:sources?|credits?):\s*({names})"
    return re.compile(rf"(?:{marked}|{named})[\s)\].,/]*\Z", re.MULTILINE)


def _alternatives(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
