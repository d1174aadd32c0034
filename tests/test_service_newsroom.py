"""The newsroom answers like a real web server, and gives away nothing but its pages."""

from __future__ import annotations

import gzip
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import feedparser
import httpx
import pytest

from worker.errors import ConfigError
from worker.service import newsroom

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "seeds" / "newsroom"
T = TypeVar("T")
FEEDS = ("/meridian/rss.xml", "/skerry/feed.atom", "/mfa/news.rdf")


@contextmanager
def opened(folder: Path) -> Iterator[newsroom.Newsroom]:
    with newsroom.serve(folder, 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def room() -> Iterator[newsroom.Newsroom]:
    with opened(FOLDER) as server:
        yield server


@pytest.fixture
def client(room: newsroom.Newsroom) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=room.base_url, headers={"Accept-Encoding": "identity"}) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/meridian/rss.xml", "application/rss+xml; charset=utf-8"),
        ("/skerry/feed.atom", "application/atom+xml; charset=utf-8"),
        ("/mfa/news.rdf", "application/rdf+xml"),
        ("/meridian/story?id=4471", "text/html; charset=utf-8"),
        ("/skerry/news/spain-field-hospital", "text/html; charset=windows-1252"),
        ("/robots.txt", "text/plain; charset=utf-8"),
        ("/", "text/html; charset=utf-8"),
    ],
)
def test_page_comes_with_its_type_and_charset(client: httpx.Client, path: str, content_type: str):
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == content_type
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_the_charset_of_the_header_reads_the_page(client: httpx.Client):
    text = client.get("/skerry/news/spain-field-hospital").text
    assert "“On Monday evening we had a list" in text
    assert "€2.4 million" in text


def test_pages_and_feeds_name_the_address_at_which_they_are_served(
    client: httpx.Client, room: newsroom.Newsroom
):
    for feed in newsroom.feeds(FOLDER, room.base_url):
        text = client.get(feed.url).text
        assert newsroom.PLACEHOLDER not in text
        assert room.base_url in text


def test_every_link_of_every_feed_is_answered(client: httpx.Client):
    for feed in FEEDS:
        entries = feedparser.parse(client.get(feed).content).entries
        assert entries
        assert {client.get(entry.link).status_code for entry in entries} == {200}


