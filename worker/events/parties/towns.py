"""Where towns lie: the table `gazetteer/towns.tsv`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from worker.events.parties.tables import read_lines, read_tables


@dataclass(frozen=True, slots=True)
class Town:
    """A town of one state, with its degrees (WGS 84, two decimals: about a kilometre)."""

    code: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Towns:
    """Towns by their folded names.

    Attributes:
        within: of a state, by its code and the town's name.
        alone: those whose name needs no country beside it.
    """

    within: dict[tuple[str, str], Town]
    alone: dict[str, Town]

    def find(self, name: str, code: str | None = None) -> Town | None:
        """The one town that a name can mean, in a state where one is given; None if in doubt."""
        key = read_tables().key(name)
        return self.alone.get(key) if code is None else self.within.get((code, key))


@cache
def towns() -> Towns:
    """The table, read once per process."""
    key = read_tables().key
    within: dict[tuple[str, str], Town] = {}
    alone: dict[str, Town] = {}
    for _, (code, name, latitude, longitude, known) in read_lines("towns"):
        town = Town(code, float(latitude), float(longitude))
        within[code, key(name)] = town
        if known:
            alone[key(name)] = town
    return Towns(within, alone)
