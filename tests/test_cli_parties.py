"""`demarche parties`: what a name can mean, as a person meets it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from worker import cli

TABLES = Path(__file__).parents[1] / "worker" / "events" / "gazetteer"


def parties(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, ["parties", *arguments])


@pytest.mark.parametrize(
    ("arguments", "first"),
    [
        (
            ["President Bush", "--on", "1991-01-16"],
            "USA  United States  George H. W. Bush, President",
        ),
        (["President Bush", "--on", "2003-03-19"], "USA  United States  George W. Bush, President"),
        (["Quai d'Orsay"], "FRA  France"),
        (["Sukhumi"], "ABKHAZIA  Abkhazia"),
        (["ECOWAS"], "ECOWAS  ECOWAS"),
    ],
)
def test_the_likeliest_comes_first(arguments: list[str], first: str) -> None:
    done = parties(*arguments)
    assert done.exit_code == 0
    assert done.stdout.startswith(first)


def test_every_candidate_has_its_line_and_dates_and_why() -> None:
    lines = parties("Clinton", "--on", "2010-05-01").stdout.splitlines()
    assert re.search(r"Hillary Clinton.* 2009-01-21 to 2013-02-01  held office then", lines[0])
    assert any(
        "Bill Clinton, President" in line and "held office earlier" in line for line in lines
    )
    for line in lines:
        name, number = line.split()[-1].split(":")
        told = (TABLES / name).read_text("utf-8").splitlines()[int(number) - 1]
        assert told.partition("\t")[0] in line


def test_columns_stand_below_each_other() -> None:
    lines = parties("Foreign Secretary").stdout.splitlines()
    assert len(lines) > 3
    assert len({line.index("ambiguous") for line in lines}) == 1


def test_an_office_that_lasts_has_no_end() -> None:
    assert "since 2014-05-26" in parties("Narendra Modi").stdout


def test_who_is_unknown_is_one_sentence() -> None:
    done = parties("Xyzzy")
    assert done.exit_code == 0
    assert done.stdout == "No party or person of the gazetteer is called 'Xyzzy'.\n"


def test_control_characters_of_a_name_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in parties("\x1b[2JXyzzy").stdout


def test_a_day_that_is_none_is_one_sentence() -> None:
    done = parties("Clinton", "--on", "yesterday")
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr == "demarche: --on is 'yesterday', which is not a date like 2024-01-15.\n"
