"""From a parsed sentence, with who is named and meant in it, to the line that the model reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from worker.events.frames.triggers import Triggers
from worker.events.language.parsed import Span
from worker.events.relate.lines import Line, Mark
from worker.events.who.phrases import Named, Phrases

Standing = tuple[int, int, Named]
"""First word and last one (exclusive) of a name in its paragraph, and who is named."""

_NOMINAL = frozenset({"PRON", "NOUN", "PROPN", "NUM", "DET", "ADJ"})
_MEANT = frozenset({"reference", "issuer"})


def line(
    sentence: Span, named: Iterable[Standing], phrases: Phrases, triggers: Triggers,
    issuer: Named | None,
) -> Line:  # fmt: skip
    """The line of one sentence; what the rules claim of it is not known yet."""
    hints = (tuple(sorted({rule.type for rule in triggers.able(t)})) for t in sentence)
    return Line(
        words=tuple(t.text for t in sentence),
        relations=tuple(t.dep_ for t in sentence),
        hints=tuple(hints),
        marks=tuple(mark for mark, _ in marks(sentence, named, phrases)),
        issuer=issuer.code if issuer is not None else None,
    )


def marks(
    sentence: Span, named: Iterable[Standing], phrases: Phrases
) -> Iterator[tuple[Mark, Named]]:
    """Where the sentence names parties, or means some, in this order; and who they are."""
    start, end = sentence.start, sentence.end
    covered: set[int] = set()
    posted: list[tuple[Mark, Named]] = []
    for first, last, party in named:
        if start <= first < end:
            how = "posting" if party.how == "posting" else "name"
            mark = _mark(first - start, min(last, end) - start, party, how)
            if how == "posting":
                posted.append((mark, party))
                continue
            covered.update(range(first, last))
            yield mark, party
    yield from posted
    for token in sentence:
        if token.i not in covered and token.pos_ in _NOMINAL:
            at = token.i - start
            for party in phrases.standing_for(token):
                how = "meant" if party.basis in _MEANT else "head"
                yield _mark(at, at + 1, party, how), party


def _mark(first: int, last: int, party: Named, how: str) -> Mark:
    return Mark(first, last, party.code, party.kind, how, party.person)
