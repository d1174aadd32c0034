"""`demarche exporter`: the metrics over HTTP, whatever clients do."""

from __future__ import annotations

import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import Service
from worker.errors import ConfigError
from worker.service import exporter, health
from worker.service.exporter import CONTENT_TYPE, Cache, Exporter
from worker.settings import load


class Looks:
    """What is told, counted; it fails where it is told to."""

    def __init__(self) -> None:
        self.count = 0
        self.error: ConfigError | None = None

    def __call__(self) -> str:
        self.count += 1
        if self.error:
            raise self.error
        return f"looks {self.count}\n"


@pytest.fixture
def looks() -> Looks:
    return Looks()


@pytest.fixture
def server(looks: Looks) -> Iterator[Exporter]:
    with Exporter("127.0.0.1", 0, looks) as opened:
        thread = threading.Thread(target=opened.serve_forever, args=(0.02,))
        thread.start()
        yield opened
        opened.shutdown()
        thread.join()


def get(server: Exporter, path: str = "/metrics") -> tuple[int, str, str]:
    url = f"http://127.0.0.1:{server.server_address[1]}{path}"
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read().decode()


def test_the_metrics_are_told_in_the_format_of_prometheus(server: Exporter) -> None:
    assert get(server) == (200, CONTENT_TYPE, "looks 1\n")
    assert get(server, "/")[0] == 200
    assert get(server, "/etc/passwd")[0] == 404


def test_many_who_ask_at_once_are_one_look(server: Exporter, looks: Looks) -> None:
    assert {get(server)[2] for _ in range(20)} == {"looks 1\n"}
    assert looks.count == 1


def test_a_look_is_a_few_seconds_old_at_most() -> None:
    time, looks = [0.0], Looks()
    cache = Cache(looks, lambda: time[0])
    assert [cache.text(), cache.text()] == ["looks 1\n"] * 2
    time[0] += exporter.FRESH
    assert cache.text() == "looks 2\n"


def test_without_redis_it_says_so_and_goes_on(server: Exporter, looks: Looks) -> None:
    looks.error = ConfigError("Redis cannot be reached.")
    assert get(server) == (503, "text/plain", "Redis cannot be reached.\n")
    looks.error = None
    assert get(server)[0] == 200


def test_clients_that_say_nothing_are_few_and_do_not_last(
    server: Exporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporter._Handler, "timeout", 0.5)
    silent = [socket.create_connection(server.server_address) for _ in range(exporter.MOST + 4)]
    for client in silent:
        client.settimeout(10)
        assert client.recv(1) == b""  # hung up, at once or after its time
        client.close()
    assert get(server)[0] == 200


def test_the_command_serves_what_the_service_knows(
    demarche: Callable[..., Service], redis_url: str
) -> None:
    service = demarche("exporter", DEMARCHE_REDIS_URL=redis_url)
    port = int(service.environ["DEMARCHE_METRICS_PORT"])
    settings = load(redis_url=redis_url, metrics_port=port)
    service.wait_for(lambda: health.check(settings, ["exporter"])[0].alive, 60)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        told = {family.name for family in text_string_to_metric_families(answer.read().decode())}
    assert {"demarche_up", "demarche_feeds"} <= told
    service.process.terminate()
    assert service.process.wait(10) == 0


def test_a_port_in_use_is_one_sentence(demarche: Callable[..., Service]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        service = demarche("exporter", DEMARCHE_METRICS_PORT=port)
        assert service.process.wait(60) == 2
    assert "set DEMARCHE_METRICS_PORT to another port" in service.text
