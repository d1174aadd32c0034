"""Which lines of the lexicon a word may fire: trigger words, and what must stand beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from worker.events.language.parsed import Span, Token
from worker.events.language.tree import (
    Arguments,
    Standing,
    arguments,
    case,
    children,
    conjuncts,
    is_passive,
    is_predicate,
    lemma,
    nested,
    own_standing,
    subject,
)
from worker.events.rules import Lexicon, Need, Rule
from worker.events.who.phrases import Phrases, is_somebody

_POS = {"VERB": "v", "AUX": "v", "NOUN": "n", "PROPN": "n", "ADJ": "a"}
_HEADS = frozenset({"dozen", "hundred", "thousand", "million", "ten", "score"})
_PARTNERS = ("with", "between")
_NEAR = 5  # words behind a noun in which the order of words is trusted
_HYPHENS = frozenset("-‑")
_DENIED = frozenset({"negated", "refusing"})  # lines that stand with "not"
_ON_CONDITION = frozenset({"if", "unless", "until", "should", "once"})
_SEPARABLE = frozenset({"off", "out", "down", "over", "away", "back", "in"})


@dataclass(frozen=True, slots=True)
class Forms:
    """The ways in which tables may spell a word, and the particles that stand with it."""

    spellings: frozenset[str]
    particles: frozenset[str]
    around: frozenset[str]

    @classmethod
    def of(cls, token: Token) -> Forms:
        """Look at a word and its neighbours."""
        around = {c.lower_ for c in token.children}
        if token.i + 1 < len(token.doc):
            around.add(token.nbor().lower_)  # "off" in "broke off talks" may be a preposition
        return cls(
            frozenset((lemma(token), token.lower_, stem(token), hyphened(token))),
            frozenset(c.lower_ for c in token.children if c.dep_ == "compound:prt"),
            frozenset(around),
        )

    def fit(self, rule: Rule) -> bool:
        """Whether one of the rule's words stands here, with the particle that it needs."""
        known = rule.particles
        if "*" in known:
            return True
        return any(
            particle in self.around if particle else not self.particles & _SEPARABLE
            for spelling in self.spellings
            for particle in known.get(spelling, ())
        )


@dataclass(slots=True)
class Context:
    """A trigger with its arguments; for a noun, those of the verb that lends it a subject too.

    `words` are those that stand in places of the tree, `fitting` says which rules have what they
    need, both as far as they were asked for;
    `flags`, `type` and `actors` are of the rule that is being tried; `actors` is empty until they
    are found; `armed`: an armed group is among them.
    """

    token: Token
    forms: Forms
    args: Arguments
    light: Token | None = None
    flags: frozenset[str] = frozenset()
    type: str = ""
    actors: frozenset[str] = frozenset()
    armed: bool = False
    light_args: Arguments = field(default_factory=Arguments)
    words: dict[tuple[str, ...], frozenset[str]] = field(default_factory=dict)
    fitting: dict[str, bool] = field(default_factory=dict)

    def trying(self, rule: Rule) -> Context:
        """Itself, with the rule that is tried now."""
        self.flags, self.type, self.actors = rule.flags, rule.type, frozenset()
        return self


