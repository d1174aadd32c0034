"""The article's text: what trafilatura finds, and what it costs to ask it less."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import trafilatura

from worker.articles import maintext
from worker.articles.loading import load, slim
from worker.articles.maintext import main_text
from worker.model import Page

SENTENCES = (
    "The envoys of both countries met on the island to talk of the fishing grounds.",
    "Neither side would say what had been agreed, but both spoke of a new beginning.",
    "A third round is to follow in spring, with the ministers themselves at the table.",
    "Fishermen on both coasts had protested against the treaty of the year before.",
)
STORY = "".join(f"<p>{text} {n} boats were counted.</p>" for n in range(4) for text in SENTENCES)
TEASERS = "".join(
    f"<div class=box><a href='/{n}'><h3>Rain in {n} towns</h3></a><p>{SENTENCES[n % 4]} It was "
    f"{n} h ago.</p></div>"
    for n in range(60)
)
BREAKS = STORY.replace("<p>", "<br>").replace("</p>", "")
FIGURE = "<figure><figcaption>A boat.</figcaption></figure>"
SAID = f"<div id=comments><p>{SENTENCES[0]} So what?</p></div>"
SCRIPT = "<script>var a = '<p>not a text</p>';</script><style>p { color: red }</style>"
ROWS = "".join(f"<tr><td>Harbour {n}</td><td>{n} boats</td></tr>" for n in range(30))
PAGES = {
    "an article and little else": f"<nav><a href=/>Home</a></nav><article>{STORY}</article>",
    "more teasers than article": f"<div><article>{STORY}</article>{TEASERS}</div>",
    "teasers alone": TEASERS,
    "scripts between the paragraphs": STORY.replace("</p><p>", f"</p>{SCRIPT}<p>"),
    "a table of data": f"<article>{STORY}<table>{ROWS}</table></article>",
    "tables alone": f"<table>{ROWS}</table><table>{ROWS}</table>",
    "text between breaks": f"<div id=content>{BREAKS}</div>",
    "a figure in the text": f"<article>{FIGURE}{STORY}</article>",
    "a form around all": f"<form id=aspnetForm><div>{STORY}</div><input name=q></form>",
    "readers' comments": f"<article>{STORY}</article>{SAID}",
    "a short notice": f"<article><p>{SENTENCES[0]}</p></article>",
    "an aside inside": f"<article>{STORY}<aside><p>{SENTENCES[1]}</p></aside></article>",
    "nothing": "",
}


def html(inside: str) -> str:
    head = f"<head><title>Boats</title>{SCRIPT}</head>"
    return f"<!doctype html><html>{head}<body>{inside}</body></html>"


def text(inside: str) -> str:
    page = Page("https://news.test/a", 200, {"content-type": "text/html"}, html(inside).encode(),
                datetime.now(UTC))  # fmt: skip
    return main_text(slim(load(page)[0]))


def theirs(inside: str) -> str:
    found = trafilatura.extract(html(inside), include_comments=False)
    return found or ""


@pytest.mark.parametrize("inside", PAGES.values(), ids=PAGES)
def test_what_is_not_asked_again_would_have_said_the_same(inside: str) -> None:
    assert text(inside) == theirs(inside)


def test_a_second_reader_is_asked_where_it_may_win_and_only_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    monkeypatch.setattr(maintext, "_ask", lambda *given: asked.append(1) or (given[2], given[3]))
    text(PAGES["an article and little else"])
    assert not asked
    text(PAGES["more teasers than article"])
    assert asked


def test_others_who_use_trafilatura_get_its_whole_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(maintext, "_ask", lambda *given: asked.append(1) or (given[2], given[3]))
    theirs(PAGES["an article and little else"])
    assert asked


@pytest.mark.parametrize(
    ("found", "left"),
    [
        ("Boats counted\nThe envoys met.", "The envoys met."),
        ("“Boats counted!”\nThe envoys met.", "The envoys met."),
        ("BOATS  COUNTED\n\nThe envoys met.", "The envoys met."),
        ("Boats counted in spring\nThe envoys met.", "Boats counted in spring\nThe envoys met."),
        ("Boats counted", "Boats counted"),
        ("The envoys met.\nBoats counted", "The envoys met.\nBoats counted"),
        ("", ""),
    ],
)
def test_the_headline_is_no_line_of_the_text(found: str, left: str) -> None:
    assert maintext.without_heading(found, ["Boats counted", "News"]) == left


@pytest.mark.parametrize(
    "line",
    [
        "<p>Read more: <a href='/x'>Rain ahead in the hills</a></p>",
        "<p><strong>ALSO READ | <a href='/x'>Rain ahead in the hills</a></strong></p>",
        "<p>Lire aussi : <a href='/x'>Rain ahead in the hills</a></p>",
        "<p>Читайте также: <a href='/x'>Rain ahead in the hills</a></p>",
        "<p>延伸阅读：<a href='/x'>Rain ahead in the hills</a></p>",
    ],
)
def test_a_line_that_leads_elsewhere_is_no_part_of_the_text(line: str) -> None:
    first, _, rest = STORY.partition("</p>")
    found = text(f"<article>{first}</p>{line}{rest}</article>")
    assert "Rain" not in found
    assert found == text(f"<article>{STORY}</article>")


def test_what_only_begins_like_it_stays() -> None:
    said = (
        "<p>Related parties told the court: they knew nothing of the treaty.</p><p>Watch out.</p>"
    )
    found = text(f"<article>{STORY}{said}</article>")
    assert "Related parties told" in found
    assert "Watch out." in found
