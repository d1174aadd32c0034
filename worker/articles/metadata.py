"""What a page says of its article: JSON-LD first, then meta elements, then marks in the text.

Title, authors, date, and whether it may be read without paying. Names of meta elements are data
(`meta.tsv`); JSON-LD is schema.org's NewsArticle and its kin, however it is nested.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from lxml.html import HtmlElement

from worker.articles import dates, jsonld
from worker.articles.jsonld import Node

_MAX_AUTHORS = 20
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
_FIELDS = ("date", "modified", "title", "author", "outlet", "tier")
_SITE_SUFFIX = re.compile(r"\s+(?:[|–—·•»:-]|::)\s+[^|–—·•»]{2,60}$")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What could be found; `published_basis` is "json-ld" or "page".

    ``bylines`` is what stands in the author's place, organisations included, as it is written;
    ``headings`` are all that the page calls itself;
    ``marks`` what is marked with a date on a page that does not name its own.
    """

    title: str | None = None
    authors: tuple[str, ...] = ()
    published: date | None = None
    published_basis: str | None = None
    modified: date | None = None
    is_free: bool = True
    bylines: tuple[str, ...] = ()
    outlet: str | None = None
    marks: dates.Marks | None = None
    headings: tuple[str, ...] = ()


def read(tree: HtmlElement, addresses: Iterable[str], reader: dates.Reader) -> Metadata:
    """The metadata of the article that stands at ``addresses``, except for guesses at its date."""
    meta = _meta(tree)
    article = jsonld.article(
        tree, addresses, lambda: (*meta["title"], _page_title(tree), *_headings(tree))
    )
    title = _title(article, meta["title"], tree)
    published = reader.first([article.get("datePublished"), article.get("dateCreated")])
    basis = "json-ld" if published else "page"
    published = published or reader.first(meta["date"])
    marks = None if published else dates.marks(tree, title or "")
    published = dates.marked(marks, reader) if marks else published
    return Metadata(
        title=title,
        authors=_authors(article.get("author")) or _names(meta["author"][:3]),
        published=published,
        published_basis=basis if published else None,
        headings=(*_headings(tree), *meta["title"], _page_title(tree)),
        marks=marks if not published else None,
        modified=reader.first([article.get("dateModified"), *meta["modified"]]),
        is_free=_is_free(article, meta["tier"]),
        bylines=_bylines(article, meta["author"]),
        outlet=_outlet(article, meta["outlet"]),
    )


@cache
def _meta_names() -> dict[str, tuple[str, int]]:
    """Name → (field, rank)."""
    text = files("worker.articles").joinpath("meta.tsv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    rows = (line.split("\t") for line in lines[1:])
    return {name: (field, rank) for rank, (field, name) in enumerate(rows)}


def _meta(tree: HtmlElement) -> dict[str, list[str]]:
    """What the meta elements say, by field, the best name first."""
    names = _meta_names()
    found: list[tuple[int, str, str]] = []
    for element in tree.iter("meta"):
        said = element.attrib
        name = said.get("property") or said.get("name") or said.get("itemprop") or ""
        field, rank = names.get(name.strip().lower(), ("", 0))
        if field and (content := (said.get("content") or said.get("datetime") or "").strip()):
            found.append((rank, field, content))
    found.sort(key=lambda item: item[0])
    return {field: [c for _, f, c in found if f == field] for field in _FIELDS}


def _title(article: Node, named: list[str], tree: HtmlElement) -> str | None:
    headline = article.get("headline") or article.get("name")
    for candidate in (headline if isinstance(headline, str) else None, *named):
        if candidate and (line := _line(candidate)):
            return line
    headings = _headings(tree)
    return headings[0] if len(headings) == 1 else _page_title(tree) or None


def _headings(tree: HtmlElement) -> list[str]:
    return [line for heading in tree.iter("h1") if (line := _line(heading.text_content()))]


def _page_title(tree: HtmlElement) -> str:
    """The page's title without the name of the site."""
    title = next((_line(t.text_content()) for t in tree.iter("title")), "")
    return _SITE_SUFFIX.sub("", title)


def _line(text: str) -> str:
    text = html.unescape(html.unescape(text))
    return " ".join(re.sub(r"</?[A-Za-z][^<>]*>", " ", text).split())[:500]


def _authors(value: object) -> tuple[str, ...]:
    """Names out of JSON-LD's many ways to write an author; organisations are no persons."""
    items = value if isinstance(value, list) else [value]
    return _names(name for item in items[:_MAX_AUTHORS] for name in _author_names(item))


def _bylines(article: Node, named: list[str]) -> tuple[str, ...]:
    values = [article.get(key) for key in ("author", "creator", "sourceOrganization")]
    items = [item for value in values for item in (value if isinstance(value, list) else [value])]
    names = [item.get("name") if isinstance(item, dict) else item for item in items]
    texts = [name for name in [*names[:_MAX_AUTHORS], *named[:3]] if isinstance(name, str)]
    return tuple(_line(text) for text in texts)


def _outlet(article: Node, named: list[str]) -> str | None:
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


def _is_free(article: Node, tiers: list[str]) -> bool:
    """Whether it says that everybody may read it; parts that are not free are a wall, too."""
    parts = article.get("hasPart")
    nodes = [article, *(parts if isinstance(parts, list) else [parts])]
    told = [node.get("isAccessibleForFree", True) for node in nodes if isinstance(node, dict)]
    is_locked = any(str(value).strip().lower() in {"false", "0", "no"} for value in told)
    return not is_locked and not any(tier.lower() == "locked" for tier in tiers)
