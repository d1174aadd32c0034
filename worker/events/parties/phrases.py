"""A party's name with the noun it qualifies: its office, its people, or no party at all."""

from __future__ import annotations

from dataclasses import replace

from worker.events.parties.factions import as_group, of_state
from worker.events.parties.nouns import BODIES, Found, Head, Hit
from worker.events.parties.persons import resolve_person
from worker.events.parties.posts import add_head, add_office, add_office_in_front, office_of
from worker.events.parties.run import Run
from worker.events.parties.senses import PLACES, decide, something_else
from worker.events.parties.tables import Entry, Office

_EAGER = frozenset(["demonym"])
_SKIPS = 4
"""Words that may stand between a party and the noun it qualifies."""


def resolve_party(run: Run, hit: Hit) -> int:
    """Add the party that a hit means, if any; the first word behind the whole phrase."""
    entries = decide(run, hit)
    if not entries:
        return resolve_person(run, hit) if hit.full else hit.end
    entry = entries[0]
    if something_else(run, hit, entry):
        return hit.end
    base = _base(run, hit, entry)
    if len(entry.codes) > 1:
        run.found += [replace(base, code=c) for c in entry.codes]
        return hit.end
    others = tuple(c for e in entries[1:] for c in e.codes)
    return _qualified(run, hit, entry, replace(base, candidates=others))


def _base(run: Run, hit: Hit, entry: Entry) -> Found:
    words, start, end = run.words, hit.start, hit.end
    tail = words.possessive(end)
    core = (words.starts[start], words.ends[end - 1])
    return Found(
        *core, core, entry.codes[0], entry.basis, entry.source,
        possessive=tail != end, head_class=entry.head_class,
        compound=_compound(run, start, end),
        is_place=_where(run, start, entry) and tail == end,
        posting=start in run.postings,
    )  # fmt: skip


def _compound(run: Run, start: int, end: int) -> str | None:
    words = run.words
    if words.hyphened(end - 1) and words.keys[end] in run.tables.words["compounds"]:
        return words.forms[end]
    if start and words.hyphened(start - 1):
        prefix = words.keys[start - 1]
        return prefix if prefix in run.tables.words["prefixed"] else None
    return None


def _where(run: Run, start: int, entry: Entry) -> bool:
    if entry.basis == "city":
        return True
    if entry.basis not in PLACES:
        return False
    before = start - 1
    if before >= 0 and run.words.keys[before] == "the":
        before -= 1
    return (
        before >= 0
        and run.words.gap(before) == " "
        and run.words.keys[before] in run.tables.words["locatives"]
    )


def _qualified(run: Run, hit: Hit, entry: Entry, base: Found) -> int:
    """Add a party with the office and person around it; the first word behind all that."""
    words, end = run.words, hit.end
    if entry.basis == "company":
        run.found.append(replace(base, adjectival=True))
        return end
    tail = abs(words.possessive(end))
    if base.compound == "led" and (end_of_forces := _led_forces(run, end, base)):
        return end_of_forces
    if base.compound:
        run.found.append(replace(base, adjectival=True))
        if base.compound == "led" and _leads_campaign(run, end + 1, base):
            run.found.append(replace(base, code="COALITION", adjectival=True))
        return end + 1 if words.hyphened(end - 1) else end
    if entry.basis == "office" or (entry.basis == "institution" and _is_post(run, end)):
        return add_head(run, hit, base)
    eager = entry.basis in _EAGER or base.possessive
    head = _head(run, tail, eager) if _close(run, end, tail) else None
    if head is not None and head.rebels:
        faction = of_state(run, base, tail, head)
        if faction is not None:
            return add_office(run, hit, as_group(base, faction), head)
    if head is not None and head.body:
        return add_office(run, hit, base, head)
    before = office_of(run, hit, entry)
    if before is not None and (not base.possessive or _is_body(run, before[2])):
        return add_office_in_front(run, hit, base, before)
    run.found.append(_attribute(run, base, head, entry, tail))
    return end


