"""Who stands in the places that a rule names, and who is understood where nobody stands there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from worker.events import plover
from worker.events.frames import around
from worker.events.frames.triggers import (
    Context,
    Triggers,
    crowd_of,
    fills,
    is_crowd,
    on_condition,
    stem,
)
from worker.events.language.parsed import Token
from worker.events.language.tree import (
    arguments,
    case,
    children,
    complements,
    conjuncts,
    is_passive,
    is_predicate,
    lemma,
    nested,
    subject,
)
from worker.events.rules import Lexicon, Rule
from worker.events.who.phrases import Named, Phrases
from worker.events.who.speech import Speech

Parties = tuple[tuple[Named, ...], tuple[Named, ...]]
"""Actors and recipients."""

_REACH = 12  # words to either side of a verb within which the order of words is trusted
_FENCES = frozenset({";", ":", "that", "which", "who", "whom", "where", "when", "if", "because"})
_TAKING_UP = frozenset({"ACCUSE", "SUPPORT", "REJECT"})
_QUALIFYING = ("amod", "compound", "nmod:poss", "nmod:desc", "flat")
_YIELDING = frozenset({"comply", "agree", "accede", "bow", "respond", "yield", "submit", "consent"})
_ANSWERS = frozenset({"REJECT", "AGREE", "CONCEDE"})
_DENIALS = frozenset({"REJECT"})
_DYING = frozenset({"die", "perish", "fall"})
_SITES = frozenset(
    [
        *("to", "towards", "toward", "in", "into", "inside", "within", "at", "on", "onto", "along"),
        *("near", "off", "around", "over", "through", "across", "outside", "against", "up"),
        *("close", "between"),
    ]
)
_AIMED_AT = frozenset({"against", "anti", "over", "for", "protest", "government", "demand"})
_CIVILIANS = frozenset({"civilian", "villager", "bystander", "resident", "pedestrian"})
_HIT = frozenset({"on", "at", "against", "in", "into"})
_BEYOND = ("with", "to", "near", "off", "from", "between", "of", "in")
_ABOUT = frozenset({"by", "at", "against", "over", "about", "with"})
_DURING = frozenset(
    {"in", "during", "at", "after", "following", "before", "on", "through", "despite", "amid"}
) | {"under", "ahead of"}
_SWEEPS = frozenset({"crackdown", "sweep", "campaign", "hunt", "manhunt", "swoop"})
_BY_MEANS_OF = frozenset({"with", "by", "thanks"})
_ON_SOIL = frozenset({"in", "inside", "across", "through"})
_SOIL = frozenset({"in", "from", "at", "near", "outside"})
_BOUND = frozenset({"to", "with", "of", "for", "from"})
_AROUND = ("in", "outside", "near")
_BEING_HIT = frozenset({"suffer", "receive", "face", "sustain", "endure"})
_AIMED = frozenset({"to", "with", "from", "on", "against", "in", "for", "at", "toward", "towards"})
_COMING_AFTER = frozenset({"follow", "precede", "succeed"})
_EMERGING = frozenset({"emerge", "return", "come", "walk"})
_ARRIVING = frozenset({"arrive", "land", "come", "fly", "travel", "gather", "convene", "sit"})
_MUTUAL = frozenset({"CONSULT", "COOPERATE"})
_APART = frozenset({"after", "following", "before", "despite", "amid"})


class Places:
    """Fills places of the tree with parties.

    Args:
        parties_of: actors and recipients of the act that a clause tells; None where it tells none.
            The number says how deep in complements the clause stands.
    """

    def __init__(
        self,
        lexicon: Lexicon,
        phrases: Phrases,
        speech: Speech,
        triggers: Triggers,
        parties_of: Callable[[Token, int], Parties | None],
        *,
        domestic: bool,
    ) -> None:
        """Join what answers about words, parties and speakers."""
        self._lexicon = lexicon
        self._phrases = phrases
        self._speech = speech
        self._triggers = triggers
        self._parties_of = parties_of
        self._domestic = domestic
        self._unnamed = lexicon.classes["PEOPLE"] | lexicon.classes["OWN_FORCE"]
        self._unnamed |= lexicon.classes["OUTPOST"] | lexicon.classes["HUMAN"]
        self._unnamed -= {"hostage", "captive"}  # whose they are, their place does not tell

    def before_verb(self, verb: Token) -> list[Named]:
        """The party right before an active verb, where the tree names no subject."""
        if is_passive(verb) or not is_finite(verb):
            return []
        for i in range(verb.i - 1, max(verb.sent.start, verb.i - _REACH) - 1, -1):
            token = verb.doc[i]
            if token.lower_ in _FENCES or token.pos_ in ("CCONJ", "SCONJ"):
                return []
            if is_finite(token) and token.pos_ == "VERB":
                return []
            if token.dep_ == "obj" and token.head not in (verb, token):
                return []  # "rebels who want to drive Oslo out called for …"
            if found := self._phrases.named_at(token):
                noun = _head_of_name(token)
                if found[0].basis == "demonym" and case(noun) in _SITES:
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
        for i in range(verb.i + 1, min(verb.sent.end, verb.i + _REACH)):
            token = verb.doc[i]
            if token.lower_ in _FENCES or (is_finite(token) and token.pos_ == "VERB"):
                return []
            aim = token.lower_ in ("to", "for") and rule.type != "CONSULT"
            if token.dep_ == "mark" and token.head != verb and not aim:
                return []  # "met as ministers of Chad prepared": another clause
            if token.dep_ == "xcomp" and token.head == verb and any(children(verb, "obj")):
                return []  # "is warning tourists to avoid Egypt": it is not Egypt that is warned
            if token.pos_ == "ADP" or (token.pos_ == "SCONJ" and token.dep_ == "mark"):
                preposition = token.lower_
            elif found := self._phrases.named_at(token):
                bare = ("",) if "matrix" in rule.flags else ("", "between")
                wanted = preposition in rule.recipient or (
                    preposition in bare and "obj" in rule.recipient
                )
                return found if wanted else []
        return []

    def somebody(self, context: Context) -> list[Named]:
        """Without borders to look for, an actor without a name is of the country that is told."""
        for agent in context.args.agent or context.light_args.agent:
            if found := self._phrases.within(agent):
                return found[:1]
        found = self._phrases.within(context.token.sent.root)[:1]
        return [replace(n, how="guessed") for n in found]

    def struck(self, recipients: list[Named], actors: list[Named], context: Context) -> list[Named]:
        """A strike on a group in a third state hits the group (coding guide)."""
        token = context.token
        if not recipients or not all(r.place for r in recipients) or "land" in context.flags:
            return recipients
        groups = self._phrases.last_group(token)
        codes = {a.code for a in actors}
        return groups if groups and groups[0].code not in codes else recipients

    def understood(self, rule: Rule, context: Context) -> list[Named]:
        """Recipients that the sentence leaves to be understood: the foe, the victims' country."""
        token = context.token
        charge = token if rule.pos == "n" else token.head if token.dep_ == "acl" else None
        if rule.type == "ACCUSE" and charge and (found := self._refuser(charge, _DENIALS)):
            return found  # "rejected accusations", "dismissed concerns voiced by X"
        if rule.type == "ACCUSE" and rule.flags & {"keeps", "culprit"}:
            claimed = self._phrases.claimant(token)
            others = [n for n in claimed if n.code not in context.actors]
            return others or self._culprits(context)
        if rule.pos == "n" and (rule.type == "REQUEST" or "put" in rule.flags):
            return self._refuser(token, _ANSWERS)
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
            return self._phrases.last_victims(token) or self._phrases.scene(token)
        if "same" in rule.flags:
            aimed = any(t.lower_ in _AIMED_AT for t in token.sent) or context.args.complements
            return [] if aimed else self._phrases.last_opposed(token)
        if "there" in rule.flags and any(c == "in" for c, _ in context.args.preps):
            return self._phrases.last_place(token)
        if "there" in rule.flags:
            near = token.doc[token.i : min(token.sent.end, token.i + _REACH)]
            return [n for t in near if case(t) in ("in", "at") for n in self._phrases.site(t)][:1]
        return []

    def on_the_spot(self, actors: list[Named], context: Context) -> list[Named]:
        """Whose people and posts are hit, unnamed: of the state where it happens.

        A state hits civilians abroad so, an armed group soldiers too.
        """
        hit = [*context.args.patient, *(t for c, t in context.args.preps if c in _HIT)]
        by_group = all(a.kind == "group" for a in actors)
        if not any(fills(t, self._unnamed if by_group else _CIVILIANS, self._lexicon) for t in hit):
            return []
        further = context.token.dep_ in (
            "advcl",
            "conj",
        )  # "stormed the base, killing five soldiers"
        parties = self._parties_of(context.token.head, 1) if further else None
        if parties is not None and parties[1]:
            return list(parties[1])
        speaker = self._reporting(context.token)
        return speaker or self._phrases.scene(context.token)

    def _culprits(self, context: Context) -> list[Named]:
        """Who did what is deplored: whoever a clause below says did it, or whose courts they are.

        "Concerned by reports that Burmese troops fired on crowds", "appalled by two executions in
        Chad": only the state there executes.
        """
        args = context.args
        heads = [*args.patient, *args.complements, *(t for _, t in args.preps)]
        below = [t for head in heads for t in head.subtree]
        if "culprit" in context.flags:
            clauses = (t for t in below if is_predicate(t))
            if found := distinct(n for t in clauses for n in self._hostile(t, 1)):
                return found
        public = [t for t in below if self._lexicon.is_a(lemma(t), "STATEACT")]
        sites = [c for t in public for c in nested([t], "in")]
        sites += [c for t in public for c in children(t.head, "obl") if case(c) == "in"]
        sites += around.captors(context.token, self._lexicon)  # "deaths in Chadian custody"
        found = [n for n in self.belongs(sites) if n.kind == "state"][:1]
        told = public and not found and self._speech.issuer is not None
        return self._phrases.last_state(context.token) if told else found

    def _refuser(self, noun: Token, answers: frozenset[str]) -> list[Named]:
        """Who turns down, or accepts, what a noun asks for or charges: it was aimed at them."""
        verb = noun.head
        if noun.dep_ == "obl" and case(noun) in ("with", "to") and lemma(verb) in _YIELDING:
            return self.subject(arguments(verb).agent)
        if noun.dep_ not in ("obj", "ccomp", "nsubj:pass") or not is_predicate(verb):
            return []
        rules = self._triggers.rules(verb)
        answered = any(r.type in answers for r in rules)
        return self.subject(arguments(verb).agent) if answered else []

    def first(self, places: Iterable[str], context: Context, depth: int) -> list[Named]:
        """The parties of the first of the places that has any.

        A recipient's place that names the actors alone gives way to a later one: "sent troops to
        its border with Somalia".
        """
        own: list[Named] = []
        for place in places:
            found = self._place(place, context, depth)
            if found and place == "with" and "alone2" in context.flags:
                return [replace(n, how="with") for n in found]
            if {n.code for n in found} - context.actors:
                return found
            own = own or found
        return own

    def _place(self, place: str, context: Context, depth: int) -> list[Named]:
        if place.startswith("comp"):
            return self._of_complement(place, context, depth)
        if place == "sole":
            return self._sole(context)
        if place == "self":
            return self.belongs([context.token])
        if place == "mod" and is_predicate(context.token):  # "is under American pressure"
            return self._phrases.modifiers(context.token)
        if place in around.PLACES:
            return self.belongs(around.PLACES[place](context.token, self._lexicon))
        if context.token.pos_ in ("NOUN", "PROPN") and not is_predicate(context.token):
            return self._of_noun(place, context)
        return self._of_verb(place, context)

    def _of_verb(self, place: str, context: Context) -> list[Named]:
        args = context.args
        if place == "speaker":
            return self._speaking(context.token)
        if place in ("subj", "cop", "organ", "inquiry"):
            return self.subject(args.agent)
        if place == "blow":
            return self._striking(context)
        if place == "venue":
            return self._host(context)
        if place == "where":
            return self._where(context)
        if place == "crowd":
            return self._crowd(context)
        if place == "pair":
            return self._phrases.pair(context.token)
        if place == "pact":
            return self._in_pact(args.patient)
        if place == "if":
            return self._of_condition(context.token)
        if place == "content":
            return self._in_content(context)
        if place == "held":
            return self._held_out(context)
        if place == "tribunal":
            courts = self._lexicon.classes["COURT"]
            return self.subject(t for t in args.agent if fills(t, courts, self._lexicon))
        if place == "force":
            moved = args.patient if is_passive(context.token) else args.agent
            forces = self._lexicon.classes["FORCE"]
            return self.subject(t for t in moved if fills(t, forces, self._lexicon))
        told = context.type in _TAKING_UP
        if place == "theme":
            return self.belongs(args.agent, told=told)
        if place == "obj":
            return self.belongs(args.patient, told=told) or self.belongs(args.indirect)
        if place == "claim":
            return self._claiming(args.patient)
        if place == "session":
            return self._session([*args.patient, *(t for _, t in args.preps)])
        if place == "by" and context.token.pos_ == "NOUN":
            return self._phrases.doer(context.token)
        if place == "iobj":
            return self.belongs(args.indirect)
        if place == "band":
            hit = [*args.patient, *(t for c, t in args.preps if c in _HIT)]
            hit = [head for t in hit for head in conjuncts(t)]
            bonds = self._bonds(hit, context.token)
            return [n for n in self.belongs(bonds) if n.kind == "group"]
        if place.startswith("~"):
            return self.belongs(t for t in context.token.subtree if case(t) == place[1:])
        nouns = [t for c, t in args.preps if c == place]
        if place == "with" and context.type == "CONSULT":  # "With Chad arming, A and B discussed …"
            nouns = [t for t in nouns if t.i > context.token.i]
        if told and place in _ABOUT and (found := self.belongs(nouns, told=True)):
            return found
        if place == "for" and "matrix" in context.flags:
            below = [
                g
                for n in nouns
                for g in children(n, "nmod")
                if case(g) in ("of", "to", "by", "from", "between")
            ]
            nouns = nouns if self.belongs(nouns) else below
        fought = place == "with" and context.type == "ASSAULT"  # not "fought for union with X"
        around = [] if place == "to" or fought else [t for _, t in args.preps]
        if place == "between":  # "a truce between A and B took effect"
            around += args.agent
        objects = [head for t in args.patient for head in conjuncts(t)]
        return self.belongs(nouns) or self.belongs(nested([*objects, *around], place))

    def _bonds(self, people: Iterable[Token], verb: Token) -> Iterable[Token]:
        """Whose men they are said to be: "suspected of links to X", "in raids targeting X"."""
        people = list(people)
        below = [c for t in people for c in children(t, "acl", "amod", "advcl", "xcomp", "nmod")]
        beside = [c for c in children(verb, "obl") if c.i > verb.i]
        for clause in (*below, *(t for t in beside if case(t) == "with")):
            if self._lexicon.is_a(lemma(clause), "BONDED") or clause.lower_ == "loyal":
                yield from (t for t in clause.subtree if case(t) in _BOUND)
                stray = clause.dep_ in ("nmod", "obl")  # "with links" and "to X", both of the verb
                yield from (t for t in beside if stray and t.i > clause.i and case(t) == "to")
        for raid in (t for t in (*below, *beside) if case(t) in _DURING):
            if self._lexicon.is_a(lemma(raid), "ATTACK") or lemma(raid) in _SWEEPS:
                yield from (t for t in raid.subtree if case(t) != "by")

    def _session(self, nouns: Iterable[Token]) -> list[Named]:
        """Whose meeting it is; where it is held is no party, and "the meeting" was told before."""
        for noun in (t for t in nouns if self._lexicon.is_a(lemma(t), "MEETING")):
            found = [n for n in self.belongs([noun]) if n.basis != "capital"]
            if found := found or self._phrases.meeting(noun):
                return found
        return []

    def _striking(self, context: Context) -> list[Named]:
        """Whose attack it was, where nobody is the subject: "were killed in a raid by the PKK"."""
        if not is_passive(context.token) and lemma(context.token) not in _DYING:
            return []
        wounded = [c for c in children(context.token, "conj") if not any(children(c, "obj"))]
        shared = [(case(t), t) for c in wounded for t in children(c, "obl")]
        blows = [
            t
            for c, t in [*context.args.preps, *shared]
            if c in ("in", "during", "by", "from", "of")
            and (self._lexicon.is_a(lemma(t), "ATTACK") or self._is_fight(t))
        ]
        dying = lemma(context.token) in _DYING
        fell = self.belongs(context.args.agent if dying else context.args.patient)
        clauses = list(children(context.token, "advcl"))
        blows += [c for c in clauses if self._is_fight(c)]
        fights = [t for t in blows if self._is_fight(t)]
        sides = [c for t in blows for c in children(t, "nmod", "obl")]
        fought = (t for t in sides if t.head in fights and case(t) in ("with", "between"))
        foes = self.belongs(fought)
        if fights and not foes:
            foes = self._phrases.last_fight(fights[0])
        own = foes or self.belongs(blows, told=True) or self._striking_then(clauses)
        if not own and all(n.kind == "state" for n in fell):
            hunted = self.belongs(t for t in sides if case(t) == "against")
            own = [n for n in hunted if n.kind == "group"]  # "died in an operation against X"
        if blows and not own and all(n.kind == "group" for n in fell):
            return self._reporting(context.token)  # "the army says rebels died in an operation"
        if not fights:
            return own
        if not own and {"state", "group"} <= {n.kind for n in fell}:  # both sides had dead
            return [n for n in fell if n.kind == "state"]
        others = [n for n in own if n.code not in {f.code for f in fell}]
        if own and not others and all(n.kind == "group" for n in fell):
            return self._reporting(context.token)  # "militants died in a battle with insurgents"
        groups = [n for n in others if n.kind == "group"]  # who fought beside them, did not strike
        return groups if groups and not any(n.kind == "group" for n in fell) else others

    def _striking_then(self, clauses: Iterable[Token]) -> list[Named]:
        """Who strikes in the clause that dates a death: "were killed when X shelled the town"."""
        for clause in (c for c in clauses if any(w.lower_ == "when" for w in c.children)):
            if any(c.pos_ == "PRON" for c in children(clause, "nsubj")):
                continue  # "were killed when they crossed the border"
            kind = self._triggers.kind(clause)
            if kind is not None and kind[0] == "ASSAULT":
                parties = self._parties_of(clause, 1)
                return list(parties[0]) if parties else self.subject(arguments(clause).agent)
        return []

    def _is_fight(self, word: Token) -> bool:
        return self._lexicon.is_a(lemma(word), "CLASH") or word.lower_ == "fighting"

    def _claiming(self, claims: Iterable[Token]) -> list[Named]:
        """Whose claim or call it is: whom it is about did not make it."""
        found: list[Named] = []
        for claim in claims:
            by = [c for c in children(claim, "nmod") if case(c) in ("by", "from")]
            by += [c for v in children(claim, "acl") for c in children(v, "obl") if case(c) == "by"]
            said = self._lexicon.is_a(lemma(claim), "ASSERTION")
            asked = self._lexicon.is_a(lemma(claim), "PROPOSAL")
            if said or asked:
                found += self.belongs(by) or self._phrases.modifiers(claim)
        return distinct(found)

    def _host(self, context: Context) -> list[Named]:
        """Whose authorities act on their own soil, unnamed: "was arrested in Iran"."""
        if not is_passive(context.token) or context.args.agent:
            return []
        sites = [t for c, t in context.args.preps if c in _SOIL]
        spots = [t for c, t in context.args.preps if c in ("at", "on")]
        sites = sites or [t for c in _AROUND for t in nested(spots, c)]
        posted = nested(context.args.patient, "in")  # "the mission in X was told to leave"
        where = [n for t in (sites or posted) for n in self._phrases.site(t)]
        return [n for n in distinct(where) if n.kind == "state"] or self._reporting(context.token)

    def _reporting(self, token: Token) -> list[Named]:
        """Whose authorities or alliance say that somebody was arrested: it was by them."""
        speaker = self._speech.speaker(token)
        if speaker is None or speaker.how not in ("organ", "direct"):
            return []
        return [speaker] if speaker.kind in ("state", "igo") else []

    def _sole(self, context: Context) -> list[Named]:
        """The one other party that the sentence names, if it does not only say what happened."""
        tokens = [t for t in context.token.sent if not self._says(t)]
        found = distinct(n for t in tokens for n in self._phrases.named_at(t))
        others = [n for n in found if n.code not in context.actors and n.kind != "igo"]
        return others if len(others) == 1 else []

    def _says(self, token: Token) -> bool:
        """Whether a name belongs to the subject of a verb of saying."""
        for node in (token, *token.ancestors):
            if node.dep_.startswith("nsubj") or node.dep_ == "obl":
                told = node.dep_ == "obl" and case(node) == "according to"
                return told or self._lexicon.is_a(lemma(node.head), "SAY")
        return False

    def _of_condition(self, token: Token) -> list[Named]:
        """Whose doing would bring a threat about: "will strike back if Chad crosses the river"."""
        for clause in (c for t in token.subtree for c in on_condition(t)):
            who = arguments(clause).agent if is_passive(clause) else [own_subject(clause)]
            if found := self.belongs(t for t in who if t is not None):
                return found
        return []

    def _held_out(self, context: Context) -> list[Named]:
        """Whom a warning says that something will befall: "warned that Chad will face war"."""
        clauses = [c for c in context.args.complements if c.dep_ == "ccomp"]
        who = [own_subject(c) for c in clauses]
        found = self.belongs(t for t in who if t is not None)
        return [n for n in found if n.code not in context.actors]

    def _in_content(self, context: Context) -> list[Named]:
        """The first other party that is named in what is held out: "warned of steps against X"."""
        args = context.args
        heads = [*args.complements, *args.patient]
        heads += [t for c, t in args.preps if c in ("of", "with", "about")]
        for token in (t for head in heads for t in head.subtree):
            found = [n for n in self._phrases.named_at(token) if n.code not in context.actors]
            if found:
                return found
        return []

    def _where(self, context: Context) -> list[Named]:
        """Whose land an act points to: the first place that is not the actor's own.

        "On the border with Somalia" is Somalia's side.
        """
        sites = _sites(context)
        for noun in sites:
            beyond = [t for c in _BEYOND for t in nested([noun], c)]
            found = self.belongs(beyond) or self.belongs([noun]) or self.belongs(_there(noun))
            if {n.code for n in found} - context.actors:
                return found
        if any(self._lexicon.is_a(lemma(t), "BORDER") for t in sites):
            heads = [*context.args.patient, *(t for _, t in context.args.preps)]
            return self.belongs(
                [*(t for c, t in context.args.preps if c == "with"), *nested(heads, "with")]
            )
        return []

    def _speaking(self, token: Token) -> list[Named]:
        """Who says what a word stands in: the speaker, who cites it, or the issuing body."""
        verb = token.head
        if token.dep_ in ("obj", "obl") and self._lexicon.is_a(lemma(verb), "SAY"):
            who = subject(verb)
            return self.subject([who]) if who is not None else []
        issuer = self._speech.issuer
        return self._speech.speakers(token) or ([issuer] if issuer is not None else [])

    def issuing(self, context: Context) -> list[Named]:
        """The issuer of a statement, of what it tells without an agent: "are today designated"."""
        issuer = self._speech.issuer
        token = context.token
        told_without = is_passive(token) or (token.pos_ == "NOUN" and context.type == "SANCTION")
        if issuer is None or not told_without or context.args.agent or context.light_args.agent:
            return []
        others = (n for n in self._speech.speakers(token) if n.code != issuer.code)
        return [] if any(others) else [issuer]

    def _in_pact(self, nouns: Iterable[Token]) -> list[Named]:
        """The parties that a treaty names: "the declaration on the India-Russia partnership"."""
        pacts = [t for t in nouns if self._lexicon.is_a(lemma(t), "PACT")]
        return distinct(n for t in pacts for n in self._phrases.within(t))

    def _crowd(self, context: Context) -> list[Named]:
        """Whose people a crowd are: of the country that is named with them, else of the place."""
        agents = crowd_of(context)
        found = self.subject(agents)
        if found or not any(is_crowd(t, self._lexicon) for t in agents):
            return found
        where = [t for t in context.token.sent if case(t) in _ON_SOIL and not _is_aside(t)]
        states = (self._phrases.site(t) for t in where)
        return next((s for s in states if s), []) or self._phrases.last_place(context.token)

    def _of_noun(self, place: str, context: Context) -> list[Named]:
        token = context.token
        if place == "subj":
            if context.light is not None and self._is_struck(context):
                return self._of_noun("by", context)  # "suffered an attack by the PKK"
            if context.light is not None and context.light_args.agent:
                return self.subject(context.light_args.agent)
            if token.dep_ == "flat":  # "photos of X meeting with Y": a verb taken for a name
                return self.subject([token.head])
            for source in ("poss", "mod", "by"):
                if found := self._of_noun(source, context):
                    return found
            return []
        if place == "poss":
            return [n for c in children(token, "nmod:poss") for n in self._phrases.direct(c)]
        if place == "mod":
            return [] if self._judged(token) else self._phrases.modifiers(token)
        if place == "speaker":
            return self._speaking(token)
        if place == "owner":
            whose = [t for c, t in context.args.preps if c in ("of", "by", "from")]
            return self._phrases.modifiers(token) or self.belongs(whose)
        if place == "pact":
            return self._in_pact(t for c, t in context.args.preps if c == "of")
        if place == "gov":
            return self._governing_subject(token, context.type)
        if place == "where":
            return self._where(context)
        if place == "topic":
            return self._topic(token)
        if place == "ground":
            return self._phrases.scene(token)
        preps = context.args.preps + context.light_args.preps
        talks = context.type == "CONSULT" and place in ("between", "of")
        below = [t for c, t in preps if not talks or not _is_topic(c, t)]
        found = self.belongs([t for c, t in preps if c == place])
        if place == "between" and len(found) == 1:  # "talks between Chad and UN envoys", hung high
            found += self.belongs(children(token, "conj"))
        if not found:
            found = self.belongs(nested(below, place))
            if place == "from" and context.type == "REQUEST":
                found = [n for n in found if not n.place]  # "calls for a withdrawal from Chad"
        return found or (self._phrases.doer(token) if place == "by" else [])

    def _topic(self, noun: Token) -> list[Named]:
        """Whose war it is, where nobody is told: of whom the sentence is about."""
        verb = noun.sent.root
        who = None if self._lexicon.is_a(lemma(verb), "SAY") else subject(verb)
        return self.subject([who]) if who is not None else []

    def _is_struck(self, context: Context) -> bool:
        """Whether the subject of a light verb is who was hit: "has suffered several attacks"."""
        attack = self._lexicon.is_a(lemma(context.token), "ATTACK")
        return attack and context.light is not None and lemma(context.light) in _BEING_HIT

    def _governing_subject(self, noun: Token, kind: str) -> list[Named]:
        """ "During a meeting with X, Y said …": the subject of what the meeting dates."""
        if kind in _MUTUAL:
            noun = self._triggers.whole(noun)
        verb = noun.head
        if noun.dep_ == "obj" and kind == "CONSULT" and lemma(verb) in _COMING_AFTER:
            return self._told_by(verb)
        if noun.dep_ in ("obj", "iobj") and kind == "CONSULT" and lemma(verb) == "tell":
            return self.subject(arguments(verb).agent)  # "told a conference with X that …"
        if noun.dep_ == "nmod" and kind == "CONSULT" and case(noun) == "on":
            return self.subject([noun.head])  # "X's minister, on a visit to Y, …"
        strike = self._lexicon.is_a(lemma(noun), "ATTACK")
        instrument = case(noun) in _BY_MEANS_OF and (strike or kind in ("AID", "SUPPORT"))
        during = _DURING | {"as"} if kind == "COOPERATE" else _DURING
        if noun.dep_ != "obl" or not is_predicate(verb) or is_passive(verb):
            return []
        if (
            lemma(verb) in _DYING and case(noun) != "under"
        ):  # "died in separate attacks": not theirs
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
        return self.subject([who]) if who is not None else []

    def _told_by(self, verb: Token) -> list[Named]:
        """Who said or did what follows a meeting: "the announcement followed talks with X"."""
        first = next(children(verb, "nsubj"), None)
        return [] if first is None else self.belongs([first], told=True)

    def _is_kind(self, verb: Token) -> bool:
        """Whether a verb says or helps: who offers condolences in an attack did not strike."""
        word = lemma(verb)
        rules = (r for r in self._lexicon.triggers("v", word) if word in r.lemmas)
        return any(r.type in ("AID", "SUPPORT") or "matrix" in r.flags for r in rules)

    def subject(self, tokens: Iterable[Token]) -> list[Named]:
        """The parties that act: a subject, an agent, whoever issued a paper or owns a strike."""
        found: list[Named] = []
        for token in tokens:
            own = self._phrases.direct(token)
            if not own and self._lexicon.is_a(lemma(token), "DOCUMENT"):
                own = self._issuers(token)
            elif own:  # "a joint U.S. and EU statement", read as the U.S. and a statement
                papers = (
                    t for t in conjuncts(token)[1:] if self._lexicon.is_a(lemma(t), "DOCUMENT")
                )
                own = [*own, *(n for t in papers for n in self._phrases.belongs(t))]
            if not own and self._lexicon.is_a(lemma(token), "ATTACK"):
                bare = not any(children(token, "acl", "nmod", "amod", "compound"))
                own = self._phrases.belongs(token, told=bare)  # "a U.S. strike hit …"
            if not own and self._lexicon.is_a(lemma(token), "WEAPON"):
                own = self._phrases.doer(token)  # "a rocket fired by NATO hit …"
                if not own and token.dep_ == "obj" and is_predicate(token.head):
                    own = self.subject(arguments(token.head).agent)  # "set off a bomb that hit …"
            found.extend(own)
        return distinct(found)

    def _judged(self, noun: Token) -> bool:
        """A verb of judging, taken for a noun, before an act: who condemns it did not do it."""
        for token in noun.doc[noun.left_edge.i : noun.i]:
            if token.pos_ in ("NOUN", "PROPN") and token.lower_.endswith("s"):
                rules = self._lexicon.triggers("v", stem(token))
                if any(r.type in ("ACCUSE", "REJECT") for r in rules):
                    return True
        return False

    def _issuers(self, paper: Token) -> list[Named]:
        """Whose paper it is: its owner, else who adopts or issues it."""
        owners = self._phrases.belongs(paper)
        if not owners and self._lexicon.is_a(lemma(paper), "INQUIRY"):
            owners = self._phrases.last_body(paper)
        verb = paper.head
        against = paper.dep_ == "obl" and case(paper) in _ABOUT  # "warned against statements"
        if owners or against or paper.dep_ not in ("obj", "obl") or not is_predicate(verb):
            return owners
        return [n for t in arguments(verb).agent for n in self._phrases.direct(t)]

    def belongs(self, tokens: Iterable[Token], *, told: bool = False) -> list[Named]:
        """The parties that phrases are about, itself or whose it is."""
        return distinct(n for t in tokens for n in self._phrases.belongs(t, told=told))

    def _of_complement(self, place: str, context: Context, depth: int) -> list[Named]:
        if depth > 2:
            return []
        own = context.args.complements
        below = [c for p in context.args.patient for c in children(p, "acl") if not is_passive(c)]
        coordinated = [c for clause in own for c in children(clause, "conj") if is_predicate(c)]
        if place == "comp.hostile":
            return distinct(
                n for c in [*own, *coordinated, *below] for n in self._hostile(c, depth)
            )
        if place == "comp.hit":
            return distinct(n for c in own for n in self._hit(c, context, depth))
        if place == "comp.act":
            return distinct(n for c in [*own, *below] for n in self._aimed_at(c, depth))
        for clause in [*own, *below]:
            if place == "comp.subject":
                who = own_subject(clause)
                told = context.type == "REQUEST"  # "demanded that the bombing stop"
                found = self._phrases.belongs(who, told=told) if who is not None else []
            elif place == "comp.behind":
                behind = any(c.lower_ == "behind" for c in clause.subtree if c.dep_ == "case")
                who = own_subject(clause) if behind else None
                found = self._phrases.belongs(who) if who is not None else []
            else:
                found = self._asked_of(clause, context, depth)
            if found:
                return found
        return []

    def _hostile(self, clause: Token, depth: int) -> list[Named]:
        """Who is said to have done a hostile thing."""
        kind = self._triggers.kind(clause)
        if kind is None or plover.meaning(kind[0]).quad < 3:
            return []
        parties = self._parties_of(clause, depth + 1)
        if parties is not None:
            return list(parties[0])
        return self.subject(arguments(clause).agent)

    def _hit(self, clause: Token, context: Context, depth: int) -> list[Named]:
        """Whom the actor is said to have done something hostile: "denied shelling Chad"."""
        kind = self._triggers.kind(clause)
        if kind is None or plover.meaning(kind[0]).quad < 4:
            return []
        actors, recipients = self._parties_of(clause, depth + 1) or ((), ())
        own = {n.code for n in actors} <= context.actors
        return [n for n in recipients if own and n.code not in context.actors]

    def _aimed_at(self, clause: Token, depth: int) -> list[Named]:
        """At whom the hostile act of a clause, or of one within it, is aimed."""
        for inner in (clause, *complements(clause)):
            kind = self._triggers.kind(inner)
            hostile = kind is not None and plover.meaning(kind[0]).quad > 2
            parties = self._parties_of(inner, depth + 1) if hostile else None
            if parties is not None and parties[1]:
                return list(parties[1])
        return []

    def _asked_of(self, clause: Token, context: Context, depth: int) -> list[Named]:
        """Whom a complement concerns: its own subject, else the other parties of its act."""
        own = own_subject(clause)
        if own is not None:
            found = self._phrases.direct(own)
            agents = {n.code for n in self.subject(context.args.agent)} | context.actors
            if found and {n.code for n in found} - agents:
                return found
        parties = self._parties_of(clause, depth + 1)
        if parties is not None:
            return list(parties[1] or parties[0])
        for inner in complements(clause):
            if depth < 2 and (found := self._asked_of(inner, context, depth + 1)):
                return found
        args = arguments(clause)
        given = self.belongs(args.indirect)  # "to give the rebels more time"
        if given and not {n.code for n in given} <= context.actors:
            return given
        nouns = [t for c, t in args.preps if c in _AIMED]
        all_nouns = [*args.patient, *(t for _, t in args.preps)]
        owned = self.belongs(args.patient)
        if owned and not {n.code for n in owned} <= context.actors:
            return owned
        beyond = self.belongs(nouns) or [  # "threatened to aim its missiles at Poland"
            replace(n, how="with") for n in self.belongs(nested(all_nouns, "with"))
        ]
        firm = context.type == "AGREE" and "weak" not in context.flags
        if not beyond and firm:  # "to keep the minority in Kosovo safe"
            beyond = self.belongs([t for c in ("in", "into") for t in nested(args.patient, c)])
        return beyond or owned


