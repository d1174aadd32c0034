"""What other programs get: the newest state of each event, in forms that they know."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from redis import Redis

from tests import stream
from worker.cli import main
from worker.exports import gdelt, latest, table
from worker.service.keeper import Keeper
from worker.settings import load
from worker.stream.consume import read

pq = pytest.importorskip("pyarrow.parquet")

Demarche = Callable[..., Result]


@pytest.fixture
def demarche(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Demarche:
    """Runs a command over three events: one has a second revision, one was retracted."""
    monkeypatch.setenv("DEMARCHE_REDIS_URL", redis_url)
    stream.publish(redis_url, stream.TALKS, stream.PACT)
    stream.publish(redis_url, stream.REBUKE, number=3)
    stream.publish(redis_url, stream.TALKS, outlet="Other", number=2)
    stream.withdraw(redis_url, number=3)
    return lambda *words: CliRunner().invoke(main, list(words))


def export(demarche: Demarche, *words: str) -> str:
    done = demarche("export", *words)
    assert done.exit_code == 0, done.stderr
    return done.stdout


def told(text: str) -> list[tuple[str, int]]:
    data = [json.loads(line)["data"] for line in text.splitlines()]
    return [(one["type"], one["revision"]) for one in data]


def test_the_newest_state_of_each_event_that_stands(demarche) -> None:
    assert told(export(demarche)) == [("AGREE", 1), ("CONSULT", 2)]
    assert "2 written" in demarche("export").stderr


def test_or_every_revision(demarche) -> None:
    assert told(export(demarche, "--all")) == [
        ("CONSULT", 1), ("AGREE", 1), ("ACCUSE", 1), ("CONSULT", 2), ("ACCUSE", 2),
    ]  # fmt: skip


def test_filters_look_at_the_newest_state(demarche) -> None:
    assert told(export(demarche, "--independent", "2")) == [("CONSULT", 2)]
    assert told(export(demarche, "--party", "LVA")) == [("AGREE", 1)]


def test_reports_and_articles_are_written_one_by_one(demarche) -> None:
    assert len(export(demarche, "--stream", "reports").splitlines()) == 5
    rows = list(
        csv.DictReader(io.StringIO(export(demarche, "--stream", "articles", "--format", "csv")))
    )
    assert [row["fate"] for row in rows] == ["published", "published", "published", ""]


def test_a_redelivered_old_state_does_not_win() -> None:
    messages = [
        read(f"{n}-0", stream.fields(f"m{n}", "e", revision))
        for n, revision in ((1, 1), (2, 3), (3, 2))
    ]
    assert [message.revision for message in latest.latest(lambda: messages)] == [3]


def test_csv_into_a_file_that_appears_whole(demarche, tmp_path: Path) -> None:
    out = tmp_path / "events.csv"
    assert export(demarche, "--format", "csv", "--out", str(out)) == ""
    rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8"))))
    assert [row["actors"] for row in rows] == ["NOR LVA UN", "CHL"]
    assert list(tmp_path.iterdir()) == [out]


def test_parquet_has_a_file_a_day_with_typed_columns(demarche, tmp_path: Path, redis_url) -> None:
    client = Redis.from_url(redis_url, decode_responses=True)
    first = client.xrange("demarche:events", count=1)[0][1]
    client.rename("demarche:events", "old")
    for day in (0, 0, 1):
        client.xadd("demarche:events", first, id=f"{1_768_435_200_000 + day * 86_400_000}-*")
    export(demarche, "--format", "parquet", "--all", "--out", str(tmp_path))
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == [
        "events-2026-01-15.parquet", "events-2026-01-16.parquet",
    ]  # fmt: skip
    rows = pq.read_table(files[0]).to_pylist()
    assert len(rows) == 2
    assert (rows[0]["type"], rows[0]["quad"], rows[0]["historical"]) == ("CONSULT", 1, False)
    schema = pq.read_schema(files[0])
    assert schema.names == [column.name for column in table.columns("events")]
    assert schema.field("confidence").metadata[b"meaning"].startswith(b"probability")


def gdelt_rows(demarche: Demarche) -> list[dict[str, str]]:
    rows = [line.split("\t") for line in export(demarche, "--format", "gdelt").splitlines()]
    assert {len(row) for row in rows} == {61}
    return [dict(zip(gdelt.columns(), row, strict=True)) for row in rows]


def test_gdelt_has_a_row_for_each_two_parties(demarche) -> None:
    rows = gdelt_rows(demarche)
    pairs = [(row["Actor1Code"], row["Actor2Code"], row["EventRootCode"]) for row in rows]
    assert pairs[3] == ("CHL", "NOR", "04")
    assert pairs[:3] == [("NOR", "LVA", "03"), ("NOR", "UN", "03"), ("LVA", "UN", "03")]
    assert len({row["GLOBALEVENTID"] for row in rows}) == 4
    assert all(int(row["GLOBALEVENTID"]) < 2**63 for row in rows)
    assert gdelt_rows(demarche) == rows


def test_gdelt_pads_no_date_and_counts_independent_sources(demarche) -> None:
    pact, talks = gdelt_rows(demarche)[1], gdelt_rows(demarche)[3]
    assert (pact["SQLDATE"], pact["MonthYear"], pact["Year"]) == ("", "", "1999")
    assert (talks["SQLDATE"], talks["MonthYear"], talks["Year"]) == ("20240115", "202401", "2024")
    assert talks["FractionDate"] == f"{2024 + 45 / 365:.4f}"
    assert (talks["NumArticles"], talks["NumSources"]) == ("2", "2")
    assert (pact["Actor2KnownGroupCode"], pact["Actor2CountryCode"]) == ("UN", "")
    assert (pact["Actor2Type1Code"], pact["Actor1CountryCode"]) == ("IGO", "NOR")
    assert (pact["EventCode"], talks["EventCode"], talks["EventBaseCode"]) == ("030", "042", "042")
    assert talks["SOURCEURL"] == "https://2.example/"
    assert re.fullmatch(r"\d{14}", talks["DATEADDED"])


def test_what_is_said_never_to_be_filled_is_not_and_the_rest_may_be(demarche) -> None:
    with (Path(gdelt.__file__).parent / "gdelt.tsv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    rows = gdelt_rows(demarche)
    for line in lines:
        values = [row[line["column"]] for row in rows]
        if line["filled"] == "never":
            assert not any(values), line["column"]
        elif line["filled"] == "always":
            assert all(values), line["column"]


def test_plover_records_have_the_names_of_the_manual(demarche) -> None:
    pact, talks = map(json.loads, export(demarche, "--format", "plover").splitlines())
    assert talks["event"] == ["CONSULT"]
    assert talks["source"] == [{"code": "CHL", "identifer_text": "Chile"}]
    assert talks["recipient"] == [{"code": "NOR", "identifer_text": "Norway"}]
    assert (talks["date"], talks["mode"], talks["quad_code"]) == ("2024-01-15", "visit", 1)
    assert talks["cite_info"]["url"] == "https://2.example/"
    assert talks["event_text"] == ["Article 2 of Other. "]
    assert pact["date"] == "1999"
    assert "recipient" not in pact
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", pact["coded_date"])
    assert re.fullmatch(r"\d\d:\d\d:\d\dZ", pact["coded_time"])


class TestArchive:
    @pytest.fixture
    def folder(self, demarche, redis_url, tmp_path) -> str:
        with Keeper(load(data_dir=tmp_path)) as keeper:
            keeper.look()
        return str(tmp_path / "archive")

    @pytest.mark.parametrize("form", ["jsonl", "csv", "gdelt", "plover"])
    def test_gives_what_the_stream_gives(self, demarche, folder, form) -> None:
        from_stream = export(demarche, "--format", form)
        assert export(demarche, "--format", form, "--archive", folder) == from_stream

    def test_needs_no_redis(self, folder, monkeypatch) -> None:
        monkeypatch.setenv("DEMARCHE_REDIS_URL", "redis://127.0.0.1:1/0")
        done = CliRunner().invoke(main, ["export", "--archive", folder])
        assert len(done.stdout.splitlines()) == 2

    def test_is_replayed_to_the_letter(self, demarche, folder, redis_url) -> None:
        client = Redis.from_url(redis_url, decode_responses=True)
        before = client.xrange("demarche:events")
        done = demarche("replay", "--into", "trial", "--archive", folder)
        assert done.exit_code == 0, done.stderr
        assert done.stdout.startswith("5 messages on demarche:replay:trial")
        assert client.xrange("demarche:replay:trial") == before


def test_a_part_is_replayed_from_one_point_to_another(demarche, redis_url) -> None:
    client = Redis.from_url(redis_url, decode_responses=True)
    ids = [entry for entry, _ in client.xrange("demarche:events")]
    demarche("replay", "--into", "part", "--from", ids[0], "--to", ids[2])
    assert [entry for entry, _ in client.xrange("demarche:replay:part")] == ids[1:3]
    demarche("replay", "--into", "before", "--to", "2020-01-01")
    assert not client.exists("demarche:replay:before")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["export", "--format", "gdelt", "--stream", "articles"], "tells of events, not of"),
        (["export", "--format", "parquet"], "name a folder with --out"),
        (["export", "--archive", "/nowhere"], "is no folder of an archive"),
        (["export", "--from", "yesterday"], "neither an entry id"),
        (["export", "--out", "/nowhere/x"], "/nowhere/x cannot be written"),
        (["export", "--stream", "articles", "--quad", "1"], "select events"),
        (["replay", "--into", "a:b"], "is no name for a stream"),
        (["replay", "--into", "twice"], "exists already"),
    ],
)
def test_a_mistake_is_one_sentence(demarche, redis_url, words, said) -> None:
    Redis.from_url(redis_url).xadd("demarche:replay:twice", {"a": "b"})
    done = demarche(*words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
