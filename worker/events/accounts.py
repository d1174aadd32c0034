"""How an act was found, as data: each step down to the line of the data file that made it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from worker.events.dates.anchors import Anchor
from worker.events.dates.timing import Dated
from worker.events.frames.acts import Act
from worker.events.plover import data
from worker.events.who.phrases import Named
from worker.model import Account, Evidence, Resolved


def account(act: Act, when: Dated, anchor: Anchor | None, offset: int) -> Account:
    """The account of one act, whose paragraph stands at ``offset`` in the article."""
    text = act.trigger.doc.text
    told = Account(
        rule=act.label,
        rule_line=_rule_line(act.rule.id) if act.rule.lemmas else None,
        trigger=_quote(text, act.trigger.idx, act.trigger.idx + len(act.trigger), offset),
        standing=act.standing.value,
        evidence=_quote(text, act.start, act.end, offset),
        parties=(
            *(_resolved(named, "actor", text, offset) for named in act.actors),
            *(_resolved(named, "recipient", text, offset) for named in act.recipients),
        ),
        date=None,
        date_basis="open",
        counted_from=None if anchor is None else f"{anchor.published} ({anchor.basis})",
    )
    return redated(told, when)


def redated(told: Account, when: Dated) -> Account:
    """The account of an act that took place then."""
    return replace(
        told,
        date=when.date,
        date_basis=when.basis,
        date_words=None if when.words is None else _at(*when.words),
        date_line=None if when.line is None else _date_line(when.line),
    )


def _resolved(named: Named, role: str, text: str, offset: int) -> Resolved:
    origin = named.origin
    here = named.start >= 0
    return Resolved(
        role,
        named.code,
        named.basis,
        mention=_quote(text, named.start, named.end, offset) if here else None,
        refers=named.refers,
        antecedent=None if here or origin is None else _at(origin.words, origin.start),
        entry=_entry(origin.entry) if origin else None,
        person=origin.person if origin else None,
        office=origin.office if origin else None,
        sector=named.sector,
    )


def _quote(text: str, start: int, end: int, offset: int) -> Evidence:
    return Evidence(text[start:end], start + offset, end + offset)


def _at(words: str, start: int) -> Evidence:
    """Words at a place of the article; of the title the place is −1 to −1."""
    return Evidence(words, start, start + len(words) if start >= 0 else start)


def _entry(entry: str) -> str | None:
    return f"gazetteer/{entry}" if ":" in entry else entry or None


def _rule_line(rule: str) -> str | None:
    table, _, key = rule.partition(".")
    return _line(f"{table}.tsv", key)


def _date_line(line: str) -> str | None:
    return _line("dates.tsv", line) or _line("days.tsv", line)


def _line(table: str, key: str) -> str | None:
    number = _keys(table).get(key)
    return None if number is None else f"lexicon/{table}:{number}"


@cache
def _keys(table: str) -> dict[str, int]:
    """The lines of a table by their first column."""
    with data("lexicon", table).open(encoding="utf-8") as lines:
        return {line.partition("\t")[0]: number for number, line in enumerate(lines, start=1)}
