"""What an ambiguous name means, by the words around it and in the rest of the article."""

from __future__ import annotations

from dataclasses import replace

from worker.events.parties.nouns import Hit
from worker.events.parties.run import Run
from worker.events.parties.tables import Entry, Sense, Tables, cue_found

PLACES = frozenset(["name", "capital", "city"])
"""Kinds of names that can also say where."""
_SIGHT = 40
"""Characters around a name in which a cue is looked for."""
_SETTLED = frozenset(["USA", "CAN", "AUS"])
"""States whose towns are called after capitals and countries elsewhere."""


def decide(run: Run, hit: Hit) -> list[Entry]:
    """The entries that a hit means, the likeliest first; empty where it is no party."""
    entries = [e for e in hit.entries if e.codes]
    if any(not e.codes for e in hit.entries):
        senses = run.tables.senses.get(key_of(run.tables, hit.entries[0]), [])
        if not senses:
            return []
    first = hit.entries[0]
    senses = run.tables.senses.get(key_of(run.tables, first), [])
    if not senses:
        return entries
    scored = sorted(senses, key=lambda s: -_weigh(run, s, hit))
    if not scored[0].codes:
        return []
    chosen = []
    for sense in scored:
        like = next((e for e in entries if e.codes == sense.codes), first)
        if sense.codes:
            chosen.append(replace(like, codes=sense.codes, source=sense.source))
    return chosen[:1] if len(chosen[0].codes) > 1 else chosen


def _weigh(run: Run, sense: Sense, hit: Hit) -> int:
    text, start, end = run.words.text, run.words.starts[hit.start], run.words.ends[hit.end - 1]
    before = text[max(0, start - _SIGHT) : start].rstrip()
    after = text[end : end + _SIGHT]
    score = sense.prior + 3 * _spoken(run, sense)
    score += 5 * any(_ends(before, c) for c in sense.before)
    score += 5 * any(_begins(after, c) for c in sense.after)
    return score + 3 * (run.context.home in sense.codes)


def _spoken(run: Run, sense: Sense) -> bool:
    """Whether the article as a whole speaks for a sense; the same for all of a text's hits."""
    if sense.source not in run.spoken:
        text = run.context.text or run.words.text
        words = run.context.words or frozenset(run.words.forms)
        run.spoken[sense.source] = cue_found(sense.document, text, words)
    return run.spoken[sense.source]


def something_else(run: Run, hit: Hit, entry: Entry) -> bool:
    """Whether the words around a name make something of it that is no party."""
    return (
        _somebodys_name(run, hit, entry)
        or _lonely_acronym(run, entry)
        or _namesake(run, hit, entry)
        or _minority(run, hit, entry)
        or _some_members(run, hit, entry)
        or run.words.text.startswith("$", run.words.ends[hit.end - 1])
    )


def _minority(run: Run, hit: Hit, entry: Entry) -> bool:
    """Whether it is a people within another state: "ethnic Albanians in Serbia"."""
    if entry.basis not in {"demonym", "people"} or hit.start == 0:
        return False
    return run.words.keys[hit.start - 1] == "ethnic"


def _some_members(run: Run, hit: Hit, entry: Entry) -> bool:
    """Whether only some members of an organisation are meant: "several European countries"."""
    words, lists = run.words, run.tables.words
    if hit.start == 0 or words.keys[hit.end - 1] not in lists["members"]:
        return False
    if entry.basis != "name" or run.tables.parties[entry.codes[0]].kind != "igo":
        return False
    before = hit.start - 1
    tied = words.hyphened(before - 1)  # "Sunni-ruled Arab states"
    return words.spaced(before) and (tied or words.keys[before] in lists["some"])


def _somebodys_name(run: Run, hit: Hit, entry: Entry) -> bool:
    """Whether a given name stands right before it ("Michael Jordan")."""
    if entry.basis not in PLACES or hit.start == 0 or hit.end - hit.start > 1:
        return False
    before = hit.start - 1
    return (
        run.words.gap(before) == " "
        and run.words.capital(before)
        and run.words.keys[before] in run.tables.words["given"]
    )


def _lonely_acronym(run: Run, entry: Entry) -> bool:
    """Whether a group's acronym stands without any sign of the group or its home."""
    if not (entry.home and entry.acronym):
        return False
    return not ({entry.home, *entry.codes} & run.context.codes)


def _namesake(run: Run, hit: Hit, entry: Entry) -> bool:
    """Whether it is a town in a country of emigrants: "Lima, Ohio", "London, Ontario"."""
    after = run.by_start.get(hit.end)
    if entry.basis not in PLACES or after is None or run.words.gap(hit.end - 1) != ", ":
        return False
    region = next((e for e in after.entries if e.basis == "city"), None)
    if region is None or region.codes[0] not in _SETTLED or region.codes == entry.codes:
        return False
    return run.words.gap(after.end - 1)[:1] in {",", ".", ";", ")", "\n"}


def key_of(tables: Tables, entry: Entry) -> str:
    """The key under which an entry stands."""
    return tables.key(" ".join(entry.words))


def _ends(text: str, cue: str) -> bool:
    if not text.endswith(cue):
        return False
    rest = text[: -len(cue)]
    return not rest or not rest[-1].isalnum()


def _begins(text: str, cue: str) -> bool:
    text = text if cue[0] in ",'’- (" else text.lstrip()
    if not text.startswith(cue):
        return False
    rest = text[len(cue) :]
    return not rest or not rest[0].isalnum()
