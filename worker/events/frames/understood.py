"""Who is understood where nobody stands in the places that a line names.

An actor: whoever issued the statement (`issuing`), or in domestic coding somebody of the country
that is told of (`somebody`). A recipient: whom the flags of the line mean (`recipients`), such as
the foe told before, who refuses what was asked, or whose courts did what is deplored; of an attack,
the state whose people and posts are hit (`on_the_spot`), or the group, not its place (`struck`).
"""

from __future__ import annotations

from dataclasses import replace

from worker.events.frames import around
from worker.events.frames.acts import PartiesOf
from worker.events.frames.blows import HIT
from worker.events.frames.complements import Complements
from worker.events.frames.triggers import Context, Triggers, fills
from worker.events.frames.whose import Whose, is_site
from worker.events.frames.word_order import REACH
from worker.events.language.parsed import Token
from worker.events.language.tree import (
    arguments,
    case,
    children,
    is_passive,
    is_predicate,
    lemma,
    nested,
)
from worker.events.rules import Lexicon, Rule
from worker.events.who.phrases import Named, Phrases, distinct
from worker.events.who.speech import Speech

_YIELDING = frozenset({"comply", "agree", "accede", "bow", "respond", "yield", "submit", "consent"})
_ANSWERS = frozenset({"REJECT", "AGREE", "CONCEDE"})
_DENIALS = frozenset({"REJECT"})
_TOLD_THERE = frozenset({"AID", "SUPPORT"})  # who is in need, or votes, is of the place told before
_AIMED_AT = frozenset({"against", "anti", "over", "for", "protest", "government", "demand"})
_CIVILIANS = frozenset({"civilian", "villager", "bystander", "resident", "pedestrian"})