def _is_post(run: Run, end: int) -> bool:
    """Whether an institution's name is an office of one person: "Home Secretary"."""
    return run.words.keys[end - 1] in run.tables.words["posts"]


def _led_forces(run: Run, end: int, base: Found) -> int:
    """Add who leads what a hyphen ties to them; the first word behind, 0 where it is no body.

    A state's forces are those of a coalition too ("U.S.-led forces"); a group's government is the
    group ("the Hamas-led government").
    """
    head = _head(run, end + 1, eager=True)
    kind = run.tables.parties[base.code].kind
    led = {"state": {"military"}, "group": BODIES, "igo": {"military"}}[kind]
    if head is None or head.office is None or head.office.head_class not in led:
        return 0
    forces = replace(
        base, end=run.words.ends[head.end - 1], head=run.words.forms[head.end - 1],
        head_class=head.office.head_class, compound=None, is_place=False,
    )  # fmt: skip
    run.found.append(forces)
    if kind == "state":
        run.found.append(replace(forces, code="COALITION"))
    return head.end


def _leads_campaign(run: Run, start: int, base: Found) -> bool:
    """Whether what a state leads is waged in common: "the U.S.-led invasion"."""
    known = run.tables.words
    for key in run.words.keys[start : start + _SKIPS]:
        if key in known["stops"]:
            return False
        if key in known["campaigns"]:
            return run.tables.parties[base.code].kind == "state"
    return False


def _is_body(run: Run, end: int) -> bool:
    """Whether the office that ends there is a body: "the government of Iraq's", not "leader of"."""
    return run.words.keys[end - 1] in run.tables.words["bodies"]


def _close(run: Run, end: int, tail: int) -> bool:
    return tail > end or run.words.spaced(end - 1) or run.words.possessive(end) != end


def _head(run: Run, start: int, eager: bool) -> Head | None:
    """The first known noun to the right; modifiers may stand between."""
    words, known = run.words, run.tables.words
    i = start
    while i < len(words) and i - start <= _SKIPS:
        if i > start and not (words.joined(i - 1)):
            return None
        match = run.offices.at(words, i)
        if match is not None and (eager or match[1].head_class not in {"act", "thing"}):
            return _extended(run, i, *match)
        key, hit = words.keys[i], run.by_start.get(i)
        if key in {"and", "or"} and i > start and eager:
            i += 1
            continue
        if key in known["stops"] or hit is not None:
            return None
        if not eager and key not in known["modifiers"]:
            return None
        i += 1
    return None


def _extended(run: Run, start: int, end: int, office: Office) -> Head:
    """A chain of offices is one: "foreign ministry spokesman"."""
    words = run.words
    while end < len(words) and words.spaced(end - 1):
        more = run.offices.at(words, end)
        if more is None or more[1].head_class in {"act", "thing", "place"}:
            break
        if more[1].head_class == "citizens" and office.head_class in BODIES:
            break
        end, office = more
    return Head(start, end, office)


def _attribute(run: Run, base: Found, head: Head | None, entry: Entry, tail: int) -> Found:
    """A party that only qualifies something: "American scientists", "French fries"."""
    if head is not None and head.office is not None:
        noun = run.words.forms[head.end - 1]
        place = base.is_place or head.office.head_class == "place"
        return replace(base, adjectival=True, head=noun, head_class=head.office.head_class,
                       is_place=place and base.basis != "demonym")  # fmt: skip
    if entry.basis == "people":
        return replace(base, head_class="citizens")
    if entry.basis == "demonym" and _noun_follows(run, tail):
        return replace(base, adjectival=True, head=run.words.forms[tail], head_class="thing")
    return base


def _noun_follows(run: Run, i: int) -> bool:
    words = run.words
    return (
        i < len(words)
        and words.spaced(i - 1)
        and words.keys[i] not in run.tables.words["stops"]
        and words.forms[i].isalpha()
    )
