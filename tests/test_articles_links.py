"""One article, one URL."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from worker.articles.links import canonical, clean_url, site
from worker.errors import Rejected


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("HTTPS://News.Test/A", "https://news.test/A"),
        ("http://news.test", "http://news.test/"),
        ("http://news.test:80/a", "http://news.test/a"),
        ("https://news.test:443/a", "https://news.test/a"),
        ("https://news.test:8443/a", "https://news.test:8443/a"),
        ("https://news.test./a", "https://news.test/a"),
        ("https://news.test/a#top", "https://news.test/a"),
        ("https://news.test/a?", "https://news.test/a"),
        ("https://news.test/a/../b/./c", "https://news.test/b/c"),
        ("https://news.test/../a/..", "https://news.test/"),
        ("https://news.test/a/b/..", "https://news.test/a/"),
        ("https://news.test//a", "https://news.test//a"),
        ("https://news.test/%7euser/%c3%a9", "https://news.test/~user/%C3%A9"),
        ("https://news.test/é è", "https://news.test/%C3%A9%20%C3%A8"),
        ("https://news.test/a%2Fb", "https://news.test/a%2Fb"),
        ("https://münchen.test/", "https://xn--mnchen-3ya.test/"),
        ("https://[2001:DB8::1]:443/", "https://[2001:db8::1]/"),
        ("  https://news.test/a\n", "https://news.test/a"),
        ("https://news.test/a;jsessionid=1A2B?b=1", "https://news.test/a?b=1"),
        ("https://news.test/a?q=a+b&c=%2B", "https://news.test/a?q=a+b&c=%2B"),
    ],
)
def test_a_url_has_one_normal_form(url, clean):
    assert clean_url(url) == clean
    assert clean_url(clean) == clean


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("utm_source=rss&utm_medium=feed&UTM_Campaign=x", ""),
        ("id=5&utm_source=rss&page=2", "?id=5&page=2"),
        ("fbclid=1&gclid=2&mc_cid=3&at_medium=RSS&ns_campaign=4&CMP=5&ocid=6&smid=7", ""),
        ("z=1&a=2&m=3", "?z=1&a=2&m=3"),
        ("ref=rss&source=x&from=y&share=z", "?ref=rss&source=x&from=y&share=z"),
        ("utm=1&utmx=2", "?utm=1&utmx=2"),
        ("article&utm_source", "?article"),
        ("a=1&&b=2", "?a=1&b=2"),
        ("a=&b", "?a=&b"),
        ("a=1&a=2", "?a=1&a=2"),
        ("id=utm_source", "?id=utm_source"),
    ],
)
def test_only_known_tracking_is_dropped(query, kept):
    assert clean_url(f"https://news.test/a?{query}") == f"https://news.test/a{kept}"


def test_what_is_tracking_at_one_outlet_is_an_id_at_another():
    assert clean_url("https://www.cnn.com/a?cid=5") == "https://www.cnn.com/a"
    assert clean_url("https://news.test/a?cid=5") == "https://news.test/a?cid=5"
    assert clean_url("https://edition.cnn.com/a?cid=5") == "https://edition.cnn.com/a"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "news",
        "//news.test/a",
        "ftp://news.test/",
        "javascript:x",
        "http:///a",
        "http://[::1",
        "http://a:b@news.test/",
        "http://news.test:x/",
        "http://ne ws.test/",
        "http://<script>/",
    ],
)
def test_what_is_no_url_is_rejected(url):
    with pytest.raises(Rejected, match="bad-url"):
        clean_url(url)


@given(st.text(max_size=80), st.text(max_size=80))
def test_cleaning_twice_changes_nothing(path, query):
    try:
        once = clean_url(f"https://news.test/{path}?{query}")
    except Rejected:
        return
    assert clean_url(once) == once


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.bbc.co.uk/news", "bbc.co.uk"),
        ("https://mfa.gov.in/", "mfa.gov.in"),
        ("https://a.github.io/", "a.github.io"),
        ("http://127.0.0.1:8080/", "127.0.0.1"),
        ("http://localhost/", "localhost"),
        ("http://a.b.intranet/", "b.intranet"),
    ],
)
def test_the_site_of_a_url(url, domain):
    assert site(url) == domain


def page(head: str) -> html.HtmlElement:
    return html.fromstring(f"<html><head>{head}</head><body><p>x</p></body></html>")


def rel(url: str) -> str:
    return f'<link rel="canonical" href="{url}">'


def og(url: str) -> str:
    return f'<meta property="og:url" content="{url}">'


STORY = "https://www.news.test/world/2024/ministers-meet-in-the-capital"


@pytest.mark.parametrize(
    ("own", "head", "expected"),
    [
        (STORY, "", STORY),
        (STORY + "?utm_source=rss#x", "", STORY),
        (STORY + "?ref=rss", rel(STORY), STORY),
        (STORY, rel("/world/2024/other-name"), "https://www.news.test/world/2024/other-name"),
        (STORY, og("https://news.test/s/1"), "https://news.test/s/1"),
        (STORY, rel("https://news.test/s/1") + og(STORY), "https://news.test/s/1"),
        (STORY + "/amp", rel(STORY), STORY),
        (STORY + "/amp/", rel(STORY), STORY),
        (STORY + "?page=2", rel(STORY), STORY),
        (STORY, rel(STORY.replace("https", "http")), STORY),
        (
            "https://m.news.test/a-b-c-d",
            rel("https://www.news.test/a-b-c-d"),
            "https://www.news.test/a-b-c-d",
        ),
        (
            "https://news.test/article/12345/slug",
            rel("https://news.test/article/12345"),
            "https://news.test/article/12345",
        ),
        # What no page of an article is believed.
        (STORY, rel("https://other.test/x"), STORY),
        (STORY, rel("https://www.news.test/"), STORY),
        (STORY, rel("https://www.news.test/index.html"), STORY),
        (STORY, rel("https://www.news.test/en/"), STORY),
        (STORY, rel("https://www.news.test/world/"), STORY),
        (STORY, rel("https://www.news.test/world/2024"), STORY),
        (STORY, rel(""), STORY),
        (STORY, rel("javascript:void(0)"), STORY),
        (STORY, rel("http://[::1"), STORY),
        (STORY, rel("https://www.news.test/a") + rel("https://www.news.test/b"), STORY),
        (
            STORY,
            rel("https://www.news.test/") + og("https://www.news.test/s/1"),
            "https://www.news.test/s/1",
        ),
        (
            "https://news.test/view?id=7",
            rel("https://news.test/view"),
            "https://news.test/view?id=7",
        ),
        (
            "https://news.test/view?id=7&x=1",
            rel("https://news.test/view?id=7"),
            "https://news.test/view?id=7",
        ),
        ("https://a.github.io/x", rel("https://b.github.io/x"), "https://a.github.io/x"),
    ],
)
def test_a_page_is_believed_where_it_names_its_own_article(own, head, expected):
    assert canonical(own, page(head)) == expected


def test_without_a_tree_the_page_is_its_own_canonical():
    assert canonical(STORY + "?utm_source=x", None) == STORY