class Understood:
    """Finds the parties that a sentence leaves to be understood."""

    def __init__(
        self,
        lexicon: Lexicon,
        phrases: Phrases,
        speech: Speech,
        triggers: Triggers,
        whose: Whose,
        complements: Complements,
        parties_of: PartiesOf,
    ) -> None:
        """Join what answers about words, parties, speakers, triggers and clauses."""
        self._lexicon = lexicon
        self._phrases = phrases
        self._speech = speech
        self._triggers = triggers
        self._whose = whose
        self._complements = complements
        self._parties_of = parties_of
        self._unnamed = lexicon.classes["PEOPLE"] | lexicon.classes["OWN_FORCE"]
        self._unnamed |= lexicon.classes["OUTPOST"] | lexicon.classes["HUMAN"]
        self._seizable = lexicon.classes["PEOPLE"] | lexicon.classes["SUSPECT"]
        self._seizable |= lexicon.classes["ARMED"] | {"terrorist", "gunman", "bomber"}
        self._unnamed -= {"hostage", "captive"}  # whose they are, their place does not tell

    def issuing(self, context: Context) -> list[Named]:
        """The issuer of a statement, of what it tells without an agent: "are today designated"."""
        issuer = self._speech.issuer
        token = context.token
        told_without = is_passive(token) or (token.pos_ == "NOUN" and context.type == "SANCTION")
        if issuer is None or not told_without or context.args.agent or context.light_args.agent:
            return []
        others = (n for n in self._speech.speakers(token) if n.code != issuer.code)
        return [] if any(others) else [issuer]

    def somebody(self, context: Context) -> list[Named]:
        """Without borders to look for, an actor without a name is of the country that is told."""
        for agent in context.args.agent or context.light_args.agent:
            if found := self._phrases.within(agent):
                return found[:1]
        found = self._phrases.within(context.token.sent.root)[:1]
        return [replace(n, how="guessed") for n in found]

    def recipients(self, rule: Rule, context: Context) -> list[Named]:
        """Recipients that the sentence leaves to be understood: the foe, the victims' country."""
        token = context.token
        charge = token if rule.pos == "n" else token.head if token.dep_ == "acl" else None
        if rule.type == "ACCUSE" and charge and (found := self._refuser(charge, _DENIALS)):
            return found  # "rejected accusations", "dismissed concerns voiced by X"
        if rule.type == "ACCUSE" and rule.flags & {"keeps", "culprit"}:
            claimed = self._phrases.claimant(token)
            others = [n for n in claimed if n.code not in context.actors]
            return others or self._culprits(context)
        if rule.pos == "n" and (rule.type == "REQUEST" or "put" in rule.flags):
            return self._refuser(token, _ANSWERS)
        if "foe" in rule.flags:
            return self._phrases.last_group(token)
        if "victims" in rule.flags and any(
            self._lexicon.is_a(lemma(t), "VICTIM") for t in token.subtree
        ):
            return self._last_abroad(context)
        if "needy" in rule.flags:
            given = context.light is not None or rule.pos == "v" or is_predicate(token)
            if not given:
                return []
            there = rule.type in _TOLD_THERE
            return self._stricken(context) if there else self._needy(context)
        if "other" in rule.flags:
            actors = {n.code for t in context.args.agent for n in self._phrases.direct(t)}
            return self._phrases.other(token, actors)
        if "here" in rule.flags:
            return self._phrases.last_victims(token) or self._phrases.scene(token)
        if "same" in rule.flags:
            aimed = any(t.lower_ in _AIMED_AT for t in token.sent) or context.args.complements
            return [] if aimed else self._phrases.last_opposed(token)
        if "there" in rule.flags and any(c == "in" for c, _ in context.args.preps):
            return self._phrases.last_place(token)
        if "there" in rule.flags:
            near = token.doc[token.i : min(token.sent.end, token.i + REACH)]
            return [n for t in near if case(t) in ("in", "at") for n in self._phrases.site(t)][:1]
        return []

    def _last_abroad(self, context: Context) -> list[Named]:
        """The state told last, or where that acts itself, the place that was told before."""
        found = self._phrases.last_state(context.token)
        own = any(n.code in context.actors for n in found)
        return self._phrases.scene(context.token) if own else found

    def _stricken(self, context: Context) -> list[Named]:
        """Who is in need, or votes: the place told before, if it is not the actor's own."""
        found = self._phrases.scene(context.token)
        return [n for n in found if n.code not in context.actors]

    def _needy(self, context: Context) -> list[Named]:
        """Whom help is for that names nobody: the state told last, not the one that gives it."""
        whom = [t for c, t in context.args.preps if c in ("to", "for")]
        if any(self._lexicon.is_a(lemma(t), "NATIONS") for t in whom):
            return []  # "to other countries": to nobody in particular
        last = self._phrases.last_state(context.token)
        return [n for n in last if n.code not in context.actors]

    def _refuser(self, noun: Token, answers: frozenset[str]) -> list[Named]:
        """Who turns down, or accepts, what a noun asks for or charges: it was aimed at them."""
        verb = noun.head
        if noun.dep_ == "obl" and case(noun) in ("with", "to") and lemma(verb) in _YIELDING:
            return self._whose.subject(arguments(verb).agent)
        balking = noun.dep_ == "obl" and case(noun) in ("at", "to")  # "balked at X's demand"
        if not (balking or noun.dep_ in ("obj", "ccomp", "nsubj:pass")) or not is_predicate(verb):
            return []
        kinds = _DENIALS if balking else answers
        answered = any(r.type in kinds for r in self._triggers.rules(verb))
        return self._whose.subject(arguments(verb).agent) if answered else []

    def _culprits(self, context: Context) -> list[Named]:
        """Who did what is deplored: whoever a clause below says did it, or whose courts they are.

        "Concerned by reports that Burmese troops fired on crowds", "appalled by two executions in
        Chad": only the state there executes.
        """
        args = context.args
        heads = [*args.patient, *args.complements, *(t for _, t in args.preps)]
        below = [t for head in heads for t in head.subtree]
        if "culprit" in context.flags:
            clauses = (t for t in below if is_predicate(t))
            if found := distinct(n for t in clauses for n in self._complements.hostile(t, 1)):
                return found
        public = [t for t in below if self._lexicon.is_a(lemma(t), "STATEACT")]
        sites = [c for t in public for c in nested([t], "in")]
        sites += [c for t in public for c in children(t.head, "obl") if case(c) == "in"]
        sites += around.captors(context.token, self._lexicon)  # "deaths in Chadian custody"
        found = [n for n in self._whose.belongs(sites) if n.kind == "state"][:1]
        told = public and not found and self._speech.issuer is not None
        return self._phrases.last_state(context.token) if told else found

    def on_the_spot(self, actors: list[Named], context: Context) -> list[Named]:
        """Whose people and posts are hit, unnamed: of the state where it happens.

        A state hits civilians abroad so, an armed group soldiers too.
        """
        hit = [*context.args.patient, *(t for c, t in context.args.preps if c in HIT)]
        by_group = all(a.kind == "group" for a in actors)
        if not any(fills(t, self._unnamed if by_group else _CIVILIANS, self._lexicon) for t in hit):
            return []
        further = context.token.dep_ in (
            "advcl",
            "conj",
        )  # "stormed the base, killing five soldiers"
        parties = self._parties_of(context.token.head, 1) if further else None
        if parties is not None and parties[1]:
            return list(parties[1])
        speaker = self._whose.reporting(context.token)
        return speaker or self._phrases.scene(context.token)

    def held(self, actors: list[Named], context: Context) -> list[Named]:
        """Whose people are seized or freed, unnamed: of the land where foreign troops do it.

        An armed group frees those of the state that it fights.
        """
        hands = context.args.patient
        if any(self._phrases.within(t) for t in hands):
            return []
        if context.type == "RETREAT":
            by_group = all(a.kind == "group" for a in actors)
            meant = by_group and any(fills(t, self._unnamed, self._lexicon) for t in hands)
        else:
            forces = self._lexicon.classes["FORCE"] | {"coalition", "military"}
            abroad = any(fills(t, forces, self._lexicon) for t in context.args.agent)
            meant = abroad and any(fills(t, self._seizable, self._lexicon) for t in hands)
        if not meant:
            return []
        if context.type == "RETREAT" and (speaker := self._whose.reporting(context.token)):
            return speaker
        sites = [n for c, t in context.args.preps if c == "in" for n in self._phrases.site(t)]
        own = {n.code for n in (*actors, *self._speech.speakers(context.token))}
        found = sites or self._phrases.last_place(context.token)
        return [n for n in found if n.code not in own]

    def struck(self, recipients: list[Named], actors: list[Named], context: Context) -> list[Named]:
        """A strike on a group in a third state hits the group (coding guide)."""
        token = context.token
        if not recipients or not all(r.place or is_site(r) for r in recipients):
            return recipients
        codes = {a.code for a in actors}
        fell = self._whose.belongs(around.felled(token, self._lexicon))
        if fell and not codes & {n.code for n in fell}:
            return fell
        if "land" in context.flags or not all(r.place for r in recipients):
            return recipients
        groups = self._phrases.last_group(token)
        return groups if groups and groups[0].code not in codes else recipients
