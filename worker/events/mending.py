"""Trees put right: what a parser misreads again and again, mended before acts are read.

Each repair looks for one constellation that hardly has another reading ("sell up to nine jets":
nobody sells to nine) and hangs its words where they belong. One that no real document needs goes:
the trees get better. Labels, tags and lemmas are those of `worker.events.language.nlp`.
"""

from __future__ import annotations

from itertools import pairwise

from worker.events.language.lemmas import by_rule
from worker.events.language.parsed import Doc, Token
from worker.events.language.tree import case, children, lemma
from worker.events.repairs import NOMINAL, Repairs, repair
from worker.events.rules import Lexicon

_WILLING = frozenset(
    {
        *("willing", "unwilling", "ready", "unready", "prepared", "unprepared", "determined"),
        *("eager", "keen", "reluctant", "open", "committed", "poised", "glad", "able", "unable"),
    }
)
_SPEAKING = frozenset({"contact", "touch", "talks", "negotiations", "dialogue", "consultation"})
_DEMANDS = frozenset({"call", "demand", "request", "appeal", "proposal"})
_PRESENT_OR_PAST = frozenset({"VBD", "VBZ", "VBP"})


def mend(doc: Doc, lexicon: Lexicon) -> None:
    """Repair the trees of a parsed paragraph in place."""
    for sentence in doc.sents:
        for token in sentence:
            _REPAIRS.apply(token, lexicon)


def _stray_prefix(token: Token, _: Lexicon) -> None:
    """ "Has re-opened", "plans to re-open": a prefix that the parser took for a word."""
    if token.lower_ != "re" or token.i + 2 >= len(token.doc) or token.nbor().text != "-":
        return
    verb = token.nbor(2)
    if verb.pos_ != "VERB" or verb not in (token.head, *token.head.children):
        return
    for child in list(token.children):
        child.hang(verb)
    token.hang(verb, "compound:prt")


def _gapped_object(token: Token, _: Lexicon) -> None:
    """ "Joined A in 1999 and B in 2004": B is joined too, no companion of year or verb."""
    verb = token.head
    if verb.pos_ == "NUM" and verb.dep_ == "obl":
        verb = verb.head
    if verb.pos_ != "VERB" or case(token) or any(children(token, "nsubj", "cop")):
        return
    for joined in children(verb, "obj"):
        if joined.pos_ == "PROPN" and joined.i < token.i:
            token.hang(joined)


def _second_of_between(token: Token, _: Lexicon) -> None:
    """ "A truce between A and the group B": B stands with A, not beside it."""
    if case(token) or token.left_edge.lower_ != "and":
        return
    for first in children(token.head, "nmod", "obl"):
        if first.i < token.i and case(first) == "between":
            token.hang(first, "conj")
            return


def _between_in_a_town(token: Token, _: Lexicon) -> None:
    """ "Talks opened in Bern between A and B": the talks are between them, not the town."""
    town = token.head
    if case(token) == "between" and town.pos_ == "PROPN" and town.dep_ == "obl":
        token.hang(town.head, "obl")


def _visiting_envoy(verb: Token, _: Lexicon) -> None:
    """ "With Chad's visiting envoy": the envoy is Chad's, who visits nobody there."""
    sign = verb.nbor(-1) if verb.i else verb
    owner = next((c for c in children(verb, "nsubj") if c.i + 1 == sign.i), None)
    guest = next(children(verb, "obj"), None)
    if sign.lower_ not in ("'s", "’s", "'", "’") or owner is None or guest is None:
        return
    _take_place(guest, verb)
    if verb.dep_ == "acl":
        guest.dep_ = "nmod"
    for mark in children(verb, "mark"):
        mark.hang(guest, "case")
    for child in list(verb.children):
        if child is not guest:
            child.hang(guest)
    owner.hang(guest, "nmod:poss")
    sign.hang(owner, "case")
    verb.hang(guest, "amod")


def _visiting_guest(verb: Token, _: Lexicon) -> None:
    """ "Met with visiting Chadian minister X": the minister visits, nobody visits him."""
    guest = next(children(verb, "obj"), None)
    marks = [c for c in children(verb, "mark", "case") if c.lower_ in ("with", "to")]
    bare = verb.dep_ == "ccomp" and verb.i == verb.head.i + 1 and not any(children(verb, "mark"))
    if guest is None or guest.i < verb.i or not (marks or bare):
        return
    if any(children(verb, "nsubj", "aux")) or not any(children(guest, "nmod:desc", "amod")):
        return
    above = verb.head
    guest.hang(above, "obj" if bare else "obl")
    for child in list(verb.children):
        if child in marks:
            child.hang(guest, "case")
        elif child is not guest:
            child.hang(above)
    verb.hang(guest, "amod")


