"""Messages as rows of a flat table: for spreadsheets, databases and data frames.

`columns.tsv` says what each column holds; what a message does not tell is None.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import IO, Any

from worker.stream.consume import Message

Cell = str | int | float | bool | None
Row = dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its type (string, integer, number, boolean), what it holds."""

    name: str
    type: str
    meaning: str


@cache
def columns(stream: str) -> tuple[Column, ...]:
    """The columns of a stream's table: events and reports have one, articles another."""
    wanted = "articles" if stream in ("articles", "dead") else "events"
    with files("worker.exports").joinpath("columns.tsv").open(encoding="utf-8") as file:
        lines = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return tuple(
            Column(line["name"], line["type"], line["meaning"])
            for line in lines
            if line["table"] == wanted
        )


def row(message: Message) -> Row:
    """One message as a row: that of an article where it tells a fate, else that of an event."""
    return _article(message) if message.type.split(".")[1] == "article" else _event(message)


def write_csv(stream: str, out: IO[str]) -> Writer:
    """Begin a CSV (RFC 4180, UTF-8) with its header."""
    writer = Writer(out, [column.name for column in columns(stream)])
    writer.header()
    return writer


class Writer:
    """Writes rows as CSV."""

    def __init__(self, out: IO[str], names: Sequence[str]) -> None:
        """Nothing is written yet."""
        self._csv = csv.writer(out, lineterminator="\r\n")
        self._names = names

    def header(self) -> None:
        """Write the names of the columns."""
        self._csv.writerow(self._names)

    def write(self, line: Mapping[str, Cell]) -> None:
        """Write one row."""
        self._csv.writerow([_text(line[name]) for name in self._names])


def _event(message: Message) -> Row:
    data = message.data
    actors, recipients = sides(data)
    return {
        "entry": message.entry,
        "event": message.subject,
        **{name: data.get(name) for name in _OF_EVENT},
        **{name: data.get("coding", {}).get(name) for name in _OF_CODING},
        **{name: data.get("location", {}).get(name) for name in _OF_LOCATION},
        **{name: data.get("corroboration", {}).get(name) for name in _OF_CORROBORATION},
        **{name: data.get("article", {}).get(name) for name in _OF_REPORTING},
        **{name: data.get("versions", {}).get(name) for name in ("coder", "model", "guide")},
        "contexts": _joined(data.get("contexts", ())),
        "reasons": _joined(data.get("reasons", ())),
        "confidence": data.get("confidence", {}).get("value"),
        "actors": _joined(party["code"] for party in actors),
        "actor_names": _joined((name_of(party) for party in actors), "; "),
        "actor_sectors": _parts(actors),
        "recipients": _joined(party["code"] for party in recipients),
        "recipient_names": _joined((name_of(party) for party in recipients), "; "),
        "recipient_sectors": _parts(recipients),
        "countries": _joined(data.get("corroboration", {}).get("countries", ())),
        "languages": _joined(data.get("corroboration", {}).get("languages", ())),
        "outlet_country": data.get("article", {}).get("country"),
        "quote": next((quote["quote"] for quote in data.get("evidence", ())), None),
    }


_OF_EVENT = ("revision", "change", "state", "type", "mode", "date", "status", "historical",
             "report", "successor")  # fmt: skip
_OF_CODING = ("quad", "cameo", "cameo_name", "plover_score", "goldstein")
_OF_LOCATION = ("country", "place", "latitude", "longitude")
_OF_CORROBORATION = ("reports", "outlets", "independent", "first_reported", "last_reported")
_OF_REPORTING = ("url", "title", "outlet", "language", "published")
_OF_ARTICLE = ("fate", "reason", "copy_of", "url", "title", "outlet", "country", "language",
               "agency", "published")  # fmt: skip


def _article(message: Message) -> Row:
    data = message.data
    return {
        "entry": message.entry,
        "article": message.subject,
        "events": _joined(data.get("events", ())),
        **{name: data.get(name) for name in _OF_ARTICLE},
    }


def sides(data: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """An event's actors and its recipients."""
    told = data.get("parties", ())
    actors = [party for party in told if party["role"] == "actor"]
    return actors, [party for party in told if party["role"] == "recipient"]


@cache
def sectors() -> Mapping[str, str]:
    """Our words for sectors, and CAMEO's codes for them, which PLOVER kept."""
    with files("worker.exports").joinpath("sectors.tsv").open(encoding="utf-8") as file:
        lines = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {line["sector"]: line["code"] for line in lines}


def name_of(party: Mapping[str, Any]) -> str:
    """A party's name; its code, where a message ends an event and tells codes alone."""
    return str(party.get("name", party["code"]))


def _parts(parties: Iterable[Mapping[str, Any]]) -> str | None:
    told = [str(party.get("sector", "")) for party in parties]
    return _joined(told, "; ") if any(told) else None


def _joined(parts: Iterable[str], by: str = " ") -> str | None:
    return by.join(parts) or None


def _text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return "" if cell is None else str(cell)
