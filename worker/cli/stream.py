"""`demarche tail`, `export` and `replay`: the streams, for people and other programs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from worker import settings as settings_module

if TYPE_CHECKING:
    from worker.exports.select import Selection

_FILTERS = (
    click.option("--party", "parties", multiple=True, metavar="CODE", help="It takes part: IND."),
    click.option(
        "--pair", "pairs", multiple=True, metavar="PAIR",
        help="Both take part: IND,RUS; or one acts on the other: 'RUS>IND'.",
    ),
    click.option("--type", "types", multiple=True, metavar="TYPE", help="PLOVER type: CONSULT."),
    click.option("--quad", "quads", multiple=True, type=click.IntRange(1, 4), help="Quad class."),
    click.option("--confidence", type=click.FloatRange(0, 1), default=0.0, help="At least so."),
    click.option(
        "--independent", type=click.IntRange(0), default=0, help="Independent sources at least."
    ),
    click.option("--no-historical", is_flag=True, help="No acts long before their publication."),
)  # fmt: skip


def filters(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that select events; what is given twice means either."""
    for option in reversed(_FILTERS):
        command = option(command)
    return command


def selection(
    parties: tuple[str, ...],
    pairs: tuple[str, ...],
    types: tuple[str, ...],
    quads: tuple[int, ...],
    confidence: float,
    independent: int,
    no_historical: bool,
) -> Selection:
    """Read the options of `filters`.

    Raises:
        ConfigError: a pair or a type is none.
    """
    from worker.events import plover
    from worker.exports import select

    return select.Selection(
        parties=frozenset(code.upper() for code in parties),
        pairs=tuple(select.pair(text) for text in pairs),
        types=select.types(types, plover.types()),
        quads=frozenset(quads),
        confidence=confidence,
        independent=independent,
        historical=not no_historical,
    )


@click.command()
@click.option("--from", "start", default="$", metavar="ID|TIME", help="Begin here; default: now.")
@click.option("--stream", default="events", type=click.Choice(["events", "reports", "articles"]))
@click.option(
    "--format", "form", default="person", type=click.Choice(["person", "jsonl", "csv"]),
    help="For a person; a CloudEvent a line; a table with a header.",
)  # fmt: skip
@click.option("--end", is_flag=True, help="Stop at the end instead of waiting for more.")
@filters
def tail(start: str, stream: str, form: str, end: bool, **asked: Any) -> None:
    """Print the stream as it grows.

    Options that select events may be given more than once: any of the parties, any of the types.
    """
    from worker import delivery

    delivery.tail(
        settings_module.load(), stream, start, sys.stdout,
        form=form, wanted=selection(**asked), end=end,
    )  # fmt: skip