class Triggers:
    """Finds the rules of a word, and says which of them fit where it stands."""

    def __init__(self, lexicon: Lexicon, phrases: Phrases) -> None:
        """Join words and parties."""
        self._lexicon = lexicon
        self._phrases = phrases
        self._rules: dict[int, tuple[Rule, ...]] = {}
        self._types: dict[int, tuple[str, ...]] = {}
        self._kinds: dict[int, tuple[str, str | None] | None] = {}
        self._contexts: dict[int, Context] = {}
        self._able: dict[int, list[Rule]] = {}
        self._within: dict[int, frozenset[str]] = {}

    def able(self, token: Token) -> list[Rule]:
        """The rules of a word whose other words stand in the sentence, wherever it be."""
        if token.i not in self._able:
            self._able[token.i] = self._able_of(token)
        return self._able[token.i]

    def _able_of(self, token: Token) -> list[Rule]:
        rules = self.rules(token)
        if not rules:
            return []
        start = token.sent.start
        if start not in self._within:
            self._within[start] = _words_of(token.sent)
        lacks = self._within[start].isdisjoint
        return [r for r in rules if not r.wanted or not any(map(lacks, r.wanted))]

    def rules(self, token: Token) -> tuple[Rule, ...]:
        """The rules of a word, in the order of the tables."""
        if token.i not in self._rules:
            self._rules[token.i] = self._rules_of(token)
        return self._rules[token.i]

    def _rules_of(self, token: Token) -> tuple[Rule, ...]:
        pos = _POS.get(token.pos_)
        if pos is None or (pos == "n" and token.dep_ == "compound"):
            return ()  # "war games", "aid groups": a kind of something else
        if token.pos_ == "PROPN" and is_predicate(token) and case(token) == "in":
            return self._lexicon.triggers("n", "*")  # "was in Baghdad"
        tied = hyphened(token)
        rules = self._lexicon.triggers(pos, tied) if tied else ()
        rules = rules or self._lexicon.triggers(pos, lemma(token))
        if (
            rules
            and pos == "v"
            and any(children(token, "aux:pass"))
            and any(children(token, "xcomp"))
        ):
            rules = (*self._lexicon.triggers("a", token.lower_), *rules)  # "is determined to"
        if rules or pos == "n":
            return rules
        if pos == "v":
            return (
                self._lexicon.triggers("a", token.lower_)
                or self._lexicon.triggers("v", stem(token))
                or self._any_verb(token)
            )
        verbal = not any(c.dep_ == "cop" for c in token.children)
        if verbal and any(
            children(token, "nsubj", "obj")
        ):  # a verb that the tagger took for an adjective
            return self._lexicon.triggers("v", stem(token))
        return ()

    def types(self, token: Token) -> tuple[str, ...]:
        """The types of act that the tables know a word for."""
        if token.i not in self._types:
            self._types[token.i] = tuple(sorted({rule.type for rule in self.rules(token)}))
        return self._types[token.i]

    def _any_verb(self, token: Token) -> tuple[Rule, ...]:
        """Rules of whatever verb it is: "jointly surveyed the mountain"."""
        if self._lexicon.is_a(lemma(token), "SAY") or self._lexicon.is_a(lemma(token), "LIGHT"):
            return ()
        return self._lexicon.triggers("v", "*")

    def kind(self, token: Token) -> tuple[str, str | None] | None:
        """Type and mode that a trigger names, whoever the parties are."""
        if token.i not in self._kinds:
            denied = own_standing(token) in (Standing.NEGATED, Standing.REFUSED)
            told = (r for r in self.able(token) if denied or not r.flags & _DENIED)
            rule = next((r for r in told if self.fits(r, self.context(token))), None)
            self._kinds[token.i] = None if rule is None else (rule.type, rule.mode)
        return self._kinds[token.i]

    def context(self, token: Token) -> Context:
        """The word with its arguments and its light verb."""
        if token.i not in self._contexts:
            self._contexts[token.i] = self._context_of(token)
        return self._contexts[token.i]

    def _context_of(self, token: Token) -> Context:
        forms = Forms.of(token)
        if token.pos_ not in ("NOUN", "PROPN") or is_predicate(token):
            args = arguments(token)
            if self._is_state(token):
                who = subject(token)
                args.agent = [who] if who is not None else []
                args.preps = [(case(c), c) for c in children(token, "obl", "nmod")]
            self._object_after_particle(token, args)
            return Context(token, forms, args)
        args = Arguments(preps=[(case(c), c) for c in children(token, "nmod", "obl")])
        args.preps += _shared(token)
        args.preps += self._right_behind(token)
        args.preps += self._hung_late(token)
        args.preps += _said_of(token)
        args.preps += _of_participle(token)
        args.complements = [c for c in children(token, "acl", "ccomp") if not is_passive(c)]
        if not args.complements and self._lexicon.is_a(lemma(token), "PROPOSAL"):
            args.complements = _hung_on_verb(token)
        light = self._light(token)
        if light is None:
            return Context(token, forms, args)
        return Context(token, forms, args, light, light_args=arguments(light))

    def _right_behind(self, noun: Token) -> list[tuple[str, Token]]:
        """ "The visit of X, which …": a party right behind a noun, hung beyond the next comma."""
        first = noun.i + 1
        if first >= len(noun.doc) or noun.doc[first].lower_ != "of" or any(children(noun, "nmod")):
            return []
        for i in range(first + 1, min(first + _NEAR, noun.sent.end)):
            token = noun.doc[i]
            if token.pos_ in ("PUNCT", "VERB", "ADP"):
                return []
            if self._phrases.named_at(token):
                return [("of", token)]
        return []

    def _hung_late(self, noun: Token) -> list[tuple[str, Token]]:
        """ "Spoke of his meeting on Monday with X": the partners, hung on the verb."""
        if not self._lexicon.is_a(lemma(noun), "MEETING") or not is_predicate(noun.head):
            return []
        if any(case(c) in _PARTNERS for c in children(noun, "nmod")):
            return []
        found = []
        for phrase in children(noun.head, "obl"):
            between = noun.doc[noun.i + 1 : phrase.left_edge.i]
            if (
                phrase.i > noun.i
                and case(phrase) in _PARTNERS
                and not any(t.pos_ in ("PUNCT", "VERB", "AUX", "SCONJ") for t in between)
            ):
                found.append((case(phrase), phrase))
        return found

    def _is_state(self, token: Token) -> bool:
        """ "Is appalled by": a state, no passive; "was set free by" is one."""
        if not self._lexicon.triggers("a", token.lower_):
            return False
        done = self._lexicon.triggers("v", lemma(token))
        return not done or not any(case(c) == "by" for c in children(token, "obl"))

    def _object_after_particle(self, verb: Token, args: Arguments) -> None:
        """ "handed over the town": an object that the parser hung on the particle."""
        if args.patient or verb.pos_ != "VERB" or verb.i + 1 >= len(verb.doc):
            return
        particle = verb.nbor()
        if any(particle.lower_ == w.partition("+")[2] for r in self.rules(verb) for w in r.lemmas):
            args.patient = [t for c, t in args.preps if c == particle.lower_ and particle.head == t]

    def _light(self, noun: Token) -> Token | None:
        for child in children(noun, "acl", "acl:relcl"):
            if self._lexicon.is_a(lemma(child), "LIGHT") and is_passive(child):
                return child
        top = noun
        while top.dep_ == "conj" and top.head.pos_ in ("NOUN", "PROPN"):
            top = top.head
        top = self.whole(top)
        head = top.head
        if called := so_called(top):
            top, head = called, called.head
        if (
            top.dep_ in ("obj", "nsubj:pass")
            and head.pos_ == "VERB"
            and self._lexicon.is_a(lemma(head), "LIGHT")
        ):
            return head
        return None

    def whole(self, noun: Token) -> Token:
        """ "Dozens of raids", "the end of a visit": what counts it or tells a part of it."""
        if noun.dep_ == "nmod" and case(noun) == "of":
            word = lemma(noun.head)
            if self._lexicon.is_a(word, "PART") or self._lexicon.is_a(word, "QUANTITY"):
                return noun.head
        return noun

    def fits(self, rule: Rule, context: Context) -> bool:
        """Whether the rule's particle, light verb, objects and complements are there."""
        if rule.id not in context.fitting:
            context.fitting[rule.id] = self._fits(rule, context)
        return context.fitting[rule.id]

    def _fits(self, rule: Rule, context: Context) -> bool:
        if not context.forms.fit(rule):
            return False
        if "home" in rule.flags and not any(c.lower_ == "home" for c in context.token.children):
            return False
        for need in rule.needs:  # noqa: SIM110 - asked of every line of every trigger
            if self._stands(need, context) is need.absent:
                return False
        return True

    def _stands(self, need: Need, context: Context) -> bool:
        if need.places == ("light",):
            return context.light is not None
        if need.places == ("crowd",):
            agents = crowd_of(context)
            named = [n for t in agents for n in self._phrases.direct(t)]
            return any(is_crowd(t, self._lexicon) for t in agents) or any(
                "people" in (n.how, n.basis) or n.kind == "group" for n in named
            )
        words = self._words(need.places, context)
        return not need.fillers.isdisjoint(words) if need.fillers else bool(words)

    def _words(self, places: tuple[str, ...], context: Context) -> frozenset[str]:
        """The words that fill places around a trigger: the same for all of its rules."""
        if places not in context.words:
            tokens = self._tokens(places, context)
            told = (word for t in tokens for word in self._told(t))
            context.words[places] = frozenset(told)
        return context.words[places]

    def _told(self, token: Token) -> Iterator[str]:
        """The words of a phrase; "39 Libyans" are citizens."""
        yield from _telling(token, self._lexicon)
        heads = [*conjuncts(token), *(c for c in children(token, "nmod") if case(c) == "of")]
        named = [(t, n) for t in heads for n in self._phrases.named_at(t)]
        if any(n.basis == "people" or _is_native(t, n.basis) for t, n in named):
            yield "citizen"

    def _tokens(self, places: tuple[str, ...], context: Context) -> Iterator[Token]:
        """Head tokens that stand in the places of a rule's needs."""
        args = context.args
        for part in places:
            if part == "obj" or part == "patient":
                yield from args.patient or args.indirect
            elif part == "agent":
                yield from args.agent
            elif part in ("comp", "xcomp", "ccomp"):
                wanted = args.complements
                yield from (c for c in wanted if part == "comp" or c.dep_ == part)
            elif part == "trait":
                told = [c for c in args.complements if c.pos_ != "VERB" or c.tag_ == "JJ"]
                yield from (t for c in told for t in (c, *children(c, "amod")))
            elif part == "mod":
                yield from children(context.token, "compound", "amod", "nmod:desc")
            elif part == "below":
                yield from _below(context.token)
            elif part == "passive":
                yield from [context.token] if is_passive(context.token) else []
            elif part == "acl":
                yield from [context.token] if context.token.dep_ == "acl" else []
            elif part == "if":
                yield from on_condition(context.token)
            elif part == "case":
                yield from children(context.token, "case")
            elif part == "aux":
                yield from children(context.token, "aux")
            elif part == "cop":
                yield from children(context.token, "cop")
            elif part == "cc":
                yield from children(context.token, "cc")
            elif part == "adv":
                yield from children(context.token, "advmod")
            elif part == "shoulder":
                yield from (c for c in context.token.subtree if c.lower_ == part)
            else:
                yield from (t for c, t in args.preps if c == part)
                clauses = (*args.complements, *(t for c, t in args.preps if not c))
                yield from (t for t in clauses if _is_marked(t, part))
                objects = [h for p in (*args.patient, *args.indirect) for h in conjuncts(p)]
                if context.token.pos_ in ("NOUN", "PROPN"):  # "the pullout of troops from X"
                    objects += [t for _, t in args.preps]
                yield from nested(objects, part)


