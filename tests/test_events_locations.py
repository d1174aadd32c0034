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
        (
            "The Chilean and Peruvian presidents met in Lima on Friday.",
            Location("PER", "Lima", -12.04, -77.03),
        ),
        (
            "The presidents of Chile and Peru met in the Kenyan city of Mombasa on Friday.",
            Location("KEN", "Mombasa", -4.05, 39.66),
        ),
        (
            "The Chilean and Peruvian presidents met in the Egyptian capital on Friday.",
            Location("EGY"),
        ),
        (
            "The Chilean and Peruvian presidents met in Gothenburg, Sweden, on Friday.",
            Location("SWE", "Gothenburg", 57.71, 11.97),
        ),
        (
            "The Chilean and Peruvian presidents met in Guayaquil on Friday.",
            Location("ECU", "Guayaquil", -2.20, -79.89),
        ),
        ("The Chilean and Peruvian presidents met in Santa Brisa on Friday.", None),
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
