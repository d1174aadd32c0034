"""`demarche tail`, `export` and `replay`: over what the service really publishes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from tests import stream
from worker.cli import main
from worker.exports import table
from worker.settings import load
from worker.stream.consume import Unreadable
from worker.stream.lines import from_line, to_line
from worker.stream.read import Reader

Demarche = Callable[..., Result]


@pytest.fixture
def demarche(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Demarche:
    monkeypatch.setenv("DEMARCHE_REDIS_URL", redis_url)
    return lambda *words: CliRunner().invoke(main, list(words))


@pytest.fixture
def published(redis_url: str) -> str:
    stream.publish(redis_url, stream.TALKS, stream.REBUKE, stream.PACT)
    stream.publish(redis_url, stream.TALKS, outlet="Other", number=2)
    return redis_url


def tail(demarche: Demarche, *words: str) -> str:
    done = demarche("tail", "--end", "--from", "0", *words)
    assert done.exit_code == 0, done.stderr
    return done.stdout


def told(demarche: Demarche, *words: str) -> list[str]:
    """Type and revision of each message that passes."""
    lines = tail(demarche, "--format", "jsonl", *words).splitlines()
    data = [json.loads(line)["data"] for line in lines]
    return [f"{one['type']} {one['revision']}" for one in data]


def test_a_person_reads_who_did_what(demarche, published) -> None:
    shown = tail(demarche)
    assert "2024-01-15  CONSULT (visit)  Chile → Norway\n" in shown
    assert "[updated: corroborated]" in shown
    assert "published: https://1.example/" in tail(demarche, "--stream", "articles")


@pytest.mark.parametrize(
    ("words", "passing"),
    [
        ([], ["CONSULT 1", "ACCUSE 1", "AGREE 1", "CONSULT 2"]),
        (["--party", "lva"], ["ACCUSE 1", "AGREE 1"]),
        (["--party", "BLR", "--party", "CHL"], ["CONSULT 1", "ACCUSE 1", "CONSULT 2"]),
        (["--pair", "NOR,LVA"], ["AGREE 1"]),
        (["--pair", "NOR,CHL"], ["CONSULT 1", "CONSULT 2"]),
        (["--pair", "CHL>NOR"], ["CONSULT 1", "CONSULT 2"]),
        (["--pair", "NOR>CHL"], []),
        (["--type", "consult", "--type", "AGREE"], ["CONSULT 1", "AGREE 1", "CONSULT 2"]),
        (["--quad", "3"], ["ACCUSE 1"]),
        (["--confidence", "0.7"], ["CONSULT 1", "AGREE 1", "CONSULT 2"]),
        (["--independent", "2"], ["CONSULT 2"]),
        (["--no-historical"], ["CONSULT 1", "ACCUSE 1", "CONSULT 2"]),
        (["--type", "CONSULT", "--independent", "2"], ["CONSULT 2"]),
    ],
)
def test_only_what_is_asked_for_passes(demarche, published, words, passing) -> None:
    assert told(demarche, *words) == passing


def test_the_end_of_an_event_passes_by_its_type_and_parties(demarche, published) -> None:
    stream.withdraw(published)
    words = ("--party", "LVA", "--confidence", "0.5", "--independent", "1")
    assert {"ACCUSE 2", "AGREE 2"} < set(told(demarche, *words))
    assert told(demarche, "--party", "BLR", "--type", "CONSULT") == []
    assert "2024-01     ACCUSE (disapprove)  LVA → BLR  [retracted: withdrawn]" in tail(demarche)
    rows = list(csv.DictReader(io.StringIO(tail(demarche, "--format", "csv"))))
    ends = [(row["type"], row["reasons"]) for row in rows if row["state"] == "retracted"]
    assert sorted(ends) == [("ACCUSE", "withdrawn"), ("AGREE", "withdrawn")]
    assert "retracted  " in tail(demarche, "--stream", "reports")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--pair", "NOR"], "'NOR' is not a pair"),
        (["--type", "MEET"], "MEET is not a PLOVER type: "),
        (["--stream", "articles", "--party", "NOR"], "parties, types … select events"),
    ],
)
def test_a_wrong_filter_is_one_sentence(demarche, words, said) -> None:
    done = demarche("tail", *words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_csv_has_a_header_and_a_row_a_message(demarche, published) -> None:
    rows = list(csv.DictReader(io.StringIO(tail(demarche, "--format", "csv"))))
    assert list(rows[0]) == [column.name for column in table.columns("events")]
    first, last = rows[0], rows[-1]
    assert (first["type"], first["actors"], first["recipients"]) == ("CONSULT", "CHL", "NOR")
    assert (first["date"], first["historical"], first["confidence"]) == (
        "2024-01-15", "false", "0.8",
    )  # fmt: skip
    assert (last["change"], last["independent"], last["outlet"]) == ("updated", "2", "Other")
    assert rows[2]["actors"] == "NOR LVA UN"
    assert rows[2]["recipients"] == ""


def test_fates_of_articles_have_columns_of_their_own(demarche, published) -> None:
    rows = list(
        csv.DictReader(io.StringIO(tail(demarche, "--format", "csv", "--stream", "articles")))
    )
    assert [row["fate"] for row in rows] == ["published", "published"]
    assert rows[0]["url"] == "https://1.example/"
    assert len(rows[0]["events"].split()) == 3


@pytest.mark.parametrize("name", ["events", "reports", "articles"])
def test_a_line_is_the_message_and_reads_back_to_the_letter(published, name) -> None:
    messages = list(Reader(published, load().prefix).until_now(name, "0"))
    assert messages
    for message in messages:
        line = to_line(message)
        cloud = json.loads(line)
        assert (cloud["entry"], cloud["specversion"]) == (message.entry, "1.0")
        assert "\n" not in line
        assert from_line(line) == message


@pytest.mark.parametrize("line", ["", "{", "[]", "{}", '{"entry": "1-1"}'])
def test_what_is_no_line_is_said_to_be_none(line) -> None:
    with pytest.raises(Unreadable):
        from_line(line)
