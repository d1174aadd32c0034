"""Who stands in the places that a line of the lexicon names for its actors and recipients.

`Places.first` is the way in: it takes the places in their order of preference and asks the module
that knows each. `complements` fills those of the clause below (`comp.…`), `around` those of words
beside the act, `noun_places` and `verb_places` those of its own word, with `blows` for fights and
`grounds` for the land. Whom a phrase stands for, all of them learn from `whose`. Where nobody is
found, the reader asks `word_order` for the neighbour of the verb, and `understood` for what the
text leaves unsaid.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from worker.events.frames import around
from worker.events.frames.acts import PartiesOf
from worker.events.frames.blows import Blows
from worker.events.frames.complements import Complements
from worker.events.frames.grounds import Grounds
from worker.events.frames.noun_places import NounPlaces
from worker.events.frames.triggers import Context, Triggers
from worker.events.frames.verb_places import VerbPlaces
from worker.events.frames.whose import Whose
from worker.events.language.parsed import Token
from worker.events.language.tree import case, children, governing_verb, is_predicate, lemma
from worker.events.rules import Lexicon
from worker.events.who.phrases import Named, Phrases, distinct


class Places:
    """Fills places of the tree with parties."""

    def __init__(
        self,
        lexicon: Lexicon,
        phrases: Phrases,
        triggers: Triggers,
        whose: Whose,
        complements: Complements,
        parties_of: PartiesOf,
    ) -> None:
        """Join what answers about words, parties and clauses."""
        self._lexicon = lexicon
        self._phrases = phrases
        self._whose = whose
        self._complements = complements
        self._triggers = triggers
        self._parties_of = parties_of
        blows = Blows(lexicon, phrases, triggers, whose, parties_of)
        grounds = Grounds(lexicon, phrases, whose)
        self._nouns = NounPlaces(lexicon, phrases, triggers, whose, grounds)
        self._verbs = VerbPlaces(lexicon, phrases, whose, complements, blows, grounds)

    def first(self, places: Iterable[str], context: Context, depth: int) -> list[Named]:
        """The parties of the first of the places that has any.

        A recipient's place that names the actors alone gives way to a later one: "sent troops to
        its border with Somalia".
        """
        own: list[Named] = []
        for place in places:
            found = self._place(place, context, depth)
            if found and place == "with" and "alone2" in context.flags:
                return [replace(n, how="with") for n in found]
            if {n.code for n in found} - context.actors:
                return found
            own = own or found
        return own

    def _place(self, place: str, context: Context, depth: int) -> list[Named]:
        if place.startswith("comp"):
            return self._complements.of(place, context, depth)
        if place == "sole":
            return self._sole(context)
        if place == "met":
            return self._met(context, depth)
        if place == "fought":
            return self._fought(context)
        if place == "assailant":
            return self._phrases.last_assailant(context.token)
        if place == "self":
            return self._whose.belongs([context.token])
        if place == "mod" and is_predicate(context.token):  # "is under American pressure"
            return self._phrases.modifiers(context.token)
        if place in around.PLACES:
            return self._whose.belongs(around.PLACES[place](context.token, self._lexicon))
        if context.token.pos_ in ("NOUN", "PROPN") and not is_predicate(context.token):
            return self._nouns.of(place, context)
        return self._verbs.of(place, context)

    def _met(self, context: Context, depth: int) -> list[Named]:
        """Whom a party meets to say so: "met X to urge restraint", "went to X, where …"."""
        token = context.token
        above = governing_verb(token)
        if above is None or depth > 1 or not _is_purpose(token):
            return []
        for word in (above, *children(above, "obj", "obl")):
            kind = self._triggers.kind(word)
            found = self._parties_of(word, depth + 1) if kind and kind[0] == "CONSULT" else None
            if found is not None:
                return [n for n in (*found[0], *found[1]) if n.code not in context.actors]
        return []

    def _sole(self, context: Context) -> list[Named]:
        """The one other party that the sentence names, if it does not only say what happened."""
        tokens = [t for t in context.token.sent if not self._says(t)]
        found = distinct(n for t in tokens for n in self._phrases.named_at(t))
        others = [n for n in found if n.code not in context.actors and n.kind != "igo"]
        return others if len(others) == 1 else []

    def _fought(self, context: Context) -> list[Named]:
        """The other side of the fight told last, of which the actors were one: "returned fire"."""
        sides = self._phrases.last_fight(context.token)
        others = [n for n in sides if n.code not in context.actors]
        return others if len(others) < len(sides) else []

    def _says(self, token: Token) -> bool:
        """Whether a name belongs to the subject of a verb of saying."""
        for node in (token, *token.ancestors):
            if node.dep_.startswith("nsubj") or node.dep_ == "obl":
                told = node.dep_ == "obl" and case(node) == "according to"
                return told or self._lexicon.is_a(lemma(node.head), "SAY")
        return False


def _is_purpose(clause: Token) -> bool:
    """ "… to urge restraint", "… where she urged restraint"."""
    words = {c.lower_ for c in children(clause, "mark", "advmod")}
    return clause.dep_.startswith(("advcl", "acl", "ccomp")) and bool(words & {"to", "where"})
