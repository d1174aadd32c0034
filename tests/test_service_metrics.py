"""`demarche metrics`: what Prometheus reads, read by Prometheus' own parser."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families

from worker import wiring
from worker.cli import main
from worker.feeds.schedule import Habit
from worker.model import Entry, Fate, Feed
from worker.service import health
from worker.settings import load

ODD = Feed("https://a.test/rss?q=1", 'The "Quoted" \\ Wire')
NEW = Feed("https://b.test/rss", "New")


def scraped() -> dict[tuple[str, ...], float]:
    """Each sample by its name and the values of its labels."""
    done = CliRunner().invoke(main, ["metrics"])
    assert done.exit_code == 0, done.stderr
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(done.stdout)
        for sample in family.samples
    }


def test_the_feeds_and_the_service_are_measured(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEMARCHE_REDIS_URL", redis_url)
    settings = load()
    ledger = wiring.ledger(settings)
    ledger.watch([ODD, NEW], 0)
    ledger.tick(0, feeds=2, articles=0)
    habit = Habit(checked=2e9, succeeded=1.7e9, changed=1.6e9, errors=3, reason="dns", gaps=2)
    ledger.polled(ODD.url, asdict(habit), 2e9)
    ledger.claim(ODD.url, [(id, Entry(f"https://a.test/{id}")) for id in "abc"], 0)
    ledger.done("a", read=True)
    ledger.done("b", read=False)
    publisher = wiring.publisher(settings)
    foreign = replace(ODD, language="fr")
    publisher.close("b", Fate("rejected", "language"), url="https://a.test/b", feed=foreign)
    health.pulse(settings, "fetcher")()
    found = scraped()
    odd = (ODD.url, ODD.outlet)
    assert found["demarche_feed_last_success_timestamp_seconds", *odd] == 1.7e9
    assert found["demarche_feed_last_new_entry_timestamp_seconds", *odd] == 1.6e9
    assert ("demarche_feed_last_success_timestamp_seconds", NEW.url, "New") not in found
    assert found["demarche_feed_error_streak", *odd] == 3
    assert found["demarche_feed_gaps_total", *odd] == 2
    assert found["demarche_feed_articles_total", *odd, "yes"] == 1
    assert found["demarche_feed_articles_total", *odd, "no"] == 1
    assert found["demarche_feed_ailing", *odd, "failing"] == 1
    assert found["demarche_feed_ailing", *odd, "stale"] == 0
    assert found["demarche_feed_ailing", NEW.url, "New", "new"] == 1
    assert (found["demarche_up", "fetcher"], found["demarche_up", "extractor"]) == (1, 0)
    assert found["demarche_articles_foreign_total", "fr"] == 1
    assert found["demarche_feeds",] == 2
    assert found["demarche_articles_open", "leased"] == 1


def test_without_redis_it_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMARCHE_REDIS_URL", "redis://127.0.0.1:1/0")
    done = CliRunner().invoke(main, ["metrics"])
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
