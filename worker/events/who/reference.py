"""Reference within one article: whom "he", "the ministry", "both sides" and "we" mean.

A `Discourse` remembers the parties of an article in reading order and answers from what was said
before. It knows no events. "I" and "we" mean the speaker of the quotation, else the body that
issued an official statement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from worker.events.language.parsed import Token
from worker.events.language.tree import lemma
from worker.events.rules import Lexicon
from worker.events.who.phrases import Named, referred

_FIRST = frozenset({"i", "we", "me", "us", "my", "our", "ours", "myself", "ourselves"})
_PERSON = frozenset({"he", "she", "him", "her", "his", "hers", "himself", "herself"})
_THING = frozenset({"it", "its", "itself"})
_PLURAL = frozenset({"they", "them", "their", "theirs", "themselves", "both", "each"})
_COUNTS = {
    "two": 2, "both": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
_FEW = 3  # parties that are understood though they were never told side by side
_QUALIFYING = frozenset({"amod", "compound", "nmod", "nmod:poss", "flat"})
_RULING = frozenset({"regime", "junta", "authority", "army", "military", "police", "court"})
"""Whom an official statement speaks about, where it says of no country: not the issuer's own."""
_MEMORY = 400  # parties remembered; an article's reference rarely reaches further back


Found = Sequence[Named | None]


@dataclass(frozen=True, slots=True)
class Seen:
    """One party at one place of the article.

    Attributes:
        position: (paragraph, token) where it stands.
        sentence: running number of its sentence.
        subject: it heads a subject.
        together: it stands beside others of its kind ("the ministers of X, Y and Z").
        words: the lemmas of its phrase, so that "the ministry" finds "the Indian foreign ministry".
        attribute: it only qualifies something ("Saudi prices").
    """

    named: Named
    position: tuple[int, int]
    sentence: int
    subject: bool
    words: frozenset[str]
    together: bool = False
    attribute: bool = False


