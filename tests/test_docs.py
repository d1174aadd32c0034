"""The documentation tells the truth: every command, setting, room and link that it names exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from worker import cli
from worker.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
DOCS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_every_command_named_exists(page: Path) -> None:
    named = re.findall(r"(?:`|bin/|^)demarche ([a-z]+)", page.read_text("utf-8"), re.MULTILINE)
    assert set(named) <= set(cli.main.commands)


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_every_setting_named_exists(page: Path) -> None:
    named = set(re.findall(rf"{PREFIX}([A-Z_]*[A-Z])\b", page.read_text("utf-8")))
    assert {name.lower() for name in named} <= set(Settings.model_fields)


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_every_make_target_named_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text("utf-8"), re.MULTILINE))
    assert named <= targets


def test_every_room_of_the_drawing_exists_and_no_other() -> None:
    table = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    named = set(re.findall(r"`(?:worker/)?([a-z_]+)(?:/|\.py)`", table)) - {
        "tasks",
        "worker",
        "run",
    }
    rooms = {
        path.stem
        for path in (ROOT / "worker").iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").exists()) and path.stem != "__init__"
    }
    assert named - rooms == set()
    assert rooms - named <= {"logs", "deadline"}


def test_every_command_has_its_help() -> None:
    for name, command in cli.main.commands.items():
        assert command.help, name
        assert CliRunner().invoke(cli.main, [name, "--help"]).exit_code == 0
