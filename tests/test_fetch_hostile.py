"""The fetcher against servers that mean harm: deadlines, caps, bombs, and forbidden addresses."""

from __future__ import annotations

import itertools
import shutil
import socket
import ssl
import subprocess
import threading
import time
import tracemalloc
from collections.abc import Iterator
from ipaddress import ip_address, ip_network

import pytest

from tests.hostile import (
    LOOPBACK,
    Hostile,
    answer,
    drip,
    gzipped,
    raw,
    redirect,
    silence,
    stream,
    zeros,
)
from worker.errors import DemarcheError, Rejected, Transient
from worker.fetch import Fetcher
from worker.fetching.addresses import is_allowed, literal

DEADLINE = 0.6
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def server() -> Iterator[Hostile]:
    with Hostile() as server:
        yield server


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(
        user_agent="t", allow=LOOPBACK, deadline=DEADLINE, resolve=lambda *_: ["127.0.0.1"]
    ) as fetcher:
        yield fetcher


def reason_of(fetcher: Fetcher, url: str) -> str:
    with pytest.raises((Transient, Rejected)) as caught:
        fetcher.get(url)
    return caught.value.reason


# ---- the deadline ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "behaviour",
    [
        silence(),
        drip(b"", b"H"),
        drip(b"HTTP/1.1 200 OK\r\nX: ", b"a"),
        drip(OK, b"X-A: b\r\n"),
        drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        drip(OK + b"Content-Length: 100000\r\n\r\n", b"x"),
        drip(OK + b"\r\n", b"x"),
        drip(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        drip(OK + b"Transfer-Encoding: chunked\r\n\r\n5", b"0"),
        drip(OK + b"Content-Encoding: gzip\r\n\r\n" + gzipped(b"x" * 9)[:12], b"\x00"),
    ],
    ids=[
        "silence",
        "status line",
        "one header",
        "headers",
        "1xx",
        "body",
        "endless body",
        "chunks",
        "chunk size",
        "gzip",
    ],
)
def test_no_drip_outlives_the_deadline(server, fetcher, behaviour):
    url = server.at("/", behaviour)
    began = time.monotonic()
    reason = reason_of(fetcher, url)
    assert time.monotonic() - began < DEADLINE + 1.0
    assert reason in {"timeout", "protocol", "content-encoding"}


def test_redirects_share_one_deadline(server, fetcher):
    def slow(to: str):
        head = f"HTTP/1.1 302 X\r\nLocation: {to}\r\nX: ".encode()
        return stream(
            lambda: itertools.chain([head], _pause(0.25), [b"\r\nContent-Length: 0\r\n\r\n"])
        )

    for number in range(5):
        server.at(f"/{number}", slow(f"/{number + 1}"))
    began = time.monotonic()
    assert reason_of(fetcher, server.url("/0")) == "timeout"
    assert time.monotonic() - began < DEADLINE + 1.0
    assert len(server.requests) < 5


def _pause(seconds: float) -> Iterator[bytes]:
    threading.Event().wait(seconds)
    yield b""


def test_a_lookup_that_hangs_does_not_outlive_the_deadline():
    released = threading.Event()

    def hang(*_: object) -> list[str]:
        released.wait(10)
        return []

    with Fetcher(user_agent="t", deadline=DEADLINE, resolve=hang) as fetcher:
        began = time.monotonic()
        reason = reason_of(fetcher, "http://slow.test/")
        took = time.monotonic() - began
    released.set()
    assert reason == "dns"
    assert took < DEADLINE + 1.0


def test_a_port_that_swallows_connections_does_not_outlive_the_deadline(fetcher):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        fillers = []
        for _ in range(3):  # fill the backlog, so that the next handshake gets no answer
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
            fillers.append(filler)
        began = time.monotonic()
        reason = reason_of(fetcher, f"http://127.0.0.1:{listener.getsockname()[1]}/")
        took = time.monotonic() - began
        for filler in fillers:
            filler.close()
    assert reason in {"timeout", "connect"}
    assert took < DEADLINE + 1.0


def test_a_tls_handshake_that_never_ends_does_not_outlive_the_deadline(server, fetcher):
    began = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert reason_of(fetcher, f"https://127.0.0.1:{port}/") == "timeout"
    assert time.monotonic() - began < DEADLINE + 1.0


