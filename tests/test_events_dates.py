"""Date expressions, against a day of publication: golden pairs."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.events import dates

MONDAY = date(2024, 1, 15)

PAST = [
    ("on January 2", "2024-01-02"),
    ("on Jan. 2", "2024-01-02"),
    ("on 19 September", "2023-09-19"),
    ("in December 2010", "2010-12"),
    ("In October 2000", "2000-10"),
    ("12 February 2015", "2015-02-12"),
    ("December 25, 2011", "2011-12-25"),
    ("the 2015-03-04 raid", "2015-03-04"),
    ("since 2014", "2014"),
    ("Monday", "2024-01-15"),
    ("on Wednesday", "2024-01-10"),
    ("last Monday", "2024-01-08"),
    ("next Monday", "2024-01-22"),
    ("yesterday", "2024-01-14"),
    ("today", "2024-01-15"),
    ("last week", "2024-01"),
    ("last month", "2023-12"),
    ("last year", "2023"),
    ("earlier this month", "2024-01"),
    ("next month", "2024-02"),
    ("last April", "2023-04"),
    ("last October", "2023-10"),
    ("three years ago", "2021"),
    ("two days ago", "2024-01-13"),
    ("In February", "2023-02"),
]


@pytest.mark.parametrize(("text", "expected"), PAST)
def test_expression_at_its_own_precision(text: str, expected: str) -> None:
    (found,) = dates.find(text)
    assert dates.resolve(found, MONDAY) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("on Wednesday", "2024-01-17"), ("in February", "2024-02"), ("on March 3", "2024-03-03")],
)
def test_the_future_looks_ahead(text: str, expected: str) -> None:
    (found,) = dates.find(text)
    assert dates.resolve(found, MONDAY, ahead=True) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the following day", "2023-12-04"),
        ("two days later", "2023-12-05"),
        ("the previous day", "2023-12-02"),
        ("the same month", "2023-12"),
        ("a year later", "2024"),
    ],
)
def test_anaphors_count_from_the_date_told_before(text: str, expected: str) -> None:
    (found,) = dates.find(text)
    assert dates.resolve(found, MONDAY, previous="2023-12-03") == expected
    assert dates.resolve(found, MONDAY) is None


@pytest.mark.parametrize("text", ["on Monday", "yesterday", "on January 2", "last week"])
def test_without_publication_only_full_dates_are_known(text: str) -> None:
    (found,) = dates.find(text)
    assert dates.resolve(found, None) is None


def test_may_is_not_always_a_month() -> None:
    assert dates.find("They may leave in may or so") == []
    assert [dates.resolve(e, MONDAY) for e in dates.find("in May")] == ["2023-05"]


@pytest.mark.parametrize(
    ("edtf", "expected"),
    [("2023-12", False), ("2023-11", True), ("2023", False), ("2022", True), (None, False)],
)
def test_historical_is_the_whole_of_a_date_thirty_days_back(edtf: str, expected: bool) -> None:
    assert dates.is_historical(edtf, MONDAY) is expected


@given(st.text(max_size=200), st.dates(date(1990, 1, 1), date(2030, 1, 1)))
def test_any_text_gives_spans_of_itself_and_edtf(text: str, published: date) -> None:
    for found in dates.find(text):
        assert 0 <= found.start < found.end <= len(text)
        edtf = dates.resolve(found, published)
        assert edtf is None or date.fromisoformat((edtf + "-01-01")[:10])
