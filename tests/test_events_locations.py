"""Where an act took place, where its clause says so."""

from __future__ import annotations

from datetime import date

import pytest

from worker import wiring
from worker.events.extract import Coder
from worker.model import Article, Location
from worker.settings import load


@pytest.fixture(scope="module")
def coder() -> Coder:
    return wiring.coder(load())


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("The Chilean and Peruvian presidents met in Lima on Friday.", Location("PER", "Lima")),
        ("Kenya's foreign minister met her Omani counterpart in Egypt.", Location("EGY")),
        ("Kenya's foreign minister met her Omani counterpart on Friday.", None),
        ("Kenya condemned Oman over the arrest of sailors in Muscat.", None),
    ],
)
def test_a_place_is_told_by_the_clause_of_the_act(
    coder: Coder, text: str, where: Location | None
) -> None:
    events = coder.code_one(Article(id="1", text=text, published=date(2026, 3, 7)))
    assert events
    assert events[0].location == where
