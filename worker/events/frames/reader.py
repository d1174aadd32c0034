"""Acts in one sentence: rules of the lexicon applied to the tree.

`Reader.acts` tries the rules of each trigger word, fills actor and recipient from the places that
the rule names, and then looks at how the clause stands: a fact stays what it is, a cooperative act
to come is AGREE, a refused one REJECT, one that a speaker says must be done is a REQUEST, and what
is denied, conditional or only wished for is no act.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from worker.events import plover
from worker.events.frames.acts import Act, Frame, Parties
from worker.events.frames.complements import Complements, own_subject
from worker.events.frames.contents import Contents
from worker.events.frames.evidence import stretch
from worker.events.frames.meetings import Meetings
from worker.events.frames.places import Places
from worker.events.frames.triggers import Context, Triggers
from worker.events.frames.understood import Understood
from worker.events.frames.whose import Whose, distinct
from worker.events.frames.word_order import WordOrder
from worker.events.language.parsed import Span, Token
from worker.events.language.tree import (
    Standing,
    arguments,
    case,
    children,
    conjuncts,
    is_passive,
    is_predicate,
    is_subjunctive,
    is_timetabled,
    lemma,
    nested,
    own_standing,
    standing,
    subject,
)
from worker.events.rules import Lexicon, Rule
from worker.events.who.phrases import Named, Phrases
from worker.events.who.speech import Speech

_COOPERATIVE = frozenset({"AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "AID", "RETREAT"})
_CHEMICAL = frozenset(
    {"chemical", "biological", "nerve", "poison", "sarin", "chlorine", "mustard", "toxic"}
)
_BY_PEOPLE = frozenset(
    {"ASSAULT", "CONSULT", "COOPERATE", "PROTEST"}
)  # citizens act for their country
_PLAYED = frozenset({"CONSULT", "ASSAULT", "SANCTION"})  # teams meet and beat each other
_CHOOSY = frozenset(
    {"force", "crowd", "inquiry", "tribunal", "speaker"}
)  # not everybody can be the actor
_ALLEGED = frozenset({"ASSAULT", "COERCE"})
_AGREEING = frozenset(
    {"agree", "offer", "pledge", "promise", "ready", "willing", "prepared", "commit"}
)
_VOWING = frozenset({"vow", "swear"})
_DECIDING = frozenset({"decide", "agree", "vote", "resolve"})
_VOTING = frozenset({"vote", "approve", "authorize", "authorise"})
_BY_VOTE = frozenset({"recognize", "recognise", "endorse", "support", "back", "welcome"})
_ISSUED = frozenset({"SANCTION", "MOBILIZE", "AID", "CONCEDE"})  # without an agent, the issuer's
_DECIDED = frozenset({"SANCTION", "ACCUSE", "REQUEST", "REJECT"})
_TERMS = frozenset({"unless", "until", "till"})
_ALL = frozenset({"all", "other", "every", "fellow", "more"})
_NOTHING = {Standing.FACT: Standing.NEGATED, Standing.FUTURE: Standing.REFUSED}
_WITHHELD = (Standing.REFUSED, Standing.NEGATED)
_DEONTIC = frozenset({"must", "should", "ought", "need"})
_HOPING = frozenset({"want", "hope", "wish", "like", "seek"})
_INTENDING = _HOPING | {"plan", "intend", "decide", "offer", "ready", "willing", "prepared"}
_ANNOUNCING_AID = frozenset({"announce", "say", "declare", "confirm"})


class Reader:
    """Reads the acts of one parsed paragraph; `triggers` are the rules of its words.

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
        self.triggers = Triggers(lexicon, phrases)
        self._contents = Contents(lexicon, self.triggers)
        self._whose = Whose(lexicon, phrases, speech)
        complements = Complements(phrases, self.triggers, self._whose, self._parties)
        self._places = Places(
            lexicon, phrases, self.triggers, self._whose, complements, self._parties
        )
        self._word_order = WordOrder(phrases, domestic=domestic)
        self._understood = Understood(
            lexicon, phrases, speech, self.triggers, self._whose, complements, self._parties
        )
        self._meetings = Meetings(lexicon, phrases)
        self._frames: dict[int, Frame | None] = {}
        self._swallowed: set[int] = set()

    def acts(self, sentence: Span) -> list[Act]:
        """All acts of a sentence, in the order of their triggers."""
        found: list[Act] = []
        telling = [t for t in sentence if self.triggers.able(t) or _is_signal(t)]
        sport = telling and any(self._is_sport(t) for t in sentence)
        for token in sorted(telling, key=_depth):  # what governs first: it may swallow the rest
            if token.i in self._swallowed:
                continue
            if _is_duty(token):
                found.extend(self._deontic(token.head))
            elif _is_condition(token):
                found.extend(self._on_terms(token.head))
            else:
                frame = self.frame(token)
                act = self._act(token, frame) if frame is not None else None
                if sport and act is not None and act.rule.type in _PLAYED:
                    continue
                if act is not None:
                    found.append(act)
                    found.extend(self._alleged(act))
        return sorted(found, key=lambda a: a.trigger.i)

    def _is_sport(self, token: Token) -> bool:
        """A word of matches; what is "final" need be none."""
        return token.pos_ != "ADJ" and self._lexicon.is_a(lemma(token), "SPORT")

    def victims(self, sentence: Span) -> list[Named]:
        """Whom an attack of the sentence hit, though nobody is said to have made it."""
        for token in sentence:
            rule = next((r for r in self.triggers.rules(token) if r.type == "ASSAULT"), None)
            if rule is None or "here" in rule.flags:
                continue
            frame = self._frames.get(token.i)
            if frame is not None and frame.type == "ASSAULT" and frame.recipients:
                return list(frame.recipients)
            if frame is None and rule.pos == "v":
                context = self.triggers.context(token)
                context.flags, context.type, context.actors = rule.flags, rule.type, frozenset()
                if found := self._places.first(rule.recipient, context, 0):
                    return found
        return []

    def is_private(self, act: Act) -> bool:
        """Whether an act of one party concerns nobody else: what a government denies at home."""
        if len(act.actors) > 1 or act.recipients or self._domestic:
            return False
        actor = act.actors[0]
        if actor.kind == "igo" or act.type == "MOBILIZE":
            return False
        sentence = act.trigger.sent
        told = self._phrases.within(sentence.root)
        if act.type == "ACCUSE":  # "condemned the attack", told where before
            told = [*told, *self._phrases.pair(act.trigger)]
        abroad = any(self._lexicon.is_a(lemma(t), "ABROAD") or self._is_all(t) for t in sentence)
        return not abroad and all(n.code == actor.code for n in told)

    def _is_all(self, noun: Token) -> bool:
        """ "Other donors", "all countries": some of them are abroad."""
        kinds = (c.lower_ for c in children(noun, "det", "amod"))
        return self._lexicon.is_a(lemma(noun), "NATIONS") and not _ALL.isdisjoint(kinds)

    def frame(self, token: Token, depth: int = 0) -> Frame | None:
        """The first rule of a trigger that finds its parties; None where there is none."""
        if token.i not in self._frames:
            self._frames[token.i] = None  # a clause that loops back to itself finds nothing
            for rule in self.triggers.able(token):
                context = self.triggers.context(token)
                if self.triggers.fits(rule, context):
                    frame = self._filled(rule, context, depth)
                    if frame is not None:
                        self._frames[token.i] = frame
                        break
        return self._frames[token.i]

    def _parties(self, clause: Token, depth: int) -> Parties | None:
        frame = self.frame(clause, depth)
        return None if frame is None else (frame.actors, frame.recipients)

    def _filled(self, rule: Rule, context: Context, depth: int) -> Frame | None:
        context.flags, context.type, context.actors = rule.flags, rule.type, frozenset()
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
        if not actors and rule.type in _ISSUED and not choosy:
            actors = self._understood.issuing(context)
        if not actors and self._domestic:
            actors = self._understood.somebody(context)
        if not actors:
            return None
        actors = self._outer_subject(rule, context, depth, actors)
        context.actors = frozenset(a.code for a in actors)
        context.armed = any(a.kind == "group" for a in actors)
        if "own" in rule.flags and not self._is_own(context):
            return None
        claims = rule.type == "REJECT" and self._contents.is_claim(context)
        places = ("claim", "from", "by") if claims else rule.recipient
        recipients = self._places.first(places, context, depth)
        recipients = [r for r in recipients if not self._lexicon.is_a(r.code.lower(), "NGO")]
        home = all(r.code in context.actors and r.start >= 0 for r in recipients)
        if rule.type == "THREATEN" and recipients and home and not self._domestic:
            return None  # aimed at oneself: a domestic act
        if "matrix" in rule.flags:  # who agrees to act is no target of the agreement
            recipients = [r for r in recipients if r.code not in {a.code for a in actors}]
        if any(k in rule.flags and actors[0].kind != k for k in ("igo", "group")):
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
        if not recipients and rule.type == "ASSAULT" and not guessed:
            recipients = self._understood.on_the_spot(actors, context)
        if "band" in rule.flags and any(a.kind != "group" for a in actors):
            return None
        if "solo" in rule.flags and len(actors) > 1:
            return None
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

    def _is_public(self, actor: Named, rule: Rule) -> bool:
        """Whether an actor acts for a state or a body: firms only trade, and NGOs are no party."""
        if self._lexicon.is_a(actor.code.lower(), "NGO"):
            return self._domestic
        return actor.basis != "company" or rule.type == "COOPERATE"

    def _has_other_foe(self, context: Context) -> bool:
        """ "A and B fight with the militants": beside each other, not against."""
        foes = [t for c, t in context.args.preps if c in ("with", "against")]
        foes += [t for c in ("with", "against") for t in nested(context.args.patient, c)]
        return bool(foes) and not self._whose.belongs(foes)

    def _is_own(self, context: Context) -> bool:
        """Whether what is held out is to be done by whoever holds it out."""
        doers = [own_subject(c) for c in context.args.complements]
        return any(
            who is None or any(n.code in context.actors for n in self._phrases.direct(who))
            for who in doers
        )

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
        one_sided = "alone2" in rule.flags and len(actors) == 1
        if one_sided and others and not any(o.how == "with" for o in others):
            return Frame(rule, rule.type, mode, tuple(actors), tuple(others))
        if "each" in rule.flags and len(actors) > 1 and others:  # "Russia and China sold X arms"
            return Frame(rule, rule.type, mode, tuple(distinct(actors)), tuple(others))
        fought = rule.type == "ASSAULT" and "mutual" in rule.flags and not self._domestic
        if fought and (sides := _sides(actors, others)):
            return Frame(rule, rule.type, mode, *sides)
        if "mutual" in rule.flags and len(actors) == 1 and len(others) > 2:
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
        if "present" in flags:
            return context.token.tag_ in ("VBZ", "VBP")
        own = (c for c in context.args.complements if c.head == context.token)
        if "yields" in flags and any(self.frame(c) for c in own):
            return False  # "plans to visit": the visit tells it better
        if "retreat" in flags:
            asked = self._contents.content(context)
            return any(
                (k := self.triggers.kind(t)) is not None and k[0] in ("RETREAT", "CONCEDE")
                for t in asked
            )
        if "verbal" in flags:
            return not any(c == "with" for c, _ in context.args.preps)
        return True

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
        vowed = rule.type == "AGREE" and lemma(context.token) in _VOWING
        if vowed and not self._contents.is_kind(context):
            return _MISFIT  # "vowed to strengthen its arsenal"
        if (
            "matrix" in rule.flags
            and rule.type in _ANNOUNCING
            and self._contents.is_refused(context)
        ):
            return _MISFIT
        if rule.type == "ASSAULT" and self._is_told_of_dead(context.token):
            return _MISFIT
        if rule.type == "ASSAULT" and rule.mode is None:
            return self._contents.weapon(context) or self._from_the_air(context)
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

    def _is_mere_danger(self, rule: Rule, context: Context) -> bool:
        """Whether who warns is not the one who would bring it about."""
        if "own" in rule.flags:
            return not self._contents.is_own_deed(context)
        return self._contents.foretells(context)

    def _is_told_of_dead(self, fight: Token) -> bool:
        """ "Killed in fighting with X": of those who fell, it is X that struck."""
        fell = fight.head
        if fight.dep_ not in ("advcl", "obl") or not is_predicate(fight) or fight.tag_ != "VBG":
            return False
        return is_passive(fell) or any(r.actor == ("blow",) for r in self.triggers.rules(fell))

    def _from_the_air(self, context: Context) -> str | None:
        """ "The coalition conducted 14 strikes": a coalition strikes from above."""
        words = (context.token, *context.args.patient)
        struck = any(t.pos_ == "NOUN" and lemma(t) in ("strike", "sortie") for t in words)
        return "aerial" if struck and "COALITION" in context.actors else None

    def _act(self, token: Token, frame: Frame) -> Act | None:
        how = standing(token, self._lexicon.operators)
        noun = frame.rule.pos == "n" or (token.dep_ == "acl" and is_passive(token))
        put = noun and frame.type in ("REQUEST", "ACCUSE")
        put = put or ("put" in frame.rule.flags and self._is_turned_down(token))
        if how is Standing.NEGATED and put:
            how = Standing.FACT  # a call, an offer or an apology that is rejected was made
        if frame.rule.flags & {"swallows"} or "matrix" in frame.rule.flags:
            self._swallow(token, frame)
        act = self._made(token, frame)
        if frame.type in _COOPERATIVE and how in _NOTHING and _has_no_object(token):
            how = _NOTHING[how]
        if frame.rule.flags & {"negated", "refusing", "future"}:
            return act
        if act.type == "CONSULT" and how in (Standing.FACT, Standing.OPEN):
            verb = token.head if token.dep_ == "obj" else token
            journey = act.rule.mode == "visit" or _is_before(verb)  # "holds talks Friday": today
            if is_timetabled(verb, days=journey) and (how is Standing.FACT or _is_before(verb)):
                how = Standing.FUTURE
        if how is Standing.FACT and act.type in _COOPERATIVE and _is_decided(token):
            return act if lemma(token) in _BY_VOTE else self._future(act)
        if how is Standing.FACT and act.type == "AID" and self._is_newly_announced(token):
            return self._future(act)
        if how is Standing.FACT:
            return None if _is_lonely(act) else act
        if how is Standing.FUTURE and _on_condition(token):
            return self._announced(act) or self._future(act)
        if how is Standing.FUTURE:
            return self._future(act)
        if how is Standing.REFUSED:
            return self._refused(act)
        return self._considered(act) if how is Standing.OPEN else None

    def _made(self, token: Token, frame: Frame) -> Act:
        parties = (*frame.actors, *frame.recipients)
        start, end = stretch(token, [(n.start, n.end) for n in parties if n.start >= 0])
        return Act(
            frame.rule, frame.rule.id, frame.type, frame.mode, frame.actors, frame.recipients,
            token, start, end, speaker=None,
        )  # fmt: skip

    def _alleged(self, act: Act) -> Iterator[Act]:
        """Who says that it was attacked, accuses (coding guide, "Alleged acts")."""
        if plover.meaning(act.type).quad < 4 or act.standing is not Standing.FACT or self._domestic:
            return
        if act.type not in _ALLEGED or not self._speech.is_claimed(act.trigger):
            return  # a tariff is no allegation, nor what police merely report
        if act.trigger.dep_ == "acl":
            return  # "say the men detained by X are free": taken for granted, not alleged
        speaker = self._speech.speaker(act.trigger)
        if speaker is None or speaker.code not in {r.code for r in act.recipients}:
            return
        yield replace(
            act, label=f"{act.label}/alleged", type="ACCUSE", mode="allege",
            actors=(speaker,), recipients=act.actors,
        )  # fmt: skip

    def _considered(self, act: Act) -> Act | None:
        """What its doer hopes for, or a hostile act that it may do: "said it could cut ties"."""
        if act.type == "CONSULT" and self._is_hoped_for(act.trigger):
            return self._future(act)
        if own_standing(act.trigger) is not Standing.OPEN:
            return None
        speaker = self._speech.speaker(act.trigger)
        own = speaker is not None and speaker.code in {a.code for a in act.actors}
        if own and act.type == "THREATEN":
            return act  # "said it may propose sanctions"
        return self._announced(act) if own else None

    def _future(self, act: Act) -> Act | None:
        above = (act.trigger.head, act.trigger.head.head)
        if act.type in _DECIDED and any(lemma(t) in _DECIDING for t in above):
            return act  # "agreed to extend the sanctions": that is how they are imposed
        if act.type in ("REJECT", "THREATEN"):
            return act  # who will boycott the talks has refused them
        asks = act.type == "REQUEST" and act.rule.pos == "v" and act.recipients
        if asks and self.triggers.context(act.trigger).args.complements:  # "will ask X to …"
            return replace(act, label=f"{act.label}/future", standing=Standing.FUTURE)
        if act.type not in _COOPERATIVE:
            return self._announced(act)
        if lemma(act.trigger) in ("welcome", "appreciate") and act.type != "CONSULT":
            return None  # "would welcome": a wish
        if "verbal" in act.rule.flags and lemma(act.trigger.head) == "commit":
            return act  # "is committed to supporting": a word of support
        label = act.label if act.type == "AGREE" else f"{act.label}/future"
        kind = "CONCEDE" if _is_concession(act) else "AGREE"
        if kind == "AGREE" and "mutual" in act.rule.flags and act.type != "AGREE":
            act = self._sided(act)
        return replace(act, type=kind, mode=None, label=label, standing=Standing.FUTURE)

    def _sided(self, act: Act) -> Act:
        """Who holds out what takes two: a meeting that is fixed is of both, a plan is of one.

        "Is to meet X in Y": both, whoever the host; "plans to meet", "will cooperate with", "the
        envoy will meet": one towards the other.
        """
        everyone = distinct([*act.actors, *act.recipients])
        intended = any(lemma(t) in _INTENDING for t in _above(act.trigger))
        if act.type == "CONSULT" and not intended and not self._is_sent(act.trigger):
            both = act.mode == "visit" and len(everyone) == 2
            return replace(act, actors=tuple(everyone), recipients=()) if both else act
        if act.type != "CONSULT" and "unilateral" not in act.rule.flags:
            return act
        context = self.triggers.context(act.trigger)
        context.flags, context.type, context.actors = act.rule.flags, act.rule.type, frozenset()
        codes = {n.code for n in self._places.first(act.rule.actor, context, 0)}
        own = tuple(n for n in everyone if n.code in codes)
        others = tuple(n for n in everyone if n.code not in codes)
        if len(own) != 1 or not others or (act.type == "CONSULT" and len(others) > 1):
            return act
        return replace(act, actors=own, recipients=others)

    def _is_sent(self, verb: Token) -> bool:
        """Whether who is to meet somebody is an envoy, who goes where the others are."""
        agents = [lemma(t) for t in arguments(verb).agent] if is_predicate(verb) else []
        return any(a == "delegation" or self._lexicon.is_a(a, "DIPLOMAT") for a in agents)

    def _is_turned_down(self, noun: Token) -> bool:
        """ "Rejected the apology of X": it was put, though in vain."""
        if noun.dep_ not in ("obj", "nsubj:pass") or own_standing(noun.head) is not Standing.FACT:
            return False
        return any(r.type == "REJECT" for r in self.triggers.rules(noun.head))

    def _is_newly_announced(self, verb: Token) -> bool:
        """ "Announced that it is giving ten million": money that is told of for the first time."""
        going = verb.tag_ == "VBG" and any(lemma(c) == "be" for c in children(verb, "aux"))
        if not going or verb.dep_ != "ccomp" or lemma(verb.head) not in _ANNOUNCING_AID:
            return False
        words = (t for noun in arguments(verb).patient for t in noun.subtree)
        return any(self._lexicon.is_a(lemma(t), "MONEY") for t in words)

    def _is_hoped_for(self, trigger: Token) -> bool:
        """ "Hopes to visit X": what a party wants to do itself."""
        above = trigger.head
        if trigger.dep_ != "xcomp" or lemma(above) not in _HOPING or any(children(above, "obj")):
            return False
        return standing(above, self._lexicon.operators) is Standing.FACT

    def _announced(self, act: Act) -> Act | None:
        """A hostile act to come is a threat towards whom it will hit."""
        mode = self._lexicon.modes["threaten"].get(f"{act.type} {act.mode}")
        mode = mode or self._lexicon.modes["threaten"].get(act.type)
        hostile = plover.meaning(act.type).quad == 4 or _on_condition(act.trigger)
        if (
            act.type == "PROTEST"
            or mode is None
            or not hostile
            or not (act.recipients or self._domestic)
        ):
            return None
        label = f"{act.label}/future"
        return replace(act, type="THREATEN", mode=mode, label=label, standing=Standing.FUTURE)

    def _refused(self, act: Act) -> Act | None:
        if act.type not in _COOPERATIVE or act.rule.pos == "n" or act.trigger.dep_ == "acl":
            return None
        mode = self._contents.embedded("reject", [act.trigger])
        act = replace(
            act, type="REJECT", mode=mode, label=f"{act.label}/refused", standing=Standing.REFUSED
        )
        if act.recipients:
            return act
        own = {n.code for n in self._whose.subject(arguments(act.trigger).agent)}
        others = tuple(a for a in act.actors if a.code not in own)
        if not others or len(others) == len(act.actors):
            return act
        actors = tuple(a for a in act.actors if a.code in own)
        return replace(act, actors=actors, recipients=others)  # "will not negotiate with Chad"

    def _deontic(self, predicate: Token) -> Iterator[Act]:
        """ "Iran must comply", said by another party: a REQUEST."""
        who = subject(predicate)
        speakers = self._speech.speakers(predicate)
        if who is None or own_standing(predicate) is not Standing.DEONTIC:
            return
        if self._lexicon.is_a(lemma(predicate), "MIND"):
            return  # "must know" warns
        asked = self._hearers(predicate) if who.pos_ == "PRON" else []
        asked = asked or [who]
        if is_passive(predicate) and not self._is_yielding(predicate):
            denied = any(lemma(c) == "not" for c in children(predicate, "advmod"))
            asked = [] if denied else arguments(predicate).agent  # "must be freed by" somebody
        if not speakers and self._speech.issuer is not None:
            speakers = [self._speech.issuer]
        targets = distinct(n for t in asked for n in self._phrases.direct(t))
        if not speakers or not targets:
            return
        if {s.code for s in speakers} & {t.code for t in targets} and not self._domestic:
            return
        rule = self._lexicon.triggers("d", "must")[0]
        mode = self._contents.embedded("request", list(self._contents.telling(predicate, 0)))
        frame = Frame(rule, "REQUEST", mode, tuple(speakers), tuple(targets))
        yield self._made(predicate, frame)

    def _hearers(self, predicate: Token) -> list[Token]:
        """ "Told the rebels that they must leave": who is told is asked."""
        verb = predicate.head
        if predicate.dep_ != "ccomp" or not self._lexicon.is_a(lemma(verb), "SAY"):
            return []
        heard = (*children(verb, "iobj", "obj"), *children(verb, "obl"))
        told = [t for t in heard if t.dep_ != "obl" or case(t) == "to"]
        return [t for t in told if t.i < predicate.i and self._phrases.direct(t)]

    def _is_yielding(self, predicate: Token) -> bool:
        """Whether a passive is done by those whom it is done to: "must be disarmed"."""
        kind = self.triggers.kind(predicate)
        return kind is not None and kind[0] in ("RETREAT", "CONCEDE")

    def _on_terms(self, clause: Token) -> Iterator[Act]:
        """ "Talks cannot resume unless Iran complies", said by another party: a REQUEST."""
        held_out = clause.head
        who = subject(clause)
        speakers = self._speech.speakers(held_out)
        if who is None or not speakers or own_standing(clause) is not Standing.FACT:
            return
        only = any(c.lower_ == "only" for c in held_out.subtree)
        if own_standing(held_out) not in _WITHHELD and not only:
            return
        targets = [n for n in self._whose.belongs([who]) if n.how != "people"]
        if not targets or {s.code for s in speakers} & {t.code for t in targets}:
            return
        rule = self._lexicon.by_id["request.on-terms"]
        mode = self._contents.embedded("request", list(self._contents.telling(clause, 0)))
        frame = Frame(rule, "REQUEST", mode, tuple(speakers), tuple(targets))
        yield self._made(clause, frame)

    def _swallow(self, token: Token, frame: Frame) -> None:
        """What is alleged, asked for or promised is not an act of its own beside it."""
        if "keeps" in frame.rule.flags:
            return
        if not is_predicate(token):
            return
        args = arguments(token)
        nouns = [*args.patient, *(t for c, t in args.preps if c in ("on", "for", "against", "of"))]
        below = [c for p in nouns for c in children(p, "acl") if not is_passive(c)]
        if frame.type == "AGREE" and "swallows" in frame.rule.flags:  # "will honour the deal"
            self._swallowed.update(t.i for t in [*args.patient, *(t for _, t in args.preps)])
        for clause in [*args.complements, *below]:
            self._swallowed.add(clause.i)
            for child in children(clause, "obj", "conj"):
                if self._lexicon.is_a(lemma(clause), "LIGHT") or child.dep_ == "conj":
                    self._swallowed.add(child.i)