def _partner_in_apposition(name: Token, _: Lexicon) -> None:
    """ "A meeting with President and chairman X": X is met; a preposition makes no apposition."""
    titles = children(name, "nmod:desc", "compound")
    if not any(children(name, "case")) and any(case(t) for t in titles):
        name.dep_ = "nmod"


def _there_to_do(place: Token, _: Lexicon) -> None:
    """ "The minister is in Chad to sign it": that is where he is, and no subject of signing."""
    verb = place.head
    own = any(children(place, "cop")) and any(children(place, "nsubj"))
    marked = any(c.lower_ == "to" and c.i > place.i for c in children(verb, "mark"))
    if own and marked and case(place) in ("in", "at") and place.i < verb.i:
        _take_place(place, verb)
        verb.hang(place, "advcl")


def _clause_after_preposition(tie: Token, _: Lexicon) -> None:
    """ "A day before X and Y meet": a clause, whose first name the preposition was hung on."""
    first = tie.head
    clause = first.head
    if first.dep_ == "nsubj" and clause.dep_ == "advcl" and tie.i < clause.i:
        tie.hang(clause, "mark")
    if first.dep_ != "obl" or tie.i > first.i:
        return
    for later in children(clause, "advcl"):
        bare = not any(children(later, "nsubj", "mark", "aux"))
        if bare and later.tag_ in _PRESENT_OR_PAST and first.right_edge.i == later.left_edge.i - 1:
            first.hang(later, "nsubj")  # "as envoys of X and Y met"
            tie.hang(later, "mark")


def _two_names_in_one(name: Token, _: Lexicon) -> None:
    """ "Hamas leader A B and Fatah leader C D": C is another person."""
    if name.left_edge.lower_ == "and" and any(children(name, "nmod:desc")):
        name.dep_ = "conj"
        for later in children(name.head, "flat"):
            if later.i > name.i:
                later.hang(name)


def _up_to_a_number(token: Token, _: Lexicon) -> None:
    """ "sell up to nine jets": "up to" counts, it does not say where to."""
    phrase = token.head
    up_to = token.lower_ == "to" and token.dep_ == "case" and token.i > 0
    if not up_to or token.nbor(-1).lower_ != "up" or phrase.dep_ != "obl":
        return
    if any(children(phrase, "nummod")):
        phrase.dep_ = "obj"
        token.dep_ = token.nbor(-1).dep_ = "advmod"
        token.nbor(-1).hang(phrase)


def _verb_read_as_noun(token: Token, lexicon: Lexicon) -> None:
    """ "The envoy condemns the raid", its verb taken for a noun: it has a subject, but no "is"."""
    if token.pos_ not in NOMINAL or not token.is_lower or any(children(token, "cop")):
        return
    if not any(c.i < token.i for c in children(token, "nsubj")):
        return
    tag = "VBZ" if token.lower_.endswith("s") else "VBD"
    word = by_rule(token.text, "VBZ")
    if lexicon.triggers("v", word) and (tag == "VBZ" or any(children(token, "obj"))):
        _make_verb(token, tag, word)


def _call_on(token: Token, _: Lexicon) -> None:
    """ "Call on more states to help": "on" is no particle."""
    verb = token.head
    if token.lower_ not in ("on", "upon") or token.dep_ != "compound:prt" or lemma(verb) != "call":
        return
    called = next(children(verb, "obj"), None)
    if called is not None:
        token.hang(called, "case")
        called.dep_ = "obl"


def _called_to_thank(verb: Token, _: Lexicon) -> None:
    """ "Called X to thank him": what the caller does, not what is asked of X."""
    caller = verb.head
    if lemma(caller) != "call" or not any(children(caller, "obj")):
        return
    if any(c.lower_ in ("him", "her", "them") for c in children(verb, "obj", "iobj")):
        verb.dep_ = "advcl"


def _it_that_is_willing(token: Token, _: Lexicon) -> None:
    """ "Chad says it is willing": "it" is no filler where only somebody can be so."""
    what = token.head
    speaking = what.lower_ in _SPEAKING and case(what) == "in"  # "is in contact with"
    if speaking or (what.lower_ in _WILLING and not any(children(what, "nsubj", "csubj"))):
        token.dep_ = "nsubj"


def _two_subjects(verb: Token, _: Lexicon) -> None:
    """Two subjects with "and" between them are one."""
    if not verb.children:
        return
    found = [c for c in verb.children if c.i < verb.i and c.dep_ in ("nsubj", "nsubj:pass", "list")]
    found += [c for s in found for c in s.children if c.dep_ == "list" and c.i > s.i]
    for first, second in pairwise(found):
        ties = (c for h in (second, verb) for c in h.subtree if c.dep_ == "cc")
        tie = next((c for c in ties if first.i < c.i < second.i), None)
        if tie is not None and tie.lower_ in ("and", "&") and first.dep_.startswith("nsubj"):
            second.hang(first)
            second.dep_ = "conj"


