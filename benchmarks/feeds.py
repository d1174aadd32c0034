"""Links, titles and dates of damaged feeds, next to feedparser's: figures of docs/ingestion.md.

    python -m benchmarks.feeds

The feeds are made up here: every dialect of RSS and Atom, broken in the ways of real ones.
feedparser reads them as it comes, with all that it repairs. Where it finds an http link, a title or
a date of an entry, we should too.
"""

from __future__ import annotations

import io
import itertools
from calendar import timegm
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser

from worker.errors import Rejected
from worker.feeds.entries import plain
from worker.feeds.parse import parse
from worker.model import Page

NOW = datetime(2024, 1, 16, 12, tzinfo=UTC)
URL = "https://news.test/feeds/world.xml"
ENTRIES = 12
TITLES = ("Envoys meet", "Trade &amp; aid", "“Quoted” words – and a dash", "Café in Genève")
FORMS = {
    "rfc822": lambda at: at.strftime("%a, %d %b %Y %H:%M:%S +0000"),
    "iso": lambda at: at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    "zone": lambda at: (at - timedelta(hours=5)).strftime("%a, %d %b %Y %H:%M:%S EST"),
}


def _item(n: int, form: str, link: str) -> tuple[str, str, str]:
    return TITLES[n % len(TITLES)], link.format(n=n), FORMS[form](NOW - timedelta(hours=3 * n + 1))


def _rss(version: str, form: str, link: str) -> str:
    items = "".join(
        f"<item><title>{title}</title><link>{url}</link><pubDate>{date}</pubDate>"
        f"<description><![CDATA[<p>Of the {title}</p>]]></description></item>"
        for title, url, date in (_item(n, form, link) for n in range(ENTRIES))
    )
    channel = f"<title>World</title><link>https://news.test/</link>{items}"
    return f'<rss version="{version}"><channel>{channel}</channel></rss>'


def _rdf(form: str, link: str) -> str:
    items = "".join(
        f'<item rdf:about="{url}"><title>{title}</title><link>{url}</link>'
        f"<dc:date>{date}</dc:date></item>"
        for title, url, date in (_item(n, form, link) for n in range(ENTRIES))
    )
    spaces = (
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    )
    return f"<rdf:RDF {spaces}><channel><title>World</title></channel>{items}</rdf:RDF>"


def _atom(space: str, named: str, form: str, link: str) -> str:
    entries = "".join(
        f'<entry><title type="html">{title}</title><link rel="alternate" href="{url}"/>'
        f"<id>tag:news.test,2024:{n}</id><{named}>{date}</{named}></entry>"
        for n in range(ENTRIES)
        for title, url, date in [_item(n, form, link)]
    )
    return f'<feed xmlns="{space}"><title>World</title>{entries}</feed>'


