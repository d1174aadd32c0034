"""Acts in one sentence: rules of the lexicon applied to the tree.

`Reader.acts` is the way. The rules of a trigger word are filled with parties (`filling`), and the
clause makes an act of the frame, or none (`clauses`); what a speaker says must be done, or makes a
condition, needs no trigger (`demands`). What a matrix swallows is passed over, and so are matches
of sport.
"""

from __future__ import annotations

from worker.events.frames.acts import Act, Parties
from worker.events.frames.clauses import Clauses
from worker.events.frames.complements import Complements
from worker.events.frames.contents import Contents
from worker.events.frames.demands import Demands, is_signal
from worker.events.frames.filling import Filling
from worker.events.frames.places import Places
from worker.events.frames.triggers import Triggers
from worker.events.frames.understood import Understood
from worker.events.frames.whose import Whose
from worker.events.frames.word_order import WordOrder
from worker.events.language.parsed import Span, Token
from worker.events.language.tree import children, lemma
from worker.events.rules import Lexicon
from worker.events.who.phrases import Named, Phrases
from worker.events.who.speech import Speech

_PLAYED = frozenset({"CONSULT", "ASSAULT", "SANCTION"})  # teams meet and beat each other
_ALL = frozenset({"all", "other", "every", "fellow", "more"})


class Reader:
    """Reads the acts of one parsed paragraph; `triggers` are the rules of its words.

    Args:
        domestic: keep acts whose parties all have one code too (for CAMEO-style data; the guide
            leaves purely domestic acts out).
    """

    def __init__(
        self, lexicon: Lexicon, phrases: Phrases, speech: Speech, *, domestic: bool = False
    ) -> None:
        """Join what answers about words, parties and speakers."""
        self._lexicon = lexicon
        self._phrases = phrases
        self._domestic = domestic
        self.triggers = triggers = Triggers(lexicon, phrases)
        contents = Contents(lexicon, triggers)
        whose = Whose(lexicon, phrases, speech)
        complements = Complements(phrases, triggers, whose, self._parties)
        places = Places(lexicon, phrases, triggers, whose, complements, self._parties)
        understood = Understood(
            lexicon, phrases, speech, triggers, whose, complements, self._parties
        )
        word_order = WordOrder(phrases, domestic=domestic)
        self._filling = Filling(
            lexicon, phrases, speech, triggers, contents, places, whose, word_order, understood,
            domestic=domestic,
        )  # fmt: skip
        self._clauses = Clauses(
            lexicon, speech, triggers, contents, places, whose, domestic=domestic
        )
        self._demands = Demands(
            lexicon, phrases, speech, triggers, contents, whose, domestic=domestic
        )
        self._swallowed: set[int] = set()

    def acts(self, sentence: Span) -> list[Act]:
        """All acts of a sentence, in the order of their triggers."""
        found: list[Act] = []
        telling = [t for t in sentence if self.triggers.able(t) or is_signal(t)]
        sport = telling and any(self._is_sport(t) for t in sentence)
        for token in sorted(telling, key=_depth):  # what governs first: it may swallow the rest
            if token.i in self._swallowed:
                continue
            if is_signal(token):
                found.extend(self._demands.acts(token))
                continue
            act = self._act(token)
            if act is None or (sport and act.rule.type in _PLAYED):
                continue
            found.append(act)
            found.extend(self._clauses.alleged(act))
        return sorted(found, key=lambda a: a.trigger.i)

    def victims(self, sentence: Span) -> list[Named]:
        """Whom an attack of the sentence hit, though nobody is said to have made it."""
        for token in sentence:
            rule = next((r for r in self.triggers.rules(token) if r.type == "ASSAULT"), None)
            if rule is None or "here" in rule.flags:
                continue
            if hit := self._filling.hit(rule, token):
                return hit
        return []

    def is_private(self, act: Act) -> bool:
        """Whether an act of one party concerns nobody else: what a government denies at home."""
        if len(act.actors) > 1 or act.recipients or self._domestic:
            return False
        actor = act.actors[0]
        if actor.kind == "igo" or act.type == "MOBILIZE" or "abroad" in act.rule.flags:
            return False
        sentence = act.trigger.sent
        told = self._phrases.within(sentence.root)
        if act.type == "ACCUSE":  # "condemned the attack", told where before
            told = [*told, *self._phrases.pair(act.trigger)]
        abroad = any(self._lexicon.is_a(lemma(t), "ABROAD") or self._is_all(t) for t in sentence)
        return not abroad and all(n.code == actor.code for n in told)

    def _act(self, token: Token) -> Act | None:
        frame = self._filling.frame(token)
        if frame is None:
            return None
        self._swallowed.update(t.i for t in self._clauses.swallowed(token, frame))
        return self._clauses.act(token, frame)

    def _parties(self, clause: Token, depth: int) -> Parties | None:
        """Whom a clause joins: a place may be filled by the parties of another frame."""
        frame = self._filling.frame(clause, depth)
        return None if frame is None else (frame.actors, frame.recipients)

    def _is_sport(self, token: Token) -> bool:
        """A word of matches; what is "final" need be none."""
        return token.pos_ != "ADJ" and self._lexicon.is_a(lemma(token), "SPORT")

    def _is_all(self, noun: Token) -> bool:
        """ "Other donors", "all countries": some of them are abroad."""
        kinds = (c.lower_ for c in children(noun, "det", "amod"))
        return self._lexicon.is_a(lemma(noun), "NATIONS") and not _ALL.isdisjoint(kinds)


def _depth(token: Token) -> tuple[int, int]:
    depth = 0
    node = token
    while node.head != node and depth < 60:
        node = node.head
        depth += 1
    return depth, token.i
