"""What an act answers: whom a denial, a refusal, a promise or a threat without a name is aimed at.

"Syria denied the charges" is aimed at whoever made them, as the article tells: before, or further
down. A threat without a target goes to whom the quarrel is with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from worker.events import plover
from worker.events.frames.acts import Act
from worker.events.language.tree import lemma
from worker.events.merge import Told
from worker.events.rules import Lexicon
from worker.events.who.phrases import Named

_ASKED = ("ACCUSE", "REQUEST")
_CHARGED = ("ACCUSE",)
_CLAIMED = ("ACCUSE", "REQUEST", "COERCE", "ASSAULT", "SANCTION", "REJECT")
_ORDERED = ("REQUEST", "THREATEN", "ACCUSE")
_ANSWERS = {  # what is denied or turned down → types of acts that said it
    "accusation": _CHARGED, "allegation": _CHARGED, "charge": _CHARGED, "criticism": _CHARGED,
    "demand": ("REQUEST",), "claim": _CLAIMED, "report": _CLAIMED, "statement": _CLAIMED,
    "it": _CHARGED, "that": _CHARGED, "this": _CHARGED,
    "warrant": _ORDERED, "order": _ORDERED, "deadline": _ORDERED,
}  # fmt: skip
_CHARGES = {"accusation", "allegation", "charge", "criticism", "claim"}
_LONELY = {
    "accusation",
    "allegation",
    "charge",
    "claim",
    "demand",
}  # by nobody told, yet turned down
_MEANT = {"it", "that", "this"}  # "Chad denied it": what it was charged with
_RECENT = 4  # acts back among which a promise or refusal finds who asked
_JUST = 2  # acts back among which a charge is what somebody says otherwise to
_QUARREL = 8  # acts back among which a threat finds whom it is aimed at


class Answers:
    """Finds whom acts without a recipient answer.

    Args:
        made: the acts told so far, in reading order; it grows while the article is read.
        pair: the two states that the article is about, as far as it was read.
    """

    def __init__(
        self, lexicon: Lexicon, made: Sequence[Told], pair: Callable[[], list[Named]]
    ) -> None:
        """Look into what was told, nothing more."""
        self._lexicon = lexicon
        self._made = made
        self._pair = pair
        self._open: dict[int, tuple[Act, bool]] = {}

    def answered(self, act: Act) -> Act:
        """The act, aimed at whom it answers if its sentence does not tell whom."""
        if act.recipients:
            return act
        if "answer" in act.rule.flags and act.type == "AGREE":
            return self._promised(act)
        if act.type == "CONCEDE" and len(act.actors) == 1:
            return self._conceded(act)
        if "answer" in act.rule.flags and act.type in ("THREATEN", "SANCTION"):
            return self._opposed(act)
        if act.type == "REQUEST":
            return self._demanded(act)
        if act.type != "REJECT":
            return act
        if "rebuts" in act.rule.flags:
            return self._rebutted(act)
        if not (words := self._turned_down(act)):
            denied = "swallows" in act.rule.flags  # a charge of which nothing is told
            return act if denied or "answer" not in act.rule.flags else self._refused(act)
        if (found := self._asked(act, reversed(self._made))) is not None:
            return found
        if (charged := self._charged(act)) is not None:
            return charged
        return replace(act, recipients=self._other(act) if words & _CHARGES else ())

    def is_lacking(self, act: Act) -> bool:
        """Whether an act that answers somebody has nobody to answer."""
        charged = act.type == "REJECT" and bool(self._turned_down(act) & _LONELY)
        return "answer" in act.rule.flags and not act.recipients and not charged

    def await_charge(self, act: Act, *, stands: bool) -> bool:
        """Whether the act that is told next may be a denial of what is charged further down.

        Args:
            stands: it is an act even if nobody does.
        """
        if act.type != "REJECT" or act.recipients or not self._turned_down(act):
            return False
        self._open[len(self._made)] = act, stands
        return True

    def settled(self) -> Iterable[Told]:
        """All acts once the article is read: denials aimed at whom it told later."""
        for number, told in enumerate(self._made):
            act, stands = self._open.get(number, (None, True))
            found = self._asked(act, self._made[number + 1 :]) if act is not None else None
            if found is not None:
                yield replace(told, recipients=_meant(found.recipients), mode=found.mode)
            elif stands:
                yield told

    def _asked(self, act: Act, told: Iterable[Told]) -> Act | None:
        """A refusal, aimed at the first who is told to have charged or asked the refuser."""
        own, words = {a.code for a in act.actors}, self._turned_down(act)
        proposed = words & self._lexicon.classes["PROPOSAL"]
        types = next((types for word, types in _ANSWERS.items() if word in words), None)
        for one in told:
            if one.mode == "investigate" and words & _CHARGES:
                continue  # who looks into a charge did not make it
            if one.type in (types or (_ASKED if proposed else _CHARGED)) and own & one.codes[1]:
                mode = one.mode if one.type == "REQUEST" else act.mode
                return replace(act, recipients=one.actors, mode=mode)
        return None

    def _charged(self, act: Act) -> Act | None:
        """ "X says Y builds arms, a charge it denies": it is Y, who was charged just before."""
        own = {a.code for a in act.actors}
        referred = all(a.basis == "reference" for a in act.actors)
        for told in self._made[-1:] if referred else ():
            if told.type == "ACCUSE" and own & told.codes[0] and told.recipients:
                return replace(act, actors=told.recipients, recipients=told.actors)
        return None

    def _refused(self, act: Act) -> Act:
        """What is refused in so many words was asked for or offered just before."""
        own = {a.code for a in act.actors}
        for told in self._made[-_RECENT:][::-1]:
            if told.type in ("REQUEST", "AGREE") and own & told.codes[1]:
                return replace(act, recipients=told.actors)
        firm = "weak" not in act.rule.flags  # "will not accept the line"
        said_no = firm and act.rule.flags & {"negated", "refusing"}
        return replace(act, recipients=self._other(act)) if said_no else act

    def _rebutted(self, act: Act) -> Act:
        """Who says otherwise right after being charged turns the charge down."""
        own = {a.code for a in act.actors}
        for told in self._made[-_JUST:][::-1]:
            if told.type == "ACCUSE" and own & told.codes[1] and not own & told.codes[0]:
                return replace(act, recipients=_meant(told.actors))
        return act

    def _demanded(self, act: Act) -> Act:
        """What is demanded of nobody by name is asked of whom the last conflict was with."""
        if not self._words_below(act) & self._lexicon.classes["DEMANDED"]:
            return act
        own = {a.code for a in act.actors}
        for told in self._made[-_QUARREL:][::-1]:
            actors, recipients = told.codes
            calm = plover.meaning(told.type).quad < 3 or told.type == "REJECT"
            if calm or own & actors & recipients:
                continue
            if own & actors and recipients:
                return replace(act, recipients=_meant(told.recipients))
            if own & recipients:
                return replace(act, recipients=_meant(told.actors))
        others = self._other(act) if "answer" in act.rule.flags else ()
        return replace(act, recipients=others)

    def _promised(self, act: Act) -> Act:
        """What is promised without a name is promised to whoever asked for it just before."""
        own = {a.code for a in act.actors}
        for told in self._made[-_RECENT:][::-1]:
            if told.type == "REQUEST" and own & told.codes[1]:
                return replace(act, recipients=told.actors)
        words = {lemma(t) for t in act.trigger.subtree}
        if words & self._lexicon.classes["CEASEFIRE"]:  # "pledged to respect the truce"
            return self._conceded(act)
        friendly = (t for t in self._made[-_RECENT:][::-1] if plover.meaning(t.type).quad < 3)
        found = self._partner(act, friendly)
        held_out = [c for c in act.trigger.children if c.dep_ in ("xcomp", "obj")]
        held_out += [c for o in held_out if o.dep_ == "obj" for c in o.children if c.dep_ == "conj"]
        helps = {lemma(t) for t in held_out} & self._lexicon.classes["GIVING"]
        return replace(act, recipients=found or (self._other(act) if helps else ()))

    def _conceded(self, act: Act) -> Act:
        """A truce or an apology without a name is owed to the other side of what was told last."""
        found = self._partner(act, self._made[-_RECENT:][::-1])
        return replace(act, recipients=found or self._other(act))

    def _partner(self, act: Act, told: Iterable[Told]) -> tuple[Named, ...]:
        """The other side of the first act that the actor had a part in."""
        own = {a.code for a in act.actors}
        for one in told:
            actors, recipients = one.codes
            side = one.actors if own <= recipients or not recipients else one.recipients
            others = _meant(n for n in side if n.code not in own)
            if own <= actors | recipients and others:
                return others
        return ()

    def _opposed(self, act: Act) -> Act:
        """A threat or sanction without a target is aimed at whom the last conflict was with."""
        own = {a.code for a in act.actors}
        for told in self._made[-_QUARREL:][::-1]:
            actors, recipients = told.codes
            if plover.meaning(told.type).quad < 3 or own & actors & recipients:
                continue
            if own & actors and recipients:
                return replace(act, recipients=told.recipients)
            if own & recipients:
                return replace(act, recipients=told.actors)
        return replace(act, recipients=self._other(act))

    def _other(self, act: Act) -> tuple[Named, ...]:
        """The other of the two states that the article is about."""
        own = {a.code for a in act.actors}
        others = tuple(n for n in self._pair() if n.code not in own)
        return others if len(others) == 1 else ()

    def _turned_down(self, act: Act) -> set[str]:
        """The words for what is denied or refused: "the charges", "to comply with the order"."""
        words = self._words_below(act)
        known = self._lexicon.classes["CLAIM"] | self._lexicon.classes["PROPOSAL"]
        if act.trigger.pos_ == "NOUN" and not words & known:
            return {"it"}  # "despite denials from both capitals"
        return words & (known | _MEANT if "swallows" in act.rule.flags else known)

    @staticmethod
    def _words_below(act: Act) -> set[str]:
        """The heads of what an act's word governs, and of what its infinitive does."""
        trigger = act.trigger
        governed = ("obj", "iobj", "ccomp", "xcomp", "nsubj:pass")
        below = [c for c in trigger.children if c.dep_ in governed]
        if act.type == "REQUEST" or trigger.pos_ == "NOUN":
            below += [c for c in trigger.children if c.dep_ in ("obl", "nmod")]
        clauses = [c for c in below if c.dep_ in ("ccomp", "xcomp")]
        below += [
            g for c in clauses for g in c.children if c.dep_ == "xcomp" and g.dep_ in ("obj", "obl")
        ]
        below += [g for c in clauses for g in c.children if c.pos_ == "ADJ" and g.dep_ == "nsubj"]
        words = {lemma(c) for c in below}
        return words | ({lemma(trigger.head)} if trigger.dep_ in ("acl", "acl:relcl") else set())


def _meant(told: Iterable[Named]) -> tuple[Named, ...]:
    """Parties as an act elsewhere told them: here their words do not stand."""
    return tuple(replace(n, start=-1, end=-1) for n in told)
