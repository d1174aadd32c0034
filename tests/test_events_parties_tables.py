"""The gazetteer's data files: consistent among themselves, complete, and built again alike."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from worker.errors import ConfigError
from worker.events.parties import Gazetteer, tables
from worker.events.parties.people import FOREIGN, LEADER, read_people
from worker.events.parties.tables import read_rows, read_tables

ROOT = Path(__file__).parents[1]
FACTS = ROOT.parent / "shared" / "facts"
PERSONS = [row for file in ("leaders", "persons") for row in read_rows(file)]
DAY = re.compile(r"(\d{4}(-\d\d(-\d\d)?)?\??)?")
IN_2025 = date(2025, 1, 20)


def test_every_code_has_a_party() -> None:
    parties = read_tables().parties
    for file in ("institutions", "ambiguous", "leaders", "persons"):
        for source, row in read_rows(file):
            codes = set(row["code"].split("+")) - {"", "-"}
            assert codes <= parties.keys(), source


def test_terms_are_dates_in_order() -> None:
    for source, row in PERSONS:
        assert DAY.fullmatch(row["from"]), source
        assert DAY.fullmatch(row["to"]), source
        if row["from"] and row["to"]:
            assert row["from"].rstrip("?")[:4] <= row["to"].rstrip("?")[:4], source


def test_no_term_is_told_twice() -> None:
    cells = Counter((r["name"], r["code"], r["office"], r["from"]) for _, r in PERSONS)
    assert [term for term, times in cells.items() if times > 1] == []


def test_short_forms_are_words_of_the_name() -> None:
    tables = read_tables()
    for source, row in PERSONS:
        names = {w for n in (row["name"], *row["aliases"].split("|")) for w in tables.name_key(n)}
        assert set(tables.name_key(row["short"])) <= names | {"farmajo", "prachanda"}, source


def test_there_are_thousands_of_persons() -> None:
    assert len(read_people()) > 14_000


def test_a_short_form_leads_to_its_person() -> None:
    people = read_people()
    for _, row in PERSONS[::97]:
        if row["short"]:
            key = people.tables.key(row["short"])
            found = {people.tables.key(p.name) for p in people.short(key)}
            assert people.tables.key(row["name"]) in found


@pytest.mark.parametrize(("rank", "least"), [(LEADER, 190), (FOREIGN, 175)])
def test_states_have_their_office_holders_of_2025(rank: int, least: int) -> None:
    held = {
        row["code"]
        for _, row in PERSONS
        if row["rank"] == str(rank) and (row["from"] or "0") <= "2025-01-20" <= (row["to"] or "9")
    }
    states = {row["code"] for _, row in read_rows("states")}
    assert len(states & held) >= least, sorted(states - held)


def test_every_name_of_a_table_can_be_looked_up() -> None:
    gazetteer = Gazetteer.load()
    for file in ("states", "organisations", "groups"):
        for source, row in read_rows(file):
            found = gazetteer.lookup(row["name"], IN_2025)
            assert row["code"] in {r.code for r in found}, source


def test_a_broken_line_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_read", lambda _: "a\tb\n1\t2\n1\n")
    with pytest.raises(ConfigError, match=r"titles\.tsv, line 3: 1 columns instead of 2\."):
        list(read_rows("titles"))


@pytest.mark.skipif(not FACTS.exists(), reason="the sources, ../shared/facts, are not here")
def test_persons_are_built_from_their_sources_byte_for_byte(tmp_path: Path) -> None:
    out = tmp_path / "persons.tsv"
    script = ROOT / "training" / "gazetteer" / "build_persons.py"
    subprocess.run([sys.executable, script, FACTS, out], check=True, capture_output=True)
    assert out.read_bytes() == (ROOT / "worker/events/gazetteer/persons.tsv").read_bytes()