def _below(token: Token) -> Iterator[Token]:
    """What stands below a word, but for the clauses that are coordinated with it."""
    for child in token.children:
        if child.dep_ != "conj" or token.pos_ != "VERB" or child.pos_ != "VERB":
            yield from child.subtree


def _shared(noun: Token) -> list[tuple[str, Token]]:
    """ "The arrest and torture of X": phrases of a coordinated noun that belong to both."""
    own = {case(c) for c in children(noun, "nmod")}
    others = (c for c in children(noun, "conj") if c.pos_ == "NOUN")
    phrases = ((case(p), p) for other in others for p in children(other, "nmod"))
    return [(preposition, p) for preposition, p in phrases if preposition not in own]


def _is_native(name: Token, basis: str) -> bool:
    """ "Freed an American": a demonym that stands for somebody."""
    if basis != "demonym" or name.dep_ in ("amod", "compound", "nmod:poss"):
        return False
    return any(c.lower_ in ("a", "an", "two", "three") for c in name.children)


def _is_marked(clause: Token, preposition: str) -> bool:
    """Whether a preposition opens a clause: "called *for* Iran to allow …"."""
    return preposition != "to" and any(c.lower_ == preposition for c in children(clause, "mark"))


def _said_of(noun: Token) -> list[tuple[str, Token]]:
    """Phrases that a copula parts from their noun: "the talks were with X"."""
    clause = noun.head
    if noun.dep_ != "nsubj" or lemma(clause) == "part":
        return []
    if any(c.dep_ == "expl" for c in clause.children):
        return [(case(c), c) for c in children(clause, "obl") if c.i > noun.i]
    if clause.pos_ != "VERB" and any(c.dep_ == "cop" for c in clause.children):
        below = [(case(c), c) for c in children(clause, "nmod", "obl") if c.i > clause.i]
        return [(case(clause), clause)] if case(clause) else below  # "was the first to X by Y"
    return []


