"""The labelled sentences: every line can be read, and says something that PLOVER knows."""

import re
from collections import Counter
from pathlib import Path

import pytest

from worker.events import plover

SENTENCES = Path(__file__).parent.parent / "training" / "relate" / "sentences"
TABLES = sorted(SENTENCES.glob("**/*.tsv"))
MARK = re.compile(r"\[([AB]): ([^\[\]]+)\]")
ODD = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00a0\u00ad\u200b-\u200f\u2028-\u202e\ufeff\ufffd]")


def name(table: Path) -> str:
    return str(table.relative_to(SENTENCES))


@pytest.mark.parametrize("table", TABLES, ids=name)
def test_a_table_is_sound(table: Path) -> None:
    header, *lines = table.read_text(encoding="utf-8").split("\n")
    assert header == "type\tmode\tsentence"
    assert lines
    assert lines.pop() == "", "the last line wants its line break"
    wrong = {number: fault for number, line in enumerate(lines, 2) if (fault := fault_of(line))}
    assert wrong == {}


def test_no_sentence_is_labelled_twice() -> None:
    tables = [table.read_text(encoding="utf-8").splitlines() for table in TABLES]
    counts = Counter(line.split("\t")[-1] for _, *lines in tables for line in lines)
    assert len(counts) > 500
    assert [sentence for sentence, count in counts.items() if count > 1] == []


def fault_of(line: str) -> str | None:
    """What is wrong with a line of a table, or None."""
    fields = line.split("\t")
    if len(fields) != 3:
        return "not three fields"
    kind, mode, sentence = fields
    if (kind, mode) != ("NONE", "") and (kind, mode or None) not in plover.meanings():
        return f"no such type and mode: {kind} {mode}"
    if sorted(letter for letter, _ in MARK.findall(sentence)) != ["A", "B"]:
        return "not one A and one B"
    if re.search(r"[\[\]]", MARK.sub("", sentence)):
        return "a bracket too many"
    if sentence != " ".join(sentence.split()) or ODD.search(sentence):
        return "odd blanks or characters"
    return None