def _past_read_as_participle(verb: Token, _: Lexicon) -> None:
    """ "Lima blamed La Paz" is finite, whatever its tag: it has a subject and no helper."""
    if verb.pos_ != "VERB" or any(children(verb, "aux", "aux:pass", "cop", "mark")):
        return
    subject = next(children(verb, "nsubj"), None)
    if subject is not None and subject.i < verb.i and any(children(verb, "obj", "ccomp", "xcomp")):
        _make_verb(verb, "VBD", lemma(verb))


def _whose_report(sign: Token, _: Lexicon) -> None:
    """ "the Board of Audit's report": the report is what the verb is about, the board its owner."""
    owner = sign.head
    if sign.tag_ != "POS" or owner.dep_ != "flat" or sign.i < owner.i:
        return
    owner = owner.head
    owned = next((c for c in children(owner, "nmod") if c.i > sign.i and not case(c)), None)
    if owned is None or owned.pos_ != "NOUN":
        return
    _take_place(owned, owner)
    owner.hang(owned, "nmod:poss")
    sign.hang(owner)
    for child in list(owner.children):
        if child.i > sign.i:
            child.hang(owned)


def _take_place(token: Token, above: Token) -> None:
    """Hang a word where the one above it hangs; its punctuation and ties come along."""
    if above.head == above:
        token.hang(token)
    else:
        token.hang(above.head)
    token.dep_ = above.dep_
    for child in list(above.children):
        if child.dep_ == "punct":
            child.hang(token)


def _make_verb(token: Token, tag: str, word: str) -> None:
    token.pos_, token.tag_, token.lemma_ = "VERB", tag, word
    token.set_morph("VerbForm=Part" if tag == "VBN" else "VerbForm=Fin")


def _is_finite(verb: Token) -> bool:
    auxiliaries = (c for c in verb.children if c.dep_ in ("aux", "aux:pass"))
    first = next(auxiliaries, verb)
    return first.tag_ in _PRESENT_OR_PAST or first.tag_ == "MD"


def _subject_of_second_clause(verb: Token, _: Lexicon) -> None:
    """ "… was praised by Riyadh, but [both Oslo and Bern] have protested": they protest."""
    if verb.pos_ != "VERB" or verb.dep_ not in ("ccomp", "conj", "parataxis", "advcl"):
        return
    if verb.head.i > verb.i or any(children(verb, "nsubj", "csubj", "mark", "cc")):
        return
    first = min([verb, *children(verb, "aux", "aux:pass")], key=lambda t: t.i)
    if not _is_finite(verb) or first.i == verb.sent.start:
        return
    noun = first.nbor(-1)
    while noun.head.i < noun.i and noun.dep_ in ("conj", "nmod", "flat", "appos"):
        tie = next((c for c in noun.children if c.dep_ == "cc"), None)
        if noun.dep_ == "conj" and tie is not None and _opens_clause(tie):
            break
        noun = noun.head
    else:
        return
    if noun.pos_ not in NOMINAL or noun.right_edge.i + 1 != first.i or case(noun):
        return
    noun.hang(verb, "nsubj:pass" if any(children(verb, "aux:pass")) else "nsubj")
    tie.hang(verb)
    verb.dep_ = "conj"


def _participle_read_as_main(verb: Token, _: Lexicon) -> None:
    """ "Shells [fired from Chad] killed two men": the first verb tells which shells."""
    first = verb.head
    if verb.dep_ not in ("advcl", "ccomp", "conj", "parataxis") or first.i > verb.i:
        return
    if verb.pos_ not in ("VERB", "AUX") or not _is_finite(verb):
        return
    if any(children(verb, "nsubj", "csubj", "mark", "cc", "expl")):
        return
    if first.tag_ not in ("VBN", "VBD") or any(children(first, "aux", "obj", "cop")):
        return
    noun = next((c for c in children(first, "nsubj") if c.i < first.i), None)
    before = verb.left_edge.nbor(-1)
    if noun is None or noun.pos_ not in NOMINAL or noun.right_edge.i + 1 != first.i:
        return
    if before.is_punct or before == first or before.pos_ == "CCONJ" or _asks_for_clause(first):
        return
    above, label = first.head, first.dep_
    later = [c for c in first.children if c.i > verb.i or (c.i < noun.left_edge.i)]
    verb.hang(verb if above is first else above, label)
    for child in later:
        child.hang(verb)
    noun.hang(verb, "nsubj:pass" if any(children(verb, "aux:pass")) else "nsubj")
    first.hang(noun, "acl")
    first.tag_ = "VBN"
    first.set_morph("VerbForm=Part")


