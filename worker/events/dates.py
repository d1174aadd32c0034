"""When an act took place: date expressions of English news, as EDTF at their own precision.

`find` reads the expressions of a text without knowing any calendar; `resolve` turns one into EDTF
(ISO 8601-2: ``2024-01-15``, ``2010-12``, ``2000``) against the day of publication. Nothing is
padded: what the text leaves open stays open, and without a day of publication only dates that
stand in the text itself are given.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

HISTORICAL_AFTER = timedelta(days=30)
"""An act that lies further back than this at publication is background (event-coding rules)."""

Kind = Literal["day", "month", "year", "weekday", "shift", "anaphor", "vague"]

_MONTHS = {name.lower(): n for n, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): n for n, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_WEEKDAYS = {name.lower(): n for n, name in enumerate(calendar.day_name)}
_NUMBER_WORDS = "zero one two three four five six seven eight nine ten eleven twelve"
_NUMBERS = {word: n for n, word in enumerate(_NUMBER_WORDS.split())} | {
    "a": 1,
    "an": 1,
    "several": 3,
    "few": 3,
    "couple": 2,
}

_MONTH = (
    r"(?P<month>January|February|March|April|May|June|July|August|September|October|November"
    r"|December|Jan\.?|Feb\.?|Mar\.?|Apr\.?|Jun\.?|Jul\.?|Aug\.?|Sept?\.?|Oct\.?|Nov\.?|Dec\.?)"
)
_BEFORE_MONTH = (
    r"(?P<towards>(?i:last|next|this|earlier this|later this|in|since|until|by|from|during|of"
    r"|early|mid|late|early in|late in))"
)
_BEFORE_YEAR = r"(?:in|since|of|during|by|from|until|through|before|after|early|late|for|the)"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_WEEKDAY = r"(?P<weekday>Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
_UNIT = r"(?P<unit>day|week|month|year)s?"
_COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(_NUMBERS)})"
_TOWARDS = (
    r"(?P<towards>last|past|previous|this|current|next|coming|upcoming|earlier this|later this)"
)

_GRAMMAR: tuple[tuple[Kind, str, bool], ...] = (
    ("day", r"(?P<year>(?:19|20)\d\d)-(?P<number>[01]\d)-(?P<day>[0-3]\d)", False),
    ("day", rf"{_MONTH} {_DAY},? {_YEAR}", False),
    ("day", rf"{_DAY}(?: of)? {_MONTH},? {_YEAR}", False),
    ("day", rf"{_MONTH} {_DAY}(?!\d)", False),
    ("day", rf"{_DAY}(?: of)? {_MONTH}", False),
    ("month", rf"(?:(?:early|mid|late)[- ])?{_MONTH},? (?:of )?{_YEAR}", False),
    (
        "month",
        rf"{_BEFORE_MONTH}[- ]{_MONTH}",
        False,
    ),
    ("weekday", rf"(?:(?P<towards>(?i:last|next|this|coming)) )?{_WEEKDAY}", False),
    (
        "shift",
        rf"{_TOWARDS} (?P<unit>week|month|year|weekend|spring|summer|autumn|fall|winter)",
        True,
    ),
    ("shift", rf"{_COUNT}(?: of)? {_UNIT} (?P<ago>ago|earlier)", True),
    ("shift", rf"in {_COUNT}(?: of)? {_UNIT}(?P<ahead>)(?=[ ,.])", True),
    ("shift", r"(?P<near>today|tonight|yesterday|tomorrow|overnight)", True),
    ("shift", r"(?P<near>this (?:morning|afternoon|evening))", True),
    ("anaphor", r"(?:the )?(?P<next>(?:following|next) day|day after)", True),
    ("anaphor", rf"{_COUNT} {_UNIT} (?P<later>later)", True),
    ("anaphor", r"(?:the )?(?P<before>(?:previous|preceding) day|day before)", True),
    ("anaphor", r"(?:on )?(?:the |that )(?P<same>same day|same month|same year)", True),
    (
        "year",
        rf"{_BEFORE_YEAR} {_YEAR}",
        True,
    ),
    (
        "year",
        rf"{_YEAR}(?= (?:agreement|treaty|war|summit|accord|deal|invasion|conflict))",
        True,
    ),
    (
        "vague",
        r"(?P<vague>previously|formerly|in the past|decades? ago|for (?:years|decades))",
        True,
    ),
)
_PATTERNS = tuple(
    (kind, re.compile(rf"(?<![\w-]){pattern}(?![\w])", re.IGNORECASE if fold else 0))
    for kind, pattern, fold in _GRAMMAR
)


@dataclass(frozen=True, slots=True)
class Expression:
    """A date expression as the text has it: ``text[start:end]``, offsets in code points."""

    kind: Kind
    start: int
    end: int
    words: dict[str, str]


def find(text: str) -> list[Expression]:
    """Date expressions in reading order; where two overlap, the more precise one stays."""
    found: list[Expression] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if any(match.start() < e.end and e.start < match.end() for e in found):
                continue
            words = {
                k: v.lower().rstrip(".") for k, v in match.groupdict().items() if v is not None
            }
            if kind != "month" or not _is_modal_may(match, words):
                found.append(Expression(kind, match.start(), match.end(), words))
    return sorted(found, key=lambda e: e.start)


def _is_modal_may(match: re.Match[str], words: dict[str, str]) -> bool:
    return words.get("month") == "may" and "year" not in words and not match["month"][0].isupper()


def resolve(
    expression: Expression,
    published: date | None,
    *,
    ahead: bool = False,
    previous: str | None = None,
) -> str | None:
    """EDTF of an expression, or None where the text leaves it open.

    Args:
        expression: what `find` returned.
        published: day of publication; "Tuesday" is the nearest past one at that day.
        ahead: the clause speaks of the future, so that "Tuesday" is the nearest coming one.
        previous: EDTF of the date told before, for "the following day".
    """
    words = expression.words
    if expression.kind == "day":
        return _day(words, published, ahead=ahead)
    if expression.kind == "month":
        return _month(words, published, ahead=ahead)
    if expression.kind == "year":
        return words["year"]
    if expression.kind == "anaphor":
        return _after(words, previous)
    if published is None or expression.kind == "vague":
        return None
    if expression.kind == "weekday":
        return _weekday(words, published, ahead=ahead).isoformat()
    return _shift(words, published)


def is_historical(edtf: str | None, published: date | None) -> bool:
    """Whether the whole of ``edtf`` lies more than 30 days before publication."""
    if edtf is None or published is None:
        return False
    return _last_day(edtf) < published - HISTORICAL_AFTER


def is_past(edtf: str, published: date) -> bool:
    """Whether ``edtf`` is over on the day of publication."""
    return _last_day(edtf) < published


def compatible(one: str | None, other: str | None) -> bool:
    """Whether two EDTF dates may be the same day: one is unknown, or a prefix of the other."""
    if one is None or other is None:
        return True
    return one.startswith(other) or other.startswith(one)


def _day(words: dict[str, str], published: date | None, *, ahead: bool) -> str | None:
    month = int(words["number"]) if "number" in words else _MONTHS[words["month"]]
    day = int(words["day"])
    if "year" in words:
        return _iso(int(words["year"]), month, day)
    if published is None:
        return None
    year = _nearest_year(published, month, day, ahead=ahead)
    return _iso(year, month, day)


def _month(words: dict[str, str], published: date | None, *, ahead: bool) -> str | None:
    month = _MONTHS[words["month"]]
    if "year" in words:
        return f"{words['year']}-{month:02}"
    if published is None:
        return None
    towards = words.get("towards", "")
    forward = ahead or towards == "next"
    if towards == "last" and month == published.month:
        return f"{published.year - 1}-{month:02}"
    return f"{_nearest_year(published, month, 1, ahead=forward)}-{month:02}"


def _nearest_year(published: date, month: int, day: int, *, ahead: bool) -> int:
    if ahead:
        return published.year + ((month, day) < (published.month, 1))
    # A few days of grace: an article may speak of the day after its own date line.
    soon = published + timedelta(days=3)
    return published.year - ((month, day) > (soon.month, soon.day) and soon.year == published.year)


def _weekday(words: dict[str, str], published: date, *, ahead: bool) -> date:
    back = (published.weekday() - _WEEKDAYS[words["weekday"]]) % 7
    towards = words.get("towards")
    if towards in ("next", "coming"):
        return published + timedelta(days=7 - back)
    if ahead and towards != "last":
        return published + timedelta(days=-back % 7)
    if towards == "last" and back == 0:
        back = 7
    return published - timedelta(days=back)


def _shift(words: dict[str, str], published: date) -> str | None:
    if "near" in words:
        days = {"yesterday": -1, "tomorrow": 1}.get(words["near"], 0)
        return (published + timedelta(days=days)).isoformat()
    unit = words["unit"]
    if "count" in words:
        sign = 1 if "ahead" in words else -1
        number = _NUMBERS.get(words["count"]) or int(words["count"])
        return _moved(published, unit, sign * number)
    step = {"last": -1, "past": -1, "previous": -1, "next": 1, "coming": 1, "upcoming": 1}
    return _moved(published, unit, step.get(words["towards"].split()[0], 0))


def _moved(day: date, unit: str, number: int) -> str | None:
    if unit == "day":
        return (day + timedelta(days=number)).isoformat()
    if unit in ("week", "weekend"):
        return (day + timedelta(weeks=number)).isoformat()[:7]
    if unit == "month":
        months = day.year * 12 + day.month - 1 + number
        return f"{months // 12}-{months % 12 + 1:02}"
    return str(day.year + number)


def _after(words: dict[str, str], previous: str | None) -> str | None:
    if previous is None:
        return None
    if "same" in words:
        return previous[: {"day": 10, "month": 7, "year": 4}[words["same"].split()[1]]]
    if "later" in words and words["unit"] in ("year", "month"):
        number = _NUMBERS.get(words["count"]) or int(words["count"])
        if words["unit"] == "year":
            return str(int(previous[:4]) + number)
        return (
            _moved(date.fromisoformat(f"{previous}-01"[:10]), "month", number)
            if len(previous) > 4
            else None
        )
    if len(previous) < 10:
        return previous
    days = -1 if "before" in words else 1
    if "later" in words:
        days = (_NUMBERS.get(words["count"]) or int(words["count"])) * (
            7 if words["unit"] == "week" else 1
        )
    return (date.fromisoformat(previous) + timedelta(days=days)).isoformat()


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _last_day(edtf: str) -> date:
    year, *rest = (int(part) for part in edtf.split("-"))
    month = rest[0] if rest else 12
    day = rest[1] if len(rest) > 1 else calendar.monthrange(year, month)[1]
    return date(year, month, day)
