"""What a page says of its article: JSON-LD first, then meta elements, then marks in the text.

Title, authors, date, and whether it may be read without paying. Names of meta elements are data
(`meta.tsv`); JSON-LD is schema.org's NewsArticle and its kin, however it is nested.
"""

from __future__ import annotations

import html
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import htmldate
from lxml import etree
from lxml.html import HtmlElement

from worker.formats.timestamps import read as read_date

_OLDEST = date(1990, 1, 1)
_MAX_SCRIPT = 1_000_000  # characters of one JSON-LD block
_MAX_NODES = 5_000  # of one page's JSON-LD
_MAX_AUTHORS = 20
_MAX_STAMP = 100  # characters of a date
_ARTICLE_TYPE = re.compile(r"(Article|BlogPosting|Report|SocialMediaPosting|NewsItem)$")
_WRAPPER = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*.*?\*/|<!\[CDATA\[)+|(?:-->|(?://\s*)?\]\]>|;|\s)+$"
)
_BROKEN_TYPE = re.compile(r'"@type"\s*:\s*\[?\s*"(\w*(?:Article|BlogPosting))"')
_BROKEN_FIELD = re.compile(r'"(datePublished|dateCreated|headline|url)"\s*:\s*"([^"\\\n]{1,300})"')
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_PUBLISHED_CLASS = re.compile(r"publi|posted|created|entry-date|dateline|timestamp", re.IGNORECASE)
_NOT_PUBLISHED = re.compile(r"updat|modif|edit|comment|relat|sidebar|footer", re.IGNORECASE)
_BY = re.compile(
    r"^\s*(?:(?:story|text|written|report(?:ed)?|posted)\s+)?(?:by|von|par|por|di)\s*:?\s+",
    re.IGNORECASE,
)
_BETWEEN_NAMES = re.compile(r"\s*(?:;|\||,|\s&\s|\s(?:and|und|et|y|e)\s)\s*")
_NOT_A_NAME = re.compile(
    r"https?:|www\.|@|\d{2}"
    r"|^(admin|editor|staff|webmaster|newsroom|news ?desk|web ?desk|unknown|none|null|by)$",
    re.IGNORECASE,
)
_FIELDS = ("date", "title", "author", "outlet")
_SITE_SUFFIX = re.compile(r"\s+(?:[|–—·•»:-]|::)\s+[^|–—·•»]{2,60}$")


# XPath and not a walk over the tree: lxml would wrap each element of the page for Python first.
_JSON_LD = etree.XPath("//script[contains(translate(@type, 'LDJSON', 'ldjson'), 'ld+json')]")
_MARKED = etree.XPath("//time | //abbr[@title] | //*[@itemprop = 'datePublished'][not(self::meta)]")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What could be found; `published_basis` is "json-ld" or "page".

    ``bylines`` is what stands in the author's place, organisations included, as it is written.
    """

    title: str | None = None
    authors: tuple[str, ...] = ()
    published: date | None = None
    published_basis: str | None = None
    is_free: bool = True
    bylines: tuple[str, ...] = ()
    outlet: str | None = None


def read(tree: HtmlElement, url: str, fetched: datetime) -> Metadata:
    """The metadata of the article that stands at ``url``, except for guesses (`guessed_date`)."""
    article = _article(_nodes(tree), url)
    meta = _meta(tree)
    published = _first_date([article.get("datePublished"), article.get("dateCreated")], fetched)
    basis = "json-ld" if published else None
    if published is None:
        published = _first_date([*meta["date"], *_time_elements(tree)], fetched)
        basis = "page" if published else None
    return Metadata(
        title=_title(article, meta["title"], tree),
        authors=_authors(article.get("author")) or _names(meta["author"][:3]),
        published=published,
        published_basis=basis,
        is_free=_is_free(article),
        bylines=_bylines(article, meta["author"]),
        outlet=_outlet(article, meta["outlet"]),
    )


def guessed_date(tree: HtmlElement, url: str, fetched: datetime, *, thorough: bool) -> date | None:
    """The day that htmldate finds, for pages that do not name one: in the URL, the marks, the text.

    Only where ``thorough``, the whole text is searched.
    """
    latest = (fetched + timedelta(days=1)).strftime("%Y-%m-%d")
    try:
        found = htmldate.find_date(
            tree, url=url, original_date=True, max_date=latest, extensive_search=thorough
        )
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return None  # it reads whatever stands in a page; what trips it up is no date
    when = _dated(found, fetched) if found else None
    # A year alone ("© 2024") becomes its first day: that is a date made up, not found.
    return None if when and (when.month, when.day) == (1, 1) else when


def is_plausible(when: date, fetched: datetime) -> bool:
    """Whether something can have been published then: since 1990, and not after tomorrow."""
    if isinstance(when, datetime):
        return when.date() >= _OLDEST and when <= fetched + timedelta(days=1)
    return _OLDEST <= when <= (fetched + timedelta(days=1)).date()


def _nodes(tree: HtmlElement) -> list[dict[str, Any]]:
    """All objects in the page's JSON-LD, parents before children."""
    found: list[dict[str, Any]] = []
    for script in _JSON_LD(tree):
        text = (script.text or "")[:_MAX_SCRIPT]
        document = _json(text)
        known = _objects(document, _MAX_NODES - len(found)) if document else _salvaged(text)
        found.extend(known)
    return found


def _json(text: str) -> object:
    """Lenient, for what stands on pages: line breaks in strings, comments, trailing commas."""
    text = _WRAPPER.sub("", text).strip()
    for candidate in (text, _TRAILING_COMMA.sub(r"\1", text), html.unescape(text)):
        try:
            return json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _salvaged(text: str) -> list[dict[str, Any]]:
    """The first article's plain fields out of a block that is no JSON: a stray quote breaks it."""
    kind = _BROKEN_TYPE.search(text)
    if kind is None:
        return []
    fields = dict(reversed(_BROKEN_FIELD.findall(text, kind.start())))
    return [{"@type": kind[1], **fields}]


def _objects(value: object, limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    waiting = deque([value])
    while waiting and len(found) < limit:
        item = waiting.popleft()
        if isinstance(item, dict):
            found.append(item)
            waiting.extend(child for child in item.values() if isinstance(child, dict | list))
        elif isinstance(item, list):
            waiting.extend(item[:limit])
    return found


def _article(nodes: list[dict[str, Any]], url: str) -> dict[str, Any]:
    """The node of the page's own article; related ones may stand beside it."""
    articles = [node for node in nodes if _ARTICLE_TYPE.search(_type(node))]
    for node in articles:
        if _bare(url) in {_bare(address) for address in _addresses(node)}:
            return node
    dated = [node for node in articles if node.get("datePublished")]
    if dated or articles:
        return (dated or articles)[0]
    pages = [node for node in nodes if _type(node).endswith("WebPage") and "datePublished" in node]
    return pages[0] if pages else {}


def _type(node: dict[str, Any]) -> str:
    kind = node.get("@type", "")
    if isinstance(kind, list):
        kind = next((k for k in kind if isinstance(k, str) and _ARTICLE_TYPE.search(k)), "")
    return kind if isinstance(kind, str) else ""


def _addresses(node: dict[str, Any]) -> Iterator[str]:
    page = node.get("mainEntityOfPage")
    values = [node.get("url"), node.get("@id"), page]
    if isinstance(page, dict):
        values += [page.get("@id"), page.get("url")]
    yield from (value for value in values if isinstance(value, str))


def _bare(url: str) -> str:
    return re.sub(r"^https?://(www\.)?|[?#].*$", "", url).rstrip("/").lower()


@cache
def _meta_names() -> dict[tuple[str, str], tuple[str, int]]:
    """(attribute, name) → (field, rank)."""
    text = files("worker.articles").joinpath("meta.tsv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    rows = (line.split("\t") for line in lines[1:])
    return {(where, name): (field, n) for n, (field, where, name) in enumerate(rows)}


def _meta(tree: HtmlElement) -> dict[str, list[str]]:
    """What the meta elements say, by field, the best name first."""
    names = _meta_names()
    found: list[tuple[int, str, str]] = []
    for element in tree.iter("meta"):
        content = (element.get("content") or element.get("datetime") or "").strip()
        for attribute in ("property", "name", "itemprop") if content else ():
            field, rank = names.get((attribute, (element.get(attribute) or "").lower()), ("", 0))
            if field:
                found.append((rank, field, content))
    found.sort(key=lambda item: item[0])
    return {f: [c for _, field, c in found if field == f] for f in _FIELDS}


def _time_elements(tree: HtmlElement) -> list[str]:
    """Dates that elements of the text are marked with, the surest first."""
    marked: list[str] = []
    plain: list[str] = []
    for element in _MARKED(tree):
        about = f"{element.get('class', '')} {element.get('id', '')} {element.get('itemprop', '')}"
        is_named = "datePublished" in about or "pubdate" in element.attrib
        stamp = None if _NOT_PUBLISHED.search(about) else _stamp(element)
        if stamp:
            sure = is_named or _PUBLISHED_CLASS.search(about)
            (marked if sure else plain).append(stamp)
    # Among several unnamed ones, nothing tells the article's from those of teasers.
    return marked + (plain if len(set(plain)) == 1 else [])


def _stamp(element: HtmlElement) -> str | None:
    """What an element says in the attribute for it, else in a few words of its own."""
    said: str | None = element.get("datetime") or element.get("content")
    if not said and element.tag == "abbr":  # the microformat hAtom
        said = element.get("title")
    if not said and element.tag == "time":
        said = element.text_content()
    return said.strip() if said and len(said) <= _MAX_STAMP else None


def _first_date(candidates: Iterable[object], fetched: datetime) -> date | None:
    for candidate in candidates:
        text = candidate[0] if isinstance(candidate, list) and candidate else candidate
        if isinstance(text, str) and (when := _dated(text, fetched)):
            return when
    return None


def _dated(text: str, fetched: datetime) -> date | None:
    """A date, or a datetime in its own zone where the time of day is given; None if doubtful.

    A time without a zone is taken as UTC; midnight without one is no time at all.
    """
    when = read_date(text, fetched)
    if isinstance(when, datetime) and when.tzinfo is None:
        when = when.date() if when.time() == time(0) else when.replace(tzinfo=UTC)
    return when if when and is_plausible(when, fetched) else None


def _title(article: dict[str, Any], named: list[str], tree: HtmlElement) -> str | None:
    headline = article.get("headline") or article.get("name")
    for candidate in (headline if isinstance(headline, str) else None, *named):
        if candidate and (line := _line(candidate)):
            return line
    headings = [_line(h.text_content()) for h in tree.iter("h1")]
    headings = [heading for heading in headings if heading]
    if len(headings) == 1:
        return headings[0]
    title = next((_line(t.text_content()) for t in tree.iter("title")), "")
    return _SITE_SUFFIX.sub("", title) or None


def _line(text: str) -> str:
    text = html.unescape(html.unescape(text))
    return " ".join(re.sub(r"</?[A-Za-z][^<>]*>", " ", text).split())[:500]


def _authors(value: object) -> tuple[str, ...]:
    """Names out of JSON-LD's many ways to write an author; organisations are no persons."""
    items = value if isinstance(value, list) else [value]
    return _names(name for item in items[:_MAX_AUTHORS] for name in _author_names(item))


def _bylines(article: dict[str, Any], named: list[str]) -> tuple[str, ...]:
    values = [article.get(key) for key in ("author", "creator", "sourceOrganization")]
    items = [item for value in values for item in (value if isinstance(value, list) else [value])]
    names = [item.get("name") if isinstance(item, dict) else item for item in items]
    texts = [name for name in [*names[:_MAX_AUTHORS], *named[:3]] if isinstance(name, str)]
    return tuple(_line(text) for text in texts)


def _outlet(article: dict[str, Any], named: list[str]) -> str | None:
    """Who publishes it: the page's own name for its site, which is shorter than the company's."""
    publisher = article.get("publisher")
    item = publisher[0] if isinstance(publisher, list) and publisher else publisher
    name = item.get("name") if isinstance(item, dict) else item
    lines = (_line(text) for text in [*named, name] if isinstance(text, str))
    return next((line for line in lines if line), None)


def _author_names(item: object) -> list[str]:
    if isinstance(item, dict):
        is_person = "Organization" not in str(item.get("@type", ""))
        item = item.get("name") if is_person else None
    names = item if isinstance(item, list) else [item]
    return [name for name in names if isinstance(name, str)]


def _names(texts: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for text in texts:
        for part in _BETWEEN_NAMES.split(_BY.sub("", _line(text))):
            name = _BY.sub("", part).strip(" .,;:-–—")
            if 2 < len(name) <= 60 and not _NOT_A_NAME.search(name):
                found.setdefault(name)
    return tuple(found)[:_MAX_AUTHORS]


def _is_free(article: dict[str, Any]) -> bool:
    return str(article.get("isAccessibleForFree", True)).strip().lower() not in {"false", "0", "no"}