# ---- the caps -------------------------------------------------------------------------------


def peak_of(fetcher: Fetcher, url: str) -> tuple[str, float]:
    """The reason of a failure, and the most megabytes that Python held meanwhile."""
    tracemalloc.start()
    try:
        reason = reason_of(fetcher, url)
        return reason, tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


@pytest.fixture
def patient() -> Iterator[Fetcher]:
    """With the real caps, and time enough for 10 MB."""
    with Fetcher(user_agent="t", allow=LOOPBACK, deadline=20.0) as fetcher:
        yield fetcher


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "gzip, gzip", "deflate, gzip"])
def test_a_bomb_is_too_large_and_takes_little_memory(server, patient, encoding):
    bomb = zeros(200, encoding)
    url = server.at("/", answer(200, bomb, {"Content-Encoding": encoding}))
    reason, peak = peak_of(patient, url)
    assert reason == "too-large"
    assert peak < 30


def test_a_bomb_of_empty_blocks_is_bounded_between_its_two_codings(server, patient):
    """Gigabytes of nothing: the outer coding unfolds, the inner one yields no byte."""
    nothing = gzipped(gzipped(b"")[:10] + b"\x00\x00\x00\xff\xff" * 4_000_000)
    url = server.at("/", answer(200, nothing, {"Content-Encoding": "gzip, gzip"}))
    reason, peak = peak_of(patient, url)
    assert reason == "too-large"
    assert peak < 30


def test_an_endless_body_is_too_large(server, patient):
    url = server.at(
        "/", stream(lambda: itertools.chain([OK + b"\r\n"], itertools.repeat(b"x" * 65536)))
    )
    reason, peak = peak_of(patient, url)
    assert reason == "too-large"
    assert peak < 30


def test_an_endless_stream_of_small_chunks_is_bounded(server, patient):
    head = OK + b"Transfer-Encoding: chunked\r\n\r\n"
    crumbs = b"1\r\nx\r\n" * 5_000
    url = server.at("/", stream(lambda: itertools.chain([head], itertools.repeat(crumbs))))
    began = time.monotonic()
    reason, peak = peak_of(patient, url)
    assert reason == "too-large"
    assert peak < 30
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("size", ["10000001", "99999999999999999999"])
def test_a_body_announced_as_too_large_is_not_read(server, fetcher, size):
    url = server.at("/", drip(OK + f"Content-Length: {size}\r\n\r\n".encode(), b"x"))
    began = time.monotonic()
    assert reason_of(fetcher, url) == "too-large"
    assert time.monotonic() - began < DEADLINE


def test_the_largest_body_allowed_is_read(server):
    with Fetcher(user_agent="t", allow=LOOPBACK, max_bytes=5_000) as fetcher:
        url = server.at("/a", answer(200, gzipped(b"x" * 5_000), {"Content-Encoding": "gzip"}))
        assert len(fetcher.get(url).body) == 5_000
        server.at("/a", answer(200, gzipped(b"x" * 5_001), {"Content-Encoding": "gzip"}))
        assert reason_of(fetcher, url) == "too-large"


@pytest.mark.parametrize(
    "headers",
    [
        b"X: " + b"a" * 70_000,
        b"\r\n".join(b"X-%d: a" % n for n in range(9_000)),
        b"Set-Cookie: " + b"a" * 65_600,
    ],
    ids=["one long", "many", "cookie"],
)
def test_headers_are_capped(server, fetcher, headers):
    url = server.at("/", raw(OK + headers + b"\r\n\r\nbody"))
    assert reason_of(fetcher, url) == "headers-too-large"


def test_endless_headers_are_capped(server, patient):
    lines = (b"X-%d: %s\r\n" % (n, b"a" * 1_000) for n in itertools.count())
    url = server.at("/", stream(lambda: itertools.chain([OK], lines)))
    reason, peak = peak_of(patient, url)
    assert reason == "headers-too-large"
    assert peak < 5


def test_endless_interim_answers_are_capped(server, patient):
    url = server.at("/", stream(lambda: itertools.repeat(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 50)))
    assert reason_of(patient, url) == "headers-too-large"


def test_headers_of_60_kb_pass(server, fetcher):
    url = server.at("/", raw(OK + b"X: " + b"a" * 60_000 + b"\r\nContent-Length: 2\r\n\r\nok"))
    assert fetcher.get(url).body == b"ok"


