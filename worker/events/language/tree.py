"""Reading a Universal Dependencies tree: who does what to whom, and is it said to be so.

Everything here looks at one sentence and knows no parties and no event types: logical subjects and
objects through passives, relative clauses, participles, coordination and control; prepositional
arguments; and the standing of a clause (fact, future, negated, wished …).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from worker.events.language.parsed import Token

_RELATIVE = frozenset({"who", "which", "that", "whom", "whose"})
_NEGATIONS = frozenset({"not", "n't", "never", "n’t", "nor", "neither", "hardly", "no"})
_CONDITIONS = frozenset({"if", "unless", "whether", "lest", "provided", "should"})
_COMPLEMENT_MARKS = frozenset({"of", "for", "against", "from", "on", "with", "in", "about", "by"})
_ALIKE = {"among": "between", "amongst": "between"}  # "talks among A, B and C"
_WISHING = frozenset({"want", "wish", "like", "pleased", "glad"})
_MERELY_POSSIBLE = frozenset({"possible", "potential", "hypothetical", "proposed", "suggested"})
_TO_COME = frozenset(
    {"upcoming", "forthcoming", "planned", "scheduled", "imminent", "coming", "future", "impending"}
)
_BACKGROUND = frozenset({"despite", "amid", "because of", "due to", "notwithstanding"})
_TIMES = frozenset({"in", "at", "during", "after", "following", "because of", "due to"})
_ASKING = frozenset({"call", "appeal", "plead", "press", "look", "turn", "signal", "shout", "pray"})
_QUOTING = frozenset({"quote", "cite", "report"})
_PLACING = frozenset(
    {"at", "in", "near", "on", "outside", "to", "into", "across", "over", "off", "as", "with"}
)
_PERIODS = frozenset({"day", "today", "yesterday", "week", "weekend", "month", "year"})
_SPANS = frozenset({"hour", "day", "week", "month", "year", "decade", "century"})
_UNPROVEN = frozenset(
    {"allegation", "accusation", "suspicion", "speculation", "rumor", "rumour", "fear", "notion"}
)
_CITING = frozenset({"quote", "cite", "describe", "report", "portray"})
_TO_SAY_TO = frozenset({"summon", "convene", "use"})  # "summoned X to condemn": not X condemns
_SOMETIME = frozenset({"until", "before", "once", "when", "till"})
_JUDGING = frozenset(
    {"thank", "praise", "criticize", "criticise", "condemn", "blame", "applaud", "commend", "fault"}
) | {"kill", "behead", "execute", "punish", "jail", "fine", "arrest", "detain", "imprison"}
_COMING_ABOUT = frozenset(
    {"begin", "start", "resume", "take", "open", "commence", "continue", "go"}
)
_LISTING = frozenset({"include", "contain", "comprise", "envisage", "foresee"})
_DEPLORING = frozenset(
    {"condemn", "denounce", "deplore", "criticize", "criticise", "protest", "decry", "welcome"}
)
DAYS = frozenset({"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"})
_NEXT = frozenset({"next", "coming", "following"})
_GOING_ON = frozenset({"continue", "keep", "remain"})  # "will continue to call for" calls now
_IN_TURN = frozenset({"first", "second", "third", "fourth", "fifth", "last", "latest", "only"})
_NEVER_DONE = frozenset({"confer", "arrive", "travel", "converse", "speak", "dine", "depart"})
_MADE = frozenset(
    {"decision", "plan", "offer", "proposal", "pledge", "promise", "move", "vote", "bid"}
)
_FIXED = frozenset({"set", "due", "schedule", "expect", "plan", "slate", "bind"})
_MAX_CLIMB = 12
_DESCRIBING = frozenset({"call", "describe", "term", "label", "consider", "regard", "see", "dub"})


class Standing(Enum):
    """How a clause stands to reality, as its own words and those above it tell."""

    FACT = "fact"
    FUTURE = "future"
    REFUSED = "refused"  # "will not", "cannot": a refusal where a party is the subject
    NEGATED = "negated"
    DEONTIC = "deontic"  # "must", "should"
    OPEN = "open"  # possible, wished, asked for, conditional


_UNREAL = (Standing.NEGATED, Standing.OPEN, Standing.DEONTIC, Standing.REFUSED)


@dataclass(frozen=True)
class Operators:
    """Words that change the standing of what depends on them.

    Attributes:
        verbs: (lemma, preposition or "") → standing of its complement or object.
        nouns: lemma → standing of the infinitive that hangs on it ("a plan to withdraw").
    """

    verbs: dict[tuple[str, str], Standing]
    nouns: dict[str, Standing]

    def verb(self, word: str, preposition: str) -> Standing:
        """Standing of what a verb governs, directly or by a preposition."""
        return self.verbs.get((word, preposition), Standing.FACT)

    def noun(self, word: str) -> Standing:
        """Standing of an infinitive that hangs on a noun; unknown nouns leave it open."""
        return self.nouns.get(word, Standing.OPEN)


@dataclass(slots=True)
class Arguments:
    """The logical arguments of a predicate, as head tokens of their phrases."""

    agent: list[Token] = field(default_factory=list)
    patient: list[Token] = field(default_factory=list)
    indirect: list[Token] = field(default_factory=list)
    preps: list[tuple[str, Token]] = field(default_factory=list)
    complements: list[Token] = field(default_factory=list)


class _Bases(dict[str, str]):
    """Labels without their subtypes: "nsubj:pass" → "nsubj"."""

    def __missing__(self, label: str) -> str:
        base = self[label] = label.partition(":")[0]
        return base


_BASES = _Bases()


def base(token: Token) -> str:
    """The dependency label without its subtype."""
    return _BASES[token.dep_]


def lemma(token: Token) -> str:
    """The lemma, in lower case."""
    return token.lemma_


def children(token: Token, *labels: str) -> Iterator[Token]:
    """Children whose label (with or without subtype) is one of ``labels``."""
    bases = _BASES
    return (c for c in token.children if c.dep_ in labels or bases[c.dep_] in labels)


def conjuncts(token: Token) -> list[Token]:
    """The token and the nominals coordinated with it."""
    found = [token]
    for child in token.children:
        if child.dep_ != "conj" or child.pos_ in ("VERB", "AUX"):
            continue
        if not any(c.lower_ == "but" for c in child.children if c.dep_ == "cc"):
            found.extend(conjuncts(child))
    return found


def case(token: Token) -> str:
    """The preposition of a nominal in lower case, "" where it has none.

    A fixed expression counts as one ("because of"); of two prepositions the last ("out of").
    """
    if not token.children:
        return ""
    found = ""
    for child in token.children:
        if child.dep_ == "case" and child.i < token.i:
            fixed = [c.lower_ for c in child.children if c.dep_ == "fixed"]
            found = " ".join([_ALIKE.get(child.lower_, child.lower_), *fixed])
    if found:
        return found
    for child in children(token, "compound", "flat", "nmod:desc"):
        if child.i < token.i and (below := case(child)):
            return below  # "to Foreign Minister X": hung on the first word of the name
    return ""


def nested(nouns: Iterable[Token], preposition: str) -> list[Token]:
    """Nominals with a preposition one or two steps below others: parsers attach them low."""
    found = []
    for noun in nouns:
        for child in children(noun, "nmod"):
            if case(child) == preposition:
                found.append(child)
            else:
                found.extend(c for c in children(child, "nmod") if case(c) == preposition)
    return found


def is_passive(verb: Token) -> bool:
    """Whether a verb is a passive, with or without its auxiliary."""
    if any(c.dep_ in ("nsubj:pass", "aux:pass", "csubj:pass") for c in verb.children):
        return True
    if verb.tag_ == "VBG" or lemma(verb) in _NEVER_DONE:
        return False
    if verb.tag_ != "VBN" and "Part" not in verb.morph.get("VerbForm", []):
        return False
    if any(c.dep_ == "aux" and lemma(c) in ("have", "'ve") for c in verb.children):
        return False
    if any(c.dep_ == "obl:agent" and case(c) == "by" for c in verb.children):
        return True
    return verb.dep_ in ("acl", "amod", "advcl") and not any(children(verb, "obj"))


def is_predicate(token: Token) -> bool:
    """Whether a token heads a clause: a verb, or a noun or adjective with a copula."""
    return token.pos_ in ("VERB", "AUX") or any(c.dep_ == "cop" for c in token.children)


def governing_verb(token: Token) -> Token | None:
    """The nearest predicate above a token, itself excluded."""
    node = token
    for _ in range(_MAX_CLIMB):
        if node.head == node:
            return None
        node = node.head
        if is_predicate(node):
            return node
    return None


def subject(verb: Token, depth: int = 0) -> Token | None:
    """The surface subject, its own or inherited through coordination, control and participles."""
    own = [
        c
        for c in verb.children
        if c.dep_ in ("nsubj", "nsubj:pass", "csubj", "csubj:pass", "nsubj:outer")
        and c.lower_ != "re"  # "re-open"
    ]
    own = own or [c for aux in children(verb, "aux") for c in children(aux, "nsubj")]
    if own:  # of two, the nearer one: the other is a date or a clause that the parser misplaced
        nearest = max(own, key=lambda c: (c.i < verb.i, c.i))
        if nearest.lower_ in ("both", "all", "each"):  # "A and B, which both oppose it"
            nearest = next((c for c in own if c.lower_ in _RELATIVE), nearest)
        if nearest.lower_ in ("who", "which") and verb.dep_ in ("advcl:relcl", "ccomp"):
            before = (c for c in children(verb.head, "obj") if c.i < nearest.i)
            return next(before, nearest)  # a relative clause that hangs on the verb
        return verb.head if nearest.lower_ in _RELATIVE and verb.dep_ == "acl:relcl" else nearest
    if depth > 6 or verb.head == verb:
        return None
    return _inherited(verb, depth)


def _inherited(verb: Token, depth: int) -> Token | None:
    head = verb.head
    label = verb.dep_
    if label == "acl:relcl":
        return head
    if label == "conj":
        return subject(head, depth + 1) if is_predicate(head) else None
    if label == "xcomp":
        controlled = next(children(head, "obj", "iobj"), None)
        if controlled is not None and head.pos_ == "VERB" and lemma(head) not in _TO_SAY_TO:
            # "condemned Ethiopia's decision to expel": whose decision it is acts.
            return next(children(controlled, "nmod:poss"), controlled)
        return subject(head, depth + 1)
    if label == "advcl":
        prepositional = _controller(verb)
        return prepositional or subject(head, depth + 1)
    if label == "acl":
        return _of_noun(verb, depth)
    if label == "ccomp":  # "indicated [the bloc] was disappointed": its subject, read as an object
        read = next((c for c in children(head, "obj") if head.i < c.i < verb.i), None)
        return read or _told_of(head)
    if label in ("obl", "nmod") and verb.tag_ == "VBG":  # "posted a message on X blaming Iran"
        governor = governing_verb(verb)
        if governor is None or is_passive(governor):  # "was killed during fighting"
            return None
        return subject(governor, depth + 1)
    if label == "aux" or (label == "parataxis" and not list(children(verb, "nsubj"))):
        return None
    return None


def _told_of(saying: Token) -> Token | None:
    """ "The shield, which X says will do harm": the noun of which a relative clause says it."""
    if saying.dep_ != "acl:relcl" or any(children(saying, "iobj")):
        return None
    relative = (c for c in saying.children if c.lower_ in _RELATIVE)
    return saying.head if any(c.i < saying.i for c in relative) else None


def _controller(verb: Token) -> Token | None:
    """Who is to act in "call on Iran to release", "accuse Iran of arming"."""
    head = verb.head
    marks = {c.lower_ for c in verb.children if c.dep_ == "mark"}
    if "of" in marks or "from" in marks:
        return next(children(head, "obj"), None) or next(children(head, "nsubj:pass"), None)
    if "as" in marks and verb.tag_ == "VBG" and lemma(head) in _CITING:
        cited = [*children(head, "obj"), *children(head, "nsubj:pass")]
        return next(iter(cited), None)  # "quoted the premier as denying"
    if "for" in marks and lemma(head) in _JUDGING:  # "thanked Chad for sending troops"
        return next(children(head, "obj"), None)
    if "as" in marks and lemma(head) in _QUOTING:  # "quotes the minister as saying"
        return next(children(head, "obj"), None) or next(children(head, "nsubj:pass"), None)
    if "to" in marks and lemma(head) in _ASKING:
        for child in children(head, "obl"):
            if case(child) in ("on", "upon", "to", "for") and head.i < child.i < verb.i:
                return child
    return None


def _of_noun(verb: Token, depth: int) -> Token | None:
    """The subject of a participle or infinitive that hangs on a noun."""
    noun = verb.head
    edge = verb.left_edge
    aside = verb.tag_ == "VBG" and "," in (edge.text, verb.doc[edge.i - 1].text)
    if aside and (governor := governing_verb(noun)) is not None:
        return subject(governor, depth + 1)  # "lodged a request with the Council, calling on …"
    if any(c.dep_ == "mark" and c.lower_ in ("to", "in", "of", "for") for c in verb.children):
        for child in children(noun, "nmod:poss", "nmod"):
            if lemma(child) in _PERIODS:
                continue  # "last month's decision by X to leave"
            if child.dep_ == "nmod:poss" or case(child) in ("by", "from", "for"):
                return child
            if case(child) == "of" and child.pos_ == "PROPN":
                return child  # "the decision of Sudan to send a mission"
        if not any(children(noun, "nmod:poss")) and (maker := _named_before(noun)) is not None:
            return maker
        governor = noun if is_predicate(noun) else governing_verb(noun)
        return subject(governor, depth + 1) if governor is not None else None
    return noun


def _named_before(noun: Token) -> Token | None:
    """Whose "a Sudanese decision to send a mission" is."""
    if lemma(noun) not in _MADE:
        return None
    names = (c for c in children(noun, "amod", "compound") if c.text[0].isupper())
    return next(names, None)


def arguments(predicate: Token) -> Arguments:
    """Logical arguments of a verb, or of an adjective or noun that heads a clause."""
    found = Arguments()
    passive = is_passive(predicate)
    surface = subject(predicate)
    oblique = list(children(predicate, "obl")) if passive else []
    by = [c for c in oblique if case(c) == "by"]
    if not by:  # "was shot at a checkpoint by soldiers", hung on the checkpoint
        low = (c for c in oblique if case(c) in _PLACING or lemma(c) in _SPANS)
        placing = [c for c in low if c.i > predicate.i]
        by = nested([*placing, *children(predicate, "obj")], "by")  # "was denied a visa by X"
    if passive and not by:  # "were kept from entering the bay by gunboats", hung on the entering
        clauses = (c for c in children(predicate, "advcl", "xcomp") if c.tag_ == "VBG")
        by = [n for c in clauses for n in children(c, "obl") if case(n) == "by"]
    if passive:
        found.agent = by
        patient = surface if predicate.dep_ != "acl" else predicate.head
        found.patient = [patient] if patient is not None else []
        found.patient += list(children(predicate, "obj"))
        if not by and predicate.dep_ == "conj":
            found.agent = []
    else:
        owner = [c for c in predicate.children if c.dep_ == "nmod:poss"]  # "Israel's fighting in …"
        found.agent = owner or ([surface] if surface is not None else [])
        found.patient = [
            predicate.head if c.lower_ in _RELATIVE and predicate.dep_ == "acl:relcl" else c
            for c in children(predicate, "obj")
        ] or _gap(predicate, surface)
        if not found.patient:  # an "agent" without "by" beside an active verb is its object
            found.patient = [c for c in predicate.children if c.dep_ == "obl:agent" and not case(c)]
        if not found.patient:  # "cut short his visit"
            judged = (c for c in children(predicate, "xcomp") if c.pos_ == "ADJ")
            found.patient = [o for c in judged for o in children(c, "obj")]
        if not found.patient and predicate.pos_ == "VERB":
            found.patient = _shared_object(predicate) or _bare_nominals(predicate)
    found.indirect = list(children(predicate, "iobj"))
    found.preps = [(case(c), c) for c in children(predicate, "obl", "nmod") if c not in by]
    _adopt_stray(predicate, found)
    found.complements = list(complements(predicate))
    return found


def _adopt_stray(predicate: Token, found: Arguments) -> None:
    """Nouns that a parser coordinated with a verb: one more prepositional phrase, or its object."""
    for child in children(predicate, "conj"):
        if child.pos_ not in ("NOUN", "PROPN") or is_predicate(child) or predicate.pos_ != "VERB":
            continue
        if preposition := case(child):
            found.preps.append((preposition, child))
        elif child.i > predicate.i and not found.patient:
            found.patient = [child]


def _gap(verb: Token, surface: Token | None) -> list[Token]:
    """The antecedent of an object relative: "sanctions that Washington imposed"."""
    if verb.dep_ == "acl:relcl" and surface is not None and surface != verb.head:
        return [verb.head]
    return []


def _shared_object(verb: Token) -> list[Token]:
    """The object that a coordinated verb shares: "criticised and condemned the raid"."""
    for child in verb.children:
        if child.dep_ == "conj" and child.pos_ == "VERB" and not any(children(child, "nsubj")):
            return list(children(child, "obj"))
    return []


def _bare_nominals(verb: Token) -> list[Token]:
    """Objects that a parser took for clauses: nouns without subject, copula and mark."""
    return [
        child
        for child in children(verb, "ccomp", "xcomp")
        if child.pos_ in ("NOUN", "PROPN")
        and not any(c.dep_ in ("nsubj", "cop", "mark", "aux") for c in child.children)
    ]


def complements(predicate: Token) -> Iterator[Token]:
    """Clauses that complete a predicate: that-clauses, infinitives, "of doing"."""
    for child in predicate.children:
        if child.dep_ in ("xcomp", "ccomp", "csubj"):
            yield child
        elif child.dep_ in ("advcl", "acl"):
            marks = {c.lower_ for c in child.children if c.dep_ == "mark"}
            if marks & _COMPLEMENT_MARKS or "to" in marks or "that" in marks:
                yield child


def own_standing(predicate: Token) -> Standing:
    """What the auxiliaries and negations of one clause say."""
    words = {lemma(c) for c in predicate.children if c.dep_ in ("aux", "aux:pass", "cop")}
    texts = {c.lower_ for c in predicate.children if c.dep_ in ("aux", "aux:pass", "cop")}
    negated = any(
        lemma(c) in _NEGATIONS and c.dep_ in ("advmod", "neg", "cc:preconj", "det")
        for head in (predicate, *children(predicate, "aux"))
        for c in head.children
    )
    negated = negated or any(_is_nobody(c) for c in children(predicate, "nsubj"))
    negated = negated or any(_is_no_longer(c) for c in children(predicate, "advmod"))
    if _is_inverted(predicate):
        return Standing.OPEN
    future = bool({"will", "shall", "'ll", "wo", "’ll"} & (words | texts))
    if {"must", "should", "ought"} & words:
        return Standing.DEONTIC  # "must not" too
    if negated:
        refusing = future or {"can", "ca", "would", "could"} & (words | texts)
        return Standing.REFUSED if refusing else Standing.NEGATED
    if future:
        return Standing.FUTURE
    if "would" in texts or "'d" in texts:
        return Standing.FUTURE if _is_reported(predicate) else Standing.OPEN
    if {"can", "could", "may", "might", "ca"} & (words | texts):
        return Standing.OPEN
    if {"is", "are", "was", "were"} & texts and _is_infinitive(predicate):
        return Standing.FUTURE
    return Standing.FUTURE if _is_headline_infinitive(predicate) else Standing.FACT


def _is_nobody(noun: Token) -> bool:
    """ "No troops", "neither side", "none of the rebels"."""
    words = (noun, *children(noun, "det", "cc:preconj"))
    return any(w.lower_ in ("no", "neither", "none", "nobody", "nothing") for w in words)


def _is_no_longer(adverb: Token) -> bool:
    return adverb.lower_ in ("longer", "more") and any(c.lower_ == "no" for c in adverb.children)


def _is_headline_infinitive(predicate: Token) -> bool:
    """ "Tokyo to lend Manila money": an infinitive with a subject of its own."""
    marks = {c.lower_ for c in children(predicate, "mark")}
    finite = predicate.tag_ in ("VBD", "VBZ")  # "President To Lam arrived"
    return marks == {"to"} and not finite and any(children(predicate, "nsubj"))


def _is_infinitive(predicate: Token) -> bool:
    return predicate.tag_ == "VB" and any(c.lower_ == "to" for c in children(predicate, "mark"))


def _is_inverted(predicate: Token) -> bool:
    """ "Had Egypt attacked …": a condition without "if"."""
    first = next((c for c in predicate.children if c.dep_ == "aux"), None)
    if first is None or first.lower_ not in ("had", "should", "were"):
        return False
    return any(first.i < c.i < predicate.i for c in children(predicate, "nsubj"))


def is_subjunctive(clause: Token) -> bool:
    """Whether a clause says what shall be: "that Serbia withdraw", "that they be freed"."""
    auxiliaries = [c for c in clause.children if c.dep_ in ("aux", "aux:pass", "cop")]
    marks = {c.lower_ for c in clause.children if c.dep_ == "mark"}
    if clause.tag_ == "VB":
        return "to" not in marks and all(c.lower_ in ("be", "not", "should") for c in auxiliaries)
    who = next(children(clause, "nsubj"), None)  # "that Chad withdraw": no "withdraws"
    one = who is not None and who.tag_ in ("NN", "NNP") and not any(children(who, "conj"))
    return one and clause.tag_ == "VBP" and "that" in marks and not auxiliaries


def is_timetabled(clause: Token, *, days: bool) -> bool:
    """ "Travels to Tokyo Wednesday", "before he visits Chad next month": a present that is to come.

    Args:
        days: let the name of a day say so too.
    """
    if clause.tag_ not in ("VBZ", "VBP") or any(children(clause, "aux")):
        return False
    times = [c for c in children(clause, "obl", "advmod") if c.i > clause.i]
    times += [c for noun in children(clause, "obj", "obl") for c in children(noun, "nmod")]
    return any(
        (days and c.lower_ in DAYS)
        or c.lower_ in ("tomorrow", "later")
        or any(w.lower_ == "later" for w in children(c, "advmod"))
        or any(w.lower_ in _NEXT for w in children(c, "amod"))
        for c in times
    )


def _is_reported(predicate: Token) -> bool:
    """Whether "would" is only the past of "will": it stands in reported speech."""
    node = predicate
    for _ in range(4):
        if node.dep_ == "ccomp":
            return True
        if node.dep_ == "parataxis" or any(c.dep_ == "parataxis" for c in node.children):
            return True
        if node.dep_ not in ("conj", "xcomp", "acl:relcl"):
            return False
        node = node.head
    return False


def standing(token: Token, operators: Operators) -> Standing:
    """How a predicate or an event noun stands, all clauses above it taken into account."""
    result = own_standing(token) if is_predicate(token) else _nominal(token)
    node = token
    dates = told = False
    for _ in range(_MAX_CLIMB):
        if result not in (Standing.FACT, Standing.FUTURE) or node.head == node:
            break
        effect = _effect(node, operators)
        if effect is None:
            break
        if _is_judged(node):
            break  # "a draft that condemns the launch": it was launched
        dates = dates or (base(node) == "obl" and case(node) in _TIMES) or _follows(node)
        if dates and effect is not Standing.FUTURE:
            effect = Standing.FACT  # what a meeting dates may be wished for; the meeting is held
        told = told or _is_told_of_noun(node)
        if told and effect is Standing.FUTURE:
            effect = Standing.FACT  # "will strike the men who fire rockets": they fire them
        if effect is not Standing.FACT:
            result = effect if result is Standing.FACT or effect is not Standing.FUTURE else result
        node = node.head
    return result


def _is_judged(noun: Token) -> bool:
    """Whether a certain act is judged: "urged them to condemn Chad's raid" takes it for a fact."""
    if noun.dep_ != "obj" or is_predicate(noun) or lemma(noun.head) not in _DEPLORING:
        return False
    return any(children(noun, "nmod:poss"))


def _follows(noun: Token) -> bool:
    """ "Support for the mission following a truce": what came before is no part of a wish."""
    return noun.dep_ == "nmod" and case(noun) in ("after", "following", "since")


def _is_told_of_noun(clause: Token) -> bool:
    """Whether a clause tells what its noun is or says: "rebels firing rockets", "a claim that"."""
    marks = {c.lower_ for c in children(clause, "mark")}
    return clause.dep_ == "acl" and (clause.tag_ in ("VBG", "VBN", "VBD") or "that" in marks)


def _nominal(noun: Token) -> Standing:
    for child in noun.children:
        if child.dep_ == "det" and child.lower_ in ("no", "any", "neither"):
            return Standing.NEGATED
        if child.dep_ == "amod" and lemma(child) in _MERELY_POSSIBLE:
            return Standing.OPEN
        if child.dep_ == "amod" and child.lower_ in _TO_COME:
            return Standing.FUTURE
    return Standing.FUTURE if _precedes(noun) else Standing.FACT


def _precedes(noun: Token) -> bool:
    """ "ahead of talks", "on the eve of a visit": what is still to come."""
    if case(noun) == "ahead of" or any(c.lower_ == "ahead" for c in noun.children):
        return True
    return case(noun) == "of" and noun.head.lower_ in ("eve", "ahead")


def _effect(node: Token, operators: Operators) -> Standing | None:
    """What the step from a node to its head does; None where the climb ends."""
    head, label = node.head, node.dep_
    if label == "acl:relcl" or label == "parataxis" or label == "appos":
        return None
    if label == "obl" and case(node) in _BACKGROUND:
        return None
    if label == "conj":
        return _from_conjunct(node)
    if label.startswith("advcl"):
        return _adverbial(node, operators)
    if label == "acl" and node.tag_ == "VBN" and lemma(node) in _FIXED:
        return None  # "urged a delegation set to visit Chad to speak out": it is set to
    if label in ("acl", "ccomp") and _nominal(head) is Standing.NEGATED:
        return Standing.NEGATED  # "no intention of freeing", "no evidence that"
    if label == "acl" and node.tag_ in ("VB", "VBP") and any(children(node, "nsubj")):
        return operators.nouns.get(lemma(head), Standing.FACT)  # "a proposal that Chad withdraw"
    if label == "acl" and any(c.lower_ == "to" and c.dep_ == "mark" for c in node.children):
        return Standing.FACT if _is_in_turn(head) else operators.noun(lemma(head))
    if label == "acl" and any(c.lower_ == "of" and c.dep_ == "mark" for c in node.children):
        return operators.nouns.get(lemma(head), Standing.FACT)
    if label in ("acl", "ccomp") and head.pos_ == "NOUN" and lemma(head) in _UNPROVEN:
        return Standing.OPEN
    if label == "nmod" and head.pos_ == "NOUN" and case(node) == "for":
        return operators.nouns.get(lemma(head), Standing.FACT)  # "a proposal for talks"
    if label in ("ccomp", "xcomp", "csubj") or label.startswith(
        ("obj", "obl", "nmod", "acl", "nsubj", "compound", "amod")
    ):
        return _governed(node, operators)
    return Standing.FACT if label != "root" else None


def _is_in_turn(noun: Token) -> bool:
    """ "Became the third state to sign", "is the latest to thank": who is counted has done it."""
    counted = any(c.lower_ in _IN_TURN for c in (noun, *children(noun, "amod")))
    definite = any(c.lower_ == "the" for c in children(noun, "det"))
    return counted and definite and noun.pos_ != "VERB"


def _governed(node: Token, operators: Operators) -> Standing:
    head, label = node.head, node.dep_
    if any(c.lower_ in ("whether", "if") for c in children(node, "mark")):
        return Standing.OPEN
    if lemma(head) in ("have", "be") and any(c.lower_ == "yet" for c in head.children):
        return Standing.NEGATED  # "has yet to sign"
    if not is_predicate(head):
        aimed = label == "xcomp" and any(c.lower_ == "to" for c in children(node, "mark"))
        plan = operators.verbs.get((lemma(head), "to")) if aimed else None
        return plan or Standing.FACT  # "the two plan to meet": a verb that was taken for a noun
    is_object = (
        label.startswith(("obj", "ccomp", "xcomp", "csubj"))
        or (label.startswith("obl") and case(node) in ("for", "against", "to", "of", "on", "from"))
        or label == "nsubj:pass"
    )
    if label.startswith("obj") and lemma(head) in _LISTING:
        told = head.head if head.dep_ == "acl:relcl" else next(children(head, "nsubj"), head)
        if told.pos_ == "NOUN":  # "their demands include the release of"
            return operators.nouns.get(lemma(told), Standing.FACT)
    if label.startswith("nsubj") and _is_due(head, operators):
        return Standing.FUTURE  # "the pullout is set to begin in May"
    own = own_standing(head)
    if label.startswith("obj") and _operated(node, operators) in (Standing.OPEN, Standing.NEGATED):
        return _operated(node, operators)  # "will require talks", "will delay the talks"
    if label.startswith(("nsubj", "obj")) and own is not Standing.FACT:
        conditional = any(c.lower_ == "would" for c in head.children) and head.pos_ != "VERB"
        return Standing.OPEN if conditional else own  # "a visit would be welcome"
    if label == "obl" and own is not Standing.FACT and case(node) in _TIMES:
        return own  # "will sign at a summit": the summit is to come too
    if label == "obl" and own is Standing.FUTURE and case(node) == "for":
        return own  # "will be in Chad for talks"
    if lemma(head) in _WISHING and _is_first_person(head):
        return Standing.FACT  # "I want to thank …" thanks
    if label == "ccomp" and lemma(head) == "insist" and not is_subjunctive(node):
        is_object = False  # "insists that Chad has helped": a claim, no demand
    if is_object:
        effect = _operated(node, operators)
        if effect is Standing.FUTURE and own is Standing.NEGATED:
            return own  # "is not planning to invade"
        if effect is not Standing.FACT:
            return effect
    if label in ("xcomp", "ccomp") and own in _UNREAL:
        if own is Standing.REFUSED:
            return Standing.NEGATED
        return Standing.OPEN if label == "ccomp" else own
    if label == "xcomp" and own is Standing.FUTURE and lemma(head) not in _GOING_ON:
        return Standing.FUTURE
    if label == "xcomp" and head.lower_ == "going" and _is_infinitive(node):
        return Standing.FUTURE  # "are going to sign"
    return Standing.FACT


def _is_due(verb: Token, operators: Operators) -> bool:
    """Whether its subject is to begin or to take place: "is set to begin"."""
    if operators.verbs.get((lemma(verb), "to")) is not Standing.FUTURE:
        return False
    return any(lemma(c) in _COMING_ABOUT for c in children(verb, "xcomp"))


def _operated(node: Token, operators: Operators) -> Standing:
    """What the word above does to its object, its prepositional object or its complement."""
    head = node.head
    what = head.head
    if head.dep_ == "acl:relcl" and what.lower_ == "what" and what.dep_ in ("obj", "obl"):
        return Standing.FACT  # "held what they called useful talks", "after what …"
    if node.dep_.startswith("obl"):
        return operators.verb(lemma(head), case(node))
    infinitive = node.dep_ == "xcomp" and any(c.lower_ == "to" for c in children(node, "mark"))
    if infinitive and not any(children(head, "obj", "iobj")):  # not "expects him to …"
        return operators.verbs.get((lemma(head), "to")) or operators.verb(lemma(head), "")
    return operators.verb(lemma(head), "")


def _is_first_person(verb: Token) -> bool:
    return any(c.lower_ in ("i", "we") for c in children(verb, "nsubj"))


def _from_conjunct(node: Token) -> Standing:
    """A coordinated verb shares the auxiliaries of the first where it has no subject of its own."""
    head = node.head
    if not is_predicate(node) or not is_predicate(head):
        return Standing.FACT
    if any(children(node, "nsubj", "csubj")) or any(c.dep_ == "aux" for c in node.children):
        return Standing.FACT
    apart = any(c.dep_ == "cc" and c.nbor(-1).text == "," for c in node.children)
    if apart and node.tag_ in ("VBD", "VBZ") and any(children(head, "aux", "aux:pass")):
        return Standing.FACT  # "has not signed it, and drew criticism"
    own = own_standing(head)
    bare = node.tag_ in ("VB", "") or "Inf" in node.morph.get("VerbForm", [])
    return own if bare or own is not Standing.FUTURE else Standing.FACT


def described(token: Token) -> Token:
    """ "What it called a raid": the raid; any other word is what it is."""
    if token.lower_ != "what":
        return token
    told = (c for c in children(token, "acl:relcl") if lemma(c) in _DESCRIBING)
    named = (n for c in told for n in children(c, "obj", "xcomp", "obl") if n.i > c.i)
    return next((n for n in named if n.pos_ in ("NOUN", "PROPN")), token)


def own_tense(clause: Token) -> str:
    """The tag of a clause's finite word: its first auxiliary, else its verb."""
    return next((c.tag_ for c in children(clause, "aux", "aux:pass", "cop")), clause.tag_)


