"""What stands at an address, before it is watched: what would be read, when, and what is wrong."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from worker.articles.clean import clean
from worker.deadline import deadline
from worker.errors import Rejected, Transient
from worker.feeds import schedule
from worker.feeds.discover import Found, discover
from worker.feeds.entries import ParsedFeed
from worker.feeds.health import findings, span, words
from worker.feeds.read import read
from worker.feeds.schedule import Habit
from worker.fetch import FEED
from worker.model import Article, Feed, Page
from worker.pipeline import Fetcher, Limits, Robots

_SHOWN = 5  # entries
_TRIED = 2  # articles, where the first cannot be read


@dataclass(frozen=True, slots=True)
class Inspection:
    """What one look at an address found.

    Attributes:
        feed: what it was looked at as.
        parsed: what can be read there; None where nothing can.
        offers: the feeds that the page names, where it is a page instead of a feed.
        lines: all that is to be told of it, for people.
    """

    feed: Feed
    parsed: ParsedFeed | None = None
    offers: tuple[Found, ...] = ()
    lines: tuple[str, ...] = field(default=())


def inspect(
    feed: Feed,
    fetcher: Fetcher,
    robots: Robots,
    now: datetime,
    limits: Limits,
    visit: Callable[[str], Page] | None = None,
) -> Inspection:
    """Look at a feed once, as the service would; nothing is kept.

    Args:
        feed: what stands there, as far as is known.
        fetcher, robots, now, limits: as in the pipeline.
        visit: fetches an article, to be told what comes of it; None: no article is read.
    """
    get: Callable[[str], Page] = lambda url: fetcher.get(url, accept=FEED)  # noqa: E731
    page: Page | None = None
    try:
        _check_robots(feed, robots, now)
        page = get(feed.url)
        whole, parsed = read(page, feed.links, get)
    except (Rejected, Transient) as error:
        offers = discover(page) if page and error.reason == "not-a-feed" else ()
        return Inspection(feed, None, offers, tuple(_failure(error, offers)))
    habit = schedule.after_success(Habit(), parsed, whole, len(parsed.entries), now, limits)
    told = (*_contents(parsed), *_rhythm(habit), *_problems(page, parsed, habit, now))
    forbidden = tuple(_forbidden(parsed, robots, now))
    example = tuple(_example(feed, parsed, visit, limits.extract_seconds)) if visit else ()
    return Inspection(feed, parsed, (), (*told, *forbidden, *example))


def _failure(error: Rejected | Transient, offers: tuple[Found, ...]) -> Iterator[str]:
    what = words(error.reason)
    detail = f": {error.detail}" if error.detail else ""
    yield f"Cannot be read: {what}{detail}."
    if offers:
        yield "The page names these feeds:"
        yield from (f"  {offer.url}  {offer.title or ''}".rstrip() for offer in offers)
    elif error.reason == "not-a-feed":
        yield "Where a page lists articles and there is no feed, --links takes a CSS selector."


def _contents(parsed: ParsedFeed) -> Iterator[str]:
    yield f"{parsed.title or 'Without a title'}: {len(parsed.entries)} entries."
    for entry in parsed.entries[:_SHOWN]:
        day = entry.published.date().isoformat() if entry.published else "undated   "
        yield f"  {day}  {entry.title or entry.url}"


def _rhythm(habit: Habit) -> Iterator[str]:
    usual = f" (a new entry about every {span(habit.spacing)})" if habit.spacing else ""
    asks = f"; it asks for no more than one in {span(habit.floor)}" if habit.floor else ""
    skips = f"; not at {_hours(habit)} o'clock UTC" if habit.skip_hours else ""
    days = f"; not on {_days(habit)}" if habit.skip_days else ""
    yield f"Would be looked at every {span(habit.wait)}{usual}{asks}{skips}{days}."


def _hours(habit: Habit) -> str:
    return ", ".join(str(hour) for hour in habit.skip_hours)


def _days(habit: Habit) -> str:
    return ", ".join(calendar.day_name[day] for day in habit.skip_days)


def _problems(page: Page, parsed: ParsedFeed, habit: Habit, now: datetime) -> Iterator[str]:
    if page.moved:
        yield f"It has moved for good to {page.moved}: better watch that address."
    if not parsed.entries:
        yield "It holds no entry now."
    elif not any(entry.published for entry in parsed.entries):
        yield "Its entries carry no date; that of each page will be used."
    yield from (finding.sentence for finding in findings(habit, 0, now))


def _example(
    feed: Feed, parsed: ParsedFeed, visit: Callable[[str], Page], seconds: float
) -> Iterator[str]:
    """What comes of the newest article that may be fetched."""
    failures: list[str] = []
    for entry in parsed.entries[:_SHOWN]:
        try:
            page = visit(entry.url)
            with deadline(seconds):
                article = clean(page, feed, entry)
        except (Rejected, Transient) as error:
            if error.reason == "robots":
                continue
            detail = f" ({error.detail})" if error.detail else ""
            failures.append(f"{entry.url} cannot be read: {words(error.reason)}{detail}.")
            if len(failures) == _TRIED:
                break
        else:
            yield _read_as(article)
            break
    yield from failures


def _read_as(article: Article) -> str:
    when = str(article.published)[:10] if article.published else "no date"
    basis = f" (by {article.published_basis})" if article.published_basis else ""
    title = article.title or "without a title"
    return (
        f"An article of it, as it is read: {title}; {len(article.text)} characters; {when}{basis}."
    )


def _forbidden(parsed: ParsedFeed, robots: Robots, now: datetime) -> Iterator[str]:
    """What robots.txt says of the articles: asked for the newest, once a host."""
    shown = parsed.entries[:_SHOWN]
    reasons = Counter(filter(None, (_why_not(entry.url, robots, now) for entry in shown)))
    for reason, count in reasons.items():
        yield f"Of the {len(shown)} newest articles {count} cannot be fetched: {reason}."


def _check_robots(feed: Feed, robots: Robots, now: datetime) -> None:
    """Raise Rejected, where a page that is read for its links may not be."""
    if feed.links and (why := _why_not(feed.url, robots, now)):
        raise Rejected("robots", why)


def _why_not(url: str, robots: Robots, now: datetime) -> str | None:
    try:
        return None if robots.allows(url, now) else "robots.txt forbids it"
    except (Rejected, Transient) as error:
        return f"robots.txt cannot be had ({error.detail or error.reason})"
