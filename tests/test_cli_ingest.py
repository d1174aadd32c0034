"""`demarche ingest`: documents from outside go through the service, on a real Redis."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from structlog.testing import capture_logs

from worker import wiring
from worker.cli import main
from worker.model import Article, Event, Party, Reading
from worker.service import health
from worker.settings import load

STORY = " ".join(
    f"On the {day} day of the talks in {town} the envoys of Norway and Chile spoke of the {what}."
    for day, town, what in zip(
        ("first", "second", "third", "fourth", "fifth", "sixth"),
        ("Oslo", "Bergen", "Santiago", "Geneva", "Vienna", "Lima"),
        ("border in the south", "price of copper", "fish", "trade of arms", "visas", "debts"),
        strict=True,
    )
)
OTHER = "The envoys of Peru and Bolivia signed a treaty on the use of the water of the lake. " * 9
GERMAN = "Die Außenminister trafen sich am Montag in Oslo, um über den Fisch zu sprechen. " * 9
MET = Event("CONSULT", None, (Party("NOR", "Norway"), Party("CHL", "Chile")))
Command = Callable[..., Result]


def html(text: str) -> str:
    head = "<html><head><title>Page</title></head>"
    return f"{head}<body><article><p>{text}</p></article></body></html>"


class Desk:
    """A coder that keeps what it reads."""

    def __init__(self) -> None:
        self.articles: list[Article] = []

    def read(self, articles: Sequence[Article]) -> list[Reading]:
        self.articles += articles
        return [Reading((MET,)) for _ in articles]


@pytest.fixture
def demarche(redis_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    monkeypatch.setenv("DEMARCHE_REDIS_URL", redis_url)
    monkeypatch.setattr("worker.commands.ingest.LOOK_EVERY", 0.02)
    monkeypatch.chdir(tmp_path)

    def run(*words: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(main, ["ingest", *words], input=stdin, catch_exceptions=False)

    return run


@pytest.fixture
def desk(demarche: Command) -> Iterator[Desk]:
    """A scheduler and an extractor at work, but for Celery between them."""
    settings, coder, stop = load(), Desk(), threading.Event()
    pipeline = wiring.pipeline(settings, lambda: coder)  # type: ignore[arg-type, return-value]

    def live() -> None:
        for role in ("scheduler", "extractor"):
            health.pulse(settings, role)()

    def work() -> None:
        while not stop.wait(0.02):
            live()
            pipeline.extract(pipeline.tick(feeds=0, articles=20).extract)

    thread = threading.Thread(target=work)
    with capture_logs():  # they would stand between the lines of the command
        live()  # the command may look before the thread does
        thread.start()
        yield coder
        stop.set()
        thread.join()


def lines(done: Result) -> dict[object, dict]:
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return {line.get("id", line.get("page")): line for line in told}


def test_texts_and_pages_are_coded_with_what_is_said_of_them(desk: Desk, demarche: Command) -> None:
    Path("page.html").write_text(html(OTHER))
    given = [
        {
            "id": "a",
            "url": "https://news.example/a?utm_source=x",
            "text": STORY,
            "published": "2019-03-01",
            "title": "Given",
            "outlet": "The Meridian",
            "country": "NOR",
            "official": True,
        },
        {"id": 2, "path": "page.html", "published": "2019-03-02T10:00:00+02:00"},
        {"id": "de", "text": GERMAN},
        {"id": "short", "html": html("Short.")},
    ]
    done = demarche("--jsonl", "-", stdin="".join(json.dumps(line) + "\n" for line in given))
    assert done.exit_code == 0, done.stderr
    assert {id: (line["fate"], line["reason"]) for id, line in lines(done).items()} == {
        "a": ("published", None),
        2: ("published", None),
        "de": ("rejected", "language"),
        "short": ("rejected", "too-short"),
    }
    assert "4 documents: 2 published, 2 rejected." in done.stderr
    text, page = sorted(desk.articles, key=lambda article: str(article.url), reverse=True)
    if text.text != STORY:
        text, page = page, text
    assert (text.url, text.title, text.source) == (
        "https://news.example/a",
        "Given",
        "The Meridian",
    )
    assert (text.country, text.official, text.text) == ("NOR", True, STORY)
    assert (text.published, text.published_basis) == (date(2019, 3, 1), "given")
    assert page.published is not None
    assert page.published.isoformat() == "2019-03-02T10:00:00+02:00"
    assert OTHER.strip() in page.text


def test_what_was_seen_before_is_told_with_its_fate_and_a_reprint_is_one(
    desk: Desk, demarche: Command
) -> None:
    Path("a.html").write_text(html(STORY))
    Path("b.html").write_text(html(STORY + "More of it."))
    first = lines(demarche("a.html"))["a.html"]
    assert (first["fate"], first["seen"]) == ("published", False)
    again = lines(demarche("a.html", "a.html", "b.html"))
    assert (again["a.html"]["fate"], again["a.html"]["seen"]) == ("published", True)
    assert (again["b.html"]["fate"], bool(again["b.html"]["copy_of"])) == ("duplicate", True)
    assert len(desk.articles) == 2


def test_a_bad_document_among_many_is_told_and_the_others_go_on(
    desk: Desk, demarche: Command
) -> None:
    bad = [
        "{not json}",
        '{"id": "b"}',
        '{"id": "b", "text": 5}',
        json.dumps({"id": "b", "text": STORY, "published": "soon"}),
        json.dumps({"id": "b", "text": STORY, "country": "Norway"}),
        json.dumps({"id": "b", "url": "http://[", "text": STORY}),
        '{"id": "b", "path": "nowhere.html"}',
    ]
    good = json.dumps({"id": "good", "text": STORY})
    done = demarche("--jsonl", "-", stdin="\n".join([*bad, good]))
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 1
    assert [line.get("fate") for line in told] == [None] * 7 + ["published"]
    assert all(line["error"] for line in told[:7])
    assert "8 documents: 7 unreadable, 1 published." in done.stderr


def test_where_nobody_works_it_says_so_and_the_documents_wait(demarche: Command) -> None:
    line = json.dumps({"id": "a", "text": STORY})
    done = demarche("--jsonl", "-", stdin=line)
    assert done.exit_code == 1
    assert "no sign of life of scheduler and extractor" in done.stderr
    assert "1 documents: 1 under way." in done.stderr
    assert wiring.ledger(load()).standing().waiting == 1
    left = demarche("--jsonl", "-", "--no-wait", stdin=line)
    assert (left.exit_code, left.stdout) == (0, "")


def test_more_documents_than_the_queues_take_wait_for_each_other(
    desk: Desk, demarche: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEMARCHE_QUEUE_HIGH_WATER", "1")
    monkeypatch.setenv("DEMARCHE_BATCH_SIZE", "3")
    words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"]
    texts = [{"id": n, "text": f"The {word} envoy of {word} said {word} in the {word} hall. " * 9}
             for n, word in enumerate(words)]  # fmt: skip
    done = demarche("--jsonl", "-", stdin="".join(json.dumps(line) + "\n" for line in texts))
    assert done.exit_code == 0
    assert sorted(lines(done)) == list(range(10))


def test_without_redis_it_is_one_sentence(
    demarche: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEMARCHE_REDIS_URL", "redis://127.0.0.1:1/0")
    done = demarche("--jsonl", "-", stdin="")
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