DIALECTS: dict[str, Callable[[str, str], str]] = {
    "RSS 0.91": lambda form, link: _rss("0.91", form, link),
    "RSS 0.92": lambda form, link: _rss("0.92", form, link),
    "RSS 1.0": _rdf,
    "RSS 2.0": lambda form, link: _rss("2.0", form, link),
    "Atom 0.3": lambda form, link: _atom("http://purl.org/atom/ns#", "issued", form, link),
    "Atom 1.0": lambda form, link: _atom("http://www.w3.org/2005/Atom", "published", form, link),
}
PROLOG = '<?xml version="1.0" encoding="utf-8"?>\n'
DAMAGES: dict[str, Callable[[str], bytes]] = {
    "none": lambda feed: (PROLOG + feed).encode(),
    "byte order mark": lambda feed: ("\ufeff" + PROLOG + feed).encode(),
    "blank lines first": lambda feed: ("\n \n" + PROLOG + feed).encode(),
    "a warning of PHP first": lambda feed: ("<b>Warning</b>: x in y\n" + PROLOG + feed).encode(),
    "no declaration": lambda feed: feed.encode(),
    "Latin-1 that says UTF-8": lambda feed: (PROLOG + feed).encode("cp1252", "replace"),
    "UTF-16": lambda feed: (PROLOG.replace("utf-8", "utf-16") + feed).encode("utf-16"),
    "bare ampersands": lambda feed: (PROLOG + feed.replace("&amp;", "&")).encode(),
    "entities of HTML": lambda feed: (PROLOG + feed.replace("Café", "Caf&eacute;")).encode(),
    "control characters": lambda feed: (PROLOG + feed.replace("words", "wo\x0brds\x00")).encode(),
    "cut in the middle": lambda feed: (PROLOG + feed[: len(feed) * 7 // 10]).encode(),
    "a stray tag": lambda feed: (PROLOG + feed.replace("Envoys", "<br>Envoys")).encode(),
    "an undeclared prefix": lambda feed: (
        PROLOG + feed.replace("<title", "<media:x>1</media:x><title")
    ).encode(),
    "a stylesheet and a DTD": lambda feed: (
        PROLOG + '<?xml-stylesheet href="x.xsl"?><!DOCTYPE rss SYSTEM "x.dtd">' + feed
    ).encode(),
    "rubbish behind the end": lambda feed: (
        PROLOG + feed + "<!-- 0.2 s --><script>x</script>"
    ).encode(),
}
LINKS = ("https://news.test/a/{n}", "/a/{n}?x=1&amp;y=2", "\n  https://news.test/a/{n}\n")


_ATOM = 'xmlns="http://www.w3.org/2005/Atom"'
_IN_ATOM = 'xmlns:atom="http://www.w3.org/2005/Atom"'
_A = "<title>A</title>"
MANNERS = {  # of writing an entry's link, each in a feed of its own
    "xml:base of the feed": f"""<feed {_ATOM} xml:base="https://o.test/x/"><entry>{_A}
        <link href="a/1"/></entry></feed>""",
    "xml:base of entry and link": f"""<feed {_ATOM} xml:base="https://o.test/x/">
        <entry xml:base="sub/">{_A}<link xml:base="deep/" href="a/1"/></entry></feed>""",
    "self and replies before alternate": f"""<feed {_ATOM}><entry>{_A}<link rel="self" href="/s"/>
        <link rel="replies" href="/r"/><link rel="alternate" href="/a"/></entry></feed>""",
    "a relation by its address": f"""<feed {_ATOM}><entry>{_A}<link href="/a"
        rel="http://www.iana.org/assignments/relation/alternate"/></entry></feed>""",
    "an enclosure before the link": f"""<feed {_ATOM}><entry>{_A}<link rel="enclosure"
        href="/a.mp3"/><link href="/a"/></entry></feed>""",
    "two alternates": f"""<feed {_ATOM}><entry>{_A}<link hreflang="en" href="/en"/>
        <link hreflang="fr" href="/fr"/></entry></feed>""",
    "an id alone": f"<feed {_ATOM}><entry>{_A}<id>https://news.test/1</id></entry></feed>",
    "a source inside": f"""<feed {_ATOM}><entry>{_A}<link href="/a"/><source><title>S</title>
        <link href="https://s.test/"/><id>https://s.test/id</id></source></entry></feed>""",
    "no namespace": f'<feed><entry>{_A}<link href="/a"/></entry></feed>',
    "a prefix for all": """<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry>
        <a:title>A</a:title><a:link href="/a"/></a:entry></a:feed>""",
    "guid alone": f"""<rss version="2.0"><channel><item>{_A}<guid>https://news.test/1</guid></item>
        <item>{_A}<guid isPermaLink="false">https://news.test/2</guid></item></channel></rss>""",
    "guid and an empty link": f"""<rss version="2.0"><channel><item>{_A}<link></link>
        <guid>https://news.test/1</guid></item></channel></rss>""",
    "CDATA": f"""<rss version="2.0"><channel><item>{_A}<link> <![CDATA[ https://news.test/a?x=1&y=2
        ]]> </link></item></channel></rss>""",
    "atom:link in RSS": f"""<rss version="2.0" {_IN_ATOM}><channel><item>{_A}<atom:link rel="self"
        href="/s"/><link>/a</link></item></channel></rss>""",
    "an image with a link": f"""<rss version="2.0"><channel><item>{_A}<image><title>I</title>
        <link>/i</link></image><link>/a</link></item></channel></rss>""",
    "markup in the description": f"""<rss version="2.0"><channel><item>{_A}<description><p>x
        <a href="/no">y</a></p></description><link>/a</link></item></channel></rss>""",
    "two links": f"""<rss version="2.0"><channel><item>{_A}<link>/1</link><link>/2</link></item>
        </channel></rss>""",
    "a link with an href": f"""<rss version="2.0"><channel><item>{_A}<link href="/a"/></item>
        </channel></rss>""",
    "capitals": """<RSS VERSION='2.0'><CHANNEL><ITEM><TITLE>A</TITLE><LINK>/a</LINK></ITEM>
        </CHANNEL></RSS>""",
    "unclosed elements": """<rss version="2.0"><channel><item><title>A<link>/a</link></item>
        <item><title>B</title><link>/b</item></channel></rss>""",
    "items behind the channel": f"""<rss version="2.0"><channel><title>W</title></channel><item>{_A}
        <link>/a</link></item></rss>""",
    "no host, no scheme": f"""<rss version="2.0"><channel><item>{_A}
        <link>//news.test/a</link></item>
        </channel></rss>""",
    "letters of another script": f"""<rss version="2.0"><channel><item>{_A}
        <link>https://news.test/статья/1</link></item></channel></rss>""",
    "a page around it": f"""<html><body><pre><rss version="2.0"><channel><item>{_A}<link>/a</link>
        </item></channel></rss></pre></body></html>""",
    "RSS 0.90": f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel><title>W</title></channel><item>{_A}
        <link>/a</link></item></rdf:RDF>""",
    "an address in rdf:about": f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        xmlns="http://purl.org/rss/1.0/">
        <item rdf:about="https://news.test/a">{_A}</item></rdf:RDF>""",
    "an entity of its own DTD": """<!DOCTYPE rss [<!ENTITY me "News">]><rss version="2.0"><channel>
        <item><title>&me; A</title><link>/a</link></item></channel></rss>""",
}


def corpus() -> Iterator[tuple[str, bytes]]:
    yield from ((name, feed.encode()) for name, feed in MANNERS.items())
    for (name, dialect), (damage, harm), form, link in itertools.product(
        DIALECTS.items(), DAMAGES.items(), FORMS, LINKS
    ):
        yield f"{name}, {damage}", harm(dialect(form, link))


def theirs(body: bytes) -> list[Any]:
    headers = {"content-location": URL, "content-type": "application/xml"}
    found = feedparser.parse(io.BytesIO(body), response_headers=headers)
    return [one for one in found.entries if str(one.get("link")).startswith("http")]


def compare(body: bytes) -> Counter[str]:
    """How much feedparser finds, and how much of it we find too."""
    try:
        ours = {entry.url: entry for entry in parse(Page(URL, 200, {}, body, NOW)).entries}
    except Rejected:
        ours = {}
    told: Counter[str] = Counter()
    for one in theirs(body):
        entry = ours.get(one["link"].strip())
        told["links"] += 1
        told["links found"] += entry is not None
        if title := plain(one.get("title"), 1_000):
            told["titles"] += 1
            told["titles found"] += entry is not None and entry.title == title
        moment = one.get("published_parsed") or one.get("updated_parsed")
        if moment:
            at = entry.published.timestamp() if entry and entry.published else None
            told["dates"] += 1
            told["dates found"] += at == timegm(moment)
    return told


def main() -> None:
    total: Counter[str] = Counter()
    worst: Counter[str] = Counter()
    feeds = 0
    for name, body in corpus():
        told = compare(body)
        total += told
        feeds += 1
        worst[name] += told["links"] - told["links found"]
    print(f"{feeds} feeds, {total['links']} entries with a link by feedparser")
    for what in ("links", "titles", "dates"):
        print(f"  recall of {what}: {total[what + ' found'] / total[what]:.4f} of {total[what]}")
    for name, lost in worst.most_common(5):
        print(f"  {lost} links lost: {name}" if lost else "", end="\n" if lost else "")


if __name__ == "__main__":
    main()
