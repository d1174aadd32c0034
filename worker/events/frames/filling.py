"""Rules → frames: who does what to whom, by a line of the lexicon.

`Filling.frame` tries the rules of a trigger word in turn. A rule holds where its flags do; its
places are then filled with parties (`places`), first the actor, then the recipient; a matrix takes
its mode from what it asks for, refuses or threatens (`contents`); and at last it is settled who of
the parties acts and who is acted on. How the clause stands is not looked at here but in `clauses`.
"""

from __future__ import annotations

from worker.events.frames.acts import Frame
from worker.events.frames.blows import DURING
from worker.events.frames.complements import own_subject
from worker.events.frames.contents import Contents
from worker.events.frames.meetings import Meetings
from worker.events.frames.places import Places
from worker.events.frames.triggers import Context, Triggers, fills
from worker.events.frames.understood import Understood
from worker.events.frames.whose import Whose
from worker.events.frames.word_order import WordOrder
from worker.events.language.parsed import Token
from worker.events.language.tree import (
    Standing,
    arguments,
    case,
    children,
    conjuncts,
    governing_verb,
    is_passive,
    is_predicate,
    is_subjunctive,
    lemma,
    nested,
    own_standing,
    standing,
    subject,
)
from worker.events.rules import Lexicon, Rule
from worker.events.who.phrases import Named, Phrases, distinct
from worker.events.who.speech import Speech

_CHEMICAL = frozenset(
    {"chemical", "biological", "nerve", "poison", "sarin", "chlorine", "mustard", "toxic"}
)
_BY_PEOPLE = frozenset(
    {"ASSAULT", "CONSULT", "COOPERATE", "PROTEST"}
)  # citizens act for their country
_BLOWS = frozenset({"ASSAULT", "COERCE"})
_CHOOSY = frozenset(
    {"force", "crowd", "inquiry", "tribunal", "speaker"}
)  # not everybody can be the actor
_VOWING = frozenset({"vow", "swear"})
_ISSUED = frozenset({"SANCTION", "MOBILIZE", "AID", "CONCEDE"})  # without an agent, the issuer's
_SPOKEN = frozenset({"REQUEST", "ACCUSE", "REJECT", "THREATEN"})
_SWAPPING = frozenset({"trade", "swap"})
_QUESTIONS = frozenset({"how", "why", "whether", "when", "where", "if"})
_THREATS = frozenset({"threaten", "threat", "ultimatum"})
_WARNING = frozenset({"warn", "caution"})
_ANNOUNCING = frozenset({"AGREE", "THREATEN"})
_VAGUE_ARMS = frozenset({"firearms", "heavy-weapons", "aerial"})  # "jets fired", "suicide bombing"
_MISFIT = "\0"  # no mode: the rule does not fit


