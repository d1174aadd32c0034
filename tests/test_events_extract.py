"""From text to events: sentences that a person can check, and what holds for every text."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from worker.events.extract import Coder
from worker.events.judging import trust
from worker.events.language.nlp import load
from worker.events.parties import Gazetteer
from worker.model import Article, Event

ROOT = Path(__file__).resolve().parents[1]
GOLD = ROOT.parent / "shared" / "gold"
DAY = date(2024, 1, 15)


@pytest.fixture(scope="module")
def coder() -> Coder:
    return Coder(load(), Gazetteer.load(), judge=trust)


def line(event: Event) -> str:
    """TYPE mode ACTORS>RECIPIENTS date"""
    actors = "+".join(sorted(p.code for p in event.actors))
    recipients = "+".join(sorted(p.code for p in event.recipients))
    arrow = f">{recipients}" if recipients else ""
    return f"{event.type} {event.mode or '-'} {actors}{arrow} {event.date}"


def coded(coder: Coder, text: str, **known: object) -> list[str]:
    article = Article(id="x", text=text, **{"published": DAY, **known})  # type: ignore[arg-type]
    return [line(e) for e in coder.code_one(article)]


SENTENCES = [
    # active, passive, noun
    ("Canada imposed sanctions on Belarus.", ["SANCTION discontinue CAN>BLR 2024-01-15"]),
    ("Russia has expelled two Norwegian diplomats.", ["SANCTION expel RUS>NOR 2024-01-15"]),
    ("The Finnish prime minister visited Vietnam in May 2019.", ["CONSULT visit FIN>VNM 2019-05"]),
    # to come: AGREE
    ("France will send doctors to Lebanon.", ["AGREE - FRA>LBN 2024-01-15"]),
    ("The Chadian president travels to Mali on Friday.", ["AGREE - TCD>MLI 2024-01-15"]),
    ("The Chadian president hopes to visit Mali.", ["AGREE - TCD>MLI 2024-01-15"]),
    ("Togo says it is donating a million dollars to Mali.", ["AGREE - TGO>MLI 2024-01-15"]),
    ("The Togolese parliament voted to send doctors to Mali.", ["AGREE - TGO>MLI 2024-01-15"]),
    # a meeting that is fixed is of both, one that is planned is of who plans it
    ("The Chadian president is to meet the Malian president.", ["AGREE - MLI+TCD 2024-01-15"]),
    ("The Chadian president plans to meet Malian officials.", ["AGREE - TCD>MLI 2024-01-15"]),
    ("The Chadian envoy is to meet the Malian president.", ["AGREE - TCD>MLI 2024-01-15"]),
    ("Chad will cooperate with Mali.", ["AGREE - TCD>MLI 2024-01-15"]),
    # put to somebody, in vain
    (
        "Chad rejected an apology from Mali.",
        ["REJECT yield TCD>MLI 2024-01-15", "CONCEDE - MLI>TCD 2024-01-15"],
    ),
    # asked for, with the mode from what is asked
    ("Spain urged Cuba to free the prisoners.", ["REQUEST yield ESP>CUB 2024-01-15"]),
    ("Mali appealed to France to send troops.", ["REQUEST assist MLI>FRA 2024-01-15"]),
    # said of another
    ("Chad accused Sudan of arming rebels.", ["ACCUSE allege TCD>SDN 2024-01-15"]),
    # charges that are denied were made, by whoever is told with them
    (
        "Chad denies Sudanese accusations that it arms the rebels.",
        ["REJECT change TCD>SDN 2024-01-15", "ACCUSE allege SDN>TCD 2024-01-15"],
    ),
    ("Chad and Sudan traded accusations.", ["ACCUSE allege SDN+TCD>SDN+TCD 2024-01-15"]),
    (
        "Gabon expelled two Omani envoys accused of spying.",
        ["SANCTION expel GAB>OMN 2024-01-15", "ACCUSE allege GAB>OMN 2024-01-15"],
    ),
    # all who speak, whoever is quoted, and whom they speak to
    (
        "Norway and Chile said Belarus must release the students.",
        ["REQUEST yield CHL+NOR>BLR 2024-01-15"],
    ),
    (
        "The paper quoted Ecuador's minister as demanding an apology from Peru.",
        ["REQUEST yield ECU>PER 2024-01-15"],
    ),
    (
        "The Afghan president told NATO troops that they must stop raids on houses.",
        ["REQUEST yield AFG>NATO 2024-01-15"],
    ),
    (
        "The Danish minister said talks cannot resume unless Belarus releases the students.",
        ["REQUEST yield DNK>BLR 2024-01-15"],
    ),
    ("Norway called for Chad to reform its courts.", ["REQUEST change NOR>TCD 2024-01-15"]),
    (
        "Fiji demanded the release of the sailors in Tongan custody.",
        ["REQUEST yield FJI>TON 2024-01-15"],
    ),
    # who is thanked for it, did it
    (
        "The Dutch king thanked Ghana for sending doctors to Togo.",
        ["SUPPORT - NLD>GHA 2024-01-15", "AID - GHA>TGO 2024-01-15"],
    ),
    # mutual
    ("Panama and Chile signed a free trade agreement.", ["SUPPORT - CHL+PAN 2024-01-15"]),
]


@pytest.mark.parametrize(("text", "expected"), SENTENCES, ids=[s for s, _ in SENTENCES])
def test_sentence(coder: Coder, text: str, expected: list[str]) -> None:
    assert coded(coder, text) == expected


NOTHING = [
    "Canada did not impose sanctions on Belarus.",
    "If Canada imposes sanctions on Belarus, exports will fall.",
    "Canada could impose sanctions on Belarus.",
    "The Italian goalkeeper attacked the Swedish striker in the second half.",
    "A bakery in Tallinn has won a prize for its French bread.",
    "Two Brazilian scientists visited a museum.",
    # at home
    "The Peruvian president rejected demands for free bus passes.",
    "Ghana's finance minister denied the charges.",
    "The Chilean president apologised for the blackout.",
    "The Kenyan minister called for new schools.",
    # not asked of who is spoken of
    "The Danish minister said Belarus must know that Europe is strong.",
    "The Danish minister said Belarus must be stopped.",
    "Norway stopped short of condemning Chad.",
    # what only sounds like an act
    "Finland beat Norway to win the curling medal at the Olympics.",
    "Demand for Czech trams fell in Poland.",
    "Thousands of Somalis try to reach Yemen each year.",
    "Kenya has been working to end the fighting in Somalia.",
    "Neither Chad nor Sudan released the Libyan prisoners.",
    "The Jordanian general ordered his soldiers to leave the camp.",
    "Portugal launched its first satellite into orbit.",
    "Three Danish sailors died in attacks near Yemen.",
    "Rebels say that they will wait until Chad withdraws its soldiers from Libya.",
]


def test_what_hostile_men_do_is_not_to_come_with_what_is_planned_against_them(
    coder: Coder,
) -> None:
    text = "Israel decided to continue raids against Hamas militants firing rockets into Israel."
    assert "ASSAULT heavy-weapons HAMAS>ISR 2024-01-15" in coded(coder, text)


def test_a_condemnation_of_what_happened_abroad_needs_no_culprit(coder: Coder) -> None:
    text = "A bomb killed ten people in Nigeria on Sunday. The Irish premier condemned the attack."
    assert [e[:21] for e in coded(coder, text)] == ["ACCUSE disapprove IRL"]


@pytest.mark.parametrize("text", NOTHING)
def test_no_act(coder: Coder, text: str) -> None:
    assert coded(coder, text) == []


def test_the_issuing_body_speaks_in_the_first_person(coder: Coder) -> None:
    text = "I condemn the attack by Hamas on Israel. We urge Iran to release the sailors."
    told = coded(coder, text, source="UK Government")
    assert "ACCUSE disapprove GBR>HAMAS 2024-01-15" in told
    assert "REQUEST yield GBR>IRN 2024-01-15" in told


def test_a_match_report_tells_of_no_diplomacy(coder: Coder) -> None:
    report = (
        "France meet Germany in the quarter-final on Tuesday. Brazil struck first against Spain: "
        "the striker beat the goalkeeper from the penalty spot before half-time. Spain protested "
        "to the referee, and their coach was sent off. In the second half a substitute headed the "
        "ball into the goal. The captain of Spain accused Brazil of playing for a draw."
    )
    boycott = (
        "Canada summoned the ambassador of Belarus on Monday over the arrest of a football coach. "
        "The foreign minister of Canada said the tournament in Minsk should be boycotted."
    )
    assert coder.code_one(Article("match", report)) == ()
    assert {event.type for event in coder.code_one(Article("boycott", boycott))} >= {"ACCUSE"}


def test_the_outlet_decides_where_it_is_official(coder: Coder) -> None:
    text = "We condemn the raid by Chad."
    assert coded(coder, text, official=True, country="SDN") == [
        "ACCUSE disapprove SDN>TCD 2024-01-15"
    ]
    assert coded(coder, text) == []


def test_a_dateline_is_no_subject(coder: Coder) -> None:
    text = "DOHA, Jan 15 (Agency) - Kenya and Uganda signed an agreement on Sunday."
    assert coded(coder, text) == ["SUPPORT - KEN+UGA 2024-01-14"]


def test_one_act_is_one_event_however_often_it_is_told(coder: Coder) -> None:
    text = (
        "Brazil recalled its ambassador to Bolivia on Friday.\n\n"
        "Brazil has recalled its ambassador to Bolivia, the foreign ministry said."
    )
    (event,) = coder.code_one(Article(id="x", text=text, published=DAY))
    assert line(event) == "SANCTION withdraw BRA>BOL 2024-01-12"
    assert len(event.evidence) == 2


def test_background_keeps_its_own_date(coder: Coder) -> None:
    text = "Norway visited nobody. Iraq invaded Kuwait in 1990."
    (event,) = coder.code_one(Article(id="x", text=text, published=DAY))
    assert (line(event), event.historical) == ("ASSAULT - IRQ>KWT 1990", True)


def test_evidence_is_exact_in_every_event(coder: Coder) -> None:
    articles = _own()
    for article, events in zip(articles, coder.code(articles), strict=True):
        for event in events:
            assert event.evidence
            for proof in event.evidence:
                assert article.text[proof.start : proof.end] == proof.quote
            assert 0 < event.confidence < 1
            assert event.rule


def test_articles_are_independent_and_in_order(coder: Coder) -> None:
    articles = _own()
    together = coder.code(articles)
    assert together == [coder.code_one(a) for a in articles]
    assert together == coder.code(articles)


def test_a_failing_article_harms_no_other(coder: Coder) -> None:
    good = Article(id="good", text="Canada imposed sanctions on Belarus.", published=DAY)
    bad = Article(id="bad", text="Chad accused Sudan.", published="not a day")  # type: ignore[arg-type]
    first, failed, last = coder.code_each([good, bad, good])
    assert isinstance(failed, Exception)
    assert first == last
    assert first


def test_empty_and_odd_texts(coder: Coder) -> None:
    texts = ["", " \n\n", "…", "€" * 50, "a " * 400, "“", "Iran.", "In 2014\n\nChad"]
    assert coder.code([Article(id=str(n), text=t) for n, t in enumerate(texts)]) == [()] * 8


@pytest.mark.skipif(not GOLD.is_dir(), reason="the gold documents (../shared/gold) are not here")
def test_the_seed_article_is_coded_whole(tmp_path: Path) -> None:
    result = _scored("seed", tmp_path)
    assert result["type"] == {"p": 1.0, "r": 1.0, "f1": 1.0, "tp": 3, "fp": 0, "fn": 0}


@pytest.mark.slow
@pytest.mark.skipif(not GOLD.is_dir(), reason="the gold documents (../shared/gold) are not here")
def test_dev_documents_do_not_get_worse(tmp_path: Path) -> None:
    result = _scored("dev", tmp_path)
    assert result["type"]["f1"] >= 0.53
    assert result["pair"]["f1"] >= 0.61


def _own() -> list[Article]:
    path = ROOT / "tests" / "data" / "own_articles.jsonl"
    documents = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [
        Article(
            id=d["doc_id"],
            text=d["text"],
            title=d["title"],
            source=d["source"],
            published=date.fromisoformat(d["published"]),
        )
        for d in documents
    ]


def _scored(name: str, folder: Path) -> dict:
    command = [sys.executable, "benchmarks/score_gold.py", name, "--write", str(folder)]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env=_environment())
    score = [sys.executable, str(GOLD / "score.py"), str(GOLD / f"{name}.jsonl")]
    done = subprocess.run(
        [*score, str(folder / f"{name}.pred.jsonl")], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}
