"""Trees put right: what a parser misreads again and again, mended before acts are read.

Each repair looks for one constellation that hardly has another reading ("Moscow assured Damascus
that …" without a finite verb beside it) and hangs its words where they belong. Labels, tags and
lemmas are those of `worker.events.nlp`.
"""

from __future__ import annotations

from itertools import pairwise

from worker.events.attachments import REPAIRS, raise_stranded_verb
from worker.events.lemmas import by_rule
from worker.events.parsed import Doc, Span, Token
from worker.events.repairs import DAYS, NOMINAL, Repairs, repair
from worker.events.rules import Lexicon
from worker.events.tree import case, children, is_predicate, lemma

_NAMING = ("compound", "amod", "nmod", "nmod:poss", "nmod:desc", "nmod:unmarked", "appos")
_QUALITIES = frozenset({"armed", "united", "allied", "alleged", "proposed", "reported", "exiled"})
_HELPING = frozenset({"assist", "support", "aid", "back"})
_BREAKS = frozenset({":", ";", "--", "–", "—", "“", "”", '"', "``", "''"})
_AFTER_VERB = frozenset({"DT", "PRP$", "PRP", "TO", "IN", "NNP", "JJ", "CD"})


def mend(doc: Doc, lexicon: Lexicon) -> None:
    """Repair the trees of a parsed paragraph in place."""
    for sentence in doc.sents:
        for token in sentence:
            _REPAIRS.apply(token, lexicon)
        if not _has_finite_verb(sentence) and not raise_stranded_verb(sentence):
            _find_main_verb(sentence, lexicon)


def _plural_read_as_name(token: Token, lexicon: Lexicon) -> None:
    """ "Warships from Peru …", "Talks between …": a capital opens the sentence, it names nobody."""
    if token.tag_ != "NNP" or token.i != token.sent.start or not token.lower_.endswith("s"):
        return
    word = by_rule(token.lower_, "NNS")
    known = lexicon.triggers("n", word) or lexicon.triggers("n", token.lower_)
    people = any(lexicon.is_a(word, name) for name in ("AGENT", "PEOPLE", "FORCE"))
    if (known or people) and token.dep_ not in ("compound", "flat", "amod"):
        token.pos_, token.tag_, token.lemma_ = "NOUN", "NNS", word
        token.set_morph("Number=Plur")


def _stray_prefix(token: Token, _: Lexicon) -> None:
    """ "has re-opened": a prefix that the parser took for a word."""
    if token.lower_ != "re" or token.i + 2 >= len(token.doc) or token.nbor().text != "-":
        return
    verb = token.nbor(2)
    if token.head == verb and verb.pos_ == "VERB":
        for child in list(token.children):
            child.hang(verb)
        token.dep_ = "compound:prt"


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


def _dummy_that_means_somebody(token: Token, lexicon: Lexicon) -> None:
    """ "Spain said it was ready to help": somebody is ready."""
    if token.dep_ == "expl" and token.lower_ == "it" and lexicon.is_a(lemma(token.head), "WILLING"):
        token.dep_ = "nsubj"


def _participle_read_as_adjective(token: Token, lexicon: Lexicon) -> None:
    """ "Relations were upgraded to …": a passive that the tagger took for a quality."""
    if token.tag_ != "JJ" or not token.lower_.endswith("ed"):
        return
    verb = by_rule(token.text, "VBN")
    copula = next(children(token, "cop"), None)
    if copula is None or lexicon.triggers("a", token.lower_) or not lexicon.triggers("v", verb):
        return
    if not any(children(token, "obl")):
        return
    _make_verb(token, "VBN", verb)
    copula.dep_ = "aux:pass"
    for child in children(token, "nsubj"):
        child.dep_ = "nsubj:pass"


def _quality_read_as_passive(token: Token, lexicon: Lexicon) -> None:
    """ "Oslo is opposed to the plan": nobody opposes Oslo."""
    if token.tag_ != "VBN" or not lexicon.triggers("a", token.lower_):
        return
    copula = next((c for c in children(token, "aux:pass", "cop") if lemma(c) == "be"), None)
    if copula is None or not any(case(c) == "to" for c in children(token, "obl")):
        return
    token.pos_, token.tag_, token.lemma_ = "ADJ", "JJ", token.lower_
    token.set_morph("")
    copula.dep_ = "cop"
    for child in children(token, "nsubj:pass"):
        child.dep_ = "nsubj"


