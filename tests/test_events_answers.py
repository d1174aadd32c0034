"""Whom denials, threats and sanctions without a name are aimed at; which warnings threaten."""

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
        ("Chad and Mali accuse Libya of arming rebels - a charge Libya denies.", "LBY>TCD+MLI"),
        ("Chad accused Libya of arming rebels, a charge denied by Libya.", "LBY>TCD"),
        ("Chad accused Libya of arming rebels. Libya denies that.", "LBY>TCD"),
        ("Chad accused Libya of arming rebels. Libya says the charge is untrue.", "LBY>TCD"),
        ("Chad accused Libya of arming rebels, despite denials from Tripoli.", "LBY>TCD"),
        ("Chad accused Libya of arming rebels, but Libya says it only feeds refugees.", "LBY>TCD"),
        ("Chad criticized the Libyan dam. Libya defended its decision to build it.", "LBY>TCD"),
        ("Norway imposed sanctions on Chad because of its refusal to free the men.", "TCD>NOR"),
        ("Norway criticized Chad for refusing to free the men.", "TCD>NOR"),
        ("Norway rejected the idea of holding talks with Chad.", "NOR>TCD"),
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


def test_who_is_charged_and_will_stop_rejects_nothing(coder: Coder) -> None:
    text = "Chad accused Libya of arming rebels, but Libya says it will stop."
    assert _dyads(coder, text, "REJECT") == set()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Chad shelled a Libyan town. Libya asked for an investigation.", "LBY>TCD"),
        ("Chad's premier met leaders of Hamas to urge them to disarm.", "TCD>HAMAS"),
        ("Chad's premier visited Mali, where he renewed a call for reform.", "TCD>MLI"),
        ("Libya says the bodies were returned following a request from Chad.", "TCD>LBY"),
        ("Chad condemned the raids urging Libya to free the men.", "TCD>LBY"),
        ("Chad and Mali say talks with the Taliban should resume.", "TCD+MLI>TALIBAN"),
        ("An envoy of Chad is in Rome to press Chad's demand that Libya withdraw.", "TCD>LBY"),
        ("Chad said the international community must do more.", "TCD>"),
        ("Chad urged its citizens to oppose the Libyan plan.", None),
        ("Chad will ask lawmakers for money to rebuild Libya.", None),
    ],
)
def test_a_demand_finds_whom_it_is_put_to(coder: Coder, text: str, expected: str | None) -> None:
    assert _dyads(coder, text, "REQUEST") == ({expected} if expected else set())


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("Chad urged Libya to stop the attacks.", "yield"),
        ("Chad urged Libya to stop jamming its broadcasts.", "change"),
        ("Chad asked Libya for help in stopping the flood.", "assist"),
        ("Chad urged Libya to give up the town.", "yield"),
        ("Chad urged Libya to resume talks.", "meet"),
    ],
)
def test_what_is_to_stop_is_yielded_where_it_is_force(coder: Coder, text: str, mode: str) -> None:
    events = coder.code_one(Article("a", text, published=date(2024, 1, 15)))
    assert [e.mode for e in events if e.type == "REQUEST"] == [mode]


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


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("Chad held talks with Libya. Chad agreed to lower its fees.", "AGREE", "TCD>LBY"),
        ("Chad thanked Libya. Libya offered to send engineers.", "AGREE", "LBY>TCD"),
        ("Libya accused Chad of a raid. Chad apologised.", "CONCEDE", "TCD>LBY"),
    ],
)
def test_what_is_held_out_is_for_the_partner_told_last(
    coder: Coder, text: str, kind: str, expected: str
) -> None:
    assert _dyads(coder, text, kind) == {expected}


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("The Malian premier will attend a summit of the African Union.", "AGREE", "MLI>AU"),
        ("The Malian president then heads to Niger.", "AGREE", "MLI>NER"),
        ("The protest came one day before Mali and Niger hold talks.", "AGREE", "MLI+NER>"),
        ("The Malian premier will go to Niger to meet President Tiani.", "AGREE", "MLI>NER"),
        ("Mali and Togo agreed to help Niger.", "AGREE", "MLI+TGO>NER"),
        ("Mali said it is sending a delegation to Niger.", "AGREE", "MLI>NER"),
        ("Mali says it wants to pull its troops out of Niger.", "CONCEDE", "MLI>NER"),
        ("Mali will not attack Niger, its premier said.", "CONCEDE", "MLI>NER"),
        ("Mali plans to step up its strikes on Niger.", "AGREE", None),
    ],
)
def test_what_is_to_come(coder: Coder, text: str, kind: str, expected: str | None) -> None:
    assert _dyads(coder, text, kind) == ({expected} if expected else set())
