"""Which part of a party acts: from the words of the text to the message."""

from __future__ import annotations

from datetime import date

import pytest

from worker import wiring
from worker.events.extract import Coder
from worker.events.parties.sectors import sector, words
from worker.exports.table import sectors
from worker.model import Article, Report
from worker.settings import load
from worker.stream.contract import Versions
from worker.stream.message import asked


@pytest.mark.parametrize(
    ("phrase", "part"),
    [
        ("foreign ministry spokesman", "government"),
        ("spokesman for the army", "military"),
        ("President of the Supreme Court", "judiciary"),
        ("president", "government"),
        ("opposition leader", "opposition"),
        ("intelligence officials", "intelligence"),
        ("Minister of Justice", "government"),
        ("coast guard ships", "police"),
        ("lawmakers", "parliament"),
        ("policemen", "police"),
        ("Attorney General", "government"),
        ("fishermen", "civilians"),
        ("counterpart", "government"),
        ("exports", None),
        ("Secretary-General", None),
        ("", None),
    ],
)
def test_a_phrase_is_read_from_its_head(phrase: str, part: str | None) -> None:
    assert sector(phrase, "state") == part


def test_a_capital_stands_for_the_government() -> None:
    assert sector("", "state", "capital") == "government"


def test_a_group_has_no_government_and_its_fighters_are_rebels() -> None:
    assert sector("spokesman", "group") is None
    assert sector("troops", "group") == "rebels"
    assert sector("peacekeepers", "igo") == "military"
    assert sector("Security Council", "igo") is None


@pytest.fixture(scope="module")
def coder() -> Coder:
    return wiring.coder(load())


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "Kenyan troops attacked a village in Somalia on Friday.",
            {"KEN": "military", "SOM": None},
        ),
        (
            "The Kenyan parliament condemned Oman on Friday.",
            {"KEN": "parliament", "OMN": None},
        ),
        (
            "A spokesman for the Norwegian foreign ministry condemned Oman on Friday.",
            {"NOR": "government", "OMN": None},
        ),
        (
            "Kenya's foreign minister met the Omani army chief on Friday.",
            {"KEN": "government", "OMN": "military"},
        ),
        ("The People's Republic of China condemned Oman on Friday.", {"CHN": None, "OMN": None}),
    ],
)
def test_the_message_tells_the_part_that_the_words_name(
    coder: Coder, text: str, parts: dict[str, str | None]
) -> None:
    article = Article(id="1", text=text, published=date(2026, 3, 7))
    event, *_ = coder.code_one(article)
    versions = Versions(coder="1", model="1", guide="1")
    body = "".join(asked(Report(article, event), "{}", versions, 3)["body"])
    for code, part in parts.items():
        party = body.partition(f'"code":"{code}"')[2].partition('"code"')[0]
        assert party
        assert (f'"sector":"{part}"' in party) if part else ("sector" not in party)


def test_every_sector_has_a_code_of_cameo() -> None:
    assert set(words().strong.values()) - {"-"} == set(sectors())
