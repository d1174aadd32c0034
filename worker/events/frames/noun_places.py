"""Who stands in a place of a noun that tells an act: owner, modifier, "between", "by" …

`NounPlaces.of` takes a place by the name that the lexicon's lines use (docs/coding.md lists them);
any preposition is one. A noun may borrow its subject from a light verb ("held talks"), or from the
verb that it dates ("during a meeting with X, Y said").
"""

from __future__ import annotations

from worker.events.frames import around
from worker.events.frames.blows import DURING, DYING
from worker.events.frames.grounds import Grounds
from worker.events.frames.triggers import Context, Triggers, so_called, stem
from worker.events.frames.whose import Whose, is_site
from worker.events.language.parsed import Token
from worker.events.language.tree import (
    arguments,
    case,
    children,
    is_passive,
    is_predicate,
    lemma,
    nested,
    subject,
)
from worker.events.rules import Lexicon
from worker.events.who.phrases import Named, Phrases

_BY_MEANS_OF = frozenset({"with", "by", "thanks"})
_BEING_HIT = frozenset({"suffer", "receive", "face", "sustain", "endure"})
_COMING_AFTER = frozenset({"follow", "precede", "succeed"})
_EMERGING = frozenset({"emerge", "return", "come", "walk"})
_ARRIVING = frozenset({"arrive", "land", "come", "fly", "travel", "gather", "convene", "sit"})
_MUTUAL = frozenset({"CONSULT", "COOPERATE"})
_RECOUNTING = frozenset({"tell", "describe", "characterize", "characterise", "call", "term"})
_APART = frozenset({"after", "following", "before", "despite", "amid"})


