"""Who stands in a place of a verb, or of a predicate noun: subject, object, "with" …

`VerbPlaces.of` takes a place by the name that the lexicon's lines use (docs/coding.md lists them);
any preposition is one. What takes more than a look at the arguments is asked of `Blows`, `Grounds`
and `Complements`.
"""

from __future__ import annotations

from collections.abc import Iterable

from worker.events.frames.blows import Blows
from worker.events.frames.complements import Complements
from worker.events.frames.grounds import Grounds
from worker.events.frames.triggers import Context, fills
from worker.events.frames.whose import ABOUT, Whose
from worker.events.language.parsed import Token
from worker.events.language.tree import case, children, conjuncts, is_passive, lemma, nested
from worker.events.rules import Lexicon
from worker.events.who.phrases import Named, Phrases, distinct

_TOPICS = ("on", "about", "over", "for")
_TAKING_UP = frozenset({"ACCUSE", "SUPPORT", "REJECT"})


class VerbPlaces:
    """Fills the places of verbs."""

    def __init__(
        self,
        lexicon: Lexicon,
        phrases: Phrases,
        whose: Whose,
        complements: Complements,
        blows: Blows,
        grounds: Grounds,
    ) -> None:
        """Join what answers about words, parties and what stands around a verb."""
        self._lexicon = lexicon
        self._phrases = phrases
        self._whose = whose
        self._complements = complements
        self._blows = blows
        self._grounds = grounds

    def of(self, place: str, context: Context) -> list[Named]:
        """The parties that stand in a place of a verb."""
        args = context.args
        if place == "speaker":
            return self._whose.speaking(context.token)
        if place in ("subj", "cop", "organ", "inquiry"):
            return self._whose.subject(args.agent)
        if place == "blow":
            return self._blows.striking(context)
        if place == "venue":
            return self._grounds.host(context)
        if place == "where":
            return self._grounds.where(context)
        if place == "crowd":
            return self._grounds.crowd(context)
        if place == "pair":
            return self._phrases.pair(context.token)
        if place == "pact":
            return self._whose.in_pact(args.patient)
        if place == "if":
            return self._complements.of_condition(context.token)
        if place == "content":
            return self._complements.in_content(context)
        if place == "held":
            return self._complements.held_out(context)
        if place == "tribunal":
            courts = self._lexicon.classes["COURT"]
            return self._whose.subject(t for t in args.agent if fills(t, courts, self._lexicon))
        if place == "force":
            moved = args.patient if is_passive(context.token) else args.agent
            forces = self._lexicon.classes["FORCE"]
            return self._whose.subject(t for t in moved if fills(t, forces, self._lexicon))
        told = context.type in _TAKING_UP
        if place == "theme":
            return self._whose.belongs(args.agent, told=told)
        if place == "obj":
            found = self._whose.belongs(args.patient, told=told)
            return found or self._whose.belongs(args.indirect)
        if place == "claim":
            return self._claiming(args.patient or args.indirect)
        if place == "session":
            return self._session([*args.patient, *(t for _, t in args.preps)])
        if place == "by" and context.token.pos_ == "NOUN":
            return self._phrases.doer(context.token)
        if place == "iobj":
            return self._whose.belongs(args.indirect)
        if place == "band":
            return self._blows.band(context)
        if place == "fellow":
            return self._blows.fellows(context)
        if place == "taken":
            return self._blows.taken(context)
        if place == "taker":
            return self._blows.takers(context)
        if place.startswith("~"):
            below = list(context.token.subtree)
            if context.type == "ASSAULT":  # "al-Qaida in Iraq claimed": no place that it hit
                acting = {t.i for agent in args.agent for t in agent.subtree}
                below = [t for t in below if t.i not in acting]
            return self._whose.belongs(t for t in below if case(t) == place[1:])
        nouns = [t for c, t in args.preps if c == place]
        if place == "near":  # "blew himself up near the border"
            nouns = [t for t in nouns if not self._lexicon.is_a(lemma(t), "BORDER")]
        if place == "with" and context.type == "CONSULT":  # "With Chad arming, A and B discussed …"
            nouns = [t for t in nouns if t.i > context.token.i]
        if told and place in ABOUT and (about := self._whose.belongs(nouns, told=True)):
            return about
        if place == "for" and "matrix" in context.flags:
            below = [
                g
                for n in nouns
                for g in children(n, "nmod")
                if case(g) in ("of", "to", "by", "from", "between")
            ]
            nouns = nouns if self._whose.belongs(nouns) else below
        fought = place == "with" and context.type == "ASSAULT"  # not "fought for union with X"
        around = [] if place == "to" or fought else [t for _, t in args.preps]
        if place == "of" and context.type == "CONSULT":  # not "a conference on the future of X"
            around = [t for t in around if case(t) not in _TOPICS]
        if place == "between":  # "a truce between A and B took effect"
            around += args.agent
        objects = [head for t in args.patient for head in conjuncts(t)]
        below = nested([*objects, *around], place)
        if place == "with" and context.type == "COOPERATE":  # "the border with X"
            below = [t for t in below if not self._lexicon.is_a(lemma(t.head), "BORDER")]
        return self._whose.belongs(nouns) or self._whose.belongs(below)

    def _session(self, nouns: Iterable[Token]) -> list[Named]:
        """Whose meeting it is; where it is held is no party, and "the meeting" was told before."""
        for noun in (t for t in nouns if self._lexicon.is_a(lemma(t), "MEETING")):
            topics = [t for t in noun.subtree if case(t) in _TOPICS]
            found = [
                n
                for n in self._whose.belongs([noun])
                if n.basis != "capital"
                and not any(t.left_edge.idx <= n.start <= t.right_edge.idx for t in topics)
            ]
            if found := found or self._phrases.meeting(noun):
                return found
        return []

    def _claiming(self, claims: Iterable[Token]) -> list[Named]:
        """Whose claim or call it is: whom it is about did not make it."""
        found: list[Named] = []
        for claim in claims:
            by = [c for c in children(claim, "nmod") if case(c) in ("by", "from")]
            by += [c for v in children(claim, "acl") for c in children(v, "obl") if case(c) == "by"]
            said = self._lexicon.is_a(lemma(claim), "ASSERTION")
            asked = self._lexicon.is_a(lemma(claim), "PROPOSAL")
            if said or asked:
                found += self._whose.belongs(by) or self._phrases.modifiers(claim)
        return distinct(found)
