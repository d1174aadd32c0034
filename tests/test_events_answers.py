"""Whom denials, threats and sanctions without a name are aimed at; which warnings threaten."""

from datetime import date

import pytest

from worker.events.extract import Coder
from worker.events.language.nlp import load
from worker.events.parties import Gazetteer
from worker.model import Article


@pytest.fixture(scope="module")
def coder() -> Coder:
    return Coder(load(), Gazetteer.load())


def _dyads(coder: Coder, text: str, kind: str) -> set[str]:
    events = coder.code_one(Article("a", text, published=date(2024, 1, 15)))
    return {
        f"{'+'.join(p.code for p in e.actors)}>{'+'.join(p.code for p in e.recipients)}"
        for e in events
        if e.type == kind
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Chad accused Libya of arming rebels. Libya denied the charge.", "LBY>TCD"),
        ("Libya denied any role in the raid. Chad blamed Libya for the raid.", "LBY>TCD"),
        ("Chad asked Libya to free the pilot, but Libya refused.", "LBY>TCD"),
        ("Chad says Libya is pursuing nuclear weapons, a charge it denies.", "LBY>TCD"),
        ("Chad rejected accusations from Libya that it backs rebels in Niger.", "TCD>LBY"),
        ("Hungary said it will boycott the talks with Serbia.", "HUN>SRB"),
        ("Hungary rejected a demand from Serbia to expel the envoy of Chile.", "HUN>SRB"),
        ("A Chadian newspaper quoted the Libyan premier as rejecting a French offer.", "LBY>FRA"),
        ("Israel will not negotiate with Syria, its premier said.", "ISR>SYR"),
    ],
)
def test_a_refusal_is_aimed_at_whoever_charged_or_asked(
    coder: Coder, text: str, expected: str
) -> None:
    assert _dyads(coder, text, "REJECT") == {expected}


@pytest.mark.parametrize(
    "text",
    [
        "Chad dismissed reports that Libya had helped the rebels.",
        "Chad has no plans to bomb Libya, its minister said.",
        "Chad refused to say where the Libyan pilot is.",
    ],
)
def test_whom_a_denial_is_about_is_not_refused(coder: Coder, text: str) -> None:
    assert _dyads(coder, text, "REJECT") <= {"TCD>"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Chad warned that Libya will face consequences.", "TCD>LBY"),
        ("Chad warned Libya against sending its tanks south.", "TCD>LBY"),
        ("Chad warned it would close the border with Libya.", "TCD>LBY"),
        ("Libya shelled a village in Chad. Chad threatened to strike back.", "TCD>LBY"),
        ("Chad threatened to expel the envoys after Libya shelled a village.", "TCD>LBY"),
    ],
)
def test_a_threat_finds_whom_it_is_aimed_at(coder: Coder, text: str, expected: str) -> None:
    assert _dyads(coder, text, "THREATEN") == {expected}


@pytest.mark.parametrize(
    "text",
    [
        "Chad warned that Libya could see more violence.",
        "Chad warned it expects more attacks in Libya.",
        "Canada warned its ships to stay away from Libya because of attacks.",
        "Canada warned of terrorist attacks in Libya.",
    ],
)
def test_a_warning_of_danger_is_no_threat(coder: Coder, text: str) -> None:
    assert _dyads(coder, text, "THREATEN") == set()


def test_aid_is_stopped_to_whoever_provoked_it(coder: Coder) -> None:
    text = "Norway suspended its food aid after Chad tested a missile."
    assert _dyads(coder, text, "SANCTION") == {"NOR>TCD"}
