"""Written dates and times → `date` or `datetime`, in the spellings of feeds and pages.

Strict where general parsers guess: feedparser reads ``2024/01/15`` as 1 November and
``15-01-2024`` as 20 January 2015, both common in feeds. Month and zone names are data.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache, partial
from importlib.resources import files

_MAX_LENGTH = 100
_ENGLISH = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_BUDDHIST = 543  # years by which Thailand's calendar is ahead
_TIME = re.compile(
    r"(?<!\d)(?P<hour>\d{1,2})"
    r"(?:[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?(?!\d|[./]\d{4})"
    r"|[hH](?P<min>\d{2})?"
    r"|(?=\s*[aApP]\.?[mM]))\s*(?P<half>[aApP]\.?[mM]\b\.?)?"
)
_OFFSET = re.compile(r"(?:(?:GMT|UTC)\s*)?([+-])(\d{1,2}):?(\d{2})?(?!\d|[/.-]\d)", re.IGNORECASE)
_NAME = r"[^\W\d_][^\s\d_,;:()/.-]*"  # a month: marks of vowels are no letters
_WORD = re.compile(r"[^\W\d_]+(?:8[^\W\d_]+)?")
_YEAR_FIRST = re.compile(
    r"(?<!\d)(?P<year>\d{4})\s*[-/.年년]\s*(?P<month>\d{1,2})\s*[-/.月월]\s*(?P<day>\d{1,2})(?!\d)[日일]?"
)
_COMPACT = re.compile(r"(?<!\d)(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_DAY_NAME_YEAR = re.compile(
    r"(?<![\d:])(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|ο|\.)?[\s,/.-]+(?:de |of |d['’])?"
    rf"(?P<name>{_NAME})\.?[\s,/.-]+(?:de |del |d['’]|['’])?"
    r"(?P<year>\d{4}|\d{2})(?!\d|:|,?\s\d{4}(?!\d))"
)
_NAME_DAY_YEAR = re.compile(
    rf"(?P<name>{_NAME})\.?[\s/-]+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?[\s/-]+"
    r"(?:.{0,16}?\s)??(?P<year>\d{4})(?!\d)"
)
# "2024. január 15.", "2024 m. sausio 15 d.", "2024. gada 15. janvāris", "2024 January 15"
_YEAR_NAME_DAY = re.compile(
    rf"(?<!\d)(?P<year>\d{{4}})\.?\s+(?:m\.\s+)?(?P<name>{_NAME})\.?\s+(?P<day>\d{{1,2}})(?![\d:])"
)
_YEAR_DAY_NAME = re.compile(
    rf"(?<!\d)(?P<year>\d{{4}})\.?\s+gada\s+(?P<day>\d{{1,2}})\.\s+(?P<name>{_NAME})"
)
# Years since an emperor's accession, and of the Republic of China: "令和6年1月15日"
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "中華民國": 1911}
_ERA = re.compile(rf"({'|'.join(reversed(_ERAS))})\s*(\d{{1,3}}|元)\s*(?=年)")
_EPOCH = re.compile(r"\s*(\d{10})(?:\d{3})?\s*")


def read(text: str, latest: datetime, *, month_first: bool | None = None) -> date | None:
    """What a date says: a `datetime` where a time stands with it, else a `date`; None if nothing.

    A datetime is aware where its zone is known. ``3/4/2024`` is read in the order that is told;
    where none is, the later one of its two days that does not lie after ``latest`` is taken.
    """
    text = _ERA.sub(_common_year, " ".join(text[:_MAX_LENGTH].split()))
    if epoch := _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(epoch[1]), UTC)
    for reader in (_compact, _year_first, _named, partial(_year_last, month_first=month_first)):
        found = reader(text, latest)
        if found is not None:
            day, rest = found
            return _with_time(day, rest)
    return None


def _common_year(era: re.Match[str]) -> str:
    return str(_ERAS[era[1]] + (1 if era[2] == "元" else int(era[2])))


def _compact(text: str, _: datetime) -> tuple[date, str] | None:
    match = _COMPACT.search(text)
    day = _day(match[1], match[2], match[3]) if match else None
    if match is None or day is None:
        return None
    clock = f" {match[4]}:{match[5]}:{match[6] or '00'}" if match[4] else ""
    return day, clock + text[match.end() :]


def _year_first(text: str, _: datetime) -> tuple[date, str] | None:
    match = _YEAR_FIRST.search(text)
    day = _day(match["year"], match["month"], match["day"]) if match else None
    return (day, _around(text, match)) if match and day else None


def _named(text: str, _: datetime) -> tuple[date, str] | None:
    named = _spelled(text)
    for pattern in (_DAY_NAME_YEAR, _NAME_DAY_YEAR, _YEAR_NAME_DAY, _YEAR_DAY_NAME):
        for match in pattern.finditer(named):
            month = _months().get(match["name"].casefold())
            day = _day(match["year"], month, match["day"]) if month else None
            if day:
                return day, _without(named, match)
    return None


def _spelled(text: str) -> str:
    """The text with English names of months for those of two words."""
    if text.isascii():
        return text
    return _two_words().sub(lambda name: _ENGLISH[_months()[name[0].casefold()] - 1], text)


def _year_last(text: str, latest: datetime, *, month_first: bool | None) -> tuple[date, str] | None:
    match = _YEAR_LAST.search(text)
    if match is None:
        return None
    readings = (_day(match[4], match[3], match[1]), _day(match[4], match[1], match[3]))
    last = latest.date() + timedelta(days=1)
    possible = [day for day in readings if day and day <= last]
    if month_first is None or len(possible) < 2:
        day = max(possible, default=None)
    else:
        day = possible[month_first]
    return (day, _around(text, match)) if day else None


def _day(year: str, month: str | int, day: str) -> date | None:
    number = int(year) + (0 if len(year) == 4 else 2000 if int(year) < 70 else 1900)
    number -= _BUDDHIST if number > _BUDDHIST + 1_900 else 0
    if not 1000 <= number <= 2300:
        return None
    try:
        return date(number, int(month), int(day))
    except ValueError:
        return None


def _around(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :].removeprefix('T')}"


def _without(text: str, match: re.Match[str]) -> str:
    """The text without the words of a date, which may hold a time ("Jan 15 08:30:00 2024")."""
    if match.start("year") == match.start():
        return f"{text[: match.start()]} {text[match.end() :]}"
    inside = match[0][: match.start("year") - match.start()]
    between = inside[max(match.end("day"), match.end("name")) - match.start() :]
    return f"{text[: match.start()]} {between} {text[match.end() :]}"


def _with_time(day: date, rest: str) -> date:
    clock = _TIME.search(rest)
    if clock is None:
        return day
    hour, minute = int(clock["hour"]), int(clock["minute"] or clock["min"] or 0)
    if clock["half"] and hour <= 12:
        hour = hour % 12 + (12 if clock["half"][0] in "pP" else 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return day
    second = min(int(clock["second"] or 0), 59)
    when = datetime.combine(day, time(second=second)) + timedelta(hours=hour, minutes=minute)
    return when.replace(tzinfo=_zone(rest[clock.end() :]))


def _zone(rest: str) -> timezone | None:
    """The zone that stands behind a time, as a distance or by name."""
    if offset := _OFFSET.match(rest.strip(" (")):
        distance = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        if distance <= timedelta(hours=14):
            return timezone(distance if offset[1] == "+" else -distance)
    word = _WORD.match(rest.strip(" ("))
    return _zones().get(word[0].casefold()) if word else None


@cache
def _months() -> dict[str, int]:
    rows = _rows("months.tsv")
    return {
        name.replace("_", " "): int(number)
        for number, names in rows
        for name in names.casefold().split()
    }


@cache
def _two_words() -> re.Pattern[str]:
    names = sorted((name for name in _months() if " " in name), key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(names)})(?!\w)", re.IGNORECASE)


@cache
def _zones() -> dict[str, timezone]:
    found = {}
    for name, offset in _rows("zones.tsv"):
        hours, minutes = int(offset[1:3]), int(offset[4:])
        distance = timedelta(hours=hours, minutes=minutes)
        found[name] = timezone(distance if offset[0] == "+" else -distance)
    return found


def _rows(name: str) -> list[tuple[str, str]]:
    text = files("worker.formats").joinpath(name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(first, second) for first, second in (line.split("\t") for line in lines[1:])]