_SWAPPING = frozenset({"trade", "swap"})
_QUESTIONS = frozenset({"how", "why", "whether", "when", "where", "if"})
_THREATS = frozenset({"threaten", "threat", "ultimatum"})
_WARNING = frozenset({"warn", "caution"})
_ANNOUNCING = frozenset({"AGREE", "THREATEN"})
_MISFIT = "\0"


def _depth(token: Token) -> tuple[int, int]:
    depth = 0
    node = token
    while node.head != node and depth < 60:
        node = node.head
        depth += 1
    return depth, token.i


def _is_concession(act: Act) -> bool:
    """A withdrawal, a halt of fire or the end of sanctions, announced (coding guide, "Types")."""
    if lemma(act.trigger.head) in _AGREEING and act.trigger.dep_ in ("xcomp", "ccomp", "obl"):
        return False  # the document's own verb decides
    announced = act.type == "RETREAT" and act.mode in ("withdraw", "ceasefire")
    return announced or act.rule.id == "concede.lift"


def _on_condition(trigger: Token) -> bool:
    """ "… unless Chad agrees": what is announced on a condition is a threat."""
    return any(
        c.lower_ == "unless" for clause in children(trigger, "advcl") for c in clause.children
    )


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


def _joins_body(actors: list[Named], recipients: list[Named], context: Context) -> bool:
    """ "Signed the African Union's charter": states that join what a body has drawn up."""
    by_states = len(actors) > 1 and all(a.kind == "state" for a in actors)
    drawn_up = recipients and all(r.kind == "igo" for r in recipients)
    return by_states and bool(drawn_up) and not any(c == "with" for c, _ in context.args.preps)


