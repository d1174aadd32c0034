"""What of a report decides which event it tells: its day, its mode, its place, its words.

Pure. The decision falls in `joining.lua`, in one atomic step with its consequences; how much each
sign weighs stands in `joining.toml`.
"""

from __future__ import annotations

import base64
import calendar
import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from worker.model import Event, Report

Look = tuple[str, str, str, bool]
"""A shelf (month, year or "none"), first and last day on it, whether dates without a day count."""

MOST_WORDS = 9
STEM = 5
"""Characters of a word that count: "missile" and "missiles", "agreed" and "agreement" are one."""

_WORD = re.compile(r"[^\W_]+")
_GUESSED = ("news", "announced")
_DAY, _MONTH = 10, 7


@cache
def weights() -> dict[str, Any]:
    """The table of `joining.toml`."""
    return tomllib.loads(files("worker.stream").joinpath("joining.toml").read_text("utf-8"))


def is_firm(event: Event) -> bool:
    """Whether its date stands in the text; else it is the day of the news."""
    return not event.accounts or event.accounts[0].date_basis not in _GUESSED


def date_weight(event: Event) -> int:
    """What its date weighs against those of other reports."""
    table: dict[str, int] = weights()["dates"]
    if event.date is None:
        return table["none"]
    if len(event.date) == _DAY:
        return table["day" if is_firm(event) else "news"]
    return table["month" if len(event.date) == _MONTH else "year"]


def look(edtf: str | None, window: int) -> list[Look]:
    """Where events stand that a report of this date may tell.

    A day is looked for among the days around it and under its month, a month among its days and
    under its year, a year under itself and its months.
    """
    if not edtf:
        return [("none", "", "", True)]
    if len(edtf) == _DAY:
        return _around(date.fromisoformat(edtf), window)
    if len(edtf) == _MONTH:
        return [(edtf, "01", "31", True), (edtf[:4], "", "", True)]
    months = [(f"{edtf}-{month:02}", "", "", True) for month in range(1, 13)]
    return [(edtf, "", "", True), *months]


def _around(day: date, window: int) -> list[Look]:
    first, last = day - timedelta(days=window), day + timedelta(days=window)
    own = day.isoformat()[:_MONTH]
    found = {own: (own, f"{first.day:02}", f"{last.day:02}", True)}
    if first.month != day.month:
        length = calendar.monthrange(first.year, first.month)[1]
        other = first.isoformat()[:_MONTH]
        found[other] = (other, f"{first.day:02}", f"{length:02}", False)
        found[own] = (own, "01", found[own][2], True)
    if last.month != day.month:
        other = last.isoformat()[:_MONTH]
        found[other] = (other, "01", f"{last.day:02}", False)
        found[own] = (own, found[own][1], "31", True)
    return list(found.values())


def words(report: Report) -> str:
    """Up to `MOST_WORDS` telling words of evidence and title, three characters each, in order.

    Names of the parties and words that any such report may have (`common_words.txt`) are no help.
    """
    event, article = report.event, report.article
    named = {stem for party in (*event.actors, *event.recipients) for stem in _stems(party.name)}
    for party in (*event.actors, *event.recipients):
        if party.mention:
            named.update(_stems(party.mention.quote))
    quotes = (evidence.quote for evidence in event.evidence[:2])
    texts = " ".join([*quotes, article.title or ""])
    telling = dict.fromkeys(s for s in _stems(texts) if s not in named and s not in common())
    return "".join(sorted(map(_short, list(telling)[:MOST_WORDS])))


def sign(report: Report, place: str, parties: str) -> str:
    """What a report is joined by: ``date|firm|mode|place|parties|words``, mostly below 64 bytes."""
    event = report.event
    firm = "1" if is_firm(event) else "0"
    mode = (event.mode or "")[:3]
    where = _short(place) if place else ""
    return "|".join((event.date or "", firm, mode, where, parties, words(report)))


@cache
def common() -> frozenset[str]:
    """Stems of the words that tell nothing."""
    lines = files("worker.stream").joinpath("common_words.txt").read_text("utf-8").splitlines()
    return frozenset(stem for line in lines if not line.startswith("#") for stem in _stems(line))


def _stems(text: str) -> Iterator[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return (word[:STEM] for word in _WORD.findall(plain) if len(word) > 1)


@lru_cache(maxsize=50_000)
def _short(stem: str) -> str:
    """18 bits in three characters."""
    digest = hashlib.blake2b(stem.encode(), digest_size=3).digest()
    return base64.urlsafe_b64encode(digest).decode()[:3]


def lua(value: object) -> str:
    """A table, list, text, number or flag as Lua writes it."""
    if isinstance(value, Mapping):
        pairs = (f"[{lua(key)}]={lua(inner)}" for key, inner in value.items())
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, str):
        return '"' + "".join(_escaped(value)) + '"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Iterable):
        return "{" + ",".join(map(lua, value)) + "}"
    return repr(value)


def _escaped(text: str) -> Iterator[str]:
    for byte in text.encode():
        char = chr(byte)
        yield (
            char if char.isascii() and char.isprintable() and char not in '"\\' else f"\\{byte:03}"
        )
