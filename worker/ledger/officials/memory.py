"""The officials' twin in memory: for tests of pure logic; one suite of tests runs over both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from worker.ledger.officials import (
    Candidate,
    Learning,
    learnt,
    noted,
    says_the_same,
    unfaded,
)
from worker.model import OfficeHolder, Sighting


@dataclass
class MemoryOfficials:
    """`worker.ledger.officials.Officials` in one process's memory."""

    learning: Learning = field(default_factory=Learning)
    _known: dict[str, Candidate] = field(default_factory=dict)
    _version: int = 0

    def record(self, sightings: Sequence[Sighting], outlet: str, now: float) -> None:
        """Note what an article of this outlet says."""
        for sighting in sightings:
            before = self._known.get(sighting.key)
            if before is not None and before.forgotten:
                continue
            current = before and unfaded(before, self.learning.fading(now))
            after = noted(current, sighting, outlet, now)
            self._known[sighting.key] = after
            enough = any(one and one.enough(self.learning.outlets) for one in (before, after))
            self._version += enough and not says_the_same(before, after)
        self._trim(now)

    def version(self) -> int:
        """Return a number that changes whenever `holders` would."""
        return self._version

    def holders(self, now: float) -> tuple[OfficeHolder, ...]:
        """Return everybody who is learnt."""
        return learnt(self._known.values(), self.learning, now)

    def candidates(self, now: float) -> list[Candidate]:
        """Return every name, learnt or not, and those that were forgotten."""
        current = (unfaded(c, self.learning.fading(now)) for c in self._known.values())
        return sorted((c for c in current if c.claims or c.forgotten), key=lambda c: c.key)

    def accept(self, key: str, code: str) -> None:
        """Believe what is claimed of a name for this code, for good."""
        self._known[key] = replace(self._known[key], accepted=code)
        self._version += 1

    def forget(self, key: str, name: str) -> None:
        """Drop a name, and never learn it again."""
        self._known[key] = Candidate(key, name, forgotten=True)
        self._version += 1

    def remember(self, key: str) -> None:
        """Let a name be learnt again that was forgotten."""
        if key in self._known and self._known[key].forgotten:
            del self._known[key]

    def _trim(self, now: float) -> None:
        before = self.learning.fading(now)
        for key, one in list(self._known.items()):
            if not unfaded(one, before).claims and not one.forgotten:
                self._version += one.enough(self.learning.outlets)
                del self._known[key]
        for enough in (False, True):
            of_kind = [c for c in self._known.values() if c.enough(self.learning.outlets) is enough]
            loose = [c for c in of_kind if not c.forgotten and c.accepted is None]
            loose.sort(key=lambda c: max(claim.seen for claim in c.claims))
            for one in loose[: max(0, len(of_kind) - self.learning.most)]:
                self._version += enough
                del self._known[one.key]
