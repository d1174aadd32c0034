"""What one article puts on the streams: once, whole, and counted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from redis import Redis

from worker.model import Article, Event, Evidence, Fate, Feed, Party, article_id
from worker.stream.contract import Coding, Versions
from worker.stream.publish import StreamPublisher
from worker.stream.read import Reader

URL = "https://a.example/talks"
TEXT = "Norway's foreign minister met her Chilean counterpart in Oslo on Monday."
ARTICLE = Article(
    id=article_id(URL),
    text=TEXT,
    url=URL,
    title='Ministers meet: "warm" talks \\ and a hostile \x01revision\x01',
    published=datetime(2024, 1, 15, 9, 30, tzinfo=UTC),
    published_basis="json-ld",
    source="The Meridian",
    country="NOR",
)
NORWAY, CHILE = Party("NOR", "Norway", mention=Evidence("Norway", 0, 6)), Party("CHL", "Chile")
MEETING = Event(
    "CONSULT", "visit", (CHILE,), (NORWAY,), "2024-01-15", False, 0.8,
    (Evidence(TEXT[:31], 0, 31),), "consult.tsv:12",
)  # fmt: skip
PRAISE = Event("SUPPORT", None, (NORWAY,), (CHILE,), "2024-01-15", evidence=MEETING.evidence)


VERBAL = Coding(quad=1, quad_name="verbal cooperation", cameo="042", plover_score=1.9)
CODINGS = {("CONSULT", None): VERBAL, ("SUPPORT", None): VERBAL}


def no_sketch(text: str) -> list[int]:
    return []


def words(text: str) -> list[int]:
    """A stand-in for a sketch: one number a word."""
    return sorted({hash_of(word) for word in text.split()})


def hash_of(word: str) -> int:
    return int.from_bytes(word.encode()[:8], "big")


@pytest.fixture
def publisher(redis_url: str) -> Callable[..., StreamPublisher]:
    def build(sketch: Callable[[str], list[int]] = no_sketch) -> StreamPublisher:
        return StreamPublisher(
            redis_url, "demarche", codings=CODINGS, sketch=sketch,
            versions=Versions(coder="1.0", model="m 1", guide="g"), copy_share=0.5, copy_least=4,
            max_len=10_000, seen_ttl=60, copy_ttl=60,
        )  # fmt: skip

    return build


@pytest.fixture
def reader(redis_url: str) -> Reader:
    return Reader(redis_url, "demarche")


def everything(redis_url: str) -> dict[str, Any]:
    client = Redis.from_url(redis_url, decode_responses=True)
    return {s: client.xrange(f"demarche:{s}") for s in ("events", "reports", "articles", "dead")}


def test_an_article_with_events_is_published(publisher, reader: Reader, redis_url: str) -> None:
    assert publisher().publish("claim", ARTICLE, [MEETING, PRAISE]) == Fate("published")
    sizes = {name: len(entries) for name, entries in everything(redis_url).items()}
    assert sizes == {"events": 2, "reports": 2, "articles": 1, "dead": 0}
    assert reader.counts().fates == {"published": 1}
    assert reader.counts().types == {"CONSULT": 1, "SUPPORT": 1}


def test_an_entry_is_routing_fields_and_one_cloudevent(publisher, redis_url: str) -> None:
    publisher().publish("claim", ARTICLE, [MEETING])
    ((_, fields),) = everything(redis_url)["events"]
    cloud = json.loads(fields["data"])
    assert list(fields) == [
        "id", "type", "subject", "plover", "parties", "date", "content-type", "data",
    ]  # fmt: skip
    assert (fields["plover"], fields["parties"]) == ("CONSULT", "CHL>NOR")
    assert fields["content-type"] == "application/cloudevents+json"
    assert cloud["specversion"] == "1.0"
    assert (cloud["id"], cloud["type"]) == (fields["id"], "demarche.event.created")
    assert cloud["subject"] == fields["subject"] == cloud["data"]["id"]
    assert cloud["data"]["revision"] == 1
    assert cloud["data"]["corroboration"]["independent"] == 1


def test_no_text_can_forge_what_is_counted(publisher, redis_url: str) -> None:
    """The title holds the very marks that are filled in: they come out as they went in."""
    publisher().publish("claim", ARTICLE, [MEETING])
    for entries in everything(redis_url).values():
        for _, fields in entries:
            data = json.loads(fields["data"])["data"]
            assert data.get("article", data)["title"] == ARTICLE.title


def test_evidence_travels_and_the_text_does_not(publisher, redis_url: str) -> None:
    publisher().publish("claim", ARTICLE, [MEETING])
    for entries in everything(redis_url).values():
        for _, fields in entries:
            assert TEXT not in fields["data"]
    data = json.loads(everything(redis_url)["events"][0][1]["data"])["data"]
    (quote,) = data["evidence"]
    assert TEXT[quote["start"] : quote["end"]] == quote["quote"]


def test_publishing_again_changes_nothing(publisher, redis_url: str) -> None:
    publisher().publish("claim", ARTICLE, [MEETING])
    before = everything(redis_url)
    assert publisher().publish("claim", ARTICLE, [MEETING, PRAISE]) == Fate("published")
    assert everything(redis_url) == before


def test_a_hundred_workers_with_the_same_article_publish_it_once(publisher, redis_url: str) -> None:
    one = publisher()
    with ThreadPoolExecutor(16) as pool:
        fates = list(pool.map(lambda _: one.publish("claim", ARTICLE, [MEETING]), range(100)))
    assert set(fates) == {Fate("published")}
    assert len(everything(redis_url)["events"]) == 1


def test_an_article_without_events_is_empty(publisher, redis_url: str) -> None:
    assert publisher().publish("claim", ARTICLE, []) == Fate("empty")
    assert everything(redis_url)["events"] == []


def test_the_same_page_under_another_address_is_a_duplicate(publisher, redis_url: str) -> None:
    publisher().publish("first", ARTICLE, [MEETING])
    fate = publisher().publish("second", ARTICLE, [MEETING])
    assert fate == Fate("duplicate", copy_of=ARTICLE.id)
    assert len(everything(redis_url)["events"]) == 1
    assert json.loads(everything(redis_url)["articles"][1][1]["data"])["data"]["copy_of"]


def test_a_reprint_is_a_duplicate_and_counts_for_nothing(publisher, redis_url: str) -> None:
    one = publisher(words)
    one.publish("first", ARTICLE, [MEETING])
    reprint = replace(ARTICLE, id="r" * 32, source="Other", text="OSLO (Agency) " + TEXT)
    assert one.publish("second", reprint, [MEETING]) == Fate("duplicate", copy_of=ARTICLE.id)
    another = replace(ARTICLE, id="s" * 32, source="Third", text="Quite another report about it.")
    assert one.publish("third", another, [MEETING]) == Fate("published")


def corroborations(redis_url: str) -> Iterator[tuple[str, int]]:
    for _, fields in everything(redis_url)["events"]:
        data = json.loads(fields["data"])["data"]
        yield data["change"], data["corroboration"]["independent"]


def test_an_event_is_updated_at_milestones_of_independent_outlets(
    publisher, redis_url: str
) -> None:
    one = publisher()
    for n in range(12):
        article = replace(ARTICLE, id=f"{n:032}", source=f"Outlet {n}")
        one.publish(f"claim{n}", article, [MEETING])
    one.publish("again", replace(ARTICLE, id="z" * 32, source="Outlet 3"), [MEETING])
    assert list(corroborations(redis_url)) == [
        ("created", 1), ("updated", 2), ("updated", 3), ("updated", 5), ("updated", 10),
    ]  # fmt: skip
    assert len(everything(redis_url)["reports"]) == 13


def test_who_visits_whom_does_not_make_two_events(publisher, redis_url: str) -> None:
    one = publisher()
    other_way = replace(MEETING, actors=(NORWAY, CHILE), recipients=(), mode="multilateral")
    one.publish("a", ARTICLE, [MEETING])
    one.publish("b", replace(ARTICLE, id="b" * 32, source="Other"), [other_way])
    assert [change for change, _ in corroborations(redis_url)] == ["created", "updated"]


@pytest.mark.parametrize(
    ("fate", "streams"),
    [
        (Fate("rejected", "robots"), {"articles": 1, "dead": 0}),
        (Fate("dead", "timeout"), {"articles": 1, "dead": 1}),
    ],
)
def test_an_article_that_could_not_be_read_has_a_counted_fate(
    publisher, reader: Reader, redis_url: str, fate: Fate, streams: dict[str, int]
) -> None:
    one = publisher()
    feed = Feed("https://a.example/feed", "A", "FRA")
    assert one.close("claim", fate, url=URL, feed=feed) == fate
    assert one.close("claim", Fate("rejected", "another"), url=URL, feed=feed) == fate
    got = everything(redis_url)
    assert {name: len(got[name]) for name in streams} == streams
    data = json.loads(got["articles"][0][1]["data"])["data"]
    assert (data["fate"], data["reason"], data["url"]) == (fate.kind, fate.reason, URL)
    assert reader.counts().reasons == {f"{fate.kind}:{fate.reason}": 1}


def test_a_story_that_grew_is_published_but_confirms_nothing(publisher, redis_url: str) -> None:
    """It holds an earlier text and more: what is new in it counts, what is old does not."""
    one = publisher(words)
    one.publish("short", ARTICLE, [MEETING])
    grown = replace(
        ARTICLE,
        id="f" * 32,
        source="Other",
        text=TEXT + " " + " ".join(f"more{n}" for n in range(99)),
    )
    fate = Fate("published", based_on=ARTICLE.id)
    assert one.publish("long", grown, [MEETING, PRAISE]) == fate
    assert one.publish("long", grown, [MEETING, PRAISE]) == fate  # a second time, the same answer
    assert not fate.independent
    assert list(corroborations(redis_url)) == [("created", 1), ("created", 1)]
    assert len(everything(redis_url)["reports"]) == 3