class Filling:
    """Fills the rules of trigger words with parties; each word's frame is looked for once."""

    def __init__(
        self,
        lexicon: Lexicon,
        phrases: Phrases,
        speech: Speech,
        triggers: Triggers,
        contents: Contents,
        places: Places,
        whose: Whose,
        word_order: WordOrder,
        understood: Understood,
        *,
        domestic: bool,
    ) -> None:
        """Join what answers about words, parties, speakers, complements and places."""
        self._lexicon = lexicon
        self._phrases = phrases
        self._speech = speech
        self._triggers = triggers
        self._contents = contents
        self._places = places
        self._whose = whose
        self._word_order = word_order
        self._understood = understood
        self._domestic = domestic
        self._meetings = Meetings(lexicon, phrases)
        self._frames: dict[int, Frame | None] = {}

    def frame(self, token: Token, depth: int = 0) -> Frame | None:
        """The first rule of a trigger that finds its parties; None where there is none."""
        if token.i not in self._frames:
            self._frames[token.i] = None  # a clause that loops back to itself finds nothing
            for rule in self._triggers.able(token):
                context = self._triggers.context(token)
                if self._triggers.fits(rule, context):
                    frame = self._filled(rule, context, depth)
                    if frame is not None:
                        self._frames[token.i] = frame
                        break
        return self._frames[token.i]

    def hit(self, rule: Rule, token: Token) -> list[Named]:
        """Whom the word of an attack hit, though nobody be said to have made it."""
        frame = self._frames.get(token.i)
        if frame is not None:
            return list(frame.recipients) if frame.type == "ASSAULT" else []
        if rule.pos != "v":
            return []
        context = self._triggers.context(token).trying(rule)
        return self._places.first(rule.recipient, context, 0)

    def _filled(self, rule: Rule, context: Context, depth: int) -> Frame | None:
        context.trying(rule)
        if not self._flags_hold(rule, context):
            return None
        actors = self._places.first(rule.actor, context, depth)
        guessed = False
        if not {"crowd", "organ"} & set(rule.actor) and not self._domestic:
            by_people = rule.type in _BY_PEOPLE and rule.mode != "visit"
            actors = [a for a in actors if a.how != "people" or by_people]
        if actors and not (actors := [a for a in actors if self._is_public(a, rule)]):
            return None
        choosy = _CHOOSY & set(rule.actor) or rule.actor == ("blow",)  # the dead did not strike
        if not actors and rule.pos == "v" and not choosy:
            actors = self._word_order.before_verb(context.token)
            actors = [a for a in actors if self._is_public(a, rule)]
            guessed = bool(actors)
        if not actors and rule.type in _SPOKEN and _is_aside(context.token):
            outer = governing_verb(context.token)
            actors = self._whose.subject(arguments(outer).agent) if outer is not None else []
            actors = [a for a in actors if a.how != "people"]
        if not actors and rule.type in _ISSUED and not choosy:
            actors = self._understood.issuing(context)
        if not actors and self._domestic:
            actors = self._understood.somebody(context)
        if not actors:
            return None
        actors = self._outer_subject(rule, context, depth, actors)
        if "reprover" in rule.recipient:
            actors = self._reproved(actors, context, depth)
        context.actors = frozenset(a.code for a in actors)
        context.armed = any(a.kind == "group" for a in actors)
        if "own" in rule.flags and not self._is_own(context):
            return None
        claims = rule.type == "REJECT" and self._contents.is_claim(context)
        places = ("claim", "from", "by") if claims else rule.recipient
        if claims and is_passive(context.token):  # "the charge was denied by X"
            places = places[:2]
        recipients = self._places.first(places, context, depth)
        recipients = [r for r in recipients if not self._lexicon.is_a(r.code.lower(), "NGO")]
        if claims:  # "a charge denied by X"
            recipients = [r for r in recipients if r.code not in context.actors]
        home = all(r.code in context.actors and r.start >= 0 for r in recipients)
        if rule.type == "THREATEN" and recipients and home and not self._domestic:
            return None  # aimed at oneself: a domestic act
        if "matrix" in rule.flags:  # who agrees to act is no target of the agreement
            recipients = [r for r in recipients if r.code not in {a.code for a in actors}]
        if any(k in rule.flags and actors[0].kind != k for k in ("igo", "group")):
            return None
        if rule.type == "REQUEST" and "matrix" in rule.flags and self._asks_own(context):
            return None
        if "body" in rule.flags and not all(p.kind == "igo" for p in recipients):
            return None
        codes = {a.code for a in actors}
        told = rule.type == "ACCUSE" or (rule.type == "REQUEST" and rule.pos == "n")
        if all(r.code in codes and (told or r.start < 0) for r in recipients):
            meant = self._understood.recipients(rule, context)
            recipients = [r for r in meant if r.code not in codes or not told] or recipients
        if not recipients and rule.pos == "v":
            recipients = self._word_order.after_verb(rule, context.token)
            if "body" in rule.flags and any(p.kind != "igo" for p in recipients):
                return None
        if not recipients and rule.type == "ASSAULT" and not guessed:
            recipients = self._understood.on_the_spot(actors, context)
        if not recipients and rule.mode in ("arrest", "release") and not guessed:
            recipients = self._understood.held(actors, context)
        if "band" in rule.flags and any(a.kind != "group" for a in actors):
            return None
        if "solo" in rule.flags and len(actors) > 1:
            return None
        at_home = context.actors.issuperset(r.code for r in recipients)
        if rule.type == "MOBILIZE" and len(actors) > 1 and at_home:
            actors, recipients = self._in_own_land(context, depth, actors)
        met = all(_is_personal(p) for p in recipients + actors[1:])
        guest = recipients and all(a.person for a in actors)  # "India received the Thai premier"
        if "personal" in rule.flags and not (met or guest):
            return None
        if len(actors) > 1 and _is_reciprocal(context) and "mutual" not in rule.flags:
            return Frame(rule, rule.type, rule.mode, tuple(actors), tuple(actors))
        mode = self._mode(rule, context)
        if mode is _MISFIT:
            return None
        if rule.type == "ASSAULT":
            recipients = self._understood.struck(recipients, actors, context)
        if len(actors) > 2 and any(c.lower_ == "bilateral" for c in context.token.subtree):
            actors, recipients = actors[:1], actors[1:]  # each of the others meets the first
        if "mutual" in rule.flags and len(actors) == 1 and _told_apart(rule, context):
            others = [r for r in recipients if r.code != actors[0].code]
            return Frame(rule, rule.type, mode, tuple(actors), tuple(others)) if others else None
        if rule.id == "support.sign" and _joins_body(actors, recipients, context):
            return Frame(rule, rule.type, mode, tuple(distinct(actors)), tuple(recipients))
        frame = self._joined(rule, mode, actors, recipients)
        if rule.type == "CONSULT" and mode is None:
            if frame is None and "mutual" in rule.flags:
                frame = Frame(rule, "CONSULT", None, tuple(actors[:1]))
            return None if frame is None else self._meetings.settled(frame, context)
        return frame

    def _flags_hold(self, rule: Rule, context: Context) -> bool:
        flags = rule.flags
        if "leave" in flags:
            words = {lemma(t) for t in context.token.subtree}
            return bool(words & {"leave", "depart", "out"})
        if "chemical" in flags:
            return any(t.lower_ in _CHEMICAL for t in context.token.subtree)
        if rule.type == "AGREE" and rule.pos == "n" and "matrix" in flags:
            clauses = context.args.complements  # not "commitments recognising the state"
            if not any(m for c in clauses for m in children(c, "mark")):
                return False
        passive = is_passive(context.token) and rule.pos == "v"  # "is determined to": no passive
        if "active" in flags and (passive or _is_open_complement(context.token)):
            return False
        if "negated" in flags:  # "does not recognise", "will not attend"
            return own_standing(context.token) in (Standing.NEGATED, Standing.REFUSED)
        if "issued" in flags and not (self._speech.issuer or self._speech.speaker(context.token)):
            return False
        if "refusing" in flags:
            return own_standing(context.token) is Standing.REFUSED
        if "will" in flags:
            return standing(context.token, self._lexicon.operators) is Standing.FUTURE
        if "subjunctive" in flags:  # "insisted that Serbia withdraw"
            return any(is_subjunctive(c) for c in context.args.complements)
        if rule.type == "REQUEST" and "matrix" in flags and _is_question(context):
            return False
        if "rebuts" in flags:  # "but X says it only runs a reactor"; not "says it will stop"
            told = [own_standing(c) for c in context.args.complements if c.dep_ == "ccomp"]
            return not told or told[0] in (Standing.FACT, Standing.NEGATED)
        if "present" in flags:
            return context.token.tag_ in ("VBZ", "VBP")
        own = (c for c in context.args.complements if c.head == context.token)
        if "yields" in flags and any(self.frame(c) for c in own):
            return False  # "plans to visit": the visit tells it better
        if "retreat" in flags:
            asked = self._contents.content(context)
            return any(
                (k := self._triggers.kind(t)) is not None and k[0] in ("RETREAT", "CONCEDE")
                for t in asked
            )
        if "verbal" in flags:
            return not any(c == "with" for c, _ in context.args.preps)
        return True

    def _is_public(self, actor: Named, rule: Rule) -> bool:
        """Whether an actor acts for a party: firms only trade, and bringers of relief are none."""
        if self._lexicon.is_a(actor.code.lower(), "NGO"):
            return self._domestic
        return actor.basis != "company" or rule.type == "COOPERATE"

    def _is_own(self, context: Context) -> bool:
        """Whether what is held out is to be done by whoever holds it out."""
        told = [(c, own_subject(c)) for c in context.args.complements]
        return any(
            not any(children(c, "csubj"))  # "warned that releasing them would do harm"
            if who is None
            else any(n.code in context.actors for n in self._phrases.direct(who))
            for c, who in told
        )

    def _in_own_land(
        self, context: Context, depth: int, actors: list[Named]
    ) -> tuple[list[Named], list[Named]]:
        """ "Chadian and French troops deployed in Chad": the French are sent, to Chad."""
        for host in actors:
            others = [a for a in actors if a.code != host.code]
            context.actors = frozenset(a.code for a in others)
            found = self._places.first(("where",), context, depth)
            if {r.code for r in found} == {host.code}:
                return others, found
        return actors, []

    def _outer_subject(
        self, rule: Rule, context: Context, depth: int, actors: list[Named]
    ) -> list[Named]:
        """Who acts, where the coordinated verb's nearest subject is the one that it is aimed at.

        "Rice noted that Georgia is independent, and called on Georgia to …": the outer subject.
        """
        token = context.token
        inner = token.head
        if rule.pos != "v" or token.dep_ != "conj" or any(children(token, "nsubj")):
            return actors
        aimed = {n.code for n in self._places.first(rule.recipient, context, depth)}
        if inner.dep_ not in ("ccomp", "advcl", "acl:relcl") or not aimed & {
            a.code for a in actors
        }:
            return actors
        outer = subject(inner.head)
        return (self._whose.subject([outer]) if outer is not None else []) or actors

    def _asks_own(self, context: Context) -> bool:
        """ "Called for its citizens to protest", "urged lawmakers to act": they are at home."""
        if self._domestic:
            return False
        args = context.args
        asked = [*args.patient, *args.indirect]
        asked += [*(s for c in args.complements for s in children(c, "nsubj"))]
        for who in (t for t in asked if t.pos_ != "PRON"):
            if (named := self._phrases.direct(who)) and args.complements:
                return all(n.code in context.actors for n in named)
            if not named and fills(who, self._lexicon.classes["AT_HOME"], self._lexicon):
                return True
        return False

    def _reproved(self, actors: list[Named], context: Context, depth: int) -> list[Named]:
        """ "X imposed sanctions on Y because it refuses": not X, though it is the subject."""
        above = governing_verb(context.token)
        codes = {n.code for n in self._places.first(("reprover",), context, depth)}
        if above is None or not codes or any(a.basis != "reference" for a in actors):
            return actors
        frame = self.frame(above, depth + 1) if {a.code for a in actors} <= codes else None
        frame = frame or next(filter(None, map(self.frame, children(above, "obj"))), None)
        return list(frame.recipients) if frame is not None and frame.recipients else actors

    def _mode(self, rule: Rule, context: Context) -> str | None:
        """The mode, which a matrix takes from what it asks for, refuses or threatens."""
        args = context.args
        if "alone2" in rule.flags and not args.complements and len(args.agent) == 1:
            agents = self._whose.subject(args.agent)
            partners = [*nested(args.patient, "with"), *(t for c, t in args.preps if c == "with")]
            if len(agents) < 2 and not partners:
                return _MISFIT
        if "alone2" in rule.flags and rule.type == "ASSAULT" and self._has_other_foe(context):
            return _MISFIT
        matrix = rule.type if "matrix" in rule.flags else ""
        if matrix == "AGREE" and self._contents.is_hostile(context):
            return _MISFIT
        if matrix == "REJECT" and self._contents.is_restraint(context):
            return _MISFIT
        if matrix == "THREATEN" and self._contents.is_protection(context):
            return _MISFIT
        vowed = rule.type == "AGREE" and lemma(context.token) in _VOWING
        if vowed and not self._contents.is_kind(context):
            return _MISFIT  # "vowed to strengthen its arsenal"
        if (
            "matrix" in rule.flags
            and rule.type in _ANNOUNCING
            and self._contents.is_refused(context)
        ):
            return _MISFIT
        if rule.type == "COOPERATE" and rule.pos == "n" and self._is_blow(context.token):
            return _MISFIT
        if rule.type == "ASSAULT" and self._is_told_of_dead(context.token):
            return _MISFIT
        if rule.type == "ASSAULT" and rule.mode is None:
            return self._contents.weapon(context) or self._from_the_air(context)
        if rule.mode == "aerial" and context.armed and self._is_bombing(context):
            return "explosives"
        if rule.type == "ASSAULT" and rule.mode in _VAGUE_ARMS:
            return self._contents.weapon(context, beyond=rule.mode) or rule.mode
        if "matrix" not in rule.flags or rule.type not in ("REQUEST", "REJECT", "THREATEN"):
            return rule.mode
        warning = rule.type == "THREATEN" and lemma(context.token) in _WARNING
        if warning and self._is_mere_danger(rule, context):
            return _MISFIT
        content = self._contents.content(context)
        mode = self._contents.embedded(rule.type.lower(), content)
        if mode is None and rule.type == "THREATEN":
            words = {lemma(t) for t in (context.token, *context.args.patient)}
            told = warning and any(c.dep_ == "ccomp" for c in args.complements)
            threat = bool(words & _THREATS) or told or self._contents.warns(context)
            return rule.mode if threat else _MISFIT
        return mode or rule.mode

    def _has_other_foe(self, context: Context) -> bool:
        """ "A and B fight with the militants": beside each other, not against."""
        foes = [t for c, t in context.args.preps if c in ("with", "against")]
        foes += [t for c in ("with", "against") for t in nested(context.args.patient, c)]
        return bool(foes) and not self._whose.belongs(foes)

    def _is_mere_danger(self, rule: Rule, context: Context) -> bool:
        """Whether who warns is not the one who would bring it about."""
        if "own" in rule.flags:
            return not self._contents.is_own_deed(context)
        return self._contents.foretells(context)

    def _is_blow(self, operation: Token) -> bool:
        """ "Killed in a joint operation": what is told is a blow."""
        verb = operation.head
        if operation.dep_ != "obl" or case(operation) not in DURING:
            return False
        return any(r.type in _BLOWS for r in self._triggers.able(verb))

    def _is_told_of_dead(self, fight: Token) -> bool:
        """ "Killed in fighting with X": of those who fell, it is X that struck."""
        fell = fight.head
        if fight.dep_ not in ("advcl", "obl") or not is_predicate(fight) or fight.tag_ != "VBG":
            return False
        return is_passive(fell) or any(r.actor == ("blow",) for r in self._triggers.rules(fell))

    def _is_bombing(self, context: Context) -> bool:
        """ "Carried out bombings": by an armed group, those are planted."""
        return any(lemma(t) in ("bomb", "bombing") for t in (context.token, *context.args.patient))

    def _from_the_air(self, context: Context) -> str | None:
        """ "The coalition conducted 14 strikes": a coalition strikes from above."""
        words = (context.token, *context.args.patient)
        struck = any(t.pos_ == "NOUN" and lemma(t) in ("strike", "sortie") for t in words)
        return "aerial" if struck and "COALITION" in context.actors else None

    def _joined(
        self, rule: Rule, mode: str | None, actors: list[Named], recipients: list[Named]
    ) -> Frame | None:
        codes = {a.code for a in actors}
        others = [r for r in recipients if r.code not in codes or self._domestic]
        everyone = distinct(actors + others)
        held_out = "put" in rule.flags  # an offer of two is to somebody else
        if (
            rule.type == "AGREE"
            and len(actors) > 1
            and not held_out
            and (not others or _is_mutual_vow(others))
        ):
            return Frame(rule, rule.type, mode, tuple(distinct(actors)), ())
        if "mutual" in rule.flags and _is_coalition_alone(everyone):
            return None  # a coalition does not meet its own leader
        one_sided = "alone2" in rule.flags and (len(actors) == 1 or "matrix" in rule.flags)
        if one_sided and others and not any(o.how == "with" for o in others):
            return Frame(rule, rule.type, mode, tuple(actors), tuple(others))
        if "each" in rule.flags and len(actors) > 1 and others:  # "Russia and China sold X arms"
            return Frame(rule, rule.type, mode, tuple(distinct(actors)), tuple(others))
        fought = rule.type == "ASSAULT" and "mutual" in rule.flags and not self._domestic
        if fought and (sides := _sides(actors, others)):
            return Frame(rule, rule.type, mode, *sides)
        apart = mode not in ("multilateral", "third-party")
        if "mutual" in rule.flags and len(actors) == 1 and len(others) > 2 and apart:
            return Frame(rule, rule.type, mode, tuple(actors), tuple(others))  # X with each of them
        if "mutual" in rule.flags and (len(everyone) > 1 or not rule.flags & {"alone", "alone2"}):
            if len(everyone) < 2 and not self._domestic:
                return None
            return Frame(rule, rule.type, mode, tuple(everyone), ())
        alone = "alone" in rule.flags or ("official" in rule.flags and self._speech.issuer)
        alone = alone or ("members" in rule.flags and all(a.kind == "igo" for a in actors))
        if not others and not alone and not self._domestic:
            return None
        named = any(r.start >= 0 for r in recipients)
        if not others and named and not self._domestic:
            return None  # aimed at oneself: a domestic act
        return Frame(rule, rule.type, mode, tuple(distinct(actors)), tuple(distinct(others)))


