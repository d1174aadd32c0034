"""Whose land an act points to, and who is meant by it: its state, its authorities, its people.

"Sent troops to the border with Somalia", "was arrested in Iran", "crowds in Cairo demand …":
`Grounds` answers for the places `where`, `venue` and `crowd` of the lexicon's lines.
"""

from __future__ import annotations

from worker.events.frames.triggers import Context, crowd_of, is_crowd
from worker.events.frames.whose import Whose
from worker.events.language.parsed import Token
from worker.events.language.tree import case, children, is_passive, lemma, nested
from worker.events.rules import Lexicon
from worker.events.who.phrases import Named, Phrases, distinct

SITES = frozenset(
    [
        *("to", "towards", "toward", "in", "into", "inside", "within", "at", "on", "onto", "along"),
        *("near", "off", "around", "over", "through", "across", "outside", "against", "up"),
        *("close", "between"),
    ]
)
_BEYOND = ("with", "to", "near", "off", "from", "between", "of", "in")
_SOIL = frozenset({"in", "from", "at", "near", "outside"})
_AROUND = ("in", "outside", "near")
_GOING = frozenset(
    {
        "travel",
        "arrive",
        "enter",
        "visit",
        "cross",
        "land",
        "return",
        "fly",
        "stray",
        "sail",
        "come",
    }
)
_REACHED = frozenset({"to", "into", "in", "at"})
_ON_SOIL = frozenset({"in", "inside", "across", "through"})


class Grounds:
    """Finds parties by the places on the map that stand around an act."""

    def __init__(self, lexicon: Lexicon, phrases: Phrases, whose: Whose) -> None:
        """Join what answers about words and parties."""
        self._lexicon = lexicon
        self._phrases = phrases
        self._whose = whose

    def where(self, context: Context) -> list[Named]:
        """Whose land an act points to: the first place that is not the actor's own.

        "On the border with Somalia" is Somalia's side.
        """
        sites = _sites(context)
        for noun in sites:
            beyond = [t for c in _BEYOND for t in nested([noun], c)]
            found = (
                self._whose.belongs(beyond)
                or self._whose.belongs([noun])
                or self._whose.belongs(_there(noun))
            )
            if {n.code for n in found} - context.actors:
                return found
        if any(self._lexicon.is_a(lemma(t), "BORDER") for t in sites):
            heads = [*context.args.patient, *(t for _, t in context.args.preps)]
            return self._whose.belongs(
                [*(t for c, t in context.args.preps if c == "with"), *nested(heads, "with")]
            )
        return []

    def host(self, context: Context) -> list[Named]:
        """Whose authorities act on their own soil, unnamed: "was arrested in Iran"."""
        if not is_passive(context.token) or context.args.agent:
            return []
        sites = [t for c, t in context.args.preps if c in _SOIL]
        spots = [t for c, t in context.args.preps if c in ("at", "on")]
        sites = sites or [t for c in _AROUND for t in nested(spots, c)]
        posted = nested(context.args.patient, "in")  # "the mission in X was told to leave"
        posted = posted or _reached(context.token)
        sites = [s for t in (sites or posted) for s in (t, *children(t, "appos"))]
        where = [n for t in sites for n in self._phrases.site(t)]
        states = [n for n in distinct(where) if n.kind == "state"]
        if not states and any(self._lexicon.is_a(lemma(t), "CAPTOR") for t in context.token.sent):
            return []  # "officials say kidnappers freed an engineer seized in May"
        return states or self._whose.reporting(context.token) or self._fought(context)

    def _fought(self, context: Context) -> list[Named]:
        """Who fights those who are held: "25 of the militants were captured", after a raid."""
        seized = {n.code for n in self._whose.belongs(context.args.patient) if n.kind == "group"}
        fight = self._phrases.last_fight(context.token)
        others = [n for n in fight if n.code not in seized]
        return others if seized and len(others) < len(fight) else []

    def crowd(self, context: Context) -> list[Named]:
        """Whose people a crowd are: of the country that is named with them, else of the place."""
        agents = crowd_of(context)
        found = self._whose.subject(agents)
        if found or not any(is_crowd(t, self._lexicon) for t in agents):
            return found
        where = [t for t in context.token.sent if case(t) in _ON_SOIL and not _is_aside(t)]
        states = (self._phrases.site(t) for t in where)
        return next((s for s in states if s), []) or self._phrases.last_place(context.token)


def _sites(context: Context) -> list[Token]:
    """Nominals that say where an act takes place, in their order; parsers hang them anywhere."""
    heads = [*context.args.patient, *(t for _, t in context.args.preps)]
    found = [t for c, t in [*context.args.preps, *context.light_args.preps] if c in SITES]
    for preposition in SITES:
        found.extend(nested(heads, preposition))
    return sorted(set(found), key=lambda t: t.i)


def _there(noun: Token) -> list[Token]:
    """Who is said to be where something goes: "into the area where rebels are fighting"."""
    clauses = [c for c in children(noun, "acl") if any(t.lower_ == "where" for t in c.children)]
    return [t for clause in clauses for t in children(clause, "nsubj")]


def _reached(verb: Token) -> list[Token]:
    """Where those who are held were going: "was arrested when he travelled to X"."""
    journeys = [c for c in children(verb, "advcl") if lemma(c) in _GOING]
    journeys = [c for c in journeys if not any(m.lower_ == "to" for m in children(c, "mark"))]
    goals = [p for c in journeys for p in children(c, "obl") if case(p) in _REACHED]
    return goals + [p for c in journeys for p in children(c, "obj")]


def _is_aside(noun: Token) -> bool:
    """Whether a phrase stands in a clause that only qualifies: "the film, first shown in X"."""
    return any(t.dep_ in ("acl", "acl:relcl") for t in noun.ancestors)
