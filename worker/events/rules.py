"""The lexicon: trigger words with their frames, word classes, and operators, read from `lexicon/`.

One line of a rule table says: which words, what must stand beside them, where in the tree the actor
and the recipient are, and what the act is. The columns are explained in `docs/coding.md`; each line
brings an example sentence that the tests run.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from worker.events.language.tree import Operators, Standing
from worker.events.plover import data, read_tsv

RULE_TABLES = (
    "agree.tsv",
    "consult.tsv",
    "support.tsv",
    "concede.tsv",
    "cooperate.tsv",
    "aid.tsv",
    "retreat.tsv",
    "request.tsv",
    "accuse.tsv",
    "reject.tsv",
    "threaten.tsv",
    "protest.tsv",
    "sanction.tsv",
    "mobilize.tsv",
    "coerce.tsv",
    "assault.tsv",
)


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that must stand beside a trigger, or must not.

    Attributes:
        places: where in the tree.
        fillers: the words that may stand there; none where any may.
        absent: it must not be there.
    """

    places: tuple[str, ...]
    fillers: frozenset[str]
    absent: bool = False


@dataclass(frozen=True)
class Rule:
    """One line of the lexicon.

    Attributes:
        id: the table and the line's own key: "sanction.expel-diplomats".
        pos: "v", "n" or "a": the trigger is a verb, a noun, an adjective.
        lemmas: the trigger words; a word ends in ``+particle`` where it needs one ("call+off").
        needs: all must hold.
        actor, recipient: places in the tree in order of preference; "a+b" takes both.
        flags: "mutual" everybody acts; "alone" it is an act without a recipient too; "matrix" the
            complement says what is asked, refused or threatened; "keeps" what depends on it stays a
            fact of its own ("condemned the raid"); "weak" only with both parties named.
    """

    id: str
    pos: str
    lemmas: tuple[str, ...]
    needs: tuple[Need, ...]
    actor: tuple[str, ...]
    recipient: tuple[str, ...]
    type: str
    mode: str | None
    flags: frozenset[str]
    example: str
    expect: str

    @cached_property
    def wanted(self) -> tuple[frozenset[str], ...]:
        """For each need that words fill: the words, one of which must be in the sentence."""
        return tuple(n.fillers for n in self.needs if n.fillers and not n.absent)

    @cached_property
    def particles(self) -> dict[str, tuple[str, ...]]:
        """The trigger words, each with the particles that it may take; "" is none."""
        found: dict[str, tuple[str, ...]] = {}
        for word in self.lemmas:
            base, _, particle = word.partition("+")
            found[base] = (*found.get(base, ()), particle)
        return found


@dataclass(frozen=True)
class Lexicon:
    """All rules by trigger, the word classes, and the operators."""

    rules: tuple[Rule, ...]
    by_trigger: dict[tuple[str, str], tuple[Rule, ...]]
    by_id: dict[str, Rule]
    classes: dict[str, frozenset[str]]
    operators: Operators
    modes: dict[str, dict[str, str]]
    aliases: dict[str, frozenset[str]]
    lands: dict[str, frozenset[str]]

    @cached_property
    def solo(self) -> tuple[Rule, ...]:
        """Lines by which a state acts alone, whatever else is told: tests, drills, call-ups."""
        return tuple(r for r in self.rules if r.type == "MOBILIZE" and "alone" in r.flags)

    def rule(self, label: str) -> Rule | None:
        """The line of an act's label ("retreat.release/future"); None where no line fired."""
        return self.by_id.get(label.partition("/")[0])

    def triggers(self, pos: str, word: str) -> tuple[Rule, ...]:
        """Rules for a word, the most demanding first."""
        return self.by_trigger.get((pos, word), ())

    def is_a(self, word: str, name: str) -> bool:
        """Whether a lemma belongs to a word class."""
        return word in self.classes[name]


