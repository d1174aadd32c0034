"""Which party a phrase stands for: "a spokesman for the Iranian foreign ministry" is Iran.

A phrase stands for a party directly (its name, its organs, its forces, its leaders) or belongs to
one ("Russia's behaviour", "the attack by ISIS"). Actors must be the former; what an act is aimed at
may be the latter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from worker.events.language.parsed import Doc, Token
from worker.events.language.tree import (
    DAYS,
    case,
    children,
    conjuncts,
    described,
    is_passive,
    lemma,
    subject,
)
from worker.events.parties.sectors import sector
from worker.events.rules import Lexicon

_POSSESSIVES = ("of", "for", "from")
_LINKS = frozenset({",", "and", ", and", ", the", "and the", ", and the"})
_LAID_TO = {"blame": "on", "attribute": "to", "link": "to", "trace": "to", "ascribe": "to"}
_HYPHENS = frozenset({"-", "‑", "–"})
_PAST = frozenset({"former", "ex", "late", "ousted", "deposed"})
_NAMING = frozenset({"det", "amod", "compound", "nmod", "nmod:poss", "acl", "acl:relcl"})
_DUTY = frozenset({"must", "should", "ought", "need"})
_AGAINST = frozenset({"critic", "opponent", "rival", "detractor"})
_FIRING = frozenset({"fire", "launch", "shoot", "lob"})
_SENDING = _FIRING | {"send", "deploy", "dispatch", "lead", "command"}
_TOWARDS = frozenset({"to", "into", "against", "on", "at", "with"})
_CULPRITS = ("by", "of", "from", "between")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the article names a party, and the line of the gazetteer that knows the name.

    Attributes:
        words, start: the phrase and its offset: in the paragraph, then in the article.
        entry: file and line, or "document".
    """

    words: str
    start: int
    entry: str
    person: str | None = None
    office: str | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A party as it stands in one sentence.

    Attributes:
        code, name, kind: as `worker.model.Party`.
        start, end: offsets of the words that name it, in the paragraph; -1 where it is inferred.
        basis: how the words were resolved ("name", "person", "reference", "issuer" …).
        how: "direct", "organ" (acts for it), "people" (its citizens), "belongs" (something of its),
            "posting" (where its embassy stands: no party to what the embassy does), "guessed" (of
            the country told, where acts at home are kept), "with" (told by "with").
        person: it is one human being, so that "he" may mean it.
        place: it says where.
        origin: how its name was found; a reference keeps that of what it refers to.
        refers: the words that referred to it.
        sector: the part of it that its words name ("military"); None where they name all of it.
    """

    code: str
    name: str
    kind: str
    start: int
    end: int
    basis: str
    how: str = "direct"
    person: bool = False
    place: bool = False
    origin: Origin | None = field(default=None, compare=False)
    refers: str = field(default="", compare=False)
    sector: str | None = field(default=None, compare=False)


Refer = Callable[[Token, frozenset[str]], list[Named]]
Last = Callable[[Token, str], list[Named]]


class Phrases:
    """Resolves the phrases of one parsed paragraph.

    Args:
        lexicon: word classes.
        at: token index → parties whose mention covers the token.
        posts: token index → states where somebody's embassy stands or diplomats are sent to.
        refer: resolves what names nobody itself: "they", "the ministry", "we".
        last: the party of a kind ("place", "group") that was told last before a token.
    """

    def __init__(
        self,
        lexicon: Lexicon,
        at: dict[int, list[Named]],
        posts: dict[int, list[Named]],
        refer: Refer,
        last: Last,
    ) -> None:
        """Take the mentions as they are; nothing is searched for here."""
        self._lexicon = lexicon
        self._at = at
        self._posts = posts
        self._refer = refer
        self._last = last
        self._found: dict[int, list[Named]] = {}
        self._lists: dict[int, list[Named]] | None = None

    def last_place(self, token: Token) -> list[Named]:
        """The state told last as the place of what happens."""
        return self._last(token, "place")

    def scene(self, token: Token) -> list[Named]:
        """The state that the sentences before told last as a place."""
        return self._last(token, "scene")

    def other(self, token: Token, codes: set[str]) -> list[Named]:
        """Of the two states that the article is about, the one that does not act."""
        return [n for n in self.pair(token) if n.code not in codes][:1]

    def last_body(self, token: Token) -> list[Named]:
        """The organisation told last."""
        return self._last(token, "igo")

    def meeting(self, noun: Token) -> list[Named]:
        """Who met, where "the meeting" names nobody: those of the last that was told."""
        definite = any(c.lower_ in ("the", "this", "that", "these", "those") for c in noun.children)
        whose = children(noun, "amod", "nmod", "compound")
        named = any(c.i in self._at for c in whose)
        return self._last(noun, "meeting") if definite and not named else []

    def last_state(self, token: Token) -> list[Named]:
        """The foreign state told last, as a place or in an adjective."""
        return self._last(token, "state")

    def named_at(self, token: Token) -> list[Named]:
        """The parties whose mention covers a token."""
        return self._at.get(token.i, [])

    def pair(self, token: Token) -> list[Named]:
        """The two states that the article is about."""
        return self._last(token, "pair")

    def within(self, token: Token) -> list[Named]:
        """All parties named inside a phrase."""
        return distinct(n for t in token.subtree for n in self._at.get(t.i, ()))

    def site(self, token: Token) -> list[Named]:
        """The states that a phrase names as a place, those where an embassy stands included."""
        return self._posts.get(token.i) or [n for n in self.belongs(token) if n.kind == "state"]

    def last_fight(self, token: Token) -> list[Named]:
        """Both sides of the fight told last."""
        return self._last(token, "fight")

    def last_assailant(self, token: Token) -> list[Named]:
        """The armed group that struck last."""
        return [n for n in self._last(token, "assailant") if n.kind == "group"]

    def last_victims(self, token: Token) -> list[Named]:
        """Who was hit last, by whomever."""
        return self._last(token, "victims")

    def last_takers(self, token: Token) -> list[Named]:
        """Who arrested or abducted somebody last."""
        return self._last(token, "takers")

    def last_taken(self, token: Token) -> list[Named]:
        """Who was arrested or abducted last."""
        return self._last(token, "taken")

    def last_opposed(self, token: Token) -> list[Named]:
        """Against whom the article told of a protest last."""
        return self._last(token, "opposed")

    def last_group(self, token: Token) -> list[Named]:
        """The armed group told last."""
        return self._last(token, "group")

    def direct(self, token: Token) -> list[Named]:
        """Parties that the phrase stands for, all its conjuncts included."""
        return distinct(named for head in conjuncts(token) for named in self._single(head, 0))

    def standing_for(self, token: Token) -> list[Named]:
        """Parties that the phrase of a word stands for, without its conjuncts."""
        return self._single(token, 0)

    def voice(self, token: Token) -> list[Named]:
        """Who speaks where a phrase is the subject: a report speaks for whose it is."""
        found = self.direct(token)
        if found or not self._lexicon.is_a(lemma(token), "DOCUMENT"):
            return found
        return self.belongs(token) or self.author(token)

    def author(self, paper: Token) -> list[Named]:
        """ "The statement also thanked …": whoever the sentence before was about."""
        known = len(list(paper.children)) == 1 and any(_points(c) for c in paper.children)
        told = known and self._lexicon.is_a(lemma(paper), "STATEMENT")
        return [replace(n, how="organ") for n in self._last(paper, "author")] if told else []

    def belongs(self, token: Token, *, told: bool = False) -> list[Named]:
        """Parties that the phrase stands for or, failing that, belongs to or comes from.

        Args:
            told: let "the attack" and "the move" mean who did what the article told before.
        """
        found: list[Named] = []
        for head in conjuncts(described(token)):
            own = (
                (self._judged(head) if told else [])
                or self._single(head, 0)
                or self._owner(head, _CULPRITS)
                or self.doer(head)
                or (self._told(head) if told else [])
            )
            found.extend(replace(n, how="belongs") if not self._stands(head) else n for n in own)
        return distinct(found)

    def modifiers(self, token: Token) -> list[Named]:
        """Parties in front of a noun: possessive, adjective, compound."""
        found: list[Named] = []
        for child in token.children:
            if child.i > token.i and child.dep_ != "nmod:poss":
                continue
            if is_opposed(child) or self._is_favoured(child, token):
                continue
            if child.dep_ == "nmod:poss":
                found.extend(self.direct(child))
            elif child.dep_ in ("amod", "compound", "nmod", "flat", "nmod:desc", "nmod:unmarked"):
                if child.i in self._at:
                    tied = [c for c in child.children if _is_tied(c, child)]
                    beside = [*tied, child, *conjuncts(child)[1:]]
                    found.extend(n for c in beside for n in self._at.get(c.i, ()))
                elif child.dep_ != "amod":
                    found.extend(self.modifiers(child))
                else:
                    found.extend(
                        n for c in child.children if c.i in self._at for n in self._at[c.i]
                    )
        return _own_groups(distinct(found), token)

    def _is_favoured(self, name: Token, noun: Token) -> bool:
        """ "Pro-Tibet activists": no people of Tibet's."""
        if not self._lexicon.is_a(lemma(noun), "PEOPLE"):
            return False
        return _prefix(name) == "pro"

    def _known(self, name: Token) -> list[Named]:
        """A name that the article introduced, or one with an office that needs no country."""
        if any(t.lower_ in _PAST for t in name.doc[name.left_edge.i : name.i]):
            return []
        for child in children(name, "compound", "nmod:desc", "flat", "nmod"):
            if child.i > name.i or not (
                child.i in self._at or self._lexicon.is_a(lemma(child), "AGENT")
            ):
                continue
            found = [n for n in self._single(child, 1) if n.how == "organ" or n.basis == "office"]
            if found:
                return [replace(n, person=True) for n in found]
        for child in children(name, "compound", "nmod:desc", "flat"):
            if self._lexicon.is_a(lemma(child), "HUMAN") and (
                found := self._refer(child, frozenset())
            ):
                return [replace(n, person=True) for n in found]
        return self._refer(name, frozenset())

    def claimant(self, predicate: Token) -> list[Named]:
        """Who claimed responsibility for what a clause is about."""
        for clause in predicate.sent:
            if _claims(clause):
                return distinct(n for c in children(clause, "nsubj") for n in self.direct(c))
        for noun in predicate.subtree:
            near = noun.i > predicate.i and predicate in (noun.head, noun.head.head)
            ill = near and self._lexicon.is_a(lemma(noun), "ILLACT")
            if ill and (found := self._owner(noun, _CULPRITS)):
                return found
        return []

    def _is_human(self, head: Token) -> bool:
        return self._lexicon.is_a(lemma(head), "HUMAN") and "Plur" not in head.morph.get(
            "Number", []
        )

    def _stands(self, head: Token) -> bool:
        return head.i in self._at or self._lexicon.is_a(lemma(head), "AGENT")

    def _single(self, token: Token, depth: int) -> list[Named]:
        if token.i not in self._found:
            self._found[token.i] = []  # a phrase that refers to itself names nobody
            self._found[token.i] = self._resolved(token, depth)
        return self._found[token.i]

    def _resolved(self, token: Token, depth: int) -> list[Named]:
        if token.i in self._at:
            return self._titled(token) or self._with_companions(token)
        if depth > 3:
            return []
        for child in children(token, "appos"):  # "its neighbour Chad" is Chad
            if child.i == token.i + 1 and child.i in self._at:
                return self._with_companions(child)
        word = lemma(token)
        if self._lexicon.is_a(word, "QUANTITY") or token.pos_ == "NUM":
            of = [c for c in children(token, "nmod") if case(c) in ("of", "")]
            found = [n for c in of for head in conjuncts(c) for n in self._single(head, depth + 1)]
            if found:
                return found
        if self._lexicon.is_a(word, "AGENT"):
            found = self._owner(token, _POSSESSIVES, located=self._lexicon.is_a(word, "LOCATED"))
            if found:
                return [
                    n
                    if n.how == "people"
                    else replace(
                        n, how="organ", person=self._is_human(token), sector=_part(token, n)
                    )
                    for n in found
                ]
            if found := self._sent_by(token) or self._counted_among(token, depth):
                return [replace(n, how="organ") for n in found]
        elif word in _AGAINST and any(children(token, "nmod:poss")):
            return []  # "his critics" do not act for his country
        elif self._lexicon.is_a(word, "PEOPLE"):
            located = self._lexicon.is_a(word, "LOCATED")
            found = self._owner(token, ("of", "from"), located=located)
            if found:
                return [replace(n, how="people", sector=_part(token, n)) for n in found]
        if token.pos_ == "PROPN" and (known := self._known(token)):
            return known
        if any(c.dep_ == "cop" for c in token.children):  # "X is among those calling for …"
            found = [n for c in children(token, "nsubj") for n in self._single(c, depth + 1)]
            if found:
                return found
        for child in children(token, "appos"):
            found = self._single(child, depth + 1)
            if found:
                return found
        if token.lower_ == "it" and (told := self._act_named_before(token)):
            return told
        if token.lower_ == "others":
            return self._more_of_them(token, depth)
        if (
            token.pos_ in ("PRON", "DET")
            or self._lexicon.is_a(word, "AGENT")
            or self._lexicon.is_a(word, "QUANTITY")
        ):
            if self._is_of_others(token) or self._is_of_unknown(token, depth):
                return []
            found = self._troops_of_speaker(token) or self._refer(
                token, self._acting_on(token, depth)
            )
            return [replace(n, sector=_part(token, n)) for n in found]
        return []

    def _counted_among(self, token: Token, depth: int) -> list[Named]:
        """ "Several nations, including Chad and Niger": those who are named of them."""
        if not self._lexicon.is_a(lemma(token), "NATIONS"):
            return []
        named = (c for c in children(token, "nmod") if case(c) in ("including", "such as"))
        return distinct(n for c in named for m in conjuncts(c) for n in self._single(m, depth + 1))

    def _acting_on(self, token: Token, depth: int) -> frozenset[str]:
        """Codes of who does to a phrase what its verb says: "she urged both sides" is not hers."""
        verb = token.head
        side = token.dep_.startswith("nsubj") and self._lexicon.is_a(lemma(token), "SIDE")
        if side and _is_duty(verb):
            return frozenset(n.code for n in self._teller(verb, depth))
        aimed = token.dep_ in ("obj", "iobj") or (token.dep_ == "obl" and case(token) in _TOWARDS)
        if not aimed or not self._lexicon.is_a(lemma(verb), "AIMED"):
            return frozenset()
        who = subject(verb)
        if who is None or who == token or is_passive(verb):
            return frozenset()
        return frozenset(n.code for n in self._single(who, depth + 1))

    def _teller(self, clause: Token, depth: int) -> list[Named]:
        """Who says what a clause tells: of "she said both sides must yield" not one of the two."""
        if clause.dep_ != "ccomp" or not self._lexicon.is_a(lemma(clause.head), "SAY"):
            return []
        return [n for c in children(clause.head, "nsubj") for n in self._single(c, depth + 1)]

    def _troops_of_speaker(self, token: Token) -> list[Named]:
        """ "The U.S. military says soldiers killed …": forces without a name are the speaker's."""
        clause = token.head
        bare = not any(
            c.dep_ in _NAMING and not self._lexicon.is_a(lemma(c), "OF_FORCE")
            for c in token.children
        )
        armed = self._lexicon.is_a(lemma(token), "OWN_FIGHTER")
        if not bare or not (armed or self._lexicon.is_a(lemma(token), "OWN_FORCE")):
            return []
        if not token.dep_.startswith("nsubj") or clause.dep_ != "ccomp":
            return []
        if not self._lexicon.is_a(lemma(clause.head), "SAY"):
            return []
        told = (n for c in children(clause.head, "nsubj") for n in self.voice(c))
        speakers = [n for n in told if not armed or n.kind == "group"]
        return [replace(n, how="organ", start=-1, end=-1) for n in speakers[: None if armed else 1]]

    def _more_of_them(self, others: Token, depth: int) -> list[Named]:
        """ "Killed two Danish soldiers and wounded three others": those of the first verb."""
        verb = others.head
        if others.dep_ != "obj" or verb.dep_ != "conj":
            return []
        first = children(verb.head, "obj", "nsubj:pass")
        return [n for c in first for n in self._single(c, depth + 1)]

    def _sent_by(self, token: Token) -> list[Named]:
        """ "Troops sent by Chad", "rockets fired from Gaza": whose they are."""
        for clause in children(token, "acl"):
            verb = lemma(clause)
            if verb not in _SENDING or not is_passive(clause):
                continue
            for wanted in ("by", "from") if verb in _FIRING else ("by",):
                senders = [c for c in children(clause, "obl") if case(c) == wanted]
                if found := [n for c in senders for n in self.direct(c)]:
                    return distinct(found)
        return []

    def _is_of_unknown(self, pronoun: Token, depth: int) -> bool:
        """Whether a pronoun takes up a speaker who is no party: "the firm said it would sell"."""
        clause = pronoun.head
        while clause.dep_ in ("conj", "xcomp") and clause.head != clause:
            clause = clause.head
        if clause.dep_ != "ccomp" or not pronoun.dep_.startswith("nsubj"):
            return False
        return any(
            self._takes_up(pronoun, who) and not self._single(who, depth + 1)
            for who in children(clause.head, "nsubj")
            if who.pos_ in ("NOUN", "PROPN")
        )

    def _takes_up(self, pronoun: Token, noun: Token) -> bool:
        """Whether a pronoun agrees with a noun."""
        if pronoun.lower_ == "they" or "Plur" in noun.morph.get("Number", []):
            return pronoun.lower_ == "they" and "Plur" in noun.morph.get("Number", [])
        human = self._is_human(noun) or is_somebody(noun, self._lexicon)
        return pronoun.lower_ in ("he", "she") if human else pronoun.lower_ == "it"

    def _is_of_others(self, token: Token) -> bool:
        """Whether several are told by whose they are, which is unknown: "leaders of the clubs"."""
        plural = "Plur" in token.morph.get("Number", []) and self._lexicon.is_a(
            lemma(token), "HUMAN"
        )
        return plural and any(case(c) == "of" for c in children(token, "nmod"))

    def _with_companions(self, token: Token) -> list[Named]:
        """A name with those coordinated inside its phrase: "leaders of Kenya and Uganda"."""
        own = _own_groups(sorted(self._at[token.i], key=lambda n: not n.person), token)
        doc = token.doc
        found = list(own)
        span = doc.char_span(own[0].start, own[0].end, alignment_mode="expand")
        for inner in span or ():
            if inner != token and not token.is_ancestor(inner):
                continue  # "the India visit of President Putin": the visit's companion, not his
            if inner.dep_ == "conj" and inner.head.i in self._at:
                found.extend(self._at[inner.head.i])
            for child in inner.children:
                if child.i in self._at and child.dep_ in ("conj", "amod", "compound", "nmod:poss"):
                    found.extend(self._at[child.i])
        return distinct([*found, *self._listed(token)])

    def _listed(self, token: Token) -> list[Named]:
        """All of "A, B and C" for any of them: parsers tear long lists apart."""
        if self._lists is None:
            self._lists = _lists(token.doc, self._at)
        return self._lists.get(token.i, [])

    def _owner(self, token: Token, cases: tuple[str, ...], *, located: bool = False) -> list[Named]:
        found = self._titled(token) or self._called(token) or self.modifiers(token)
        if found:
            return found
        for wanted in (cases, ("in", "at", "on")) if located else (cases,):
            heads = (token, *children(token, "flat"))  # "Presidents Buhari of Nigeria and …"
            phrases = (c for head in heads for c in children(head, "nmod"))
            for child in sorted(phrases, key=lambda c: case(c) != "by"):  # "the killing of X by Y"
                if case(child) in wanted:
                    found = self.direct(child) or self._owner(child, ("of",))
                    if found:
                        return found
        return self._seated(token) if located else []

    def _titled(self, token: Token) -> list[Named]:
        """ "The Palestinian militant group, Hamas": the group that is named, not whose it is."""
        if not self._lexicon.is_a(lemma(token), "BAND"):
            return []
        heads = [h for c in children(token, "appos", "flat") for h in conjuncts(c)]
        named = (n for h in heads for n in self._at.get(h.i, ()))
        return distinct(n for n in named if n.kind != "state" and n.how != "organ")

    def _called(self, token: Token) -> list[Named]:
        """ "The Georgian region of Abkhazia", "the Soviet republic of X": the one that is named."""
        if not self._lexicon.is_a(lemma(token), "REALM"):
            return []
        of = (c for c in children(token, "nmod") if case(c) == "of")
        heads = (head for c in of for head in conjuncts(c) if head.i in self._at)
        return distinct(n for head in heads for n in self._with_companions(head))

    def _seated(self, token: Token) -> list[Named]:
        """ "Met officials in Minsk": whose capital follows, though hung on the verb."""
        start = token.i + 1
        if start + 1 >= len(token.doc) or token.doc[start].lower_ not in ("in", "at"):
            return []
        return [n for n in self._at.get(start + 1, []) if n.basis == "capital"]

    def _told(self, noun: Token) -> list[Named]:
        """ "The attack", "the move": whose act the article told last."""
        if not any(_points(c) for c in noun.children) or any(
            c.dep_ in ("amod", "nmod") and c.i in self._at for c in noun.children
        ):
            return []
        word = lemma(noun)
        for child in children(noun, "nmod"):
            if case(child) == "of" and self._lexicon.is_a(lemma(child), "MEETING"):
                return self._last(noun, "meeting")  # "the conclusions of the summit"
        if self._lexicon.is_a(word, "ATTACK"):
            return self._last(noun, "attack")
        if self._lexicon.is_a(word, "PACT"):
            return self._last(noun, "deal")
        deed = self._lexicon.is_a(word, "ILLACT") or self._lexicon.is_a(word, "DEED")
        return self._last(noun, "act") if deed else []

    def _act_named_before(self, pronoun: Token) -> list[Named]:
        """ "… against the attack, calling it an aggression": "it" is the attack, not a state."""
        if pronoun.dep_ != "obj":
            return []
        for i in range(pronoun.i - 1, pronoun.sent.start - 1, -1):
            token = pronoun.doc[i]
            if token.pos_ == "NOUN" and token.dep_ in ("obj", "obl", "nmod"):
                return self._told(token) if self._lexicon.is_a(lemma(token), "ILLACT") else []
        return []

    def _judged(self, pronoun: Token) -> list[Named]:
        """ "Called it a provocation", "welcomed this": what was told last, not a state."""
        if pronoun.lower_ not in ("it", "this", "that") or pronoun.dep_ != "obj":
            return []
        if not self._lexicon.is_a(lemma(pronoun.head), "JUDGE"):
            return []
        return self._act_named_before(pronoun) or self._last(pronoun, "act")

    def doer(self, noun: Token) -> list[Named]:
        """Who did what a noun names: "the attack carried out by ISIS", "news that Iraq has …"."""
        for clause in noun.subtree:
            if clause.dep_ not in ("acl", "acl:relcl", "ccomp", "advcl"):
                continue
            if _claims(clause):
                found = [n for c in children(clause, "nsubj") for n in self.direct(c)]
            elif clause.head != noun:
                continue
            elif is_passive(clause):
                wanted = _LAID_TO.get(lemma(clause), "by")
                by = (c for c in children(clause, "obl") if case(c) in ("by", wanted))
                found = [n for c in by for n in self.direct(c)]
            elif clause.dep_ != "acl:relcl":
                found = [n for c in children(clause, "nsubj") for n in self.direct(c)]
            else:
                continue
            if found:
                return distinct(found)
        return []


