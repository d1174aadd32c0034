"""No hostile answer costs more than 30 MB at the peak, or more than a second over the deadline."""

from __future__ import annotations

import pytest

from tests.hostile_costs import SLOW, Cost, costs, large

DEADLINE = 0.5
PATIENT = 20.0
MEGABYTES = 30.0
REFUSALS = {"too-large", "headers-too-large", "protocol", "too-many-redirects"}


@pytest.fixture(scope="module")
def slow() -> dict[str, Cost]:
    return costs(SLOW, DEADLINE)


@pytest.fixture(scope="module")
def big() -> dict[str, Cost]:
    return costs(large(), PATIENT)


def test_no_fetch_outlives_its_deadline_by_a_second(slow: dict[str, Cost]) -> None:
    assert {name: cost.outcome for name, cost in slow.items()} == dict.fromkeys(SLOW, "timeout")
    late = {name: cost for name, cost in slow.items() if cost.seconds > DEADLINE + 1.0}
    assert late == {}


def test_no_answer_takes_more_than_30_megabytes(
    slow: dict[str, Cost], big: dict[str, Cost]
) -> None:
    heavy = {name: cost for name, cost in {**slow, **big}.items() if cost.megabytes > MEGABYTES}
    assert heavy == {}


def test_what_is_too_large_is_refused_at_once(big: dict[str, Cost]) -> None:
    assert big.pop("the largest page allowed").outcome == "9999999 bytes"
    assert big.pop("a cookie of 60 kB").outcome == "1 bytes"
    accepted = {name: cost for name, cost in big.items() if cost.outcome not in REFUSALS}
    assert accepted == {}
    assert max(cost.seconds for cost in big.values()) < PATIENT / 2
