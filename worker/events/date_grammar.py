"""The date expressions of English news: `find` reads them without knowing any calendar.

The grammar is a table, `lexicon/dates.tsv`, one way of writing a line; days with a name of their
own stand in `lexicon/days.tsv`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from worker.events.plover import data, read_tsv

_PART = re.compile(r"<([A-Z]+)>")
_ATTACKS = r"(?= (?:terrorist |terror )?(?:attack|hijack|atrocit))"


@dataclass(frozen=True, slots=True)
class Expression:
    """A date expression as the text has it: ``text[start:end]``, offsets in code points.

    Attributes:
        line: id of its line in the grammar.
        words: the parts that count: "month", "day", "unit" …, in small letters.
    """

    kind: str
    start: int
    end: int
    line: str
    words: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Line:
    kind: str
    id: str
    pattern: re.Pattern[str]
    words: dict[str, str]


def find(text: str) -> list[Expression]:
    """Date expressions in reading order; where two overlap, the earlier line's stays."""
    found: list[Expression] = []
    for line in _grammar():
        for match in line.pattern.finditer(text):
            if any(match.start() < e.end and e.start < match.end() for e in found):
                continue
            parts = {k: v.lower().rstrip(".") for k, v in match.groupdict().items() if v}
            words = line.words | parts
            found.append(Expression(line.kind, match.start(), match.end(), line.id, words))
    return sorted(found, key=lambda e: e.start)


@cache
def _grammar() -> tuple[_Line, ...]:
    return (*map(_named_day, read_tsv(data("lexicon", "days.tsv"))), *_lines())


def _lines() -> list[_Line]:
    parts: dict[str, str] = {}
    lines = []
    for row in read_tsv(data("lexicon", "dates.tsv")):
        pattern = _PART.sub(lambda match: parts[match[1]], row["pattern"])
        if row["kind"] == "part":
            parts[row["id"]] = pattern
        else:
            flags = re.IGNORECASE if row["case"] == "i" else 0
            compiled = re.compile(rf"(?<![\w-])(?:{pattern})(?!\w)", flags)
            lines.append(_Line(row["kind"], row["id"], compiled, {}))
    return lines


def _named_day(row: dict[str, str]) -> _Line:
    *year, number, day = row["date"].split("-")
    name = re.escape(row["name"]).replace("’", "['’]")
    # The day of one attack is told from the same day of any year by the word that follows it.
    pattern = re.compile(rf"(?<![\w-]){name}(?!\w){_ATTACKS if year else ''}")
    words = {"number": number, "day": day} | ({"year": year[0]} if year else {})
    return _Line("day", row["name"], pattern, words)
