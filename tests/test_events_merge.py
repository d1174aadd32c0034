"""One act, one event: which mentions join."""

import pytest

from worker.events.merge import Told, merge
from worker.events.who.phrases import Named


def told(kind: str, actors: str, recipients: str = "", date: str | None = None, **more) -> Told:
    place = more.pop("place", False)
    parties = [
        tuple(Named(c, c, "state", -1, -1, "name", place=place and n == 1) for c in codes.split())
        for n, codes in enumerate((actors, recipients))
    ]
    mode = more.pop("mode", None)
    evidence = ((0, 1),)
    return Told(kind, mode, parties[0], parties[1], date, "r", evidence, dated=date is not None)


ONE = [
    (told("CONSULT", "IND RUS"), told("CONSULT", "RUS", "IND")),
    (told("AGREE", "IND RUS"), told("AGREE", "IND", "RUS")),
    (told("ACCUSE", "USA"), told("ACCUSE", "USA", "IRN")),
    (told("SANCTION", "USA", "IRN", "2024"), told("SANCTION", "USA", "IRN", "2024-01-15")),
    (told("REQUEST", "USA", "RUS GEO"), told("REQUEST", "USA", "RUS")),
    (told("ASSAULT", "USA", "IRQ", place=True), told("ASSAULT", "USA", "ISIS")),
]


@pytest.mark.parametrize("pair", ONE)
def test_one_act(pair: tuple[Told, Told]) -> None:
    assert len(merge(pair)) == 1
    assert len(merge(reversed(pair))) == 1


TWO = [
    (told("CONSULT", "IND RUS", date="2024-01-15"), told("CONSULT", "IND RUS", date="2010-12")),
    (told("ACCUSE", "USA", "IRN"), told("REQUEST", "USA", "IRN")),
    (told("ACCUSE", "USA", "IRN"), told("ACCUSE", "IRN", "USA")),
    (told("AGREE", "EU"), told("AGREE", "EU", "SYR")),
]


@pytest.mark.parametrize("pair", TWO)
def test_two_acts(pair: tuple[Told, Told]) -> None:
    assert len(merge(pair)) == 2


def test_the_fuller_mention_wins_and_the_finer_date_stays() -> None:
    short = told("SANCTION", "USA", "IRN", "2024-01-15", mode="discontinue")
    (event,) = merge([told("SANCTION", "USA FRA", "IRN", "2024-01"), short])
    assert (event.codes[0], event.date, event.mode) == (
        frozenset({"USA", "FRA"}),
        "2024-01-15",
        "discontinue",
    )
    assert len(event.evidence) == 2


def test_what_two_attended_is_not_multilateral() -> None:
    attended = told("CONSULT", "KEN UGA", mode="multilateral")
    (event,) = merge([told("CONSULT", "KEN UGA"), attended])
    assert event.mode is None