def _is_open_complement(token: Token) -> bool:
    """ "Tried to promise"; but who "stands ready" is ready."""
    return token.dep_ == "xcomp" and lemma(token.head) not in ("stand", "remain", "be")


def _is_aside(token: Token) -> bool:
    """ "Condemned the abuses urging X to act": who condemned urges, not the abuses."""
    return token.dep_ == "acl" and token.tag_ == "VBG" and is_predicate(token)


def _is_question(context: Context) -> bool:
    """ "Asked how the envoy could be so patient": what is asked is an answer."""
    following = context.token.i + 1
    if following < len(context.token.doc) and context.token.doc[following].lower_ in _QUESTIONS:
        return True
    clauses = (c for c in context.args.complements if c.dep_ == "ccomp")
    return any(w.lower_ in _QUESTIONS for c in clauses for w in children(c, "mark", "advmod"))


def _is_personal(named: Named) -> bool:
    return named.person or named.basis in ("person", "office") or named.how == "organ"


def _is_reciprocal(context: Context) -> bool:
    """ "Accused each other", "traded charges": each does it to the other."""
    args = context.args
    objects = [*args.patient, *args.indirect, *(t for _, t in args.preps)]
    words = [w for t in objects for w in (t, *children(t, "nmod"))]
    if lemma(context.token) in _SWAPPING:
        return True
    if any(w.lower_ in ("each", "one") and _is_pair_word(w) for w in words):
        return True
    each = any(t.lower_ == "each" for t in context.token.sent)  # "each accuse the other"
    return each and any(w.lower_ == "other" and any(children(w, "det")) for w in words)


