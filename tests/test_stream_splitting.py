"""A correction takes apart what hung together through the corrected article alone."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from redis import Redis

from tests import reports
from worker.model import Article, Event, Evidence, Party, article_id
from worker.stream.publish import StreamPublisher

DNK, ISL = Party("DNK", "Denmark"), Party("ISL", "Iceland")
HERRING = "They spoke at length about herring quotas and lighthouse repairs."
HYDROGEN = "A pipeline for hydrogen and ferries for commuters were discussed."
BRIDGE = "Herring quotas, lighthouse repairs, hydrogen pipeline, ferries for commuters: a meeting."
OTHER = "Chess, violins, geology, tapestry and marmalade filled the afternoon there."


class Newsroom:
    """Articles by their outlet, and what the stream says of them."""

    def __init__(self, redis_url: str) -> None:
        self.redis = Redis.from_url(redis_url, decode_responses=True)
        self.publisher: StreamPublisher = reports.publisher(redis_url)
        self._read: dict[str, int] = {}

    def publish(self, outlet: str, quote: str, **more: Any) -> None:
        article, event = self._told(outlet, quote, **more)
        self.publisher.publish(outlet, article, [event])

    def correct(self, outlet: str, quote: str | None, **more: Any) -> None:
        article, event = self._told(outlet, quote or "", **more)
        self.publisher.republish(article, [event] if quote else [], reason="corrected")

    def _told(self, outlet: str, quote: str, day: str = "2026-04-10") -> tuple[Article, Event]:
        article = Article(
            id=article_id(f"https://{outlet}.example"), text=quote, source=outlet, country="SWE",
            published=date(2026, 4, 11 + ord(outlet[0]) - ord("a")),
        )  # fmt: skip
        evidence = (Evidence(quote, 0, len(quote)),)
        return article, Event("CONSULT", None, (DNK, ISL), (), day, evidence=evidence)

    def told(self, stream: str = "events") -> list[dict[str, Any]]:
        """What was told since it was asked last."""
        entries = self.redis.xrange(f"demarche:{stream}")[self._read.get(stream, 0) :]
        self._read[stream] = self._read.get(stream, 0) + len(entries)
        documents = [json.loads(fields["data"]) for _, fields in entries]
        return [{"kind": d["type"].removeprefix("demarche."), **d["data"]} for d in documents]

    def state(self) -> dict[str, dict[str, Any]]:
        """The events that live, as a reader has them who upserts on subject."""
        found: dict[str, dict[str, Any]] = {}
        for _, fields in self.redis.xrange("demarche:events"):
            data = json.loads(fields["data"])["data"]
            assert data["revision"] == found.get(data["id"], {"revision": 0})["revision"] + 1
            found[data["id"]] = data
        return {id: data for id, data in found.items() if data["state"] == "live"}

    def home(self) -> dict[str, str]:
        """The event that each report tells, as a reader of the reports has it."""
        found: dict[str, str] = {}
        for _, fields in self.redis.xrange("demarche:reports"):
            data = json.loads(fields["data"])["data"]
            if "retracted" in fields["type"]:
                found.pop(data["report"])
            else:
                found[data["report"]] = data["id"]
        return found


@pytest.fixture
def newsroom(redis_url: str) -> Newsroom:
    return Newsroom(redis_url)


def test_a_bridge_that_is_withdrawn_gives_the_merged_event_back(newsroom: Newsroom) -> None:
    newsroom.publish("a", HERRING)
    newsroom.publish("b", HYDROGEN)
    one, two = (m["id"] for m in newsroom.told())
    newsroom.publish("c", BRIDGE)
    newsroom.told()
    newsroom.correct("c", None)
    told = {m["id"]: m for m in newsroom.told()}
    back, kept = told[two], told[one]
    assert (back["kind"], back["state"], back["reasons"]) == ("event.created", "live", ["split"])
    assert (back["revision"], back["corroboration"]["reports"]) == (3, 1)
    assert (kept["kind"], kept["corroboration"]["reports"]) == ("event.updated", 1)
    assert kept["reasons"] == ["split", "report-retracted"]
    assert back["article"]["outlet"] == "b"
    assert kept["article"]["outlet"] == "a"
    assert set(newsroom.state()) == {one, two}


def test_a_bridge_that_tells_otherwise_stays_with_the_side_that_it_resembles(
    newsroom: Newsroom,
) -> None:
    newsroom.publish("a", HERRING)
    newsroom.publish("b", HYDROGEN)
    newsroom.publish("c", BRIDGE)
    newsroom.correct("c", HYDROGEN)
    counts = {
        data["article"]["outlet"]: data["corroboration"]["reports"]
        for data in newsroom.state().values()
    }
    assert sorted(counts.values()) == [1, 2]
    assert counts["a"] == 1


def test_each_part_counts_its_own_reports_and_days(newsroom: Newsroom) -> None:
    for outlet, quote in (("a", HERRING), ("b", HYDROGEN), ("c", BRIDGE), ("d", HYDROGEN + " So.")):
        newsroom.publish(outlet, quote)
    (whole,) = newsroom.state().values()
    assert whole["corroboration"]["independent"] == 3  # the milestone; the fourth was not told
    newsroom.correct("c", None)
    parts = sorted(
        newsroom.state().values(), key=lambda data: int(data["corroboration"]["reports"])
    )
    seen = [
        (c["reports"], c["independent"], c["first_reported"], c["last_reported"])
        for c in (data["corroboration"] for data in parts)
    ]
    assert seen == [(1, 1, "2026-04-11", "2026-04-11"), (2, 2, "2026-04-12", "2026-04-14")]


def test_reports_that_were_told_of_the_whole_are_told_of_their_part(newsroom: Newsroom) -> None:
    for outlet, quote in (("a", HERRING), ("b", HYDROGEN), ("c", BRIDGE), ("d", HYDROGEN + " So.")):
        newsroom.publish(outlet, quote)
    newsroom.told("reports")
    newsroom.correct("c", None)
    assert [r["kind"] for r in newsroom.told("reports")].count("report.updated") == 1
    homes = newsroom.home()
    assert set(homes.values()) == set(newsroom.state())
    assert sorted(list(homes.values()).count(event) for event in set(homes.values())) == [1, 2]


def test_what_came_apart_can_be_corrected_and_joined_again(newsroom: Newsroom) -> None:
    for outlet, quote in (("a", HERRING), ("b", HYDROGEN), ("c", BRIDGE), ("d", HYDROGEN + " So.")):
        newsroom.publish(outlet, quote)
    newsroom.correct("c", None)
    before = newsroom.state()
    newsroom.correct("d", HYDROGEN + " So it was.")
    assert set(newsroom.state()) == set(before)
    newsroom.correct("c", BRIDGE)
    (whole,) = newsroom.state().values()
    assert whole["corroboration"]["reports"] == 4
    newsroom.correct("c", None)
    assert len(newsroom.state()) == 2
    for outlet in "abd":
        newsroom.correct(outlet, None)
    assert newsroom.state() == {}


def test_a_new_id_where_the_parts_were_never_two_events(newsroom: Newsroom) -> None:
    newsroom.publish("a", HERRING)
    newsroom.publish("c", BRIDGE)
    newsroom.publish("d", HYDROGEN)
    assert len(newsroom.state()) == 1
    newsroom.correct("c", None)
    assert len(newsroom.state()) == 2
    assert sum(m["kind"] == "event.created" for m in newsroom.told()) == 2


def test_what_hangs_together_without_the_bridge_stays_whole(newsroom: Newsroom) -> None:
    newsroom.publish("a", HERRING)
    newsroom.publish("b", BRIDGE)
    newsroom.publish("c", BRIDGE + " So.")
    newsroom.publish("d", HYDROGEN)
    newsroom.correct("b", None)
    assert len(newsroom.state()) == 1


def test_an_article_whose_words_change_keeps_its_event(newsroom: Newsroom) -> None:
    newsroom.publish("a", HERRING)
    newsroom.publish("b", HERRING + " So.")
    newsroom.correct("b", OTHER)
    (event,) = newsroom.state().values()
    assert event["corroboration"]["reports"] == 2


def test_an_event_of_more_reports_than_are_remembered_stays_whole(newsroom: Newsroom) -> None:
    newsroom.publish("a", HERRING)
    newsroom.publish("b", HYDROGEN)
    for outlet in "cdefgh":
        newsroom.publish(outlet, f"{BRIDGE} {outlet}")
    for outlet in "cdefg":
        newsroom.correct(outlet, None)
    assert len(newsroom.state()) == 1


def test_nothing_is_taken_apart_that_could_not_be_told(newsroom: Newsroom) -> None:
    newsroom.publish("a", HERRING)
    newsroom.publish("b", HYDROGEN)
    newsroom.publish("c", BRIDGE)
    newsroom.redis.xtrim("demarche:reports", maxlen=0)
    newsroom.correct("c", None)
    assert len(newsroom.state()) == 1


def test_doing_it_again_changes_nothing(newsroom: Newsroom) -> None:
    newsroom.publish("a", HERRING)
    newsroom.publish("b", HYDROGEN)
    newsroom.publish("c", BRIDGE)
    newsroom.correct("c", HYDROGEN)
    newsroom.told(), newsroom.told("reports")
    newsroom.correct("c", HYDROGEN)
    assert (newsroom.told(), newsroom.told("reports")) == ([], [])


def test_the_state_of_the_parts_expires(newsroom: Newsroom) -> None:
    newsroom.publish("a", HERRING)
    newsroom.publish("b", HYDROGEN)
    newsroom.publish("c", BRIDGE)
    newsroom.correct("c", None)
    keys = [
        *newsroom.redis.scan_iter("demarche:event:*"),
        *newsroom.redis.scan_iter("demarche:live:*"),
    ]
    assert len(keys) == 3
    assert all(newsroom.redis.ttl(key) > 0 for key in keys)
