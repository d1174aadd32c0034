"""Words that a parser hung on the wrong neighbour: subjects, conjuncts, prepositions, main verbs.

Each repair answers to one constellation of labels that no grammar allows, or that hardly has
another reading ("…, but Riyadh has protested" with no subject beside its verb).
"""

from __future__ import annotations

from worker.events.parsed import Span, Token
from worker.events.repairs import DAYS, NOMINAL, repair
from worker.events.rules import Lexicon
from worker.events.tree import case, children, is_predicate, lemma

_BEFORE_NOUNS_ONLY = frozenset({"under", "amid"})
_OPENING = frozenset({"after", "before", "as", "since", "until"})
_QUALITIES_IN_ING = frozenset({"neighboring", "neighbouring", "surrounding"})
_PRESENT_OR_PAST = frozenset({"VBD", "VBZ", "VBP"})
_SEEMING = frozenset({"appear", "seem", "believe", "think", "say", "call", "describe", "know"})


def raise_stranded_verb(sentence: Span) -> bool:
    """ "Rebels [who want to drive Oslo out called for a boycott]": its last verb is the main one.

    Returns:
        Whether such a verb was found and hung above the noun.
    """
    noun = sentence.root
    clause = next((c for c in children(noun, "acl:relcl") if c.i > noun.i), None)
    if noun.pos_ not in NOMINAL or clause is None:
        return False
    for verb in clause.subtree:
        stranded = verb.dep_ in ("advcl", "ccomp", "conj") and verb.tag_ in _PRESENT_OR_PAST
        if not stranded or any(children(verb, "nsubj", "mark", "cc", "aux")):
            continue
        if verb.left_edge != verb or verb.nbor(-1).is_punct:
            continue
        verb.hang(verb, "ROOT")
        noun.hang(verb, "nsubj")
        return True
    return False


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


def _subject_of_glued_sentence(verb: Token, _: Lexicon) -> None:
    """ "… lost its troops [Oslo and the Council denounced the fighting]": a stop was forgotten."""
    if verb.dep_ != "parataxis" or verb.tag_ not in _PRESENT_OR_PAST or verb.left_edge != verb:
        return
    noun = verb.nbor(-1) if verb.i > verb.sent.start else verb
    if noun.pos_ not in NOMINAL or noun.dep_ not in ("conj", "appos") or case(noun):
        return
    tie = next(children(noun, "cc"), None)
    first = next((c for c in children(noun.head, "appos") if c.i < noun.i), None)
    noun.hang(verb, "nsubj")
    if tie is not None and first is not None and first.right_edge.i + 1 == tie.i:
        first.hang(verb, "nsubj")
        noun.hang(first, "conj")


def _subject_after_conjunction(verb: Token, _: Lexicon) -> None:
    """ "… after [settlers, protesting the ban, raised a flag]": "after" opens a clause."""
    before = verb.nbor(-1) if verb.i > verb.sent.start else verb
    if verb.dep_ != "conj" or verb.tag_ not in _PRESENT_OR_PAST or before.text != ",":
        return
    if any(children(verb, "nsubj", "cc", "mark", "aux")):
        return
    for noun in reversed(verb.doc[verb.head.i + 1 : verb.i - 1]):
        if noun.nbor().text == "," and noun.right_edge == noun and case(noun) in _OPENING:
            break
    else:
        return
    aside = next((c for c in verb.head.children if c.tag_ == "VBG" and c.i == noun.i + 2), None)
    if aside is None:
        return
    mark = next(c for c in noun.children if c.dep_ == "case")
    noun.hang(verb, "nsubj")
    mark.hang(verb, "mark")
    aside.hang(noun, "acl")
    verb.dep_ = "advcl"


def _receiver_before_number(name: Token, _: Lexicon) -> None:
    """ "Promised [Kenya 200 million kroner]": no name stands before the number of a noun."""
    verb = name.nbor(-1) if name.i > name.sent.start else name
    if name.dep_ != "compound" or name.pos_ != "PROPN" or name.right_edge.i + 1 >= len(name.doc):
        return
    gift = name.head
    while gift.dep_ == "compound" and gift.head.i > gift.i:
        gift = gift.head
    if verb.pos_ != "VERB" or gift.head != verb or gift.dep_ != "obj":
        return
    if name.nbor().tag_ != "CD" or gift.i < name.i + 2:
        return
    for child in list(name.children):
        if child.i > name.i:
            child.hang(gift, "nummod")
    name.hang(verb, "iobj")