@dataclass
class Discourse:
    """What an article has said so far.

    Attributes:
        issuer: the state or IGO whose official statement the article is; None for news.
        signers: who all issued it, where several states did.
        seen: parties in reading order.
        speaker: who said the last thing that was said.
        strangers: sentence and position of subjects who are people of no party.
        posts: where embassies stand and envoys are sent to; no parties of their own.
    """

    lexicon: Lexicon
    issuer: Named | None = None
    signers: tuple[Named, ...] = ()
    seen: list[Seen] = field(default_factory=list)
    speaker: Named | None = None
    names: dict[str, Named] = field(default_factory=dict)
    posts: list[Seen] = field(default_factory=list)
    strangers: list[tuple[int, tuple[int, int]]] = field(default_factory=list)

    def note(self, seen: Seen) -> None:
        """Remember a party."""
        self.seen.append(seen)

    def refer(
        self,
        token: Token,
        paragraph: int,
        sentence: int,
        speaker: Named | None,
        others: frozenset[str] = frozenset(),
    ) -> list[Named]:
        """Parties that a word or phrase without a name means, marked; [] if unclear.

        Args:
            others: codes that it does not mean: who acts on it.
        """
        word = token.lower_
        if token.pos_ == "PROPN" and lemma(token) not in self.lexicon.classes["HUMAN"]:
            return self._name(token) or self._own_organ(token)
        if word in _FIRST:
            found: Found = [speaker] if speaker else [*self.signers] or [self.issuer]
        elif token.pos_ in ("PRON", "DET") or word in _PERSON | _THING | _PLURAL:
            found = self._pronoun(token, (paragraph, token.i), sentence)
        else:
            found = self._description(token, (paragraph, token.i), sentence, others)
        return [
            replace(
                n,
                start=-1,
                end=-1,
                basis="issuer" if n is self.issuer else "reference",
                refers=token.text,
            )
            for n in found
            if n is not None
        ]

    def counts(self, token: Token) -> bool:
        """Whether a phrase counts parties told before: "the two leaders", "both countries"."""
        word = lemma(token)
        kinds = self.lexicon.classes
        party = word in kinds["HUMAN"] or word in kinds["LAND"]
        return party and _number(token) > 0 and _is_definite(token)

    def _before(self, position: tuple[int, int], sentence: int, reach: int) -> list[Seen]:
        """What was seen before a place, nearest first, at most ``reach`` sentences back."""
        near = [s for s in self.seen[-_MEMORY:] if s.position < position]
        return [s for s in reversed(near) if s.sentence >= sentence - reach]

    def last(self, kind: str, paragraph: int, token: int, sentence: int) -> list[Named]:
        """The last place ("place") or armed group ("group") before a token or in its sentence."""
        before = self._before((paragraph, token + 60), sentence, 40)
        own = self.issuer.code if self.issuer is not None else None
        if kind == "scene":
            before, kind = [s for s in before if s.sentence < sentence], "place"
        if kind == "state":
            before = [s for s in before if s.named.code != own]
        if kind == "author":
            before = [s for s in before if sentence - 3 <= s.sentence < sentence and s.subject]
            told = [s for s in before if s.sentence == before[0].sentence]
            authors = _leading(told[::-1]) if told else []
            return referred(authors)
        for seen in before:
            fits = (
                seen.named.place and seen.named.kind == "state"
                if kind == "place"
                else seen.named.kind == kind
            )
            if fits and seen.sentence <= sentence:
                return referred([seen.named])
        if kind == "place":
            abroad = (s.named for s in before if s.named.kind == "state" and s.named.code != own)
            return referred(abroad)[:1]
        return []

    def learn(self, name: str, named: Named) -> None:
        """Remember a person whom the article introduces: "Carter", "Soleimani"."""
        self.names.setdefault(name, replace(named, start=-1, end=-1, person=True))

    def _name(self, token: Token) -> list[Named]:
        for part in (token, *(c for c in token.children if c.dep_ == "flat")):
            if part.text in self.names:
                return [replace(self.names[part.text], basis="reference", refers=token.text)]
        return []

    def _pronoun(self, token: Token, position: tuple[int, int], sentence: int) -> Found:
        word = token.lower_
        if word in _PERSON and token.dep_ in ("obj", "iobj", "obl", "nmod"):
            return self._other(position, sentence, person=True)
        if word in _PERSON and self._is_stranger(position, sentence):
            return []
        if word in _PERSON:
            owned = token.dep_ == "nmod:poss"
            return self._nearest(position, sentence, 4, person=True, owned=owned)
        if word in _THING and token.dep_ in ("obj", "iobj"):
            return self._other(position, sentence, person=False)
        if word in _THING:
            return self._nearest(position, sentence, 2, person=False)
        if word in _PLURAL:
            return list(self._group(position, sentence))
        return []

    def _is_stranger(self, position: tuple[int, int], sentence: int) -> bool:
        """Whether "he" is more likely somebody of no party, a subject told since the last one."""
        near = [s for s in self.strangers if s[1] < position and s[0] >= sentence - 4]
        people = [s for s in self._before(position, sentence, 4) if s.named.person and s.subject]
        return bool(near) and (not people or people[0].sentence < near[-1][0])

    def _nearest(
        self, position: tuple[int, int], sentence: int, reach: int, *, person: bool,
        owned: bool = False,
    ) -> Found:  # fmt: skip
        """The last fitting party, subjects before others within each sentence.

        The first subject of a sentence goes on as "he"; "his" is of the nearest.
        """
        fitting = [s for s in self._before(position, sentence, reach) if s.named.person == person]
        if not person:  # "it" is seldom where something happens
            fitting = [s for s in fitting if not s.named.place] or fitting
            # "The firm would sell its Russian plants. It …" is not Russia
            fitting = [s for s in fitting if s.sentence == sentence or not s.attribute]
        if not fitting:
            return []
        last = fitting[0].sentence
        same = [s for s in fitting if s.sentence == last]
        subjects = [s for s in same if s.subject]
        return [(subjects or same)[-1 if subjects and not owned else 0].named]

    def _other(self, position: tuple[int, int], sentence: int, *, person: bool) -> Found:
        """Whom "him" means: not the subject of the same clause, but who was told beside it."""
        fitting = [s for s in self._before(position, sentence, 3) if s.named.person == person]
        acting = next((s.named.code for s in fitting if s.subject and s.sentence == sentence), None)
        return [next((s.named for s in fitting if s.named.code != acting), None)]

    def _group(self, position: tuple[int, int], sentence: int) -> list[Named]:
        """Whom "they" means: the last subject that is not one person, all of its parties."""
        told: dict[int, list[Seen]] = {}
        for seen in self._before(position, sentence, 3):
            if seen.subject:
                told.setdefault(seen.sentence, []).insert(0, seen)
        groups = [_unique(_leading(seen)) for seen in told.values()]
        several = [g for g in groups if len(g) > 1 or not g[0].person]
        return next(iter(several or groups), [])

    def _description(
        self, token: Token, position: tuple[int, int], sentence: int, others: frozenset[str]
    ) -> Found:
        if token.dep_ in ("compound", "nmod:desc", "flat"):
            return [self.issuer] if self.issuer is not None else self._national(token, sentence)
        if lemma(token) in self.lexicon.classes["BARE"] and not any(
            True for _ in token.children if _.dep_ in ("det", "amod", "compound", "nummod", "nmod")
        ):
            return self._home(position, sentence)
        if lemma(token) in self.lexicon.classes["ARMED"] and _is_bare(token):
            return self._so_called(token, position, sentence)
        if not _is_definite(token) and self._is_of_organ(token):
            return self._organ(token, position, sentence)
        if not _is_definite(token) and not (self.issuer is not None and token.pos_ == "PROPN"):
            return []
        if number := _number(token):
            return list(self._pair(lemma(token), position, sentence, number, others))
        word = lemma(token)
        kinds = self.lexicon.classes
        if "Plur" in token.morph.get("Number", []) and word in kinds["HUMAN"]:
            together = self._together(position, sentence)
            if not together and self.issuer is not None and len(list(token.children)) == 1:
                pair = self._pair(word, position, sentence, 2, others)
                together = pair if len(pair) > 1 else _unique([self.issuer, *pair])
            if together:
                return list(together)
        if word in kinds["BLOC"]:
            return self._of_kind(position, sentence, "igo")
        if word in kinds["ARMED"]:
            peaceful = any(lemma(c) in kinds["CHARITABLE"] for c in token.children)
            if peaceful:
                return self._speaking_body(position, sentence)
            return self._of_kind(position, sentence, "group")
        if word in kinds["LAND"]:
            return self._country(token, position, sentence, others)
        return self._office(token, position, sentence)

    def _is_of_organ(self, token: Token) -> bool:
        """ "A ministry spokesman", "an army officer": of a body of state without its state."""
        if not self.lexicon.is_a(lemma(token), "HUMAN"):
            return False
        organs = (c for c in token.children if c.dep_ == "compound" and c.i < token.i)
        return any(lemma(c) in self.lexicon.classes["ORGAN"] for c in organs)

    def _organ(self, token: Token, position: tuple[int, int], sentence: int) -> Found:
        """Whose "a ministry spokesman" is: of whom the article called a ministry, else its own."""
        if self.issuer is not None:
            return [self.issuer]
        organ = next(c for c in token.children if lemma(c) in self.lexicon.classes["ORGAN"])
        return self._office(organ, position, sentence)

    def _national(self, title: Token, sentence: int) -> Found:
        """Whose "Foreign Ministry spokeswoman X" is.

        Of the capital that is told beside, else of the state that the article tells most.
        """
        organ = any(self.lexicon.is_a(lemma(c), "ORGAN") for c in title.children)
        word = lemma(title)
        if word not in self.lexicon.classes["RULER"] and not organ:
            return []
        seated = [
            s.named for s in self.seen if s.sentence == sentence and s.named.basis == "capital"
        ]
        if seated:
            return seated[:1]
        return self._mainly(self.seen)

    def _mainly(self, seen: Sequence[Seen]) -> list[Named]:
        """The state told at least twice as often as any other."""
        told = Counter(s.named.code for s in seen if s.named.kind == "state")
        first, second = (*told.most_common(2), ("", 0), ("", 0))[:2]
        if first[1] < 2 * second[1]:
            return []
        return [s.named for s in seen if s.named.code == first[0]][:1]

    def _home(self, position: tuple[int, int], sentence: int) -> Found:
        """Whose "police" and "authorities" are where the article names no country beside them."""
        before = [s for s in self._before(position, sentence, 3) if s.named.kind == "state"]
        fitting = [s for s in before if s.named.place or s.subject]
        near = [s for s in fitting if s.sentence == fitting[0].sentence]
        return [s.named for s in ([s for s in near if s.named.place] or near)[:1]]

    def _of_kind(
        self, position: tuple[int, int], sentence: int, kind: str, reach: int = 8
    ) -> Found:
        for seen in self._before(position, sentence, reach):
            if seen.named.kind == kind:
                return [seen.named]
        return []

    def _speaking_body(self, position: tuple[int, int], sentence: int) -> Found:
        """ "The rights group": the organisation that one of the last sentences was about."""
        told = [s for s in self._before(position, sentence, 2) if s.subject and not s.named.place]
        return [s.named for s in told[:1] if s.named.kind == "igo"]

    def _so_called(self, token: Token, position: tuple[int, int], sentence: int) -> Found:
        """ "Militants fired …": those who were called so a few sentences before."""
        before = [s for s in self._before(position, sentence, 4) if s.sentence < sentence]
        alike = [s.named for s in before if lemma(token) in s.words]
        armed = self.lexicon.classes["ARMED"]
        groups = (s.named for s in before if s.named.kind == "group" and armed & s.words)
        return alike[:1] or list(groups)[:1]

    def _country(
        self, token: Token, position: tuple[int, int], sentence: int, others: frozenset[str]
    ) -> Found:
        """ "The country": the last state that acted, else that was told, else any quality's.

        What is said of it must fit ("the island"), and it is not who acts on it.
        """
        described = self._described(token)
        states = [s for s in self._before(position, sentence, 3) if s.named.kind == "state"]
        states = [s for s in states if s.named.code not in others]
        states = [s for s in states if described is None or s.named.code in described]
        acting = [s for s in states if s.subject and not s.named.place]
        named = [s for s in states if not s.attribute]
        near = [s.named for s in (acting or named or states)[:1]]
        return near or self._posted(position, sentence)

    def _described(self, token: Token) -> frozenset[str] | None:
        """The states that a description can mean ("the Gulf state"); None for all."""
        phrase = token.doc[token.left_edge.i : token.i + 1].text.lower()
        words = f" {phrase} "
        fitting = [codes for said, codes in self.lexicon.lands.items() if f" {said} " in words]
        return frozenset.intersection(*fitting) if fitting else None

    def _posted(self, position: tuple[int, int], sentence: int) -> list[Named]:
        """ "The UN envoy to Haiti congratulated the country": where somebody is posted."""
        near = [s for s in self.posts if s.position < position and s.sentence >= sentence - 1]
        return [s.named for s in near][-1:]

    def last_doer(self, sentence: int) -> list[Named]:
        """The last subject of the sentences before, as a reference."""
        before = (s.named for s in reversed(self.seen) if s.subject and s.sentence < sentence)
        return referred(before)[:1]

    def pair(self, paragraph: int, token: int, sentence: int) -> list[Named]:
        """The two states that the article has been about, as references; [] if it had no two."""
        found = self._pair("country", (paragraph, token), sentence)
        return referred(found) if len(found) == 2 else []

    def _pair(
        self,
        word: str,
        position: tuple[int, int],
        sentence: int,
        number: int = 2,
        others: frozenset[str] = frozenset(),
    ) -> list[Named]:
        """The two (three …) told together last: in one sentence, else the last ones of all."""
        before = self._before(position, sentence, 30)
        before = [s for s in before if s.named.code not in others]
        if word in _COUNTS:  # "the two" are people where two were told just before
            people = [s for s in self._before(position, sentence, 2) if s.named.person]
            before = people if len({s.named.code for s in people}) >= number else before
        elif word in self.lexicon.classes["HUMAN"]:
            before = [s for s in before if s.named.person] or before
        elif word in self.lexicon.classes["LAND"]:
            before = [s for s in before if s.named.kind == "state"] or before
        states = [s for s in before if s.named.kind == "state"]
        if word in self.lexicon.classes["SIDE"] and (sides := _sides(before, sentence)):
            return sides
        if word in self.lexicon.classes["LAND"] and (lands := _listed(before, number)):
            return lands
        if len({s.named.code for s in states}) >= number:
            before = states  # "the two leaders" are seldom those of a country and of a bloc
        if joint := _joint(before, number):
            return joint
        by_sentence: dict[int, list[Named]] = {}
        for seen in before:
            by_sentence.setdefault(seen.sentence, []).insert(0, seen.named)
        for _, named in sorted(by_sentence.items(), reverse=True):
            pair = _unique(named)
            if len(pair) == number or (len(pair) > number and number <= _FEW):
                return pair[:number]
        return _unique([s.named for s in before])[:number] if number <= _FEW else []

    def _seat(self, position: tuple[int, int], sentence: int) -> Found:
        """ "In Minsk, a spokesman for the foreign ministry …": of the capital told before it."""
        told = [s for s in self._before(position, sentence, 0) if s.sentence == sentence]
        seated = [s.named for s in told if s.named.basis == "capital" and s.named.place]
        return seated[:1] if len(told) == len(seated) == 1 else []

    def _together(self, position: tuple[int, int], sentence: int) -> list[Named]:
        """ "The ministers": those of the last subject that named more than one."""
        before = [s for s in self._before(position, sentence, 6) if s.together and s.subject]
        if not before:
            return []
        return _unique([s.named for s in reversed(before) if s.sentence == before[0].sentence])

    def _own_organ(self, token: Token) -> list[Named]:
        """ "The Council", "the Department": in a statement, the issuer's own."""
        if self.issuer is None or not _is_definite(token):
            return []
        own = "OWN_ORGAN" if self.issuer.kind == "igo" else "OWN_OFFICE"
        qualified = any(c.dep_ in _QUALIFYING for c in token.children)
        fits = self.lexicon.is_a(lemma(token), own) and not qualified
        return [replace(self.issuer, refers=token.text)] if fits else []

    def _office(self, token: Token, position: tuple[int, int], sentence: int) -> Found:
        """The last party whose phrase had this word: "the ministry", "the president"."""
        words = self.lexicon.classes["SAME_OFFICE"]
        word = lemma(token)
        if word in words and (seat := self._seat(position, sentence)):
            return seat
        if word == "regime" or (word in _RULING and self.issuer is not None):
            own = self.issuer.code if self.issuer is not None else None
            states = [s for s in self._before(position, sentence, 40) if s.named.code != own]
            states = [s for s in states if word in s.words] or states
            return [s.named for s in states if s.named.kind == "state"][:1]
        alias = self.lexicon.aliases.get(word, frozenset({word}))
        for seen in self._before(position, sentence, 40):
            if word in seen.words or alias <= seen.words:
                return [seen.named]
        if self.issuer is not None and word in words:
            return [self.issuer]
        if word not in words:
            return []
        before = self._before(position, sentence, 40)
        human = word in self.lexicon.classes["HUMAN"]
        first = [] if human else [s.named for s in before if s.named.kind == "state"][-1:]
        return self._mainly(before) or first


