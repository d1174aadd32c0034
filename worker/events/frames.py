"""Acts in one sentence: rules of the lexicon applied to the tree.

`Reader.acts` tries the rules of each trigger word, fills actor and recipient from the places that
the rule names, and then looks at how the clause stands: a fact stays what it is, a cooperative act
to come is AGREE, a refused one REJECT, one that a speaker says must be done is a REQUEST, and what
is denied, conditional or only wished for is no act.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from spacy.tokens import Span, Token

from worker.events import plover
from worker.events.evidence import stretch
from worker.events.phrases import Named, Phrases
from worker.events.rules import Lexicon, Need, Rule
from worker.events.speech import Speech
from worker.events.tree import (
    Arguments,
    Standing,
    arguments,
    case,
    children,
    conjuncts,
    governing_verb,
    is_passive,
    is_predicate,
    lemma,
    own_standing,
    standing,
    subject,
)

_POS = {"VERB": "v", "AUX": "v", "NOUN": "n", "PROPN": "n", "ADJ": "a"}
_COOPERATIVE = frozenset({"AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "AID", "RETREAT"})
_DEONTIC = frozenset({"must", "should", "ought", "need"})


@dataclass(frozen=True, slots=True)
class Act:
    """One act as one clause tells it.

    Attributes:
        label: id of the lexicon line, with what the clause made of it ("retreat.release/future").
        trigger: the word that fired.
        start, end: offsets of the shortest stretch that carries it, in the paragraph.
        quoted: it is said within quotation marks.
    """

    rule: Rule
    label: str
    type: str
    mode: str | None
    actors: tuple[Named, ...]
    recipients: tuple[Named, ...]
    trigger: Token
    start: int
    end: int
    standing: Standing = Standing.FACT
    speaker: Named | None = None
    place: tuple[str, ...] = ()


@dataclass(slots=True)
class Context:
    """A trigger with its arguments; for a noun, those of the verb that lends it a subject too."""

    token: Token
    args: Arguments
    light: Token | None = None
    flags: frozenset[str] = frozenset()
    type: str = ""
    light_args: Arguments = field(default_factory=Arguments)


@dataclass(frozen=True, slots=True)
class Frame:
    """A rule with its parties, before the standing of the clause is looked at."""

    rule: Rule
    type: str
    mode: str | None
    actors: tuple[Named, ...]
    recipients: tuple[Named, ...]


class Reader:
    """Reads the acts of one parsed paragraph.

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
        self._speech = speech
        self._domestic = domestic
        self._frames: dict[int, Frame | None] = {}
        self._swallowed: set[int] = set()

    def acts(self, sentence: Span) -> list[Act]:
        """All acts of a sentence, in the order of their triggers."""
        found: list[Act] = []
        telling = [t for t in sentence if self._rules(t) or _is_duty(t)]
        for token in sorted(telling, key=_depth):  # what governs first: it may swallow the rest
            if token.i in self._swallowed:
                continue
            if _is_duty(token):
                found.extend(self._deontic(token.head))
            else:
                frame = self.frame(token)
                act = self._act(token, frame) if frame is not None else None
                if act is not None:
                    found.append(act)
        return sorted(found, key=lambda a: a.trigger.i)

    def _rules(self, token: Token) -> tuple[Rule, ...]:
        pos = _POS.get(token.pos_)
        if pos is None:
            return ()
        rules = self._lexicon.triggers(pos, lemma(token))
        if rules or pos == "n":
            return rules
        if pos == "v":
            return self._lexicon.triggers("a", token.lower_) or self._lexicon.triggers(
                "v", _stem(token)
            )
        verbal = not any(c.dep_ == "cop" for c in token.children)
        if verbal and any(
            children(token, "nsubj", "obj")
        ):  # a verb that the tagger took for an adjective
            return self._lexicon.triggers("v", _stem(token))
        return ()

    # -- frames ---------------------------------------------------------------------------------

    def frame(self, token: Token, depth: int = 0) -> Frame | None:
        """The first rule of a trigger that finds its parties; None where there is none."""
        if token.i not in self._frames:
            self._frames[token.i] = None  # a clause that loops back to itself finds nothing
            context = self._context(token)
            for rule in self._rules(token):
                if self._fits(rule, context):
                    frame = self._filled(rule, context, depth)
                    if frame is not None:
                        self._frames[token.i] = frame
                        break
        return self._frames[token.i]

    def kind(self, token: Token) -> tuple[str, str | None] | None:
        """Type and mode that a trigger names, whoever the parties are."""
        context = self._context(token)
        for rule in self._rules(token):
            if self._fits(rule, context):
                return rule.type, rule.mode
        return None

    def _context(self, token: Token) -> Context:
        if token.pos_ not in ("NOUN", "PROPN") or is_predicate(token):
            args = arguments(token)
            if self._lexicon.triggers("a", token.lower_):  # "is appalled by": a state, no passive
                who = subject(token)
                args.agent = [who] if who is not None else []
                args.preps = [(case(c), c) for c in children(token, "obl", "nmod")]
            self._object_after_particle(token, args)
            return Context(token, args)
        args = Arguments(preps=[(case(c), c) for c in children(token, "nmod", "obl")])
        args.complements = [c for c in children(token, "acl", "ccomp") if not is_passive(c)]
        light = self._light(token)
        if light is None:
            return Context(token, args)
        return Context(token, args, light, light_args=arguments(light))

    def _object_after_particle(self, verb: Token, args: Arguments) -> None:
        """ "handed over the town": an object that the parser hung on the particle."""
        if args.patient or verb.pos_ != "VERB" or verb.i + 1 >= len(verb.doc):
            return
        particle = verb.nbor()
        if any(particle.lower_ == w.partition("+")[2] for r in self._rules(verb) for w in r.lemmas):
            args.patient = [t for c, t in args.preps if c == particle.lower_ and particle.head == t]

    def _light(self, noun: Token) -> Token | None:
        for child in children(noun, "acl", "acl:relcl"):
            if self._lexicon.is_a(lemma(child), "LIGHT") and is_passive(child):
                return child
        head = noun.head
        top = noun
        while top.dep_ == "conj" and top.head.pos_ in ("NOUN", "PROPN"):
            top = top.head
        head = top.head
        if (
            top.dep_ in ("obj", "nsubj:pass")
            and head.pos_ == "VERB"
            and self._lexicon.is_a(lemma(head), "LIGHT")
        ):
            return head
        return None

    def _fits(self, rule: Rule, context: Context) -> bool:
        token = context.token
        if not _particle_fits(rule, token):
            return False
        if "home" in rule.flags and not any(c.lower_ == "home" for c in token.children):
            return False
        return all(self._meets(need, context) for need in rule.needs)

    def _meets(self, need: Need, context: Context) -> bool:
        if need.place == "light":
            return context.light is not None
        if need.place == "crowd":
            agents = context.args.agent
            people = self._lexicon.classes["PEOPLE"]
            named = [n for t in agents for n in self._phrases.direct(t)]
            return any(_fills(t, people, self._lexicon) for t in agents) or any(
                n.how == "people" for n in named
            )
        if need.place.startswith("!"):
            return not self._meets(Need(need.place[1:], need.fillers), context)
        tokens = list(self._tokens(need.place, context))
        if not need.fillers:
            return bool(tokens)
        if "any" in need.fillers:
            return bool(tokens)
        return any(_fills(t, need.fillers, self._lexicon) for t in tokens)

    def _tokens(self, place: str, context: Context) -> Iterator[Token]:
        """Head tokens that stand in a place of a rule's needs."""
        args = context.args
        for part in place.split(","):
            if part == "obj" or part == "patient":
                yield from args.patient
            elif part == "agent":
                yield from args.agent
            elif part in ("comp", "xcomp", "ccomp"):
                wanted = args.complements
                yield from (c for c in wanted if part == "comp" or c.dep_ == part)
            elif part == "mod":
                yield from children(context.token, "compound", "amod", "nmod:desc")
            elif part == "below":
                yield from (t for t in context.token.subtree if t != context.token)
            elif part == "case":
                yield from children(context.token, "case")
            elif part == "cop":
                yield from children(context.token, "cop")
            elif part == "closely":
                yield from (c for c in context.token.children if c.lower_ == part)
            elif part == "shoulder":
                yield from (c for c in context.token.subtree if c.lower_ == part)
            else:
                yield from (t for c, t in args.preps if c == part)
                yield from (t for p in args.patient for t in children(p, "nmod") if case(t) == part)

    # -- filling places -------------------------------------------------------------------------

    def _filled(self, rule: Rule, context: Context, depth: int) -> Frame | None:
        context.flags, context.type = rule.flags, rule.type
        if not self._flags_hold(rule, context):
            return None
        actors = self._first(rule.actor, context, depth)
        if not {"crowd", "organ"} & set(rule.actor) and not self._domestic:
            actors = [a for a in actors if a.how != "people" or rule.type in ("ASSAULT", "CONSULT")]
        if not actors and rule.pos == "v":
            actors = self._before_verb(context.token)
        if not actors and self._domestic:
            actors = self._somebody(context)
        if not actors:
            return None
        recipients = self._first(rule.recipient, context, depth)
        if "matrix" in rule.flags:  # who agrees to act is no target of the agreement
            recipients = [r for r in recipients if r.code not in {a.code for a in actors}]
        if "igo" in rule.flags and actors[0].kind != "igo":
            return None
        if "body" in rule.flags and not all(p.kind == "igo" for p in recipients):
            return None
        if not recipients:
            recipients = self._understood(rule, context)
        if not recipients and rule.pos == "v":
            recipients = self._after_verb(rule, context.token)
        if "personal" in rule.flags and not all(_is_personal(p) for p in recipients + actors[1:]):
            return None
        mode = self._mode(rule, context)
        if mode is _MISFIT:
            return None
        if rule.type == "ASSAULT":
            recipients = self._struck(recipients, actors, context.token)
        frame = self._joined(rule, mode, actors, recipients)
        if frame is not None and frame.type == "CONSULT" and mode is None:
            return self._at_home(frame, context)
        return frame

    def _before_verb(self, verb: Token) -> list[Named]:
        """The party right before an active verb, where the tree names no subject."""
        if is_passive(verb) or not _is_finite(verb):
            return []
        for i in range(verb.i - 1, max(verb.sent.start, verb.i - _REACH) - 1, -1):
            token = verb.doc[i]
            if token.lower_ in _FENCES or token.pos_ in ("CCONJ", "SCONJ"):
                return []
            if _is_finite(token) and token.pos_ == "VERB":
                return []
            if found := self._phrases.named_at(token):
                if found[0].basis == "demonym":  # "the Italian champions" are not Italy
                    found = self._phrases.direct(_head_of_name(token))
                if not found:
                    return []
                start = verb.doc.char_span(found[0].start, found[0].end, alignment_mode="expand")
                before = verb.doc[start.start - 1] if start is not None and start.start else None
                if before is None or before.pos_ != "ADP" or before.lower_ == "of":
                    return found
        return []

    def _after_verb(self, rule: Rule, verb: Token) -> list[Named]:
        """The party right after a verb, where the tree hung it elsewhere: by order of words."""
        if is_passive(verb):
            return []
        preposition = ""
        for i in range(verb.i + 1, min(verb.sent.end, verb.i + _REACH)):
            token = verb.doc[i]
            if token.lower_ in _FENCES or (_is_finite(token) and token.pos_ == "VERB"):
                return []
            if token.pos_ == "ADP":
                preposition = token.lower_
            elif found := self._phrases.named_at(token):
                wanted = preposition in rule.recipient or (
                    preposition in ("", "between") and "obj" in rule.recipient
                )
                return found if wanted else []
        return []

    def _somebody(self, context: Context) -> list[Named]:
        """Without borders to look for, an actor without a name is of the country that is told."""
        for agent in context.args.agent or context.light_args.agent:
            if found := self._phrases.within(agent):
                return found[:1]
        return self._phrases.within(context.token.sent.root)[:1]

    def _struck(self, recipients: list[Named], actors: list[Named], token: Token) -> list[Named]:
        """A strike on a group in a third state hits the group (coding guide)."""
        if not recipients or not all(r.place for r in recipients):
            return recipients
        groups = self._phrases.last_group(token)
        codes = {a.code for a in actors}
        return groups if groups and groups[0].code not in codes else recipients

    def _at_home(self, frame: Frame, context: Context) -> Frame:
        """Two that meet on the soil of one: a visit (coding guide, "Meetings")."""
        if len(frame.actors) != 2 or frame.recipients:
            return frame
        preps = context.args.preps + context.light_args.preps
        venues = {n.code for n in self._belongs(t for c, t in preps if c in ("in", "at"))}
        hosts = [n for n in frame.actors if n.code in venues]
        if len(hosts) != 1 or any(n.kind != "state" for n in frame.actors):
            return frame
        guests = tuple(n for n in frame.actors if n != hosts[0])
        return replace(frame, mode="visit", actors=guests, recipients=tuple(hosts))

    def _understood(self, rule: Rule, context: Context) -> list[Named]:
        """Recipients that the sentence leaves to be understood: the foe, the victims' country."""
        token = context.token
        if rule.type == "ACCUSE" and "keeps" in rule.flags:
            return self._phrases.claimant(token)
        if rule.type == "REQUEST" and rule.pos == "n":
            return self._refuser(token)
        if "foe" in rule.flags:
            return self._phrases.last_group(token)
        if "victims" in rule.flags and any(
            self._lexicon.is_a(lemma(t), "VICTIM") for t in token.subtree
        ):
            return self._phrases.last_state(token)
        if "needy" in rule.flags:
            given = context.light is not None or rule.pos == "v"
            return self._phrases.last_state(token) if given else []
        if "other" in rule.flags:
            actors = {n.code for t in context.args.agent for n in self._phrases.direct(t)}
            return self._phrases.other(token, actors)
        if "here" in rule.flags:
            return self._phrases.scene(token)
        if "there" in rule.flags and any(c == "in" for c, _ in context.args.preps):
            return self._phrases.last_place(token)
        return []

    def _refuser(self, noun: Token) -> list[Named]:
        """Who turns down, or accepts, what a noun asks for: it was asked of them."""
        verb = noun.head
        if noun.dep_ not in ("obj", "ccomp", "nsubj:pass") or not is_predicate(verb):
            return []
        rules = self._rules(verb)
        answers = any(r.type in ("REJECT", "AGREE", "CONCEDE") for r in rules)
        return self._subject(arguments(verb).agent) if answers else []

    def _joined(
        self, rule: Rule, mode: str | None, actors: list[Named], recipients: list[Named]
    ) -> Frame | None:
        codes = {a.code for a in actors}
        others = [r for r in recipients if r.code not in codes or self._domestic]
        everyone = _distinct(actors + others)
        one_sided = "alone2" in rule.flags and len(actors) == 1
        if one_sided and others and not any(o.how == "with" for o in others):
            return Frame(rule, rule.type, mode, tuple(actors), tuple(others))
        if "mutual" in rule.flags and len(actors) == 1 and len(others) > 2:
            return Frame(rule, rule.type, mode, tuple(actors), tuple(others))  # X with each of them
        if "mutual" in rule.flags and (len(everyone) > 1 or not rule.flags & {"alone", "alone2"}):
            if len(everyone) < 2 and not (self._domestic or _is_body(everyone, rule)):
                return None
            return Frame(rule, rule.type, mode, tuple(everyone), ())
        alone = "alone" in rule.flags or ("official" in rule.flags and self._speech.issuer)
        if not others and not alone and not self._domestic:
            return None
        if not others and recipients and not self._domestic:
            return None  # aimed at oneself: a domestic act
        return Frame(rule, rule.type, mode, tuple(_distinct(actors)), tuple(_distinct(others)))

    def _first(self, places: Iterable[str], context: Context, depth: int) -> list[Named]:
        for place in places:
            found = self._place(place, context, depth)
            if found and place == "with" and "alone2" in context.flags:
                return [replace(n, how="with") for n in found]
            if found:
                return found
        return []

    def _place(self, place: str, context: Context, depth: int) -> list[Named]:
        if place.startswith("comp"):
            return self._of_complement(place, context, depth)
        if context.token.pos_ in ("NOUN", "PROPN") and not is_predicate(context.token):
            return self._of_noun(place, context)
        return self._of_verb(place, context)

    def _of_verb(self, place: str, context: Context) -> list[Named]:
        args = context.args
        if place == "speaker":
            return self._speaking(context.token)
        if place in ("subj", "cop", "organ", "inquiry"):
            return self._subject(args.agent)
        if place == "crowd":
            return self._crowd(context)
        if place == "pair":
            return self._phrases.pair(context.token)
        if place == "pact":
            return self._in_pact(args.patient)
        if place == "force":
            forces = [
                t for t in args.agent if _fills(t, self._lexicon.classes["FORCE"], self._lexicon)
            ]
            return self._subject(forces)
        told = context.type in _TAKING_UP
        if place == "obj":
            return self._belongs(args.patient, told=told) or self._belongs(args.indirect)
        if place == "iobj":
            return self._belongs(args.indirect)
        if place.startswith("~"):
            return self._belongs(t for t in context.token.subtree if case(t) == place[1:])
        nouns = [t for c, t in args.preps if c == place]
        if told and place in _ABOUT and (found := self._belongs(nouns, told=True)):
            return found
        if place == "for" and "matrix" in context.flags:
            below = [
                g
                for n in nouns
                for g in children(n, "nmod")
                if case(g) in ("of", "to", "by", "from", "between")
            ]
            nouns = nouns if self._belongs(nouns) else below
        around = [] if place == "to" else [t for _, t in args.preps]
        return self._belongs(nouns) or self._belongs(_nested([*args.patient, *around], place))

    def _speaking(self, token: Token) -> list[Named]:
        """Who says what a word stands in: the speaker, who cites it, or the issuing body."""
        verb = token.head
        if token.dep_ in ("obj", "obl") and self._lexicon.is_a(lemma(verb), "SAY"):
            who = subject(verb)
            return self._subject([who]) if who is not None else []
        speaker = self._speech.speaker(token) or self._speech.issuer
        return [speaker] if speaker is not None else []

    def _in_pact(self, nouns: Iterable[Token]) -> list[Named]:
        """The parties that a treaty names: "the declaration on the India-Russia partnership"."""
        pacts = [t for t in nouns if self._lexicon.is_a(lemma(t), "PACT")]
        return _distinct(n for t in pacts for n in self._phrases.within(t))

    def _crowd(self, context: Context) -> list[Named]:
        """Whose people a crowd are: of the country that is named with them, else of the place."""
        agents = context.args.agent
        found = self._subject(agents)
        if found or not any(
            _fills(t, self._lexicon.classes["PEOPLE"], self._lexicon) for t in agents
        ):
            return found
        inside = self._belongs(
            t for t in context.token.sent if case(t) in ("in", "inside", "across")
        )
        return [n for n in inside if n.kind == "state"] or self._phrases.last_place(context.token)

    def _of_noun(self, place: str, context: Context) -> list[Named]:
        token = context.token
        if place == "subj":
            if context.light is not None and context.light_args.agent:
                return self._subject(context.light_args.agent)
            for source in ("poss", "mod", "by"):
                if found := self._of_noun(source, context):
                    return found
            return []
        if place == "poss":
            return [n for c in children(token, "nmod:poss") for n in self._phrases.direct(c)]
        if place == "mod":
            return self._phrases.modifiers(token)
        if place == "speaker":
            return self._speaking(token)
        if place == "owner":
            return self._phrases.belongs(token)
        if place == "pact":
            return self._in_pact(t for c, t in context.args.preps if c == "of")
        if place == "gov":
            return self._governing_subject(token)
        preps = context.args.preps + context.light_args.preps
        return self._belongs([t for c, t in preps if c == place]) or self._belongs(
            _nested([t for _, t in preps], place)
        )

    def _governing_subject(self, noun: Token) -> list[Named]:
        """ "During a meeting with X, Y said …": the subject of what the meeting dates."""
        verb = noun.head
        instrument = case(noun) == "with" and self._lexicon.is_a(lemma(noun), "ATTACK")
        if noun.dep_ != "obl" or not is_predicate(verb) or is_passive(verb):
            return []
        if case(noun) not in _DURING and not instrument:
            return []
        who = subject(verb)
        return self._subject([who]) if who is not None else []

    def _subject(self, tokens: Iterable[Token]) -> list[Named]:
        found: list[Named] = []
        for token in tokens:
            own = self._phrases.direct(token)
            if not own and self._lexicon.is_a(lemma(token), "DOCUMENT"):
                own = self._issuers(token)
            if not own and self._lexicon.is_a(lemma(token), "ATTACK"):
                own = self._phrases.belongs(token)  # "a U.S. strike hit …"
            found.extend(own)
        return _distinct(found)

    def _issuers(self, paper: Token) -> list[Named]:
        """Whose paper it is: its owner, else who adopts or issues it."""
        owners = self._phrases.belongs(paper)
        if not owners and self._lexicon.is_a(lemma(paper), "INQUIRY"):
            owners = self._phrases.last_body(paper)
        verb = paper.head
        if owners or paper.dep_ not in ("obj", "obl") or not is_predicate(verb):
            return owners
        return [n for t in arguments(verb).agent for n in self._phrases.direct(t)]

    def _belongs(self, tokens: Iterable[Token], *, told: bool = False) -> list[Named]:
        return _distinct(n for t in tokens for n in self._phrases.belongs(t, told=told))

    def _of_complement(self, place: str, context: Context, depth: int) -> list[Named]:
        if depth > 2:
            return []
        own = context.args.complements
        below = [c for p in context.args.patient for c in children(p, "acl") if not is_passive(c)]
        for clause in [*own, *below]:
            if place == "comp.subject":
                who = _own_subject(clause)
                found = self._phrases.belongs(who) if who is not None else []
            elif place == "comp.hostile":
                found = self._hostile(clause, depth)
            else:
                found = self._asked_of(clause, context, depth)
            if found:
                return found
        return []

    def _hostile(self, clause: Token, depth: int) -> list[Named]:
        """Who is said to have done a hostile thing."""
        kind = self.kind(clause)
        if kind is None or plover.meaning(kind[0]).quad < 3:
            return []
        frame = self.frame(clause, depth + 1)
        if frame is not None:
            return list(frame.actors)
        return self._subject(arguments(clause).agent)

    def _asked_of(self, clause: Token, context: Context, depth: int) -> list[Named]:
        """Whom a complement concerns: its own subject, else the other parties of its act."""
        own = _own_subject(clause)
        if own is not None:
            found = self._phrases.direct(own)
            agents = {n.code for n in self._subject(context.args.agent)}
            if found and {n.code for n in found} - agents:
                return found
        frame = self.frame(clause, depth + 1)
        if frame is not None:
            return [*frame.recipients, *(frame.actors if not frame.recipients else ())]
        args = arguments(clause)
        nouns = [
            t for c, t in args.preps if c in ("to", "with", "from", "on", "against", "in", "for")
        ]
        all_nouns = [*args.patient, *(t for _, t in args.preps)]
        return (
            self._belongs(args.patient)
            or self._belongs(nouns)
            or [replace(n, how="with") for n in self._belongs(_nested(all_nouns, "with"))]
        )

    # -- flags and modes ------------------------------------------------------------------------

    def _flags_hold(self, rule: Rule, context: Context) -> bool:
        flags = rule.flags
        if "leave" in flags:
            words = {lemma(t) for t in context.token.subtree}
            return bool(words & {"leave", "depart", "out"})
        if "chemical" in flags:
            words = {t.lower_ for t in context.token.subtree}
            return bool(
                words
                & {
                    "chemical",
                    "biological",
                    "nerve",
                    "poison",
                    "sarin",
                    "chlorine",
                    "mustard",
                    "toxic",
                }
            )
        if "active" in flags and (is_passive(context.token) or context.token.dep_ == "xcomp"):
            return False
        if "retreat" in flags:
            asked = self._content(context)
            return any(
                (k := self.kind(t)) is not None and k[0] in ("RETREAT", "CONCEDE") for t in asked
            )
        if "verbal" in flags:
            return not any(c == "with" for c, _ in context.args.preps)
        return True

    def _mode(self, rule: Rule, context: Context) -> str | None:
        """The mode, which a matrix takes from what it asks for, refuses or threatens."""
        if "alone2" in rule.flags and not context.args.complements and len(context.args.agent) == 1:
            agents = self._subject(context.args.agent)
            if len(agents) < 2 and not any(c == "with" for c, _ in context.args.preps):
                return _MISFIT
        if rule.type == "AGREE" and "matrix" in rule.flags and self._is_hostile(context):
            return _MISFIT
        if "matrix" not in rule.flags or rule.type not in ("REQUEST", "REJECT", "THREATEN"):
            return rule.mode
        content = self._content(context)
        mode = self._embedded(rule.type.lower(), content)
        if mode is None and rule.type == "THREATEN":
            return (
                _MISFIT
                if rule.id != "threaten.threaten" and not self._warns(content)
                else rule.mode
            )
        return mode or rule.mode

    def _is_hostile(self, context: Context) -> bool:
        """Whether what is promised would be an act of conflict: a threat, no agreement."""
        kinds = (self.kind(c) for c in context.args.complements if is_predicate(c))
        return any(k is not None and plover.meaning(k[0]).quad == 4 for k in kinds)

    def _embedded(self, table: str, content: list[Token]) -> str | None:
        modes = self._lexicon.modes
        words = modes["words"][table]
        for token in content:
            for mode, listed in words.items():  # type: ignore[attr-defined]
                if lemma(token) in listed:
                    return str(mode)
            kind = self.kind(token)
            if kind is not None:
                found = modes[table].get(" ".join(filter(None, kind))) or modes[table].get(kind[0])
                if found:
                    return found
        return modes[table].get("default")

    def _warns(self, content: list[Token]) -> bool:
        return any(self._lexicon.is_a(lemma(t), "CONSEQUENCE") for t in content)

    def _content(self, context: Context) -> list[Token]:
        """The words that say what is asked for, refused or threatened, the telling ones first."""
        args = context.args
        heads = list(args.complements)
        heads += [t for c, t in args.preps if c in ("for", "to", "with", "of", "on", "against")]
        heads += args.patient
        found: list[Token] = []
        for head in heads:
            found.extend(self._telling(head, 0))
        return found

    def _telling(self, token: Token, depth: int) -> Iterator[Token]:
        if depth > 2:
            return
        inner = [
            c
            for c in children(token, "obj", "xcomp", "acl", "nmod", "ccomp")
            if c.dep_ != "nmod:poss"
        ]
        if self._lexicon.is_a(lemma(token), "LIGHT") or self._lexicon.is_a(
            lemma(token), "PROPOSAL"
        ):
            for child in inner:
                yield from self._telling(child, depth + 1)
            yield token
        else:
            yield token
            for child in inner:
                yield from self._telling(child, depth + 1)

    # -- acts -----------------------------------------------------------------------------------

    def _act(self, token: Token, frame: Frame) -> Act | None:
        how = standing(token, self._lexicon.operators)
        if how is Standing.NEGATED and frame.type == "REQUEST" and frame.rule.pos == "n":
            how = Standing.FACT  # a call that is rejected was made
        if frame.rule.flags & {"swallows"} or "matrix" in frame.rule.flags:
            self._swallow(token, frame)
        act = self._made(token, frame)
        if how is Standing.FACT:
            return None if _is_lonely(act) else act
        if how is Standing.FUTURE and _on_condition(token):
            return self._announced(act) or self._future(act)
        if how is Standing.FUTURE:
            return self._future(act)
        if how is Standing.REFUSED:
            return self._refused(act)
        if how is Standing.DEONTIC and frame.type in ("ACCUSE", "REQUEST", "REJECT"):
            return None
        return None

    def _made(self, token: Token, frame: Frame) -> Act:
        parties = (*frame.actors, *frame.recipients)
        start, end = stretch(token, [(n.start, n.end) for n in parties if n.start >= 0])
        return Act(
            frame.rule, frame.rule.id, frame.type, frame.mode, frame.actors, frame.recipients,
            token, start, end, speaker=None,
        )  # fmt: skip

    def _future(self, act: Act) -> Act | None:
        if act.type not in _COOPERATIVE:
            return self._announced(act)
        if "verbal" in act.rule.flags and lemma(act.trigger.head) == "commit":
            return act  # "is committed to supporting": a word of support
        label = act.label if act.type == "AGREE" else f"{act.label}/future"
        return replace(act, type="AGREE", mode=None, label=label, standing=Standing.FUTURE)

    def _announced(self, act: Act) -> Act | None:
        """A hostile act to come is a threat towards whom it will hit."""
        mode = self._lexicon.modes["threaten"].get(f"{act.type} {act.mode}")
        mode = mode or self._lexicon.modes["threaten"].get(act.type)
        hostile = plover.meaning(act.type).quad == 4 or _on_condition(act.trigger)
        if mode is None or not hostile or not (act.recipients or self._domestic):
            return None
        label = f"{act.label}/future"
        return replace(act, type="THREATEN", mode=mode, label=label, standing=Standing.FUTURE)

    def _refused(self, act: Act) -> Act | None:
        if act.type not in _COOPERATIVE or act.rule.pos == "n":
            return None
        mode = self._embedded("reject", [act.trigger])
        return replace(
            act, type="REJECT", mode=mode, label=f"{act.label}/refused", standing=Standing.REFUSED
        )

    def _deontic(self, predicate: Token) -> Iterator[Act]:
        """ "Iran must comply", said by another party: a REQUEST."""
        who = subject(predicate)
        speaker = self._speech.speaker(predicate)
        if who is None or own_standing(predicate) is not Standing.DEONTIC:
            return
        speaker = speaker or self._speech.issuer
        targets = self._phrases.direct(who)
        if speaker is None or not targets:
            return
        if speaker.code in {t.code for t in targets} and not self._domestic:
            return
        rule = self._lexicon.triggers("d", "must")[0]
        mode = self._embedded("request", list(self._telling(predicate, 0)))
        frame = Frame(rule, "REQUEST", mode, (speaker,), tuple(targets))
        yield self._made(predicate, frame)

    def _swallow(self, token: Token, frame: Frame) -> None:
        """What is alleged, asked for or promised is not an act of its own beside it."""
        if "keeps" in frame.rule.flags:
            return
        if not is_predicate(token):
            return
        args = arguments(token)
        below = [c for p in args.patient for c in children(p, "acl") if not is_passive(c)]
        for clause in [*args.complements, *below]:
            self._swallowed.add(clause.i)
            for child in children(clause, "obj", "conj"):
                if self._lexicon.is_a(lemma(clause), "LIGHT") or child.dep_ == "conj":
                    self._swallowed.add(child.i)