# ---- broken HTTP ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "protocol"),
        (b"hello\r\n\r\n", "protocol"),
        (OK + b"Content-Length: 10\r\n\r\nhello", "protocol"),
        (OK + b"Content-Length: ten\r\n\r\nhello", "protocol"),
        (OK + b"Content-Length: -1\r\n\r\nhello", "protocol"),
        (OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", "protocol"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n", "protocol"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhel", "protocol"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello", "protocol"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffffffff\r\nhello", "protocol"),
        (OK + b"Content-Encoding: gzip\r\n\r\nplain text", "content-encoding"),
        (OK + b"Content-Encoding: gzip\r\n\r\n" + gzipped(b"hello" * 99)[:-12], "protocol"),
        (OK + b"Content-Encoding: br\r\n\r\nxx", "content-encoding"),
        (OK + b"Content-Encoding: gzip, gzip, gzip\r\n\r\nxx", "content-encoding"),
        (OK + b"Content-Type: video/mp4\r\nContent-Length: 2\r\n\r\nxx", "not-text"),
        (b"HTTP/1.1 302 X\r\nContent-Length: 0\r\n\r\n", "http-3xx"),
    ],
)
def test_broken_answers_have_a_reason(server, fetcher, data, reason):
    assert reason_of(fetcher, server.at("/", raw(data))) == reason


def test_what_stands_behind_the_content_length_is_not_the_body(server, fetcher):
    url = server.at("/", raw(OK + b"Content-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\n\r\nevil"))
    assert fetcher.get(url).body == b"hello"
    server.at("/", answer(200, b"good"))
    assert fetcher.get(url).body == b"good"


def test_nobody_listening_is_connect(fetcher):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert reason_of(fetcher, f"http://127.0.0.1:{port}/") == "connect"


def test_a_name_without_address_is_dns():
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with Fetcher(user_agent="t", resolve=unknown) as fetcher:
        assert reason_of(fetcher, "http://nowhere.test/") == "dns"
    with Fetcher(user_agent="t", resolve=lambda *_: []) as fetcher:
        assert reason_of(fetcher, "http://nowhere.test/") == "dns"


def test_plain_http_on_a_tls_port_is_tls(server, fetcher):
    assert reason_of(fetcher, f"https://127.0.0.1:{server.port}/") in {"tls", "timeout"}


# ---- redirects ------------------------------------------------------------------------------


def test_an_endless_redirect_ends(server, fetcher):
    server.at("/", redirect("/"))
    assert reason_of(fetcher, server.url("/")) == "too-many-redirects"
    assert len(server.requests) == 6


def test_five_redirects_are_followed(server, fetcher):
    for number in range(5):
        server.at(f"/{number}", redirect(f"/{number + 1}"))
    server.at("/5", answer(200, b"there"))
    assert fetcher.get(server.url("/0")).body == b"there"


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("ftp://127.0.0.1/x", "bad-url"),
        ("file:///etc/passwd", "bad-url"),
        ("gopher://127.0.0.1:6379/_FLUSHALL", "bad-url"),
        ("javascript:alert(1)", "bad-url"),
        ("data:text/html,x", "bad-url"),
        ("http://user:pass@127.0.0.1/", "bad-url"),
        ("http://", "too-many-redirects"),  # by RFC 3986 that is the page itself
        ("http://[::1", "bad-url"),
        ("http://a:99999/", "bad-url"),
        ("http://169.254.169.254/latest/meta-data/", "forbidden-address"),
        ("http://10.0.0.1/", "forbidden-address"),
        ("http://[::ffff:10.0.0.1]/", "forbidden-address"),
        ("//192.168.1.1/", "forbidden-address"),
    ],
)
def test_redirects_lead_nowhere_that_may_not_be_fetched(server, fetcher, target, reason):
    assert reason_of(fetcher, server.at("/", redirect(target))) == reason


