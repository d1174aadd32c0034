"""When an act took place: what a date expression means on the day that the news was published.

`resolve` turns an expression of `date_grammar` into EDTF. Publication itself is EDTF at its own
precision: of a statement known to be of October 2015, "today" is ``2015-10``. Nothing is padded:
what the text leaves open stays open, and without publication only dates that stand in the text
itself are given.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from worker.events.dates import edtf
from worker.events.dates.date_grammar import Expression

_MONTHS = {name.lower(): n for n, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): n for n, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_WEEKDAYS = {name.lower()[:3]: n for n, name in enumerate(calendar.day_name)}
_UP_TO_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
)
_TENS = "thirty forty fifty sixty seventy eighty ninety"
_NUMBERS = {
    "a": 1,
    "an": 1,
    **{word: n for n, word in enumerate(_UP_TO_TWENTY.split())},
    **{word: 10 * n for n, word in enumerate(_TENS.split(), start=3)},
}
_ROUGHLY = {"couple": 2, "few": 3, "several": 4}
_NEAR = {
    "yesterday": -1,
    "last night": -1,
    "the day before yesterday": -2,
    "tomorrow": 1,
    "the day after tomorrow": 2,
}
_UNITS: dict[str, edtf.Unit] = {"week": "week", "month": "month", "year": "year"}
_SEASON_ENDS = {"winter": 2, "spring": 5, "summer": 8, "autumn": 11, "fall": 11}
_GRACE = timedelta(days=3)
"""An article may speak of a day soon after its own date line."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What an expression is read against.

    Attributes:
        published: EDTF of publication, at the precision that is known; None where it is not.
        previous: EDTF of the date told before, for "the following day".
        ahead: the clause speaks of the future, so that "Tuesday" is the nearest coming one.
    """

    published: str | None
    previous: str | None = None
    ahead: bool = False

    @property
    def day(self) -> date | None:
        """The day of publication, where it is known to the day."""
        known = self.published is not None and len(self.published) == 10
        return date.fromisoformat(self.published) if known and self.published else None


def resolve(
    expression: Expression,
    published: str | None,
    *,
    ahead: bool = False,
    previous: str | None = None,
) -> str | None:
    """EDTF of an expression, or None where the text leaves it open; as `Setting`."""
    reading = _READINGS.get(expression.kind)
    return reading(expression.words, Setting(published, previous, ahead)) if reading else None


def beside(expression: Expression, told: str, *, onward: bool = False) -> str | None:
    """The date of the vote where something known happened "two days after (or before) the vote".

    Onward: the other way round, from the vote to what happened two days after it.
    """
    words = expression.words
    return _counted(words, told, -1 if (words["side"] == "after") != onward else 1)


def to_the_day(expression: Expression, published: str) -> str | None:
    """ "A week ago", "in the past 24 hours", taken at their word; None where they are rough."""
    words = expression.words
    number, roughly = _number(words.get("count", "one"))
    if number is None or roughly or len(published) < len("2024-01-15"):
        return None
    if words["unit"] == "week" and number == 1:
        number = 7
    elif words["unit"] == "hour":
        number //= 24
    elif words["unit"] != "day":
        return None
    return edtf.moved(published, "day", number if "ahead" in words else -number)


def _day(words: dict[str, str], at: Setting) -> str | None:
    if "month" not in words and "number" not in words:
        return _day_alone(words, at)
    month = int(words["number"]) if "number" in words else _MONTHS[words["month"]]
    day = int(words["day"])
    year = int(words["year"]) if "year" in words else _nearest_year(at, month, day)
    return None if year is None else edtf.of(year, month, day)


def _day_alone(words: dict[str, str], at: Setting) -> str | None:
    """ "On the 9th": the nearest past one."""
    if at.day is None:
        return None
    number = int(words["day"])
    back = words.get("of") == "last" or (number > at.day.day and "of" not in words)
    month = edtf.moved(edtf.cut(at.day.isoformat(), "month"), "month", -1 if back else 0)
    return None if month is None else edtf.of(int(month[:4]), int(month[5:]), number)


def _month(words: dict[str, str], at: Setting) -> str | None:
    month = _MONTHS[words["month"]]
    if "year" in words:
        return edtf.of(int(words["year"]), month)
    if at.published is None:
        return None
    this_year = int(at.published[:4])
    if "of" in words:
        return edtf.of(this_year - ("last" in words["of"]), month)
    if words.get("towards") == "last" and at.published[5:7] == f"{month:02}":
        return edtf.of(this_year - 1, month)
    if "until" in words and not at.ahead:
        end = _MONTHS[words["until"]]
        last = _nearest_year(at, end)
        return None if last is None else edtf.of(last - (month > end), month)
    forward = at.ahead or words.get("towards") == "next"
    year = _nearest_year(Setting(at.published, ahead=forward), month)
    return None if year is None else edtf.of(year, month)


def _nearest_year(at: Setting, month: int, day: int = 1) -> int | None:
    if at.published is None:
        return None
    year, own_month = int(at.published[:4]), at.published[5:7]
    if not own_month:
        return year
    if at.ahead:
        return year + (month < int(own_month))
    if at.day is None:
        return year - (month > int(own_month))
    soon = at.day + _GRACE
    return soon.year - ((month, day) > (soon.month, soon.day))


def _year(words: dict[str, str], _: Setting) -> str | None:
    return words["year"]


def _weekday(words: dict[str, str], at: Setting) -> str | None:
    if at.day is None:
        return _at_most_a_month(at.published)
    wanted = _WEEKDAYS[words["weekday"][:3]]
    monday = at.day - timedelta(days=at.day.weekday())
    if "back" in words:
        weeks = 2 if "before last" in words["back"] else 1
        return (monday + timedelta(days=wanted, weeks=-weeks)).isoformat()
    if "forth" in words:
        return (monday + timedelta(days=wanted, weeks=1)).isoformat()
    back = (at.day.weekday() - wanted) % 7
    towards = words.get("towards", "")
    if towards == "next" or "coming" in towards:
        return (at.day + timedelta(days=7 - back)).isoformat()
    if at.ahead and towards not in ("last", "past"):
        return (at.day + timedelta(days=-back % 7)).isoformat()
    if towards in ("last", "past") and back == 0:
        back = 7
    return (at.day - timedelta(days=back)).isoformat()


def _near(words: dict[str, str], at: Setting) -> str | None:
    if at.day is None:
        return _at_most_a_month(at.published)
    return (at.day + timedelta(days=_NEAR.get(words["near"], 0))).isoformat()


def _at_most_a_month(published: str | None) -> str | None:
    """The month of publication, for days near it; a year is too wide to say anything of a day."""
    return published if published and len(published) >= 7 else None


def _unit(words: dict[str, str], at: Setting) -> str | None:
    """ "Last month", "this week", "over the weekend", "last summer"."""
    if at.published is None:
        return None
    unit = words["unit"]
    step = -2 if words.get("last") == "before last" else -1 if "last" in words else 0
    step = 1 if "next" in words else step
    if unit == "weekend":
        return _weekend(step, at)
    if unit in _SEASON_ENDS:
        return _season(unit, step, at.published)
    if words.get("next") == "coming" or unit == "decade":
        return None
    if step == 0:
        return edtf.cut(at.published, _UNITS.get(unit, "month"))
    if unit == "week" and at.day is not None:
        return edtf.week(at.day, step)
    return edtf.moved(at.published, _UNITS[unit], step)


def _weekend(step: int, at: Setting) -> str | None:
    if at.day is None:
        return _at_most_a_month(at.published)
    back = (at.day.weekday() - 5) % 7
    saturday = at.day - timedelta(days=back)
    if step < 0 and back < 2:
        saturday -= timedelta(weeks=1)
    if step > 0 or (at.ahead and back > 1):
        saturday += timedelta(weeks=1)
    return saturday.isoformat()


def _season(unit: str, step: int, published: str) -> str | None:
    """The year of a season; the last one is the last that is over."""
    year, month = int(published[:4]), int(published[5:7] or 12)
    over = month > _SEASON_ENDS[unit]
    if step < 0:
        return str(year if over else year - 1)
    return str(year + (step > 0 and over))


def _count(words: dict[str, str], at: Setting) -> str | None:
    """ "Two days ago", "in two weeks"."""
    if at.published is None:
        return None
    return _counted(words, at.published, -1 if "ago" in words else 1)


def _counted(words: dict[str, str], start: str, sign: int) -> str | None:
    unit, (number, roughly) = words["unit"], _number(words.get("count", "one"))
    if number is None:
        return None
    if "count" not in words and ("ago" in words or "rough" in words):
        roughly = True  # "days ago", "days after the vote"
    if unit in ("minute", "hour"):
        unit, number = "day", number // 24
    unit, number = ("week", 2 * number) if unit == "fortnight" else (unit, number)
    if unit in ("day", "night", "morning", "afternoon", "evening"):
        moved = edtf.moved(start, "day", sign * number)
        return edtf.cut(moved, "month") if moved and roughly and number else moved
    if unit not in _UNITS:
        return None
    moved = edtf.moved(start, _UNITS[unit], sign * number)
    if roughly and unit != "week":
        return edtf.cut(moved, "year") if moved and unit == "month" else None
    return moved


def _number(text: str) -> tuple[int | None, bool]:
    """A number, and whether it is only a rough one."""
    if text.isdigit():
        return int(text), False
    word = text.removesuffix(" more")
    if word in _NUMBERS:
        return _NUMBERS[word], False
    for word in re.findall(r"\w+", text):
        if word in _ROUGHLY:
            return _ROUGHLY[word], True
    return None, True


def _span(words: dict[str, str], at: Setting) -> str | None:
    """ "Over the past two weeks": of several days the first counts, as far as it is known."""
    if at.published is None:
        return None
    first = _counted(words, at.published, -1)
    unit = words["unit"]
    return first if first is None or unit == "year" else edtf.cut(first, "month")


def _later(words: dict[str, str], at: Setting) -> str | None:
    """ "The following day", "two days earlier", "later that day": counted from the date before."""
    start = at.previous
    if start is None and "before" in words and ("count" in words or words["unit"] in _UNITS):
        start = at.published
    if start is None:
        return None
    unit = words.get("unit", "day")
    if "same" in words:
        return edtf.cut(start, _UNITS.get(unit, "day"))
    return _counted(words, start, -1 if "before" in words else 1)


_READINGS: dict[str, Callable[[dict[str, str], Setting], str | None]] = {
    "day": _day,
    "month": _month,
    "year": _year,
    "weekday": _weekday,
    "near": _near,
    "unit": _unit,
    "count": _count,
    "span": _span,
    "later": _later,
}
