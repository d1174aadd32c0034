"""The documents for machines: up to date, valid, and true of what is published."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from redis import Redis

from tests import contract, reports
from worker.stream.schema import FIELDS, MESSAGES, STREAMS, VERSION, documents, message_schema

ROOT = Path(__file__).parents[1]
DOCUMENTS = ROOT / "docs" / "contract"
CHECK = Path(__file__).parent / "asyncapi"


@pytest.fixture(scope="module")
def published(redis_server: str) -> list[dict[str, str]]:
    """Entries of reports and events as the tests' outlets tell them, with some taken back."""
    told = reports.load()
    reports.joined(redis_server, told, "contract")
    one = reports.publisher(redis_server, "contract")
    for report in told[::5]:
        one.republish(report.article, [], reason="withdrawn")
    client = Redis.from_url(redis_server, decode_responses=True)
    return [f for s in STREAMS for _, f in client.xrange(f"contract:{s}")]


def test_the_documents_are_those_of_the_models() -> None:
    """Else: make contract."""
    assert {path.name: path.read_text("utf-8") for path in DOCUMENTS.iterdir()} == documents()


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(message_schema())


def test_whatever_is_published_keeps_the_contract(published: list[dict[str, str]]) -> None:
    for fields in published[::3]:
        contract.check_entry(fields)
    kinds = {fields["type"] for fields in published}
    assert kinds >= {
        f"demarche.{kind}"
        for kind in (
            "event.created", "event.updated", "event.retracted", "report.created",
            "report.retracted", "article.published", "article.revised",
        )
    }  # fmt: skip


def test_a_message_of_another_kind_breaks_it(published: list[dict[str, str]]) -> None:
    validator = Draft202012Validator(message_schema())
    document = json.loads(published[0]["data"])
    validator.validate(document)
    for change in ({"type": "demarche.event.exploded"}, {"data": {}}, {"id": ""}):
        assert not validator.is_valid({**document, **change})
    for member, wrong in (("revision", 0), ("parties", None), ("evidence", "all of it")):
        data = {**document["data"], member: wrong}
        assert not validator.is_valid({**document, "data": data})


def test_readers_must_bear_members_that_are_new(published: list[dict[str, str]]) -> None:
    document: dict[str, Any] = json.loads(published[0]["data"])
    document["data"]["weather"] = "fair"
    document["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    assert Draft202012Validator(message_schema()).is_valid(document)


def test_messages_are_small(published: list[dict[str, str]]) -> None:
    """At most 3 kB on the average; that of real articles is told in docs/stream.md."""
    sizes = [sum(len(k) + len(v.encode()) for k, v in f.items()) for f in published]
    assert sum(sizes) / len(sizes) <= 3_000


def test_every_member_is_told_in_the_contract() -> None:
    page = (ROOT / "docs" / "stream.md").read_text("utf-8")
    told = {word for code in re.findall(r"`([^`]+)`", page) for word in re.findall(r"\w+", code)}
    definitions = message_schema()["$defs"]
    members = {name for model in definitions.values() for name in model.get("properties", {})}
    assert members - told == set()
    assert {kind.partition(".")[2] for kind in MESSAGES} <= told
    assert set(STREAMS) <= told
    assert {word for field in FIELDS for word in re.findall(r"\w+", field)} <= told
    assert VERSION in page


@pytest.mark.slow
def test_asyncapis_own_parser_finds_nothing_wrong(tmp_path: Path) -> None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        pytest.skip("node and npm are not installed here")
    for path in CHECK.iterdir():
        shutil.copy(path, tmp_path)
    quiet = ["--no-audit", "--no-fund", "--silent", "--ignore-scripts"]
    installed = subprocess.run(
        [npm, "install", *quiet], cwd=tmp_path, capture_output=True, text=True, timeout=500
    )
    if installed.returncode:
        pytest.skip("AsyncAPI's parser cannot be installed from npm here: no network?")
    command = [node, "check.mjs", str(DOCUMENTS / "asyncapi.json")]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert found.stdout.split("\n")[:-1] == [f"{len(MESSAGES)} messages"]
    assert found.returncode == 0
