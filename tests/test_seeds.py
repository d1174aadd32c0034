"""The seeds are what they claim: fifty feeds to watch, and a newsroom that is hard to read."""

from __future__ import annotations

import csv
import html
import json
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import feedparser
import pytest
import trafilatura

from worker.model import Feed
from worker.service import newsroom

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
FOLDER = SEEDS / "newsroom"
SHARED = ROOT.parent / "shared"
BASE = "http://127.0.0.1:8765"
TRACKING = ("utm_source", "utm_medium", "utm_campaign", "fbclid")

IGOS = {"UN", "EU", "OSCE", "IAEA", "OPCW"}
TYPES = {
    *("AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "AID", "RETREAT", "REQUEST"),
    *("ACCUSE", "REJECT", "THREATEN", "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT"),
}
MODES = {
    "CONSULT": {"visit", "third-party", "multilateral", "phone"},
    "REQUEST": {"assist", "change", "yield", "meet"},
    "ACCUSE": {"disapprove", "investigate", "allege"},
    "REJECT": {"assist", "change", "yield", "meet"},
    "SANCTION": {"convict", "expel", "withdraw", "discontinue"},
    "MOBILIZE": {"troops", "weapons", "police", "militia"},
}

# What stands on the pages around the articles; each of these is on one page at least.
FURNITURE = [
    "214 partners use cookies",
    "This site uses cookies",
    "sets cookies that the service",
    "uses cookies to count",
    "Share by e-mail",
    "Share this statement",
    "Tell a colleague",
    "Sign up for our newsletter",
    "Get the newsletter",
    "Daily news list by e-mail",
    "Most read",
    "Related stories",
    "From the same desk",
    "More on this subject",
    "See also",
    "Only subscribers can join the conversation",
    "Be the first to comment",
    "Client login",
    "Travel advice",
    "Classified advertisements",
    "Printed where the lines meet",
    "register your stay abroad",
    "Corrections and complaints",
    "Complaints book",
    "does not exist. It belongs to the demonstration newsroom",
]

PAGES = {
    page.path + ("?" + urlencode(sorted(page.query)) if page.query else ""): page
    for page in newsroom.load(FOLDER)
}
EXPECTED: list[dict[str, Any]] = [
    json.loads(line) for line in (FOLDER / "expected.jsonl").read_text("utf-8").splitlines()
]
READABLE = [doc for doc in EXPECTED if doc["fate"] != "rejected"]
by_id = {doc["doc_id"]: doc for doc in EXPECTED}


def source(path: str) -> str:
    """The document at a path, decoded as its Content-Type or its XML declaration says."""
    page = PAGES[path]
    head = page.content_type + page.body[:80].decode("ascii", "replace")
    found = re.search(r"(?:charset=|encoding=\")([\w-]+)", head)
    assert found, f"{path} does not tell its charset"
    return page.body.decode(found[1]).replace(newsroom.PLACEHOLDER, BASE)


def text_of(doc: dict[str, Any]) -> str:
    """What is left of the page of an article once it is cleaned."""
    text = trafilatura.extract(source(doc["url"]), include_comments=False)
    assert text is not None
    return text


def untracked(url: str) -> str:
    """The path and the query without tracking parameters."""
    parts = urlsplit(url)
    query = urlencode([(k, v) for k, v in parse_qsl(parts.query) if k not in TRACKING])
    return parts.path + (f"?{query}" if query else "")


def parsed(path: str) -> Any:
    body = PAGES[path].body.replace(newsroom.PLACEHOLDER.encode(), BASE.encode())
    return feedparser.parse(body)


def day(entry: Any) -> str:
    """The day of an entry; feedparser takes ``dc:date`` for the date of an update."""
    return date(*(entry.get("published_parsed") or entry.updated_parsed)[:3]).isoformat()


def shingles(text: str, size: int) -> set[str]:
    """Every run of ``size`` words, in lower case."""
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[i : i + size]) for i in range(len(words) - size + 1)}


# --- seeds/feeds.toml


def watched() -> list[Feed]:
    tables = tomllib.loads((SEEDS / "feeds.toml").read_text("utf-8"))["feed"]
    return [Feed(**table) for table in tables]


def test_forty_feeds_and_more_are_watched_each_once():
    urls = [feed.url for feed in watched()]
    assert len(urls) >= 40
    assert len(set(urls)) == len(urls)
    assert all(re.match(r"https?://[a-z0-9.-]+\.[a-z]+/", url) for url in urls)


def test_every_watched_feed_says_who_speaks_and_for_whom():
    for feed in watched():
        assert feed.outlet
        assert feed.language == "en"
        assert not feed.official or feed.country, f"{feed.outlet} is the voice of nobody"
        assert feed.country not in IGOS or feed.official, f"{feed.outlet} speaks for its IGO"