@cache
def lexicon() -> Lexicon:
    """Read the whole lexicon; raises `ValueError` where a line contradicts itself."""
    classes = _classes()
    rules = tuple(rule for table in RULE_TABLES for rule in _rules(table, classes))
    by_trigger: dict[tuple[str, str], list[Rule]] = defaultdict(list)
    for rule in rules:
        for word in rule.lemmas:
            by_trigger[rule.pos, word.partition("+")[0]].append(rule)
    ordered = {
        (pos, word): tuple(sorted(found, key=lambda r: -_weight(r, word)))
        for (pos, word), found in by_trigger.items()
    }
    with data("lexicon", "embedding.toml").open("rb") as file:
        modes = tomllib.load(file)
    aliases = {
        row["short"]: frozenset(row["words"].split())
        for row in read_tsv(data("lexicon", "aliases.tsv"))
    }
    lands = {
        words: frozenset(row["codes"].split())
        for row in read_tsv(data("lexicon", "lands.tsv"))
        for words in row["words"].split("|")
    }
    return Lexicon(
        rules, ordered, {rule.id: rule for rule in rules}, classes, _operators(), modes, aliases,
        lands,
    )  # fmt: skip


def _weight(rule: Rule, word: str) -> int:
    """How demanding a line is for a trigger word: the more, the earlier it is tried."""
    particle = word not in rule.lemmas and any(w.startswith(f"{word}+") for w in rule.lemmas)
    choosy = any(n.fillers for n in rule.needs)
    special = 2 * bool(rule.flags & {"home", "will"}) + 8 * bool(
        rule.flags & {"negated", "refusing"}
    )
    last = 8 * (rule.flags >= {"answer", "weak"})  # whatever says more says to whom
    return 4 * len(rule.needs) + 4 * particle + choosy - 2 * ("weak" in rule.flags) + special - last


def _classes() -> dict[str, frozenset[str]]:
    with data("lexicon", "classes.toml").open("rb") as file:
        return {name: frozenset(words.split()) for name, words in tomllib.load(file).items()}


def _rules(table: str, classes: dict[str, frozenset[str]]) -> Iterator[Rule]:
    for row in read_tsv(data("lexicon", table)):
        kind = table.removesuffix(".tsv").upper()
        yield Rule(
            id=f"{kind.lower()}.{row['id']}",
            pos=row["pos"],
            lemmas=tuple(row["trigger"].split("|")),
            needs=tuple(
                _need(text, classes, row["id"]) for text in row["needs"].split("; ") if text
            ),
            actor=_places(row["actor"]),
            recipient=_places(row["recipient"]),
            type=kind,
            mode=row["mode"] or None,
            flags=frozenset(row["flags"].split()),
            example=row["example"],
            expect=row["expect"],
        )


def _places(text: str) -> tuple[str, ...]:
    return () if text in ("", "-") else tuple(text.split("|"))


def _need(text: str, classes: dict[str, frozenset[str]], rule: str) -> Need:
    place, _, filler = text.partition(":")
    words: set[str] = set()
    for part in filler.split(","):
        if part.isupper():
            if part not in classes:
                raise ValueError(f"lexicon: rule {rule} names the unknown word class {part}")
            words |= classes[part]
        elif part:
            words.add(part)
    fillers = frozenset() if "any" in words else frozenset(words)
    return Need(tuple(place.removeprefix("!").split(",")), fillers, place.startswith("!"))


def _operators() -> Operators:
    verbs: dict[tuple[str, str], Standing] = {}
    nouns: dict[str, Standing] = {}
    for row in read_tsv(data("lexicon", "operators.tsv")):
        effect = Standing(row["effect"])
        for word in row["lemmas"].split("|"):
            if row["pos"] == "n":
                nouns[word] = effect
            for preposition in row["prepositions"].split("|") if row["pos"] == "v" else ():
                verbs[word, "" if preposition == "-" else preposition] = effect
    return Operators(verbs, nouns)