def so_called(noun: Token) -> Token | None:
    """ "Held what he called useful talks": the object that stands for what is called so."""
    clause = noun.head
    for _ in range(2):
        if clause.dep_ == "acl:relcl" and clause.head.lower_ == "what":
            return clause.head
        clause = clause.head
    return None


def _of_participle(noun: Token) -> list[tuple[str, Token]]:
    """Phrases of a participle that are the noun's: "talks brokered by X between Y and Z"."""
    clauses = [c for c in children(noun, "acl") if c.dep_ == "acl" and is_passive(c)]
    phrases = [p for clause in clauses for p in children(clause, "obl")]
    below = [c for p in phrases for c in children(p, "nmod") if case(c) in ("between", "with")]
    return [(case(p), p) for p in (*phrases, *below) if case(p) not in ("by", "")]


def _words_of(sentence: Span) -> frozenset[str]:
    """Every word that may fill a place in a sentence, in the forms in which tables have it."""
    words = {"citizen"}  # what "39 Libyans" are
    for token in sentence:
        words.update((lemma(token), token.lower_))
        if token.text in _HYPHENS:
            beside = sentence.doc.tokens[max(0, token.i - 1) : token.i + 2]
            words.update(map(hyphened, beside))
    return frozenset(words)


def on_condition(verb: Token) -> Iterator[Token]:
    """The clauses that say on what condition: "if Chad attacks", "unless it withdraws"."""
    for clause in children(verb, "advcl"):
        marks = {c.lower_ for c in clause.children if c.dep_ in ("mark", "advmod", "case")}
        if marks & _ON_CONDITION:
            yield clause