def _points(child: Token) -> bool:
    """Whether a noun with this word is told as known: "the ruling", "Wednesday's ruling"."""
    dated = child.dep_ == "nmod:poss" and child.lower_ in DAYS
    return dated or child.lower_ in ("the", "this", "that", "these", "those")


def _is_duty(verb: Token) -> bool:
    """Whether a clause says what its subject must do."""
    return any(c.dep_ == "aux" and lemma(c) in _DUTY for c in verb.children)


def is_opposed(word: Token) -> bool:
    """Whether "anti-" stands before a word."""
    return _prefix(word) == "anti"


def _prefix(word: Token) -> str:
    """What a hyphen ties before a word: "anti" in "anti-American"."""
    before = word.doc.tokens[max(0, word.i - 2) : word.i]
    return before[0].lower_ if len(before) == 2 and before[1].text in _HYPHENS else ""


def _is_tied(first: Token, second: Token) -> bool:
    """ "The Norwegian-Danish talks": two names of one word, each of whom it tells."""
    return first.i + 2 == second.i and first.nbor().text in _HYPHENS


def _own_groups(found: list[Named], noun: Token) -> list[Named]:
    """ "The Palestinian group Hamas": the group, of which its country only tells whose it is."""
    groups = [n for n in found if n.kind == "group"]
    if not groups or len(groups) == len(found):
        return found
    between = noun.doc.tokens[noun.left_edge.i : noun.i]
    inside = [t for t in between if any(n.start < t.idx < n.end for n in found)]  # "al-Qaida"
    joined = any(t.lower_ in ("and", "or", ",", "-") for t in between if t not in inside)
    return found if joined else groups


