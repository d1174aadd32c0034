"""What the model of types sees of a pair: signs by name, and words by their place in the tree.

Words near the path between the two parties count most. What the two are called is never seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from worker.events.frames.acts import Act
from worker.events.frames.triggers import Triggers
from worker.events.language.parsed import Token
from worker.events.language.tree import Standing, base, is_predicate, lemma, standing
from worker.events.relate.pairs import Pair, Path, governor, path, role
from worker.events.rules import Lexicon

PLACES = ("top", "source verb", "target verb", "path", "near", "around", "far")
LABELS = (
    *("nsubj", "obj", "iobj", "obl", "nmod", "xcomp", "ccomp", "advcl", "acl", "conj", "appos"),
    *("amod", "compound", "case", "advmod", "parataxis", "root"),
)
_AROUND = 3  # steps through the tree
_CONTENT = frozenset({"VERB", "NOUN", "ADJ", "ADV", "ADP", "INTJ", "PART"})
_KINDS = ("AGENT", "FORCE", "DIPLOMAT", "PEOPLE", "BODY")

Placed = list[tuple[Token, list[str]]]
"""Content words with those of `PLACES` where they stand."""


@dataclass(frozen=True, slots=True)
class Word:
    """A content word near the pair.

    Attributes:
        lemma, head: the word, and the word that it hangs on; "" for a name or none.
        places: those of `PLACES` where it stands.
        label: how it hangs there.
        kinds: types of act that the lexicon knows it for.
    """

    lemma: str
    head: str
    places: tuple[str, ...]
    label: str
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Seen:
    """What is seen of one pair.

    Attributes:
        signs: names of signs; "rule between ACCUSE" is an act that the lexicon's rules found.
        words: the content words in the order of the text.
    """

    signs: frozenset[str]
    words: tuple[Word, ...]


def see(pair: Pair, acts: Iterable[Act], lexicon: Lexicon, triggers: Triggers) -> Seen:
    """Look at a pair in its parsed sentence, and at what the lexicon's rules found there.

    Args:
        acts: the acts of the sentences in which the parties stand.
    """
    way = path(pair)
    placed = list(_placed(pair, way))
    stands = {t.i: standing(t, lexicon.operators) for t in _telling(pair, way)}
    words = tuple(
        Word(
            lemma(token),
            "" if token.head == token or pair.is_name(token.head) else lemma(token.head),
            tuple(places),
            base(token).lower(),
            triggers.types(token),
        )
        for token, places in placed
    )
    signs = frozenset(
        (
            *_of_words(placed),
            *_of_tree(pair, way, stands),
            *_of_rules(pair, acts),
            *_of_triggers(placed, triggers),
            *_of_parties(pair, lexicon),
        )
    )
    return Seen(signs, words)


def _placed(pair: Pair, way: Path) -> Iterator[tuple[Token, list[str]]]:
    distances = _distances(pair, way)
    verbs = [
        (name, verb.i)
        for name, verb in (
            ("top", way.top),
            ("source verb", governor(pair.source.root) if pair.source is not None else None),
            ("target verb", governor(pair.target.root) if pair.target is not None else None),
        )
        if verb is not None
    ]
    on_path = {t.i for t in way.tokens}
    for token in pair.words():
        if not _is_content(token) or pair.is_name(token):
            continue
        places = [name for name, verb in verbs if verb == token.i]
        distance = distances.get(token.i, _AROUND + 1)
        if token.i in on_path:
            places.append("path")
        elif distance <= 1:
            places.append("near")
        else:
            places.append("around" if distance <= _AROUND else "far")
        yield token, places


def _is_content(token: Token) -> bool:
    kind = token.pos_
    return kind in _CONTENT or (kind in ("AUX", "SCONJ") and is_predicate(token))


def _distances(pair: Pair, way: Path) -> dict[int, int]:
    """Steps through the tree from the path between the parties, for each word that is near."""
    reached = {t.i: 0 for t in way.tokens} or {s.root.i: 0 for s in pair.spans}
    front = [pair.doc[i] for i in reached]
    for step in range(1, _AROUND + 1):
        beyond = []
        for token in front:
            for other in (*token.children, token.head):
                if other.i not in reached:
                    reached[other.i] = step
                    beyond.append(other)
        front = beyond
    return reached


def _telling(pair: Pair, way: Path) -> Iterator[Token]:
    """The words that tell how what happens between the two stands to reality."""
    found = (way.top, *(governor(span.root) for span in pair.spans))
    yield from {token.i: token for token in found if token is not None}.values()


def _word(pair: Pair, token: Token) -> str:
    return "NAME" if pair.is_name(token) else lemma(token)


def _of_words(placed: Placed) -> Iterator[str]:
    seen = {token.i: lemma(token) for token, _ in placed}
    for token, places in placed:
        word = seen[token.i]
        yield f"word {word}"
        for place in places:
            yield f"{place}: {word}"
        if token.i + 1 in seen:
            yield f"words {word} {seen[token.i + 1]}"
        head = seen.get(token.head.i)
        if head is not None and token.head != token:
            yield f"below {head}: {word}"
            yield f"below {head}, {role(token)}: {word}"


def _of_tree(pair: Pair, way: Path, stands: dict[int, Standing]) -> Iterator[str]:
    for name, span in (("source", pair.source), ("target", pair.target)):
        if span is None:
            yield f"no {name}"
            continue
        place = role(span.root)
        yield f"{name} {place}"
        verb = governor(span.root)
        if verb is not None:
            yield f"{name} {place} of {_word(pair, verb)}"
            yield f"{name} verb stands {stands[verb.i].value}"
    if way.top is not None:
        yield f"top stands {stands[way.top.i].value}"
        yield f"top {way.top.pos_}"
    for token in way.tokens:
        yield f"path {token.pos_} {role(token)}"
    yield f"path of {min(6, len(way.tokens))}"
    if pair.source is not None and pair.target is not None:
        yield f"source first {pair.source.start < pair.target.start}"
    on_path = {t.i for t in way.tokens}
    for token in pair.words():
        if token.pos_ == "AUX" or token.lower_ in ("not", "n't", "n’t", "no"):
            where = "on the path" if token.head.i in on_path else "elsewhere"
            yield f"operator {where} {token.lower_}"


def _of_rules(pair: Pair, acts: Iterable[Act]) -> Iterator[str]:
    none = True
    for act in acts:
        none = False
        who = _who(pair, act)
        yield f"rule {who} {act.type}"
        yield f"rule {who} {act.type} {act.mode}"
        yield f"rule anywhere {act.type}"
        yield f"line {act.rule.id}"
    if none:
        yield "no rule"


def _who(pair: Pair, act: Act) -> str:
    actors, recipients = {n.code for n in act.actors}, {n.code for n in act.recipients}
    one, other = pair.codes
    if one in actors and (other in actors or other in recipients):
        return "between"
    if other in actors and one in recipients:
        return "back"
    if one in actors:
        return "source"
    return "target" if {one, other} & (actors | recipients) else "others"


def _of_triggers(placed: Placed, triggers: Triggers) -> Iterator[str]:
    """Types that the words themselves may mean, whoever the parties are."""
    for token, places in placed:
        kinds = triggers.types(token)
        fitting = triggers.kind(token) if kinds else None
        for place in places:
            yield from (f"trigger {place} {kind}" for kind in kinds)
            if fitting is not None:
                yield f"fitting {place} {fitting[0]}"


def _of_parties(pair: Pair, lexicon: Lexicon) -> Iterator[str]:
    for name, span in (("source", pair.source), ("target", pair.target)):
        for kind in _KINDS if span is not None else ():
            if any(lexicon.is_a(lemma(t), kind) for t in span or ()):
                yield f"{name} is {kind}"