def _due_somewhere(token: Token, _: Lexicon) -> None:
    """ "The president is due in Hanoi": "due" is what is said of him."""
    place = token.head
    if token.lower_ != "due" or token.dep_ != "case" or not any(children(place, "cop")):
        return
    _take_place(token, place)
    place.hang(token, "obl")
    for child in list(place.children):
        if child.i < token.i:
            child.hang(token)


def _visitor(token: Token, _: Lexicon) -> None:
    """ "The visiting Thai premier": he visits, nobody visits him."""
    if token.lower_ != "visiting" or token.dep_ in ("amod", "advcl", "acl", "xcomp", "ROOT"):
        return
    person = next(children(token, "obj"), None)
    if person is None or any(children(token, "aux", "nsubj", "mark")):
        return
    _take_place(person, token)
    person.dep_ = person.dep_.replace("csubj", "nsubj")
    token.hang(person, "amod")
    for child in list(token.children):
        child.hang(person)


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


def _pronoun_before_name(token: Token, _: Lexicon) -> None:
    """ "He and [Palestinian leader Mahmoud Abbas] spoke": a pronoun is no part of a name."""
    name = token.head
    if token.pos_ != "PRON" or token.dep_ != "compound" or not name.dep_.startswith("nsubj"):
        return
    token.hang(name.head, name.dep_)
    name.hang(token, "conj")


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


def _subject_before_and(verb: Token, _: Lexicon) -> None:
    """ "…, the premier and [the president discussed …]": what stands before "and" acts too."""
    second = next((c for c in verb.children if c.dep_ == "nsubj" and c.i < verb.i), None)
    tie = next((c for c in verb.children if c.dep_ == "cc" and c.lower_ == "and"), None)
    if second is None or tie is None or tie.i + 1 != second.left_edge.i or tie.i < 1:
        return
    first = tie.nbor(-1)
    if first.dep_ not in ("appos", "list", "nmod:unmarked") or case(first):
        return
    if first.pos_ in NOMINAL and first not in verb.ancestors:
        first.hang(verb, "nsubj")
        second.hang(first, "conj")
        tie.hang(second)


def _clause_coordinated_with_its_subject(verb: Token, _: Lexicon) -> None:
    """ "Colombia and [Venezuela reopened …]": the first name is a subject too."""
    first = verb.head
    if verb.dep_ != "conj" or verb.pos_ != "VERB" or first.pos_ not in NOMINAL:
        return
    if is_predicate(first) or any(children(first, "nsubj", "acl:relcl")):
        return
    second = next((c for c in children(verb, "nsubj") if first.i < c.i < verb.i), None)
    tie = next((c for c in children(verb, "cc") if c.lower_ == "and"), None)
    if second is None or tie is None or not first.i < tie.i < second.i:
        return
    if second.pos_ not in NOMINAL or any(t.is_punct for t in verb.doc[first.i : tie.i]):
        return
    _take_place(verb, first)
    first.hang(verb, "nsubj")
    second.hang(first, "conj")
    tie.hang(second)


def _has_finite_verb(sentence: Span) -> bool:
    """Whether a main clause has its verb: a predicate that no noun governs."""
    root = sentence.root
    return is_predicate(root) or any(
        is_predicate(c) for c in root.children if c.dep_ in ("parataxis", "conj", "ccomp")
    )


def _find_main_verb(sentence: Span, lexicon: Lexicon) -> None:
    """A sentence without a verb: one of its words was one, and the noun before it the subject."""
    for token in sentence:
        if _is_past(token, lexicon):
            if _is_main_participle(token, lexicon):
                _raise_participle(token)
                return
            if subject := _squeezed_subject(token):
                _raise_from_phrase(token, subject)
                return
        if subject := _subject_of_quality(token, lexicon):
            _raise_quality(token, subject)
            return
        if _is_trailing_past(token, lexicon):
            _raise_participle(token)
            return
        if token.tag_ == "NNS" and _reads_as_verb(token, lexicon):
            _raise_noun(token)
            return


def _is_past(token: Token, lexicon: Lexicon) -> bool:
    if token.tag_ == "JJ" and token.lower_.endswith("ed"):  # "India relaxed visa rules"
        return bool(lexicon.triggers("v", by_rule(token.text, "VBN")))
    return token.pos_ == "VERB" and token.tag_ in ("VBN", "VBD")


