"""`demarche tail`, `export` and `replay`: the streams, for people and other programs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from worker import settings as settings_module
from worker.errors import ConfigError

if TYPE_CHECKING:
    from worker.exports.select import Selection

STREAMS = ("events", "reports", "articles")
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
@click.option("--stream", default="events", type=click.Choice(STREAMS))
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
    from worker.commands import delivery

    delivery.tail(
        settings_module.load(), stream, start, sys.stdout,
        form=form, wanted=selection(**asked), stop=end,
    )  # fmt: skip


_SOURCE = (
    click.option("--stream", default="events", type=click.Choice(STREAMS)),
    click.option("--from", "start", default="0", metavar="ID|TIME", help="Begin here."),
    click.option("--to", "stop", metavar="ID|TIME", help="With this id; before this time."),
    click.option(
        "--archive", type=click.Path(path_type=Path), metavar="FOLDER",
        help="Out of an archive's files instead of the stream: .demarche/serve/archive.",
    ),
)  # fmt: skip


def source(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say which messages it is about."""
    for option in reversed(_SOURCE):
        command = option(command)
    return command


@click.command()
@click.option(
    "--format", "form", default="jsonl",
    type=click.Choice(["jsonl", "csv", "parquet", "gdelt", "plover"]),
    help="CloudEvents; a table; a table a day; GDELT's 61 columns; PLOVER's records.",
)  # fmt: skip
@click.option("--out", default="-", metavar="FILE|FOLDER", help="Default: standard output.")
@click.option("--all", "every", is_flag=True, help="Every revision, also of events that ended.")
@source
@filters
def export(
    form: str, out: str, every: bool, stream: str, start: str, stop: str | None,
    archive: Path | None, **asked: Any,
) -> None:  # fmt: skip
    """Write the newest state of each event for other programs.

    Events that were merged or retracted are left out, and options that select events look at the
    newest state. Of reports and articles every message is written.
    """
    from worker.commands import delivery

    messages = delivery.Source(stream, start, stop, archive)
    count = delivery.export(
        settings_module.load(), messages, form, out, wanted=selection(**asked), every=every
    )
    click.echo(f"{count} written.", err=True)


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--into", "name", metavar="NAME", help="The new stream's name.")
@click.option("--warc", is_flag=True, help="FILES are archived pages, by DEMARCHE_WARC or others.")
@source
def replay(
    files: tuple[Path, ...], name: str | None, warc: bool, stream: str, start: str,
    stop: str | None, archive: Path | None,
) -> None:  # fmt: skip
    """Put messages onto a new stream, or archived pages through the service once more.

    With --into, messages come onto a new stream as they were, to try a reader on them. They keep
    their entry ids, so that a reader can begin at a time. The stream is not trimmed.

    With --warc, the pages in FILES go to the running extractors as if they had just been fetched.
    What the service knows is left as it is: for reading everything anew, take a service of another
    DEMARCHE_PREFIX.
    """
    if warc is bool(name) or warc is not bool(files):
        raise ConfigError("replay takes either --into NAME, or --warc and its FILES.")
    if warc or name is None:
        from worker.commands import replay as pages

        pages.replay(settings_module.load(), files, sys.stdout)
        return
    from worker.commands import delivery

    messages = delivery.Source(stream, start, stop, archive)
    key, count = delivery.replay(settings_module.load(), messages, name)
    click.echo(f"{count} messages on {key}; DEL {key} when they have served.")


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def recode(files: tuple[Path, ...]) -> None:
    """Code archived pages anew, and publish only what is told otherwise.

    FILES are pages that DEMARCHE_WARC kept. For a new version of the coder: events keep their ids,
    what an article tells no longer is retracted. The service may go on meanwhile.
    """
    from worker.commands import recode as archive

    archive.recode(settings_module.load(), files, sys.stdout)