def _adverbial(node: Token, operators: Operators) -> Standing | None:
    marks = {c.lower_ for c in node.children if c.dep_ in ("mark", "advmod", "case")}
    if marks & _CONDITIONS:
        return Standing.OPEN
    if marks & _SOMETIME and own_tense(node) in ("VBZ", "VBP"):
        to_come = own_standing(node.head) is Standing.FUTURE or _is_infinitive(node.head)
        if "when" in marks and to_come:
            return Standing.FUTURE  # "is to sign it when he visits Chad next month"
        return Standing.OPEN  # "no talks until Chad withdraws"
    if marks & {"before", "until"}:
        return Standing.FACT
    if "for" in marks and lemma(node.head) in _JUDGING and node.tag_ == "VBG":
        return None  # "will thank Chad for sending troops": it sent them
    if marks & _COMPLEMENT_MARKS:
        return operators.verb(lemma(node.head), next(iter(marks & _COMPLEMENT_MARKS)))
    if "to" in marks:
        purpose = operators.verbs.get((lemma(node.head), "to"), Standing.OPEN)
        if lemma(node.head) == "call" and any(children(node.head, "obj")):
            purpose = Standing.FACT  # "called the premier to congratulate her"
        own = own_standing(node.head)  # "will meet to discuss"
        return own if purpose is Standing.FACT and own is not Standing.FACT else purpose
    if not marks and node.tag_ == "VBG":
        effect = operators.verb(lemma(node.head), "")
        if effect in (Standing.OPEN, Standing.NEGATED) and node.i == node.head.i + 1:
            return effect  # "opposed sending troops": an object, hung as a clause
        return own_standing(node.head)  # "will return to the Gulf, visiting …"
    return None
