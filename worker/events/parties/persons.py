"""Persons by the tables, the day and the article: when a name is enough, and when it is not."""

from __future__ import annotations

from collections.abc import Iterable

from worker.events.parties.nouns import Found, Hit, Learnt
from worker.events.parties.people import (
    EAST_ASIAN,
    FOREIGN,
    LEADER,
    SENIOR,
    Person,
    Term,
    in_tables,
    near,
)
from worker.events.parties.run import Run
from worker.events.parties.words import fold

_LONG_ENOUGH = 4
"""Letters from which a surname is unlikely to be something else."""
_PROMINENT, _GREAT, _FOREMOST = 3, 4, 5
"""Weights of states whose leaders, whose leaders of everyday names with their title, and whose
foreign ministers need no introduction; nor do those of organisations."""
_CLEAR = 5
"""By how much a surname of three letters must mean one person rather than the next."""

Ranked = list[tuple[int, Person, Term]]


def resolve_person(run: Run, hit: Hit) -> int:
    """Add the person whom a hit means, if anybody known; the first word behind the name."""
    start = run.offices.title_before(run.words, hit.start)
    key = _key(run, hit)
    learnt = hit.learnt or run.context.learnt.get(key) or run.learnt.get(key)
    if learnt is not None and not (
        _other_person(run, hit, learnt.name, start) or _lengthened(run, hit, learnt)
    ):
        _add(run, hit, start, learnt)
    else:
        _add_from_tables(run, hit, start)
    return hit.end


def _add_from_tables(run: Run, hit: Hit, start: int) -> None:
    people, title = hit.full or hit.short, _title(run, hit, start)
    if in_tables(people, run.on):
        people = tuple(p for p in people if not p.learnt)
    ranked = run.people.best(people, run.on, run.context.codes, title)
    for _, person, term in ranked:
        if _meant(run, hit, start, person, term, ranked):
            others = dict.fromkeys(p.code for _, p, _ in ranked if p.code != person.code)
            learnt = Learnt(person.name, person.code, term.office, term.source)
            _add(run, hit, start, learnt, others)
            if hit.full:
                _remember(run, person, learnt)
            return


def _meant(run: Run, hit: Hit, start: int, person: Person, term: Term, ranked: Ranked) -> bool:
    titled = start < hit.start
    if hit.full:
        return _trusted(run, person, term, titled)
    if _key(run, hit) in run.context.blocked or _other_person(run, hit, person.name, start):
        return False
    if _goes_on(run, hit, person):
        return False
    if titled:
        return _titled(run, hit, start, person, term)
    return _bare(run, hit, person, term, ranked)


def _trusted(run: Run, person: Person, term: Term, titled: bool) -> bool:
    """Whether a full name is enough: minor office holders need their state in the text."""
    if titled or person.code in run.context.codes:
        return True
    if person.rank <= FOREIGN and not person.learnt:
        return True
    return person.rank <= SENIOR and near(term, run.on)


def _titled(run: Run, hit: Hit, start: int, person: Person, term: Term) -> bool:
    """Whether a title and a surname are enough ("President Bush")."""
    if term.rank > SENIOR or not near(term, run.on):
        return False
    if person.code in run.context.codes or not _plain(run, _key(run, hit)):
        return True
    weight = run.tables.parties[person.code].weight
    fits = any(kind in fold(term.office) for kind in _title(run, hit, start))
    return fits and weight >= _GREAT


def _bare(run: Run, hit: Hit, person: Person, term: Term, ranked: Ranked) -> bool:
    """Whether a surname alone is enough."""
    key, in_text = _key(run, hit), person.code in run.context.codes
    if key in run.tables.words["syllables"]:
        return in_text and _incumbent(run, term) and _unrivalled(ranked)
    if _plain(run, key) or (run.words.opens(hit.start) and len(key) <= _LONG_ENOUGH):
        return False
    if in_text:
        return term.rank <= FOREIGN if near(term, run.on) else term.rank == LEADER
    party = run.tables.parties.get(person.code)
    weight = party.weight if party else 0
    if term.rank == LEADER:
        return weight >= _PROMINENT and near(term, run.on)
    foremost = weight >= _FOREMOST or (party is not None and party.kind == "igo")
    return term.rank == FOREIGN and foremost and _incumbent(run, term)


def _title(run: Run, hit: Hit, start: int) -> tuple[str, ...]:
    """The offices that the title before the name hints at."""
    return run.offices.title_kinds(" ".join(run.words.keys[start : hit.start]) + " x")


