"""The seeds file: what it may say, and the sentence for every mistake in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker.errors import ConfigError
from worker.feeds.seeds import NAMED, load, to_opml, to_toml
from worker.model import Feed


def write(folder: Path, text: str | bytes, name: str = "feeds.toml") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_toml_names_feeds(tmp_path):
    path = write(
        tmp_path,
        """
        # a comment
        [[feed]]
        url = "https://mfa.test/rss.xml"
        outlet = "Ministry"
        country = "DEU"
        language = "de"
        official = true

        [[feed]]
        url = "http://times.test/feed"
        outlet = "Times"
        """,
    )
    assert load(path) == [
        Feed("https://mfa.test/rss.xml", "Ministry", "DEU", "de", official=True),
        Feed("http://times.test/feed", "Times"),
    ]


def test_an_empty_file_names_no_feed(tmp_path):
    assert load(write(tmp_path, "")) == []


def test_a_byte_order_mark_does_not_matter(tmp_path):
    text = b'\xef\xbb\xbf[[feed]]\nurl = "http://a.test/"\noutlet = "\xc3\x84"'
    assert load(write(tmp_path, text))[0].outlet == "Ä"


OPML = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>World</title></head><body>
<outline text="Europe">
  <outline type="rss" text="Zeit" title="Die Zeit" xmlUrl="https://zeit.test/rss" language="de"/>
  <outline text="No feed here" htmlUrl="https://x.test/"/>
</outline>
<outline text="MFA" xmlUrl="https://mfa.test/rss?a=1&amp;b=2" country="FRA" official="true"/>
<outline xmlUrl="http://bare.test/feed"/>
</body></opml>"""


@pytest.mark.parametrize("name", ["feeds.opml", "feeds.xml", "feeds"])
def test_opml_names_feeds_in_folders(tmp_path, name):
    assert load(write(tmp_path, OPML, name)) == [
        Feed("https://zeit.test/rss", "Die Zeit", language="de"),
        Feed("https://mfa.test/rss?a=1&b=2", "MFA", "FRA", official=True),
        Feed("http://bare.test/feed", "bare.test"),
    ]


FEED = '[[feed]]\nurl = "https://a.test/rss"\noutlet = "A"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b'[[feed]]\nurl = "\xff"', "feeds.toml:2: byte 0xff is not UTF-8."),
        ("[[feed]]\nurl = \n", "feeds.toml:2: this is not TOML: invalid value."),
        ("[[feed]]\nurl = 'a", "feeds.toml:2: this is not TOML: "),
        ("[feed]\nurl = 'a'", "with two brackets"),
        ("feeds = 1", "'feeds' is not known here"),
        (FEED + "\n[[feed]]\noutlet = 'B'", "feeds.toml:5: the feed has no url."),
        ("[[feed]]\nurl = 'https://a.test/'", "feeds.toml:1: the feed has no outlet."),
        (FEED + "lang = 'en'", "'lang' is not a key of a feed; known are url, outlet, country"),
        (FEED + "official = 'yes'", "official = 'yes' is not true or false."),
        (FEED + "country = 5", "country = 5 is not a text."),
        (FEED + "country = 'Germany'", "country = 'Germany' is not a code such as DEU or EU."),
        (FEED + "language = 'english!'", "language = 'english!' is not a tag"),
        (FEED.replace("https", "ftp"), "does not begin with http:// or https://"),
        (FEED.replace("a.test", ""), "url = 'https:///rss' is not a URL."),
        (FEED.replace("a.test", "a b.test"), "is not a URL"),
        (FEED.replace("a.test", "u:p@a.test"), "carries a user name"),
        (FEED.replace("a.test", "a.test:x"), "is not a URL"),
        (FEED + FEED, "feeds.toml:4: the feed https://a.test/rss stands at "),
        (FEED + FEED.replace("a.test", "A.Test"), "stands at "),
        ("feed = [{url = 'http://a.test/'}]", "feeds.toml: feed 1: the feed has no outlet."),
    ],
)
def test_every_mistake_in_toml_is_one_sentence(tmp_path, text, says):
    with pytest.raises(ConfigError) as caught:
        load(write(tmp_path, text))
    assert says in str(caught.value)
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (OPML.replace("</opml>", ""), "feeds.opml:9: this is not XML: no element found."),
        (OPML.replace("</outline>", ""), "this is not XML: mismatched tag."),
        ("<html></html>", "the root element is <html>, not <opml>."),
        ("", "this is not XML"),
        (OPML.replace("https://zeit", "feed://zeit"), "feeds.opml:4: url = 'feed://zeit.test/rss'"),
        (
            OPML.replace('"true"', '"maybe"'),
            "feeds.opml:7: official = 'maybe' is not true or false.",
        ),
        (OPML.replace("http://bare.test/feed", "https://zeit.test/rss"), "feeds.opml:8: the feed"),
        (
            OPML.replace("<opml v", '<!DOCTYPE opml [<!ENTITY a "b">]><opml v'),
            "feeds.opml:2: entity 'a' is not allowed.",
        ),
    ],
)
def test_every_mistake_in_opml_is_one_sentence(tmp_path, text, says):
    with pytest.raises(ConfigError) as caught:
        load(write(tmp_path, text, "feeds.opml"))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_one_sentence_each(tmp_path):
    with pytest.raises(ConfigError, match=r"nowhere\.toml does not exist\.$"):
        load(tmp_path / "nowhere.toml")
    with pytest.raises(ConfigError, match="does not exist; DEMARCHE_SEEDS names the feeds file"):
        load(tmp_path / "nowhere.toml", NAMED)
    with pytest.raises(ConfigError, match=r"cannot be read: Is a directory\."):
        load(tmp_path)


def test_opml_is_read_back_as_it_was_written(tmp_path):
    feeds = [
        Feed("https://mfa.test/rss?a=1&b=<2>", 'The "Ministry" & Co', "DEU", "de", official=True),
        Feed("http://times.test/feed", "Τα Νέα"),
    ]
    assert load(write(tmp_path, to_opml(feeds), "out.opml")) == feeds


def test_a_listing_page_names_the_selector_of_its_links(tmp_path):
    listed = Feed("https://mfa.test/press", "MFA", links='ul.news a[href^="/en"]')
    assert load(write(tmp_path, to_toml([listed]))) == [listed]
    assert load(write(tmp_path, to_opml([listed]), "feeds.opml")) == [listed]


def test_a_selector_that_is_none_is_one_sentence(tmp_path):
    path = write(tmp_path, '[[feed]]\nurl = "https://a.test/"\noutlet = "A"\nlinks = "ul..news"\n')
    with pytest.raises(ConfigError, match=r"feeds\.toml:1: links = 'ul\.\.news' is not a CSS"):
        load(path)
