"""What the model of types thinks of the acts that the rules found in an article."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from worker.events.frames.acts import Act
from worker.events.frames.triggers import Triggers
from worker.events.language.parsed import Doc, Span
from worker.events.relate.features import Seen, see
from worker.events.relate.network import Array, packaged
from worker.events.relate.pairs import Pair
from worker.events.rules import Lexicon
from worker.events.who.phrases import Named


class Doubter:
    """Weighs the acts of one parsed paragraph.

    Args:
        names: indices of tokens that name any party.
    """

    def __init__(
        self, doc: Doc, lexicon: Lexicon, triggers: Triggers, names: Iterable[int]
    ) -> None:
        """Join what is asked of each act."""
        self._doc = doc
        self._lexicon = lexicon
        self._triggers = triggers
        self._names = frozenset(names)
        self._network = packaged()
        self._shares: dict[tuple[object, ...], Array] = {}

    def belief(self, act: Act, acts: Sequence[Act]) -> float:
        """Probability of the type of an act, between its first two parties.

        Args:
            acts: all acts of its sentence.
        """
        source, target = _pair(act)
        places = (source.start, source.end, *((target.start, target.end) if target else ()))
        asked = (act.trigger.sent.start, source.code, target and target.code, places)
        if asked not in self._shares:  # several acts of a sentence may be between the same two
            seen = self.look(act, acts)
            self._shares[asked] = self._network.probabilities(seen, self._doc.vectors)
        return float(self._shares[asked][self._network.classes.index(act.type)])

    def look(self, act: Act, acts: Sequence[Act]) -> Seen:
        """What the model sees of the first two parties of an act."""
        source, target = _pair(act)
        spans = self._span(source), self._span(target) if target is not None else None
        codes = source.code, target.code if target is not None else ""
        pair = Pair(self._doc, *spans, codes, self._names)
        return see(pair, acts, self._lexicon, self._triggers)

    def _span(self, party: Named) -> Span | None:
        if party.start < 0:
            return None
        span: Span | None = self._doc.char_span(party.start, party.end, alignment_mode="expand")
        return span


def _pair(act: Act) -> tuple[Named, Named | None]:
    source, *others = (*act.actors, *act.recipients)
    return source, act.recipients[0] if act.recipients else others[0] if others else None
