"""The article that a page's JSON-LD describes: schema.org's NewsArticle and its kin.

Lenient, for what stands on pages: graphs and lists, however nested; comments around them, line
breaks in strings, trailing commas, two objects in a row, and blocks that a stray quote breaks.
"""

from __future__ import annotations

import html
import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

Node = dict[str, Any]

_MAX_SCRIPT = 1_000_000  # characters of one block
_MAX_NODES = 5_000  # of one page
_ARTICLE_TYPE = re.compile(
    r"(Article|BlogPosting|Report|SocialMediaPosting|NewsItem|Review|PressRelease)$", re.IGNORECASE
)
_PAGE_TYPE = re.compile(r"(WebPage|VideoObject|AudioObject|Event|Statement)$", re.IGNORECASE)
# What an article points at: other articles. They are looked at last.
_ELSEWHERE = frozenset(
    {"itemListElement", "hasPart", "isPartOf", "citation", "mentions", "relatedLink", "isBasedOn"}
)
_WRAPPER = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*.*?\*/|<!\[CDATA\[)+|(?:-->|(?://\s*)?\]\]>|;|\s)+$"
)
_BROKEN_TYPE = re.compile(r'"@type"\s*:\s*\[?\s*"(\w*(?:Article|BlogPosting|Report))"')
_BROKEN_FIELD = re.compile(r'"(datePublished|dateCreated|headline|url)"\s*:\s*"([^"\\\n]{1,300})"')
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_BETWEEN = re.compile(r"[\s,;]*")
# XPath and not a walk over the tree: lxml would wrap each element of the page for Python first.
_SCRIPTS = etree.XPath("//script[contains(translate(@type, 'LDJSON', 'ldjson'), 'ld+json')]")


def article(
    tree: HtmlElement, addresses: Iterable[str], titles: Callable[[], Iterable[str]]
) -> Node:
    """The node of the page's own article; related ones may stand beside it. Empty where none is.

    Args:
        tree: the page.
        addresses: those of the page: the node that has one of them is the article's.
        titles: what the page calls itself elsewhere: else the node that is called so.
    """
    near, far = _nodes(tree)
    articles = [node for node in (*near, *far) if _is_article(node)]
    return (
        _at(articles, {bare(address) for address in addresses})
        or _called(articles, titles)
        or _first(articles, near)
    )


def bare(url: str) -> str:
    """An address without what two spellings of one differ in: scheme, www, query, fragment."""
    return re.sub(r"^https?://(www\.)?|[?#].*$", "", url).rstrip("/").lower()


def _at(articles: list[Node], addresses: set[str]) -> Node | None:
    known = (node for node in articles if addresses & {bare(url) for url in _addresses(node)})
    return next(known, None)


def _called(articles: list[Node], titles: Callable[[], Iterable[str]]) -> Node | None:
    if len(articles) < 2:
        return None
    wanted = {_plain(title) for title in titles()} - {""}
    return next((node for node in articles if _plain(_headline(node)) in wanted), None)


def _first(articles: list[Node], near: list[Node]) -> Node:
    """The first that has a date; else the first; else the page itself, where it has one."""
    pages = [node for node in near if "datePublished" in node and _PAGE_TYPE.search(_type(node))]
    dated = [node for node in articles if node.get("datePublished")]
    return next(iter([*dated, *articles, *pages]), {})


def _headline(node: Node) -> str:
    headline = node.get("headline") or node.get("name")
    return headline if isinstance(headline, str) else ""


def _plain(title: str) -> str:
    return re.sub(r"\W+", " ", html.unescape(title)).strip().casefold()


def _nodes(tree: HtmlElement) -> tuple[list[Node], list[Node]]:
    """All objects, parents before children: the page's own, and those it points at."""
    near: list[Node] = []
    far: list[Node] = []
    for script in _SCRIPTS(tree):
        text = (script.text or "")[:_MAX_SCRIPT]
        documents = list(_documents(text))
        if not documents:
            near.extend(_salvaged(text))
        for document in documents:
            _collect(document, near, far)
    return near, far


def _documents(text: str) -> Iterator[object]:
    text = text.strip()
    if text[:1] not in "{[" or text[-1:] not in "}]":
        text = _WRAPPER.sub("", text).strip()
    for candidate in (text, _TRAILING_COMMA.sub(r"\1", text), html.unescape(text)):
        try:
            yield json.loads(candidate, strict=False)
        except RecursionError:
            return
        except ValueError:
            continue
        return
    yield from _in_a_row(text)


def _in_a_row(text: str) -> Iterator[object]:
    """Documents that stand one behind the other, as far as they can be read."""
    decoder, at = json.JSONDecoder(strict=False), 0
    while at < len(text):
        try:
            document, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield document
        between = _BETWEEN.match(text, end)
        at = between.end() if between else end


def _salvaged(text: str) -> list[Node]:
    """The first article's plain fields out of a block that is no JSON: a stray quote breaks it."""
    kind = _BROKEN_TYPE.search(text)
    if kind is None:
        return []
    before, behind = (dict(reversed(_BROKEN_FIELD.findall(part))) for part in
                      (text[: kind.start()], text[kind.start() :]))  # fmt: skip
    return [{"@type": kind[1], **before, **behind}]


def _collect(document: object, near: list[Node], far: list[Node]) -> None:
    waiting: deque[tuple[object, list[Node]]] = deque([(document, near)])
    while waiting and len(near) + len(far) < _MAX_NODES:
        item, found = waiting.popleft()
        if isinstance(item, list):
            waiting.extend((one, found) for one in item[:_MAX_NODES])
        elif isinstance(item, dict):
            found.append(item)
            waiting.extend(
                (child, far if key in _ELSEWHERE else found)
                for key, child in item.items()
                if isinstance(child, dict | list)
            )


def _is_article(node: Node) -> bool:
    return bool(_ARTICLE_TYPE.search(_type(node)))


def _type(node: Node) -> str:
    kind = node.get("@type", "")
    if isinstance(kind, list):
        kind = next((k for k in kind if isinstance(k, str) and _ARTICLE_TYPE.search(k)), "")
    return kind if isinstance(kind, str) else ""


def _addresses(node: Node) -> Iterator[str]:
    page = node.get("mainEntityOfPage")
    values = [node.get("url"), node.get("@id"), page]
    if isinstance(page, dict):
        values += [page.get("@id"), page.get("url")]
    yield from (value for value in values if isinstance(value, str) and value.strip())
