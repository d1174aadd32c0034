"""HTML → Article.

    tree → facts → text → is it an article at all?

A page can hang trafilatura (40,000 spans in one paragraph took 21 s), so the tree is measured
first; what still takes too long is killed from outside, with the child process that reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from lxml.html import HtmlElement

from worker.articles import dates, language, metadata, walls
from worker.articles.agency import credited
from worker.articles.links import canonical, claimed, site
from worker.articles.loading import load, slim
from worker.articles.maintext import main_text, without_heading
from worker.errors import Rejected
from worker.model import Article, Entry, Feed, Page, article_id

MIN_TEXT = 120  # characters: the shortest statements are two sentences


@dataclass(frozen=True, slots=True)
class Examined:
    """A page as it could be read, whether or not an article stands there.

    Attributes:
        article: what was read; its text may be a notice, a teaser, or nothing.
        fault: why it is no article to be coded; None where it is one.
        is_free: False where the page says that it is for those who pay.
    """

    article: Article
    fault: Rejected | None
    is_free: bool


def clean(page: Page, feed: Feed, entry: Entry) -> Article:
    """Read the article on a page; the feed says who speaks, the entry what it was announced as.

    Paragraphs are separated by a newline.

    Raises:
        Rejected: ``not-html``; ``too-complex`` (reading it would take too long); ``too-short``;
            ``paywall``, ``consent``, ``challenge``, ``not-found`` where a wall stands in its place.
        Foreign: ``language``: it is in one that the coder cannot read.
    """
    examined = examine(page, feed, entry)
    if examined.fault:
        raise examined.fault
    return examined.article


def examine(page: Page, feed: Feed, entry: Entry) -> Examined:
    """Read a page as `clean` does, and keep what stands on it even where that is no article.

    Raises:
        Rejected: ``not-html``; ``too-complex``.
    """
    tree, source = load(page)
    url = _url(page, tree)
    reader = dates.reader(tree, url or page.url, page.fetched)
    facts = metadata.read(tree, [page.url, url or ""], reader)
    headings = (*facts.headings, facts.title or "")
    text = without_heading(main_text(slim(tree)), headings)
    declared = feed.language or tree.get("lang") or "en"
    spoken = language.told(text, declared) if len(text) >= MIN_TEXT else declared
    fault = _fault(text, facts, page, entry) or _foreign(spoken)
    published, basis = facts.published, facts.published_basis
    if published is None:
        published, basis = _told_by_feed(entry, page)
    if published is None:
        published = _guessed(tree, source, url or page.url, facts, text, reader)
        basis = "page" if published else None
    article = Article(
        id=article_id(url or page.url),
        text=text,
        url=url,
        title=facts.title or entry.title,
        published=published,
        published_basis=basis,
        source=feed.outlet or facts.outlet,
        country=feed.country,
        official=feed.official,
        language=spoken,
        authors=facts.authors,
        agency=credited(text, facts.bylines),
    )
    return Examined(article, fault, facts.is_free)


def _url(page: Page, tree: HtmlElement) -> str | None:
    """The canonical URL; of a page that came from a file, what it says itself, if anything."""
    try:
        return canonical(page.url, tree)
    except Rejected:
        return claimed(tree)


def warm_up() -> None:
    """Load what reading the first hard page would load: a second or two of CPU.

    justext's words for pages with little text, the list of public suffixes, patterns. For a parent
    process before it forks, so that its children share it.
    """
    words = '<div class="date">day 5 of spring 2019</div>' * 5
    body = f"<html><head></head><body>{words}</body></html>".encode()
    page = Page("https://localhost/", 200, {"content-type": "text/html"}, body, datetime.now(UTC))
    examine(page, Feed(page.url, ""), Entry(page.url))
    site("https://localhost.test/")
    language.warm_up()


def _fault(text: str, facts: metadata.Metadata, page: Page, entry: Entry) -> Rejected | None:
    """Why this is no article to be coded."""
    wall = walls.found(text, facts.title or "", page.url, entry.url)
    if wall:
        return wall
    if not facts.is_free and len(text) < walls.TEASER:
        return Rejected("paywall", "the page says that it is not free, and shows a teaser")
    if len(text) < MIN_TEXT:
        return Rejected("too-short", f"{len(text)} characters of text")
    return None


def _foreign(spoken: str) -> Rejected | None:
    return None if language.is_read(spoken) else language.Foreign(spoken)


def _guessed(
    tree: HtmlElement,
    source: str,
    url: str,
    facts: metadata.Metadata,
    text: str,
    reader: dates.Reader,
) -> date | None:
    """The likeliest day; where nothing tells, that of a change, which is often the same."""
    return (
        dates.guessed(tree, url, facts.marks or dates.marks(tree, facts.title or ""), text, reader)
        or reader.first(dates.in_scripts(source))
        or facts.modified
        or dates.searched(tree, url, reader)
    )


def _told_by_feed(entry: Entry, page: Page) -> tuple[date | None, str | None]:
    if entry.published is not None and dates.is_plausible(entry.published, page.fetched):
        return entry.published, "feed"
    return None, None
