"""What the model of types thinks of the acts that the rules found in an article."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from worker.events.frames.acts import Act
from worker.events.frames.triggers import Triggers
from worker.events.language.parsed import Doc, Span
from worker.events.relate.features import see
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
        source, *others = (*act.actors, *act.recipients)
        target = act.recipients[0] if act.recipients else others[0] if others else None
        codes = (source.code, target.code if target is not None else "")
        places = (source.start, source.end, *((target.start, target.end) if target else ()))
        asked = (act.trigger.sent.start, codes, places)
        if asked not in self._shares:  # several acts of a sentence may be between the same two
            spans = self._span(source), self._span(target) if target is not None else None
            pair = Pair(self._doc, *spans, codes, self._names)
            seen = see(pair, acts, self._lexicon, self._triggers)
            self._shares[asked] = self._network.probabilities(seen, self._doc.vectors)
        return float(self._shares[asked][self._network.classes.index(act.type)])

    def _span(self, party: Named) -> Span | None:
        if party.start < 0:
            return None
        span: Span | None = self._doc.char_span(party.start, party.end, alignment_mode="expand")
        return span