def _is_decided(token: Token) -> bool:
    """ "The decision to send a mission", "voted to send": a good turn that is still to come."""
    if token.dep_ == "acl" and token.tag_ == "VB":
        return lemma(token.head) == "decision"
    if token.dep_ not in ("xcomp", "advcl", "acl") or token.tag_ not in ("VB", "VBG"):
        return False
    above = token.head if token.head.pos_ == "VERB" else token.head.head
    return lemma(above) in _VOTING


def _is_before(clause: Token) -> bool:
    """ "Before he visits Chad next week", "when the two meet on Monday": that is settled."""
    marks = {c.lower_ for c in children(clause, "mark", "advmod")}
    return clause.dep_.startswith("advcl") and bool(marks & {"before", "when"})


def _above(token: Token) -> tuple[Token, ...]:
    """The words that an infinitive hangs on, directly or by a noun or a verb of beginning."""
    node = token
    found: list[Token] = []
    while node.dep_ in ("xcomp", "acl", "obj", "conj") and node.head != node and len(found) < 3:
        node = node.head
        found.append(node)
    return tuple(found)


def _is_mutual_vow(others: list[Named]) -> bool:
    """ "Vowed to stop backing rebels on each other's territory": whom it is about is no matter."""
    return all(o.kind == "group" for o in others)


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