_MISFIT = "\0"
_REACH = 12  # words to either side of a verb within which the order of words is trusted
_FENCES = frozenset({";", ":", "that", "which", "who", "whom", "where", "when", "if", "because"})
_SEPARABLE = frozenset({"off", "out", "down", "over", "away", "back", "in"})
_TAKING_UP = frozenset({"ACCUSE", "SUPPORT", "REJECT"})
_ABOUT = frozenset({"by", "at", "against", "over", "about", "with"})
_DURING = frozenset(
    {"in", "during", "at", "after", "following", "before", "on", "through", "despite", "amid"}
)


def _nested(nouns: Iterable[Token], place: str) -> list[Token]:
    """Nominals with a preposition one or two steps below others: parsers attach them low."""
    found = []
    for noun in nouns:
        for child in children(noun, "nmod"):
            if case(child) == place:
                found.append(child)
            else:
                found.extend(c for c in children(child, "nmod") if case(c) == place)
    return found


def _particle_fits(rule: Rule, token: Token) -> bool:
    particles = {c.lower_ for c in token.children if c.dep_ == "compound:prt"}
    around = {c.lower_ for c in token.children}
    if token.i + 1 < len(token.doc):
        around.add(token.nbor().lower_)  # parsers take "off" in "broke off talks" for a preposition
    for word in rule.lemmas:
        base, _, particle = word.partition("+")
        if base not in (lemma(token), token.lower_, _stem(token)):
            continue
        if particle and particle in around:
            return True
        if not particle and not particles & _SEPARABLE:
            return True
    return False


