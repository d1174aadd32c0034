"""What a person sees of the service: events, fates, deaths and sums, as lines of text.

Pure: data in, text out; `worker.service.screen` puts it on a terminal or into a pipe. Everything
that comes out of a web page is stripped of control characters first: a page must not be able to
move the cursor or to retitle the window.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.cells import cell_len, set_cell_size

from worker.stream.read import Counts

QUOTE = 200  # characters of a quotation at most: two sentences
UNKNOWN_DATE = "undated"
INDENT = "    "
# The level as structlog's console writes it, as Celery does, and as a JSON line has it.
_LEVEL = re.compile(
    r"""[\[\s](warning|error|critical)\s*[\]/:]|"level": ?"(warning|error|critical)""",
    re.IGNORECASE,
)
# What structlog puts before the event: the time and the level, which a screen need not repeat.
_STAMP = re.compile(r"^\S+Z \[\w+\s*\]\s*")
_SPACES = re.compile(r"\s+")


def event_lines(kind: str, data: Mapping[str, Any], width: int | None = None) -> list[str]:
    """One event for a person: date, type, parties; the quoted evidence; the outlet.

    Args:
        kind: the CloudEvent's type; what is not `created` is said ("updated").
        data: the CloudEvent's `data`.
        width: columns to fold into; None: never fold (a pipe, a file).
    """
    if "type" not in data:  # that an article no longer tells it
        return _fold(f"{'':10}  {_change(kind)}  {clean(str(data.get('id', '')))}", width)
    mode = f" ({clean(data['mode'])})" if data.get("mode") else ""
    date = clean(data.get("date") or UNKNOWN_DATE)
    head = f"{date:<10}  {clean(data['type'])}{mode}  {parties(data['parties'])}"
    if change := _change(kind):
        why = f": {clean(', '.join(data['reasons']))}" if data.get("reasons") else ""
        head += f"  [{change}{why}]"
    lines = _fold(head, width)
    outlet = clean((data.get("article") or {}).get("outlet") or "")
    if data.get("evidence"):
        quote = shorten(data["evidence"][0]["quote"], QUOTE)
        lines += _fold(f"{INDENT}“{quote}”" + (f" – {outlet}" if outlet else ""), width)
    elif outlet:
        lines += _fold(f"{INDENT}– {outlet}", width)
    return lines


def fate_line(data: Mapping[str, Any]) -> str | None:
    """An article that did not get through, with its reason; None for all others."""
    fate = str(data.get("fate", ""))
    if fate not in ("rejected", "dead"):
        return None
    why = f" ({clean(str(data['reason']))})" if data.get("reason") else ""
    return f"{'':10}  {fate}{why}: {clean(str(data.get('url') or data.get('id', '')))}"


def parties(told: Iterable[Mapping[str, Any]]) -> str:
    """Who did it to whom: "India ↔ Russia" where all act, "Russia → India" where one is meant."""
    told = list(told)
    actors = [clean(p.get("name", p["code"])) for p in told if p["role"] == "actor"]
    recipients = [clean(p.get("name", p["code"])) for p in told if p["role"] == "recipient"]
    if recipients:
        return f"{', '.join(actors) or '?'} → {', '.join(recipients)}"
    return (" ↔ " if len(actors) == 2 else ", ").join(actors)


def summary_lines(counts: Counts, seconds: float) -> list[str]:
    """What came out of a run: articles by fate (with reasons), events by type.

    Args:
        counts: from the stream.
        seconds: how long it took.
    """
    articles, events = sum(counts.fates.values()), sum(counts.types.values())
    return [
        f"{articles} {_plural('article', articles)} in {seconds:.0f} s: {_sums(counts.fates)}.",
        *(f"{INDENT}{_reason(reason)}: {n}" for reason, n in sorted(counts.reasons.items())),
        f"{events} {_plural('event', events)}: {_sums(counts.types)}.",
    ]


def log_line(role: str, line: str) -> str | None:
    """A worker's log line, where it is a warning or worse; None for all others."""
    if not _LEVEL.search(line[:120]):
        return None
    return f"{role}: {clean(_STAMP.sub('', line))}"


def columns(lines: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lay cells out below each other, a line each; wide characters count as two."""
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    for cells in lines:
        line = "  ".join(set_cell_size(c, w) for c, w in zip(cells, widths, strict=True))
        yield line.rstrip() + "\n"


def clean(text: str) -> str:
    """Text on one line, without anything that acts on a terminal or turns its direction."""
    visible = "".join(" " if _acts(char) else char for char in text)
    return _SPACES.sub(" ", visible).strip()


def shorten(text: str, length: int) -> str:
    """Text of at most so many characters, cut between two words."""
    text = clean(text)
    if len(text) <= length:
        return text
    return text[:length].rsplit(" ", 1)[0].rstrip(" ,;:–—-") + " …"


def encodable(text: str, encoding: str | None) -> str:
    """Text in words that an output of this encoding can carry."""
    try:
        text.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        plain = text.translate(_PLAIN)
        return plain.encode("ascii", "replace").decode("ascii")
    return text


_PLAIN = str.maketrans(
    {"→": "->", "↔": "<->", "“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "..."}
)


def _acts(char: str) -> bool:
    """Whether a character is a control (Cc), a format control such as a bidi override (Cf), …"""
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _change(kind: str) -> str:
    change = kind.rpartition(".")[2]
    return "" if change == "created" else change


def _fold(line: str, width: int | None) -> list[str]:
    if width is None or cell_len(line) <= width:
        return [line]
    indent = re.match(r"\s*", line)
    start = indent.group() if indent else ""
    room = max(20, width - len(start))
    return textwrap.wrap(
        line.strip(),
        room + len(start),
        initial_indent=start,
        subsequent_indent=start or INDENT,
        break_on_hyphens=False,
    )


def _sums(counts: Mapping[str, int]) -> str:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{n} {name}" for name, n in ranked) or "none"


def _reason(reason: str) -> str:
    fate, _, why = reason.partition(":")
    return f"{fate} ({why})" if why else fate


def _plural(noun: str, count: int) -> str:
    return noun if count == 1 else f"{noun}s"
