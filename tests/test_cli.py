"""The command line as a person meets it: what comes out, where, and with which exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
STORY = (
    "OSLO, January 15 - Norwegian Foreign Minister Ingrid Solheim met her Chilean counterpart in "
    "Oslo on Monday.\n"
)


def demarche(
    *arguments: str, stdin: bytes = b"", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command as a person would, and give back what they would see."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("DEMARCHE_")}
    done = subprocess.run(
        [sys.executable, "-m", "worker.cli", *arguments],
        input=stdin,
        capture_output=True,
        cwd=ROOT,
        env={**clean, **environment},
        timeout=100,
        check=False,
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


def assert_one_sentence(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("demarche: ")
    for word in words:
        assert word in done.stderr


@pytest.fixture
def story(tmp_path: Path) -> Path:
    file = tmp_path / "story.txt"
    file.write_text(STORY, "utf-8")
    return file


def test_a_text_is_coded_for_a_person(story: Path) -> None:
    done = demarche("code", str(story), "--published", "2024-01-16")
    assert (done.returncode, done.stderr) == (0, "")
    head, quote = done.stdout.splitlines()[:2]
    assert head.startswith("2024-01-15  CONSULT")
    assert "Norway" in head
    assert "Chile" in head
    assert "met her Chilean counterpart" in quote


def test_a_text_comes_from_standard_input(story: Path) -> None:
    from_file = demarche("code", str(story))
    from_input = demarche("code", "-", stdin=STORY.encode())
    assert from_input.stdout == from_file.stdout != ""


def test_a_text_without_events_says_so() -> None:
    done = demarche("code", "-", stdin=b"It rained in the valley all day.\n")
    assert (done.returncode, done.stdout) == (0, "No diplomatic event was found.\n")


def test_documents_are_coded_line_by_line_in_order() -> None:
    documents = [
        {"doc_id": "b", "published": "2024-01-16", "source": "Wire", "title": None, "text": STORY},
        {"doc_id": "a", "published": None, "text": "Nothing happened."},
    ]
    lines = "".join(json.dumps(document) + "\n" for document in documents)
    done = demarche("code", "--jsonl", "-", stdin=lines.encode())
    coded = [json.loads(line) for line in done.stdout.splitlines()]
    assert [document["doc_id"] for document in coded] == ["b", "a"]
    assert coded[1]["events"] == []
    event = coded[0]["events"][0]
    assert (event["type"], event["date"]) == ("CONSULT", "2024-01-15")
    assert {*event["actors"], *event["recipients"]} == {"NOR", "CHL"}
    for span in event["spans"]:
        assert STORY[span["start"] : span["end"]] == span["quote"]


def test_a_text_is_explained_to_a_person(story: Path) -> None:
    done = demarche("code", str(story), "--published", "2024-01-16", "--explain")
    assert (done.returncode, done.stderr) == (0, "")
    steps = [line.split()[0] for line in done.stdout.splitlines()]
    assert steps[2:7] == ["told", "rule", "actor", "recipient", "date"]
    assert "lexicon/consult.tsv:" in done.stdout
    assert "gazetteer/states.tsv:" in done.stdout
    assert "counted from 2024-01-16 (published)" in done.stdout


def test_an_address_dates_a_document_without_a_day() -> None:
    address = "https://www.example.org/2015/10/talks.html"
    line = json.dumps({"doc_id": "b", "url": address, "text": STORY}).encode()
    done = demarche("code", "--jsonl", "--explain", "-", stdin=line)
    event = json.loads(done.stdout)["events"][0]
    assert event["date"] == "2015-10"
    assert event["accounts"][0]["counted_from"] == "2015-10 (address)"


def test_accounts_stand_in_the_json_where_they_are_asked_for() -> None:
    line = json.dumps({"doc_id": "b", "published": "2024-01-16", "text": STORY}).encode()
    plain, explained = (
        json.loads(demarche("code", "--jsonl", "-", *more, stdin=line).stdout)["events"][0]
        for more in ([], ["--explain"])
    )
    (account, *_) = explained.pop("accounts")
    assert plain == explained
    assert account["evidence"] == plain["spans"][0]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{not json}", ("line 2 of standard input", "not JSON")),
        ('["a"]', ("line 2", "not an object")),
        ('{"text": "x"}', ("line 2", '"doc_id"')),
        ('{"doc_id": "x", "text": 5}', ("line 2", '"text"')),
        ('{"doc_id": "x", "text": "", "published": "soon"}', ("line 2", "'soon'", "2024-01-15")),
    ],
)
def test_a_wrong_line_is_one_sentence(line: str, words: tuple[str, ...]) -> None:
    stdin = f'{{"doc_id": "a", "text": ""}}\n{line}\n'.encode()
    assert_one_sentence(demarche("code", "--jsonl", "-", stdin=stdin), *words)


PAIR = {
    "id": "a",
    "text": "Peru condemned the raid by Chad",
    "source_span": [0, 4],
    "target_span": [27, 31],
}


def test_pairs_are_related_line_by_line_in_order() -> None:
    other = {**PAIR, "id": 7, "text": "Peru\u2028applauded the help of Chad"}
    lines = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in (PAIR, other, PAIR))
    done = demarche("relate", stdin=lines.encode())
    assert (done.returncode, done.stderr) == (0, "")
    first, second, third = (json.loads(line) for line in done.stdout.splitlines())
    assert (first["id"], first["type"], second["id"]) == ("a", "ACCUSE", 7)
    assert first == third
    assert len(first["probabilities"]) == 16
    assert sum(first["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert first["type"] == max(first["probabilities"], key=first["probabilities"].get)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{not json}", ("not JSON",)),
        ("[1]", ("not an object",)),
        ("[" * 100_000, ("line 2",)),
        (json.dumps({**PAIR, "id": None}), ('"id"',)),
        (json.dumps({**PAIR, "text": 5}), ('"text"',)),
        (json.dumps({**PAIR, "text": "\ud800" * 40}), ("surrogate",)),
        (json.dumps({**PAIR, "text": "x" * 30_000}), ('"text"', "30000")),
        (json.dumps({**PAIR, "source_span": [0, 4.0]}), ('"source_span"', "whole numbers")),
        (json.dumps({**PAIR, "source_span": [True, 4]}), ('"source_span"', "whole numbers")),
        (json.dumps({**PAIR, "target_span": [27, 32]}), ('"target_span"', "[27, 32]", "31")),
        (json.dumps({**PAIR, "target_span": [4, 4]}), ('"target_span"', "[4, 4]")),
        (json.dumps({**PAIR, "target_span": [-3, 2]}), ('"target_span"', "[-3, 2]")),
        (json.dumps({**PAIR, "target_span": [4, 5]}), ('"target_span"', "nothing but space")),
    ],
    ids=lambda value: value[:60] if isinstance(value, str) else "",
)
def test_a_line_that_is_no_pair_is_named_and_the_others_go_on(
    line: str, words: tuple[str, ...]
) -> None:
    good = json.dumps(PAIR)
    done = demarche("relate", "-", stdin=f"{good}\n{line}\n\n{good}\n".encode())
    assert done.returncode == 1
    assert [json.loads(shown)["id"] for shown in done.stdout.splitlines()] == ["a", "a"]
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("demarche: ")
    for word in ("line 2 of standard input", *words):
        assert word in done.stderr


def test_no_pairs_are_no_mistake() -> None:
    done = demarche("relate", stdin=b"\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_text_that_is_not_utf8_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "latin.txt"
    file.write_bytes("Le ministre a été reçu à Genève".encode("latin-1"))
    assert_one_sentence(demarche("code", str(file)), "latin.txt", "not UTF-8")


def test_a_missing_file_is_one_sentence() -> None:
    assert_one_sentence(demarche("code", "nowhere.txt"), "nowhere.txt", "No such file")


def test_a_wrong_date_is_one_sentence(story: Path) -> None:
    assert_one_sentence(demarche("code", str(story), "--published", "soon"), "--published", "soon")


def test_an_unknown_setting_value_is_one_sentence() -> None:
    done = demarche("code", "-", DEMARCHE_LOG_LEVEL="loud")
    assert_one_sentence(done, "DEMARCHE_LOG_LEVEL=loud")


def test_an_unknown_model_is_one_sentence(story: Path) -> None:
    done = demarche("code", str(story), DEMARCHE_SPACY_MODEL="en_core_web_nowhere")
    assert_one_sentence(done, "en_core_web_nowhere")


@pytest.mark.parametrize("role", ["scheduler", "fetcher", "extractor", "keeper", "flower"])
def test_every_process_checks_its_settings_first(role: str) -> None:
    assert_one_sentence(demarche(role, DEMARCHE_REDIS_PORT="x"), "DEMARCHE_REDIS_PORT=x")


def test_a_redis_that_is_not_there_is_one_sentence() -> None:
    done = demarche("tail", "--end", DEMARCHE_REDIS_URL="redis://127.0.0.1:1/0")
    assert_one_sentence(done, "127.0.0.1:1", "cannot be reached")


def test_the_stream_is_printed_from_its_beginning(redis_url: str) -> None:
    done = demarche("tail", "--end", "--from", "0", DEMARCHE_REDIS_URL=redis_url)
    assert (done.returncode, done.stdout) == (0, "")


def test_settings_are_listed_with_their_meaning() -> None:
    done = demarche("settings", DEMARCHE_REDIS_URL="redis://:secret@h/0")
    assert done.returncode == 0
    assert "DEMARCHE_REDIS_URL=redis://:***@h/0" in done.stdout
    assert "secret" not in done.stdout


def test_help_is_quick_and_names_every_command() -> None:
    done = demarche("--help")
    for command in (
        "run",
        "serve",
        "code",
        "relate",
        "tail",
        "settings",
        "health",
        "fetcher",
        "extractor",
    ):
        assert f"\n  {command} " in done.stdout
