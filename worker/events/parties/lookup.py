"""What a name can mean, every candidate with its evidence: for people who ask."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from worker.events.parties.offices import Offices
from worker.events.parties.people import People, Resolution, Term, iso
from worker.events.parties.tables import Entry, Sense, Tables

_LISTED, _SENSE = 200, 100
"""Scores of what a table lists, and of a reading that the words around a name decide on; above and
beside any person's."""


def lookup(
    tables: Tables, people: People, offices: Offices, name: str, on: date | None
) -> list[Resolution]:
    """Every party and every office of a person that a name can mean, the likeliest first."""
    found = [*_parties(tables, name), *_persons(tables, people, offices, name, on)]
    return sorted(found, key=lambda r: -r.score)


# Parties ----------------------------------------------------------------------------------------


def _parties(tables: Tables, name: str) -> Iterator[Resolution]:
    key = tables.key(name)
    senses = tables.senses.get(key)
    if senses:
        yield from (r for sense in senses for r in _read(tables, sense))
        return
    for entry in tables.phrases.get(key, []):
        why = "one of several offices of this name" if entry.generic else entry.basis
        yield from (_resolution(tables, code, _LISTED, why, entry) for code in entry.codes)


def _read(tables: Tables, sense: Sense) -> Iterator[Resolution]:
    cues = sorted(cue for cue in {*sense.before, *sense.after, *sense.document} if cue[0].isalpha())
    beside = f", as beside {', '.join(cues[:3])}" if cues else ""
    why = f"ambiguous: decided by the words around it{beside}"
    for code in sense.codes:
        yield _resolution(tables, code, _SENSE + sense.prior, why, sense)


def _resolution(tables: Tables, code: str, score: int, why: str, line: Entry | Sense) -> Resolution:
    return Resolution(code, _name(tables, code), score, why, line.source)


# Persons ----------------------------------------------------------------------------------------


def _persons(
    tables: Tables, people: People, offices: Offices, name: str, on: date | None
) -> Iterator[Resolution]:
    key = tables.key(name)
    bare, title = offices.untitled(key), offices.title_kinds(key)
    for person in dict.fromkeys((*people.full(bare), *people.short(bare))):
        for term in person.terms:
            score = people.score(person, term, on, title=title)
            yield Resolution(
                person.code,
                _name(tables, person.code),
                score,
                _when(term, on),
                term.source,
                person.name,
                term.office,
                iso(term.start, term.loose_start),
                iso(term.end, term.loose_end),
            )


def _when(term: Term, on: date | None) -> str:
    if on is None:
        return "holds or held office"
    day = on.toordinal()
    if term.distance(day) == 0:
        return "held office then"
    later = term.start is not None and day < term.start
    return f"held office {'later' if later else 'earlier'}"


def _name(tables: Tables, code: str) -> str:
    return tables.parties[code].name if code in tables.parties else code