def _head_of_name(token: Token) -> Token:
    """The noun that a name qualifies: "champions" in "the Italian champions"."""
    node = token
    while node.dep_ in ("amod", "compound", "nmod:poss", "nmod:desc", "flat") and node.head != node:
        node = node.head
    return node if node.pos_ in ("NOUN", "PROPN") else token


def _is_finite(token: Token) -> bool:
    """Whether a verb form has a subject of its own: "condemned", "will condemn"."""
    if token.tag_ in ("VBD", "VBZ", "VBP"):
        return True
    return any(c.dep_ == "aux" and c.tag_ in ("VBZ", "VBP", "VBD", "MD") for c in token.children)


def _stem(token: Token) -> str:
    """The bare verb of a form that the lemmatiser left as it stands: "vetoed" → "veto"."""
    word = token.lower_
    for ending in ("ed", "s"):
        if word.endswith(ending):
            return word.removesuffix(ending)
    return word


def _fills(token: Token, fillers: frozenset[str], lexicon: Lexicon) -> bool:
    for head in conjuncts(token):
        word = lemma(head)
        if word in fillers or head.lower_ in fillers:
            return True
        if lexicon.is_a(word, "QUANTITY") and any(
            _fills(c, fillers, lexicon) for c in children(head, "nmod") if case(c) == "of"
        ):
            return True
        beside = ("aux", "compound") if head.pos_ != "PROPN" else ("nmod:desc", "compound", "appos")
        if any(lemma(c) in fillers for c in children(head, *beside)):
            return True
    return False


