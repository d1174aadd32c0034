"""Where an act took place, where its clause says so."""

from __future__ import annotations

from datetime import date

import pytest

from worker import wiring
from worker.events.extract import Coder
from worker.events.parties.tables import read_rows
from worker.events.parties.towns import towns
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


def test_every_capital_lies_somewhere() -> None:
    capitals = {row["code"]: row["capital"].split("|")[0] for _, row in read_rows("states")}
    assert not [name for code, name in capitals.items() if name and not towns().find(name, code)]


@pytest.mark.parametrize(
    ("name", "code", "where"),
    [
        ("Kyiv", "UKR", (50.45, 30.52)),
        ("New Delhi", "IND", (28.62, 77.21)),
        ("Springfield", "USA", None),  # there are several
        ("Donetsk", "UKR", None),  # a province as well
    ],
)
def test_a_town_lies_where_it_is_the_only_one(
    name: str, code: str, where: tuple[float, float] | None
) -> None:
    town = towns().find(name, code)
    assert (town and (town.latitude, town.longitude)) == where


def test_a_name_that_two_states_share_needs_its_country() -> None:
    assert towns().find("Paris") is None  # one in Texas is called so too
    assert towns().find("Paris", "FRA") is not None
    assert towns().find("Guayaquil") == towns().find("Guayaquil", "ECU")