def _sites(context: Context) -> list[Token]:
    """Nominals that say where an act takes place, in their order; parsers hang them anywhere."""
    heads = [*context.args.patient, *(t for _, t in context.args.preps)]
    found = [t for c, t in [*context.args.preps, *context.light_args.preps] if c in _SITES]
    for preposition in _SITES:
        found.extend(nested(heads, preposition))
    return sorted(set(found), key=lambda t: t.i)


def _is_topic(preposition: str, noun: Token) -> bool:
    """ "On disputes between A and B": what is talked about, not who talks."""
    return preposition in ("on", "about", "over") and noun.pos_ == "NOUN"


def _is_named_place(name: Token) -> bool:
    """ "In the Somali capital, Mogadishu, …": a name in apposition to a place."""
    return name.dep_ == "appos" and case(name.head) in _SITES


def _is_aside(noun: Token) -> bool:
    """Whether a phrase stands in a clause that only qualifies: "the film, first shown in X"."""
    return any(t.dep_ in ("acl", "acl:relcl") for t in noun.ancestors)


def _there(noun: Token) -> list[Token]:
    """Who is said to be where something goes: "into the area where rebels are fighting"."""
    clauses = [c for c in children(noun, "acl") if any(t.lower_ == "where" for t in c.children)]
    return [t for clause in clauses for t in children(clause, "nsubj")]


