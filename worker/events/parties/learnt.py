"""Office holders whom articles taught, in the columns of leaders.tsv: into the tables, and out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from worker.events.parties.people import EAST_ASIAN
from worker.events.parties.tables import Tables
from worker.events.parties.words import fold
from worker.model import OfficeHolder

HEADER = ("name", "code", "office", "rank", "from", "to", "short", "aliases")
"""The header line of leaders.tsv."""


def row(holder: OfficeHolder, tables: Tables) -> tuple[str, list[str]]:
    """The source and the cells of one holder.

    Both dates bear a question mark: the office is attested then, and may have begun earlier.
    """
    shorts = holder.shorts or (surname(holder.name, holder.code, tables.words["particles"]),)
    until = f"{holder.until.isoformat()}?" if holder.until else ""
    return holder.basis, [
        holder.name, holder.code, holder.office, str(holder.rank),
        f"{holder.since.isoformat()}?", until, "|".join(shorts), "",
    ]  # fmt: skip


def export(holders: Iterable[OfficeHolder], tables: Tables) -> Iterator[str]:
    """The lines of a table that leaders.tsv can take over; its header first."""
    yield "\t".join(HEADER)
    for holder in holders:
        yield "\t".join(row(holder, tables)[1])


def surname(name: str, code: str, particles: frozenset[str]) -> str:
    """The part of a name under which newspapers go on, with its particles: "van der Bellen"."""
    words = name.split()
    if code in EAST_ASIAN:
        return words[0]
    start = len(words) - 1
    while start > 1 and fold(words[start - 1]) in particles:
        start -= 1
    return " ".join(words[start:])
