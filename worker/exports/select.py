"""Which events somebody wants: by who takes part, what was done, and how sure it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from worker.errors import ConfigError

QUADS = {1, 2, 3, 4}
_PAIR = re.compile(r"([^\s,>]+)([,>])([^\s,>]+)")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two parties: both take part; where directed, the first acts on the second."""

    one: str
    other: str
    directed: bool

    def joins(self, data: Mapping[str, Any]) -> bool:
        """Whether an event has them."""
        actors, recipients = codes(data, "actor"), codes(data, "recipient")
        if self.directed:
            return self.one in actors and self.other in recipients
        return {self.one, self.other} <= actors | recipients


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked of an event; what is not set is not asked.

    Nor is what a message does not tell: that an event was retracted comes with its type and parties
    and without a confidence, and passes wherever these fit.

    Attributes:
        parties: codes of which one takes part.
        pairs: of which one is joined by it.
        types: PLOVER types.
        quads: quad classes, 1 … 4.
        confidence: at least.
        independent: independent sources at least.
        historical: whether acts long before publication are wanted.
    """

    parties: frozenset[str] = frozenset()
    pairs: tuple[Pair, ...] = ()
    types: frozenset[str] = frozenset()
    quads: frozenset[int] = frozenset()
    confidence: float = 0.0
    independent: int = 0
    historical: bool = True

    @property
    def asks(self) -> bool:
        """Whether anything is asked at all."""
        return self != Selection()

    def __call__(self, data: Mapping[str, Any]) -> bool:
        """Whether an event, as a message's `data` has it, is wanted."""
        told = data.get("confidence", {}).get("value", 1.0)
        sources = data.get("corroboration", {}).get("independent", self.independent)
        return (
            _in(self.types, data.get("type"))
            and _in(self.quads, data.get("coding", {}).get("quad"))
            and told >= self.confidence
            and sources >= self.independent
            and (self.historical or not data.get("historical"))
            and ("parties" not in data or self._fits(data))
        )

    def _fits(self, data: Mapping[str, Any]) -> bool:
        return (not self.parties or not self.parties.isdisjoint(codes(data))) and (
            not self.pairs or any(pair.joins(data) for pair in self.pairs)
        )


def _in(asked: Collection[object], told: object) -> bool:
    return not asked or told is None or told in asked


def codes(data: Mapping[str, Any], role: str | None = None) -> set[str]:
    """Codes of an event's parties, of those in one role if that is given."""
    return {p["code"] for p in data.get("parties", ()) if role in (None, p["role"])}


def pair(text: str) -> Pair:
    """Read ``IND,RUS`` (any direction) or ``RUS>IND``.

    Raises:
        ConfigError: it is neither.
    """
    if not (found := _PAIR.fullmatch(text.strip())):
        raise ConfigError(f"{text!r} is not a pair: write IND,RUS, or 'RUS>IND' for one direction.")
    one, sign, other = found.groups()
    return Pair(one.upper(), other.upper(), sign == ">")


def types(names: Iterable[str], known: Collection[str]) -> frozenset[str]:
    """Read PLOVER types.

    Raises:
        ConfigError: one is none.
    """
    asked = {name.upper() for name in names}
    if unknown := asked - set(known):
        raise ConfigError(f"{min(unknown)} is not a PLOVER type: {', '.join(sorted(known))}.")
    return frozenset(asked)
