"""Where an act took place: the town or country that its clause names with "in" or "at"."""

from __future__ import annotations

from worker.events.frames.acts import Act
from worker.events.language.parsed import Token
from worker.events.language.tree import case, children
from worker.events.parties.tables import read_tables
from worker.events.parties.towns import towns
from worker.events.who.phrases import Named, Phrases
from worker.model import Location

_IN = frozenset({"in", "at"})
_TOWNS = ("capital", "city")
_NAMING = ("nmod", "appos", "flat", "compound")
_NO_PLACES = frozenset({"PERSON", "ORG"})


def location(act: Act, phrases: Phrases) -> Location | None:
    """The one place that hangs on the act's word; None where none does, or several do."""
    found = [
        place
        for token in children(act.trigger, "obl", "nmod")
        if case(token) in _IN and (place := _place(token, phrases))
    ]
    return found[0] if len(found) == 1 else None


def _place(token: Token, phrases: Phrases) -> Location | None:
    if named := phrases.named_at(token):
        return _of_party(named, token.doc.text)
    if token.lower_ in read_tables().words["towns"]:
        return _in_town(token, phrases)
    return _of_town(token, phrases)


def _of_party(named: list[Named], text: str) -> Location | None:
    """What the gazetteer knows by name: a state, its capital, a city of it."""
    if len(named) != 1 or named[0].kind != "state" or named[0].basis not in (*_TOWNS, "name"):
        return None
    one = named[0]
    if one.basis == "name":
        return Location(one.code)
    return _at(one.code, text[one.start : one.end])


def _in_town(noun: Token, phrases: Phrases) -> Location | None:
    """ "The Russian city of Sochi"; "the Egyptian capital": at least the country."""
    for name in children(noun, *_NAMING):
        names = case(name) in ("", "of") and name.pos_ == "PROPN" and name.i > noun.i
        if names and (place := _place(name, phrases)):
            return place
    owners = [n for n in phrases.modifiers(noun) if n.kind == "state"]
    return Location(owners[0].code) if len(owners) == 1 else None


def _of_town(token: Token, phrases: Phrases) -> Location | None:
    """A town that only the table of towns has, with its country beside it or known without."""
    if token.pos_ != "PROPN":
        return None
    name = _name(token)
    code = _country(token, phrases)
    town = towns().find(name, code)
    return _at(town.code, name) if town and token.ent_type_ not in _NO_PLACES else None


def _name(token: Token) -> str:
    parts = [c for c in children(token, "flat", "compound") if c.pos_ == "PROPN"]
    inside = [token, *(c for c in parts if abs(c.i - token.i) <= len(parts))]
    start, end = min(t.i for t in inside), max(t.i for t in inside)
    return str(token.doc[start : end + 1].text)


def _country(token: Token, phrases: Phrases) -> str | None:
    """The state that follows the town's name: "in Gothenburg, Sweden"."""
    for beside in children(token, *_NAMING):
        named = phrases.named_at(beside)
        if beside.i > token.i and len(named) == 1 and named[0].kind == "state":
            return named[0].code
    return None


def _at(code: str, name: str) -> Location:
    town = towns().find(name, code)
    degrees = (town.latitude, town.longitude) if town else (None, None)
    return Location(code, name, *degrees)