def _leading(subjects: Sequence[Seen]) -> list[Named]:
    """Those whom a sentence is about: its first subject, unless others are told together later."""
    first = subjects[0]
    if first.together:
        return [s.named for s in subjects if s.together]
    if any(s.together for s in subjects):
        return [s.named for s in subjects]
    return [s.named for s in subjects if s.position == first.position]


def _joint(before: Sequence[Seen], number: int) -> list[Named]:
    """The last so many parties that one subject told: "the leaders of A and B have met"."""
    coordinated = {s.sentence for s in before if s.together}
    told: dict[int, dict[str, Named]] = {}
    for seen in (s for s in before if s.sentence in coordinated):  # nearest first
        if seen.subject and not seen.named.place:
            told.setdefault(seen.sentence, {})[seen.named.code] = seen.named
    fitting = (list(parties.values())[::-1] for parties in told.values())
    return next((parties for parties in fitting if len(parties) == number), [])


def _sides(before: Sequence[Seen], sentence: int) -> list[Named]:
    """A state and the armed group that it has to do with, where the last sentences tell of both."""
    near = [s for s in before if s.sentence >= sentence - 2 and not s.named.place]
    last = next((s.sentence for s in near if s.named.kind == "group"), None)
    told = _unique([s.named for s in reversed(near) if s.sentence == last])
    return told if sorted(n.kind for n in told) == ["group", "state"] else []


