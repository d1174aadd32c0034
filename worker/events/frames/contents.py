"""What is asked for, refused, promised or threatened: the mode of a matrix, by its complement."""

from __future__ import annotations

from collections.abc import Iterator

from worker.events import plover
from worker.events.frames.triggers import Context, Triggers, hyphened
from worker.events.language.parsed import Token
from worker.events.language.tree import (
    Arguments,
    Standing,
    arguments,
    children,
    conjuncts,
    is_passive,
    is_predicate,
    lemma,
    own_standing,
)
from worker.events.rules import Lexicon

_AIMED = frozenset({"against", "on", "upon", "at", "into", "near", "outside", "toward", "towards"})
_PROTECTING = frozenset({"protect", "shield", "safeguard"})
_BRINGING = frozenset({"bring", "cause", "lead", "invite", "unleash", "mean"})


class Contents:
    """Reads the complements of matrices ("urged … to release", "rejected a call for talks")."""

    def __init__(self, lexicon: Lexicon, triggers: Triggers) -> None:
        """Join words and triggers."""
        self._lexicon = lexicon
        self._triggers = triggers

    def is_hostile(self, context: Context) -> bool:
        """Whether what is promised would be an act of conflict: a threat, no agreement."""
        clauses = [c for c in context.args.complements if is_predicate(c)]
        kept = [c for c in clauses if not arguments(c).patient]  # "to let Chad arrest" is kind
        clauses += [x for c in kept for x in children(c, "xcomp")]  # "to keep fighting"
        kinds = [self._triggers.kind(c) for c in clauses]
        if "yields" in context.flags:  # "plans to continue its strikes", "to step up its fight"
            open_ones = [c for c, k in zip(clauses, kinds, strict=True) if k is None]
            kinds += [self._triggers.kind(o) for c in open_ones for o in children(c, "obj")]
        return any(
            k is not None and (plover.meaning(k[0]).quad == 4 or k[0] == "THREATEN") for k in kinds
        )

    def is_restraint(self, context: Context) -> bool:
        """Whether a blow is not to be struck: "has no plans to bomb Chad" refuses nobody."""
        if not context.args.patient:
            kinds = (self._triggers.kind(c) for c in context.args.complements)
            return any(k is not None and k[0] == "ASSAULT" for k in kinds)
        if not self._lexicon.is_a(lemma(context.token), "LIGHT"):
            return False  # "rejected a demand to expel the envoy"
        below = [c for p in context.args.patient for c in children(p, "acl")]
        types = [k[0] for c in below if (k := self._triggers.kind(c)) is not None]
        return any(t == "THREATEN" or plover.meaning(t).quad == 4 for t in types)

    def is_protection(self, context: Context) -> bool:
        """Whether what is vowed is to keep a blow off others: "to protect rebels from raids"."""
        return any(lemma(c) in _PROTECTING for c in context.args.complements)

    def is_kind(self, context: Context) -> bool:
        """Whether what is promised would be an act of cooperation."""
        kinds = (self._triggers.kind(c) for c in context.args.complements)
        return any(k is not None and plover.meaning(k[0]).quad < 3 for k in kinds)

    def is_claim(self, context: Context) -> bool:
        """Whether what is turned down is something said: who said it counts, not of whom."""
        claimed = (t for t in _claimed(context.args) if self._lexicon.is_a(lemma(t), "ASSERTION"))
        return any(not _is_plan(t) for t in claimed)

    def is_refused(self, context: Context) -> bool:
        """Whether what is vowed is that a good turn will not be done: a refusal."""
        for clause in context.args.complements:
            kind = self._triggers.kind(clause) if clause.dep_ == "ccomp" else None
            if kind is not None and own_standing(clause) is Standing.REFUSED:
                return plover.meaning(kind[0]).quad < 3
        return False

    def embedded(self, table: str, content: list[Token]) -> str | None:
        """The mode that `table` (REQUEST, REJECT, THREATEN) gives to this content."""
        modes = self._lexicon.modes
        words = modes["words"][table]
        for n, token in enumerate(content):
            forms = _forms(token)
            if table == "request" and self._are(forms, modes["halting"]["words"]):
                yielded = modes["halting"]["yielded"]
                freed = any(self._are(_forms(t), yielded) for t in content[n + 1 :])
                return "yield" if freed else "change"
            for mode, listed in words.items():  # type: ignore[attr-defined]
                if self._are(forms, listed):
                    return None if mode == "none" else str(mode)
            kind = self._triggers.kind(token)
            if kind is not None and kind[0] == "THREATEN" == table.upper():
                return kind[1]
            if kind is not None:
                found = modes[table].get(" ".join(filter(None, kind))) or modes[table].get(kind[0])
                if found:
                    return found
        if table != "threaten" and any(self._is_help(t) for t in content):
            return "assist"
        return modes[table].get("default")

    @staticmethod
    def _are(forms: frozenset[str], listed: object) -> bool:
        return not forms.isdisjoint(str(listed).split())

    def _is_help(self, token: Token) -> bool:
        """ "A request for missiles": what can be given."""
        return token.dep_ in ("obj", "nmod", "obl") and self._lexicon.is_a(lemma(token), "AIDTHING")

    def weapon(self, context: Context, *, beyond: str | None = None) -> str | None:
        """The mode of a use of force, by the arms that its own phrases name.

        Else by those of the clause that it is told with: "opened fire and killed two".

        Args:
            beyond: the mode that the line has already; only a more telling one counts.
        """
        found = self._arms(context.token, context.args, all_objects=beyond is not None)
        if beyond is not None:
            modes = [str(mode) for mode in self._lexicon.modes["words"]["assault"]]
            return found if found in modes[: modes.index(beyond)] else None
        beside = context.token.head
        if found is None and context.token.dep_ in ("conj", "advcl") and is_predicate(beside):
            found = self._arms(beside, arguments(beside), all_objects=True)
        return found

    def _arms(self, token: Token, args: Arguments, *, all_objects: bool = False) -> str | None:
        own = [token, *children(token, "amod", "compound")]
        blows = [t for t in args.patient if all_objects or self._is_attack(t)]
        for phrase in (*args.agent, *blows, *(t for c, t in args.preps if c not in _AIMED)):
            own += [phrase, *children(phrase, "nmod", "acl"), *_described(phrase)]
            if is_predicate(phrase):  # "a missile fired by a drone has killed", read as a clause
                own += children(phrase, "nsubj", "nsubj:pass", "obl")
            own += [t for c in children(phrase, "acl") for t in children(c, "obl")]
        told = {lemma(t) for t in own}
        arms = self._lexicon.modes["words"]["assault"]
        return next((str(mode) for mode, words in arms.items() if told & set(words.split())), None)  # type: ignore[attr-defined]

    def _is_attack(self, token: Token) -> bool:
        return self._lexicon.is_a(lemma(token), "ATTACK")

    def warns(self, context: Context) -> bool:
        """Whether consequences are held out: a threat."""
        args = context.args
        held_out = [*args.complements, *args.patient, *(t for _, t in args.preps)]
        words = (t for head in held_out for t in head.subtree)
        return any(self._lexicon.is_a(lemma(t), "CONSEQUENCE") for t in words)

    def is_own_deed(self, context: Context) -> bool:
        """Whether what a warning tells is to be done: "it will close", not "it expects attacks"."""
        clauses = [c for c in context.args.complements if c.dep_ == "ccomp"]
        return not clauses or any(own_standing(c) is not Standing.FACT for c in clauses)

    def foretells(self, context: Context) -> bool:
        """Whether a warning only advises or tells of a danger: "warned that rebels are near"."""
        args = context.args
        clauses = [c for c in args.complements if c.dep_ == "ccomp"]
        if clauses:
            to_come = any(own_standing(c) in (Standing.FUTURE, Standing.REFUSED) for c in clauses)
            addressed = bool(args.patient) and to_come
            if context.armed and any(self._is_brought(c) for c in clauses):
                return False
            return not addressed and not any(self._is_held_out(c) for c in clauses)
        told = [w for c, t in args.preps if c in ("of", "about") for w in conjuncts(t)]
        if not told:
            return bool(args.complements) or any(c == "against" for c, _ in args.preps)
        grave = [w for w in told if self._lexicon.is_a(lemma(w), "CONSEQUENCE")]
        return not context.armed and all(self._lexicon.is_a(lemma(w), "DANGER") for w in grave)

    def _is_brought(self, clause: Token) -> bool:
        """ "Their policies would bring more destruction": in the mouth of an armed group."""
        brought = lemma(clause) in _BRINGING and own_standing(clause) is not Standing.FACT
        return brought and any(
            self._lexicon.is_a(lemma(c), "CONSEQUENCE") for c in children(clause, "obj")
        )

    def _is_held_out(self, clause: Token) -> bool:
        """Whether a clause says what would befall somebody: "it will pay", "war will follow"."""
        word = lemma(clause)
        if self._lexicon.is_a(word, "SUFFERING"):
            return any(self._lexicon.is_a(lemma(c), "CONSEQUENCE") for c in children(clause, "obj"))
        if is_passive(clause) or any(children(clause, "expl")):
            below = (clause, *children(clause, "nsubj", "obl"))
            return self._lexicon.is_a(word, "PUNISHED") or any(
                self._lexicon.is_a(lemma(t), "CONSEQUENCE") for t in below
            )
        waiting = any(lemma(c) in ("time", "patience") for c in children(clause, "nsubj"))
        return waiting or word == "target"

    def content(self, context: Context) -> list[Token]:
        """The words that say what is asked for, refused or threatened, the telling ones first."""
        args = context.args
        heads = list(args.complements) or _hung_above(context.token)
        heads += [t for c, t in args.preps if c in ("for", "to", "with", "of", "on", "against")]
        heads += args.patient
        if context.type == "REQUEST":  # "asked for help in stopping the flood"
            heads.sort(key=lambda t: t.i)
        return [t for head in heads for t in self.telling(head, 0)]

    def telling(self, token: Token, depth: int) -> Iterator[Token]:
        """The words of a phrase or clause that may say which mode it is, from the top down."""
        if depth > 2:
            return
        inner = [
            c
            for c in children(token, "obj", "xcomp", "acl", "nmod", "ccomp", "obl")
            if c.dep_ != "nmod:poss"
        ]
        if self._lexicon.is_a(lemma(token), "LIGHT") or self._lexicon.is_a(
            lemma(token), "PROPOSAL"
        ):
            for child in inner:
                yield from self.telling(child, depth + 1)
            if not inner or not self._lexicon.is_a(lemma(token), "PROPOSAL"):
                yield token
        else:
            yield token
            for child in inner:
                yield from self.telling(child, depth + 1)