# ---- addresses ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "127.0.0.1.",
        "0x7f000001",
        "0X7F.0.0.1",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "2130706433",
        "0",
        "0.0.0.0",
        "10.0.0.1",
        "012.1",
        "100.64.0.1",
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "172.16.0.1",
        "192.168.0.1",
        "192.0.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[::127.0.0.1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::1]",
        "[2002:7f00:1::]",
        "[2002:c0a8:101::1]",
        "[2001::1]",
        "[2001:db8::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[fec0::1]",
        "[ff02::1]",
        "127.000.000.001",
        "0177.0000.0000.0001",
        "00000000177.0.0.1",
        "0x7f.0x0.0x0.0x1",
        "0x7f000001.",
        "127.1.",
        "127。0。0。1",
        "100.100.100.200",
        "192.0.0.192",
        "[0:0:0:0:0:ffff:7f00:0001]",
        "[0000::1]",
        "[::1%25lo]",
        "[::ffff:0:127.0.0.1]",
    ],
)
def test_every_spelling_of_an_address_that_is_not_global_is_refused(host):
    def no_lookup(*_: object) -> list[str]:
        raise AssertionError("an address is not looked up")

    with Fetcher(user_agent="t", deadline=2.0, resolve=no_lookup) as fetcher:
        assert reason_of(fetcher, f"http://{host}:9/") == "forbidden-address"


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST.", "metadata.google.internal", "%31%32%37.0.0.1", "4294967297"],
)
def test_a_name_of_the_loopback_is_refused_by_what_it_resolves_to(server, host):
    own = {"metadata.google.internal": "169.254.169.254"}
    with Fetcher(
        user_agent="t", deadline=2.0, resolve=lambda host, _: [own.get(host, "127.0.0.1")]
    ) as fetcher:
        assert reason_of(fetcher, server.url("/", host=host)) == "forbidden-address"
    assert server.connections == 0


@pytest.mark.parametrize("host", ["１２７.０.０.１", "①②⑦.⓪.⓪.①", "256.256.256.256", "[v1.x]"])
def test_what_only_looks_like_an_address_is_no_url(fetcher, host):
    assert reason_of(fetcher, f"http://{host}/") == "bad-url"


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "64:ff9b::8.8.8.8", "2002:808:808::1"],
)
def test_global_addresses_are_allowed(address):
    assert is_allowed(ip_address(address))


@pytest.mark.parametrize(
    "host", ["news.test", "1e100.net", "face.fe", "x", "127.0.0.1.nip.test", "0x"]
)
def test_names_are_no_addresses(host):
    assert literal(host) is None


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["10.1.2.3", "192.168.0.1"],
        ["64:ff9b::7f00:1"],
        ["not an address"],
    ],
)
def test_a_name_that_resolves_to_a_private_address_is_refused(server, answers):
    with Fetcher(user_agent="t", deadline=2.0, resolve=lambda *_: answers) as fetcher:
        assert reason_of(fetcher, server.url("/", host="evil.test")) == "forbidden-address"
    assert server.connections == 0


def test_the_address_that_was_checked_is_the_one_that_is_dialled(server):
    """DNS rebinding: a second answer would lead elsewhere, but nobody asks a second time."""
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    allow = (ip_network("127.0.0.1/32"),)
    url = server.at("/", answer(200, b"x")).replace("127.0.0.1", "rebind.test")
    with Fetcher(user_agent="t", allow=allow, deadline=2.0, resolve=rebinding) as fetcher:
        assert fetcher.get(url).body == b"x"
        assert asked == ["rebind.test"]
        assert f"host: rebind.test:{server.port}" in server.requests[0].lower()
        assert reason_of(fetcher, url) == "forbidden-address"


def test_a_redirect_to_a_name_that_turns_private_is_refused(server):
    names = {"good.test": ["127.0.0.1"], "evil.test": ["127.0.0.9"]}
    allow = (ip_network("127.0.0.1/32"),)
    server.at("/", redirect(server.url("/x", host="evil.test")))
    with Fetcher(user_agent="t", allow=allow, resolve=lambda host, _: names[host]) as fetcher:
        assert reason_of(fetcher, server.url("/", host="good.test")) == "forbidden-address"


def test_a_forbidden_address_among_good_ones_is_passed_over(server):
    allow = (ip_network("127.0.0.1/32"),)
    answers = ["10.0.0.1", "127.0.0.1"]
    with Fetcher(user_agent="t", allow=allow, deadline=2.0, resolve=lambda *_: answers) as fetcher:
        assert fetcher.get(server.at("/", answer(200, b"x")).replace("127.0.0.1", "a.test")).body


