"""`demarche officials`, as a person meets it; and whom `demarche parties` knows from articles."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result

from worker import cli
from worker.ledger.officials import Learning
from worker.ledger.officials.redis import RedisOfficials
from worker.model import Sighting

ONODERA = Sighting(
    "Haruka Onodera", "haruka onodera", "JPN", "Prime Minister", "head", 1, None, "Onodera"
)
BREKKVOLD = Sighting("Ola Brekkvold", "ola brekkvold", "NOR", "Envoy", "envoy", 5)
NOWHERE = "redis://127.0.0.1:1/0"

Demarche = Callable[..., Result]


@pytest.fixture
def demarche(redis_url: str) -> Demarche:
    def run(*arguments: str, url: str = redis_url) -> Result:
        return CliRunner().invoke(cli.main, arguments, env={"DEMARCHE_REDIS_URL": url})

    return run


@pytest.fixture
def say(redis_url: str) -> Callable[[Sighting, str], None]:
    store = RedisOfficials(redis_url, "demarche", Learning())

    def record(sighting: Sighting, outlets: str) -> None:
        for outlet in outlets:
            store.record([sighting], f"{outlet}.example", time.time())

    return record


def sentence(done: Result) -> str:
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    assert done.stderr.startswith("demarche: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_the_list_shows_who_is_learnt_and_all_of_them_if_asked(demarche: Demarche, say) -> None:
    say(ONODERA, "abc")
    say(BREKKVOLD, "ab")
    (line,) = demarche("officials", "list").stdout.splitlines()
    assert line.startswith("Haruka Onodera  JPN  Prime Minister  20")
    assert line.endswith("  3 outlets  learnt")
    lines = demarche("officials", "list", "--all").stdout.splitlines()
    assert [line.split("outlets")[1].strip() for line in lines] == [
        "learnt",
        "not yet: 1 more needed",
    ]


def test_an_empty_list_says_so(demarche: Demarche) -> None:
    assert demarche("officials", "list").stdout.startswith("Nobody is learnt; `demarche off")
    assert demarche("officials", "list", "--all").stdout.startswith("No article has named")


def test_who_is_accepted_is_learnt_from_one_outlet(demarche: Demarche, say) -> None:
    say(BREKKVOLD, "a")
    assert demarche("officials", "accept", "ola BREKKVOLD").stdout == (
        "Ola Brekkvold is accepted for NOR.\n"
    )
    assert demarche("officials", "list").stdout.endswith("  1 outlet  accepted\n")


def test_who_is_contested_needs_a_code(demarche: Demarche, say) -> None:
    say(ONODERA, "abc")
    say(replace(ONODERA, code="KOR"), "abc")
    assert demarche("officials", "list").stdout.startswith("Nobody is learnt")
    assert "contested: JPN or KOR" in demarche("officials", "list", "--all").stdout
    told = sentence(demarche("officials", "accept", "Haruka Onodera"))
    assert "is claimed for JPN and KOR: say which, with --code JPN." in told
    told = sentence(demarche("officials", "accept", "Haruka Onodera", "--code", "ITA"))
    assert "No article claims Haruka Onodera for 'ITA', only for JPN and KOR." in told
    assert demarche("officials", "accept", "Haruka Onodera", "--code", "JPN").exit_code == 0
    (line,) = (x for x in demarche("officials", "list").stdout.splitlines() if "JPN  Prime" in x)
    assert line.endswith("accepted")


def test_who_is_forgotten_comes_back_only_by_hand(demarche: Demarche, say) -> None:
    say(ONODERA, "abc")
    assert demarche("officials", "forget", "Haruka Onodera").stdout == (
        "Haruka Onodera is forgotten, and will not be learnt again.\n"
    )
    say(ONODERA, "abc")
    assert demarche("officials", "list").stdout.startswith("Nobody is learnt")
    assert demarche("officials", "list", "--all").stdout.endswith("forgotten\n")
    assert demarche("officials", "accept", "Haruka Onodera").stdout == (
        "Haruka Onodera may be learnt again.\n"
    )
    say(ONODERA, "abc")
    assert demarche("officials", "list").stdout.endswith("learnt\n")


@pytest.mark.parametrize("command", ["accept", "forget"])
def test_of_several_names_one_wrong_one_stops_all(demarche: Demarche, say, command: str) -> None:
    say(ONODERA, "abc")
    told = sentence(demarche("officials", command, "Haruka Onodera", "Onodera"))
    assert told == (
        "demarche: No article names an office holder 'Onodera'; do you mean 'Haruka Onodera'?\n"
    )
    told = sentence(demarche("officials", command, "Xyzzy"))
    assert "'Xyzzy'; `demarche officials list --all` shows whom articles name." in told
    assert demarche("officials", "list").stdout.endswith("learnt\n")


def test_the_export_is_a_table_of_the_gazetteer(demarche: Demarche, say) -> None:
    say(ONODERA, "abc")
    header, line = demarche("officials", "export").stdout.splitlines()
    assert header == "name\tcode\toffice\trank\tfrom\tto\tshort\taliases"
    cells = dict(zip(header.split("\t"), line.split("\t"), strict=True))
    assert (cells["name"], cells["code"], cells["rank"]) == ("Haruka Onodera", "JPN", "1")
    assert (cells["short"], cells["from"][-1]) == ("Onodera", "?")


def test_a_redis_that_is_not_there_is_one_sentence(demarche: Demarche) -> None:
    for words in (["list"], ["export"], ["accept", "X"], ["forget", "X"]):
        assert "cannot be reached" in sentence(demarche("officials", *words, url=NOWHERE))


def test_a_page_cannot_write_on_the_terminal(demarche: Demarche, say) -> None:
    say(replace(ONODERA, name="Haruka \x1b[2JOnodera", office="\x1b[31mEnvoy"), "abc")
    for words in (["officials", "list"], ["parties", "Haruka Onodera"]):
        assert "\x1b" not in demarche(*words).stdout


def test_parties_shows_who_was_learnt_and_from_whom(demarche: Demarche, say) -> None:
    say(ONODERA, "abc")
    for name in ("Haruka Onodera", "Onodera", "Prime Minister Onodera"):
        lines = demarche("parties", name).stdout.splitlines()
        (line,) = (line for line in lines if "Haruka" in line)  # beside others of the surname
        assert line.startswith("JPN  Japan  Haruka Onodera, Prime Minister ")
        assert line.endswith(": a.example, b.example, c.example")
        assert "learnt from 3 outlets, 20" in line


def test_parties_needs_no_redis(demarche: Demarche) -> None:
    done = demarche("parties", "Narendra Modi", url=NOWHERE)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "since 2014-05-26" in done.stdout
