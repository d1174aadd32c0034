"""Bytes → Entries: the formats, the ways feeds are broken, and the ways they attack."""

from __future__ import annotations

import contextlib
import time
from datetime import UTC, datetime

import pytest

from worker.errors import Rejected
from worker.feeds.parse import MAX_ENTRIES, MAX_SUMMARY, ParsedFeed, parse
from worker.model import Entry, Page

NOW = datetime(2024, 1, 16, 12, tzinfo=UTC)
MORNING = datetime(2024, 1, 15, 8, 30, tzinfo=UTC)


def read(body: str | bytes, content_type: str = "application/xml") -> ParsedFeed:
    data = body if isinstance(body, bytes) else body.encode()
    headers = {"content-type": content_type}
    return parse(Page("https://news.test/world/rss.xml", 200, headers, data, NOW))


def rss(items: str, channel: str = "") -> str:
    head = f'<?xml version="1.0"?>\n<rss version="2.0"><channel><title>News</title>{channel}'
    return f"{head}{items}</channel></rss>"


def item(inside: str) -> str:
    return f"<item><title>T</title><link>https://news.test/a</link>{inside}</item>"


RSS_20 = rss(
    """<item><title>Ministers meet</title><link>https://news.test/1</link>
    <pubDate>Mon, 15 Jan 2024 10:30:00 +0200</pubDate>
    <description>They met.</description></item>"""
)
RSS_091 = """<?xml version="1.0"?>
<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"
 "http://my.netscape.com/publish/formats/rss-0.91.dtd">
<rss version="0.91"><channel><title>News</title><item><title>Ministers meet</title>
<link>https://news.test/1</link><description>They met.</description></item></channel></rss>"""
RSS_10 = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://news.test/"><title>News</title></channel>
<item rdf:about="https://news.test/1"><title>Ministers meet</title>
<link>https://news.test/1</link><dc:date>2024-01-15T10:30:00+02:00</dc:date>
<description>They met.</description></item></rdf:RDF>"""
RSS_090 = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel><title>News</title></channel>
<item><title>Ministers meet</title><link>https://news.test/1</link></item></rdf:RDF>"""
ATOM_10 = """<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title>
<link rel="self" href="https://news.test/feed"/><entry><title>Ministers meet</title>
<link rel="edit" href="https://news.test/edit"/><link href="https://news.test/1"/>
<id>tag:news.test,2024:1</id><published>2024-01-15T08:30:00Z</published>
<updated>2024-01-16T00:00:00Z</updated><summary>They met.</summary></entry></feed>"""
ATOM_03 = """<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>News</title>
<entry><title>Ministers meet</title><link rel="alternate" type="text/html"
 href="https://news.test/1"/><issued>2024-01-15T08:30:00Z</issued>
<summary>They met.</summary></entry></feed>"""
PREFIXED = """<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>News</a:title><a:entry>
<a:title>Ministers meet</a:title><a:link href="https://news.test/1"/>
<a:published>2024-01-15T08:30:00Z</a:published>
<a:summary>They met.</a:summary></a:entry></a:feed>"""


@pytest.mark.parametrize(
    ("text", "dated", "told"),
    [
        (RSS_20, True, True),
        (RSS_091, False, True),
        (RSS_10, True, True),
        (RSS_090, False, False),
        (ATOM_10, True, True),
        (ATOM_03, True, True),
        (PREFIXED, True, True),
    ],
    ids=["RSS 2.0", "RSS 0.91", "RSS 1.0", "RSS 0.90", "Atom 1.0", "Atom 0.3", "prefixed"],
)
def test_every_format_gives_the_same_entry(text, dated, told):
    feed = read(text)
    assert feed.title == "News"
    assert feed.entries == (
        Entry(
            "https://news.test/1",
            "Ministers meet",
            MORNING if dated else None,
            "They met." if told else None,
        ),
    )


ORIGINAL_LINK = """<feedburner:origLink xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"
>https://a.test/x</feedburner:origLink>"""


