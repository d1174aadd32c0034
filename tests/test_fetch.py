"""The fetcher against servers that mean no harm: what a Page holds, and what each failure is."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.hostile import LOOPBACK, Hostile, answer, gzipped, redirect
from worker.errors import Busy, ConfigError, Rejected, Transient
from worker.fetch import Fetcher, retry_after

BODY = b"<html><body>Ministers met.</body></html>" * 50


@pytest.fixture
def server() -> Iterator[Hostile]:
    with Hostile() as server:
        yield server


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(user_agent="Demarche/test", allow=LOOPBACK, deadline=5.0) as fetcher:
        yield fetcher


def test_a_page_is_the_decoded_body_with_its_headers_in_lower_case(server, fetcher):
    headers = {"Content-Type": "text/html", "ETag": '"7"', "X-Twice": "a"}
    url = server.at("/a", answer(200, BODY, headers))
    page = fetcher.get(url)
    assert (page.url, page.status, page.body, page.moved) == (url, 200, BODY, None)
    assert page.headers["etag"] == '"7"'
    assert page.headers["content-type"] == "text/html"
    assert abs(page.fetched - datetime.now(UTC)) < timedelta(seconds=10)


def test_it_says_who_it_is_and_asks_for_nothing_it_cannot_bound(server, fetcher):
    fetcher.get(server.at("/a", answer(200)), accept="text/html")
    request = server.requests[0].lower()
    assert "user-agent: demarche/test\r\n" in request
    assert "accept-encoding: gzip, deflate\r\n" in request
    assert "accept: text/html\r\n" in request
    assert f"host: 127.0.0.1:{server.port}\r\n" in request


@pytest.mark.parametrize("agent", ["Démarche", "a\r\nX: y", "a\x00"])
def test_a_user_agent_that_no_header_can_carry_is_a_mistake_in_the_settings(agent):
    with pytest.raises(ConfigError, match="DEMARCHE_CONTACT"):
        Fetcher(user_agent=agent)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzipped(BODY)),
        ("x-gzip", gzipped(BODY)),
        ("GZIP", gzipped(BODY)),
        ("gzip", gzipped(BODY[:1000]) + gzipped(BODY[1000:])),
        ("gzip", gzipped(BODY) + b"\0" * 100),
        ("deflate", zlib.compress(BODY)),
        ("deflate", zlib.compress(BODY)[2:-4]),
        ("gzip, gzip", gzipped(gzipped(BODY))),
        ("deflate, gzip", gzipped(zlib.compress(BODY))),
        ("identity", BODY),
        ("gzip, identity", gzipped(BODY)),
    ],
    ids=[
        "gzip",
        "x-gzip",
        "upper case",
        "two members",
        "padding",
        "deflate as zlib",
        "deflate bare",
        "gzip twice",
        "deflate in gzip",
        "identity",
        "gzip and identity",
    ],
)
def test_every_coding_that_servers_use_is_undone(server, fetcher, encoding, body):
    url = server.at("/a", answer(200, body, {"Content-Encoding": encoding}))
    assert fetcher.get(url).body == BODY


def test_an_empty_gzip_body_is_empty(server, fetcher):
    url = server.at("/a", answer(200, b"", {"Content-Encoding": "gzip"}))
    assert fetcher.get(url).body == b""


def test_a_chunked_body_is_put_together(server, fetcher):
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in (BODY[:7], BODY[7:]))
    url = server.at(
        "/a",
        answer(200, chunks + b"0\r\n\r\n", {"Content-Length": "", "Transfer-Encoding": "chunked"}),
    )
    assert fetcher.get(url).body == BODY


def test_validators_are_sent_and_304_is_a_page_without_body(server, fetcher):
    url = server.at("/a", answer(304, headers={"ETag": '"2"', "Content-Length": ""}))
    page = fetcher.get(url, etag='"1"', last_modified="Mon, 15 Jan 2024 10:00:00 GMT")
    assert (page.status, page.body, page.headers["etag"]) == (304, b"", '"2"')
    assert 'if-none-match: "1"\r\n' in server.requests[0].lower()
    assert "if-modified-since: mon, 15 jan 2024 10:00:00 gmt\r\n" in server.requests[0].lower()


def test_a_304_that_nobody_asked_for_is_no_page(server, fetcher):
    with pytest.raises(Transient) as caught:
        fetcher.get(server.at("/a", answer(304, headers={"Content-Length": ""})))
    assert caught.value.reason == "protocol"


def test_validators_that_no_header_can_carry_are_not_sent(server, fetcher):
    fetcher.get(server.at("/a", answer(200)), etag='"1"\r\nX-Evil: 1', last_modified="ä")
    assert "x-evil" not in server.requests[0].lower()
    assert "if-" not in server.requests[0].lower()


@pytest.mark.parametrize(
    ("steps", "moved"),
    [
        ((301,), "/1"),
        ((308, 301), "/2"),
        ((302,), None),
        ((307, 301), None),
        ((301, 302), "/1"),
        ((303, 308), None),
    ],
)
def test_redirects_are_followed_and_only_permanent_ones_move(server, fetcher, steps, moved):
    for number, status in enumerate(steps):
        server.at(f"/{number}" if number else "/0", redirect(f"/{number + 1}", status))
    last = server.at(f"/{len(steps)}", answer(200, BODY))
    page = fetcher.get(server.url("/0"))
    assert page.url == last
    assert page.moved == (server.url(moved) if moved else None)


@pytest.mark.parametrize(
    ("status", "kind", "reason"),
    [
        (400, Rejected, "http-400"),
        (401, Rejected, "http-401"),
        (403, Rejected, "http-403"),
        (404, Rejected, "http-404"),
        (410, Rejected, "http-410"),
        (451, Rejected, "http-451"),
        (408, Transient, "http-408"),
        (425, Transient, "http-425"),
        (429, Busy, "http-429"),
        (500, Transient, "http-500"),
        (503, Transient, "http-503"),
        (300, Rejected, "http-3xx"),
        (302, Rejected, "http-3xx"),
    ],
)
def test_each_status_says_whether_trying_again_helps(server, fetcher, status, kind, reason):
    with pytest.raises(kind) as caught:
        fetcher.get(server.at("/a", answer(status)))
    assert caught.value.reason == reason
    assert isinstance(caught.value, Busy) == (kind is Busy)


@pytest.mark.parametrize(("status", "wait"), [(429, "120"), (503, "120"), (500, "120")])
def test_the_server_says_how_long_to_wait(server, fetcher, status, wait):
    with pytest.raises(Transient) as caught:
        fetcher.get(server.at("/a", answer(status, headers={"Retry-After": wait})))
    assert caught.value.retry_after == 120
    assert isinstance(caught.value, Busy) == (status != 500)


def test_a_429_without_a_time_asks_for_half_a_minute(server, fetcher):
    with pytest.raises(Busy) as caught:
        fetcher.get(server.at("/a", answer(429)))
    assert caught.value.retry_after == 30


NOON = datetime(2024, 1, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        ("99999999999999999999", 86_400),
        (format_datetime(NOON + timedelta(minutes=5), usegmt=True), 300),
        (format_datetime(NOON - timedelta(minutes=5), usegmt=True), 0),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value, seconds):
    assert retry_after({"retry-after": value}, NOON) == seconds


def test_a_kept_connection_is_used_again(server, fetcher):
    url = server.at("/a", answer(200, BODY, keep=True))
    for _ in range(3):
        assert fetcher.get(url).body == BODY
    assert server.connections == 1


def test_a_304_keeps_the_connection(server, fetcher):
    url = server.at("/a", answer(304, headers={"Content-Length": ""}, keep=True))
    for _ in range(3):
        assert fetcher.get(url, etag='"1"').status == 304
    assert server.connections == 1


def test_a_kept_connection_that_the_server_closed_is_replaced(server, fetcher):
    # The header promises to keep it, but the behaviour closes: as a server that has just timed out.
    url = server.at("/a", answer(200, BODY, {"Connection": "keep-alive"}))
    for _ in range(3):
        assert fetcher.get(url).body == BODY
    assert server.connections == 3


def test_no_cookie_comes_back(server, fetcher):
    url = server.at("/a", answer(200, BODY, {"Set-Cookie": "id=1; Path=/"}))
    server.at("/r", answer(302, headers={"Location": "/a", "Set-Cookie": "id=2; Path=/"}))
    fetcher.get(url)
    fetcher.get(server.url("/r"))
    fetcher.get(url)
    assert not any("cookie:" in request.lower() for request in server.requests)


def test_no_proxy_and_no_netrc_of_the_environment_is_used(server, fetcher, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("default login a password b\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with Fetcher(user_agent="t", allow=LOOPBACK, deadline=5.0) as fresh:
        assert fresh.get(server.at("/a", answer(200, BODY))).body == BODY
    assert "authorization" not in server.requests[0].lower()
