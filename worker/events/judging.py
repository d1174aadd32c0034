"""What the model of types makes of an article: how far to believe the rules, what they overlooked.

The rules find what they know how to say; the model has read thousands of coded stories and knows
more ways to tell an act, but is right less often. So each act of the rules gets the model's
belief, and one of its own is added only where it is sure enough.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations

from worker.events import telling
from worker.events.dates.anchors import Anchor
from worker.events.frames.acts import Act
from worker.events.frames.evidence import stretch
from worker.events.language.tree import Standing
from worker.events.locations import location
from worker.events.merge import Told
from worker.events.relate import sight
from worker.events.relate.encoding import TYPES
from worker.events.relate.glance import WORTH
from worker.events.relate.lines import MUTUAL, NOBODY, Claim, Mark, Pair, cast, passages
from worker.events.relate.network import Answer, Network, packaged
from worker.events.rules import Rule, lexicon
from worker.events.telling import Draft, Heard
from worker.events.who.phrases import Named, referred

SURE = 0.55
"""Probability from which an act is added that no rule told."""

SURE_ALONE = 0.7
"""The same where no rule told anything of the article: such articles seldom tell an act."""

DOUBTED = 0.2
"""Probability below which an act that a verb tells by the rules is dropped."""

Parties = tuple[tuple[str, ...], tuple[str, ...]]
"""Codes of actors and of recipients."""


def settle(draft: Draft, told: Sequence[Told], heard: Sequence[Heard]) -> list[Told]:
    """The acts that are believed, each with its belief, and those that the rules overlooked.

    Args:
        told: in reading order, not merged yet.
        heard: the sentences that were read.
    """
    return Judge(packaged(), draft.issuer, draft.anchor).settle(told, heard)


def trust(_: Draft, told: list[Told], __: Sequence[Heard]) -> list[Told]:
    """The acts of the rules as they are: `Coder(…, judge=trust)` asks no model."""
    return told


@dataclass(frozen=True, slots=True)
class Judge:
    """Weighs the acts that were told of an article.

    Attributes:
        issuer: whose official statement it is, if it is one.
        anchor: when it was published, as far as known.
    """

    network: Network
    issuer: Named | None
    anchor: Anchor | None

    def settle(self, told: Sequence[Told], heard: Sequence[Heard]) -> list[Told]:
        """As the function of this name."""
        where = [_sentence(act, heard) for act in told]
        claims: dict[int | None, list[Claim]] = defaultdict(list)
        for act, at in zip(told, where, strict=True):
            claims[at].append(_claim(act))
        lines = {
            number: replace(heard[number].line, claims=tuple(claims[number]))
            for number in worth_reading(heard, {n for n in claims if n is not None})
        }
        answers: dict[int | None, list[Answer]] = defaultdict(list)
        for answer in self.network.answers(passages(lines, _cast(heard))):
            answers[answer.sentence].append(answer)
        believed = [_believed(act, answers[at]) for act, at in zip(told, where, strict=True)]
        sure_from = SURE if told else SURE_ALONE
        known = {(act.type, pair) for act in told for pair in _joined(act)}
        understood = {n.code: n for act in told for n in (*act.actors, *act.recipients)}
        if self.issuer is not None:
            understood[self.issuer.code] = self.issuer
        return [
            *(act for act in believed if not _is_doubtful(act)),
            *(
                self._act(kind, parties, sure, heard, number, understood)
                for number in range(len(heard))
                for kind, sure in _overlooked(answers[number], known, sure_from)
                for parties in together(kind, [answer.pair for answer in sure])
            ),
        ]

    def _act(
        self,
        kind: str,
        parties: Parties,
        sure: Sequence[Answer],
        heard: Sequence[Heard],
        number: int,
        understood: Mapping[str, Named],
    ) -> Told:
        """The act that the model found in the sentence of that number.

        Args:
            understood: parties that may stand in no sentence: those of the rules' acts, the issuer.
        """
        here, others = heard[number], [*heard[:number][::-1], *heard[number + 1 :]]
        best = max(
            (a for a in sure if {*a.pair} - {NOBODY} <= {*parties[0], *parties[1]}),
            key=lambda answer: float(answer.shares[TYPES[kind]]),
        )
        actors, recipients = (
            tuple(_party(code, here, others, understood) for code in codes) for codes in parties
        )
        trigger = here.span[best.word]
        named = [(n.start, n.end) for n in (*actors, *recipients) if n.start >= 0]
        start, end = stretch(trigger, named)
        rule = _rule(kind)
        act = Act(
            rule, rule.id, kind, best.mode(kind), actors, recipients, trigger, start, end,
            Standing.FUTURE if kind == "AGREE" else Standing.FACT,
        )  # fmt: skip
        when = here.timeline.date(trigger, act.standing)
        found = telling.told(act, when, self.anchor, here.offset, location(act, here.phrases))
        return replace(found, belief=float(best.shares[TYPES[kind]]))


def worth_reading(heard: Sequence[Heard], claimed: Collection[int]) -> list[int]:
    """The numbers of the sentences that the network is to read.

    Those in which the rules found an act, or that may tell one at a glance; with a sentence of one
    party the one before it too, where the other party may stand.

    Args:
        claimed: in which the rules found an act.
    """
    read = {n for n, one in enumerate(heard) if n in claimed or one.chance >= WORTH}
    alone = {n for n in read if len(heard[n].line.codes) == 1}
    before = {n - 1 for n in alone if n and heard[n - 1].named}
    return sorted(read | before)


def _cast(heard: Sequence[Heard]) -> tuple[Mark, ...]:
    """Whom the article is about."""
    return cast([(n.code, n.kind) for *_, n in one.named if n.how != "posting"] for one in heard)


def together(kind: str, pairs: Iterable[Pair]) -> Iterator[Parties]:
    """The parties of the acts that pairs make: who does the same to the same others is in one act.

    What is mutual and told in both directions is one act of all.
    """
    known = set(pairs)
    mutual = {p for p in known if kind in MUTUAL and p[::-1] in known}
    yield from ((group, ()) for group in _companies(mutual))
    targets: dict[str, set[str]] = defaultdict(set)
    for source, target in known - mutual:
        targets[source].add(target)
    sources: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for source, found in sorted(targets.items()):
        for group in (found - {NOBODY}, found & {NOBODY}):
            if group:
                sources[tuple(sorted(group - {NOBODY}))].append(source)
    yield from ((tuple(actors), recipients) for recipients, actors in sources.items())


def _companies(mutual: set[Pair]) -> Iterator[tuple[str, ...]]:
    """Groups in which everybody is joined to everybody, until every pair is in one of them."""
    left = sorted(mutual)
    while left:
        group = list(left[0])
        for code in sorted({code for pair in mutual for code in pair}):
            if code not in group and all((code, other) in mutual for other in group):
                group.append(code)
        left = [pair for pair in left if not {*pair} <= {*group}]
        yield tuple(sorted(group))


def _party(
    code: str, here: Heard, others: Sequence[Heard], understood: Mapping[str, Named]
) -> Named:
    """Who is meant by a code in a sentence: as it names them, else as the first other that does."""
    own = [n for _, n in sight.marks(here.span, here.named, here.phrases) if n.code == code]
    if own:
        return next((n for n in own if n.start >= 0), own[0])
    elsewhere = (
        named
        for one in others
        for _, named in sight.marks(one.span, one.named, one.phrases)
        if named.code == code
    )
    return referred([next(elsewhere, None) or understood[code]])[0]


def _sentence(act: Told, heard: Sequence[Heard]) -> int | None:
    start = act.evidence[0][0]
    return next((n for n, one in enumerate(heard) if one.start <= start < one.end), None)


def _claim(told: Told) -> Claim:
    return Claim(told.type, *told.codes)


def _joined(told: Told) -> Iterator[frozenset[str]]:
    """All pairs of the parties of an act, on whichever side they stand, and each party alone."""
    codes = frozenset().union(*told.codes)
    yield from (frozenset(pair) for pair in combinations(codes, 2))
    yield from (frozenset({code, NOBODY}) for code in codes)


def _believed(told: Told, answers: Iterable[Answer]) -> Told:
    pairs = set(_claim(told).pairs())
    at = TYPES[told.type]
    found = [answer for answer in answers if answer.pair in pairs]
    if not found:
        return told
    best = max(found, key=lambda answer: float(answer.shares[at]))
    rule = lexicon().rule(told.label)
    is_given = told.mode is not None and rule is not None and rule.mode is not None
    mode = told.mode if is_given else best.mode(told.type, told.mode)
    return replace(told, belief=float(best.shares[at]), mode=mode)


def _is_doubtful(told: Told) -> bool:
    """What a noun tells in passing ("during the visit of …") the model doubts too readily."""
    rule = lexicon().rule(told.label)
    return told.belief < DOUBTED and (rule is None or rule.pos != "n")


def _overlooked(
    answers: Sequence[Answer], known: set[tuple[str, frozenset[str]]], sure_from: float
) -> Iterator[tuple[str, list[Answer]]]:
    """Per type, the pairs of a sentence between which the model finds an act that no rule told."""
    likely = [answer for answer in answers if answer.highest >= sure_from]
    for kind, at in TYPES.items() if likely else ():
        sure = [
            a
            for a in likely
            if a.shares[at] >= sure_from and (kind, frozenset(a.pair)) not in known
        ]
        if sure:
            yield kind, sure


@cache
def _rule(kind: str) -> Rule:
    """What stands for a line of the lexicon where none fired."""
    return Rule(f"relate.{kind.lower()}", "", (), (), (), (), kind, None, frozenset(), "", "")