def crowd_of(context: Context) -> list[Token]:
    """Who gathers: the agent, or the patient of what only looks passive: "people rallied"."""
    args = context.args
    return args.agent or (args.patient if is_passive(context.token) else [])


def _hung_on_verb(noun: Token) -> list[Token]:
    """ "Rejected a call by Chad to withdraw": what is asked, hung on the verb instead."""
    if noun.dep_ not in ("obj", "nsubj:pass"):
        return []
    clauses = [c for c in children(noun.head, "xcomp", "advcl") if c.i > noun.i]
    return [c for c in clauses if any(m.lower_ == "to" for m in children(c, "mark"))]


def is_crowd(token: Token, lexicon: Lexicon) -> bool:
    """Whether a phrase means people: "students", "thousands of Iraqis", or "hundreds" alone."""
    if fills(token, lexicon.classes["PEOPLE"], lexicon):
        return True
    return lemma(token) in _HEADS and not any(case(c) == "of" for c in children(token, "nmod"))


def hyphened(token: Token) -> str:
    """The word that a hyphen makes of a token and its neighbour ("test-fire"); else ""."""
    words = token.doc.tokens
    for step in (-1, 1):
        hyphen, other = token.i + step, token.i + 2 * step
        if not 0 <= other < len(words) or words[hyphen].text not in _HYPHENS:
            continue
        first, last = sorted((words[other], token), key=lambda t: t.i)
        if not first.whitespace_ and not words[hyphen].whitespace_:
            return f"{first.lower_}-{lemma(last)}"
    return ""


def stem(token: Token) -> str:
    """The bare verb of a form that the lemmatiser left as it stands: "vetoed" → "veto"."""
    word = token.lower_
    for ending in ("ed", "s"):
        if word.endswith(ending):
            return word.removesuffix(ending)
    return word


def fills(token: Token, fillers: frozenset[str], lexicon: Lexicon) -> bool:
    """Whether a phrase is of the words a rule asks for: its head, what it counts or qualifies."""
    return not fillers.isdisjoint(_telling(token, lexicon))


def _is_somebody(name: Token, lexicon: Lexicon) -> bool:
    """Whether a name is a person's: by its form, or a single word that acts."""
    alone = name.tag_ == "NNP" and name.dep_ == "nsubj" and not name.children
    return alone or is_somebody(name, lexicon)


def _telling(token: Token, lexicon: Lexicon) -> Iterator[str]:
    """The words that say what a phrase is of: its heads, what they count, what stands beside."""
    for head in conjuncts(token):
        word = lemma(head)
        if _is_somebody(head, lexicon):
            yield from (lemma(c) for c in children(head, "nmod:desc", "compound", "appos"))
            continue  # "Ms. Rice arrived" with nothing to eat
        yield word
        yield head.lower_
        if tied := hyphened(head):
            yield tied  # "cease-fire" is three words to the parser
        if lexicon.is_a(word, "QUANTITY") or head.pos_ == "NUM":  # "30 of the 250 soldiers"
            for counted in children(head, "nmod"):
                if case(counted) == "of":
                    yield from _telling(counted, lexicon)
        beside = ("aux", "compound") if head.pos_ != "PROPN" else ("nmod:desc", "compound", "appos")
        yield from (lemma(c) for c in children(head, *beside) if c.tag_ != "CD")
        if head.pos_ == "NOUN" and not lexicon.is_a(word, "PEOPLE"):  # "two million kroner"
            counts = children(head, "nummod", "compound")
            yield from (lemma(c) for c in counts if c.tag_ == "CD")
