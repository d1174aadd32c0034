"""Who is named in what an act's word governs: "urged Chad to …", "denied that Chad shelled …".

`Complements.of` fills the places `comp.…` of the lexicon's lines, by what the clause below tells:
whom it asks (`comp`), who did the hostile thing (`comp.hostile`), whom it hit (`comp.hit`), at whom
it is aimed (`comp.act`). Where a clause is itself a trigger, `parties_of` reads it as an act, and
`depth` counts how far down that goes. The other methods look for whoever a condition or a warning
names.
"""

from __future__ import annotations

from dataclasses import replace

from worker.events import plover
from worker.events.frames.acts import PartiesOf
from worker.events.frames.triggers import Context, Triggers, on_condition
from worker.events.frames.whose import Whose
from worker.events.language.parsed import Token
from worker.events.language.tree import (
    arguments,
    children,
    complements,
    is_passive,
    is_predicate,
    nested,
    subject,
)
from worker.events.who.phrases import Named, Phrases, distinct

_AIMED = frozenset({"to", "with", "from", "on", "against", "in", "for", "at", "toward", "towards"})


class Complements:
    """Finds the parties of the clauses and nouns below an act's word."""

    def __init__(
        self, phrases: Phrases, triggers: Triggers, whose: Whose, parties_of: PartiesOf
    ) -> None:
        """Join what answers about parties, triggers and clauses."""
        self._phrases = phrases
        self._triggers = triggers
        self._whose = whose
        self._parties_of = parties_of

    def of(self, place: str, context: Context, depth: int) -> list[Named]:
        """The parties that stand in a place of the clauses below, to the third depth."""
        if depth > 2:
            return []
        own = context.args.complements
        below = [c for p in context.args.patient for c in children(p, "acl") if not is_passive(c)]
        coordinated = [c for clause in own for c in children(clause, "conj") if is_predicate(c)]
        if place == "comp.hostile":
            return distinct(n for c in [*own, *coordinated, *below] for n in self.hostile(c, depth))
        if place == "comp.hit":
            return distinct(n for c in own for n in self._hit(c, context, depth))
        if place == "comp.act":
            return distinct(n for c in [*own, *below] for n in self._aimed_at(c, depth))
        for clause in [*own, *below]:
            if place == "comp.subject":
                who = own_subject(clause)
                told = context.type == "REQUEST"  # "demanded that the bombing stop"
                found = self._phrases.belongs(who, told=told) if who is not None else []
            elif place == "comp.behind":
                behind = any(c.lower_ == "behind" for c in clause.subtree if c.dep_ == "case")
                who = own_subject(clause) if behind else None
                found = self._phrases.belongs(who) if who is not None else []
            else:
                found = self._asked_of(clause, context, depth)
            if found:
                return found
        return []

    def hostile(self, clause: Token, depth: int) -> list[Named]:
        """Who is said to have done a hostile thing."""
        kind = self._triggers.kind(clause)
        if kind is None or plover.meaning(kind[0]).quad < 3:
            return []
        parties = self._parties_of(clause, depth + 1)
        if parties is not None:
            return list(parties[0])
        return self._whose.subject(arguments(clause).agent)

    def _hit(self, clause: Token, context: Context, depth: int) -> list[Named]:
        """Whom the actor is said to have done something hostile: "denied shelling Chad"."""
        kind = self._triggers.kind(clause)
        if kind is None or plover.meaning(kind[0]).quad < 4:
            return []
        actors, recipients = self._parties_of(clause, depth + 1) or ((), ())
        own = {n.code for n in actors} <= context.actors
        return [n for n in recipients if own and n.code not in context.actors]

    def _aimed_at(self, clause: Token, depth: int) -> list[Named]:
        """At whom the hostile act of a clause, or of one within it, is aimed."""
        for inner in (clause, *complements(clause)):
            kind = self._triggers.kind(inner)
            hostile = kind is not None and plover.meaning(kind[0]).quad > 2
            parties = self._parties_of(inner, depth + 1) if hostile else None
            if parties is not None and parties[1]:
                return list(parties[1])
        return []

    def _asked_of(self, clause: Token, context: Context, depth: int) -> list[Named]:
        """Whom a complement concerns: its own subject, else the other parties of its act."""
        own = own_subject(clause)
        if own is not None:
            found = self._phrases.direct(own)
            agents = {n.code for n in self._whose.subject(context.args.agent)} | context.actors
            if found and {n.code for n in found} - agents:
                return found
        parties = self._parties_of(clause, depth + 1)
        if parties is not None:
            return list(parties[1] or parties[0])
        for inner in complements(clause):
            if depth < 2 and (found := self._asked_of(inner, context, depth + 1)):
                return found
        args = arguments(clause)
        given = self._whose.belongs(args.indirect)  # "to give the rebels more time"
        if given and not {n.code for n in given} <= context.actors:
            return given
        nouns = [t for c, t in args.preps if c in _AIMED]
        all_nouns = [*args.patient, *(t for _, t in args.preps)]
        owned = self._whose.belongs(args.patient)
        if owned and not {n.code for n in owned} <= context.actors:
            return owned
        beyond = self._whose.belongs(nouns) or [  # "threatened to aim its missiles at Poland"
            replace(n, how="with") for n in self._whose.belongs(nested(all_nouns, "with"))
        ]
        firm = context.type == "AGREE" and "weak" not in context.flags
        if not beyond and firm:  # "to keep the minority in Kosovo safe"
            beyond = self._whose.belongs(
                [t for c in ("in", "into") for t in nested(args.patient, c)]
            )
        return beyond or owned

    def of_condition(self, token: Token) -> list[Named]:
        """Whose doing would bring a threat about: "will strike back if Chad crosses the river"."""
        for clause in (c for t in token.subtree for c in on_condition(t)):
            who = arguments(clause).agent if is_passive(clause) else [own_subject(clause)]
            if found := self._whose.belongs(t for t in who if t is not None):
                return found
        return []

    def held_out(self, context: Context) -> list[Named]:
        """Whom a warning says that something will befall: "warned that Chad will face war"."""
        clauses = [c for c in context.args.complements if c.dep_ == "ccomp"]
        who = [own_subject(c) for c in clauses]
        found = self._whose.belongs(t for t in who if t is not None)
        return [n for n in found if n.code not in context.actors]

    def in_content(self, context: Context) -> list[Named]:
        """The first other party that is named in what is held out: "warned of steps against X"."""
        args = context.args
        heads = [*args.complements, *args.patient]
        heads += [t for c, t in args.preps if c in ("of", "with", "about")]
        for token in (t for head in heads for t in head.subtree):
            found = [n for n in self._phrases.named_at(token) if n.code not in context.actors]
            if found:
                return found
        return []


def own_subject(clause: Token) -> Token | None:
    """The subject of a clause, its own or the one it is understood to have."""
    for child in children(clause, "nsubj"):
        return child
    for child in children(clause, "csubj"):  # "what Belarus is doing is a crime"
        return subject(child)
    return subject(clause) if clause.dep_ in ("xcomp", "advcl", "acl") else None