def _lists(doc: Doc, at: dict[int, list[Named]]) -> dict[int, list[Named]]:
    """Token index → parties of the list around it: "A, B and C", "both A and B", "A, B, C, D"."""
    found: dict[int, list[Named]] = {}
    run: list[int] = []
    link = ""
    for i in sorted(at):
        if run and at[i][0] is at[run[-1]][0]:
            run.append(i)
            continue
        gap = doc[run[-1] + 1 : i].text.lower() if run else "."
        if gap not in _LINKS or "and" in link or not _is_listable(at[i][0]):
            run = []
        link = gap if run else ""
        run.append(i)
        named = distinct(n for k in run for n in at[k])
        both = run[0] > 0 and doc[run[0] - 1].lower_ == "both"
        least = (2 if both else 3) if "and" in link else 4
        if len(named) >= least and not named[0].place:
            found |= dict.fromkeys(run, named)
    return found


def _is_listable(named: Named) -> bool:
    return named.basis in ("name", "capital", "metonym", "organ") and not named.place


def _part(noun: Token, party: Named) -> str | None:
    """The sector that a noun phrase names ("coast guard ships"), else what was known of it."""
    words = [c.text for c in children(noun, "compound", "amod") if c.i < noun.i]
    return sector(" ".join([*words, noun.text]), party.kind) or party.sector


