"""The party right before or right after a verb, where the tree names nobody in that place.

The parser hangs many a name elsewhere than where it belongs; next to the verb, up to a word that
fences the clause off, the order of words tells as much.
"""

from __future__ import annotations

from worker.events.frames.grounds import SITES
from worker.events.language.parsed import Token
from worker.events.language.tree import case, children, is_passive
from worker.events.rules import Rule
from worker.events.who.phrases import Named, Phrases

REACH = 12  # words to either side of a verb within which the order of words is trusted
_FENCES = frozenset({";", ":", "that", "which", "who", "whom", "where", "when", "if", "because"})
_BORDERS = frozenset({"border", "frontier", "boundary"})
_QUALIFYING = ("amod", "compound", "nmod:poss", "nmod:desc", "flat")


class WordOrder:
    """Finds parties beside a verb."""

    def __init__(self, phrases: Phrases, *, domestic: bool) -> None:
        """Join what answers about parties; `domestic`: a people stands for its country."""
        self._phrases = phrases
        self._domestic = domestic

    def before_verb(self, verb: Token) -> list[Named]:
        """The party right before an active verb, where the tree names no subject."""
        if is_passive(verb) or not _is_finite(verb):
            return []
        for i in range(verb.i - 1, max(verb.sent.start, verb.i - REACH) - 1, -1):
            token = verb.doc[i]
            if token.lower_ in _FENCES or token.pos_ in ("CCONJ", "SCONJ"):
                return []
            if _is_finite(token) and token.pos_ == "VERB":
                return []
            if token.dep_ == "obj" and token.head not in (verb, token):
                return []  # "rebels who want to drive Oslo out called for …"
            if found := self._phrases.named_at(token):
                noun = _head_of_name(token)
                if noun.dep_ == "nmod" and case(noun) in ("on", "against"):
                    return []  # "an attack on a Kenyan convoy killed …": who was hit
                if found[0].basis == "demonym" and case(noun) in SITES:
                    continue  # "in the Somali capital, gunmen killed …"
                if token.i < noun.i < verb.i - 1 or found[0].basis == "demonym":
                    found = self._phrases.direct(noun)  # "the Italian champions" are not Italy
                    found = [n for n in found if n.how != "people" or self._domestic]
                if not found:
                    return []
                if all(n.place for n in found) or _is_named_place(token):
                    continue  # "Near Mosul, strikes destroyed …"
                start = verb.doc.char_span(found[0].start, found[0].end, alignment_mode="expand")
                before = verb.doc[start.start - 1] if start is not None and start.start else None
                if before is None or before.pos_ != "ADP" or before.lower_ == "of":
                    return found
        return []

    def after_verb(self, rule: Rule, verb: Token) -> list[Named]:
        """The party right after a verb, where the tree hung it elsewhere: by order of words."""
        if is_passive(verb):
            return []
        preposition = ""
        for i in range(verb.i + 1, min(verb.sent.end, verb.i + REACH)):
            token = verb.doc[i]
            if token.lower_ in _FENCES or (_is_finite(token) and token.pos_ == "VERB"):
                return []
            aim = token.lower_ in ("to", "for") and rule.type != "CONSULT"
            if token.dep_ == "mark" and token.head != verb and not aim:
                return []  # "met as ministers of Chad prepared": another clause
            if token.dep_ == "xcomp" and token.head == verb and any(children(verb, "obj")):
                return []  # "is warning tourists to avoid Egypt": it is not Egypt that is warned
            shared = rule.type == "COOPERATE" and verb.doc[i - 1].lower_ in _BORDERS
            if token.lower_ == "with" and shared:
                return []  # "mined the border with Chad", whoever did
            if token.pos_ == "ADP" or (token.pos_ == "SCONJ" and token.dep_ == "mark"):
                preposition = token.lower_
            elif found := self._phrases.named_at(token):
                if _opens_clause(token):
                    return []  # "sent generators, and Chad provided poles"
                bare = ("",) if "matrix" in rule.flags else ("", "between")
                if preposition == "to" and rule.mode is None and rule.type == "CONSULT":
                    return []  # "spoke on his return to Bern": none who was spoken to
                wanted = preposition in rule.recipient or (
                    preposition in bare and "obj" in rule.recipient
                )
                return found if wanted else []
        return []


def _is_named_place(name: Token) -> bool:
    """ "In the Somali capital, Mogadishu, …": a name in apposition to a place."""
    return name.dep_ == "appos" and case(name.head) in SITES


def _opens_clause(name: Token) -> bool:
    """Whether a name is the subject of a coordinated clause."""
    noun = _head_of_name(name)
    return noun.dep_ == "nsubj" and noun.head.dep_ == "conj" and noun.head.i > noun.i


def _head_of_name(token: Token) -> Token:
    """The noun that a name qualifies: "champions" in "the Italian champions"."""
    node = token
    while node.dep_ in _QUALIFYING and node.head != node:
        node = node.head
    return node if node.pos_ in ("NOUN", "PROPN") else token


def _is_finite(token: Token) -> bool:
    """Whether a verb form has a subject of its own: "condemned", "will condemn"."""
    if token.tag_ in ("VBD", "VBZ", "VBP"):
        return True
    if token.tag_ == "VBN" and token.head == token and any(children(token, "obj")):
        return True  # "test-fired a missile": a past that was taken for a participle
    return any(c.dep_ == "aux" and c.tag_ in ("VBZ", "VBP", "VBD", "MD") for c in token.children)
