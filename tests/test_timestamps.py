"""Dates as feeds and pages write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.formats.timestamps import read

NOW = datetime(2024, 1, 16, tzinfo=UTC)
DAY = date(2024, 1, 15)


def at(hour: int, minute: int = 0, offset: float | None = None) -> datetime:
    """15 January 2024 at that time, in a zone so many hours from UTC."""
    zone = None if offset is None else timezone(timedelta(hours=offset))
    return datetime(2024, 1, 15, hour, minute, tzinfo=zone)


@pytest.mark.parametrize(
    ("text", "when"),
    [
        # RFC 822 and its cousins
        ("Mon, 15 Jan 2024 08:30:00 GMT", at(8, 30, 0)),
        ("Mon, 15 Jan 2024 08:30:00 +0530", at(8, 30, 5.5)),
        ("Mon, 15 Jan 2024 08:30:00 +02:00", at(8, 30, 2)),
        ("Mon, 15 Jan 2024 08:30:00 EST", at(8, 30, -5)),
        ("Mon, 15 Jan 2024 08:30:00 CET", at(8, 30, 1)),
        ("Mon, 15 Jan 2024 08:30:00 IST", at(8, 30, 5.5)),
        ("Mon, 15 Jan 2024 08:30:00 GMT+3", at(8, 30, 3)),
        ("Mon,15 Jan 2024 08:30 Z", at(8, 30, 0)),
        ("15 Jan 24 08:30:00 UT", at(8, 30, 0)),
        ("Mon, 15 Jan 2024 08:30:00", at(8, 30)),
        ("Mon, Jan 15 2024 08:30:00 GMT", at(8, 30, 0)),
        ("Mon Jan 15 08:30:00 2024", at(8, 30)),
        ("Mon Jan 15 08:30:00 +0000 2024", at(8, 30, 0)),
        ("Mon Jan 15 2024 08:30:00 GMT+0100 (Central European Standard Time)", at(8, 30, 1)),
        # ISO 8601 and its cousins
        ("2024-01-15T08:30:00Z", at(8, 30, 0)),
        ("2024-01-15T08:30:00.1234567Z", at(8, 30, 0)),
        ("2024-01-15T08:30:00-05:00", at(8, 30, -5)),
        ("2024-01-15T08:30+0100", at(8, 30, 1)),
        ("2024-01-15 08:30:00 +0530", at(8, 30, 5.5)),
        ("2024-01-15 08:30:00 UTC", at(8, 30, 0)),
        ("2024-01-15 08:30", at(8, 30)),
        ("2024-01-15T24:00:00Z", datetime(2024, 1, 16, tzinfo=UTC)),
        ("2024-1-15 8:30", at(8, 30)),
        ("2024/01/15 08:30:00", at(8, 30)),
        ("2024.01.15 08:30", at(8, 30)),
        ("2024年01月15日 08:30", at(8, 30)),
        ("20240115T083000", at(8, 30)),
        ("20240115083000", at(8, 30)),
        ("20240115", DAY),
        ("2024-01-15", DAY),
        ("1705307400", at(8, 30, 0)),
        ("1705307400000", at(8, 30, 0)),
        # For people
        ("15 January 2024", DAY),
        ("January 15th, 2024", DAY),
        ("Published: 15 Jan. 2024", DAY),
        ("Monday, January 15, 2024 - 08:30", at(8, 30)),
        ("January 15, 2024 8:30 PM", at(20, 30)),
        ("Jan 15, 2024 12:05 a.m.", at(0, 5)),
        ("8:30 a.m. 15 January 2024", at(8, 30)),
        ("15 January 2024 at 08.30 GMT", at(8, 30, 0)),
        ("15-Jan-2024 08:30:00", at(8, 30)),
        ("15/01/2024 08:30", at(8, 30)),
        ("15.01.2024", DAY),
        ("15-01-2024 08:30", at(8, 30)),
        ("01/15/2024", DAY),
        ("01/02/2024", date(2024, 1, 2)),  # 1 February has not been yet
        ("02/01/2024", date(2024, 1, 2)),
        # In other languages
        ("lun, 15 ene 2024 08:30:00 +0100", at(8, 30, 1)),
        ("15 de enero de 2024 a las 8:30", at(8, 30)),
        ("15 janvier 2024 à 8h30", at(8, 30)),
        ("Mo, 15. Jän. 2024 08:30", at(8, 30)),
        ("15 января 2024, 08:30", at(8, 30)),
        ("15 stycznia 2024", DAY),
        ("15 Ocak 2024", DAY),
    ],
)
def test_a_date_is_read(text, when):
    found = read(text, NOW)
    assert found == when
    assert type(found) is type(when)
    if isinstance(found, datetime) and isinstance(when, datetime):
        assert found.utcoffset() == when.utcoffset()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "soon 5",
        "3",
        "12:30",
        "2024",
        "January 2024",
        "0000-00-00",
        "2024-13-45",
        "30 February 2024",
        "32/13/2024",
        "99999999999999",
        "15 Foo 2024",
        "-",
    ],
)
def test_what_is_no_date_is_none(text):
    assert read(text, NOW) is None


@given(st.text(max_size=120))
def test_no_text_breaks_it(text):
    read(text, NOW)


@given(st.from_regex(r"[0-9a-zA-Z:/.,+\- ]{0,40}", fullmatch=True))
def test_nothing_like_a_date_breaks_it(text):
    read(text, NOW)


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2023, 12, 31)))  # noqa: DTZ001
def test_iso_is_read_back(when):
    assert read(when.isoformat(timespec="seconds"), NOW) == when.replace(microsecond=0)