def _head_of_name(token: Token) -> Token:
    """The noun that a name qualifies: "champions" in "the Italian champions"."""
    node = token
    while node.dep_ in _QUALIFYING and node.head != node:
        node = node.head
    return node if node.pos_ in ("NOUN", "PROPN") else token


def is_finite(token: Token) -> bool:
    """Whether a verb form has a subject of its own: "condemned", "will condemn"."""
    if token.tag_ in ("VBD", "VBZ", "VBP"):
        return True
    if token.tag_ == "VBN" and token.head == token and any(children(token, "obj")):
        return True  # "test-fired a missile": a past that was taken for a participle
    return any(c.dep_ == "aux" and c.tag_ in ("VBZ", "VBP", "VBD", "MD") for c in token.children)


def own_subject(clause: Token) -> Token | None:
    """The subject of a clause, its own or the one it is understood to have."""
    for child in children(clause, "nsubj"):
        return child
    for child in children(clause, "csubj"):  # "what Belarus is doing is a crime"
        return subject(child)
    return subject(clause) if clause.dep_ in ("xcomp", "advcl", "acl") else None


def distinct(named: Iterable[Named]) -> list[Named]:
    """Each party once, where it is first named."""
    first: dict[str, Named] = {}
    for one in named:
        first.setdefault(one.code, one)
    return list(first.values())