@pytest.mark.parametrize(
    ("inside", "url"),
    [
        ("<link>https://a.test/x?a=1&amp;b=2</link>", "https://a.test/x?a=1&b=2"),
        ("<link><![CDATA[https://a.test/x?a=1&b=2]]></link>", "https://a.test/x?a=1&b=2"),
        ("<link>\n   https://a.test/x\n  </link>", "https://a.test/x"),
        ("<link>/x</link>", "https://news.test/x"),
        ("<link>x.html</link>", "https://news.test/world/x.html"),
        ("<link>//a.test/x</link>", "https://a.test/x"),
        ("<link>?id=5</link>", "https://news.test/world/rss.xml?id=5"),
        ("<guid>https://a.test/x</guid>", "https://a.test/x"),
        ('<guid isPermaLink="true">https://a.test/x</guid>', "https://a.test/x"),
        ('<link/><guid isPermaLink="true">https://a.test/x</guid>', "https://a.test/x"),
        ('<guid isPermaLink="false">https://a.test/x</guid>', "https://a.test/x"),
        ('<link>https://a.test/x</link><guid isPermaLink="false">77</guid>', "https://a.test/x"),
        ("<link>https://a.test/x</link><guid>https://a.test/y</guid>", "https://a.test/x"),
        ('<atom:link xmlns:atom="http://www.w3.org/2005/Atom" href="/x"/>', "https://news.test/x"),
        (f"<link>http://feeds.test/~r/1</link>{ORIGINAL_LINK}", "http://feeds.test/~r/1"),
        (ORIGINAL_LINK, "https://a.test/x"),
        ("<link>https://a.test/ä ö</link>", "https://a.test/ä%20ö"),
        (
            "<link>https://a.test/x</link><enclosure url='https://a.test/m.mp3'/>",
            "https://a.test/x",
        ),
        ("<guid isPermaLink='false'>News item 5</guid>", None),
        ("<link>javascript:alert(1)</link>", None),
        ("<link>mailto:a@b</link>", None),
        ("<title>only</title>", None),
        ("<link>http://[::1</link>", None),
    ],
)
def test_an_entry_leads_to_its_article(inside, url):
    entries = read(rss(f"<item>{inside}</item>")).entries
    assert [entry.url for entry in entries] == ([url] if url else [])


def test_xml_base_moves_the_links():
    text = ATOM_10.replace("<feed ", '<feed xml:base="https://b.test/c/" ')
    entry = read(text.replace('href="https://news.test/1"', 'href="1"')).entries[0]
    assert entry.url == "https://b.test/c/1"


def test_a_content_location_header_does_not():
    headers = {"content-location": "https://evil.test/", "content-type": "text/xml"}
    body = rss("<item><link>/x</link></item>").encode()
    page = Page("https://news.test/rss", 200, headers, body, NOW)
    assert parse(page).entries[0].url == "https://news.test/x"


@pytest.mark.parametrize(
    ("date", "when"),
    [
        ("Mon, 15 Jan 2024 08:30:00 GMT", MORNING),
        ("Mon, 15 Jan 2024 10:30:00 +0200", MORNING),
        ("Mon, 15 Jan 2024 03:30 EST", MORNING),
        ("15 Jan 24 08:30:00 Z", MORNING),
        ("Monday, 15 January 2024 08:30:00 +0000", MORNING),
        ("2024-01-15T08:30:00Z", MORNING),
        ("2024-01-15T08:30:00.000+00:00", MORNING),
        ("2024-01-15 08:30:00", MORNING),
        ("2024-01-15 10:30:00 +02:00", MORNING),
        ("January 15, 2024 8:30 AM", MORNING),
        ("15.01.2024 08:30", MORNING),
        ("15/01/2024 08:30", MORNING),
        ("01/15/2024 08:30", MORNING),
        ("2024/01/15 08:30:00", MORNING),
        ("2024-01-15", datetime(2024, 1, 15, tzinfo=UTC)),
        ("02/01/2024 00:00", datetime(2024, 1, 2, tzinfo=UTC)),  # 1 February has not been yet
        ("Mon, 15 Jan 2034 08:30:00 GMT", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("yesterday", None),
        ("", None),
        ("-", None),
    ],
)
def test_dates_are_utc_or_doubted(date, when):
    assert read(rss(item(f"<pubDate>{date}</pubDate>"))).entries[0].published == when


def test_a_doubtful_date_gives_way_to_the_next():
    dc = '<dc:date xmlns:dc="http://purl.org/dc/elements/1.1/">2024-01-15T08:30:00Z</dc:date>'
    assert read(rss(item(f"<pubDate>soon</pubDate>{dc}"))).entries[0].published == MORNING


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Meet &amp; greet", "Meet & greet"),
        ("Meet &amp;amp; greet", "Meet & greet"),
        ("It&amp;#8217;s on", "It’s on"),
        ("<![CDATA[Meet & <b>greet</b>]]>", "Meet & greet"),
        ("Caf&eacute;", "Café"),
        ("5 &lt; 6", "5 < 6"),
        ("  two\n  lines ", "two lines"),
        ("A &amp;lt;b&amp;gt;bold&amp;lt;/b&amp;gt;", "A bold"),
        ("AT&T", "AT&T"),
        ("", None),
    ],
)
def test_titles_are_plain(title, text):
    xml = rss(f"<item><title>{title}</title><link>https://news.test/a</link></item>")
    assert read(xml).entries[0].title == text


