"""Publishing an article again: only what is different goes out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from redis import Redis

from worker.model import Article, Event, Evidence, Party, article_id
from worker.stream.contract import Coding, Versions
from worker.stream.publish import Revision, StreamPublisher

TEXT = (
    "The leaders of Kenya and Peru met in Lima on Friday to settle a dispute over coffee tariffs."
)
KENYA, PERU = Party("KEN", "Kenya"), Party("PER", "Peru")
QUOTE = (Evidence(TEXT, 0, len(TEXT)),)
VISIT = Event("CONSULT", "visit", (KENYA,), (PERU,), "2026-03-06", confidence=0.8, evidence=QUOTE)
THANKS = Event("SUPPORT", None, (PERU,), (KENYA,), "2026-03-06", evidence=QUOTE)
VERBAL = Coding(quad=1, quad_name="verbal cooperation")


def article(outlet: str, published: datetime | None = None) -> Article:
    return Article(
        id=article_id(f"https://{outlet}.example/coffee"), text=TEXT, title="Coffee", source=outlet,
        published=published or datetime(2026, 3, 7, 9, tzinfo=UTC), country="GHA",
    )  # fmt: skip


@pytest.fixture
def publisher(redis_url: str) -> StreamPublisher:
    return StreamPublisher(
        redis_url, "demarche",
        codings={(kind, None): VERBAL for kind in ("CONSULT", "SUPPORT")}
        | {("CONSULT", "phone"): VERBAL, ("CONSULT", "visit"): VERBAL},
        sketch=lambda text: [], versions=Versions(coder="1.0", model="m 1", guide="g"),
        copy_share=0.5, copy_least=4, max_len=10_000, seen_ttl=600, copy_ttl=600,
    )  # fmt: skip


@pytest.fixture
def told(redis_url: str) -> Callable[[str], list[dict[str, Any]]]:
    """What stands on a stream since it was last asked: type, and data."""
    client = Redis.from_url(redis_url, decode_responses=True)
    last: dict[str, str] = {}

    def since(stream: str = "events") -> list[dict[str, Any]]:
        entries = client.xrange(f"demarche:{stream}", f"({last[stream]}" if stream in last else "-")
        if entries:
            last[stream] = entries[-1][0]
        documents = [json.loads(fields["data"]) for _, fields in entries]
        return [{"kind": d["type"].removeprefix("demarche."), **d["data"]} for d in documents]

    return since


def test_the_same_again_says_nothing(publisher: StreamPublisher, told) -> None:
    publisher.publish("c", article("a"), [VISIT, THANKS])
    told("events"), told("reports"), told("articles")
    assert publisher.republish(article("a"), [VISIT, THANKS], reason="recoded") == Revision(
        True, same=2
    )
    assert (told("events"), told("reports"), told("articles")) == ([], [], [])


def test_what_is_told_no_longer_is_retracted_with_its_reason(publisher, told) -> None:
    publisher.publish("c", article("a"), [VISIT, THANKS])
    first = {e["type"]: e["id"] for e in told()}
    told("reports")
    revision = publisher.republish(article("a"), [VISIT], reason="corrected")
    assert revision == Revision(True, retracted=1, same=1)
    (event,) = told()
    assert event["kind"] == "event.retracted"
    assert (event["id"], event["state"], event["revision"]) == (first["SUPPORT"], "retracted", 2)
    assert event["reasons"] == ["corrected"]
    assert event["parties"] == [
        {"code": "PER", "role": "actor"},
        {"code": "KEN", "role": "recipient"},
    ]
    (report,) = told("reports")
    assert (report["kind"], report["reasons"]) == ("report.retracted", ["corrected"])
    assert told("articles")[-1]["events"] == [first["CONSULT"]]


def test_another_date_keeps_the_event(publisher, told) -> None:
    publisher.publish("c", article("a"), [VISIT])
    (before,) = told()
    revision = publisher.republish(
        article("a"), [replace(VISIT, date="2026-03-05")], reason="recoded"
    )
    assert revision == Revision(True, new=1, retracted=1)
    (event,) = told()
    assert (event["kind"], event["id"]) == ("event.updated", before["id"])
    assert (event["date"], event["reasons"]) == ("2026-03-05", ["date", "recoded"])


def test_another_mode_changes_the_report(publisher, told) -> None:
    publisher.publish("c", article("a"), [replace(VISIT, mode=None)])
    told(), told("reports")
    assert publisher.republish(article("a"), [VISIT], reason="recoded").changed == 1
    assert [(e["kind"], e["mode"]) for e in told()] == [("event.updated", "visit")]
    assert [r["kind"] for r in told("reports")] == ["report.updated"]


def test_what_others_tell_too_stays_with_fewer_reports(publisher, told) -> None:
    for outlet in "abc":
        publisher.publish(outlet, article(outlet), [VISIT])
    told()
    publisher.republish(article("b"), [], reason="withdrawn")
    (event,) = told()
    assert (event["kind"], event["reasons"]) == ("event.updated", ["report-retracted"])
    assert event["corroboration"]["reports"] == event["corroboration"]["independent"] == 2
    assert event["article"]["outlet"] in "ac"
    for outlet in "ac":
        publisher.republish(article(outlet), [], reason="withdrawn")
    assert [e["kind"] for e in told()] == ["event.updated", "event.retracted"]


def test_an_event_told_again_after_its_end_goes_on_counting(publisher, told) -> None:
    publisher.publish("c", article("a"), [VISIT])
    publisher.republish(article("a"), [], reason="withdrawn")
    publisher.republish(article("a"), [VISIT], reason="corrected")
    events = told()
    assert len({e["id"] for e in events}) == 1
    assert [(e["change"], e["revision"]) for e in events] == [
        ("created", 1), ("retracted", 2), ("created", 3),
    ]  # fmt: skip
    reports = told("reports")
    assert len({r["report"] for r in reports}) == 1


def test_an_article_that_is_not_remembered_is_left_alone(publisher, told) -> None:
    assert publisher.republish(article("x"), [VISIT], reason="recoded") == Revision(known=False)
    assert told() == []


def test_an_article_that_told_nothing_may_tell_something(publisher, told) -> None:
    publisher.publish("c", article("a"), [])
    assert publisher.republish(article("a"), [VISIT], reason="recoded").new == 1
    assert [e["kind"] for e in told()] == ["event.created"]


def test_a_reason_is_a_word(publisher) -> None:
    with pytest.raises(ValueError, match="no word"):
        publisher.republish(article("a"), [], reason='x","y')
