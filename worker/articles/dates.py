"""When an article was published, by what its page says: JSON-LD, meta elements, marks, the rest.

`marked` believes only what says of itself that it is the date of publication, or stands alone
beside the headline. `guessed` is for pages without such a mark: the address, a date written near
the headline, data for scripts, and htmldate's search at last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from itertools import islice
from urllib.parse import urlsplit

import htmldate
from lxml import etree
from lxml.html import HtmlElement

from worker.formats.timestamps import read

_OLDEST = date(1990, 1, 1)
_MAX_STAMP = 100  # characters of a date
_MAX_SPACED = 400  # … with the white space around it
_MAX_LINE = 70  # … and of a line that is nothing but a date, a time and a name
_MAX_MARKS = 300
_MAX_ABOVE = 4  # elements around a date that may be its line
_MAX_SOURCE = 2_000_000  # characters of a page in which data for scripts are searched
_PUBLISHED = re.compile(r"publi|posted|created|entry-date|dateline|timestamp", re.IGNORECASE)
_SAYS_SO = re.compile(r"datepublished|dc:date|pubdate", re.IGNORECASE)
_NOT_PUBLISHED = re.compile(r"updat|modif|edit|comment|relat|sidebar|footer", re.IGNORECASE)
_STAMPS = (
    "datetime", "content", "data-datetime", "data-timestamp", "data-published", "data-date",
    "data-time", "data-utc-time", "data-unixtime", "data-epoch", "data-publish-date", "timestamp",
    "time",
)  # fmt: skip
_EPOCH = re.compile(r"1\d{9}(\d{3})?")
_YEAR = re.compile(
    r"(?<!\d)(?:19|20|25)\d\d(?!\d)|\s['’]\d\d\b|(?:令和|平成|民國)|\d{1,2}[./-]\d{1,2}[./-]\d{2}(?!\d)|[٠-٩۰-۹]{4}"
)
_IN_ADDRESS = re.compile(
    r"(?<!\d)(?P<year>199\d|20\d\d)(?:"
    r"(?P<between>[/_-])(?P<month>0?[1-9]|1[0-2]|[a-z]{3})(?P=between)(?P<day>[0-3]?\d)(?!\d)"
    r"|(?P<mm>0[1-9]|1[0-2])(?P<sep>/?)(?P<dd>[0-3]\d)(?!\d))"
)
_IN_SCRIPT = re.compile(
    r'"(?:datePublished|date_published|publishedAt|published_at|publishedDate|published_date'
    r"|publishDate|publish_date|publicationDate|publication_date|firstPublished(?:At|Date)?"
    r'|first_publish_date|display_date|pubDate|published_time)\\?"\s*:\s*\\?"([^"\\]{8,40})'
)
_DATELINE = 200  # characters at the beginning of a text

# XPath and not a walk over the tree: lxml would wrap each element of the page for Python first. And
# each attribute by its own path: asked one after the other of every element, they take twenty times
# as long (1,560 elements: 6.2 ms, so 0.3 ms).
_MARKED = etree.XPath(
    "//time | //abbr[@title] | //@datetime/.. | //@data-datetime/.. | //@data-timestamp/.."
    " | //@data-published/.. | //@data-utc-time/.. | //@data-unixtime/.. | //@data-time/.."
    " | //@data-date/.. | //@data-epoch/.. | //@data-publish-date/.. | //@time/.."
    " | //@itemprop[. = 'datePublished' or . = 'dateCreated']/.."
    " | //@property[contains(., 'dc:date') or contains(., 'datePublished')]/.."
)
_DIGIT = re.compile(r"\d")
_NO_MARKS = frozenset({"meta", "script", "del", "ins"})  # the last two say when they were edited
_CALLED = re.compile("date|time|publi|posted|byline|meta|fecha|datum", re.IGNORECASE)
_DIGITS = "".join(map(chr, [*range(48, 58), *range(0x660, 0x66A), *range(0x6F0, 0x6FA)]))
_SHORT = etree.XPath(
    f"//body//text()[string-length() < {_MAX_SPACED} and translate(., '{_DIGITS}', '') != .]"
)
_INLINE = frozenset({"b", "br", "em", "font", "i", "label", "small", "span", "strong"})
_ASIDE = ("script", "style", "select", "footer", "noscript", "a")
_HEADINGS = etree.XPath("//h1")


_Stamps = list[tuple[HtmlElement, str]]


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads dates as this page writes them.

    Attributes:
        fetched: when the page was had: what lies after it is doubted.
        month_first: whether ``3/4/2024`` is in March; None where nothing tells.
    """

    fetched: datetime
    month_first: bool | None = None

    def __call__(self, text: object) -> date | None:
        """A date, or a datetime in its own zone where the time of day is given; None if doubtful.

        A time without a zone is taken as UTC; midnight without one is no time at all.
        """
        if isinstance(text, int | float) and not isinstance(text, bool):
            text = str(int(text))
        if not isinstance(text, str):
            return None
        when = read(text, self.fetched, month_first=self.month_first)
        if isinstance(when, datetime) and when.tzinfo is None:
            when = when.date() if when.time() == time(0) else when.replace(tzinfo=UTC)
        return when if when and is_plausible(when, self.fetched) else None

    def first(self, candidates: Iterable[object]) -> date | None:
        """The first that can be read and is not doubtful."""
        return next(filter(None, map(self, _flat(candidates))), None)


