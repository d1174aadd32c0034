"""The ontology: PLOVER's types and modes, with what users of CAMEO, GDELT and ICEWS look for.

The tables are `ontology/types.tsv` and `ontology/modes.tsv`; their headers name the sources.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

GUIDE = "2026-11"
"""Version of the coding guide by which events are coded: docs/coding.md."""

QUAD_NAMES = {
    1: "verbal cooperation",
    2: "material cooperation",
    3: "verbal conflict",
    4: "material conflict",
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a type, or a type with a mode, stands for.

    Attributes:
        quad: 1 verbal cooperation, 2 material cooperation, 3 verbal conflict, 4 material conflict.
        score: PLOVER's conflict-cooperation score of the type, −10 to 10.
        cameo: the CAMEO code that says the same, as a string with its leading zero.
        goldstein: the Goldstein value of that CAMEO code, −10 to 10.
    """

    type: str
    mode: str | None
    quad: int
    score: float
    cameo: str
    cameo_name: str
    goldstein: float


@cache
def meanings() -> dict[tuple[str, str | None], Meaning]:
    """All types (with mode None) and all their modes."""
    table: dict[tuple[str, str | None], Meaning] = {}
    for row in read_tsv(data("ontology", "types.tsv")):
        table[row["type"], None] = _meaning(row, row)
    for row in read_tsv(data("ontology", "modes.tsv")):
        kind = table[row["type"], None]
        table[row["type"], row["mode"]] = _meaning(
            row, {"quad": str(kind.quad), "score": str(kind.score)}
        )
    return table


def meaning(kind: str, mode: str | None = None) -> Meaning:
    """The entry of a type and mode; raises `KeyError` for one that PLOVER does not have."""
    return meanings()[kind, mode]


def types() -> tuple[str, ...]:
    """The sixteen types, in PLOVER's order."""
    return tuple(kind for kind, mode in meanings() if mode is None)


def data(*parts: str) -> Traversable:
    """A data file of this room, wherever the package is installed."""
    return files("worker.events").joinpath(*parts)


def read_tsv(file: Traversable) -> Iterator[dict[str, str]]:
    """Rows of a table with a header; lines that start with ``#`` and empty lines are skipped."""
    with file.open(encoding="utf-8") as lines:
        wanted = (line for line in lines if line.strip() and not line.startswith("#"))
        yield from csv.DictReader(wanted, delimiter="\t", quoting=csv.QUOTE_NONE, restval="")


def _meaning(row: dict[str, str], kind: dict[str, str]) -> Meaning:
    return Meaning(
        type=row["type"],
        mode=row.get("mode") or None,
        quad=int(kind["quad"]),
        score=float(kind["score"]),
        cameo=row["cameo"],
        cameo_name=row["cameo_name"],
        goldstein=float(row["goldstein"]),
    )
