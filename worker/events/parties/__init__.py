"""From words to parties, with the date in mind: the gazetteer.

`Gazetteer.read` finds in the paragraphs of an article every phrase that names a state, an
intergovernmental organisation or a group that acts across borders, and says of each what it is: a
name, a demonym, a capital that stands for its government, an office, a person in that office on
that day; whether it is only a place, only an adjective, or a posting ("envoy to Syria"). Persons
whom the article itself introduces are known for its remainder. The tables are data files in
``gazetteer/``; every mention names the line that it came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache

from worker.events.language.parsed import Doc, Span, Token
from worker.events.parties import learnt
from worker.events.parties.finder import Finder
from worker.events.parties.lookup import lookup
from worker.events.parties.nouns import Context, Found
from worker.events.parties.people import People, Resolution, in_tables, read_people
from worker.events.parties.tables import Tables, read_tables
from worker.events.parties.words import Words
from worker.model import OfficeHolder

_ATTRIBUTES = frozenset(["amod", "compound", "nmod:poss", "poss", "nmod", "nmod:unmarked"])


@dataclass(frozen=True, slots=True)
class Mention:
    """A phrase of a document that names a party.

    Attributes:
        start, end: tokens of the whole phrase, with office and person ("Iran's foreign minister
            Abbas Araghchi").
        start_char, end_char: the same in code points.
        core: where the naming words themselves stand ("Iran"), in code points.
        text: the phrase.
        code, name, kind: the party; kind is "state", "igo" or "group".
        basis: "name", "demonym", "people", "capital", "metonym", "city", "organ", "office",
            "institution", "company", "person".
        candidates: other codes that it could mean, best first.
        adjectival: it qualifies a noun that is not an office ("American scientists").
        head, head_class: that noun and what it stands for: "government", "military", "rebels",
            "citizens", "company", "place", "act", "thing"; None where no noun follows. For an
            office the class is "government" or "military" and `adjectival` is False.
        possessive: followed by 's.
        compound: the word that a hyphen ties to it ("Iranian-backed": "backed").
        office, person: as the text or the tables give them.
        former: the office is a past one ("former US president").
        is_place: it says where, as far as the words around it tell.
        posting: the place that a diplomat is sent to ("ambassador to Syria"): no party to the act.
        entry: file and line of the table; "document" for a person whom the text introduced;
            "learnt from …" for one whom other articles did.
    """

    start: int
    end: int
    start_char: int
    end_char: int
    core: tuple[int, int]
    text: str
    code: str
    name: str
    kind: str
    basis: str
    candidates: tuple[str, ...] = ()
    adjectival: bool = False
    head: str | None = None
    head_class: str | None = None
    possessive: bool = False
    compound: str | None = None
    office: str | None = None
    person: str | None = None
    former: bool = False
    is_place: bool = False
    posting: bool = False
    entry: str = ""


@dataclass(frozen=True)
class Gazetteer:
    """All tables, ready to be matched."""

    tables: Tables
    people: People
    finder: Finder = field(repr=False)

    @staticmethod
    def load() -> Gazetteer:
        """The gazetteer, read once per process."""
        return _load()

    def with_learnt(self, holders: Iterable[OfficeHolder]) -> Gazetteer:
        """This gazetteer with holders whom articles taught, in place of those it had before.

        They come second: where a table has one of the name in office around the day, they are
        nobody; and they are nobody for a code that no table has.
        """
        rows = [learnt.row(h, self.tables) for h in holders if h.code in self.tables.parties]
        people = People(rows, self.tables, beside=read_people())
        return Gazetteer(self.tables, people, Finder(self.tables, people))

    def knows(self, name: str, on: date | None) -> bool:
        """Whether a table has somebody of this full name in office around the day."""
        return in_tables(self.people.full(self.tables.key(name)), on)

    def mentions(
        self, doc: Doc | Span, on: date | None, *, context: Context | None = None
    ) -> list[Mention]:
        """The mentions of one document on its own; see `read`."""
        return self.read([doc], on, context=context)[0]

    def read(
        self,
        docs: Sequence[Doc | Span],
        on: date | None,
        *,
        home: str | None = None,
        context: Context | None = None,
    ) -> list[list[Mention]]:
        """The mentions of each paragraph of one article, in order of their place.

        Args:
            docs: the article's headline and paragraphs, tokenised; parsed or not. Offsets and
                token indices are those of each document; for a Span, of the document it is of.
            on: the day of publication, for names that change hands; None if unknown.
            home: the party for which the article speaks or where it was written ("GBR"): it
                decides between offices of the same name.
            context: what is known already; by default the article's own.
        """
        found = self.find([d.text for d in docs], on, home=home, context=context)
        return [self.place(*args) for args in zip(docs, found, strict=True)]

    def place(self, doc: Doc | Span, found: Iterable[Found]) -> list[Mention]:
        """What `find` found in the text of one document, as mentions in its words."""
        return _in_doc(doc, doc.text, found, self.tables)

    def find(
        self,
        texts: Sequence[str],
        on: date | None,
        *,
        home: str | None = None,
        context: Context | None = None,
    ) -> list[list[Found]]:
        """As `read`, on plain text: no tokens, no syntax."""
        words = [Words(t, self.tables.spellings) for t in texts]
        return self.finder.find(words, on, home, context)

    def head_class(self, noun: str) -> str | None:
        """What a noun stands for when a party's name qualifies it: "troops" → "military"."""
        office = self.tables.offices.get(self.tables.key(noun))
        return office.head_class if office else None

    def is_domestic(self, codes: frozenset[str], *, fight: bool = False) -> bool:
        """Whether parties are one state and opponents whose dealings with it cross no border.

        Args:
            fight: whether they use force, which rebels at home against their own state may do.
        """
        wars = self.tables.own_wars if fight else {}
        homes = {self.tables.domestic.get(c) or wars.get(c, c) for c in codes}
        return len(codes) > 1 and len(homes) == 1

    def lookup(self, name: str, on: date | None = None) -> list[Resolution]:
        """Every party and every office of a person that a name can mean, the likeliest first.

        Args:
            name: as a text spells it, with or without a title ("President Bush").
            on: the day for which it is asked; None where any will do.
        """
        return lookup(self.tables, self.people, self.finder.offices, name, on)


@cache
def _load() -> Gazetteer:
    tables, people = read_tables(), read_people()
    return Gazetteer(tables, people, Finder(tables, people))


def _in_doc(doc: Doc | Span, text: str, found: Iterable[Found], tables: Tables) -> list[Mention]:
    mentions = [_mention(doc, text, f, tables) for f in found]
    if not doc.doc.is_parsed:
        return [m for m in mentions if m is not None]
    return [_parsed(doc, m, tables) for m in mentions if m is not None and not _surname(doc, m)]


def _mention(doc: Doc | Span, text: str, found: Found, tables: Tables) -> Mention | None:
    span = doc.char_span(found.start, found.end, alignment_mode="expand")
    if span is None:
        return None
    party = tables.parties[found.code]
    offset = doc.start_char if isinstance(doc, Span) else 0
    return Mention(
        span.start, span.end, found.start + offset, found.end + offset,
        (found.core[0] + offset, found.core[1] + offset), text[found.start : found.end],
        found.code, party.name, party.kind, found.basis, found.candidates, found.adjectival,
        found.head, found.head_class, found.possessive, found.compound, found.office, found.person,
        found.former, found.is_place, found.posting, found.entry,
    )  # fmt: skip


def _core(doc: Doc | Span, mention: Mention) -> Span | None:
    span: Span | None = doc.doc.char_span(*mention.core, alignment_mode="expand")
    return span


def _surname(doc: Doc | Span, mention: Mention) -> bool:
    """Whether a state's name is a part of somebody's name ("Michael Jordan")."""
    if mention.basis not in {"name", "capital", "city"} or mention.office or mention.person:
        return False
    core = _core(doc, mention)
    if core is None or len(core) != 1:
        return False
    token: Token = core[0]
    head = token.head
    if any(c.dep_ == "flat" for c in token.children) and token.ent_type_ == "PERSON":
        return True  # "Israel Adesanya"
    return (
        token.dep_ == "flat"
        and head.pos_ == "PROPN"
        and not mention.start <= head.i < mention.end
        and head.ent_type_ == "PERSON"
    )


def _parsed(doc: Doc | Span, mention: Mention, tables: Tables) -> Mention:
    """A mention with what the tree says better than the order of words."""
    core = _core(doc, mention)
    if core is None or mention.office or mention.person:
        return mention
    root = core.root
    if not mention.is_place and mention.basis in {"name", "capital", "city"}:
        cases = {c.lower_ for c in root.children if c.dep_ in {"case", "prep"}}
        if cases & tables.words["place_cases"] and root.dep_ in {
            "obl",
            "nmod",
            "obl:unmarked",
            "pobj",
        }:
            mention = replace(mention, is_place=True)
    if mention.head is None and _is_attribute(root) and _qualifies(root, mention):
        office = tables.offices.get(tables.key(root.head.text)) or tables.offices.get(
            tables.key(root.head.lemma_)
        )
        return replace(
            mention,
            adjectival=True,
            head=root.head.text,
            head_class=office.head_class if office else "thing",
        )
    return mention


def _is_attribute(root: Token) -> bool:
    """Whether a name stands before another noun, be it as the title of what is nobody's name."""
    within = root.dep_ == "nmod:desc" and root.ent_type_ == root.head.ent_type_ == "ORG"
    return within or root.dep_ in _ATTRIBUTES


def _qualifies(root: Token, mention: Mention) -> bool:
    after = root.head.i >= mention.end and root.head.pos_ in {"NOUN", "PROPN"}
    return after and not any(c.dep_ == "case" and c.i < root.i for c in root.children)