def _is_open_complement(token: Token) -> bool:
    """ "Tried to promise"; but who "stands ready" is ready."""
    return token.dep_ == "xcomp" and lemma(token.head) not in ("stand", "remain", "be")


def _is_question(context: Context) -> bool:
    """ "Asked how the envoy could be so patient": what is asked is an answer."""
    following = context.token.i + 1
    if following < len(context.token.doc) and context.token.doc[following].lower_ in _QUESTIONS:
        return True
    clauses = (c for c in context.args.complements if c.dep_ == "ccomp")
    return any(w.lower_ in _QUESTIONS for c in clauses for w in children(c, "mark", "advmod"))


def _is_duty(token: Token) -> bool:
    return token.dep_ == "aux" and lemma(token) in _DEONTIC


def _is_condition(token: Token) -> bool:
    """ "Unless", "until" or "only after" at the head of a clause."""
    if token.dep_ != "mark" or not token.head.dep_.startswith("advcl"):
        return False
    only = token.i and token.nbor(-1).lower_ == "only"
    return token.lower_ in _TERMS or bool(only and token.lower_ in ("after", "if", "when"))


def _is_signal(token: Token) -> bool:
    return _is_duty(token) or _is_condition(token)


def _has_no_object(verb: Token) -> bool:
    """ "Will hold no talks": an act that is denied by its object."""
    denied = ("no", "neither")
    return any(c.lower_ in denied for o in children(verb, "obj") for c in children(o, "det"))


def _is_lonely(act: Act) -> bool:
    """A consultation of one party that no organisation hosts is none."""
    alone = len(act.actors) == 1 and not act.recipients
    host = act.actors[0].kind == "igo" and act.actors[0].basis != "issuer"
    return act.type == "CONSULT" and alone and not host


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


def _is_coalition_alone(everyone: list[Named]) -> bool:
    """ "The U.S.-led coalition": two codes, but one party."""
    coalition = any(n.code == "COALITION" for n in everyone)
    return coalition and len(everyone) > 1 and len({(n.start, n.end) for n in everyone}) == 1


def _is_personal(named: Named) -> bool:
    return named.person or named.basis in ("person", "office") or named.how == "organ"