def _listed(before: Sequence[Seen], number: int) -> list[Named]:
    """So many states told side by side last, in whatever place: "trips to A and B"."""
    last = next((s.sentence for s in before if s.together), None)
    told = _unique([s.named for s in reversed(before) if s.sentence == last and s.together])
    return told if len(told) == number else []


def _is_bare(token: Token) -> bool:
    """Several without article, quality or owner: "militants", no more."""
    named = ("det", "amod", "compound", "nmod", "nmod:poss", "nummod", "acl")
    return "Plur" in token.morph.get("Number", []) and not any(
        c.dep_ in named for c in token.children
    )


def _is_definite(token: Token) -> bool:
    return any(
        c.dep_ in ("det", "det:predet", "nmod:poss", "cc:preconj")
        and c.lower_ in ("the", "both", "this", "that", "their", "these", "those")
        for c in token.children
    )


def _number(token: Token) -> int:
    """How many a phrase counts: "both sides" 2, "the three nations" 3; 0 where it does not."""
    counted = next(
        (
            _COUNTS[c.lower_]
            for c in token.children
            if c.lower_ in _COUNTS and c.dep_ != "cc:preconj"
        ),
        0,
    )
    return counted or _COUNTS.get(token.lower_, 0)


def _unique(named: list[Named]) -> list[Named]:
    first: dict[str, Named] = {}
    for one in named:
        first.setdefault(one.code, one)
    return list(first.values())
