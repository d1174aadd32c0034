"""Who holds which office, as articles tell it: what was seen, where, and what may be learnt of it.

An article *claims* an office for somebody whom the gazetteer does not know; a name with its claims
is a *candidate*. A claim is believed once it stands in enough outlets that are independent of each
other, or once a person accepts it; two codes for one name are believed only then. A claim that no
outlet confirms for a while fades, and whom a person forgets is never learnt again.

This module is the pure part: no order of articles, and no repetition, changes what comes out of it.
Times are seconds since the epoch, given by the caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from worker.model import OfficeHolder, Sighting

_OUTLETS, _SHORTS, _CLAIMS = 20, 3, 8
"""How many outlets and short forms of a claim, and claims of a name, are kept."""
_TOLD = 5
"""Outlets that a holder's basis names."""


@dataclass(frozen=True, slots=True)
class Learning:
    """When a claim is believed, and how long anything is remembered.

    Attributes:
        outlets: independent outlets from which a claim is believed.
        days: after which a claim that nobody confirms has faded.
        most: names that are kept of those seen in fewer outlets, and again of the others.
    """

    outlets: int = 3
    days: float = 90.0
    most: int = 20_000

    def fading(self, now: float) -> float:
        """The time before which a claim must have been seen last to have faded by now."""
        return now - self.days * 86_400


@dataclass(frozen=True, slots=True)
class Claim:
    """One office for one party, as outlets claim it of one name.

    Attributes:
        code, kind, rank: what makes it this office; see `Sighting`.
        office: the longest wording.
        first, last: first and last day of publication of what claims it.
        seen: when it was recorded last.
        outlets: who claims it, in alphabetical order.
        shorts: short forms of the name.
    """

    code: str
    kind: str
    rank: int
    office: str
    first: date
    last: date
    seen: float
    outlets: tuple[str, ...]
    shorts: tuple[str, ...] = ()

    @property
    def identity(self) -> tuple[str, str, int]:
        """What makes two claims one."""
        return self.code, self.kind, self.rank


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name with everything that is claimed of it.

    Attributes:
        key: the name as the gazetteer compares names.
        accepted: the code that a person confirmed.
        forgotten: whether a person ruled it out; no claim is kept then.
    """

    key: str
    name: str
    claims: tuple[Claim, ...] = ()
    accepted: str | None = None
    forgotten: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        """The parties for which an office is claimed."""
        return tuple(sorted({claim.code for claim in self.claims}))

    def enough(self, outlets: int) -> bool:
        """Whether one of its claims stands in so many outlets, or a person decided on it."""
        told = any(len(claim.outlets) >= outlets for claim in self.claims)
        return told or self.forgotten or self.accepted is not None

    def believed(self, outlets: int) -> tuple[Claim, ...]:
        """The claims that may be learnt; none while two codes contend for the name."""
        if self.accepted is not None:
            return tuple(claim for claim in self.claims if claim.code == self.accepted)
        if len(self.codes) != 1:
            return ()
        return tuple(claim for claim in self.claims if len(claim.outlets) >= outlets)


class Officials(Protocol):
    """The interface of both stores: `…officials.redis` and its twin `…officials.memory`."""

    def record(self, sightings: Sequence[Sighting], outlet: str, now: float) -> None:
        """Note what an article of this outlet says; once or more often is the same."""

    def version(self) -> int:
        """Return a number that changes whenever `holders` would."""

    def holders(self, now: float) -> tuple[OfficeHolder, ...]:
        """Return everybody who is learnt, in the order of their keys."""

    def candidates(self, now: float) -> list[Candidate]:
        """Return every name, learnt or not, and those that were forgotten."""

    def accept(self, key: str, code: str) -> None:
        """Believe what is claimed of a name for this code, for good."""

    def forget(self, key: str, name: str) -> None:
        """Drop a name, and never learn it again."""

    def remember(self, key: str) -> None:
        """Let a name be learnt again that was forgotten."""


# What sightings add up to -----------------------------------------------------------------------


def noted(candidate: Candidate | None, sighting: Sighting, outlet: str, now: float) -> Candidate:
    """A candidate with one more sighting; the same where it says nothing new."""
    today = datetime.fromtimestamp(now, UTC).date()
    day = min(sighting.on or today, today)
    shorts = (sighting.short,) if sighting.short else ()
    claim = Claim(
        sighting.code, sighting.kind, sighting.rank, sighting.office, day, day, now, (outlet,),
        shorts,
    )  # fmt: skip
    known = candidate or Candidate(sighting.key, sighting.name)
    others = [c for c in known.claims if c.identity != claim.identity]
    for same in known.claims:
        if same.identity == claim.identity:
            claim = _joined(same, claim)
    claims = sorted([*others, claim], key=lambda c: c.identity)
    if len(claims) > _CLAIMS:
        return known
    return replace(known, name=max(known.name, sighting.name), claims=tuple(claims))


def _joined(one: Claim, other: Claim) -> Claim:
    return replace(
        one,
        office=max(one.office, other.office, key=lambda wording: (len(wording), wording)),
        first=min(one.first, other.first),
        last=max(one.last, other.last),
        seen=max(one.seen, other.seen),
        outlets=tuple(sorted({*one.outlets, *other.outlets})[:_OUTLETS]),
        shorts=tuple(sorted({*one.shorts, *other.shorts})[:_SHORTS]),
    )


def unfaded(candidate: Candidate, before: float) -> Candidate:
    """A candidate without the claims that were last seen before a time; accepted ones stay."""
    kept = (c for c in candidate.claims if c.seen >= before or c.code == candidate.accepted)
    return replace(candidate, claims=tuple(kept))


def says_the_same(one: Candidate | None, other: Candidate) -> bool:
    """Whether two candidates differ in nothing but when they were seen last."""
    return one is not None and _timeless(one) == _timeless(other)


def _timeless(candidate: Candidate) -> Candidate:
    return replace(candidate, claims=tuple(replace(c, seen=0.0) for c in candidate.claims))


def learnt(
    candidates: Iterable[Candidate], learning: Learning, now: float
) -> tuple[OfficeHolder, ...]:
    """The office holders that candidates amount to, in the order of their keys."""
    before = learning.fading(now)
    current = sorted((unfaded(c, before) for c in candidates), key=lambda c: c.key)
    return tuple(holder for one in current for holder in _holders(one, learning))


def _holders(candidate: Candidate, learning: Learning) -> Iterator[OfficeHolder]:
    for claim in candidate.believed(learning.outlets):
        until = claim.last + timedelta(days=learning.days)
        yield OfficeHolder(
            candidate.name,
            claim.code,
            claim.office,
            claim.rank,
            claim.first,
            None if candidate.accepted else until,
            claim.shorts,
            _basis(claim, accepted=candidate.accepted is not None),
        )


def _basis(claim: Claim, *, accepted: bool) -> str:
    count = len(claim.outlets)
    outlets = f"{count} outlet{'' if count == 1 else 's'}"
    named = ", ".join(claim.outlets[:_TOLD]) + (" …" if count > _TOLD else "")
    how = "learnt and accepted" if accepted else "learnt"
    return f"{how} from {outlets}, {claim.first} to {claim.last}: {named}"
