"""Words around an act that tell whom it concerns, though they are no arguments of its word.

"Moved two battalions south as tension with Chad mounts": against Chad. "The tanks given by Norway
have arrived in Kyiv": given to Ukraine. Each function takes the word of an act and gives the heads
of the phrases to look at; who they are, `Places` finds out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from worker.events.language.parsed import Token
from worker.events.language.tree import (
    arguments,
    case,
    children,
    conjuncts,
    governing_verb,
    is_passive,
    lemma,
    subject,
)
from worker.events.rules import Lexicon
from worker.events.who.phrases import is_opposed

_SINCE = frozenset({"after", "as", "since", "because", "once"})
_ARRIVAL = frozenset(
    {"arrive", "reach", "land", "dock", "enter", "go", "come", "head", "leave", "be", "cross"}
)
_WHERE_TO = frozenset({"in", "to", "at", "into", "for", "through"})
_TRADING = ("to", "of", "from")
_INCLUDING = frozenset({"involve", "include", "group", "unite", "gather", "bring"})

_GROUNDS = frozenset({"for", "over", "because", "because of", "after", "following", "due to"})
_SANCTION = frozenset({"SANCTION"})
_REPROOFS = frozenset({"SANCTION", "ACCUSE", "THREATEN", "COERCE", "ASSAULT"})
_AIMING = frozenset({"aim", "direct"})
_BEARING = frozenset(
    {"suffer", "endure", "face", "undergo", "withstand", "experience", "resist", "repel", "survive"}
)
_CONVICTING = frozenset({"convict", "sentence", "jail", "imprison"})
_FELLING = frozenset({"kill", "wound", "injure", "slay", "massacre"})
_AFTER = frozenset({"after", "following", "amid", "despite"})
_ANSWERED = {
    **dict.fromkeys(("respond", "response", "reply", "answer"), ("to",)),
    **dict.fromkeys(("retaliate", "retaliation", "revenge", "reprisal", "retribution"), ("for",)),
    **dict.fromkeys(("defend", "protect", "shield", "safeguard"), ("against", "from")),
}
_ANSWERED_BY = frozenset({"to", "for"})

Around = Callable[[Token, Lexicon], Iterable[Token]]


def rivals(token: Token, lexicon: Lexicon) -> Iterable[Token]:
    """Whom a quarrel told in the same sentence is with: "amid tension with X"."""
    for noun in token.sent:
        if noun != token and lexicon.is_a(lemma(noun), "STRIFE"):
            yield from (c for c in children(noun, "nmod", "obl") if case(c) in ("with", "between"))


def provokers(token: Token, _: Lexicon) -> Iterable[Token]:
    """Who did what an act answers: "went on alert after X sent a ship"."""
    verbs = (token, *children(token, "ccomp", "xcomp"))
    for clause in (c for verb in verbs for c in children(verb, "advcl")):
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


def participants(token: Token, _: Lexicon) -> Iterable[Token]:
    """Who takes part: "the talks involving A, B and C"."""
    for clause in children(token, "acl"):
        if lemma(clause) in _INCLUDING:
            yield from children(clause, "obj")
    yield from (c for c in children(token, "nmod") if case(c) in ("involving", "including"))


def customers(token: Token, _: Lexicon) -> Iterable[Token]:
    """Whom a supplier sells to, or a buyer buys from: "became the main supplier of gas to X"."""
    for noun in children(token, "xcomp", "obj"):
        for child in children(noun, "nmod"):
            yield from (c for c in (*children(child, "nmod"), child) if case(c) in _TRADING)
    yield from (c for c in children(token, "obl") if case(c) == "to")


def holders(token: Token, _: Lexicon) -> Iterable[Token]:
    """Who has what a participle says was bought: "X showed the jets bought from Y"."""
    thing = token.head
    if token.dep_ != "acl":
        return
    while thing.dep_ in ("nmod", "conj") and thing.head.pos_ in ("NOUN", "NUM"):
        thing = thing.head
    if owner := list(children(thing, "nmod:poss")):
        yield from owner
    elif thing.dep_ == "obj":
        yield from children(thing.head, "nsubj")


def gathered(token: Token, _: Lexicon) -> Iterable[Token]:
    """Who did something together at a meeting: "the summit where X and Y signed a truce"."""
    for clause in children(token, "acl:relcl", "acl"):
        where = any(c.lower_ in ("where", "which") and c.i > token.i for c in clause.subtree)
        if where and not any(c.lower_ == "which" for c in children(clause, "nsubj", "obj")):
            doers = list(children(clause, "nsubj"))
            yield from (c for d in doers if any(children(d, "conj")) for c in conjuncts(d))


def listed(token: Token, _: Lexicon) -> Iterable[Token]:
    """Who is said to be of those that do it: "X and Y are among those attending the summit"."""
    those = token.head
    if token.dep_ not in ("acl", "amod") or those.pos_ == "VERB":
        return
    if those.dep_ == "nsubj" and lemma(those.head) in _INCLUDING:
        yield from children(those.head, "obj")
    elif case(those) == "between":  # "among"
        yield from children(those, "nsubj")


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


def captors(token: Token, lexicon: Lexicon) -> Iterable[Token]:
    """In whose hands somebody is: "the release of the men in Chadian custody"."""
    return (t for t in token.subtree if case(t) == "in" and lexicon.is_a(lemma(t), "CUSTODY"))


def punishers(token: Token, lexicon: Lexicon) -> Iterable[Token]:
    """Who punishes those whom a participle accuses: "X expelled two envoys accused of spying"."""
    verb = governing_verb(token.head) if token.dep_ in ("acl", "acl:relcl") else None
    if verb is None:
        return ()
    told = [verb, *children(verb, "xcomp")]
    if not any(_punishes(word, lexicon) for word in (*told, *token.ancestors)):
        return ()
    beyond = children(verb.head, "nsubj") if verb.dep_ == "ccomp" else ()
    return arguments(verb).agent or beyond  # "X says an envoy accused of spying was expelled"


def deniers(token: Token, lexicon: Lexicon) -> Iterable[Token]:
    """Who denies what a noun charges: "a charge that X denies"."""
    for clause in children(token, "acl:relcl", "acl"):
        if any(r.type == "REJECT" for r in lexicon.triggers("v", lemma(clause))):
            yield from arguments(clause).agent


def reprovers(token: Token, lexicon: Lexicon) -> Iterable[Token]:
    """Who punishes or blames somebody for a refusal: "X imposed sanctions on Y for refusing"."""
    if token.pos_ == "NOUN":
        told = case(token) in _GROUNDS
    else:
        told = any(c.lower_ in _GROUNDS for c in children(token, "mark"))
    verb = governing_verb(token) if told else None
    if verb is not None and any(
        _tells(t, _REPROOFS, lexicon) for t in (verb, *children(verb, "obj"))
    ):
        yield from arguments(verb).agent


def heeding(token: Token, _: Lexicon) -> Iterable[Token]:
    """Who does what was asked for: "X freed the men at the request of Y"; else who tells it."""
    verb = governing_verb(token)
    if verb is not None:
        yield from arguments(verb).agent


def alleging(token: Token, _: Lexicon) -> Iterable[Token]:
    """Who charges what a clause denies: "denies that it armed them, as X alleges"."""
    for clause in children(token, "advcl", "ccomp", "parataxis"):
        if any(c.lower_ == "as" for c in children(clause, "mark", "case")):
            yield from children(clause, "nsubj", "compound")  # "alleges" may be taken for a noun


def _tells(word: Token, kinds: frozenset[str], lexicon: Lexicon) -> bool:
    pos = {"VERB": "v", "NOUN": "n"}.get(word.pos_, "")
    return any(r.type in kinds for r in lexicon.triggers(pos, lemma(word)))


def _punishes(word: Token, lexicon: Lexicon) -> bool:
    return _tells(word, _SANCTION, lexicon) or lexicon.is_a(lemma(word), "MEASURE")


def travellers(token: Token, _: Lexicon) -> Iterable[Token]:
    """Who makes the journey that a clause is about: "X began a tour that takes him to Y"."""
    above = governing_verb(token) if token.dep_ in ("acl:relcl", "ccomp") else None
    who = subject(above) if above is not None else None
    yield from [who] if who is not None else []


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


def aimed(token: Token, _: Lexicon) -> Iterable[Token]:
    """Whom an operation is aimed at: "raids targeting X", "an offensive aimed at X"."""
    for noun in (token, *children(token, "obj", "obl")):
        for clause in children(noun, "acl", "acl:relcl", "advcl"):
            if lemma(clause) == "target":
                yield from children(clause, "obj")
            elif lemma(clause) in _AIMING:
                yield from (c for c in children(clause, "obl") if case(c) in ("at", "against"))


def struck(token: Token, _: Lexicon) -> Iterable[Token]:
    """Who has an attack to bear: "X suffered raids", "X endured drought as well as invasions"."""
    while token.dep_ == "conj" and token.head.pos_ in ("NOUN", "PROPN"):
        token = token.head
    if token.dep_ == "obj" and lemma(token.head) in _BEARING:
        yield from children(token.head, "nsubj")


def convicts(token: Token, _: Lexicon) -> Iterable[Token]:
    """Who was found guilty of it: "X was convicted of the murder", "jailed X for the hijacking"."""
    if lemma(token.head) in _CONVICTING and case(token) in ("of", "in", "for", "over"):
        yield from children(token.head, "nsubj:pass", "obj")


def felled(token: Token, _: Lexicon) -> Iterable[Token]:
    """Who fell in an attack: "a raid on the town that killed two Kenyans", "…, killing two"."""
    heads = [token, token.head, *children(token, "nmod", "obl")]
    for clause in (c for h in heads for c in children(h, "acl", "acl:relcl", "advcl", "xcomp")):
        if lemma(clause) in _FELLING and not is_passive(clause):
            yield from children(clause, "obj")


def answering(token: Token, _: Lexicon) -> Iterable[Token]:
    """Who does something after a blow, which hit them: "X closed the border after raids by Y".

    So do those who respond to it, retaliate for it, or defend somebody against it.
    """
    verb = token.head
    if token.dep_ == "obl" and case(token) in _AFTER:
        yield from children(verb, "nsubj")
    elif case(token) == "of" and verb.dep_ == "obl" and case(verb) in _AFTER:  # "after years of"
        yield from children(verb.head, "nsubj")
    elif case(token) in _ANSWERED.get(lemma(verb), ()):
        shielded = [c for c in children(verb, "obj") if not c.lower_.endswith(("self", "selves"))]
        above = governing_verb(verb) if verb.pos_ == "NOUN" else verb
        who = subject(above) if above is not None else None
        own = case(token) in _ANSWERED_BY or any(children(verb, "obj"))
        yield from shielded or ([who] if who is not None and own else [])


PLACES: dict[str, Around] = {
    "rival": rivals,
    "provoker": provokers,
    "hearer": hearers,
    "holder": holders,
    "gathered": gathered,
    "listed": listed,
    "destination": destinations,
    "aimed": aimed,
    "struck": struck,
    "convict": convicts,
    "site": sites,
    "qualified": qualified,
    "beside": beside,
    "captor": captors,
    "punisher": punishers,
    "denier": deniers,
    "alleging": alleging,
    "reprover": reprovers,
    "heeding": heeding,
    "customer": customers,
    "involving": participants,
    "traveller": travellers,
    "anti": opposed,
    "answering": answering,
    "slayer": slayers,
}
"""Names of places, as the lexicon's lines use them."""