def _own_subject(clause: Token) -> Token | None:
    for child in children(clause, "nsubj"):
        return child
    return subject(clause) if clause.dep_ in ("xcomp", "advcl", "acl") else None


def _depth(token: Token) -> tuple[int, int]:
    depth = 0
    node = token
    while node.head != node and depth < 60:
        node = node.head
        depth += 1
    return depth, token.i


def _on_condition(trigger: Token) -> bool:
    """ "… unless Chad agrees": what is announced on a condition is a threat."""
    return any(
        c.lower_ == "unless" for clause in children(trigger, "advcl") for c in clause.children
    )


def _is_duty(token: Token) -> bool:
    return token.dep_ == "aux" and lemma(token) in _DEONTIC


def _is_lonely(act: Act) -> bool:
    """A consultation of one party that no organisation hosts is none."""
    alone = len(act.actors) == 1 and not act.recipients
    return act.type == "CONSULT" and alone and act.actors[0].kind != "igo"


def _is_personal(named: Named) -> bool:
    return named.person or named.basis in ("person", "office") or named.how == "organ"


def _is_body(everyone: list[Named], rule: Rule) -> bool:
    return bool(everyone) and everyone[0].kind == "igo" and rule.mode == "multilateral"


def _distinct(named: Iterable[Named]) -> list[Named]:
    first: dict[str, Named] = {}
    for one in named:
        first.setdefault(one.code, one)
    return list(first.values())


__all__ = ["Act", "Frame", "Reader", "governing_verb"]
