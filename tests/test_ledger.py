"""Both ledgers keep the same promises: one suite over the real one and its twin."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from worker.ledger import Ledger, Tally
from worker.ledger.memory import MemoryLedger
from worker.ledger.redis import RedisLedger
from worker.model import Entry, Feed, Page

A, B = Feed("https://a.example/feed", "A", "FRA"), Feed("https://b.example/feed", "B")
ENTRIES = [(f"id{n}", Entry(f"https://a.example/{n}", f"Title {n}")) for n in range(5)]
LEASE = 120.0


@pytest.fixture(params=["redis", "memory"])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    if request.param == "memory":
        return MemoryLedger(lease=LEASE)
    url = request.getfixturevalue("redis_url")
    return RedisLedger(url, "demarche", lease=LEASE, page_ttl=60, seen_ttl=60)


def tick(ledger: Ledger, now: float):
    return ledger.tick(now, feeds=100, articles=100)


def test_a_new_feed_is_due_at_once_and_then_leased(ledger: Ledger) -> None:
    ledger.watch([A, B], 0)
    assert sorted(tick(ledger, 0).feeds) == [A.url, B.url]
    assert tick(ledger, 1).feeds == ()


def test_a_feed_whose_lease_ran_out_is_handed_out_again(ledger: Ledger) -> None:
    ledger.watch([A], 0)
    tick(ledger, 0)
    assert tick(ledger, LEASE - 1).feeds == ()
    assert tick(ledger, LEASE).feeds == (A.url,)


def test_a_polled_feed_comes_back_when_it_is_due_with_its_habit(ledger: Ledger) -> None:
    ledger.watch([A], 0)
    tick(ledger, 0)
    ledger.polled(A.url, {"etag": '"x"'}, 300)
    assert tick(ledger, 299).feeds == ()
    assert tick(ledger, 300).feeds == (A.url,)
    watched = ledger.feed(A.url)
    assert watched is not None
    assert (watched.feed, dict(watched.habit)) == (A, {"etag": '"x"'})


def test_a_feed_that_waits_for_its_host_was_not_looked_at(ledger: Ledger) -> None:
    ledger.watch([A], 0)
    tick(ledger, 0)
    ledger.wait(A.url, 7)
    assert ledger.standing().polled == 0
    assert tick(ledger, 6).feeds == ()
    assert tick(ledger, 7).feeds == (A.url,)
    assert ledger.feed(A.url).booked == 7
    ledger.polled(A.url, {}, 300)
    assert ledger.feed(A.url).booked is None


def test_a_feed_that_ended_is_never_due_again(ledger: Ledger) -> None:
    ledger.watch([A], 0)
    tick(ledger, 0)
    ledger.polled(A.url, {}, None)
    assert tick(ledger, 1e9).feeds == ()


def test_watching_again_keeps_habits_and_forgets_who_is_gone(ledger: Ledger) -> None:
    ledger.watch([A, B], 0)
    tick(ledger, 0)
    ledger.polled(A.url, {"etag": "1"}, 50)
    ledger.watch([A], 10)
    assert ledger.feed(B.url) is None
    assert dict(ledger.feed(A.url).habit) == {"etag": "1"}
    assert tick(ledger, 49).feeds == ()
    assert tick(ledger, 50).feeds == (A.url,)


def test_what_the_user_chose_outlasts_the_seeds_file(ledger: Ledger) -> None:
    ledger.watch([A], 0)
    renamed = replace(A, outlet="A, as the user calls it")
    assert ledger.add(renamed, 1) == "changed"
    assert ledger.add(B, 1) == "new"
    ledger.watch([A], 2)  # a scheduler starts again
    assert [watched.feed for watched in ledger.feeds()] == [renamed, B]
    ledger.watch([], 3)
    assert [watched.own for watched in ledger.feeds()] == [True, True]


def test_a_removed_feed_stays_removed_until_it_is_added_again(ledger: Ledger) -> None:
    ledger.watch([A, B], 0)
    assert ledger.remove(A.url)
    assert not ledger.remove(A.url)
    ledger.watch([A, B], 1)
    assert ledger.feed(A.url) is None
    assert ledger.removed() == [A]
    assert tick(ledger, 1).feeds == (B.url,)
    assert ledger.add(A, 2) == "new"
    assert ledger.removed() == []
    assert tick(ledger, 2).feeds == (A.url,)


def test_a_feed_removed_while_it_is_polled_does_not_come_back(ledger: Ledger) -> None:
    ledger.watch([A, B], 0)
    tick(ledger, 0)
    for url in (A.url, B.url):
        ledger.remove(url)
    ledger.polled(A.url, {"etag": "1"}, 50)
    ledger.wait(B.url, 50)
    assert ledger.feeds() == []
    assert tick(ledger, 1e9).feeds == ()
    assert ledger.standing().polled == 0


def test_articles_under_way_keep_the_name_of_their_removed_feed(ledger: Ledger) -> None:
    ledger.watch([A], 0)
    ledger.claim(A.url, ENTRIES[:1], 0)
    ledger.remove(A.url)
    assert ledger.resume(["id0"], 1)[0].feed == A


def test_adding_again_changes_nothing_but_wakes_a_feed_that_ended(ledger: Ledger) -> None:
    ledger.watch([A], 0)
    tick(ledger, 0)
    assert ledger.add(A, 1) == "known"
    ledger.polled(A.url, {"gone": True}, None)
    assert ledger.add(A, 2) == "changed"
    assert dict(ledger.feed(A.url).habit) == {}
    assert tick(ledger, 2).feeds == (A.url,)


def test_a_feed_described_anew_is_looked_at_anew(ledger: Ledger) -> None:
    ledger.watch([A], 0)
    tick(ledger, 0)
    ledger.polled(A.url, {"body_hash": "x"}, 300)
    ledger.watch([replace(A, country="DEU")], 10)
    assert dict(ledger.feed(A.url).habit) == {}
    assert tick(ledger, 10).feeds == (A.url,)


def test_every_feed_is_told_with_when_it_is_due(ledger: Ledger) -> None:
    ledger.watch([B, A], 0)
    tick(ledger, 0)
    ledger.polled(A.url, {"etag": "1"}, 300)
    first, second = ledger.feeds()
    assert (first.feed, first.due, dict(first.habit)) == (A, 300, {"etag": "1"})
    assert (second.feed, second.due) == (B, None)


def test_a_feed_is_told_how_its_articles_ended_each_counted_once(ledger: Ledger) -> None:
    ledger.watch([A], 0)
    ledger.claim(A.url, ENTRIES, 0)
    for id, read in (("id0", False), ("id1", True), ("id2", False), ("id3", False)):
        ledger.done(id, read=read)
        ledger.done(id, read=read)
    assert ledger.feed(A.url).tally == Tally(read=1, unread=3, fruitless=2)
    ledger.done("id4", read=True)
    assert ledger.feeds()[0].tally == Tally(read=2, unread=3, fruitless=0)
    ledger.remove(A.url)
    ledger.add(A, 1)
    assert ledger.feed(A.url).tally == Tally()


def test_an_entry_is_claimed_once_whatever_feed_shows_it(ledger: Ledger) -> None:
    ledger.watch([A, B], 0)
    assert ledger.claim(A.url, [*ENTRIES[:2], ENTRIES[0]], 0) == ["id0", "id1"]
    assert ledger.claim(B.url, ENTRIES[:3], 0) == ["id2"]


def test_a_claimed_article_comes_back_when_its_lease_ran_out(ledger: Ledger) -> None:
    ledger.claim(A.url, ENTRIES[:2], 0)
    assert tick(ledger, LEASE - 1).fetch == ()
    assert sorted(tick(ledger, LEASE).fetch) == ["id0", "id1"]


def test_resuming_returns_what_is_open_and_renews_its_lease(ledger: Ledger) -> None:
    ledger.watch([A], 0)
    published = datetime(2024, 1, 15, 10, tzinfo=UTC)
    entry = Entry("https://a.example/x", "Title", published, "Summary")
    ledger.claim(A.url, [("x", entry), ENTRIES[0]], 0)
    ledger.done("id0", read=True)
    (work,) = ledger.resume(["x", "id0", "unknown"], 100)
    assert (work.id, work.entry, work.feed, work.stage) == ("x", entry, A, "fetch")
    assert tick(ledger, LEASE + 50).fetch == ()
    assert tick(ledger, LEASE + 100).fetch == ("x",)


def test_a_done_article_is_never_claimed_or_handed_out_again(ledger: Ledger) -> None:
    ledger.claim(A.url, ENTRIES[:1], 0)
    ledger.done("id0", read=True)
    ledger.postpone("id0", 5, failed=True)  # a second worker that came too late
    assert ledger.claim(A.url, ENTRIES[:1], 1) == []
    assert tick(ledger, 1e9).fetch == ()
    assert ledger.standing().settled is False or ledger.standing().waiting == 0


def test_a_postponed_article_waits_and_counts_its_failures(ledger: Ledger) -> None:
    ledger.claim(A.url, ENTRIES[:1], 0)
    ledger.postpone("id0", 30, failed=True)
    assert tick(ledger, 29).fetch == ()
    assert tick(ledger, 30).fetch == ("id0",)
    assert ledger.resume(["id0"], 30)[0].attempts == 1


def test_a_kept_page_moves_the_article_to_extraction(ledger: Ledger) -> None:
    page = Page(
        "https://a.example/0",
        200,
        {"content-type": "text/html"},
        b"\x00<p>\n\xff",
        datetime.now(UTC),
    )
    ledger.claim(A.url, ENTRIES[:1], 0)
    ledger.keep("id0", page)
    assert ledger.page("id0") == page
    assert tick(ledger, LEASE).extract == ("id0",)
    ledger.done("id0", read=True)
    assert ledger.page("id0") is None


def test_an_article_sent_back_to_fetching_is_fetched(ledger: Ledger) -> None:
    page = Page("https://a.example/0", 200, {}, b"", datetime.now(UTC))
    ledger.claim(A.url, ENTRIES[:1], 0)
    ledger.keep("id0", page)
    ledger.postpone("id0", 5, failed=True, stage="fetch")
    assert tick(ledger, 5).fetch == ("id0",)


def test_a_suspect_stays_one_until_it_is_cleared(ledger: Ledger) -> None:
    ledger.claim(A.url, ENTRIES[:2], 0)
    ledger.suspect(["id0", "id1"])
    ledger.cleared(["id1"])
    assert [work.suspect for work in ledger.resume(["id0", "id1"], 1)] == [True, False]


def test_a_failed_attempt_is_counted_while_the_article_stays_leased(ledger: Ledger) -> None:
    ledger.claim(A.url, ENTRIES[:1], 0)
    ledger.failed("id0")
    assert ledger.resume(["id0"], 1)[0].attempts == 1
    assert tick(ledger, LEASE).fetch == ()


def test_released_articles_are_handed_out_by_the_next_tick(ledger: Ledger) -> None:
    ledger.claim(A.url, ENTRIES[:2], 0)
    ledger.release(["id0", "unknown"], 1)
    assert tick(ledger, 1).fetch == ("id0",)


def test_a_host_is_asked_once_per_delay(ledger: Ledger) -> None:
    assert ledger.turn("h", 100, 1) == 0
    slots = [ledger.turn("h", 100, 1) for _ in range(3)]
    assert slots == sorted(set(slots))
    assert min(slots) >= 101
    assert ledger.turn("other", 100, 1) == 0


def test_who_booked_a_time_is_served_then(ledger: Ledger) -> None:
    ledger.turn("h", 100, 1)
    booked = ledger.turn("h", 100, 1)
    ledger.turn("h", 100, 1)
    assert ledger.turn("h", booked, 1, booked) == 0
    assert ledger.turn("h", booked, 1, booked) > booked  # nobody else in the same second


def test_a_held_host_is_left_alone(ledger: Ledger) -> None:
    ledger.hold("h", 130)
    slot = ledger.turn("h", 100, 1)
    assert slot >= 130
    assert ledger.turn("h", 129, 1, 101) >= 130
    assert ledger.turn("h", slot, 1, slot) == 0


def test_every_article_gets_through_a_host_in_as_many_delays(ledger: Ledger) -> None:
    """Forty articles, a tick every 2 s, a request per second: nobody starves, nobody is early."""
    waiting: dict[str, float | None] = {f"a{n}": None for n in range(40)}
    ready_at = dict.fromkeys(waiting, 1000.0)
    asked: list[float] = []
    now = 1000.0
    while waiting and now < 1000 + 40 * 4:
        for id in [i for i in waiting if ready_at[i] <= now]:
            slot = ledger.turn("h", now, 1.0, waiting[id])
            if slot:
                waiting[id] = ready_at[id] = slot
            else:
                asked.append(now)
                del waiting[id]
        now += 2.0
    assert not waiting
    assert all(later - earlier >= 1 for earlier, later in itertools.pairwise(asked))


def test_standing_tells_when_all_is_settled(ledger: Ledger) -> None:
    ledger.watch([A], 0)
    assert not ledger.standing().settled
    tick(ledger, 0)
    ledger.claim(A.url, ENTRIES[:2], 0)
    ledger.polled(A.url, {}, 300)
    ledger.postpone("id1", 50, failed=False)
    standing = ledger.standing()
    assert (standing.feeds, standing.polled, standing.articles) == (1, 1, 2)
    assert (standing.waiting, standing.leased, standing.settled) == (1, 1, False)
    ledger.done("id0", read=True)
    ledger.done("id1", read=True)
    assert ledger.standing().settled


@pytest.fixture
def redis_ledgers(redis_url: str) -> Callable[[], RedisLedger]:
    return lambda: RedisLedger(redis_url, "demarche", lease=LEASE, page_ttl=60, seen_ttl=60)


def test_two_schedulers_never_hand_out_the_same_thing(
    redis_ledgers: Callable[[], RedisLedger],
) -> None:
    first, second = redis_ledgers(), redis_ledgers()
    first.watch([Feed(f"https://{n}.example/", str(n)) for n in range(200)], 0)
    handed = []
    while batch := (
        *first.tick(1, feeds=7, articles=0).feeds,
        *second.tick(1, feeds=7, articles=0).feeds,
    ):
        handed += batch
    assert len(handed) == len(set(handed)) == 200


def test_two_schedulers_that_start_at_once_watch_each_feed_once(
    redis_ledgers: Callable[[], RedisLedger],
) -> None:
    seeds = [Feed(f"https://{n}.example/", str(n)) for n in range(200)]
    ledgers = [redis_ledgers() for _ in range(4)]
    ledgers[0].watch(seeds, 0)
    ledgers[0].remove(seeds[0].url)
    ledgers[0].add(A, 0)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: one.watch(seeds, 1), ledgers))
    assert {watched.feed for watched in ledgers[0].feeds()} == {A, *seeds[1:]}
    assert len(ledgers[0].tick(1, feeds=1000, articles=0).feeds) == 200


# Articles that changed --------------------------------------------------------------------------

DAY = 86_400.0


def told(id: str, mark: str) -> tuple[str, Entry]:
    return (id, Entry(f"https://a.example/{id}", f"As {mark}", mark=mark))


def read_once(ledger: Ledger, *ids: str, again: bool = True) -> None:
    ledger.watch([A, B], 0)
    ledger.claim(A.url, [told(id, "first") for id in ids], 0)
    for id in ids:
        ledger.done(id, read=True, again=again)


def test_an_article_whose_entry_changed_is_read_once_more_a_day_later(ledger: Ledger) -> None:
    read_once(ledger, "x", "y")
    assert ledger.claim(A.url, [told("x", "second"), told("y", "first")], 10) == []
    assert ledger.standing().settled is False  # the feeds were not polled yet
    assert (ledger.standing().waiting, ledger.standing().again) == (0, 1)
    assert tick(ledger, 9 + DAY).fetch == ()
    assert tick(ledger, 10 + DAY).fetch == ("x",)
    (work,) = ledger.resume(["x"], 11 + DAY)
    assert (work.entry.title, work.again, work.attempts) == ("As second", True, 0)
    ledger.done("x", read=True, again=True)
    assert ledger.claim(A.url, [told("x", "third")], 12 + DAY) == []
    assert ledger.standing().again == 0
    assert ledger.feed(A.url).tally.read == 2


def test_changes_until_the_second_reading_are_read_with_it(ledger: Ledger) -> None:
    read_once(ledger, "x", "y")
    for number, mark in enumerate(("second", "third", "fourth")):
        ledger.claim(A.url, [told("x", mark), told("y", "first")], number)
    assert ledger.standing().again == 1
    assert tick(ledger, DAY).fetch == ("x",)


def test_an_article_that_cannot_be_read_again_is_not_tried_any_more(ledger: Ledger) -> None:
    read_once(ledger, "x", "y")
    ledger.claim(A.url, [told("x", "second"), told("y", "first")], 0)
    assert tick(ledger, DAY).fetch == ("x",)
    ledger.done("x", read=False)
    ledger.claim(A.url, [told("x", "third"), told("y", "first")], DAY)
    assert ledger.standing().again == 0
    assert ledger.feed(A.url).tally == Tally(read=2)


def test_only_the_feed_that_brought_an_article_says_that_it_changed(ledger: Ledger) -> None:
    read_once(ledger, "x")
    assert ledger.claim(B.url, [told("x", "as B has it")], 1) == []
    assert ledger.standing().again == 0


def test_what_could_not_be_read_or_copies_another_is_not_read_again(ledger: Ledger) -> None:
    read_once(ledger, "x", again=False)
    ledger.claim(A.url, [told("x", "second")], 1)
    assert ledger.standing().again == 0


def test_an_entry_that_changes_before_its_page_is_fetched_changed_nothing(ledger: Ledger) -> None:
    ledger.claim(A.url, [told("x", "first")], 0)
    ledger.claim(A.url, [told("x", "second")], 1)
    ledger.done("x", read=True, again=True)
    ledger.claim(A.url, [told("x", "second")], 2)
    assert ledger.standing().again == 0


def test_an_entry_that_changes_after_its_page_was_fetched_is_noticed(ledger: Ledger) -> None:
    ledger.claim(A.url, [told("x", "first")], 0)
    ledger.keep("x", Page("https://a.example/x", 200, {}, b"", datetime.now(UTC)))
    ledger.claim(A.url, [told("x", "second")], 1)
    ledger.done("x", read=True, again=True)
    ledger.claim(A.url, [told("x", "second")], 2)
    assert ledger.standing().again == 1


def test_a_feed_whose_entries_change_all_at_once_says_nothing_with_it(ledger: Ledger) -> None:
    ids = [f"id{n}" for n in range(6)]
    read_once(ledger, *ids)
    ledger.claim(A.url, [told(id, "second") for id in ids], 1)
    assert ledger.standing().again == 0
    changed = [told(id, "third") for id in ids[:5]]
    ledger.claim(A.url, [*changed, told(ids[5], "second")], 2)
    assert ledger.standing().again == 5


def test_an_entry_without_a_mark_never_changes(ledger: Ledger) -> None:
    read_once(ledger, "x")
    ledger.claim(A.url, [told("x", "")], 1)
    assert ledger.standing().again == 0
