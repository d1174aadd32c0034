"""Pages kept as WARC by day, and put through the service again."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.hostile import LOOPBACK, Hostile, answer, gzipped
from worker import wiring
from worker.cli import main
from worker.errors import ConfigError
from worker.model import Entry, Feed, Page, article_id
from worker.service import health
from worker.settings import Settings, load
from worker.warc import Kept, PageStore, read

NOON = datetime(2024, 1, 15, 12, 0, 0, 250_000, tzinfo=UTC)
FEED = Feed("https://news.test/rss", "The Courier", "NOR", official=True)
MOST = 1_000_000


def entry(n: int) -> Entry:
    return Entry(f"https://news.test/{n}", f"Møte {n}", NOON - timedelta(hours=n), "…", "abc")


def page(n: int, body: bytes = b"<html><p>\xc3\xa9</p></html>", when: datetime = NOON) -> Page:
    headers = {"content-type": "text/html; charset=utf-8", "content-encoding": "gzip"}
    return Page(f"https://news.test/{n}?x=1", 200, headers, body, when)


def kept(path: Path) -> list[Kept]:
    return list(read(path, MOST))


def test_a_page_comes_back_with_what_was_known_of_it(tmp_path: Path) -> None:
    store = PageStore(tmp_path / "warc")
    for n in range(3):
        store.keep(page(n), FEED, entry(n))
    found = kept(store.path(NOON))
    assert [one.page.url for one in found] == [page(n).url for n in range(3)]
    assert [(one.feed, one.entry) for one in found] == [(FEED, entry(n)) for n in range(3)]
    assert [(one.page.body, one.page.fetched) for one in found] == [(page(0).body, NOON)] * 3
    assert found[0].page.headers["content-type"] == "text/html; charset=utf-8"
    assert "content-encoding" not in found[0].page.headers


def test_each_day_and_each_process_has_a_file_of_its_own(tmp_path: Path) -> None:
    store = PageStore(tmp_path)
    store.keep(page(1), FEED, entry(1))
    store.keep(page(2, when=NOON + timedelta(days=1)), FEED, entry(2))
    found = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.warc.gz"))
    assert [path.parent.name for path in found] == ["2024-01-15", "2024-01-16"]
    assert all(f"-{os.getpid()}." in path.name for path in found)


def test_many_threads_write_whole_records(tmp_path: Path) -> None:
    store = PageStore(tmp_path)

    def work(first: int) -> None:
        for n in range(first, first + 20):
            store.keep(page(n, os.urandom(20_000)), FEED, entry(n))

    threads = [threading.Thread(target=work, args=(100 * n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = kept(store.path(NOON))
    assert len({one.page.url for one in found}) == 160
    assert all(one.entry and one.entry.url in one.page.url for one in found)


def test_others_can_read_it_and_its_digests_hold(tmp_path: Path) -> None:
    store = PageStore(tmp_path)
    store.keep(page(1), FEED, entry(1))
    with store.path(NOON).open("rb") as file:
        records = ArchiveIterator(file, check_digests="raise")
        kinds = [(r.rec_type, r.content_stream().read() != b"") for r in records]
    assert kinds == [("metadata", True), ("response", True)]


@pytest.mark.parametrize("cut", [1, 100, 500])
def test_what_stands_before_a_cut_is_read(tmp_path: Path, cut: int) -> None:
    store = PageStore(tmp_path)
    for n in range(3):
        store.keep(page(n, os.urandom(2_000)), FEED, entry(n))
    path = store.path(NOON)
    path.write_bytes(path.read_bytes()[:-cut])
    found = []
    with contextlib.suppress(ConfigError):
        for one in read(path, MOST):
            found.append(one.page.url)  # noqa: PERF401 - what came before the damage counts
    assert found[:2] == [page(0).url, page(1).url]


def test_a_disk_that_takes_no_more_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "warc").write_text("a file where the folder should be")
    PageStore(tmp_path / "warc").keep(page(1), FEED, entry(1))


@pytest.mark.parametrize("content", [b"hello\n" * 99, gzip.compress(b"hello\n" * 99), b"\0" * 999])
def test_what_is_no_warc_file_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="is no WARC file"):
        kept(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        kept(tmp_path / "none.warc")


def foreign(path: Path, *responses: tuple[str, str, str, bytes]) -> None:
    """An archive as others write it: without metadata, with what a server really sent."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for url, status, kind, body in responses:
            head = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
            if kind.endswith("gzip"):
                head = StatusAndHeaders(
                    status,
                    [("Content-Type", "text/html"), ("Content-Encoding", "gzip")],
                    protocol="HTTP/1.1",
                )
            record = writer.create_warc_record(
                url, "response", payload=io.BytesIO(body), length=len(body), http_headers=head
            )
            writer.write_record(record)