def _claims(clause: Token) -> bool:
    """Whether a clause says that somebody claimed responsibility."""
    objects = children(clause, "obj", "xcomp", "ccomp")
    return any(lemma(c) == "responsibility" for c in objects)


def by_token(
    found: Iterable[tuple[int, int, Named]],
) -> tuple[dict[int, list[Named]], dict[int, list[Named]]]:
    """Who is named at each token, and which states are where somebody's embassy stands.

    Args:
        found: first token and last one (exclusive) of each name, and who it names.
    """
    at: dict[int, list[Named]] = {}
    posts: dict[int, list[Named]] = {}
    for start, end, named in found:
        for i in range(start, end):
            (posts if named.how == "posting" else at).setdefault(i, []).append(named)
    return at, posts


def referred(told: Iterable[Named]) -> list[Named]:
    """Parties meant by a reference: their own words stand elsewhere."""
    return [replace(n, start=-1, end=-1, basis="reference") for n in told]


def distinct(found: Iterable[Named]) -> list[Named]:
    """Each party once, where it is first named."""
    first: dict[str, Named] = {}
    for named in found:
        first.setdefault(named.code, named)
    return list(first.values())


def is_somebody(name: Token, lexicon: Lexicon) -> bool:
    """Whether a name is a person's, as its form tells: it has several words, or a title."""
    return name.pos_ == "PROPN" and any(
        c.dep_ == "flat"
        or (c.i < name.i and (lexicon.is_a(lemma(c), "HUMAN") or lexicon.is_a(lemma(c), "TITLE")))
        for c in children(name, "flat", "nmod:desc", "compound")
    )
