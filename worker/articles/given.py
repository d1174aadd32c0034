"""Documents from outside: what is said of them is believed before what they say themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

from worker.articles import language
from worker.articles.agency import credited
from worker.articles.clean import MIN_TEXT, clean
from worker.errors import Rejected
from worker.model import Article, Entry, Feed, Page, article_id

FEED = "ingest:"  # begins the address of what stands for a feed with them
TEXT = "text/plain; charset=utf-8"  # the type of a document that is its text, in UTF-8
_WEB = ("http://", "https://")


def is_given(feed: Feed) -> bool:
    """Whether a document came from outside, with what is known of it."""
    return feed.url.startswith(FEED)


def given(page: Page, feed: Feed, entry: Entry) -> Article:
    """Read a document that came with what is known of it: a page, or a plain text.

    The entry's title and time count before the page's. A time without a zone at midnight is a day.

    Raises:
        Rejected: as `worker.articles.clean.clean`.
    """
    plain = page.headers.get("content-type") == TEXT
    article = _text(page, feed) if plain else clean(page, feed, entry)
    when = _day_or_time(entry.published)
    return replace(
        article,
        title=entry.title or article.title,
        published=when or article.published,
        published_basis="given" if when else article.published_basis,
    )


def _text(page: Page, feed: Feed) -> Article:
    """The text as it is, to the character."""
    text = page.body.decode("utf-8", "replace")
    if len(text) < MIN_TEXT:
        raise Rejected("too-short", f"{len(text)} characters of text")
    spoken = language.told(text, feed.language)
    if not language.is_read(spoken):
        raise language.Foreign(spoken)
    return Article(
        id=article_id(page.url),
        text=text,
        url=page.url if page.url.startswith(_WEB) else None,
        source=feed.outlet or None,
        country=feed.country,
        official=feed.official,
        language=spoken,
        agency=credited(text),
    )


def _day_or_time(when: datetime | None) -> date | None:
    if when is None or when.tzinfo:
        return when
    return when.date() if when.time() == time(0) else when.replace(tzinfo=UTC)
