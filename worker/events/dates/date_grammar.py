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
class _Cue:
    """Words of which a text must hold one before a pattern is tried; `lower`: of any case."""

    words: tuple[str, ...]
    lower: bool

    def stands_in(self, text: str, lower: str) -> bool:
        where = lower if self.lower else text
        for word in self.words:  # noqa: SIM110 - asked of every sentence
            if word in where:
                return True
        return False


@dataclass(frozen=True, slots=True)
class _Line:
    kind: str
    id: str
    pattern: re.Pattern[str]
    words: dict[str, str]
    cues: frozenset[_Cue]


@dataclass(frozen=True)
class _Grammar:
    """The lines in their order; each with the numbers of the cues that it needs."""

    lines: tuple[tuple[_Line, frozenset[int]], ...]
    cues: tuple[_Cue, ...]

    def fitting(self, text: str) -> list[_Line]:
        """The lines whose cues all stand in a text: patterns are slow, and most find nothing."""
        lower = text.lower()
        there = {n for n, cue in enumerate(self.cues) if cue.stands_in(text, lower)}
        return [line for line, needed in self.lines if needed <= there]


def find(text: str) -> list[Expression]:
    """Date expressions in reading order; where two overlap, the earlier line's stays."""
    found: list[Expression] = []
    for line in _grammar().fitting(text):
        for match in line.pattern.finditer(text):
            if any(match.start() < e.end and e.start < match.end() for e in found):
                continue
            parts = {k: v.lower().rstrip(".") for k, v in match.groupdict().items() if v}
            words = line.words | parts
            found.append(Expression(line.kind, match.start(), match.end(), line.id, words))
    return sorted(found, key=lambda e: e.start)


@cache
def _grammar() -> _Grammar:
    lines = (*map(_named_day, read_tsv(data("lexicon", "days.tsv"))), *_lines())
    cues = tuple(dict.fromkeys(cue for line in lines for cue in line.cues))
    return _Grammar(tuple((x, frozenset(map(cues.index, x.cues))) for x in lines), cues)


def _lines() -> list[_Line]:
    parts: dict[str, str] = {}
    cues: dict[str, _Cue] = {}
    lines = []
    for row in read_tsv(data("lexicon", "dates.tsv")):
        pattern = _PART.sub(lambda match: parts[match[1]], row["pattern"])
        any_case = row["case"] == "i"
        own = _Cue(tuple(row["cue"].split("|")), any_case) if row["cue"] else None
        if row["kind"] == "part":
            parts[row["id"]] = pattern
            if own is not None:
                cues[row["id"]] = own
        else:
            flags = re.IGNORECASE if any_case else 0
            compiled = re.compile(rf"(?<![\w-])(?:{pattern})(?!\w)", flags)
            needed = {cues[part] for part in _PART.findall(row["pattern"]) if part in cues}
            needed |= {own} if own is not None else set()
            lines.append(_Line(row["kind"], row["id"], compiled, {}, frozenset(needed)))
    return lines


def _named_day(row: dict[str, str]) -> _Line:
    *year, number, day = row["date"].split("-")
    name = re.escape(row["name"]).replace("’", "['’]")
    # The day of one attack is told from the same day of any year by the word that follows it.
    pattern = re.compile(rf"(?<![\w-]){name}(?!\w){_ATTACKS if year else ''}")
    words = {"number": number, "day": day} | ({"year": year[0]} if year else {})
    cue = _Cue((row["name"].partition("’")[0],), lower=False)
    return _Line("day", row["name"], pattern, words, frozenset({cue}))
