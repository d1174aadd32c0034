"""Where an act took place: the town or country that its clause names with "in" or "at"."""

from __future__ import annotations

from worker.events.acts import Act
from worker.events.phrases import Named, Phrases
from worker.events.tree import case, children
from worker.model import Location

_IN = frozenset({"in", "at"})
_TOWNS = ("capital", "city")


def location(act: Act, phrases: Phrases) -> Location | None:
    """The one place that hangs on the act's word; None where none does, or several do."""
    found = [
        place
        for token in children(act.trigger, "obl", "nmod")
        if case(token) in _IN and (place := _place(phrases.named_at(token), token.doc.text))
    ]
    return found[0] if len(found) == 1 else None


def _place(named: list[Named], text: str) -> Location | None:
    if len(named) != 1 or named[0].kind != "state" or named[0].basis not in (*_TOWNS, "name"):
        return None
    one = named[0]
    town = text[one.start : one.end] if one.basis in _TOWNS else None
    return Location(country=one.code, place=town)
