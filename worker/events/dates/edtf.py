"""Days, months and years in EDTF (ISO 8601-2: ``2024-01-15``, ``2010-12``, ``2000``).

A date is a string of its own precision. Moving it never makes it finer than it was, nor finer than
the unit it is moved by: a month before 2024-01-15 is 2023-12.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Literal

Unit = Literal["day", "week", "month", "year"]

HISTORICAL_AFTER = timedelta(days=30)
"""An act that lies further back than this at publication is background (event-coding rules)."""

_LENGTH = {"day": 10, "week": 7, "month": 7, "year": 4}


def first_day(edtf: str) -> date:
    """The first day of a day, month or year."""
    return date.fromisoformat((edtf + "-01-01")[:10])


def last_day(edtf: str) -> date:
    """The last day of a day, month or year."""
    first = first_day(edtf)
    if len(edtf) == _LENGTH["day"]:
        return first
    month = first.month if len(edtf) == _LENGTH["month"] else 12
    return date(first.year, month, calendar.monthrange(first.year, month)[1])


def cut(edtf: str, unit: Unit) -> str:
    """A date at most as fine as a unit; a week has no form of its own, its month stands for it."""
    return edtf[: _LENGTH[unit]]


def of(year: int, month: int, day: int | None = None) -> str | None:
    """EDTF of a month or day; None where there is no such day."""
    try:
        return date(year, month, day or 1).isoformat()[: 10 if day else 7]
    except ValueError:
        return None


def moved(edtf: str, unit: Unit, number: int) -> str | None:
    """A date moved by days, weeks, months or years; None where its precision leaves it open."""
    try:
        if unit == "year":
            return date(int(edtf[:4]) + number, 1, 1).isoformat()[:4]
        if len(edtf) == _LENGTH["day"]:
            return _moved_day(date.fromisoformat(edtf), unit, number)
        if len(edtf) == _LENGTH["month"] and unit == "month":
            return _moved_day(first_day(edtf), unit, number)
    except (ValueError, OverflowError):
        return None
    near = abs(number) <= {"day": 7, "week": 1, "month": 0}[unit]
    return edtf if near and len(edtf) == _LENGTH["month"] else None


def _moved_day(day: date, unit: Unit, number: int) -> str:
    if unit == "day":
        return (day + timedelta(days=number)).isoformat()
    if unit == "week":
        return (day + timedelta(weeks=number)).isoformat()[:7]
    months = day.year * 12 + day.month - 1 + number
    return date(months // 12, months % 12 + 1, 1).isoformat()[:7]


def week(day: date, number: int) -> str:
    """The month that most of a week lies in, so many weeks from the one of a day (ISO 8601)."""
    thursday = day + timedelta(days=3 - day.weekday(), weeks=number)
    return thursday.isoformat()[:7]


def is_historical(edtf: str | None, published: str | None) -> bool:
    """Whether the whole of a date lies more than 30 days before publication."""
    if edtf is None or published is None:
        return False
    return last_day(edtf) < first_day(published) - HISTORICAL_AFTER


def is_past(edtf: str, published: str) -> bool:
    """Whether a date is over on the day of publication."""
    return last_day(edtf) < first_day(published)


def is_to_come(edtf: str, published: str) -> bool:
    """Whether a date lies wholly after publication."""
    return first_day(edtf) > last_day(published)


def compatible(one: str | None, other: str | None) -> bool:
    """Whether two dates may be the same day: one is unknown, or contains the other."""
    if one is None or other is None:
        return True
    return one.startswith(other) or other.startswith(one)


def days_between(one: str, other: str) -> int | None:
    """How many days lie between two days, or None where one is no day."""
    if len(one) != _LENGTH["day"] or len(other) != _LENGTH["day"]:
        return None
    return abs((date.fromisoformat(one) - date.fromisoformat(other)).days)