def reader(tree: HtmlElement, url: str, fetched: datetime) -> Reader:
    """How this page writes dates: by its language's region, else by its country's domain."""
    language, _, region = (tree.get("lang") or "").lower().replace("_", "-").partition("-")
    if language and language != "en":
        return Reader(fetched, month_first=False)
    country = region or (urlsplit(url).hostname or "").rpartition(".")[2]
    if country in {"us", "ph", "gov", "mil"}:
        return Reader(fetched, month_first=True)
    return Reader(fetched, month_first=False if len(country) == 2 else None)


def is_plausible(when: date, fetched: datetime) -> bool:
    """Whether something can have been published then: since 1990, and not after tomorrow."""
    if isinstance(when, datetime):
        return when.date() >= _OLDEST and when <= fetched + timedelta(days=1)
    return _OLDEST <= when <= (fetched + timedelta(days=1)).date()


@dataclass(frozen=True, slots=True)
class Marks:
    """The elements of a page that are marked with a date, and the headline they stand by.

    Attributes:
        sure: those that are named a date of publication, with their stamps.
        plain: the others.
        heading: the headline's element.
    """

    sure: _Stamps
    plain: _Stamps
    heading: HtmlElement | None


def marks(tree: HtmlElement, title: str) -> Marks:
    """All that stands marked with a date on a page with that title."""
    return Marks(*_marks(tree), _heading(tree, title))


def marked(found: Marks, dates: Reader) -> date | None:
    """The date that an element of the text is marked with, where there is no doubt whose it is."""
    sure = dates.first(stamp for _, stamp in _nearest(found.sure, found.heading))
    if sure:
        return sure
    near = {stamp for _, stamp in _nearest(found.plain, found.heading)}
    # Among several that differ, nothing tells the article's from those of teasers.
    return dates.first(near) if len(near) == 1 else None


def guessed(tree: HtmlElement, url: str, found: Marks, text: str, dates: Reader) -> date | None:
    """The likeliest date of a page that does not name one.

    Args:
        tree: the page.
        url: its address.
        found: what is marked on it.
        text: the article.
        dates: how it writes dates.
    """
    return (
        in_address(url, dates)
        or dates.first(stamp for _, stamp in _nearest(found.plain, found.heading))
        or dates.first(_written(tree, found.heading))
        or _dateline(text, dates)
    )


def in_address(url: str, dates: Reader) -> date | None:
    """The day in an address: ``/2024/01/15/``, ``/2024/jan/15/``, ``-20240115``."""
    for found in _IN_ADDRESS.finditer(urlsplit(url).path.lower()):
        month, day = found["month"] or found["mm"], found["day"] or found["dd"]
        if when := dates(f"{day} {month} {found['year']}" if month.isalpha() else
                         f"{found['year']}-{month}-{day}"):  # fmt: skip
            return when
    return None


def _flat(candidates: Iterable[object]) -> Iterator[object]:
    """JSON-LD's values one by one: some are lists, some objects with an ``@value``."""
    for candidate in candidates:
        one = candidate[0] if isinstance(candidate, list) and candidate else candidate
        yield one.get("@value") if isinstance(one, dict) else one


def _marks(tree: HtmlElement) -> tuple[_Stamps, _Stamps]:
    """Elements and their stamps: those that are named a date of publication, and the others."""
    sure: _Stamps = []
    plain: _Stamps = []
    for element in _MARKED(tree)[:_MAX_MARKS]:
        if element.tag in _NO_MARKS:
            continue
        names = (element.get(name, "") for name in ("class", "id", "itemprop", "property"))
        about = " ".join((*names, "pubdate" if "pubdate" in element.attrib else ""))
        stamp = None if _NOT_PUBLISHED.search(about) else _stamp(element)
        if stamp and not _is_update(element):
            named = _SAYS_SO.search(about) or _PUBLISHED.search(about)
            (sure if named else plain).append((element, stamp))
    surest = [mark for mark in sure if _SAYS_SO.search(_about(mark[0]))]
    return (surest or sure), plain


def _about(element: HtmlElement) -> str:
    return " ".join(str(part) for item in element.items() for part in item)


def _stamp(element: HtmlElement) -> str | None:
    """What an element says in the attribute for it, else in a few words of its own."""
    for name in _STAMPS:
        value = element.get(name)
        if value and (not value.isdigit() or _EPOCH.fullmatch(value)):
            return _short(value)
    if element.tag == "abbr":  # the microformat hAtom
        return _short(element.get("title", ""))
    return _short(element.text_content())


def _short(text: str) -> str | None:
    line = " ".join(text.split())
    return line if line and len(line) <= _MAX_STAMP else None


def _is_update(element: HtmlElement) -> bool:
    """Whether the words before a date, or its own, say that it is one of a change."""
    own = _DIGIT.split(element.text or "", maxsplit=1)[0]
    words = f"{_before(element)[-40:]} {own[:40]}"
    return bool(_update_words().search(words))