def _is_pair_word(word: Token) -> bool:
    following = word.doc[word.i + 1].lower_ if word.i + 1 < len(word.doc) else ""
    return following in ("other", "another")


def _told_apart(rule: Rule, context: Context) -> bool:
    """ "spoke to X and to Y": with each of them, not with both."""
    told = [c for c, _ in context.args.preps if c in rule.recipient]
    return len(told) > len(set(told)) or any(
        c in rule.recipient and case(conjunct) == c
        for c, noun in context.args.preps
        for conjunct in conjuncts(noun)[1:]
    )


def _joins_body(actors: list[Named], recipients: list[Named], context: Context) -> bool:
    """ "Signed the African Union's charter": states that join what a body has drawn up."""
    by_states = len(actors) > 1 and all(a.kind == "state" for a in actors)
    drawn_up = recipients and all(r.kind == "igo" for r in recipients)
    return by_states and bool(drawn_up) and not any(c == "with" for c, _ in context.args.preps)


def _is_mutual_vow(others: list[Named]) -> bool:
    """ "Vowed to stop backing rebels on each other's territory": whom it is about is no matter."""
    return all(o.kind == "group" for o in others)


def _is_coalition_alone(everyone: list[Named]) -> bool:
    """ "The U.S.-led coalition": two codes, but one party."""
    coalition = any(n.code == "COALITION" for n in everyone)
    return coalition and len(everyone) > 1 and len({(n.start, n.end) for n in everyone}) == 1


def _sides(
    actors: list[Named], others: list[Named]
) -> tuple[tuple[Named, ...], tuple[Named, ...]] | None:
    """Who fights whom: those told apart by "with", else states against the armed groups."""
    if others and all(o.how == "with" for o in others):
        return tuple(distinct(actors)), tuple(distinct(others))
    everyone = distinct(actors + others)
    groups = tuple(n for n in everyone if n.kind == "group")
    rest = tuple(n for n in everyone if n.kind != "group")
    return (rest, groups) if groups and len(rest) > 1 else None