class NounPlaces:
    """Fills the places of nouns."""

    def __init__(
        self,
        lexicon: Lexicon,
        phrases: Phrases,
        triggers: Triggers,
        whose: Whose,
        grounds: Grounds,
    ) -> None:
        """Join what answers about words, parties and what stands around a noun."""
        self._lexicon = lexicon
        self._phrases = phrases
        self._triggers = triggers
        self._whose = whose
        self._grounds = grounds

    def of(self, place: str, context: Context) -> list[Named]:
        """The parties that stand in a place of a noun."""
        token = context.token
        if place == "subj":
            if context.light is not None and self._is_struck(context):
                return self.of("by", context)  # "suffered an attack by the PKK"
            if context.light is not None and context.light_args.agent:
                return self._whose.subject(context.light_args.agent)
            if token.dep_ == "flat":  # "photos of X meeting with Y": a verb taken for a name
                return self._whose.subject([token.head])
            for source in ("poss", "mod", "by"):
                if found := self.of(source, context):
                    return found
            return []
        if place == "poss":
            owners = list(children(token, "nmod:poss"))
            if not owners and token.dep_ == "conj" and not any(children(token, "det")):
                owners = list(children(token.head, "nmod:poss"))  # "its missile and nuclear tests"
            return [n for c in owners for n in self._phrases.direct(c)]
        if place == "mod":
            found = [] if self._judged(token) else self._phrases.modifiers(token)
            return [n for n in found if context.type != "ASSAULT" or not is_site(n)]
        if place == "speaker":
            return self._whose.speaking(token)
        if place == "owner":
            whose = [t for c, t in context.args.preps if c in ("of", "by", "from")]
            return self._phrases.modifiers(token) or self._whose.belongs(whose)
        if place == "pact":
            return self._whose.in_pact(t for c, t in context.args.preps if c == "of")
        if place == "gov":
            return self._governing_subject(token, context.type)
        if place == "where":
            return self._grounds.where(context)
        if place == "topic":
            return self._topic(token)
        if place == "ground":
            return self._phrases.scene(token)
        if place.startswith("~"):
            return self._whose.belongs(t for t in token.subtree if case(t) == place[1:])
        preps = context.args.preps + context.light_args.preps
        talks = context.type == "CONSULT" and place in ("between", "of")
        below = [t for c, t in preps if c != "as" and not (talks and self._is_topic(c, t))]
        found = self._whose.belongs([t for c, t in preps if c == place])
        if place == "between" and len(found) == 1:  # "talks between Chad and UN envoys", hung high
            found += self._whose.belongs(children(token, "conj"))
        if not found:
            found = self._whose.belongs(nested(below, place))
            if place == "from" and context.type == "REQUEST":
                found = [n for n in found if not n.place]  # "calls for a withdrawal from Chad"
        return found or (self._phrases.doer(token) if place == "by" else [])

    def _judged(self, noun: Token) -> bool:
        """A verb of judging, taken for a noun, before an act: who condemns it did not do it."""
        for token in noun.doc[noun.left_edge.i : noun.i]:
            if token.pos_ in ("NOUN", "PROPN") and token.lower_.endswith("s"):
                rules = self._lexicon.triggers("v", stem(token))
                if any(r.type in ("ACCUSE", "REJECT") for r in rules):
                    return True
        return False

    def _topic(self, noun: Token) -> list[Named]:
        """Whose war it is, where nobody is told: of whom the sentence is about."""
        verb = noun.sent.root
        who = None if self._lexicon.is_a(lemma(verb), "SAY") else subject(verb)
        return self._whose.subject([who]) if who is not None else []

    def _is_struck(self, context: Context) -> bool:
        """Whether the subject of a light verb is who was hit: "has suffered several attacks"."""
        attack = self._lexicon.is_a(lemma(context.token), "ATTACK")
        return attack and context.light is not None and lemma(context.light) in _BEING_HIT

    def _governing_subject(self, noun: Token, kind: str) -> list[Named]:
        """ "During a meeting with X, Y said …": the subject of what the meeting dates."""
        if kind in _MUTUAL:
            noun = self._triggers.whole(noun)
            noun = so_called(noun) or noun
        verb = noun.head
        if noun.dep_ == "obj" and kind == "CONSULT" and lemma(verb) in _COMING_AFTER:
            return self._told_by(verb)
        if noun.dep_ in ("obj", "iobj") and kind == "CONSULT" and lemma(verb) in _RECOUNTING:
            return self._whose.subject(arguments(verb).agent)  # "told a conference with X that …"
        if noun.dep_ == "nmod" and kind == "CONSULT" and case(noun) == "on":
            return self._whose.subject([noun.head])  # "X's minister, on a visit to Y, …"
        strike = self._lexicon.is_a(lemma(noun), "ATTACK")
        instrument = case(noun) in _BY_MEANS_OF and (strike or kind in ("AID", "SUPPORT"))
        during = DURING | {"as"} if kind == "COOPERATE" else DURING
        if noun.dep_ != "obl" or not is_predicate(verb) or is_passive(verb):
            return []
        if lemma(verb) in DYING and case(noun) != "under":  # "died in separate attacks": not theirs
            return []
        if strike and not instrument and self._lexicon.is_a(lemma(verb), "SAY"):
            return []  # "officials say in the latest attack …": not theirs
        arriving = lemma(verb) in _ARRIVING or any(True for _ in around.sites(noun, self._lexicon))
        abroad = case(noun) == "for" and arriving
        emerging = case(noun) == "from" and kind == "CONSULT" and lemma(verb) in _EMERGING
        if case(noun) not in during and not (instrument or abroad or emerging):
            return []  # "is in Russia for talks", "emerged from talks" too
        if strike and (case(noun) in _APART or (not instrument and self._is_kind(verb))):
            return []
        who = subject(verb)
        return self._whose.subject([who]) if who is not None else []

    def _is_topic(self, preposition: str, noun: Token) -> bool:
        """ "On disputes between A and B", "amid tension between them": not who talks."""
        strife = any(self._lexicon.is_a(lemma(t), "STRIFE") for t in (noun, *nested([noun], "of")))
        return strife or (preposition in ("on", "about", "over") and noun.pos_ == "NOUN")

    def _told_by(self, verb: Token) -> list[Named]:
        """Who said or did what follows a meeting: "the announcement followed talks with X"."""
        first = next(children(verb, "nsubj"), None)
        return [] if first is None else self._whose.belongs([first], told=True)

    def _is_kind(self, verb: Token) -> bool:
        """Whether a verb says or helps: who offers condolences in an attack did not strike."""
        word = lemma(verb)
        rules = (r for r in self._lexicon.triggers("v", word) if word in r.lemmas)
        return any(r.type in ("AID", "SUPPORT") or "matrix" in r.flags for r in rules)
