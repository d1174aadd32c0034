"""Groups that are called by a common noun: "Sri Lankan rebels", "the Islamists", in their time.

A line of groups.tsv names the nouns that mean the group where its home state is named, and the
years in which they do. The noun alone counts only where one group fits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from worker.events.parties.nouns import BODIES, Found, Head
from worker.events.parties.run import Run
from worker.events.parties.tables import Faction

_LONGEST = 4
"""Words that such a noun has at most."""
_SIGHT = 500
"""Characters around a noun in which one text must tell of the group or its home, if it does."""
_LASTING = 5
"""Years in which a noun must have meant a group to mean it where the day is unknown."""
_BESIDE = 30
"""Characters between a noun and the name that tells whose group it is, where two may be meant."""
_STANDS = BODIES | {"rebels"}
"""What may follow the noun and still be the group: "rebel leaders", "opposition groups"."""


def of_state(run: Run, found: Found, start: int, head: Head) -> Faction | None:
    """The group that a state's name and a common noun mean ("Ugandan rebels"), if one does."""
    for i in range(start, head.end):
        for end in range(min(head.end, i + _LONGEST), i, -1):
            known = _fitting(run, " ".join(run.words.keys[i:end]))
            of_home = {f.code: f for f in known if f.home == found.code}
            if len(of_home) == 1:
                return next(iter(of_home.values()))
    return None


def find_bare(run: Run) -> None:
    """Add the groups that a common noun alone means, in an article that names their home."""
    if not run.tables.homes & run.context.codes:
        return
    covered = {i for h in run.hits for i in range(h.start, h.end)}
    for start, end, faction in _nouns(run):
        span = (run.words.starts[start], run.words.ends[end - 1])
        taken = any(f.start < span[1] and span[0] < f.end for f in run.found)
        if taken or not _in_sight(run, faction, span[0]):
            continue
        if not covered & set(range(start, end)) and _stands_alone(run, start, end):
            run.found.append(
                Found(*span, span, faction.code, "name", faction.source, head_class="rebels")
            )


def _in_sight(run: Run, faction: Faction, place: int) -> bool:
    """Whether a text that tells of a group or its home does so near a noun: no other story's."""
    told = [abs(f.start - place) for f in run.found if f.code in (faction.code, faction.home)]
    return not told or min(told) <= _SIGHT


def _nouns(run: Run) -> Iterator[tuple[int, int, Faction]]:
    """Nouns and what they mean, each with the offices that follow it."""
    keys, firsts, taken = run.words.keys, run.tables.faction_starts, 0
    for i, key in enumerate(keys):
        if key not in firsts or i < taken:
            continue
        for end in range(min(len(keys), i + _LONGEST), i, -1):
            faction = _meant(run, " ".join(keys[i:end]), run.words.starts[i])
            if faction is not None:
                taken = _with_offices(run, end)
                yield i, taken, faction
                break


def _meant(run: Run, noun: str, place: int) -> Faction | None:
    """The one group that a noun means.

    One that the article names comes first. Else its home must be named, and no other group; where
    the day is unknown too, a vague noun ("militants") and one of few years mean nobody.
    """
    codes = run.context.codes
    known = _fitting(run, noun)
    named = {f.code: f for f in known if f.code in codes and f.code != f.home}
    if named:
        return next(iter(named.values())) if len(named) == 1 else None
    fitting = {f.code: f for f in known if f.home in codes}
    if len(fitting) > 1 and (home := _home_beside(run, place)):
        fitting = {c: f for c, f in fitting.items() if f.home == home}
    if len(fitting) != 1:
        return None
    faction = next(iter(fitting.values()))
    if faction.code == faction.home or _is_name(run, faction, noun):
        return faction
    groups = any(run.tables.parties[c].kind == "group" for c in codes if c in run.tables.parties)
    brief = " " not in noun and not faction.lasted(_LASTING)
    vague = brief or noun.removesuffix("s") in run.tables.words["vague"]
    return None if groups or (run.on is None and vague) else faction


def _home_beside(run: Run, place: int) -> str | None:
    """The state told beside a noun: "Sudan's government and rebels", "rebels in Darfur"."""
    near = [(abs(f.start - place), f.code) for f in run.found if abs(f.start - place) <= _BESIDE]
    return min(near)[1] if near else None


def _is_name(run: Run, faction: Faction, noun: str) -> bool:
    """Whether a group has no other name than its home's and the noun."""
    name = run.tables.key(run.tables.parties[faction.code].name)
    return name.endswith((f" {noun}", f" {noun}s"))


def _fitting(run: Run, noun: str) -> list[Faction]:
    day = run.on.toordinal() if run.on else None
    return [f for f in run.tables.factions.get(noun, ()) if f.in_force(day)]


def _with_offices(run: Run, end: int) -> int:
    """The end of the phrase with the offices behind it: "Islamist militia leaders"."""
    while end < len(run.words) and run.words.spaced(end - 1):
        office = run.offices.at(run.words, end)
        if office is None or office[1].head_class not in _STANDS:
            break
        end = office[0]
    return end


def _stands_alone(run: Run, start: int, end: int) -> bool:
    """Whether no name, past or hyphen makes something else of the noun ("rebel-held", "Hutu …")."""
    words, before = run.words, start - 1
    if words.hyphened(end - 1) or (start and words.hyphened(before)):
        return False
    if _is_attribute(run, end) or (start > 1 and words.hyphened(before - 1)):
        return False  # "rebel strongholds", "Turkish-backed rebels"
    if before < 0 or words.gap(before) != " ":
        return True
    key = words.keys[before]
    if run.past_before(start):
        return False
    named = words.capital(before) and key not in run.tables.words["openers"]
    return not named or key in run.tables.words["creeds"]


def _is_attribute(run: Run, end: int) -> bool:
    """Whether a singular noun only qualifies the next word: "rebel stronghold"."""
    words = run.words
    last = words.keys[end - 1]
    if last.endswith("s") or end >= len(words) or not words.spaced(end - 1):
        return False
    office = run.offices.at(words, end - 1)
    alone = office is not None and office[0] == end and office[1].head_class in BODIES
    return not alone and words.keys[end] not in run.tables.words["stops"]


def as_group(found: Found, faction: Faction) -> Found:
    """The state's mention, as one of the group."""
    return replace(found, code=faction.code, entry=faction.source, is_place=False)
