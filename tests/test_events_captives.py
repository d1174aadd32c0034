"""Who is seized and set free, by whom, where the sentence itself names neither."""

from datetime import date

import pytest

from worker.events.extract import Coder
from worker.events.judging import trust
from worker.events.language.nlp import load
from worker.events.parties import Gazetteer
from worker.model import Article


@pytest.fixture(scope="module")
def coder() -> Coder:
    return Coder(load(), Gazetteer.load(), judge=trust)


def _told(coder: Coder, text: str, *types: str) -> list[str]:
    events = coder.code_one(Article("a", text, published=date(2024, 1, 15)))
    return sorted(
        f"{e.type} {'+'.join(p.code for p in e.actors)}>{'+'.join(p.code for p in e.recipients)}"
        for e in events
        if e.type in types
    )


@pytest.mark.parametrize(
    ("text", "release"),
    [
        ("Taliban fighters abducted a Danish nurse in May. She was released unharmed on Sunday.",
         "TALIBAN>DNK"),
        ("Taliban fighters abducted a Danish nurse in May. Her kidnappers freed her on Sunday.",
         "TALIBAN>DNK"),
        ("Taliban fighters abducted nine Danish nurses, killing two and releasing the rest.",
         "TALIBAN>DNK"),
        ("Turkish police arrested two Swedish tourists in May. They were freed on Sunday.",
         "TUR>SWE"),
        ("Iran arrested Danish nurse Mette Holm in May. Iran freed Holm on Sunday.", "IRN>DNK"),
    ],
)  # fmt: skip
def test_who_took_captives_sets_them_free(coder: Coder, text: str, release: str) -> None:
    assert _told(coder, text, "RETREAT") == [f"RETREAT {release}"]


@pytest.mark.parametrize(
    "text",
    [
        "Taliban fighters abducted a Danish nurse in May. A report was released on Sunday.",
        "Turkish police arrested two Swedes in May. Chad freed a man on Sunday.",
        "Turkish police arrested two Swedes in May. They were handed over to a court on Sunday.",
    ],
)
def test_nothing_else_that_is_released_was_taken(coder: Coder, text: str) -> None:
    assert _told(coder, text, "RETREAT") == []


@pytest.mark.parametrize(
    ("text", "arrest"),
    [
        ("Coalition forces in Iraq killed ten insurgents of Al-Qaeda and arrested five more.",
         "COALITION>AL_QAEDA"),
        ("Danish soldiers met elders in Mali. On Sunday Danish soldiers detained six suspects.",
         "DNK>MLI"),
        ("Kenyan journalist John Otieno was arrested when he travelled to Uganda.", "UGA>KEN"),
    ],
)  # fmt: skip
def test_who_is_seized_without_a_name(coder: Coder, text: str, arrest: str) -> None:
    assert f"COERCE {arrest}" in _told(coder, text, "COERCE")


@pytest.mark.parametrize(
    "text",
    [
        "Chadian officials say kidnappers have freed a Danish engineer seized in May.",
        "The Chadian news agency reports that a Danish engineer was arrested in May.",
    ],
)
def test_who_only_tells_of_it_seized_nobody(coder: Coder, text: str) -> None:
    assert _told(coder, text, "COERCE") == []


def test_troops_of_several_act_abroad(coder: Coder) -> None:
    text = "Some 5,000 Iraqi and British troops were deployed in the Iraqi capital on Sunday."
    assert _told(coder, text, "MOBILIZE") == ["MOBILIZE GBR>IRQ"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Oman urged the United Nations to condemn North Korea's missile test.",
         ["MOBILIZE PRK>"]),
        ("India has not signed the treaty, and conducted a nuclear test in 1998.",
         ["MOBILIZE IND>"]),
        ("Chad's demands include the withdrawal of French troops from Mali.", []),
    ],
)  # fmt: skip
def test_what_is_judged_took_place_and_what_is_demanded_did_not(
    coder: Coder, text: str, told: list[str]
) -> None:
    assert _told(coder, text, "MOBILIZE", "RETREAT") == told


def test_what_is_set_to_begin_is_to_come(coder: Coder) -> None:
    text = "Talks between Chad and Libya are set to begin on Monday."
    assert _told(coder, text, "AGREE", "CONSULT") == ["AGREE TCD+LBY>"]
