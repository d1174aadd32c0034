"""Date expressions, against the day of publication: golden pairs."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.events.dates import anchors, edtf
from worker.events.dates import expressions as dates
from worker.events.dates.date_grammar import find
from worker.events.plover import data, read_tsv
from worker.model import Article

TABLE = Path(__file__).parent / "data" / "dates.tsv"
MONDAY = "2024-01-15"


def table() -> Iterator[tuple[str, ...]]:
    with TABLE.open(encoding="utf-8") as file:
        lines = (line for line in file if not line.startswith("#"))
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield row["text"], row["published"], row["before"], row["ahead"], row["edtf"]


@pytest.mark.parametrize(("text", "published", "before", "ahead", "expected"), list(table()))
def test_the_table(text: str, published: str, before: str, ahead: str, expected: str) -> None:
    (found,) = find(text)
    told = dates.resolve(found, published or None, previous=before or None, ahead=bool(ahead))
    assert told == (expected or None)


GRAMMAR = [row for row in read_tsv(data("lexicon", "dates.tsv")) if row["kind"] != "part"]


@pytest.mark.parametrize("row", GRAMMAR, ids=lambda row: row["id"])
def test_every_line_of_the_grammar_reads_its_own_example(row: dict[str, str]) -> None:
    (found,) = find(row["example"])
    assert found.line == row["id"]
    assert dates.resolve(found, MONDAY, previous="2023-12-03") == (row["expect"] or None)


NAMED_DAYS = list(read_tsv(data("lexicon", "days.tsv")))


@pytest.mark.parametrize("row", NAMED_DAYS, ids=lambda row: row["name"])
def test_every_named_day_is_read_in_its_example(row: dict[str, str]) -> None:
    (found,) = find(row["example"])
    assert (dates.resolve(found, MONDAY) or "").endswith(row["date"])


NO_DATES = [
    "They may leave in may or so.",
    "The March on the embassy went on.",
    "A force of 2015 soldiers arrived.",
    "Flight 2001 landed.",
    "The room on the 5th floor is closed.",
    "He paid 1,200 dollars.",
]


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_date(text: str) -> None:
    assert find(text) == []


def test_what_happened_beside_something_else() -> None:
    (found,) = find("two days after the vote")
    assert dates.beside(found, "2024-01-15") == "2024-01-13"
    assert dates.resolve(found, MONDAY) is None


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2023-12", False), ("2023-11", True), ("2023", False), ("2022", True), (None, False)],
)
def test_historical_is_the_whole_of_a_date_thirty_days_back(
    day: str | None, expected: bool
) -> None:
    assert edtf.is_historical(day, MONDAY) is expected


@given(
    st.text(max_size=200) | st.sampled_from([text for text, *_ in table()]),
    st.dates(date(1990, 1, 1), date(2030, 1, 1)),
    st.sampled_from([10, 7, 4, 0]),
)
def test_any_text_gives_spans_of_itself_and_edtf(text: str, day: date, precision: int) -> None:
    published = day.isoformat()[:precision] or None
    for found in find(text):
        assert 0 <= found.start < found.end <= len(text)
        told = dates.resolve(found, published, previous=published)
        assert told is None or edtf.first_day(told) <= edtf.last_day(told)


ANCHORS = [
    (Article("a", "Text.", published=date(2024, 1, 15)), "2024-01-15", "published"),
    (Article("a", "Text.", url="https://x.example/news/2015/10/26/talks"), "2015-10-26", "address"),
    (Article("a", "Text.", url="https://x.example/ps/2015/10/2487.htm"), "2015-10", "address"),
    (Article("a", "Text.", url="https://x.example/2015/oct/26/talks"), "2015-10-26", "address"),
    (Article("a", "Text.", url="https://x.example/talks-2015-10-26.html"), "2015-10-26", "address"),
    (Article("a", "Text.", url="https://x.example/20151026/talks"), "2015-10-26", "address"),
    (Article("a", "DOHA, July 20, 2016 (XYZ) - Talks began."), "2016-07-20", "dateline"),
    (Article("a", "Sunday, March 31, 2019\n\nTalks began."), "2019-03-31", "dateline"),
    (Article("a", "Text.", title="Lisbon summit 2016"), "2016", "title"),
]


@pytest.mark.parametrize(("article", "expected", "basis"), ANCHORS)
def test_when_an_article_was_published(article: Article, expected: str, basis: str) -> None:
    assert anchors.of(article) == anchors.Anchor(expected, basis)


NO_ANCHORS = [
    Article("a", "Text."),
    Article("a", "Text.", url="https://x.example/article/201510/talks"),
    Article("a", "Text.", url="https://x.example/article/2015/99/talks"),
    Article("a", "On July 20, 2016 the two countries began to talk about their border again."),
    Article("a", "Text.", title="From 1999 to 2016"),
]


@pytest.mark.parametrize("article", NO_ANCHORS)
def test_when_nothing_tells(article: Article) -> None:
    assert anchors.of(article) is None
