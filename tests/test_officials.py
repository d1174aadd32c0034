"""Both stores of office holders keep the same promises: one suite over the real and its twin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import permutations

import pytest
from redis import Redis

from worker.ledger.officials import Learning, Officials
from worker.ledger.officials.memory import MemoryOfficials
from worker.ledger.officials.redis import RedisOfficials
from worker.ledger.officials.roster import Roster
from worker.model import OfficeHolder, Sighting

DAY = 86_400.0
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
ORO = Sighting(
    "Mirela Oroveanu", "mirela oroveanu", "ROU", "Foreign Minister", "foreign", 2,
    date(2026, 11, 18), "Oroveanu",
)  # fmt: skip
LINDQVIST = Sighting("Tor Lindqvist", "tor lindqvist", "SWE", "Envoy", "envoy", 5)

Build = Callable[..., Officials]


@pytest.fixture(params=["redis", "memory"])
def build(request: pytest.FixtureRequest) -> Build:
    if request.param == "memory":
        return lambda **given: MemoryOfficials(Learning(**given))
    url = request.getfixturevalue("redis_url")

    def one(**given: float) -> RedisOfficials:
        with Redis.from_url(url) as client:
            client.flushall()
        return RedisOfficials(url, "demarche", Learning(**given))  # type: ignore[arg-type]

    return one


@pytest.fixture
def officials(build: Build) -> Officials:
    return build()


def told(
    officials: Officials, sighting: Sighting, outlets: str, now: float = NOW
) -> tuple[OfficeHolder, ...]:
    """Record it for outlets named by a letter each; give back who is learnt then."""
    for outlet in outlets:
        officials.record([sighting], f"{outlet}.example", now)
    return officials.holders(now)


def test_three_outlets_teach_what_two_do_not(officials: Officials) -> None:
    assert told(officials, ORO, "ab") == ()
    (holder,) = told(officials, ORO, "c")
    assert (holder.name, holder.code, holder.office, holder.rank) == (
        "Mirela Oroveanu", "ROU", "Foreign Minister", 2,
    )  # fmt: skip
    assert (holder.since, holder.until) == (date(2026, 11, 18), date(2027, 2, 16))
    assert holder.shorts == ("Oroveanu",)
    assert holder.basis == (
        "learnt from 3 outlets, 2026-11-18 to 2026-11-18: a.example, b.example, c.example"
    )


def test_one_outlet_teaches_nothing_however_often_it_says_so(officials: Officials) -> None:
    assert told(officials, ORO, "a" * 50) == ()


def test_the_same_article_twice_counts_once(officials: Officials) -> None:
    told(officials, ORO, "abc")
    before = officials.candidates(NOW), officials.version()
    told(officials, ORO, "abc")
    assert (officials.candidates(NOW), officials.version()) == before


def test_the_order_of_the_outlets_does_not_matter(build: Build) -> None:
    sayings = [
        (ORO, "a.example"),
        (replace(ORO, name="Mirela OROVEANU", on=date(2026, 11, 3), short=None), "b.example"),
        (replace(ORO, office="Minister of Foreign Affairs", on=date(2026, 11, 19)), "c.example"),
        (replace(ORO, office="Minister", kind="minister", rank=4), "d.example"),
    ]
    outcomes = set()
    for order in permutations(sayings):
        officials = build()
        for sighting, outlet in order:
            officials.record([sighting], outlet, NOW)
        outcomes.add((tuple(officials.candidates(NOW)), officials.holders(NOW)))
    ((_, (holder,)),) = outcomes
    assert (holder.name, holder.office) == ("Mirela Oroveanu", "Minister of Foreign Affairs")
    assert (holder.since, holder.basis[:43]) == (
        date(2026, 11, 3),
        "learnt from 3 outlets, 2026-11-03 to 2026-1",
    )


def test_different_offices_do_not_add_up(officials: Officials) -> None:
    other = replace(ORO, office="Ambassador", kind="envoy", rank=5)
    told(officials, ORO, "ab")
    assert told(officials, other, "cd") == ()


def test_two_codes_for_one_name_are_learnt_only_by_hand(officials: Officials) -> None:
    told(officials, ORO, "abc")
    assert told(officials, replace(ORO, code="MDA"), "d") == ()
    officials.accept(ORO.key, "MDA")
    (holder,) = officials.holders(NOW)
    assert (holder.code, holder.until) == ("MDA", None)
    assert holder.basis.startswith("learnt and accepted from 1 outlet, ")


def test_what_nobody_confirms_fades(officials: Officials) -> None:
    told(officials, ORO, "abc")
    assert officials.holders(NOW + 89 * DAY) != ()
    assert officials.holders(NOW + 91 * DAY) == ()
    assert officials.candidates(NOW + 91 * DAY) == []
    version = officials.version()
    told(officials, LINDQVIST, "a", NOW + 91 * DAY)  # whoever writes next cleans up
    assert officials.version() != version
    assert told(officials, ORO, "d", NOW + 92 * DAY) == ()  # its three outlets are forgotten


def test_any_outlet_confirms(officials: Officials) -> None:
    told(officials, ORO, "abc")
    told(officials, ORO, "a", NOW + 80 * DAY)
    assert len(officials.holders(NOW + 160 * DAY)) == 1


def test_a_conflict_fades_too(officials: Officials) -> None:
    told(officials, replace(ORO, code="MDA"), "d")
    assert told(officials, ORO, "abc", NOW + 50 * DAY) == ()
    (holder,) = officials.holders(NOW + 100 * DAY)
    assert holder.code == "ROU"


def test_what_was_accepted_never_fades(officials: Officials) -> None:
    told(officials, ORO, "a")
    officials.accept(ORO.key, "ROU")
    told(officials, LINDQVIST, "a", NOW + 1000 * DAY)
    assert [h.name for h in officials.holders(NOW + 1000 * DAY)] == ["Mirela Oroveanu"]


def test_who_was_forgotten_is_never_learnt_again_unless_remembered(officials: Officials) -> None:
    told(officials, ORO, "abc")
    officials.forget(ORO.key, ORO.name)
    assert officials.holders(NOW) == ()
    assert told(officials, ORO, "abcdef") == ()
    ((one),) = officials.candidates(NOW)
    assert (one.forgotten, one.claims) == (True, ())
    officials.remember(ORO.key)
    assert len(told(officials, ORO, "abc")) == 1


def test_an_old_article_attests_its_own_time(officials: Officials) -> None:
    (holder,) = told(officials, replace(ORO, on=date(2010, 5, 4)), "abc")
    assert (holder.since, holder.until) == (date(2010, 5, 4), date(2010, 8, 2))


@pytest.mark.parametrize("on", [None, date(2099, 1, 1)])
def test_an_article_without_a_day_or_of_the_future_is_of_today(
    officials: Officials, on: date | None
) -> None:
    (holder,) = told(officials, replace(ORO, on=on), "abc")
    assert holder.since == date(2026, 11, 20)


def test_a_flood_of_names_drives_out_no_holder(build: Build) -> None:
    officials = build(most=10)
    told(officials, ORO, "abc")
    for n in range(40):
        flood = replace(LINDQVIST, key=f"name {n}", name=f"Name {n}")
        officials.record([flood], "flood.example", NOW + 1 + n)
    assert len(officials.holders(NOW + 50)) == 1
    assert len(officials.candidates(NOW + 50)) == 11


def test_the_version_changes_when_the_holders_do(officials: Officials) -> None:
    def steps() -> Iterator[Callable[[], object]]:
        yield lambda: told(officials, ORO, "abc")
        yield lambda: told(officials, replace(ORO, code="MDA"), "a")
        yield lambda: officials.accept(ORO.key, "ROU")
        yield lambda: officials.forget(ORO.key, ORO.name)

    for step in steps():
        before, version = officials.holders(NOW), officials.version()
        step()
        assert officials.holders(NOW) != before
        assert officials.version() != version


def test_names_that_few_outlets_know_change_no_version(officials: Officials) -> None:
    told(officials, ORO, "ab")
    assert officials.version() == 0


# The roster -------------------------------------------------------------------------------------


def test_the_roster_looks_now_and_then(officials: Officials) -> None:
    clock = [NOW]
    roster = Roster(officials, 300.0, now=lambda: clock[0])
    assert roster() == ()
    told(officials, ORO, "abc")
    assert roster() == ()
    clock[0] += 300
    first = roster()
    assert [h.name for h in first] == ["Mirela Oroveanu"]
    clock[0] += 300
    assert roster() is first


def test_the_roster_sees_a_fading_without_a_new_version(officials: Officials) -> None:
    clock = [NOW]
    roster = Roster(officials, 300.0, now=lambda: clock[0])
    told(officials, ORO, "abc")
    assert len(roster()) == 1
    clock[0] += 91 * DAY
    assert roster() == ()


def test_without_redis_the_roster_stays_as_it_was() -> None:
    gone = RedisOfficials("redis://127.0.0.1:1/0", "demarche", Learning())
    assert Roster(gone, 300.0)() == ()


# Redis alone ------------------------------------------------------------------------------------


def test_many_processes_lose_nothing(redis_url: str) -> None:
    """Twenty outlets say the same at once: every one of them is counted."""

    def say(n: int) -> None:
        RedisOfficials(redis_url, "demarche", Learning()).record([ORO], f"{n:02}.example", NOW)

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(say, range(20)))
    ((one),) = RedisOfficials(redis_url, "demarche", Learning()).candidates(NOW)
    assert len(one.claims[0].outlets) == 20


def test_a_name_takes_half_a_kilobyte(redis_url: str) -> None:
    officials = RedisOfficials(redis_url, "demarche", Learning())
    for n in range(200):
        many = replace(ORO, key=f"mirela oroveanu {n}", name=f"Mirela Oroveanu {n}")
        told(officials, many, "abcde")
    with Redis.from_url(redis_url) as client:
        document = client.memory_usage("demarche:official:mirela oroveanu 7")
        times = client.memory_usage("demarche:officials:enough", samples=0)
    assert document + times / 200 < 600
