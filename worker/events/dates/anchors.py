"""When the news was published: the day from which "Tuesday" and "last month" are counted.

Mostly the article says so itself. Where it does not, its address may ("/2015/10/"), its dateline or
the year in its title: then only what that precision allows is known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from worker.events.dates import edtf
from worker.events.dates import expressions as dates
from worker.events.dates.date_grammar import find
from worker.events.language import datelines
from worker.model import Article

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_ADDRESS = re.compile(
    r"[/=_-](?P<year>(?:19|20)\d\d)"
    rf"(?P<between>[/_-]?)(?P<month>0[1-9]|1[0-2]|(?:{'|'.join(_MONTHS)})[a-z]*)"
    r"(?:(?P=between)(?P<day>0[1-9]|[12]\d|3[01]))?(?![\w])",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


@dataclass(frozen=True, slots=True)
class Anchor:
    """Publication as far as it is known.

    Attributes:
        published: EDTF of its own precision ("2024-01-15", "2015-10", "2016").
        basis: who says so: "published", "address", "dateline" or "title".
    """

    published: str
    basis: str

    @property
    def day(self) -> date | None:
        """A day to look office-holders up by: the middle of a month; a year is too wide."""
        return (
            None if len(self.published) == 4 else date.fromisoformat((self.published + "-15")[:10])
        )


def of(article: Article) -> Anchor | None:
    """When an article was published; None where nothing tells."""
    if article.published is not None:
        day = article.published
        day = day.date() if isinstance(day, datetime) else day
        return Anchor(day.isoformat(), "published")
    readings = (
        ("dateline", _dateline(article.text)),
        ("address", _address(article.url or "")),
        ("title", _title(article.title or "")),
    )
    return next((Anchor(found, basis) for basis, found in readings if found), None)


def _address(url: str) -> str | None:
    for match in _ADDRESS.finditer(url):
        word = match["month"].lower()
        month = int(word) if word.isdigit() else _MONTHS.index(word[:3]) + 1
        day = int(match["day"]) if match["day"] else None
        if day is None and not match["between"]:
            continue  # "/201510" may be any number
        if found := edtf.of(int(match["year"]), month, day):
            return found
    return None


def _dateline(text: str) -> str | None:
    """The day that stands before the news, year and all, or alone in the first line."""
    first = text.lstrip().partition("\n")[0].strip()
    length = datelines.length(first)
    head = first[:length] if length else first if len(first) <= _LONGEST_DATE else ""
    for found in find(head):
        if found.kind == "day" and "year" in found.words:
            return dates.resolve(found, None)
    return None


def _title(title: str) -> str | None:
    """ "Summit 2016": a title that names one year is of that year."""
    years = set(_YEAR.findall(title))
    return years.pop() if len(years) == 1 else None


_LONGEST_DATE = len("Wednesday, September 30, 2020 ")
