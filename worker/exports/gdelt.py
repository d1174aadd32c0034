"""Events as rows of GDELT's event table, version 2.0: 61 columns, tab-separated, without a header.

One row for each actor and recipient; where everyone acts, for each two of them. `gdelt.tsv` says of
each column whether it is filled, and how. Source of the columns and of FractionDate: GDELT's
codebook of the event database, 2.0 (19 February 2015).
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from itertools import combinations, product
from typing import Any

from worker.exports.table import Cell, name_of, sectors, sides
from worker.stream.archive import number
from worker.stream.consume import Message

Party = Mapping[str, Any] | None
CITY, COUNTRY = 4, 1  # Geo_Type


@cache
def columns() -> tuple[str, ...]:
    """The names of the 61 columns, in order."""
    with files("worker.exports").joinpath("gdelt.tsv").open(encoding="utf-8") as file:
        lines = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return tuple(line["column"] for line in lines)


def lines(message: Message) -> Iterator[str]:
    """An event's rows, without line ends; none where a message tells no event."""
    if "corroboration" not in message.data:
        return
    shared = {**_when(message), **_what(message.data), **_where(message.data)}
    for one, other in _pairs(message.data):
        row = {**shared, **_actor("Actor1", one), **_actor("Actor2", other)}
        row["GLOBALEVENTID"] = _identity(message.subject, one, other)
        yield "\t".join(_text(row.get(name)) for name in columns())


def _pairs(data: Mapping[str, Any]) -> Iterator[tuple[Party, Party]]:
    actors, recipients = sides(data)
    if recipients:
        yield from product(actors or (None,), recipients)
    elif len(actors) > 1:
        yield from combinations(actors, 2)
    else:
        yield (actors[0] if actors else None), None


def _identity(event: str, one: Party, other: Party) -> int:
    parts = [event, *(party["code"] if party else "" for party in (one, other))]
    return int(hashlib.sha256("|".join(parts).encode()).hexdigest()[:15], 16)


def _when(message: Message) -> dict[str, Cell]:
    year, month, day = (*(message.data.get("date") or "").split("-"), "", "")[:3]
    added = datetime.fromtimestamp(number(message.entry)[0] / 1000, UTC)
    fraction = int(year) + (int(month) * 30 + int(day)) / 365 if day else None
    return {
        "SQLDATE": year + month + day if day else None,
        "MonthYear": year + month if month else None,
        "Year": year or None,
        "FractionDate": f"{fraction:.4f}" if fraction else None,
        "DATEADDED": f"{added:%Y%m%d%H%M%S}",
    }


def _what(data: Mapping[str, Any]) -> dict[str, Cell]:
    coding, told = data["coding"], data["corroboration"]
    cameo = coding.get("cameo") or ""
    code = cameo.ljust(3, "0") if cameo else ""  # 05 is 050: "not specified below"
    return {
        "EventCode": code or None,
        "EventBaseCode": code[:3] or None,
        "EventRootCode": cameo[:2] or None,
        "QuadClass": coding["quad"],
        "GoldsteinScale": coding.get("goldstein"),
        "NumMentions": told["reports"],
        "NumSources": told["independent"],
        "NumArticles": told["reports"],
        "SOURCEURL": data["article"].get("url"),
    }


def _where(data: Mapping[str, Any]) -> dict[str, Cell]:
    place = data.get("location")
    if not place:
        return {}
    return {
        "ActionGeo_Type": CITY if place.get("place") else COUNTRY,
        "ActionGeo_FullName": place.get("place") or place.get("country"),
        "ActionGeo_Lat": place.get("latitude"),
        "ActionGeo_Long": place.get("longitude"),
    }


def _actor(column: str, party: Party) -> dict[str, Cell]:
    if party is None:
        return {}
    state = party.get("kind") == "state"
    sector = sectors().get(party.get("sector", ""))
    return {
        f"{column}Code": party["code"],
        f"{column}Name": name_of(party).upper(),
        f"{column}CountryCode": party["code"] if state else None,
        f"{column}KnownGroupCode": None if state else party["code"],
        f"{column}Type1Code": "IGO" if party.get("kind") == "igo" else sector,
    }


def _text(cell: Cell) -> str:
    return "" if cell is None else " ".join(str(cell).split())
