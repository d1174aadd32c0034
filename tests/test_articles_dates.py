"""When an article was published, in the manners of many publishers and content systems."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from tests.story import STORY
from worker.articles.clean import clean
from worker.model import Article, Entry, Feed, Page

FETCHED = datetime(2024, 6, 1, 12, tzinfo=UTC)
URL = "https://news.test/world/ministers-meet-in-the-capital"
NINE = datetime(2024, 1, 15, 9, 30, tzinfo=UTC)
DAY = date(2024, 1, 15)


def ahead(hours: float) -> timezone:
    return timezone(timedelta(hours=hours))


def read(
    head: str = "",
    near: str = "",
    *,
    above: str = "",
    below: str = "",
    url: str = URL,
    lang: str = "",
) -> Article:
    html = (
        f"<!doctype html><html lang='{lang}'><head><title>Ministers meet | News</title>{head}"
        f"</head><body>{above}<main><article><header><h1>Ministers meet</h1>{near}</header>{STORY}"
        f"</article></main>{below}<footer><p>© 2019–2024 News</p></footer></body></html>"
    )
    page = Page(url, 200, {"content-type": "text/html"}, html.encode(), FETCHED)
    return clean(page, Feed("https://news.test/rss", "News"), Entry(url))


def ld(document: object) -> str:
    text = document if isinstance(document, str) else json.dumps(document)
    return f'<script type="application/ld+json">{text}</script>'


ARTICLE = {
    "@type": "NewsArticle",
    "headline": "Ministers meet",
    "datePublished": "2024-01-15T09:30:00Z",
}
OTHER = {"@type": "NewsArticle", "headline": "Rain ahead", "datePublished": "2023-11-02T08:00:00Z"}


@pytest.mark.parametrize(
    "document",
    [
        {
            "@context": "https://schema.org",
            "@graph": [{"@type": "WebPage", "datePublished": "2020-01-01"}, ARTICLE],
        },
        [[{"@type": "Organization"}], [ARTICLE]],
        {**ARTICLE, "@type": ["NewsArticle", "LiveBlogPosting"]},
        {**ARTICLE, "@type": "http://schema.org/ReportageNewsArticle"},
        {**ARTICLE, "@type": "newsarticle"},
        {**ARTICLE, "datePublished": ["2024-01-15T09:30:00Z", "2024-01-16"]},
        {**ARTICLE, "datePublished": {"@type": "Date", "@value": "2024-01-15T09:30:00Z"}},
        {**ARTICLE, "datePublished": 1705311000},
        {**ARTICLE, "datePublished": 1705311000000},
        {**ARTICLE, "datePublished": "1705311000"},
        {**ARTICLE, "datePublished": "Mon Jan 15 09:30:00 GMT 2024"},
        {**ARTICLE, "datePublished": "Mon, 15 Jan 2024 09:30:00 +0000"},
        {**ARTICLE, "datePublished": "2024-01-15 09:30:00 UTC"},
        {**ARTICLE, "datePublished": "January 15, 2024, 9:30 am GMT"},
        {**ARTICLE, "datePublished": None, "dateCreated": "2024-01-15T09:30:00Z"},
        {**ARTICLE, "datePublished": "0001-01-01T00:00:00Z", "dateCreated": "2024-01-15T09:30:00Z"},
        {"@type": "WebPage", "mainEntity": {"@type": "ItemPage", "mainEntity": ARTICLE}},
        {"@type": "WebPage", "headline": "Ministers meet", "datePublished": "2024-01-15T09:30:00Z"},
        {
            "@type": "ItemList",
            "itemListElement": [{"item": OTHER}, {"item": OTHER}],
            "about": ARTICLE,
        },
        [OTHER, ARTICLE],
        [
            {**OTHER, "url": "https://news.test/rain"},
            {**ARTICLE, "headline": "Other words", "url": URL + "?x=1"},
        ],
        [
            {**ARTICLE, "@type": "BreadcrumbList"},
            {**ARTICLE, "isPartOf": [OTHER], "citation": OTHER},
        ],
        json.dumps({"@type": "Organization"}) + json.dumps(ARTICLE),
        json.dumps(OTHER) + ",\n" + json.dumps(ARTICLE),
        "<![CDATA[" + json.dumps(ARTICLE) + "]]>",
        json.dumps(ARTICLE).replace('"', "&quot;"),
        '{"datePublished": "2024-01-15T09:30:00Z", "@type": "NewsArticle", "headline": "A "b" c"}',
        '{"@type": "NewsArticle", "headline": "It\\\'s", "datePublished": "2024-01-15T09:30:00Z"}',
        '{"@type": "NewsArticle", "datePublished": "2024-01-15T09:30:00Z", "author": [{"a": "x"}',
    ],
    ids=lambda value: json.dumps(value)[:60],
)
def test_json_ld_is_read_in_every_shape(document: object) -> None:
    article = read(ld(document))
    assert (article.published, article.published_basis) == (NINE, "json-ld")


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2024-01-15T15:00:00+05:30", datetime(2024, 1, 15, 15, tzinfo=ahead(5.5))),
        ("2024-01-15T04:30:00-0500", datetime(2024, 1, 15, 4, 30, tzinfo=ahead(-5))),
        ("2024-01-15T17:30+08", datetime(2024, 1, 15, 17, 30, tzinfo=ahead(8))),
        ("2024-01-15 15:00:00 IST", datetime(2024, 1, 15, 15, tzinfo=ahead(5.5))),
        ("2024-01-15T09:30:00.1234567Z", NINE),
        ("20240115T093000Z", NINE),
        ("2024-01-15", DAY),
        ("2024/01/15", DAY),
        ("15-01-2024", DAY),
    ],
)
def test_the_zone_is_kept_as_it_is_given(text: str, when: date) -> None:
    published = read(ld({**ARTICLE, "datePublished": text})).published
    assert published == when
    assert published is not None
    assert published.isoformat() == when.isoformat()


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="article:published_time" content="2024-01-15T09:30:00+00:00">',
        '<meta name="article:published_time" content="2024-01-15T09:30:00+00:00">',
        '<meta content="2024-01-15T09:30:00Z" itemprop="datePublished">',
        '<meta name="parsely-pub-date" content="2024-01-15T09:30:00Z">',
        '<meta property="parsely-pub-date" content="2024-01-15T09:30:00Z">',
        '<meta name="sailthru.date" content="Mon, 15 Jan 2024 09:30:00 +0000">',
        '<meta name="DC.date.issued" content="2024-01-15T09:30:00Z">',
        '<meta name="DCTERMS.created" content="2024-01-15T09:30:00Z">',
        '<meta name="cXenseParse:recs:publishtime" content="2024-01-15T09:30:00Z">',
        '<meta name="weibo:article:create_at" content="2024-01-15 17:30:00 +08:00">',
        '<meta name="publish-date" content="January 15, 2024 9:30 AM GMT">',
        '<meta name="ptime" content="20240115093000 GMT">',
        '<meta name="date" content="2024-01-15T09:30:00Z">',
        (
            '<meta property="og:updated_time" content="2024-01-16T11:00:00Z">'
            '<meta property="article:published_time" content="2024-01-15T09:30:00Z">'
        ),
        (
            '<meta property="article:published_time" content="">'
            '<meta name="publication_date" content="2024-01-15T09:30:00Z">'
        ),
        '<meta name="created" content="2024-02-01"><meta name="published_at" content="1705311000">',
    ],
)
def test_meta_elements_name_it_in_many_ways(head: str) -> None:
    article = read(head)
    assert (article.published, article.published_basis) == (NINE, "page")


@pytest.mark.parametrize(
    "near",
    [
        '<time datetime="2024-01-15T09:30:00Z">15 Jan</time>',
        (
            '<time class="updated" datetime="2024-01-16T09:30:00Z">x</time>'
            '<time class="entry-date published" datetime="2024-01-15T09:30:00Z">x</time>'
        ),
        (
            '<p>Updated: <time datetime="2024-01-16T10:00:00Z">x</time></p>'
            '<p>Published: <time datetime="2024-01-15T09:30:00Z">x</time></p>'
        ),
        (
            '<span>Last updated</span> <time datetime="2024-01-16T10:00:00Z">x</time>'
            '<div>Posted <time datetime="2024-01-15T09:30:00Z">x</time></div>'
        ),
        (
            'Aktualisiert am <time datetime="2024-01-16T10:00:00Z">x</time>'
            '<div><time datetime="2024-01-15T09:30:00Z">x</time></div>'
        ),
        '<span itemprop="datePublished" content="2024-01-15T09:30:00Z">Monday</span>',
        '<span property="dc:date dc:created" content="2024-01-15T09:30:00Z">Mon, 15/01</span>',
        '<span class="js-time" data-timestamp="1705311000">4 months ago</span>',
        '<span data-datetime="2024-01-15T09:30:00Z">4 months ago</span>',
        '<bsp-timestamp data-timestamp="1705311000000"><span>4:30</span></bsp-timestamp>',
        '<relative-time datetime="2024-01-15T09:30:00Z">in winter</relative-time>',
        "<time>15 January 2024, 09:30 GMT</time>",
        '<abbr class="published" title="2024-01-15T09:30:00Z">Monday</abbr>',
    ],
)
def test_marks_in_the_text_tell_it(near: str) -> None:
    article = read(near=near)
    assert (article.published, article.published_basis) == (NINE, "page")


TEASERS = "".join(
    f'<aside><a href="/{n}"><h3>Other</h3></a><time datetime="2024-05-{n:02}">x</time></aside>'
    for n in (2, 3, 4)
)


@pytest.mark.parametrize("sides", [{"above": TEASERS}, {"below": TEASERS}], ids=["above", "below"])
def test_the_mark_beside_the_headline_counts_not_those_of_teasers(sides: dict[str, str]) -> None:
    assert read(near='<time datetime="2024-01-15T09:30:00Z">x</time>', **sides).published == NINE
    marked = TEASERS.replace("<time ", '<time itemprop="datePublished" ')
    own = '<time itemprop="datePublished" datetime="2024-01-15T09:30:00Z">x</time>'
    assert read(near=own, **dict.fromkeys(sides, marked)).published == NINE


@pytest.mark.parametrize(
    ("near", "when"),
    [
        ('<div class="post-date">January 15, 2024</div>', DAY),
        ('<p class="byline">By Jane Doe | Jan. 15, 2024 4:30 a.m. EST</p>', NINE),
        ('<div class="meta"><span>15</span> <span>Jan</span> <span>2024</span></div>', DAY),
        ("<p>15. Januar 2024, 09:30 Uhr</p>", NINE),
        ("<p>Publié le 15 janvier 2024 à 09h30</p>", NINE),
        ("<p>15 de enero de 2024 | 09:30</p>", NINE),
        ("<p>15 января 2024 г., 09:30</p>", NINE),
        ("<p>2024年1月15日 09:30</p>", NINE),
        ("<p>2024년 1월 15일</p>", DAY),
        ("<p>الاثنين 15 يناير 2024</p>", DAY),
        ("<p>الإثنين 15 كانون الثاني 2024</p>", DAY),
        ("<p>١٥ يناير ٢٠٢٤</p>", DAY),
        ("<p>15 जनवरी 2024</p>", DAY),
        ("<p>15 มกราคม 2567</p>", DAY),
        ("<p>Thứ Hai, 15 tháng 1, 2024</p>", DAY),
        ("<p>2024. január 15. 9:30</p>", NINE),
        ("<p>2024 m. sausio 15 d.</p>", DAY),
        ("<p>Δευτέρα, 15 Ιανουαρίου 2024</p>", DAY),
        ("<p>Pazartesi, 15 Ocak 2024 09:30</p>", NINE),
        ("<p>poniedziałek, 15 stycznia 2024</p>", DAY),
        ("<p>Last updated: 16 January 2024</p><p>15 January 2024</p>", DAY),
        ("<p>Son güncelleme: 16.01.2024</p><p>15.01.2024</p>", DAY),
    ],
)
def test_a_date_written_beside_the_headline_is_read(near: str, when: date) -> None:
    header = "<div class='today-date'>Saturday, June 1, 2024</div>"
    article = read(near=near, above=header)
    assert (article.published, article.published_basis) == (when, "page")


@pytest.mark.parametrize(
    ("lang", "url", "when"),
    [
        ("en-US", URL, date(2024, 3, 4)),
        ("en-GB", URL, date(2024, 4, 3)),
        ("de", URL, date(2024, 4, 3)),
        ("en", "https://news.example.co.uk/a", date(2024, 4, 3)),
        ("", "https://www.state.gov/a", date(2024, 3, 4)),
        ("en-US", "https://news.example.co.uk/a", date(2024, 3, 4)),
    ],
)
def test_numbers_are_ordered_as_the_country_of_the_page_does(
    lang: str, url: str, when: date
) -> None:
    assert read(near="<p class='date'>03/04/2024</p>", lang=lang, url=url).published == when


@pytest.mark.parametrize(
    "url",
    [
        "https://news.test/2024/01/15/ministers-meet",
        "https://news.test/world/2024/jan/15/ministers-meet",
        "https://news.test/2024-01-15/ministers-meet",
        "https://news.test/ministers-meet-2024-01-15.html",
        "https://news.test/a/20240115/ministers-meet",
        "https://news.test/202401/15/c_1310.htm",
        "https://news.test/news/ministers-meet-20240115-p5exyz.html",
        "https://news.test/2024/1/15/ministers-meet",
    ],
)
def test_an_address_tells_the_day(url: str) -> None:
    article = read(url=url)
    assert (article.published, article.published_basis) == (DAY, "page")


@pytest.mark.parametrize(
    "url", ["https://news.test/a/202401151234/x", "https://news.test/2034/01/15/x", URL + "-2024"]
)
def test_other_numbers_in_an_address_are_no_day(url: str) -> None:
    assert read(url=url).published is None


def test_a_dateline_tells_the_day() -> None:
    story = STORY.replace("The foreign", "PARIS, 15 January 2024 (AFP) - The foreign", 1)
    html = f"<html><body><h1>Ministers meet</h1><article>{story}</article></body></html>"
    page = Page(URL, 200, {"content-type": "text/html"}, html.encode(), FETCHED)
    assert clean(page, Feed("x", "News"), Entry(URL)).published == DAY


def test_data_for_scripts_tell_it_at_last() -> None:
    data = '<script>window.__STATE__={"post":{"publishedAt":"2024-01-15T09:30:00.000Z"}}</script>'
    escaped = '<script>self.push("{\\"publishDate\\":\\"2024-01-15T09:30:00Z\\"}")</script>'
    assert read(data).published == NINE
    assert read(escaped).published == NINE


def test_a_change_is_better_than_nothing_and_worse_than_all_else() -> None:
    changed = '<meta property="article:modified_time" content="2024-01-15T09:30:00Z">'
    assert read(changed).published == NINE
    assert read(changed, near="<p>14 January 2024</p>").published == date(2024, 1, 14)
    assert (
        read(ld({**ARTICLE, "datePublished": "", "dateModified": "2024-01-15T09:30:00Z"})).published
        == NINE
    )


@pytest.mark.parametrize(
    "text", ["2034-01-15", "1970-01-01T00:00:00Z", "0", "tomorrow", "", "00/00/0000"]
)
def test_a_doubtful_date_gives_way(text: str) -> None:
    head = ld({**ARTICLE, "datePublished": text})
    assert read(head).published is None
    assert read(head, near='<time datetime="2024-01-15">x</time>').published == DAY