def _asks_for_clause(verb: Token) -> bool:
    """Whether what follows a verb is what it says: "said [had been seized]"."""
    by = any(c.dep_ == "obl:agent" or case(c) == "by" for c in children(verb, "obl"))
    return not by and not any(children(verb, "obl"))


def _opens_clause(tie: Token) -> bool:
    return tie.lower_ in ("but", "and") and tie.nbor(-1).text == ","


def _infinitive_of_inner_clause(verb: Token, _: Lexicon) -> None:
    """ "They demand [that Doha shut it and end its support]": who demands does not end it."""
    outer = verb.head
    if verb.dep_ != "conj" or verb.tag_ not in ("VB", "VBP") or outer.i > verb.i:
        return
    if any(children(verb, "nsubj", "aux", "mark")) or not any(children(verb, "cc")):
        return
    inner = [c for c in children(outer, "ccomp", "xcomp") if outer.i < c.i < verb.i]
    if inner and inner[-1].tag_ == "VB" and verb.lower_ == lemma(verb):
        verb.hang(inner[-1])


def _clause_of_noun(clause: Token, _: Lexicon) -> None:
    """ "Repeated its demand [that Chad withdraw]": the clause says what is demanded."""
    mark = next((c for c in children(clause, "mark") if c.lower_ == "that"), None)
    if mark is None or mark.i == 0:
        return
    noun = mark.nbor(-1)
    behind = clause.head == noun or (noun.head == clause.head and noun.dep_ == "obj")
    if not behind or noun.pos_ != "NOUN" or lemma(noun) not in _DEMANDS:
        return
    clause.hang(noun, "acl")
    if clause.tag_ == "VBD" and clause.lower_ == lemma(clause):
        clause.tag_ = "VBP"


def _tested(verb: Token, _: Lexicon) -> None:
    """ "Chad test-fired a missile", "Chad test launched it": Chad does, not its test."""
    test = next((c for c in children(verb, "nsubj") if c.lower_ == "test"), None)
    if test is None or verb.i - test.i > 2 or any(children(test, "det", "amod", "nmod:poss")):
        return
    who = next(children(test, "compound"), None)
    if who is not None:
        who.hang(verb, "nsubj")
        test.hang(verb, "compound:prt")


def _at_least(noun: Token, _: Lexicon) -> None:
    """ "Arrested at least three men": they are arrested, "at" belongs to the number."""
    verb = noun.head
    if verb.pos_ != "VERB" or noun.i < verb.i or any(children(verb, "obj")):
        return
    if any(children(noun, "case")) or any(children(verb, "aux:pass")):
        return
    counted = (w for c in children(noun, "nummod") for w in c.subtree)
    if any(w.lower_ in ("least", "most") for w in counted):
        noun.dep_ = "obj"


_REPAIRS = Repairs(
    (
        repair(_gapped_object, labels="conj", tags="NNP NNPS"),
        repair(_second_of_between, labels="nmod obl"),
        repair(_between_in_a_town, labels="nmod", tags="NN NNS NNP NNPS"),
        repair(_visiting_envoy, labels="acl advcl acl:relcl", words="visiting"),
        repair(_visiting_guest, labels="advcl ccomp acl", words="visiting"),
        repair(_partner_in_apposition, labels="appos", tags="NNP"),
        repair(_there_to_do, labels="nsubj", tags="NN NNS NNP NNPS"),
        repair(_clause_after_preposition, labels="case", words="before after since until as while"),
        repair(_two_names_in_one, labels="flat"),
        repair(_stray_prefix, words="re"),
        repair(_up_to_a_number, labels="case", words="to"),
        repair(_verb_read_as_noun, tags="NN NNS NNP NNPS"),
        repair(_tested, tags="VBD VBN VBZ"),
        repair(_at_least, labels="obl"),
        repair(_call_on, labels="compound:prt", words="on upon"),
        repair(_called_to_thank, labels="xcomp", tags="VB"),
        repair(_it_that_is_willing, labels="expl", words="it"),
        repair(_two_subjects),
        repair(_past_read_as_participle, labels="ROOT ccomp parataxis", tags="VBN"),
        repair(_whose_report, tags="POS"),
        repair(_subject_of_second_clause, labels="ccomp conj parataxis advcl"),
        repair(_infinitive_of_inner_clause, labels="conj", tags="VB VBP"),
        repair(_clause_of_noun, labels="ccomp acl:relcl"),
        repair(_participle_read_as_main, labels="advcl ccomp conj parataxis"),
    )
)
