"""Why an event is one, for a person: its accounts as lines of text (`demarche code --explain`).

Pure, as `worker.service.display`; works on events as `demarche code --jsonl --explain` writes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from worker.service.display import INDENT, clean, shorten

_QUOTE = 80  # characters of a quotation at most


def lines(event: Mapping[str, Any]) -> Iterator[str]:
    """One block for each place that tells the event; those after the first were merged into it."""
    for number, account in enumerate(event["accounts"]):
        yield f"{INDENT}{'merged' if number else 'told  '}  {_quote(account['evidence'])}"
        yield _step("rule", _rule(account))
        for party in account["parties"]:
            yield _step(party["role"], _party(party))
        yield _step("date", _date(account))


def _step(name: str, text: str) -> str:
    return f"{INDENT}{INDENT}{name:<9}  {text}"


def _rule(account: Mapping[str, Any]) -> str:
    standing = "" if account["standing"] == "fact" else f", told as {account['standing']}"
    line = account["rule_line"] or "the model of types"
    return f"{account['rule']} ({line}) on {_quote(account['trigger'])}{standing}"


def _party(party: Mapping[str, Any]) -> str:
    steps = [f"{party['code']} by {party['basis']}"]
    if party["mention"]:
        steps[0] += f": {_quote(party['mention'])}"
    elif party["refers"]:
        steps[0] += f": “{clean(party['refers'])}”"
    if party["antecedent"]:
        steps.append(f"told before as {_quote(party['antecedent'])}")
    if party["person"]:
        steps.append(clean(party["person"]))
    if party["office"]:
        steps.append(clean(party["office"]))
    if party["entry"]:
        steps.append(party["entry"])
    return "; ".join(steps)


def _date(account: Mapping[str, Any]) -> str:
    text = f"{account['date'] or 'open'} by {account['date_basis']}"
    if account["date_words"]:
        text += f": {_quote(account['date_words'])} ({account['date_line']})"
    text += f", counted from {account['counted_from']}" if account["counted_from"] else ""
    return text + (f", not {account['date_by_rule']}" if account["date_by_rule"] else "")


def _quote(evidence: Mapping[str, Any]) -> str:
    where = f"at {evidence['start']}" if evidence["start"] >= 0 else "in the title"
    return f"“{shorten(clean(evidence['quote']), _QUOTE)}” {where}"
