"""Who an article says holds an office, and what a later article makes of it."""

from __future__ import annotations

from datetime import date

import pytest

from worker.events.extract import Coder
from worker.events.language import nlp
from worker.events.parties import Gazetteer, learnt
from worker.events.parties.people import People
from worker.events.parties.tables import read_tables
from worker.model import Article, Event, OfficeHolder, Sighting

DAY = date(2031, 3, 4)


@pytest.fixture(scope="module")
def coder() -> Coder:
    return Coder(nlp.load(), Gazetteer.load())


def seen(coder: Coder, text: str, *, on: date = DAY, title: str | None = None) -> list[Sighting]:
    (reading,) = coder.read([Article("x", text, title=title, published=on)])
    return list(reading.sightings)


def told(sighting: Sighting) -> tuple[str, str, str, str, int]:
    return sighting.name, sighting.code, sighting.office, sighting.kind, sighting.rank


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Japanese Prime Minister Haruka Onodera spoke on Tuesday.",
         ("Haruka Onodera", "JPN", "Prime Minister", "head", 1)),
        ("Ola Brekkvold, Norway's envoy to Cuba, left on Tuesday.",
         ("Ola Brekkvold", "NOR", "Envoy", "envoy", 5)),
        ("The foreign minister of Togo, Kodjo Amavi, left on Tuesday.",
         ("Kodjo Amavi", "TGO", "Foreign Minister", "foreign", 2)),
        ("Iranian defense minister Brigadier General Ahmad Tavakoli spoke on Tuesday.",
         ("Ahmad Tavakoli", "IRN", "Defense Minister", "defence", 3)),
        ("NATO Secretary General Anders Holmberg spoke on Tuesday.",
         ("Anders Holmberg", "NATO", "NATO Secretary General", "head", 2)),
        ("Chinese Foreign Ministry spokeswoman Zhang Meiling spoke on Tuesday.",
         ("Zhang Meiling", "CHN", "Foreign Ministry Spokeswoman", "speaker", 6)),
        ("Hamas leader Yusuf Tamimi spoke on Tuesday.",
         ("Yusuf Tamimi", "HAMAS", "Leader", "head", 3)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_an_unknown_holder_of_an_office_is_seen(
    coder: Coder, text: str, expected: tuple[str, str, str, str, int]
) -> None:
    assert [told(one) for one in seen(coder, text)] == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "Former Japanese Prime Minister Haruka Onodera spoke on Tuesday.",
        "The Japanese engineer Haruka Onodera spoke on Tuesday.",
        "Norwegian judge Ola Brekkvold spoke on Tuesday.",
        "Prime Minister Haruka Onodera spoke on Tuesday.",
        "Japanese Prime Minister Onodera spoke on Tuesday.",
    ],
    ids=["former", "no office", "no rank", "no party", "no full name"],
)
def test_what_is_no_office_of_a_party_teaches_nothing(coder: Coder, text: str) -> None:
    assert seen(coder, text) == []


def test_a_title_teaches_nothing(coder: Coder) -> None:
    title = "Japanese Prime Minister Haruka Onodera Visits Oslo"
    assert seen(coder, "It rained on Tuesday.", title=title) == []


def test_whom_a_table_has_in_office_then_is_not_seen(coder: Coder) -> None:
    text = "French Foreign Minister Alain Juppé spoke on Tuesday."
    assert seen(coder, text, on=date(2011, 5, 4)) == []
    assert [one.name for one in seen(coder, text, on=DAY)] == ["Alain Juppé"]


def test_the_short_form_is_the_one_by_which_the_article_goes_on(coder: Coder) -> None:
    text = "Vietnam's deputy prime minister, Dang Van Hoa, left on Tuesday.\n\nHoa met reporters."
    ((one),) = seen(coder, text)
    assert (one.name, one.short) == ("Dang Van Hoa", "Hoa")


def test_said_twice_is_seen_once(coder: Coder) -> None:
    text = "Japanese Prime Minister Haruka Onodera spoke on Tuesday."
    assert len(seen(coder, f"{text}\n\n{text}")) == 1


# What is learnt ---------------------------------------------------------------------------------


def holder(**given: object) -> OfficeHolder:
    known = {
        "name": "Haruka Onodera", "code": "JPN", "office": "Prime Minister", "rank": 1,
        "since": date(2031, 2, 1), "until": date(2031, 5, 1), "shorts": (), "basis": "learnt",
    }  # fmt: skip
    return OfficeHolder(**{**known, **given})  # type: ignore[arg-type]