def test_archives_of_others_are_read_as_far_as_they_hold_pages(tmp_path: Path) -> None:
    path = tmp_path / "foreign.warc.gz"
    foreign(
        path,
        ("https://a.test/1", "200 OK", "text/html", b"<p>one</p>"),
        ("https://a.test/2", "404 Not Found", "text/html", b"<p>gone</p>"),
        ("https://a.test/3.png", "200 OK", "image/png", b"png"),
        ("https://a.test/4", "200 OK", "gzip", gzipped(b"<p>four</p>")),
        ("https://a.test/5", "200 OK", "gzip", gzipped(bytes(50_000_000))),
    )
    assert [(one.page.url, one.page.body, one.feed) for one in kept(path)] == [
        ("https://a.test/1", b"<p>one</p>", None),
        ("https://a.test/4", b"<p>four</p>", None),
    ]


# ---- through the service ------------------------------------------------------------------------

STORY = b"<html><body><article><h1>News</h1>" + b"<p>They met in Oslo on Monday.</p>" * 9


@pytest.fixture
def settings(redis_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    monkeypatch.setenv("DEMARCHE_REDIS_URL", redis_url)
    monkeypatch.setenv("DEMARCHE_FETCH_ALLOW", str(LOOPBACK[0]))
    monkeypatch.setenv("DEMARCHE_WARC", str(tmp_path / "warc"))
    return load()


@pytest.fixture
def archived(settings: Settings) -> tuple[Settings, str, list[str]]:
    """A story that the service fetched: its address, and the files of the archive."""
    with Hostile() as server:
        server.at("/story", answer(200, gzipped(STORY), {"Content-Encoding": "gzip"}))
        pipeline = wiring.pipeline(settings, lambda: pytest.fail("nothing is coded here"))
        url = server.url("/story")
        (id,) = pipeline.ledger.claim(FEED.url, [(article_id(url), Entry(url, "A story"))], 0)
        assert pipeline.collect([id]) == [id]
    assert settings.warc is not None
    return settings, url, [str(path) for path in settings.warc.rglob("*.warc.gz")]


def replayed(*files: str) -> Result:
    return CliRunner().invoke(main, ["replay", "--warc", *files])


def test_an_archived_page_is_handed_to_the_extractors_of_another_prefix(
    archived: tuple[Settings, str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, url, files = archived
    monkeypatch.setenv("DEMARCHE_PREFIX", "again")
    other = load(prefix="again", warc=None)
    health.pulse(other, "extractor")()
    result = replayed(*files)
    assert (result.exit_code, result.output) == (
        0,
        "1 pages handed to the extractors; 0 known already.\n",
    )
    ledger = wiring.ledger(other)
    due = ledger.tick(2e9, feeds=1, articles=9)
    assert due.extract == (article_id(url),)
    (work,) = ledger.resume(due.extract, 2e9)
    assert (work.entry.url, work.entry.title, work.feed.url) == (url, "A story", FEED.url)
    again = ledger.page(work.id)
    assert again is not None
    assert again.body == STORY
    assert "1 known already" in replayed(*files).output


def test_what_the_service_knows_is_left_as_it_is(
    archived: tuple[Settings, str, list[str]],
) -> None:
    settings, _, files = archived
    health.pulse(settings, "extractor")()
    assert "0 pages handed to the extractors; 1 known already." in replayed(*files).output


def test_without_an_extractor_it_is_one_sentence(
    archived: tuple[Settings, str, list[str]],
) -> None:
    _, _, files = archived
    result = replayed(*files)
    assert result.exit_code == 2
    assert "No extractor runs" in result.output


@pytest.mark.parametrize("words", [(), ("x",), ("--warc",), ("--warc", "--into", "y", "x")])
def test_replay_wants_one_thing_or_the_other(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, ["replay", *words])
    assert result.exit_code == 2
    assert "either --into NAME, or --warc" in result.output
