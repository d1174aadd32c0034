"""When it was published, and what it says, on pages in the manners of many publishers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from tests.story import STORY
from worker.articles.clean import examine
from worker.model import Article, Entry, Feed, Page

FETCHED = datetime(2024, 6, 1, 12, tzinfo=UTC)
DAY = date(2024, 1, 15)


LABELLED = (
    "<div><b>Updated</b><i><time datetime='2024-01-16T10:00:00Z'>x</time></i></div>"
    "<div><b>Published</b><i><time datetime='2024-01-15T09:30:00Z'>x</time></i></div>"
)
ISSUED = (
    "<p>Modified: <time datetime='2024-01-16T09:30:00Z'>x</time></p>"
    "<p>Issued on: <time datetime='2024-01-15T09:30:00Z'>x</time></p>"
)


def at(hour: int, minute: int = 0, zone: float = 0) -> datetime:
    return datetime(2024, 1, 15, hour, minute, tzinfo=timezone(timedelta(hours=zone)))


def read(near: str, head: str = "", lang: str = "en", above: str = "") -> Article:
    html = (
        f"<!doctype html><html lang='{lang}'><head><title>Ministers meet</title>{head}</head><body>"
        f"<main><article>{above}<h1>Ministers meet</h1>{near}{STORY}</article></main>"
        "<footer><p>© 2019–2024 News</p></footer></body></html>"
    )
    url = "https://news.test/world/ministers-meet"
    page = Page(url, 200, {"content-type": "text/html"}, html.encode(), FETCHED)
    return examine(page, Feed("https://news.test/rss", "", language=""), Entry(url)).article


@pytest.mark.parametrize(
    ("near", "lang", "when"),
    [
        ("<p>Publié le 15 janvier 2024 à 10h30, modifié le 16 mai 2024</p>", "fr", at(10, 30)),
        ("<time datetime='2024-01-15 10:30:00'>15.01.2024, 10.30 Uhr</time>", "de", at(10, 30)),
        ("<dl><dt>Updated<dd>15 May 2024<dt>Published<dd>15 January 2024</dl>", "en", DAY),
        ("<p class='right'>令和6年1月15日</p>", "ja", DAY),
        ("<p class='right'>令和元年5月2日</p>", "ja", date(2019, 5, 2)),
        ("<p>中華民國113年1月15日</p>", "zh-TW", DAY),
        ("<span class='tarih'>15.01.2024 - Update : 16.01.2024</span>", "en", DAY),
        ("<p>Updated: 18:35 May 16, 2024</p><i>News 18:30 January 15, 2024</i>", "en", at(18, 30)),
        ("<time>15.jan.2024 às 10h30</time>", "pt-BR", at(10, 30)),
        ("<div><strong>Data:</strong> Lunedì, 15 Gennaio 2024</div>", "it", DAY),
        ("<span data-time='1705311000'>4 months ago</span>", "en", at(9, 30)),
        ("<dateformat time='1705311000' mode='abs'></dateformat>", "en", at(9, 30)),
        ("<span class='date'>15 Jan '24</span>", "en", DAY),
        ("<span class='date'>Thứ hai, 15/1/2024, 16:30 (GMT+7)</span>", "vi", at(16, 30, 7)),
        ("<div class='date'>Senin, 15 Jan 2024 16:30 WIB</div>", "id", at(16, 30, 7)),
        ("<p class='byline'>TNN / Jan 15, 2024, 15:00 IST</p>", "en", at(15, 0, 5.5)),
        (
            LABELLED,
            "en",
            at(9, 30),
        ),
        (
            ISSUED,
            "en",
            at(9, 30),
        ),
        ("<ul><li>15 Jan. 2024</li><li>Last updated: 17 Jan. 2024 09:00</li></ul>", "en", DAY),
        ("<time>15 בינואר 2024, 11:30</time>", "he", at(11, 30)),
        ("<time>15.1.2024 klo 11.30</time>", "fi", at(11, 30)),
    ],
)  # fmt: skip
def test_publishers_write_the_day_in_their_own_ways(near: str, lang: str, when: date) -> None:
    assert read(near, lang=lang).published == when


@pytest.mark.parametrize(
    "head",
    [
        (
            "<meta name='govuk:public-updated-at' content='2024-02-15T09:30:00Z'>"
            "<meta name='govuk:first-published-at' content='2024-01-15T09:30:00Z'>"
        ),
        "<meta name='mediator_published_time' content='2024-01-15T12:30:00+03:00'>",
        (
            "<meta name='date' content='2024-03-15'>"
            "<meta property='article:published_time' content='2024-01-15T09:30:00Z'>"
        ),
    ],
)
def test_publishers_have_names_of_their_own_for_it(head: str) -> None:
    assert read("", head).published == at(9, 30)


def test_a_press_release_has_its_date_above_the_headline() -> None:
    above = "<ul><li>Press release</li><li>15 January 2024</li></ul>"
    assert read("", above=above).published == DAY
