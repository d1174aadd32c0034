"""Who struck, where only those who were hit are told, and whose men those were.

"Twelve were killed in a raid by the PKK", "soldiers died in fighting with rebels", "held three men
suspected of links to X": `Blows` answers for the places `blow` and `band` of the lexicon's lines.
"""

from __future__ import annotations

from collections.abc import Iterable

from worker.events.frames.acts import PartiesOf
from worker.events.frames.triggers import Context, Triggers
from worker.events.frames.whose import Whose
from worker.events.language.parsed import Token
from worker.events.language.tree import arguments, case, children, conjuncts, is_passive, lemma
from worker.events.rules import Lexicon
from worker.events.who.phrases import Named, Phrases

DYING = frozenset({"die", "perish", "fall"})
HIT = frozenset({"on", "at", "against", "in", "into"})
DURING = frozenset(
    {"in", "during", "at", "after", "following", "before", "on", "through", "despite", "amid"}
) | {"under", "ahead of"}
_SWEEPS = frozenset({"crackdown", "sweep", "campaign", "hunt", "manhunt", "swoop"})
_CHAIN = 2  # "abducted nine, killing two and freeing the rest"
_BOUND = frozenset({"to", "with", "of", "for", "from"})
_REVOLTS = frozenset({"insurgency", "rebellion"})


def _is_revolt(word: Token) -> bool:
    """ "Killed in the Taliban insurgency"."""
    return lemma(word) in _REVOLTS