def test_the_next_address_is_tried_where_one_refuses(server):
    answers = ["127.0.0.77", "127.0.0.1"]
    with Fetcher(user_agent="t", allow=LOOPBACK, resolve=lambda *_: answers) as fetcher:
        url = server.at("/", answer(200, b"x")).replace("127.0.0.1", "two.test")
        assert fetcher.get(url).body == b"x"


def test_an_allowed_network_holds_for_its_ipv4_in_ipv6_too():
    assert is_allowed(ip_address("::ffff:127.0.0.1"), LOOPBACK)
    assert not is_allowed(ip_address("::ffff:10.0.0.1"), LOOPBACK)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "news.test/x",
        "//news.test/",
        "ftp://news.test/",
        "http:///x",
        "http://[::1/",
        "http://a:b@news.test/",
        "http://news.test:99999/",
        "http://news.test/" + "a" * 9_000,
        "http://ex\u0000ample.test/",
        "http://xn--/",
    ],
)
def test_what_is_no_url_is_rejected(fetcher, url):
    with pytest.raises(DemarcheError) as caught:
        fetcher.get(url)
    assert getattr(caught.value, "reason", "") == "bad-url"


# ---- TLS goes by name -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> str:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed: no certificate can be made")
    path = tmp_path_factory.mktemp("tls") / "news.pem"
    subprocess.run(
        (
            f"{openssl} req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=news.test "
            f"-addext subjectAltName=DNS:news.test -keyout {path} -out {path.with_suffix('.crt')}"
        ).split(),
        check=True,
        capture_output=True,
    )
    path.write_text(path.read_text() + path.with_suffix(".crt").read_text())
    return str(path)


def test_tls_is_checked_against_the_name_though_an_address_is_dialled(certificate, monkeypatch):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    seen: list[str | None] = []
    context.sni_callback = lambda _sock, name, _context: seen.append(name)
    monkeypatch.setenv("SSL_CERT_FILE", certificate)
    with (
        Hostile(tls=context) as server,
        Fetcher(user_agent="t", allow=LOOPBACK, resolve=lambda *_: ["127.0.0.1"]) as fetcher,
    ):
        server.at("/", answer(200, b"secret"))
        assert fetcher.get(server.url("/", host="news.test")).body == b"secret"
        assert seen == ["news.test"]
        assert reason_of(fetcher, server.url("/", host="other.test")) == "tls"


def test_redirects_between_http_and_https_end_too(certificate, monkeypatch):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    monkeypatch.setenv("SSL_CERT_FILE", certificate)
    with (
        Hostile() as plain,
        Hostile(tls=context) as secure,
        Fetcher(user_agent="t", allow=LOOPBACK, resolve=lambda *_: ["127.0.0.1"]) as fetcher,
    ):
        plain.at("/", redirect(secure.url("/", host="news.test")))
        secure.at("/", redirect(plain.url("/", host="news.test")))
        assert reason_of(fetcher, plain.url("/", host="news.test")) == "too-many-redirects"
        assert (len(plain.requests), len(secure.requests)) == (3, 3)
        secure.at("/", answer(200, b"there"))
        assert fetcher.get(plain.url("/", host="news.test")).body == b"there"


def test_a_certificate_that_nobody_vouches_for_is_tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with (
        Hostile(tls=context) as server,
        Fetcher(user_agent="t", allow=LOOPBACK, resolve=lambda *_: ["127.0.0.1"]) as fetcher,
    ):
        assert reason_of(fetcher, server.url("/", host="news.test")) == "tls"


# ---- many at once ---------------------------------------------------------------------------


def test_threads_do_not_mix_up_their_answers_or_deadlines(server, fetcher):
    for number in range(20):
        server.at(f"/{number}", answer(200, b"%d" % number, keep=True))
    stuck = server.at("/stuck", silence())
    wrong: list[object] = []

    def fetch(number: int) -> None:
        for _ in range(5):
            body = fetcher.get(server.url(f"/{number}")).body
            if body != b"%d" % number:
                wrong.append((number, body))

    def hang() -> None:
        try:
            fetcher.get(stuck)
        except Transient as error:
            wrong.extend([] if error.reason == "timeout" else [error])

    threads = [threading.Thread(target=fetch, args=(n,)) for n in range(20)]
    threads += [threading.Thread(target=hang) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert wrong == []