def _apposition_with_preposition(noun: Token, _: Lexicon) -> None:
    """ "A call between [the premier A and the president B]": who talked, no other name of it."""
    if noun.dep_ == "appos" and noun.i > noun.head.i and case(noun) in ("between", "with"):
        noun.dep_ = "nmod"


def _what_seems_to_be(clause: Token, _: Lexicon) -> None:
    """ "Fired [what appeared to be two rockets] into the sea": two rockets, it seems."""
    verb = clause.head
    what = next((c for c in children(clause, "nsubj", "obj", "nsubj:pass")), None)
    if what is None or what.lower_ != "what" or lemma(clause) not in _SEEMING:
        return
    thing = next((c for c in children(clause, "xcomp", "obj", "ccomp") if c.i > clause.i), None)
    if thing is None or thing.pos_ not in NOMINAL or verb.pos_ != "VERB" or clause.i < verb.i:
        return
    if clause.dep_ not in ("ccomp", "obj", "xcomp", "advcl") or any(children(verb, "obj", "iobj")):
        return
    for child in list(thing.children):
        if child.dep_ in ("mark", "cop"):
            child.hang(clause, "aux")
    for child in list(clause.children):
        if child.i > thing.i and child.dep_ != "punct":
            child.hang(verb)
    thing.hang(verb, "obj")
    clause.hang(thing, "acl:relcl")


def _place_read_as_gerund(word: Token, _: Lexicon) -> None:
    """ "Reopened the [Kerem Shalom crossing into Gaza]": a thing by its name, no doing."""
    name = word.nbor(-1) if word.i > word.sent.start else word
    if word.tag_ != "VBG" or name.pos_ != "PROPN" or name.dep_ not in ("obj", "nsubj", "obl"):
        return
    if word.dep_ not in ("xcomp", "acl", "advcl") or any(children(word, "obj", "mark", "nsubj")):
        return
    if not any(c.lower_ in ("the", "a") for c in children(name, "det")):
        return
    word.pos_, word.tag_, word.lemma_ = "NOUN", "NN", word.lower_
    word.set_morph("Number=Sing")
    word.hang(name.head, name.dep_)
    for child in list(name.children):
        child.hang(word)
    name.hang(word, "compound")
    for child in children(word, "obl"):
        child.dep_ = "nmod"


def _object_of_infinitive(verb: Token, _: Lexicon) -> None:
    """ "A deal to free [the tanker] was reached": what is to be freed is not reached."""
    subjects = [c for c in children(verb, "nsubj") if c.i < verb.i]
    if len(subjects) != 2:
        return
    first, second = subjects
    for clause in children(first, "acl"):
        to = any(c.lower_ == "to" for c in children(clause, "mark"))
        if to and clause.i + 1 == second.left_edge.i and not any(children(clause, "obj")):
            second.hang(clause, "obj")


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


def _due_to_do(due: Token, _: Lexicon) -> None:
    """ "The premier is [due to] travel": to travel, not on account of it."""
    to = next((c for c in due.children if c.lower_ == "to" and c.dep_ == "fixed"), None)
    if due.lower_ != "due" or to is None or to.i + 1 >= len(due.doc) or to.nbor().tag_ != "VB":
        return
    verb = to.nbor()
    if verb.head == due:
        to.hang(verb, "mark")
        verb.dep_ = "xcomp"


def _opens_clause(tie: Token) -> bool:
    return tie.lower_ in ("but", "and") and tie.nbor(-1).text == ","


def _day_read_as_subject(day: Token, _: Lexicon) -> None:
    """ "Wednesday in Cairo, [officials of both sides] met": no day meets anybody."""
    verb = day.head
    if day.lower_ not in DAYS or day.dep_ != "nsubj" or verb.pos_ != "VERB" or day.i > verb.i:
        return
    doers = [
        t
        for t in verb.doc[day.i + 1 : verb.i]
        if t.dep_ in ("conj", "appos") and t.pos_ in NOMINAL and t.head in day.subtree
    ]
    doers = [t for t in doers if any(c.text == "," for c in verb.doc[t.head.i : t.i])]
    if not doers:
        return
    day.dep_ = "obl:unmarked"
    doers[0].hang(verb, "nsubj")
    for other in doers[1:]:
        other.hang(doers[0], "conj")


def _conjunct_read_as_object(noun: Token, _: Lexicon) -> None:
    """ "carried arms to Oslo [and allied forces]": what follows "and" goes with what precedes."""
    verb, tie = noun.head, noun.left_edge
    if noun.dep_ != "obj" or tie.dep_ != "cc" or tie.lower_ != "and" or tie.i <= verb.i + 1:
        return
    before = tie.nbor(-1)
    while before.head != verb and before.head.i > verb.i:
        before = before.head
    if before.head != verb or before.pos_ not in NOMINAL or before.dep_ not in ("obj", "obl"):
        return
    noun.hang(before, "conj")
    tie.hang(noun)