def _plain(run: Run, key: str) -> bool:
    if key in run.tables.words["distinct"]:
        return False
    return key in run.tables.words["plain"] or len(key) < _LONG_ENOUGH


def _incumbent(run: Run, term: Term) -> bool:
    held = run.on is None or term.distance(run.on.toordinal()) == 0
    return held and term.rank <= FOREIGN


def _unrivalled(ranked: Ranked) -> bool:
    best, code = ranked[0][0], ranked[0][1].code
    return all(score <= best - _CLEAR or p.code == code for score, p, _ in ranked[1:])


def _key(run: Run, hit: Hit) -> str:
    return " ".join(run.words.keys[hit.start : hit.end])


def _other_person(run: Run, hit: Hit, name: str, start: int) -> bool:
    """Whether a given name before it shows that somebody else is meant ("Jeb Bush")."""
    words, i = run.words, hit.start - 1
    if start < hit.start or i < 0 or hit.full or not words.capital(i):
        return False
    if words.gap(i) not in {" ", "-"} or _opener(run, i, name):
        return False
    if hit.start in run.ends:
        return False
    if words.gap(i) != "-":
        run.blocked.add(_key(run, hit))
    return True


def _opener(run: Run, i: int, name: str) -> bool:
    """Whether word ``i`` is no given name but opens the sentence, or is of this very name."""
    key, form = run.words.keys[i], run.words.forms[i]
    if key in run.tables.words["openers"] or key in run.tables.key(name).split():
        return True
    return form.isupper() and len(form) > 1


def _goes_on(run: Run, hit: Hit, person: Person) -> bool:
    """Whether the name is only the beginning of another ("Clinton Foundation", "Li Wei")."""
    words, j = run.words, hit.end
    if j >= len(words) or words.gap(j - 1) not in {" ", "-"} or not words.capital(j):
        return False
    if words.gap(j - 1) == "-":
        return True
    if words.keys[j] in run.tables.words["openers"]:
        return False  # "met Mr. Abbas Thursday"
    follows = run.by_start.get(j)
    if follows is not None:
        return _one_name(run, hit, person, follows)
    if words.forms[j].isupper() or run.offices.at(words, j) or _headline(run, hit):
        return False
    if person.code in EAST_ASIAN:
        run.blocked.add(_key(run, hit))
    return True


def _lengthened(run: Run, hit: Hit, learnt: Learnt) -> bool:
    """Whether a surname known here is somebody else's given name: "Nasrallah Sfeir"."""
    words, j = run.words, hit.end
    if hit.full or j - hit.start > 1 or j >= len(words) or words.gap(j - 1) != " ":
        return False
    if not words.capital(j) or words.forms[j].isupper() or j in run.by_start:
        return False
    known = words.keys[j] in run.tables.key(learnt.name).split()
    known = known or words.keys[j] in run.tables.words["openers"]  # "met Mr. Abbas Thursday"
    return not (known or run.offices.at(words, j) or _headline(run, hit))


def _one_name(run: Run, hit: Hit, person: Person, follows: Hit) -> bool:
    """Whether two East Asian surnames in a row are somebody's full name ("Li Wei")."""
    if person.code not in EAST_ASIAN or not any(p.code in EAST_ASIAN for p in follows.short):
        return False
    run.blocked.add(_key(run, hit))
    return True


def _headline(run: Run, hit: Hit) -> bool:
    """Whether a title without a full stop has capitals all around, so that they mean nothing."""
    if run.words.text.rstrip().endswith((".", "!", "?", "”", '"', "’", "'", ")")):
        return False
    near_by = run.words.forms[max(0, hit.start - 6) : hit.end + 6]
    around = [f for f in near_by if len(f) >= _LONG_ENOUGH]
    return sum(f[0].isupper() for f in around) >= 0.8 * len(around)


def _remember(run: Run, person: Person, learnt: Learnt) -> None:
    for short in (*person.shorts, person.name.split()[-1]):
        key = run.tables.key(short)
        for one in (key, key.split()[-1]):
            if len(one) > 2 and one not in run.tables.phrases:
                run.learnt.setdefault(one, learnt)


def _add(run: Run, hit: Hit, start: int, who: Learnt, others: Iterable[str] = ()) -> None:
    words = run.words
    core = (words.starts[hit.start], words.ends[hit.end - 1])
    run.found.append(
        Found(
            words.starts[start],
            core[1],
            core,
            who.code,
            "person",
            who.entry,
            tuple(others),
            possessive=words.possessive(hit.end) != hit.end,
            office=who.office,
            person=who.name,
            former=run.past_before(start),
            head_class="government",
        )
    )