def test_countries_of_feeds_are_iso_codes():
    facts = SHARED / "facts" / "countries.tsv"
    if not facts.exists():
        pytest.skip("../shared/facts/countries.tsv is not here to check the codes against")
    with facts.open(encoding="utf-8") as lines:
        known = {row["iso3"] for row in csv.DictReader(lines, delimiter="\t")}
    told = {f.country for f in [*watched(), *newsroom.feeds(FOLDER, BASE)]} - {None}
    assert told <= known | IGOS


def test_no_feed_is_watched_that_is_known_to_be_dead():
    facts = SHARED / "facts" / "feeds.csv"
    if not facts.exists():
        pytest.skip("../shared/facts/feeds.csv is not here to check the addresses against")
    with facts.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    dead = {
        row["url"]
        for row in rows
        if re.search(r"dead|404|403|closed|stale|returns HTML", row["status_when_last_seen"])
    }
    assert dead
    assert not dead & {feed.url for feed in watched()}


# --- the newsroom's folder


def test_the_manifest_names_every_file_once():
    on_disk = {p for p in FOLDER.rglob("*") if p.is_file() and p.name != "expected.jsonl"}
    tables = tomllib.loads((SEEDS / "newsroom.toml").read_text("utf-8"))["page"]
    assert sorted(FOLDER / table["file"] for table in tables) == sorted(on_disk)
    assert len({table["path"] for table in tables}) == len(tables)


def test_every_link_inside_the_newsroom_leads_somewhere():
    links = set()
    for path in PAGES:
        links |= set(re.findall(rf"{BASE}(/[^\s\"'<>#\]]*)", source(path)))
    broken_off = {link for link in links if untracked(html.unescape(link)) not in PAGES}
    assert len(links) > 25
    assert not broken_off


def test_nothing_points_at_one_fixed_address():
    for path, page in PAGES.items():
        assert b"127.0.0.1" not in page.body, path
        assert b"localhost" not in page.body, path


@pytest.mark.parametrize(
    ("path", "version", "encoding"),
    [
        ("/meridian/rss.xml", "rss20", "utf-8"),
        ("/skerry/feed.atom", "atom10", "utf-8"),
        ("/mfa/news.rdf", "rss10", "iso-8859-1"),
    ],
)
def test_feed_parses_and_lists_what_it_should(path: str, version: str, encoding: str):
    feed = parsed(path)
    assert not feed.bozo
    assert (feed.version, feed.encoding) == (version, encoding)
    assert {untracked(entry.link) for entry in feed.entries} == {
        doc["url"] for doc in EXPECTED if doc["feed"] == path
    }
    dates = {untracked(e.link): day(e) for e in feed.entries}
    assert dates == {doc["url"]: doc["published"] for doc in EXPECTED if doc["feed"] == path}


def test_the_newsroom_is_watched_through_its_three_feeds():
    feeds = newsroom.feeds(FOLDER, BASE)
    assert {f.url.removeprefix(BASE) for f in feeds} == {doc["feed"] for doc in EXPECTED}
    assert [(f.country, f.official) for f in feeds] == [
        ("GBR", False),
        ("NOR", False),
        ("PRT", True),
    ]


def test_one_article_is_listed_twice_under_tracking_parameters_of_two_kinds():
    links = [e.link for path in ("/meridian/rss.xml", "/skerry/feed.atom", "/mfa/news.rdf")
             for e in parsed(path).entries]  # fmt: skip
    twice = [link for link in links if untracked(link) == by_id["meridian-sanctions"]["url"]]
    assert len(links) == len(EXPECTED) + 1
    assert len(set(twice)) == 2


def test_the_reprint_is_listed_with_a_parameter_that_matters_between_two_that_do_not():
    [link] = [e.link for e in parsed("/meridian/rss.xml").entries if "fbclid" in e.link]
    names = [name for name, _ in parse_qsl(urlsplit(link).query)]
    assert names == ["utm_source", "utm_medium", "id", "fbclid"]
    assert untracked(link) == by_id["meridian-reprint"]["url"]
    assert source("/meridian/story?id=4471") != source("/meridian/story?id=4468")


# --- the articles


@pytest.mark.parametrize("doc", READABLE, ids=lambda doc: doc["doc_id"])
def test_article_is_found_on_its_page_and_the_furniture_is_not(doc: dict[str, Any]):
    text = text_of(doc)
    assert doc["opens"] in text
    assert text.removesuffix("\nReporting by Skerry Wire.").endswith(doc["closes"])
    assert 150 <= len(text.split()) <= 450
    assert [piece for piece in FURNITURE if piece in text] == []