def _is_main_participle(verb: Token, lexicon: Lexicon) -> bool:
    """ "Moscow assured Damascus that …", "the minister conferred with …": no passive."""
    noun = _top(verb.head)
    if verb.dep_ != "acl" or noun.dep_ != "ROOT" or noun.pos_ not in NOMINAL or noun.i > verb.i:
        return False
    if verb.head != noun:
        return verb.tag_ == "VBD"
    if any(
        (c.dep_ == "obl:agent" or case(c) == "by") and not lexicon.is_a(lemma(c), "PHONE")
        for c in verb.children
    ):
        return False
    if any(children(verb, "obj", "iobj", "ccomp")):
        return True
    rules = lexicon.triggers("v", lemma(verb))
    return any("obj" not in r.recipient for r in rules)


def _verb_beside_its_subject(verb: Token, _: Lexicon) -> None:
    """ "The premier and his guest, Ana Vidal, met …": a past beside nouns has them as subject."""
    noun = verb.head
    if verb.dep_ != "parataxis" or verb.tag_ != "VBD" or noun.dep_ != "ROOT" or noun.i > verb.i:
        return
    if noun.pos_ not in NOMINAL or is_predicate(noun) or case(noun):
        return
    if any(children(verb, "nsubj", "expl", "csubj", "aux:pass", "obl:agent")):
        return
    if not any(t.text in _BREAKS for t in verb.doc[noun.i : verb.i]):
        _raise_participle(verb)


def _main_verb_after_its_participle(verb: Token, _: Lexicon) -> None:
    """ "The talks, held in Nairobi, lasted an hour": what stands between commas is no main verb."""
    held = verb.head
    if verb.dep_ != "parataxis" or verb.i < held.i or held.tag_ != "VBN" or held.dep_ != "ROOT":
        return
    subject = next((c for c in children(held, "nsubj", "nsubj:pass") if c.i < held.i), None)
    if subject is None or any(children(held, "aux", "aux:pass")) or held.nbor(-1).text != ",":
        return
    if any(children(verb, "nsubj", "expl", "csubj", "aux:pass")):
        return
    _take_place(verb, held)
    subject.hang(verb, "nsubj")
    held.hang(subject, "acl")


def _past_read_as_participle(verb: Token, _: Lexicon) -> None:
    """ "Lima blamed La Paz" is finite, whatever its tag: it has a subject and no helper."""
    if verb.pos_ != "VERB" or any(children(verb, "aux", "aux:pass", "cop", "mark")):
        return
    subject = next(children(verb, "nsubj"), None)
    if subject is not None and subject.i < verb.i and any(children(verb, "obj", "ccomp", "xcomp")):
        _make_verb(verb, "VBD", by_rule(verb.text, "VBN"))


def _bare_verb_beside_a_past(verb: Token, _: Lexicon) -> None:
    """ "I want to praise those who fought and [thank Chad]": a present does not go on a past."""
    past = verb.head
    if verb.dep_ != "conj" or verb.tag_ not in ("VB", "VBP") or past.tag_ != "VBD":
        return
    if past.dep_ != "acl:relcl" or any(children(verb, "nsubj", "aux", "mark", "advmod")):
        return
    above = next((t for t in past.ancestors if t.tag_ in ("VB", "VBP")), None)
    if above is None:
        return
    verb.hang(above)
    verb.tag_ = above.tag_


def _among_those(verb: Token, _: Lexicon) -> None:
    """ "has been among those calling for …": those it is among, not the calling."""
    those = verb.nbor(-1) if verb.i > verb.sent.start else verb
    if verb.tag_ != "VBG" or those.lower_ != "those" or those.head != verb or those.dep_ != "det":
        return
    for child in list(verb.children):
        if child.i < those.i:
            child.hang(those)
    _take_place(those, verb)
    verb.hang(those, "acl")
    those.pos_ = "PRON"


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


def _quality_that_remains(token: Token, _: Lexicon) -> None:
    """ "We remain committed to helping": how one is, not what one does."""
    if token.dep_ != "xcomp" or token.tag_ not in ("VBN", "VBD") or lemma(token.head) != "remain":
        return
    if not any(children(token, "aux", "obj", "mark")):
        token.pos_, token.tag_, token.lemma_ = "ADJ", "JJ", token.lower_


def _what_help_is_for(verb: Token, _: Lexicon) -> None:
    """ "Assists Chad to defeat the rebels": what the help is for need not happen."""
    help_ = verb.head
    if verb.dep_ != "xcomp" or lemma(help_) not in _HELPING or not any(children(help_, "obj")):
        return
    if any(c.lower_ == "to" for c in children(verb, "mark")):
        verb.dep_ = "advcl"