def test_summaries_are_plain_and_short():
    markup = "<p>One.</p><p>Two <a href='x'>th</a>ree.<script>evil()</script><br/>Four."
    long = item(f"<description><![CDATA[{markup} {'word ' * 500}]]></description>")
    summary = read(rss(long)).entries[0].summary
    assert summary is not None
    assert summary.startswith("One. Two three. Four. word")
    assert summary.endswith("word…")
    assert len(summary) <= MAX_SUMMARY


def test_an_article_stands_in_a_feed_once():
    assert len(read(rss(item("") * 3)).entries) == 1


SY = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
FOUR_A_DAY = f"""<sy:updatePeriod {SY}> Daily </sy:updatePeriod>
<sy:updateFrequency {SY}>4</sy:updateFrequency>"""


@pytest.mark.parametrize(
    ("channel", "ttl", "hours"),
    [
        ("", None, set()),
        ("<ttl>60</ttl>", 3600.0, set()),
        ("<ttl> 5 </ttl>", 300.0, set()),
        ("<ttl>0</ttl>", None, set()),
        ("<ttl>-5</ttl>", None, set()),
        ("<ttl>soon</ttl>", None, set()),
        (f"<sy:updatePeriod {SY}>hourly</sy:updatePeriod>", 3600.0, set()),
        (FOUR_A_DAY, 21600.0, set()),
        ("<skipHours><hour>0</hour><hour> 1 </hour><hour>24</hour></skipHours>", None, {0, 1}),
        (
            f"<skipHours>{''.join(f'<hour>{h}</hour>' for h in range(24))}</skipHours>",
            None,
            set(),
        ),
    ],
)
def test_a_feed_may_ask_for_peace(channel, ttl, hours):
    feed = read(rss(item(""), channel))
    assert (feed.ttl, feed.skip_hours) == (ttl, hours)


@pytest.mark.parametrize(
    ("days", "skipped"),
    [
        (("Saturday", "Sunday"), {5, 6}),
        ((" sunday ",), {6}),
        (("Someday", "7"), set()),
        (("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), set()),
    ],
)
def test_a_feed_may_ask_for_peace_on_days(days, skipped):
    named = "".join(f"<day>{day}</day>" for day in days)
    assert read(rss(item(""), f"<skipDays>{named}</skipDays>")).skip_days == skipped


# ---- charsets -------------------------------------------------------------------------------

RUSSIAN = "Министры встретились"


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        ("utf-8", "", "text/xml"),
        ("utf-8", "", "text/xml; charset=iso-8859-1"),
        ("utf-8-sig", "", "text/xml"),
        ("utf-16", "utf-16", "text/xml"),
        ("utf-16-le", "utf-16", "text/xml"),
        ("windows-1251", "windows-1251", "text/xml"),
        ("windows-1251", "", "text/xml; charset=windows-1251"),
        ("koi8-r", "koi8-r", "application/rss+xml"),
        ("windows-1251", "utf-8", "application/rss+xml"),
    ],
)
def test_text_is_read_in_its_own_encoding(encoding, declared, content_type):
    xml = rss(f"<item><title>{RUSSIAN}</title><link>https://news.test/a</link></item>" * 5)
    if declared:
        xml = xml.replace('"1.0"', f'"1.0" encoding="{declared}"', 1)
    assert read(xml.encode(encoding), content_type).entries[0].title == RUSSIAN


@pytest.mark.parametrize("encoding", ["punycode", "idna", "unicode_escape", "zip", "rot13", "x"])
def test_only_encodings_of_the_web_are_followed(encoding):
    xml = rss(item("")).replace('"1.0"', f'"1.0" encoding="{encoding}"', 1).encode()
    assert read(xml.replace(b"<title>T", b"<title>\xe9")).entries[0].title == "é"


# ---- broken feeds ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "\n\n  " + RSS_20,
        "<br />\n<b>Warning</b>: include(): failed in x.php on line 5\n" + RSS_20,
        "<!-- <rss> a comment --><?xml-stylesheet href='x'?>" + RSS_20,
        RSS_20.replace("They met.", "They \x00\x08met &nbsp; &foo; & more"),
        RSS_20.replace("</channel></rss>", ""),
        RSS_20.replace("They met.</description></item></channel></rss>", "They m"),
        RSS_20.replace("They met.", "They <b>met."),
        RSS_20.replace("<item>", '<item><media:thumbnail url="x"/>'),
        RSS_20.replace("They met.", "<![CDATA[They met."),
        RSS_20 + "<script>tracking()</script>",
        RSS_20.encode() + b"\xff\xfe\x00",
    ],
    ids=[
        "white space first",
        "PHP warning first",
        "comment first",
        "NULs and entities",
        "no end",
        "cut",
        "unclosed tag",
        "unbound prefix",
        "open CDATA",
        "script behind",
        "bytes behind",
    ],
)
def test_broken_feeds_are_read_as_far_as_they_go(text):
    entries = read(text).entries
    assert [(e.url, e.title, e.published) for e in entries] == [
        ("https://news.test/1", "Ministers meet", MORNING)
    ]


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("", "it is not XML"),
        ("hello", "it is not XML"),
        ("<!doctype html><html><body>Not found</body></html>", "it is an HTML page"),
        ("<opml><body/></opml>", "its root element is <opml>"),
        ('{"version": "x"}', "it is JSON, but no JSON Feed"),
        ("<!-- <rss> -->", "its root element is <rss>"),
        ("<rdf><x/></rdf>", "nothing of a feed in it"),
    ],
)
def test_what_is_no_feed_is_rejected(text, detail):
    with pytest.raises(Rejected) as caught:
        read(text)
    assert caught.value.reason == "not-a-feed"
    assert detail in caught.value.detail