@pytest.mark.parametrize("path", FEEDS)
@pytest.mark.parametrize(
    ("question", "validator"), [("If-None-Match", "etag"), ("If-Modified-Since", "last-modified")]
)
def test_a_feed_that_is_known_is_not_sent_again(
    client: httpx.Client, path: str, question: str, validator: str
):
    first = client.get(path)
    again = client.get(path, headers={question: first.headers[validator]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-None-Match": '"other"'}, 200),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"other", {etag}'}, 304),
        ({"If-None-Match": '"other"', "If-Modified-Since": "{last-modified}"}, 200),
        ({"If-Modified-Since": "Mon, 15 Jan 2001 00:00:00 GMT"}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
        ({"If-Modified-Since": ""}, 200),
    ],
)
def test_validators_are_read_as_http_wants_it(
    client: httpx.Client, headers: dict[str, str], status: int
):
    known = client.get("/skerry/feed.atom").headers
    asked = {
        name: value.replace("{etag}", known["etag"]).replace(
            "{last-modified}", known["last-modified"]
        )
        for name, value in headers.items()
    }
    assert client.get("/skerry/feed.atom", headers=asked).status_code == status


def test_a_changed_feed_gets_another_tag(tmp_path: Path):
    def tag(text: str) -> str:
        (folder / "feed.xml").write_text(text)
        with opened(folder) as server:
            return httpx.get(server.base_url + "/feed.xml").headers["etag"]

    folder = small(tmp_path)
    assert tag("<rss/>") == tag("<rss/>")
    assert tag("<rss/>") != tag("<rss></rss>")


@pytest.mark.parametrize(
    ("accepted", "zipped"),
    [("gzip, deflate", True), ("br;q=1, GZIP;q=0.5", True), ("gzip;q=0", False), ("br", False)],
)
def test_gzip_comes_to_those_who_accept_it(client: httpx.Client, accepted: str, zipped: bool):
    plain = client.get("/meridian/rss.xml")
    with client.stream("GET", "/meridian/rss.xml", headers={"Accept-Encoding": accepted}) as answer:
        raw = b"".join(answer.iter_raw())
    assert (answer.headers.get("content-encoding") == "gzip") == zipped
    assert (gzip.decompress(raw) if zipped else raw) == plain.content
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["etag"] == plain.headers["etag"]


def test_some_pages_are_never_compressed(client: httpx.Client):
    answer = client.get("/skerry/feed.atom", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in answer.headers


def test_head_tells_what_get_would_send(client: httpx.Client):
    told, sent = client.head("/mfa/news.rdf"), client.get("/mfa/news.rdf")
    assert told.content == b""
    assert told.headers["content-length"] == str(len(sent.content))


def test_tracking_parameters_change_nothing_and_the_id_everything(client: httpx.Client):
    plain = client.get("/meridian/story?id=4471")
    tracked = client.get("/meridian/story?utm_source=rss&id=4471&fbclid=x")
    other = client.get("/meridian/story?id=4468")
    assert plain.content == tracked.content != other.content
    assert client.get("/meridian/story").status_code == 404
    assert client.get("/meridian/story?id=1").status_code == 404


def test_robots_txt_closes_one_folder_alone(client: httpx.Client):
    lines = client.get("/robots.txt").text.splitlines()
    assert [line for line in lines if line.startswith("Disallow")] == ["Disallow: /private/"]
    assert client.get("/private/embargoed-rescue-aircraft").status_code == 200


@pytest.mark.parametrize(
    "target",
    [
        "/nothing-here",
        "/expected.jsonl",
        "/../newsroom.toml",
        "/../../pyproject.toml",
        "/%2e%2e/newsroom.toml",
        "/meridian/%2e%2e/%2e%2e/newsroom.toml",
        "/..%2fnewsroom.toml",
        "//etc/passwd",
        "/%00",
        "/meridian\\..\\..\\newsroom.toml",
        "http://127.0.0.1/../newsroom.toml",
        "http://[",
        "*",
    ],
)
def test_nothing_but_its_pages_can_be_fetched(room: newsroom.Newsroom, target: str):
    """Sent as it stands: a well-behaved client would tidy up the path before asking."""
    with socket.create_connection((newsroom.HOST, room.server_port), timeout=10) as line:
        line.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 404 ")


def test_a_client_that_hangs_up_is_not_worth_a_traceback(
    room: newsroom.Newsroom, client: httpx.Client, capfd: pytest.CaptureFixture[str]
):
    before = set(threading.enumerate())
    line = socket.create_connection((newsroom.HOST, room.server_port), timeout=10)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close by RST
    line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
    [desk] = wait_for(lambda: {t for t in threading.enumerate() if t.is_alive()} - before)
    line.close()
    desk.join(timeout=10)
    assert not desk.is_alive()
    assert capfd.readouterr().err == ""
    assert client.get("/robots.txt").status_code == 200


def test_it_listens_on_the_loopback_alone(room: newsroom.Newsroom):
    assert room.server_address[0] == "127.0.0.1"


def test_a_port_has_one_newsroom(room: newsroom.Newsroom):
    with pytest.raises(ConfigError, match=f"Port {room.server_port} .* is in use; set DEMARCHE_"):
        newsroom.serve(FOLDER, room.server_port)


def test_a_folder_that_is_missing_is_told_in_one_sentence(tmp_path: Path):
    with pytest.raises(ConfigError, match=r"There is no folder .*nowhere"):
        newsroom.serve(tmp_path / "nowhere", 0)


@pytest.mark.parametrize(
    ("manifest", "sentence"),
    [
        (None, r"manifest .*room\.toml cannot be read: No such file"),
        ("[[page", r"manifest .*room\.toml is not valid TOML"),
        ('[[page]]\npath = "/"\nfile = "gone"\ntype = "text/html"', r"page .*gone cannot be read"),
        ('[[page]]\npath = "/"\nfile = "../x"\ntype = "text/html"', r"page \.\./x lies outside"),
        ('[[page]]\npath = "/"', r"manifest .*room\.toml: a \[\[page\]\] lacks 'file'"),
    ],
)
def test_a_newsroom_that_cannot_be_read_says_so(
    tmp_path: Path, manifest: str | None, sentence: str
):
    folder = tmp_path / "room"
    folder.mkdir()
    (tmp_path / "x").write_text("outside")
    if manifest is not None:
        (tmp_path / "room.toml").write_text(manifest)
    with pytest.raises(ConfigError, match=sentence) as told:
        newsroom.serve(folder, 0)
    assert "\n" not in str(told.value)


def test_a_feed_that_is_not_one_is_told_in_one_sentence(tmp_path: Path):
    folder = small(tmp_path, extra='[[feed]]\nurl = "@@BASE@@/feed.xml"\nspeed = 3\n')
    with pytest.raises(ConfigError, match=r"room\.toml: a \[\[feed\]\] is wrong"):
        newsroom.feeds(folder, "http://127.0.0.1:1")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_ends_at_once_when_told_to(number: signal.Signals):
    """Also while somebody holds a connection open; until then the port is its own."""
    port = free_port()
    code = f"from worker.service import newsroom as n; n.run(n.Path({str(FOLDER)!r}), {port})"
    child = subprocess.Popen(
        [sys.executable, "-c", code],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
    )
    try:
        wait_for(lambda: is_open(port))
        with httpx.Client() as client:
            client.get(f"http://127.0.0.1:{port}/robots.txt").raise_for_status()
            with pytest.raises(ConfigError, match="in use"):
                newsroom.serve(FOLDER, port)
            begun = time.monotonic()
            child.send_signal(number)
            _, complaints = child.communicate(timeout=10)
        assert time.monotonic() - begun < 2
        assert (child.returncode, complaints) == (0, "")
    finally:
        child.kill()
        child.wait()
    with newsroom.serve(FOLDER, port):
        pass  # the port is free again


def small(folder: Path, extra: str = "") -> Path:
    """A newsroom of one feed."""
    room = folder / "room"
    room.mkdir()
    (room / "feed.xml").write_text("<rss/>")
    page = '[[page]]\npath = "/feed.xml"\nfile = "feed.xml"\ntype = "text/xml"\n'
    (folder / "room.toml").write_text(page + extra)
    return room


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def wait_for(condition: Callable[[], T]) -> T:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.01)
    raise TimeoutError("waited for 30 s in vain")