def _headline_infinitive(verb: Token, _: Lexicon) -> None:
    """ "Tokyo to lend Manila money": a headline's future."""
    name = verb.head
    to = next((c for c in children(verb, "mark") if c.lower_ == "to"), None)
    if to is None or verb.tag_ != "VB" or verb.dep_ not in ("acl", "xcomp", "advcl"):
        return
    if name.dep_ == "ROOT" and name.pos_ == "PROPN" and name.i < to.i and not is_predicate(name):
        _raise_participle(verb)


def _is_trailing_past(token: Token, lexicon: Lexicon) -> bool:
    """ "Their guards clashed on Friday": a past behind its subject, taken for an adjective."""
    noun = token.head
    if token.tag_ != "JJ" or token.dep_ != "amod" or not token.lower_.endswith("ed"):
        return False
    if noun.dep_ != "ROOT" or noun.pos_ not in NOMINAL or noun.i > token.i:
        return False
    return any(children(token, "obl")) and bool(lexicon.triggers("v", by_rule(token.text, "VBD")))


def _top(noun: Token) -> Token:
    """The noun that a noun explains: "Leaders of … (AU) member states"."""
    while noun.dep_ == "appos":
        noun = noun.head
    return noun


def _raise_participle(verb: Token) -> None:
    noun = _top(verb.head)
    _take_place(verb, noun)
    noun.hang(verb, "nsubj")
    for child in list(noun.children):
        if child.i > verb.i:
            child.hang(verb)
    if verb.tag_ != "VB":
        _make_finite(verb)


def _squeezed_subject(verb: Token) -> Token | None:
    """ "The Thai premier discussed trade", read as one phrase: its noun before the participle."""
    head = verb.head
    if verb.dep_ != "amod" or head.pos_ not in NOMINAL or head.i < verb.i:
        return None
    if any(t.text == "-" for t in verb.doc[max(0, verb.i - 1) : head.i]):
        return None
    if head.dep_ != "ROOT" and (head.head.dep_ != "ROOT" or is_predicate(head.head)):
        return None
    before = verb.nbor(-1) if verb.i > verb.sent.start else None
    while before is not None and before.pos_ == "ADV" and before.i > verb.sent.start:
        before = before.nbor(-1)
    if before is None or before.pos_ not in NOMINAL or before.head not in (head, verb):
        return None
    return before if before.dep_ in _NAMING else None


def _subject_of_quality(past: Token, lexicon: Lexicon) -> Token | None:
    """ "Lithuania on Monday accused Russian spies of …": who acts, its verb read as a quality.

    None where the word before it is no end of a phrase ("its armed forces"), or no noun stands
    free before it.
    """
    phrase, start = past.head, past.sent.start
    if past.dep_ not in ("amod", "compound") or phrase.i < past.i or past.i == start:
        return None
    if not past.is_lower or not past.lower_.endswith("ed") or past.lower_ in _QUALITIES:
        return None
    if past.nbor(-1).pos_ not in (*NOMINAL, "ADV", "NUM"):
        return None
    if not lexicon.triggers("v", by_rule(past.text, "VBD")):
        return None
    free = [
        t
        for t in past.doc[start : past.i]
        if t.pos_ in NOMINAL and not case(t) and (t.head.i >= past.i or t.head == t)
    ]
    named = [t for t in free if t.lower_ not in DAYS and t.dep_ not in ("obl", "obl:unmarked")]
    return named[-1] if named else None


def _raise_quality(verb: Token, subject: Token) -> None:
    phrase, root = verb.head, verb.sent.root
    verb.hang(verb, "ROOT")
    subject.hang(verb, "nsubj")
    phrase.hang(verb, "obj")
    if root not in (subject, phrase):
        root.hang(verb, "obl" if case(root) else "dep")
    for child in list(phrase.children):
        if child.dep_ == "case" and child.i < verb.i:  # "on Friday blamed …"
            day = next((t for t in verb.children if t.lower_ in DAYS), None)
            child.hang(day if day is not None else verb)
            if day is not None:
                day.dep_ = "obl"
        elif child.i < verb.i:
            child.hang(subject)
    for child in list(subject.children):
        if child.i > verb.i:
            child.hang(verb)
    _make_verb(verb, "VBD", by_rule(verb.text, "VBD"))