def test_every_piece_of_furniture_stands_on_a_page():
    everything = "\n".join(source(path) for path in PAGES)
    assert [piece for piece in FURNITURE if piece not in everything] == []


def test_the_broken_page_has_no_text():
    assert trafilatura.extract(source(by_id["meridian-broken"]["url"])) is None


def test_the_page_in_windows_1252_needs_its_charset():
    """It calls itself ISO-8859-1, as such pages do, and has quotes that ISO-8859-1 lacks."""
    body = PAGES["/skerry/news/spain-field-hospital"].body
    assert "charset=iso-8859-1" in body.decode("cp1252")
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")
    assert "€2.4 million" in text_of(by_id["skerry-aid"])
    assert "Côte d’Ivoire" in text_of(by_id["skerry-aid"])


def test_structured_data_is_on_some_pages_and_not_on_others():
    pages = [source(doc["url"]) for doc in READABLE]
    linked, graphed, canonical = (
        sum(mark in page for page in pages)
        for mark in ("NewsArticle", 'property="og:', 'rel="canonical"')
    )
    assert 0 < linked < len(pages)
    assert 0 < graphed < len(pages)
    assert 0 < canonical < len(pages)
    for page in pages:
        for block in re.findall(
            r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL
        ):
            assert json.loads(block)["@context"] == "https://schema.org"


def test_the_reprint_has_another_lead_and_the_same_body():
    reprint, original = text_of(by_id["meridian-reprint"]), text_of(by_id["skerry-expulsions"])
    shared = shingles(reprint, 5) & shingles(original, 5)
    assert len(shared) / len(shingles(reprint, 5)) >= 0.6
    lead = reprint.splitlines()[0]
    assert not shingles(lead, 5) & shingles(original, 5)
    assert "Reporting by Skerry Wire." in reprint


def test_other_articles_share_next_to_nothing():
    """Two papers on one treaty are two sources, and must not be taken for copies."""
    mine, theirs = text_of(by_id["meridian-treaty"]), text_of(by_id["mfa-treaty"])
    assert len(shingles(mine, 5) & shingles(theirs, 5)) / len(shingles(mine, 5)) < 0.05


def test_the_football_report_speaks_the_language_of_war():
    text = text_of(by_id["meridian-football"])
    assert "match between France and Brazil" in text
    for word in ("attack", "defence", "strike", "battle", "truce", "retreat", "protested"):
        assert word in text
    assert by_id["meridian-football"]["events"] == []


def test_the_telephone_call_is_told_in_our_own_words():
    seed = SHARED / "seeds" / "2024-01-15-modi-putin-call.txt"
    if not seed.exists():
        pytest.skip("../shared/seeds, which holds the story that was retold, is not here")
    ours = shingles(text_of(by_id["meridian-call"]), 6)
    assert not ours & shingles(seed.read_text("utf-8"), 6)


# --- newsroom/expected.jsonl


def test_every_fate_is_told_with_what_belongs_to_it():
    assert {doc["fate"] for doc in EXPECTED} == {"published", "empty", "duplicate", "rejected"}
    for doc in EXPECTED:
        assert (doc["fate"] == "rejected") == ("reason" in doc)
        assert (doc["fate"] == "duplicate") == ("copy_of" in doc)
        assert bool(doc["events"]) == (doc["fate"] in {"published", "duplicate"})
        assert doc.get("copy_of", doc["doc_id"]) in by_id
    assert len(by_id) == len(EXPECTED)


@pytest.mark.parametrize("doc", READABLE, ids=lambda doc: doc["doc_id"])
def test_expected_events_keep_to_the_coding_guide(doc: dict[str, Any]):
    text = text_of(doc)
    for event in doc["events"]:
        assert event["type"] in TYPES
        assert event["mode"] is None or event["mode"] in MODES[event["type"]]
        assert event["actors"]
        assert not set(event["actors"]) & set(event["recipients"])
        assert all(re.fullmatch(r"[A-Z]{2,}", p) for p in event["actors"] + event["recipients"])
        assert event["evidence"] in text
        assert event["date"] is None or re.fullmatch(r"\d{4}(-\d\d){0,2}", event["date"])
        old = event["date"] is not None and event["date"] < "2023-12-15"
        assert event["historical"] == old


def test_a_story_and_its_reprint_tell_the_same_events():
    def told(doc_id: str) -> list[tuple[Any, ...]]:
        fields = ("type", "mode", "actors", "recipients", "date")
        return [tuple(map(str, (e[f] for f in fields))) for e in by_id[doc_id]["events"]]

    assert told("meridian-reprint") == told(by_id["meridian-reprint"]["copy_of"])