def _is_plan(noun: Token) -> bool:
    """ "The idea of holding talks with X": nobody says it, somebody would do it."""
    clauses = (c for c in children(noun, "acl") if c.tag_ == "VBG")
    return any(m.lower_ == "of" for c in clauses for m in children(c, "mark"))


def _claimed(args: Arguments) -> list[Token]:
    """What is denied; before a clause it may be read as an indirect object."""
    return args.patient or args.indirect


def _forms(token: Token) -> frozenset[str]:
    """A word as the lists may spell it: with its particle, if it has one and that is listed."""
    particle = next((c.lower_ for c in children(token, "compound:prt")), "")
    own = lemma(token)
    if particle == "up":  # "give up" gives nothing
        return frozenset((f"{own}+{particle}",))
    return frozenset((own, hyphened(token), f"{own}+{particle}" if particle else own))


def _hung_above(participle: Token) -> list[Token]:
    """ "Adopted a resolution calling on Chad to end …": what is asked, hung on "adopted"."""
    if participle.dep_ != "acl" or participle.tag_ != "VBG":
        return []
    clauses = (c for c in children(participle.head.head, "advcl", "xcomp") if c.i > participle.i)
    return [c for c in clauses if any(m.lower_ == "to" for m in children(c, "mark"))]


def _described(noun: Token) -> Iterator[Token]:
    """The adjectives and compounds of a noun, and theirs: all of "suicide car bomb"."""
    for child in children(noun, "amod", "compound"):
        yield child
        yield from _described(child)
