"""Frames → acts: what a clause makes of the frame that it tells.

`Clauses.act` looks at how the clause stands: a fact stays what it is, a cooperative act to come is
AGREE, a hostile one a threat, a refused one REJECT, and what is denied, conditional or only wished
for is no act. `Clauses.alleged` and `Clauses.swallowed` tell what an act brings with it: the charge
of a party that says it was attacked, and the words within a frame that are no acts beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from worker.events import plover
from worker.events.frames.acts import Act, Frame, as_fact
from worker.events.frames.contents import Contents
from worker.events.frames.places import Places
from worker.events.frames.triggers import Triggers
from worker.events.frames.whose import Whose
from worker.events.language.parsed import Token
from worker.events.language.tree import (
    Standing,
    arguments,
    case,
    children,
    is_passive,
    is_predicate,
    is_timetabled,
    lemma,
    own_standing,
    standing,
)
from worker.events.rules import Lexicon
from worker.events.who.phrases import distinct
from worker.events.who.speech import Speech

_COOPERATIVE = frozenset({"AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "AID", "RETREAT"})
_ATTEMPTED = frozenset({"ASSAULT", "PROTEST"})
_TRYING = frozenset({"try", "attempt"})
_REMEMBERING = frozenset(
    {"victim", "survivor", "anniversary", "aftermath", "wake", "commemoration", "scene", "memory"}
)
_ALLEGED = frozenset({"ASSAULT", "COERCE"})
_AGREEING = frozenset(
    {"agree", "offer", "pledge", "promise", "ready", "willing", "prepared", "commit"}
)
_DECIDING = frozenset({"decide", "agree", "vote", "resolve"})
_VOTING = frozenset({"vote", "approve", "authorize", "authorise"})
_BY_VOTE = frozenset({"recognize", "recognise", "endorse", "support", "back", "welcome"})
_SETTING_OUT = frozenset({"send", "dispatch", "despatch", "head", "fly", "travel", "go", "leave"})
_SPANS = frozenset({"minute", "hour", "day", "week", "month"})
_DECIDED = frozenset({"SANCTION", "ACCUSE", "REQUEST", "REJECT"})
_NOTHING = {Standing.FACT: Standing.NEGATED, Standing.FUTURE: Standing.REFUSED}
_HOPING = frozenset({"want", "hope", "wish", "like", "seek"})
_INTENDING = _HOPING | {"plan", "intend", "decide", "offer", "ready", "willing", "prepared"}
_OPENING = frozenset({"allow", "permit", "open", "reopen"})  # what was barred before
_OFFERING = frozenset({"offer", "propose", "volunteer"})
_JOURNEYING = frozenset({"go", "travel", "fly", "head", "visit", "come", "return", "journey"})
_EXPECTING = frozenset({"expect", "likely", "believe"})
_ANNOUNCING_AID = frozenset({"announce", "say", "declare", "confirm"})


class Clauses:
    """Turns frames into acts, by the standing of their clauses."""

    def __init__(
        self,
        lexicon: Lexicon,
        speech: Speech,
        triggers: Triggers,
        contents: Contents,
        places: Places,
        whose: Whose,
        *,
        domestic: bool,
    ) -> None:
        """Join what answers about words, speakers, complements and places."""
        self._lexicon = lexicon
        self._speech = speech
        self._triggers = triggers
        self._contents = contents
        self._places = places
        self._whose = whose
        self._domestic = domestic

    def act(self, token: Token, frame: Frame) -> Act | None:
        """The act that a frame is in its clause; None where the clause tells none."""
        how = standing(token, self._lexicon.operators)
        noun = frame.rule.pos == "n" or (token.dep_ == "acl" and is_passive(token))
        put = noun and frame.type in ("REQUEST", "ACCUSE")
        put = put or ("put" in frame.rule.flags and self._is_turned_down(token))
        told = put and (how is Standing.NEGATED or (how is Standing.OPEN and _is_owned(token)))
        told = told or (frame.type == "REJECT" and token.dep_ == "acl" and is_passive(token))
        if told:
            how = Standing.FACT  # a call, an offer or an apology that is rejected was made
        if how is Standing.OPEN and frame.type in _ATTEMPTED and self._is_attempt(token):
            how = Standing.FACT  # "tried to storm the embassy"
        if frame.type == "ASSAULT" and (_is_presupposed(token) or _is_remembered(token)):
            how = Standing.FACT
        act = as_fact(token, frame)
        if frame.type in _COOPERATIVE and how in _NOTHING and _has_no_object(token):
            how = _NOTHING[how]
        if frame.rule.flags & {"negated", "refusing", "future"}:
            return act
        if act.type == "CONSULT" and how in (Standing.FACT, Standing.OPEN):
            journeying = token.dep_ == "obl" and case(token) == "for"  # "travels there for talks"
            verb = token.head if token.dep_ == "obj" or journeying else token
            journey = act.rule.mode == "visit" or _is_before(verb)  # "holds talks Friday": today
            settled = how is Standing.FACT or _is_before(verb)
            if settled and (_is_eve(verb) or is_timetabled(verb, days=journey)):
                how = Standing.FUTURE
            if how is Standing.FACT and _is_yet_to_come(verb):
                how = Standing.FUTURE
        if how is Standing.FACT and act.type in _COOPERATIVE and _is_decided(token):
            return act if lemma(token) in _BY_VOTE else self._future(act)
        if how is Standing.FACT and act.type == "CONSULT" and _is_under_way(_on_the_way(token)):
            return self._future(act)
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

    def alleged(self, act: Act) -> Iterator[Act]:
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

    def swallowed(self, token: Token, frame: Frame) -> Iterator[Token]:
        """What is alleged, asked for or promised is not an act of its own beside it."""
        flags = frame.rule.flags
        if not flags & {"matrix", "swallows"} or "keeps" in flags or not is_predicate(token):
            return
        args = arguments(token)
        nouns = [*args.patient, *(t for c, t in args.preps if c in ("on", "for", "against", "of"))]
        below = [c for p in nouns for c in children(p, "acl") if not is_passive(c)]
        below = [c for c in below if not self._is_denial(c)]
        if frame.type == "AGREE" and "swallows" in flags:  # "will honour the deal"
            yield from [*args.patient, *(t for _, t in args.preps)]
        for clause in [*args.complements, *below]:
            yield clause
            for child in children(clause, "obj", "conj"):
                if self._lexicon.is_a(lemma(clause), "LIGHT") or child.dep_ == "conj":
                    yield child
            if frame.type == "AGREE":  # "is willing to take part in talks"
                what = children(clause, "obj", "obl")
                yield from (c for c in what if self._lexicon.is_a(lemma(c), "MEETING"))

    def _is_attempt(self, token: Token) -> bool:
        """Whether somebody tried to do it, and it is told as a fact that they tried."""
        verb = token.head
        tried = token.dep_ == "xcomp" and lemma(verb) in _TRYING and verb.tag_ != "VB"
        return tried and standing(verb, self._lexicon.operators) is Standing.FACT

    def _considered(self, act: Act) -> Act | None:
        """What its doer hopes for, or a hostile act that it may do: "said it could cut ties"."""
        if act.type in ("CONSULT", "RETREAT") and self._is_hoped_for(act.trigger):
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
        if act.type == "ACCUSE" and act.mode == "disapprove" and "speaker" in act.rule.actor:
            return act  # "says the shield will do harm" judges it today
        asks = act.type == "REQUEST" and act.rule.pos == "v" and act.recipients
        if asks and self._triggers.context(act.trigger).args.complements:  # "will ask X to …"
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
        intended = intended or _is_purpose_of_journey(act.trigger)
        unilateral = "unilateral" in act.rule.flags
        fixed = not intended and not unilateral and not self._is_sent(act.trigger)
        if act.type == "CONSULT" and fixed:
            both = act.mode == "visit" and len(everyone) == 2
            return replace(act, actors=tuple(everyone), recipients=()) if both else act
        if act.type != "CONSULT" and not unilateral:
            return act
        context = self._triggers.context(act.trigger).trying(act.rule)
        codes = {n.code for n in self._places.first(act.rule.actor, context, 0)}
        own = tuple(n for n in everyone if n.code in codes)
        others = tuple(n for n in everyone if n.code not in codes)
        offered = any(lemma(t) in _OFFERING for t in _above(act.trigger))
        if len(own) != 1 or not others:
            return act
        if act.type == "CONSULT" and len(others) > 1 and not offered:
            return act
        return replace(act, actors=own, recipients=others)

    def _announced(self, act: Act) -> Act | None:
        """A hostile act to come is a threat towards whom it will hit; one expected is none."""
        if lemma(act.trigger.head) in _EXPECTING:
            return None
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
        if act.type == "ASSAULT" and act.recipients and not act.trigger.sent.text.endswith("?"):
            label = f"{act.label}/refused"  # "will not attack Chad"
            return replace(act, type="CONCEDE", mode=None, label=label, standing=Standing.FUTURE)
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

    def _is_hoped_for(self, trigger: Token) -> bool:
        """ "Hopes to visit X": what a party wants to do itself."""
        above = trigger.head
        if trigger.dep_ != "xcomp" or lemma(above) not in _HOPING or any(children(above, "obj")):
            return False
        return standing(above, self._lexicon.operators) is Standing.FACT

    def _is_denial(self, clause: Token) -> bool:
        """ "Accused X of arming rebels, a charge that it denies"."""
        if clause.dep_ != "acl:relcl":
            return False
        return any(r.type == "REJECT" and r.pos == "v" for r in self._triggers.rules(clause))

    def _is_turned_down(self, noun: Token) -> bool:
        """ "Rejected the apology of X": it was put, though in vain."""
        if noun.dep_ not in ("obj", "nsubj:pass") or own_standing(noun.head) is not Standing.FACT:
            return False
        return any(r.type == "REJECT" for r in self._triggers.rules(noun.head))

    def _is_newly_announced(self, verb: Token) -> bool:
        """ "Announced that it is giving ten million": money that is told of for the first time."""
        going = verb.tag_ == "VBG" and any(lemma(c) == "be" for c in children(verb, "aux"))
        if not going or verb.dep_ != "ccomp" or lemma(verb.head) not in _ANNOUNCING_AID:
            return False
        words = (t for noun in arguments(verb).patient for t in noun.subtree)
        return any(self._lexicon.is_a(lemma(t), "MONEY") for t in words)

    def _is_sent(self, verb: Token) -> bool:
        """Whether who is to meet somebody is an envoy, who goes where the others are."""
        agents = [lemma(t) for t in arguments(verb).agent] if is_predicate(verb) else []
        return any(a == "delegation" or self._lexicon.is_a(a, "DIPLOMAT") for a in agents)


def _has_no_object(verb: Token) -> bool:
    """ "Will hold no talks": an act that is denied by its object."""
    denied = ("no", "neither")
    return any(c.lower_ in denied for o in children(verb, "obj") for c in children(o, "det"))


def _is_owned(noun: Token) -> bool:
    """ "To press Chadian demands": whoever takes them up, they were made."""
    return noun.pos_ == "NOUN" and any(children(noun, "nmod:poss", "amod", "compound"))


def _is_lonely(act: Act) -> bool:
    """A consultation of one party that no organisation hosts is none."""
    alone = len(act.actors) == 1 and not act.recipients
    host = act.actors[0].kind == "igo" and act.actors[0].basis != "issuer"
    return act.type == "CONSULT" and alone and not host


def _is_presupposed(participle: Token) -> bool:
    """ "Seeks to free nurses abducted by rebels", "the kidnapped men": they were abducted."""
    if participle.tag_ != "VBN" or participle.dep_ not in ("acl", "amod"):
        return False
    return not any(children(participle, "mark", "aux", "aux:pass"))


def _is_remembered(blow: Token) -> bool:
    """ "To help victims of the attack", "to mark the anniversary of the raid": it took place."""
    of = blow.dep_ == "nmod" and case(blow) in ("of", "from")
    return of and lemma(blow.head) in _REMEMBERING


def _is_before(clause: Token) -> bool:
    """ "Before he visits Chad next week", "when the two meet on Monday": that is settled."""
    marks = {c.lower_ for c in children(clause, "mark", "advmod")}
    return clause.dep_.startswith("advcl") and bool(marks & {"before", "when"})


def _is_yet_to_come(verb: Token) -> bool:
    """ "Before Chad holds talks with Niger": the present tense of a programme."""
    marks = {c.lower_ for c in children(verb, "mark", "advmod")}
    marks |= {case(c) for c in children(verb, "nsubj")}  # a "before" that was hung on the subject
    if verb.tag_ == "VBG" and "before" in marks and verb.dep_.startswith("advcl"):
        return own_standing(verb.head) is Standing.FUTURE or _is_yet_to_come(verb.head)
    present = verb.tag_ in ("VBZ", "VBP") and not any(children(verb, "aux"))
    return present and "before" in marks and verb.dep_.startswith("advcl")


def _is_purpose_of_journey(verb: Token) -> bool:
    """ "Will go to Chad to meet the president": it is the traveller who means to."""
    purpose = verb.dep_ in ("advcl", "xcomp") and verb.tag_ == "VB"
    return purpose and lemma(verb.head) in _JOURNEYING


def _is_under_way(verb: Token) -> bool:
    """ "Is sending a delegation", "heads to Lima": who is on the way has not arrived."""
    if lemma(verb) == "head" and verb.tag_ in ("VBZ", "VBP"):
        return True
    now = any(c.tag_ in ("VBZ", "VBP") for c in children(verb, "aux"))
    return now and verb.tag_ == "VBG" and lemma(verb) in _SETTING_OUT


def _on_the_way(token: Token) -> Token:
    """What tells whether somebody has arrived: "is flying there for talks", "before going on"."""
    purpose = token.dep_ == "obl" and case(token) == "for"
    onward = token.dep_ == "advcl" and token.tag_ == "VBG"
    return token.head if purpose or onward else token


def _is_eve(clause: Token) -> bool:
    """ "A day before A and B meet": how long before says that it is fixed."""
    mark = next((c for c in children(clause, "mark") if c.lower_ == "before"), None)
    if mark is None or clause.tag_ not in ("VBZ", "VBP"):
        return False
    return mark.i > 0 and mark.nbor(-1).lemma_ in _SPANS


def _is_decided(token: Token) -> bool:
    """ "The decision to send a mission", "voted to send": a good turn that is still to come."""
    if token.dep_ == "acl" and token.tag_ == "VB":
        return lemma(token.head) == "decision"
    if token.dep_ not in ("xcomp", "advcl", "acl") or token.tag_ not in ("VB", "VBG"):
        return False
    above = token.head if token.head.pos_ == "VERB" else token.head.head
    return lemma(above) in _VOTING


def _is_concession(act: Act) -> bool:
    """A withdrawal, a halt of fire or the end of sanctions, announced (coding guide, "Types")."""
    if lemma(act.trigger.head) in _AGREEING and act.trigger.dep_ in (
        "xcomp",
        "ccomp",
        "obl",
        "advcl",
    ):
        return False  # the document's own verb decides
    opened = act.mode == "access" and lemma(act.trigger) in _OPENING
    announced = act.type == "RETREAT" and (act.mode in ("withdraw", "ceasefire") or opened)
    return announced or act.rule.id == "concede.lift"


def _on_condition(trigger: Token) -> bool:
    """ "… unless Chad agrees": what is announced on a condition is a threat."""
    return any(
        c.lower_ == "unless" for clause in children(trigger, "advcl") for c in clause.children
    )


def _above(token: Token) -> tuple[Token, ...]:
    """The words that an infinitive hangs on, directly or by a noun or a verb of beginning."""
    node = token
    found: list[Token] = []
    while node.dep_ in ("xcomp", "acl", "obj", "conj") and node.head != node and len(found) < 3:
        node = node.head
        found.append(node)
    return tuple(found)