def _before(element: HtmlElement) -> str:
    """The label of a date: what stands right before it, unless that holds a date of its own."""
    last, parent = element.getprevious(), element.getparent()
    if last is None:
        said = (parent.text or "") if parent is not None else ""
        is_wrapped = not said.strip() and parent is not None and len(parent) == 1
        return _before(parent) if is_wrapped else said
    label = last.tail if last.tail and last.tail.strip() else last.text_content()
    return "" if any(map(str.isdigit, label)) else label


def _heading(tree: HtmlElement, title: str) -> HtmlElement | None:
    """The headline's element: the only one of its kind, or the one that says the title."""
    headings = _HEADINGS(tree)
    if len(headings) == 1:
        return headings[0]
    wanted = " ".join(title.split()).casefold()
    told = (h for h in headings if " ".join(h.text_content().split()).casefold() == wanted)
    return next(told, None)


def _nearest(found: Sequence[tuple[HtmlElement, str]], heading: HtmlElement | None) -> _Stamps:
    """Those that share the closest ancestor with the headline, in the page's order."""
    if heading is None or len(found) < 2:
        return list(found)
    chain = {one: place for place, one in enumerate([heading, *heading.iterancestors()])}
    places = [_place(element, chain) for element, _ in found]
    return [one for one, place in zip(found, places, strict=True) if place == min(places)]


def _place(element: HtmlElement, chain: dict[HtmlElement, int]) -> int:
    ancestors = (chain.get(one) for one in (element, *element.iterancestors()))
    return next((place for place in ancestors if place is not None), len(chain))


def _written(tree: HtmlElement, heading: HtmlElement | None) -> list[str]:
    """Short texts with a date in them, those near the headline first."""
    found: _Stamps = []
    for element, text in _lines(tree):
        about = f"{element.get('class', '')} {element.get('id', '')}"
        is_called = _CALLED.search(about)
        # A sentence without a name for it may tell of any day.
        if len(text) > (_MAX_STAMP if is_called else _MAX_LINE) or _NOT_PUBLISHED.search(about):
            continue
        is_line = is_called or all(child.tag in _INLINE for child in element)
        if is_line and not _is_update(element):
            found.append((element, text))
        if len(found) == _MAX_MARKS:
            break
    # "© 2024" is a year and no day; `Reader` tells, one after the other.
    return [text for _, text in [*_nearest(found, heading), *found]]


def _lines(tree: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """Elements of a short text with a year in it, the outer before the inner."""
    seen: set[HtmlElement] = set()
    long: set[HtmlElement] = set()
    for written in _SHORT(tree):
        if not _YEAR.search(written):
            continue
        inner = written.getparent()
        inner = inner.getparent() if written.is_tail else inner
        if inner is None or next(inner.iterancestors(*_ASIDE), None) is not None:
            continue
        for element, text in reversed(list(_around(inner, long))):
            if element not in seen and element.tag not in _ASIDE:
                seen.add(element)
                yield element, text


def _around(inner: HtmlElement, long: set[HtmlElement]) -> Iterator[tuple[HtmlElement, str]]:
    """An element and those around it, up to the first of a ``long`` text, which is noted."""
    for element in islice((inner, *inner.iterancestors()), _MAX_ABOVE):
        text = None if element in long or element.tag == "body" else _short(element.text_content())
        if text is None:
            long.add(element)
            return
        yield element, text


def _dateline(text: str, dates: Reader) -> date | None:
    """``PARIS, 15 January 2024 (AFP) -``: a date before the first words."""
    head = re.split(r"\s[-–—]+\s|\)\s|:\s", text[:_DATELINE].lstrip(), maxsplit=1)[0]
    return dates(head) if len(head) <= 60 and _YEAR.search(head) else None


def in_scripts(source: str) -> Iterator[str]:
    """What programs on the page are told: content systems that draw the page in the browser."""
    yield from (found[1] for found in _IN_SCRIPT.finditer(source, 0, _MAX_SOURCE))


def searched(tree: HtmlElement, url: str, dates: Reader) -> date | None:
    """The day that htmldate finds in the page's elements; its search in the text is left off.

    A date out of a text is one of the past more often than that of publication, and looking for it
    would load dateparser (2.3 s of CPU, 43 MB).
    """
    latest = (dates.fetched + timedelta(days=1)).strftime("%Y-%m-%d")
    try:
        found = htmldate.find_date(
            tree, url=url, original_date=True, max_date=latest, extensive_search=False
        )
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return None  # it reads whatever stands in a page; what trips it up is no date
    when = dates(found) if found else None
    # A year alone ("© 2024") becomes its first day: that is a date made up, not found.
    return None if when and (when.month, when.day) == (1, 1) else when


@cache
def _update_words() -> re.Pattern[str]:
    text = files("worker.articles").joinpath("labels.tsv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    rows = (line.split("\t") for line in lines[1:])
    words = "|".join(words for words, _ in rows)
    return re.compile(rf"(?<!\w)(?:{words})", re.IGNORECASE)
