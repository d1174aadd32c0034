"""Words around an act that tell whom it concerns, though they are no arguments of its word.

"Moved two battalions south as tension with Chad mounts": against Chad. "The tanks given by Norway
have arrived in Kyiv": given to Ukraine. Each function takes the word of an act and gives the heads
of the phrases to look at; who they are, `Places` finds out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from worker.events.language.parsed import Token
from worker.events.language.tree import case, children, is_passive, lemma
from worker.events.rules import Lexicon
from worker.events.who.phrases import is_opposed

_SINCE = frozenset({"after", "as", "since", "because", "once"})
_ARRIVAL = frozenset(
    {"arrive", "reach", "land", "dock", "enter", "go", "come", "head", "leave", "be", "cross"}
)
_WHERE_TO = frozenset({"in", "to", "at", "into", "for", "through"})

_AFTER = frozenset({"after", "following", "amid", "despite"})

Around = Callable[[Token, Lexicon], Iterable[Token]]


def rivals(token: Token, lexicon: Lexicon) -> Iterable[Token]:
    """Whom a quarrel told in the same sentence is with: "amid tension with X"."""
    for noun in token.sent:
        if noun != token and lexicon.is_a(lemma(noun), "STRIFE"):
            yield from (c for c in children(noun, "nmod", "obl") if case(c) in ("with", "between"))


def provokers(token: Token, _: Lexicon) -> Iterable[Token]:
    """Who did what an act answers: "went on alert after X sent a ship"."""
    for clause in children(token, "advcl"):
        if any(c.lower_ in _SINCE for c in children(clause, "mark")):
            by = [c for c in children(clause, "obl") if case(c) == "by"]
            yield from by if is_passive(clause) else children(clause, "nsubj")


def hearers(token: Token, lexicon: Lexicon) -> Iterable[Token]:
    """Whom a threat or demand is told: "…, X told Y"."""
    beside = [token.head] if token.dep_ == "ccomp" else children(token, "parataxis")
    for verb in (v for v in beside if lexicon.is_a(lemma(v), "SAY")):
        yield from children(verb, "iobj", "obj")
        yield from (c for c in children(verb, "obl") if case(c) == "to")


def sites(token: Token, _: Lexicon) -> Iterable[Token]:
    """Where somebody is on a visit: "was in X on a visit"."""
    if any(children(token.head, "cop")) and case(token.head) in ("in", "at"):
        yield token.head


def qualified(token: Token, _: Lexicon) -> Iterable[Token]:
    """What a participle stands before: "the visiting envoys of X"."""
    if token.dep_ == "amod":
        yield token.head


def beside(token: Token, _: Lexicon) -> Iterable[Token]:
    """Who else stands in the clause of what a participle qualifies: "Y asked visiting envoys"."""
    noun = token.head
    while noun.dep_ in ("conj", "nmod", "nmod:desc", "compound", "flat", "appos"):
        noun = noun.head
    yield from (c for c in children(noun.head, "nsubj", "obj", "iobj", "obl") if c != noun)


def destinations(token: Token, _: Lexicon) -> Iterable[Token]:
    """Where things told by a participle went: "the tanks given by X reached Y"."""
    thing = token.head
    if token.dep_ not in ("acl", "acl:relcl"):
        return
    while thing.dep_ in ("nmod", "conj") and thing.head.pos_ in ("NOUN", "ADJ", "NUM"):
        thing = thing.head  # "the first of twelve tanks"
    verb = thing.head
    if thing.dep_ == "nsubj" and lemma(verb) in _ARRIVAL:
        yield from children(verb, "obj")
        yield from (c for c in children(verb, "obl") if case(c) in _WHERE_TO)


def opposed(token: Token, _: Lexicon) -> Iterable[Token]:
    """Whom a prefix says that people are against: "an anti-American rally"."""
    for word in token.subtree:
        if is_opposed(word):
            yield word


def slayers(token: Token, _: Lexicon) -> Iterable[Token]:
    """Who struck those who had attacked: "X killed two gunmen who opened fire"."""
    victim = token.head
    if token.dep_ == "acl:relcl" and victim.dep_ in ("obj", "obl"):
        yield from children(victim.head, "nsubj")


def answering(token: Token, _: Lexicon) -> Iterable[Token]:
    """Who does something after a blow, which hit them: "X closed the border after raids by Y"."""
    if token.dep_ == "obl" and case(token) in _AFTER:
        yield from children(token.head, "nsubj")


PLACES: dict[str, Around] = {
    "rival": rivals,
    "provoker": provokers,
    "hearer": hearers,
    "destination": destinations,
    "site": sites,
    "qualified": qualified,
    "beside": beside,
    "anti": opposed,
    "answering": answering,
    "slayer": slayers,
}
"""Names of places, as the lexicon's lines use them."""
