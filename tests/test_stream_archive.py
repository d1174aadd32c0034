"""The archive: every message once, whatever happened while it was written."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests import stream
from worker.errors import ConfigError
from worker.stream.archive import Archive, day_of
from worker.stream.consume import Message, read

DAY = 86_400_000
START = 1_768_435_200_000  # 2026-01-15


def messages(*numbers: int, every: int = 1000) -> list[Message]:
    return [read(f"{START + n * every}-0", stream.fields(f"m{n}")) for n in numbers]


def ids(found: Iterable[Message]) -> list[str]:
    return [message.id for message in found]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path)


def test_what_was_appended_is_read_in_order(archive, tmp_path) -> None:
    archive.append("events", messages(1, 2))
    at = archive.append("events", messages(3))
    assert at.entry == f"{START + 3000}-0"
    assert list(archive.read("events")) == messages(1, 2, 3)
    assert ids(archive.read("events", after=f"{START + 1000}-0")) == ["m2", "m3"]
    assert ids(archive.read("events", upto=f"{START + 2000}-0")) == ["m1", "m2"]
    assert list(archive.read("reports")) == []


def test_a_day_is_a_file_that_any_tool_reads(archive, tmp_path) -> None:
    archive.append("events", messages(0, 1, 2, every=DAY // 2))
    files = sorted(path.name for path in (tmp_path / "events").glob("*.gz"))
    assert files == ["2026-01-15.jsonl.gz", "2026-01-16.jsonl.gz"]
    with gzip.open(tmp_path / "events" / files[0], "rt") as lines:
        assert [json.loads(line)["id"] for line in lines] == ["m0", "m1"]
    assert ids(archive.read("events")) == ["m0", "m1", "m2"]
    assert ids(archive.read("events", after=f"{START + DAY - 1}-0")) == ["m2"]


@pytest.mark.parametrize("torn", [b"", b"\x1f\x8b\x08", gzip.compress(b'{"entry":"9-9"}\n')])
def test_what_was_not_noted_is_not_there_and_is_written_again(archive, tmp_path, torn) -> None:
    """A process died between writing a batch and noting it: half a member, or a whole one."""
    archive.append("events", messages(1))
    with (tmp_path / "events" / "2026-01-15.jsonl.gz").open("ab") as file:
        file.write(torn)
    assert ids(archive.read("events")) == ["m1"]
    archive.append("events", messages(2))
    assert ids(Archive(tmp_path).read("events")) == ["m1", "m2"]
    with gzip.open(tmp_path / "events" / "2026-01-15.jsonl.gz") as lines:
        assert len(list(lines)) == 2


def test_the_very_first_batch_may_be_torn_too(archive, tmp_path, monkeypatch) -> None:
    def fails(*_: object, **__: object) -> bytes:
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(gzip, "compress", fails)
        with pytest.raises(OSError, match="No space"):
            archive.append("events", messages(1))
    archive.append("events", messages(1, 2))
    assert ids(archive.read("events")) == ["m1", "m2"]


def test_files_without_a_position_are_not_written_to(archive, tmp_path) -> None:
    archive.append("events", messages(1))
    (tmp_path / "events" / "position.json").unlink()
    assert ids(archive.read("events")) == ["m1"]
    with pytest.raises(ConfigError, match=r"has files but no position\.json"):
        archive.append("events", messages(2))


def test_damage_is_told_in_one_sentence(archive, tmp_path) -> None:
    archive.append("events", messages(1))
    path = tmp_path / "events" / "2026-01-15.jsonl.gz"
    path.write_bytes(b"x" * path.stat().st_size)
    with pytest.raises(ConfigError, match=r"2026-01-15\.jsonl\.gz is damaged"):
        list(archive.read("events"))
    (tmp_path / "events" / "position.json").write_text("[")
    with pytest.raises(ConfigError, match=r"position\.json cannot be read"):
        archive.position("events")


def test_the_day_of_an_entry_is_in_utc() -> None:
    assert day_of("1768521599999-5") == "2026-01-15"
    assert day_of("1768521600000") == "2026-01-16"