def test_an_empty_feed_is_a_feed():
    assert read(rss("")) == ParsedFeed(title="News")


# ---- hostile feeds --------------------------------------------------------------------------


def test_entities_are_never_expanded():
    bomb = '<!DOCTYPE rss [<!ENTITY a "boom"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
    text = RSS_20.replace("<rss", bomb + "<rss").replace("They met.", "&b;")
    assert "boom" not in str(read(text))


def test_external_entities_are_never_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    dtd = f'<!DOCTYPE rss [<!ENTITY a SYSTEM "file://{secret}">]>'
    text = RSS_20.replace("<rss", dtd + "<rss").replace("Ministers meet", "&a;")
    assert "secret" not in str(read(text).entries[0].title)


def test_a_dtd_behind_the_root_does_nothing():
    text = '<rss version="2.0"><!DOCTYPE x [<!ENTITY a "b">]><item><title>&a;</title></item></rss>'
    assert read(text).entries == ()


def test_only_so_many_entries_are_read():
    many = "".join(
        f"<item><title>T{n}</title><link>https://news.test/{n}</link></item>" for n in range(20_000)
    )
    for text in (rss(many), rss(many).replace("</channel>", "<b>"), rss(many)[:-20]):
        began = time.process_time()
        entries = read(text).entries
        assert len(entries) == MAX_ENTRIES
        assert entries[-1].url == f"https://news.test/{MAX_ENTRIES - 1}"
        assert time.process_time() - began < 3


@pytest.mark.parametrize(
    "body",
    [
        "<x>" * 100_000,
        "<x>" * 100_000 + "</x>" * 100_000,
        "<item " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>",
        "<item " + " ".join(f"a{n}=1" for n in range(100_000)) + ">",
        "<x/>" * 1_000_000,
        "<item><title>" + "&#x" * 1_100_000,
        "<item a='" + '"' * 1_000_000,
        "<" * 120_000,
        "<a " * 120_000,
    ],
    ids=[
        "deep",
        "deep closed",
        "attributes",
        "bare attributes",
        "tags",
        "references",
        "quotes",
        "angles",
        "open",
    ],
)
def test_what_would_take_too_long_is_too_complex(body):
    began = time.process_time()
    with pytest.raises(Rejected) as caught:
        read(rss(body))
    assert caught.value.reason == "too-complex"
    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    "body",
    [
        "<a " * 60_000,
        "<![CDATA[" * 100_000,
        "&" * 1_000_000,
        "<!--" * 50_000,
        ("<item " + " ".join(f"a{n}=1" for n in range(3_000)) + ">") * 60,
        "<item><title>" + "<b>" * 90_000,
        "<item><title>&#99999999999;</title><link>https://news.test/a</link></item><b>",
    ],
    ids=["open tags", "CDATA", "ampersands", "comments", "many attributes", "bold", "charref"],
)
def test_what_is_read_is_read_quickly(body):
    began = time.process_time()
    with contextlib.suppress(Rejected):
        read(rss(body))
    assert time.process_time() - began < 5


# ---- marks ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "was", "now"),
    [
        (RSS_20, "Ministers meet", "Ministers to meet"),
        (RSS_20, "They met.", "They did not meet."),
        (RSS_20, "Mon, 15 Jan", "Tue, 16 Jan"),
        (RSS_10, "10:30:00", "11:30:00"),
        (ATOM_10, "2024-01-16T00:00:00Z", "2024-01-16T09:00:00Z"),
        (ATOM_10, "They met.", "They did not meet."),
        (ATOM_03, "They met.", "They did not meet."),
    ],
)
def test_an_entry_of_which_something_else_is_said_has_another_mark(text, was, now):
    (before,), (same,), (after,) = (
        read(t).entries for t in (text, text + "\n", text.replace(was, now))
    )
    assert was in text
    assert before.mark == same.mark != after.mark