def codes(events: tuple[Event, ...]) -> set[str]:
    return {party.code for event in events for party in (*event.actors, *event.recipients)}


def who(gazetteer: Gazetteer, text: str, on: date = DAY) -> list[tuple[str, str]]:
    return [(f.code, f.entry) for f in gazetteer.find([text], on)[0] if f.basis == "person"]


def learning(*holders: OfficeHolder) -> Gazetteer:
    return Gazetteer.load().with_learnt(holders)


def test_a_second_article_needs_no_introduction(coder: Coder) -> None:
    article = Article("x", "Onodera condemned Belarus on Monday.", published=DAY)
    known: list[OfficeHolder] = []
    taught = Coder(nlp.load(), Gazetteer.load(), learnt=lambda: tuple(known))
    assert taught.code_one(article) == ()
    known.append(holder())
    (event,) = taught.code_one(article)
    assert codes((event,)) == {"JPN", "BLR"}
    known.clear()
    assert taught.code_one(article) == ()
    assert coder.code_one(article) == ()


def test_what_was_learnt_confirms_itself_nowhere() -> None:
    taught = Coder(nlp.load(), Gazetteer.load(), learnt=lambda: (holder(),))
    (reading,) = taught.read([Article("x", "Haruka Onodera condemned Belarus.", published=DAY)])
    assert codes(reading.events) == {"JPN", "BLR"}
    assert reading.sightings == ()
    text = "Japanese Prime Minister Haruka Onodera condemned Belarus."
    (reading,) = taught.read([Article("x", text, published=DAY)])
    assert [one.name for one in reading.sightings] == ["Haruka Onodera"]


def test_a_table_wins_while_its_own_is_in_office() -> None:
    rival = holder(name="Jacques Chirac", code="BEL", since=date(2003, 1, 1), until=None)
    surname = holder(name="Paul Chirac", code="BEL", since=date(2003, 1, 1), until=None)
    for text in ("Jacques Chirac spoke.", "Chirac spoke.", "President Chirac spoke."):
        for taught in (learning(rival), learning(surname)):
            ((code, entry),) = who(taught, text, date(2003, 6, 1))
            assert code == "FRA"
            assert entry.startswith(("leaders.tsv", "persons.tsv"))
    assert who(learning(rival), "Jacques Chirac spoke.", date(2031, 6, 1))[0][0] == "BEL"


def test_outside_its_time_a_learnt_name_means_nobody() -> None:
    assert who(learning(holder()), "Haruka Onodera spoke.", DAY) == [("JPN", "learnt")]
    assert who(learning(holder()), "Haruka Onodera spoke.", date(2011, 3, 4)) == []


def test_a_lesser_office_needs_its_state_in_the_article() -> None:
    envoy = holder(name="Ola Brekkvold", code="NOR", office="Envoy", rank=5)
    assert who(learning(envoy), "Ola Brekkvold spoke.") == []
    assert who(learning(envoy), "Norway sent troops. Ola Brekkvold spoke.") == [("NOR", "learnt")]


def test_a_code_that_no_table_has_is_left_out() -> None:
    assert who(learning(holder(code="NARNIA")), "Haruka Onodera spoke.") == []


@pytest.mark.parametrize(
    ("name", "code", "short"),
    [
        ("Haruka Onodera", "JPN", "Onodera"),
        ("Zhang Meiling", "CHN", "Zhang"),
        ("Alexander van der Velden", "AUT", "van der Velden"),
        ("Khalid al-Otaibi", "SAU", "al-Otaibi"),
    ],
)
def test_a_surname_keeps_its_particles(name: str, code: str, short: str) -> None:
    assert learnt.surname(name, code, read_tables().words["particles"]) == short


def test_the_export_is_read_again_as_a_table() -> None:
    tables = read_tables()
    header, line = learnt.export([holder(shorts=("Onodera", "Haruka"))], tables)
    cells = line.split("\t")
    assert len(cells) == len(header.split("\t"))
    (person,) = People([("leaders.tsv:2", cells)], tables).full("haruka onodera")
    assert (person.code, person.shorts, person.learnt) == ("JPN", ("Onodera", "Haruka"), False)
    assert person.terms[0].loose_start
