"""Acts within one country, for data that code them too (CAMEO's manual; the coding guide does not).

At home an act is seldom told with both its parties: "police arrested two activists" names none. Who
acts is then guessed from the country that the sentence names (`Places.somebody`), and so is whom it
is aimed at. A guess must not outnumber what is told, so that a noun told in passing ("since the
war") has no guessed party beside a verb.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from worker.events import plover
from worker.events.frames.acts import Act


def at_home(acts: list[Act], named: Collection[str]) -> list[Act]:
    """The acts of a sentence, those of one party settled as far as one country goes.

    Args:
        acts: as `Reader.acts` gives them where it keeps acts within one country.
        named: codes of all parties that the sentence names.
    """
    aimed = [act if act.rule.pos == "n" else _aimed(act, named) for act in acts]
    kept = [act for act in aimed if not _passing(act)] or [_aimed(a, named) for a in acts[:1]]
    return [act for act in kept if not _astray(act)] or kept[:1]


def _passing(act: Act) -> bool:
    """An act of which only one party is told though its line asks for two: a noun's, a guess."""
    guessed = all(a.how == "guessed" for a in act.actors)
    return _lonely(act) and "alone" not in act.rule.flags and (guessed or act.rule.pos == "n")


def _astray(act: Act) -> bool:
    """A hostile act, told aside, without the party that it must be aimed at: others are named."""
    aside = act.trigger.head is not act.trigger
    return aside and _is_conflict(act) and _lonely(act) and "alone" not in act.rule.flags


def _lonely(act: Act) -> bool:
    return not act.recipients and len({a.code for a in act.actors}) == 1


def _is_conflict(act: Act) -> bool:
    return plover.meaning(act.type).quad > 2 or act.type == "CONCEDE"


def _aimed(act: Act, named: Collection[str]) -> Act:
    """What is done against nobody abroad, is done to somebody at home."""
    abroad = set(named) - {a.code for a in act.actors}
    tested = "test" in act.rule.flags
    if not _is_conflict(act) or tested or abroad or not _lonely(act):
        return act
    return replace(act, recipients=tuple(replace(a, start=-1, end=-1) for a in act.actors))
