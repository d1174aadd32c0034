"""What a user installs: both packages, every data file, nothing else, and a command that works."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
STORY = "France and Chile signed a treaty on extradition in Paris on Monday."


def test_the_lock_files_name_hashes_and_no_addresses() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        requirements = re.findall(r"^[a-z0-9].*==", text, re.MULTILINE)
        assert len(requirements) > 50
        assert not re.search(r"://|--index|--find-links|--extra", text)
        blocks = re.split(r"\n(?=[a-z0-9])", text.strip())
        assert all("--hash=sha256:" in block for block in blocks)


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {re.split(r"[<>=\[]", line)[0].lower() for line in project["dependencies"]}
    locked = re.findall(
        r"^([a-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE
    )
    names = {re.sub(r"[-_.]+", "-", name) for name in locked}
    assert {re.sub(r"[-_.]+", "-", name) for name in wanted} <= names


def test_every_package_is_named_in_the_build() -> None:
    """Packages are listed by name: one that was forgotten would be missing from the wheel."""
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    there = {
        str(path.parent.relative_to(ROOT)).replace("/", ".")
        for top in ("worker", "tasks")
        for path in (ROOT / top).rglob("__init__.py")
    }
    assert set(tools["setuptools"]["packages"]) == there


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)],
        check=True,
        capture_output=True,
    )
    return out


def tracked_data() -> set[str]:
    if not (ROOT / ".git").exists():
        pytest.skip("what should be in the package is read from git: this is no checkout")
    listed = subprocess.run(
        ["git", "ls-files", "worker", "tasks"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {name for name in listed.stdout.split() if "/__pycache__/" not in name}


@pytest.mark.slow
def test_wheel_and_sdist_hold_every_file(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    (sdist,) = built.glob("*.tar.gz")
    in_wheel = set(zipfile.ZipFile(wheel).namelist())
    with tarfile.open(sdist) as archive:
        in_sdist = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    assert tracked_data() <= in_wheel
    assert tracked_data() <= in_sdist


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_wheel_works_in_an_empty_environment(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    venv.create(tmp_path / "env", with_pip=True)
    pip = [tmp_path / "env" / "bin" / "python", "-m", "pip", "install", "--quiet"]
    lock = ROOT / "requirements.lock"
    subprocess.run([*pip, "--require-hashes", "-r", lock], check=True, cwd=tmp_path)
    subprocess.run([*pip, "--no-deps", wheel], check=True, cwd=tmp_path)
    coded = subprocess.run(
        [tmp_path / "env" / "bin" / "demarche", "code", "-", "--published", "2024-01-16"],
        input=STORY,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "2024-01-15  SUPPORT" in coded.stdout
    imported = subprocess.run(
        [tmp_path / "env" / "bin" / "python", "-c", "import tasks.app, worker.wiring"],
        cwd=tmp_path,
        check=False,
    )
    assert imported.returncode == 0
