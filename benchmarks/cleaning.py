"""What cleaning costs next to bare trafilatura, on pages of the kinds that publishers make.

    python -m benchmarks.cleaning [rounds]

The pages are made up here, after the layouts of real ones: 100 to 1,600 elements, 5 to 200 kB.
Both take turns, kind of work by kind of work, in many rounds; what counts is CPU time, and of it
the median, over rounds, of each page's own ratio: what else runs on the machine slows two turns
that follow one another alike, and a round that was disturbed does not count more than another.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

import trafilatura

from worker.articles.clean import clean, warm_up
from worker.model import Entry, Feed, Page

NOW = datetime(2024, 1, 16, 12, tzinfo=UTC)
RANDOM = random.Random(1)
COMMON = "the of and to in a that said for on with was by at as is from it be an he has".split()  # noqa: SIM905
WORDS = [*COMMON, *(f"w{number}" for number in range(20_000 - len(COMMON)))]
WEIGHTS = [1 / (number + 1) for number in range(20_000)]
EACH = 8  # pages of a kind
ROUNDS = 15


def words(count: int) -> list[str]:
    return RANDOM.choices(WORDS, WEIGHTS, k=count)


def prose(count: int) -> str:
    return " ".join(words(count)).capitalize() + "."


def _story(paragraphs: int) -> str:
    texts = (f"<p>{prose(45)} <a href='/x'>{prose(3)}</a></p>" for _ in range(paragraphs))
    return "".join(texts)


def _script(kilobytes: int) -> str:
    return "<script>" + "var a={b:1,c:'x'};" * (kilobytes * 1_000 // 18) + "</script>"


def _facts(date: str | None) -> str:
    facts = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": prose(9),
        "datePublished": date,
        "author": [{"@type": "Person", "name": "Jane Doe"}],
        "publisher": {"@type": "Organization", "name": "News", "logo": {"url": "/logo.png"}},
    }
    return f"<script type='application/ld+json'>{json.dumps(facts)}</script>"


def _head(date: str | None = "2024-01-15T09:30:00Z", metas: int = 40) -> str:
    named = "".join(f"<meta name='x:{n}' content='{prose(4)}'>" for n in range(metas))
    links = "".join(f"<link rel=preload href='/{n}.js' as=script>" for n in range(metas // 2))
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{prose(8)} - News</title>"
        f"{named}{links}{_facts(date)}</head>"
    )


def _menu(entries: int) -> str:
    items = "".join(f"<li class=m><a href='/s/{n}'><span>Section {n}</span></a></li>"
                    for n in range(entries))  # fmt: skip
    return f"<nav class='main-menu'><ul>{items}</ul></nav>"


def _cards(count: int) -> str:
    icon = "<svg viewBox='0 0 9 9'><path d='M0 0h9v9z'/><path d='M1 1h7v7z'/></svg>"
    return "".join(
        f"<div class='card teaser'><a href='/n/{n}'><picture><source srcset='/{n}.webp'>"
        f"<img src='/{n}.jpg' alt='x'></picture>{icon}<h3 class=title>{prose(9)}</h3></a>"
        f"<time datetime='2024-01-0{n % 9 + 1}'>{n} h</time></div>"
        for n in range(count)
    )


def newspaper() -> str:
    return (
        f"{_head()}<body>{_script(40)}{_menu(60)}<main><article><h1>{prose(8)}</h1>{_story(14)}"
        f"</article><aside>{_cards(40)}</aside></main>{_script(40)}<footer>{prose(30)}</footer>"
    )


def crowded() -> str:
    """Teasers with texts of their own: more of them than article."""
    teasers = "".join(f"<div class=box>{_cards(1)}<p>{prose(28)}</p></div>" for _ in range(70))
    return (
        f"{_head(metas=80)}<body>{_menu(150)}<div id=main><div class=story><h1>{prose(8)}</h1>"
        f"{_story(9)}</div>{teasers}</div>{_script(150)}<footer>{_menu(40)}</footer>"
    )


def blog() -> str:
    said = "".join(
        f"<li class=comment><div class='comment-body'><cite>Jo</cite><p>{prose(25)}</p></div></li>"
        for _ in range(30)
    )
    return (
        f"{_head()}<body class='single post'>{_menu(25)}<div id=content><div class='entry-content'>"
        f"<h1 class='entry-title'>{prose(8)}</h1>{_story(18)}</div><div id=comments>"
        f"<ol class='comment-list'>{said}</ol></div></div><div id=secondary>{_cards(12)}</div>"
    )


def ministry() -> str:
    """Laid out by tables, and no word of its date but beside the headline."""
    menu = "".join(f"<tr><td><a href='/{n}'>Department {n}</a></td></tr>" for n in range(40))
    return (
        f"<html><head><title>{prose(6)}</title></head><body><table><tr><td><table>{menu}</table>"
        f"</td><td><h2>{prose(8)}</h2><p class=date>15 January 2024</p>{_story(10)}</td></tr>"
        "</table>"
    )


def undated() -> str:
    """A date beside the headline, in words, and nowhere else."""
    return (
        f"{_head(None)}<body>{_menu(60)}<main><article><h1>{prose(8)}</h1><div class=byline>By "
        f"Jane Doe | January 15, 2024</div>{_story(14)}</article><aside>{_cards(20)}</aside></main>"
    )


KINDS: dict[str, Callable[[], str]] = {
    "newspaper": newspaper,
    "more teasers than text": crowded,
    "blog with comments": blog,
    "ministry, tables": ministry,
    "date in words only": undated,
}
WORKS: dict[str, Callable[[Page], object]] = {
    "clean": lambda page: clean(page, Feed("https://news.test/rss", "News"), Entry(page.url)),
    "trafilatura, text": lambda page: trafilatura.extract(page.body),
    "trafilatura, text without comments": lambda page: trafilatura.extract(
        page.body, include_comments=False
    ),
    "trafilatura, text and metadata": lambda page: trafilatura.bare_extraction(
        page.body, with_metadata=True
    ),
}
Times = dict[str, list[list[float]]]


def a_page(kind: Callable[[], str], number: int) -> Page:
    body = (kind() + "</body></html>").encode()
    return Page(f"https://news.test/{number}", 200, {"content-type": "text/html"}, body, NOW)


def by_turns(pages: list[Page], rounds: int) -> Times:
    """CPU seconds: work → page → round. A turn does one kind of work on all pages, as a service."""
    times: Times = {name: [[] for _ in pages] for name in WORKS}
    for turn in range(rounds + 1):
        for name, work in WORKS.items():
            for number, page in enumerate(pages):
                began = time.process_time()
                work(page)
                if turn:  # the first one warms up
                    times[name][number].append(time.process_time() - began)
    return times


def ratios(times: Times, name: str, to: str) -> list[float]:
    """Of each page, the median over the rounds of how one work's time relates to another's."""
    return [
        statistics.median(mine / theirs for mine, theirs in zip(*both, strict=True))
        for both in zip(times[name], times[to], strict=True)
    ]


def report(times: Times) -> tuple[float, float]:
    """Pages per CPU-second of each work; how clean relates to the two bare ones."""
    for name, pages in times.items():
        each = statistics.mean(statistics.median(page) for page in pages)
        print(f"  {name:<36} {each * 1_000:7.2f} ms {1 / each:7.0f} per CPU-second")
    with_comments, without = (
        statistics.mean(ratios(times, "clean", f"trafilatura, text{how}"))
        for how in ("", " without comments")
    )
    print(f"  clean is {with_comments - 1:+.1%} of bare, {without - 1:+.1%} without comments")
    return with_comments, without


def main(rounds: int = ROUNDS) -> None:
    warm_up()
    told = []
    for name, kind in KINDS.items():
        pages = [a_page(kind, number) for number in range(EACH)]
        size = statistics.mean(len(page.body) for page in pages) / 1_000
        print(f"{name}: {EACH} pages of {size:.0f} kB, {rounds} rounds")
        told.append(report(by_turns(pages, rounds)))
    both = [statistics.mean(values) - 1 for values in zip(*told, strict=True)]
    print(f"all kinds alike: {both[0]:+.1%} of bare, {both[1]:+.1%} without comments")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