class Blows:
    """Finds the parties of attacks and fights by those who fell or were seized in them."""

    def __init__(
        self,
        lexicon: Lexicon,
        phrases: Phrases,
        triggers: Triggers,
        whose: Whose,
        parties_of: PartiesOf,
    ) -> None:
        """Join what answers about words, parties, triggers and clauses."""
        self._lexicon = lexicon
        self._phrases = phrases
        self._triggers = triggers
        self._whose = whose
        self._parties_of = parties_of

    def striking(self, context: Context) -> list[Named]:
        """Whose attack it was, where nobody is the subject: "were killed in a raid by the PKK"."""
        if not is_passive(context.token) and lemma(context.token) not in DYING:
            return []
        wounded = [c for c in children(context.token, "conj") if not any(children(c, "obj"))]
        shared = [(case(t), t) for c in wounded for t in children(c, "obl")]
        blows = [
            t
            for c, t in [*context.args.preps, *shared]
            if c in ("in", "during", "by", "from", "of")
            and (self._lexicon.is_a(lemma(t), "ATTACK") or self._is_fight(t) or _is_revolt(t))
        ]
        dying = lemma(context.token) in DYING
        fell = self._whose.belongs(context.args.agent if dying else context.args.patient)
        clauses = list(children(context.token, "advcl"))
        blows += [c for c in clauses if self._is_fight(c)]
        fights = [t for t in blows if self._is_fight(t)]
        sides = [c for t in blows for c in children(t, "nmod", "obl")]
        fought = (t for t in sides if t.head in fights and case(t) in ("with", "between"))
        foes = self._whose.belongs(fought)
        if fights and not foes:
            foes = self._phrases.last_fight(fights[0])
        own = foes or self._whose.belongs(blows, told=True) or self._striking_then(clauses)
        if not own and all(n.kind == "state" for n in fell):
            hunted = self._whose.belongs(t for t in sides if case(t) == "against")
            own = [n for n in hunted if n.kind == "group"]  # "died in an operation against X"
        armed = fell or any(self._lexicon.is_a(lemma(t), "ARMED") for t in context.args.patient)
        if blows and not own and armed and all(n.kind == "group" for n in fell):
            # "the army says rebels died in an operation"
            return self._whose.reporting(context.token)
        if not fights:
            return own
        if not own and {"state", "group"} <= {n.kind for n in fell}:  # both sides had dead
            return [n for n in fell if n.kind == "state"]
        others = [n for n in own if n.code not in {f.code for f in fell}]
        if own and not others and all(n.kind == "group" for n in fell):
            # "militants died in a battle with insurgents"
            return self._whose.reporting(context.token)
        groups = [n for n in others if n.kind == "group"]  # who fought beside them, did not strike
        return groups if groups and not any(n.kind == "group" for n in fell) else others

    def _striking_then(self, clauses: Iterable[Token]) -> list[Named]:
        """Who strikes in the clause that dates a death: "were killed when X shelled the town"."""
        for clause in (c for c in clauses if any(w.lower_ == "when" for w in c.children)):
            if any(c.pos_ == "PRON" for c in children(clause, "nsubj")):
                continue  # "were killed when they crossed the border"
            kind = self._triggers.kind(clause)
            if kind is not None and kind[0] == "ASSAULT":
                parties = self._parties_of(clause, 1)
                return list(parties[0]) if parties else self._whose.subject(arguments(clause).agent)
        return []

    def _is_fight(self, word: Token) -> bool:
        return self._lexicon.is_a(lemma(word), "CLASH") or word.lower_ == "fighting"

    def band(self, context: Context) -> list[Named]:
        """The armed group of those who are hit or seized."""
        args = context.args
        hit = [*args.patient, *(t for c, t in args.preps if c in HIT)]
        hit = [head for t in hit for head in conjuncts(t)]
        bonds = self._bonds(hit, context.token)
        return [n for n in self._whose.belongs(bonds) if n.kind == "group"]

    def fellows(self, context: Context) -> list[Named]:
        """Whom the strike told beside an arrest or a release hit: "killed two and seized five"."""
        token = context.token
        if self._is_told(context):
            return []
        beside = []
        above = token
        for _ in range(_CHAIN):
            if above.dep_ not in ("conj", "advcl"):
                break
            above = above.head
            beside.append(above)
        for clause in (*beside, *children(token, "conj")):
            kind = self._triggers.kind(clause)
            if kind is not None and kind[0] in ("ASSAULT", "COERCE"):
                parties = self._parties_of(clause, 1)
                if parties is not None and parties[1]:
                    return list(parties[1])
        return []

    def taken(self, context: Context) -> list[Named]:
        """Whom somebody took before, where those set free have no name: "the two were freed"."""
        if self._is_told(context):
            return []
        takers = {n.code for n in self._phrases.last_takers(context.token)}
        theirs = not context.actors or not takers.isdisjoint(context.actors)
        before = self._phrases.last_taken(context.token) if theirs else []
        return self.fellows(context) or before

    def takers(self, context: Context) -> list[Named]:
        """Who took those that are set free: "she was released", after her abduction."""
        freed = self._whose.belongs(context.args.patient) if self._is_told(context) else []
        taken = {n.code for n in self._phrases.last_taken(context.token)}
        if freed and taken.isdisjoint(n.code for n in freed):
            return []
        return self._phrases.last_takers(context.token)

    def _is_told(self, context: Context) -> bool:
        """Whether a party is named in the phrase of those who are seized or freed."""
        return any(self._phrases.within(t) for t in context.args.patient)

    def _bonds(self, people: Iterable[Token], verb: Token) -> Iterable[Token]:
        """Whose men they are said to be: "suspected of links to X", "in raids targeting X"."""
        people = list(people)
        below = [c for t in people for c in children(t, "acl", "amod", "advcl", "xcomp", "nmod")]
        beside = [c for c in children(verb, "obl") if c.i > verb.i]
        for clause in (*below, *(t for t in beside if case(t) == "with")):
            if self._lexicon.is_a(lemma(clause), "BONDED") or clause.lower_ == "loyal":
                yield from (t for t in clause.subtree if case(t) in _BOUND)
                stray = clause.dep_ in ("nmod", "obl")  # "with links" and "to X", both of the verb
                yield from (t for t in beside if stray and t.i > clause.i and case(t) == "to")
        for raid in (t for t in (*below, *beside) if case(t) in DURING):
            if self._lexicon.is_a(lemma(raid), "ATTACK") or lemma(raid) in _SWEEPS:
                yield from (t for t in raid.subtree if case(t) != "by")