def _raise_from_phrase(verb: Token, subject: Token) -> None:
    phrase = verb.head
    _take_place(verb, phrase)
    for child in list(phrase.children):
        if child.i < verb.i and child not in (verb, subject):
            child.hang(subject)
    phrase.hang(verb, "obj")
    subject.hang(verb, "nsubj")
    above = verb.head
    if above != verb:  # "In a call with …, the premier discussed …"
        _take_place(verb, above)
        above.hang(verb, "obl")
    _make_finite(verb)


def _reads_as_verb(noun: Token, lexicon: Lexicon) -> bool:
    """ "The bloc plans to open …", "Pakistan appreciates Turkey's position"."""
    word = by_rule(noun.text, "VBZ")
    known = lexicon.triggers("v", word) or (word, "") in lexicon.operators.verbs
    if not known or noun.i == noun.sent.start or noun.i + 1 >= noun.sent.end:
        return False
    before, after = noun.nbor(-1), noun.nbor()
    if (
        not (before.pos_ in NOMINAL or before.is_title)
        or before.head != noun
        or "Plur" in before.morph.get("Number", [])
    ):
        return False
    if after.tag_ == "TO":
        return noun.dep_ == "ROOT"
    return after.tag_ in _AFTER_VERB and after.pos_ != "ADP" and _goes_on(noun)


def _goes_on(noun: Token) -> bool:
    """Whether a phrase follows that can be the object of the noun, were it a verb."""
    if noun.dep_ == "ROOT":
        return any(
            c.i > noun.i
            and ((c.pos_ in NOMINAL and not case(c)) or c.dep_ in ("acl:relcl", "ccomp"))
            for c in noun.children
        )
    head = noun.head
    return head.dep_ == "ROOT" and head.i > noun.i and noun.dep_ in ("nmod:poss", "compound")


def _raise_noun(verb: Token) -> None:
    subject, phrase = verb.nbor(-1), verb.head
    if phrase != verb:
        _take_place(verb, phrase)
        for child in list(phrase.children):
            if child.i < verb.i:
                child.hang(verb)
        phrase.hang(verb, "obj")
    for child in list(verb.children):
        if child.i < subject.i and child.dep_ in (*_NAMING, "det"):
            child.hang(subject)
        elif child.i > verb.i and child.dep_ in ("acl", "acl:relcl"):
            child.dep_ = "xcomp" if child.dep_ == "acl" else "ccomp"
        elif child.i > verb.i and child.pos_ in NOMINAL and not case(child):
            child.dep_ = "obj"
    subject.dep_ = "nsubj"
    _make_verb(verb, "VBZ", by_rule(verb.text, "VBZ"))


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


def _make_finite(verb: Token) -> None:
    _make_verb(verb, "VBD", by_rule(verb.text, "VBN") if verb.tag_ == "JJ" else lemma(verb))


def _make_verb(token: Token, tag: str, word: str) -> None:
    token.pos_, token.tag_, token.lemma_ = "VERB", tag, word
    token.set_morph("VerbForm=Part" if tag == "VBN" else "VerbForm=Fin")


_REPAIRS = Repairs(
    (
        repair(_stray_prefix, words="re"),
        repair(_plural_read_as_name, tags="NNP"),
        repair(_up_to_a_number, labels="case", words="to"),
        repair(_dummy_that_means_somebody, labels="expl", words="it"),
        repair(_participle_read_as_adjective, tags="JJ"),
        repair(_quality_read_as_passive, tags="VBN"),
        repair(_verb_read_as_noun),
        repair(_call_on, labels="compound:prt", words="on upon"),
        repair(_due_somewhere, labels="case", words="due"),
        repair(_visitor, words="visiting"),
        repair(_pronoun_before_name, labels="compound"),
        repair(_two_subjects),
        repair(_subject_before_and),
        repair(_headline_infinitive, labels="acl xcomp advcl", tags="VB"),
        repair(_verb_beside_its_subject, labels="parataxis", tags="VBD"),
        repair(_main_verb_after_its_participle, labels="parataxis", tags="VBD VBZ VBP"),
        repair(_past_read_as_participle, labels="ROOT ccomp parataxis", tags="VBN"),
        repair(_bare_verb_beside_a_past, labels="conj", tags="VB VBP"),
        repair(_among_those, tags="VBG"),
        repair(_whose_report, tags="POS"),
        repair(_quality_that_remains, labels="xcomp", tags="VBN VBD"),
        repair(_what_help_is_for, labels="xcomp"),
        repair(_clause_coordinated_with_its_subject, labels="conj"),
        *REPAIRS,
    )
)