def _gerund_read_for_quality(word: Token, _: Lexicon) -> None:
    """ "has come under [growing pressure]": the pressure grows, nobody grows it."""
    if word.tag_ != "VBG" or word.dep_ not in ("acl", "advcl"):
        return
    noun = next(children(word, "obj"), None)
    mark = next(children(word, "mark"), None)
    if noun is None or mark is None or mark.i + 1 != word.i or noun.left_edge.i != word.i + 1:
        return
    if mark.lower_ not in _BEFORE_NOUNS_ONLY and word.lower_ not in _QUALITIES_IN_ING:
        return
    noun.hang(word.head)
    noun.dep_ = "obl" if is_predicate(word.head) else "nmod"
    mark.hang(noun, "case")
    word.hang(noun, "amod")
    for child in list(word.children):
        child.hang(noun)


def _noun_read_as_clause(noun: Token, _: Lexicon) -> None:
    """ "a memorandum [of understanding between …]": a noun after a preposition is no clause."""
    mark = next(children(noun, "mark"), None)
    if noun.dep_ not in ("acl", "advcl") or noun.tag_ not in ("NN", "NNS", "NNP", "NNPS"):
        return
    if mark is None or mark.tag_ != "IN" or mark.lower_ not in ("of", "on", "with", "by", "from"):
        return
    if any(children(noun, "nsubj", "cop", "aux", "obj", "ccomp", "xcomp")):
        return
    mark.dep_ = "case"
    noun.dep_ = "obl" if is_predicate(noun.head) else "nmod"
    for child in children(noun, "obl"):
        child.dep_ = "nmod"


def _have_read_as_owning(verb: Token, _: Lexicon) -> None:
    """ "Bern has increased cooperation with …": "has" only says when."""
    noun, have = verb.head, verb.head.head
    if verb.tag_ != "VBN" or verb.dep_ != "amod" or noun.dep_ != "obj" or lemma(have) != "have":
        return
    if verb.i != have.i + 1 or noun.left_edge != verb or have.pos_ not in ("VERB", "AUX"):
        return
    verb.dep_ = have.dep_
    verb.hang(verb if have.head == have else have.head)
    for child in list(have.children):
        child.hang(verb)
    have.hang(verb, "aux")
    have.pos_ = "AUX"
    verb.pos_ = "VERB"
    verb.set_morph("Tense=Past|VerbForm=Part")
    noun.hang(verb, "obj")


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


def _called_home(word: Token, _: Lexicon) -> None:
    """ "called its envoy home": nobody is called a home."""
    verb = word.head
    if word.lower_ != "home" or word.dep_ not in ("xcomp", "ccomp", "obj") or verb.i > word.i:
        return
    if word.left_edge == word and verb.pos_ == "VERB":
        for child in list(word.children):
            child.hang(verb)
        word.dep_, word.pos_, word.tag_ = "advmod", "ADV", "RB"


REPAIRS = (
    repair(_subject_of_second_clause, labels="ccomp conj parataxis advcl"),
    repair(_subject_of_glued_sentence, labels="parataxis", tags="VBD VBZ VBP"),
    repair(_subject_after_conjunction, labels="conj", tags="VBD VBZ VBP"),
    repair(_day_read_as_subject, labels="nsubj"),
    repair(_conjunct_read_as_object, labels="obj"),
    repair(_gerund_read_for_quality, labels="acl advcl", tags="VBG"),
    repair(_noun_read_as_clause, labels="acl advcl", tags="NN NNS NNP NNPS"),
    repair(_have_read_as_owning, labels="amod", tags="VBN"),
    repair(_infinitive_of_inner_clause, labels="conj", tags="VB VBP"),
    repair(_called_home, labels="xcomp ccomp obj", words="home"),
    repair(_receiver_before_number, labels="compound"),
    repair(_apposition_with_preposition, labels="appos"),
    repair(_what_seems_to_be, labels="ccomp obj xcomp advcl"),
    repair(_due_to_do, words="due"),
    repair(_place_read_as_gerund, labels="xcomp acl advcl", tags="VBG"),
    repair(_object_of_infinitive, tags="VBD VBN VBZ VBP VB"),
    repair(_participle_read_as_main, labels="advcl ccomp conj parataxis"),
)
"""In the order in which they are tried at a word."""
