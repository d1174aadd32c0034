"""The command line: `demarche run`, `serve`, `code`, `tail`, and one command for each process.

A mistake of the user's is one sentence on standard error and exit code 2, never a traceback.
Imports stand inside the commands: `demarche --help` must not wait for a language model.
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from worker import settings as settings_module
from worker.cli.feeds import feeds
from worker.cli.officials import officials
from worker.cli.reading import clean, ingest, parse
from worker.cli.stream import export, recode, replay, tail
from worker.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.settings import Settings

SEEDS_NEWSROOM = Path("seeds/newsroom")


class _Commands(click.Group):
    """Turns a `ConfigError` of any command into one sentence and exit code 2."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            click.echo(f"demarche: {error}", err=True)
            ctx.exit(2)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="demarche", message="%(version)s")
def main() -> None:
    """Diplomatic events from the world's news, as a Redis Stream."""


# The service ------------------------------------------------------------------------------------


@main.command()
@click.option("--keep", is_flag=True, help="Go on where an earlier run stopped.")
@click.option("--stay", is_flag=True, help="Keep everything running after the summary.")
def run(keep: bool, stay: bool) -> None:
    """Try it: the whole service on the newsroom of seeds/, until every article has its fate."""
    from worker.service import run as service

    sys.exit(service.run(_settings(), SEEDS_NEWSROOM, keep=keep, stay=stay))


@main.command()
def serve() -> None:
    """Run the whole service on the feeds of seeds/feeds.toml, until it is told to end."""
    from worker.service import run as service

    sys.exit(service.serve(_settings()))


def _process(role: str, what: str) -> Callable[[], None]:
    """Make the command that turns this process into one of the service's."""

    def command() -> None:
        from worker.service import processes

        processes.become(role, _settings())

    command.__doc__ = what
    return command


for _role, _what in (
    ("scheduler", "One process: beat, which looks for what is due."),
    ("fetcher", "One process: a worker that polls feeds and fetches articles."),
    ("extractor", "One process: a worker that turns pages into events, a child per core."),
    ("flower", "One process: Flower, which shows the tasks in a browser."),
):
    main.command(_role)(_process(_role, _what))


@main.command()
def redis() -> None:
    """One process: the Redis server, or a note that another one is used."""
    from worker.service import redis_server

    redis_server.run(_settings())


@main.command()
def keeper() -> None:
    """One process: keeps every message in files, and trims the streams."""
    from worker import logs
    from worker.service import keeper as service

    settings = _settings()
    logs.configure(settings)
    service.run(settings)


@main.command()
def status() -> None:
    """Say how everything does: processes, articles, streams, and the groups that read them."""
    from worker.service import status as service

    service.show(_settings(), sys.stdout)


@main.command()
def exporter() -> None:
    """One process: serves the metrics over HTTP, for Prometheus."""
    from worker import logs
    from worker.service import exporter as service

    settings = _settings()
    logs.configure(settings)
    service.run(settings)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), default=SEEDS_NEWSROOM)
def newsroom(folder: Path) -> None:
    """One process: the small web server of the seeds' newsroom, on loopback."""
    from worker import logs
    from worker.service import newsroom as server

    settings = _settings()
    logs.configure(settings)
    server.run(folder, settings.newsroom_port)


@main.command()
@click.argument("roles", nargs=-1)
@click.option("--here", is_flag=True, help="Only processes of this host count (for containers).")
def health(roles: tuple[str, ...], here: bool) -> None:
    """Say which processes are alive; exit code 1 where one is not."""
    from worker.service import health as service

    unknown = set(roles) - set(service.ROLES)
    if unknown:
        raise ConfigError(f"{min(unknown)} is not a role: {', '.join(service.ROLES)}.")
    host = socket.gethostname() if here else "*"
    findings = service.check(_settings(), roles or service.ROLES, host=host)
    for finding in findings:
        click.echo(str(finding))
    sys.exit(0 if all(finding.alive for finding in findings) else 1)


@main.command()
def metrics() -> None:
    """Print how the service and each feed do, in Prometheus' text format."""
    from worker.service import metrics as service

    click.echo(service.text(_settings()), nl=False)


@main.command("settings")
def show_settings() -> None:
    """List every setting: its variable, its value now, what it means."""
    for name, field in settings_module.Settings.model_fields.items():
        value = getattr(_settings(), name)
        click.echo(f"{settings_module.PREFIX}{name.upper()}={settings_module.shown(name, value)}")
        click.echo(f"    {field.description}")


main.add_command(feeds)
main.add_command(officials)
main.add_command(ingest)
main.add_command(tail)
main.add_command(export)
main.add_command(recode)
main.add_command(replay)


# Without the service ----------------------------------------------------------------------------

main.add_command(parse)
main.add_command(clean)


@main.command()
@click.argument("file")
@click.option("--published", metavar="DATE", help="Day of publication (2024-01-15); for dates.")
@click.option("--source", help="Who speaks: an outlet, or the body that issued a statement.")
@click.option("--title", help="The headline.")
@click.option("--jsonl", is_flag=True, help="FILE holds a document a line; so does the output.")
@click.option("--explain", is_flag=True, help="Say why: rules, words, lines of the data files.")
def code(
    file: str,
    published: str | None,
    source: str | None,
    title: str | None,
    jsonl: bool,
    explain: bool,
) -> None:
    """Code texts without Redis or Celery. FILE may be - for standard input.

    With --jsonl each line of FILE is {"doc_id", "published", "text"}, with "source", "title" and
    "url" where known; each line of the output is {"doc_id", "events": […]}, in the same order.

    With --explain every event says which rule fired, on which words, how each party and the date
    were found, and what was merged; as "accounts" in JSON.
    """
    from worker.commands import desk

    if jsonl and (published or source or title):
        raise ConfigError("--published, --source and --title belong to a text, not to --jsonl.")
    settings = _settings()
    if jsonl:
        if failed := desk.code_lines(settings, file, sys.stdout, explain=explain):
            click.echo(f'demarche: {failed} documents could not be coded; see "error".', err=True)
            sys.exit(1)
    else:
        desk.code_text(
            settings,
            file,
            sys.stdout,
            published=published,
            source=source,
            title=title,
            explain=explain,
        )


@main.command()
@click.argument("file", default="-")
def relate(file: str) -> None:
    """Say which type of act joins two parties of a sentence. FILE may be - for standard input.

    Each line of FILE is {"id", "text", "source_span": [start, end], "target_span": [start, end]},
    the spans in characters; each line of the output {"id", "type", "probabilities"}, in the same
    order. A line that cannot be read is named on standard error, and the exit code is 1 then.
    """
    from worker.commands import desk

    if desk.relate_lines(_settings(), file, sys.stdout, sys.stderr):
        sys.exit(1)


@main.command()
@click.argument("name")
@click.option("--on", metavar="DATE", help="The day for which it is asked (2024-01-15).")
def parties(name: str, on: str | None) -> None:
    """Show what NAME can mean: parties, and who held which office when.

    Each line ends with the line of the gazetteer's tables that says so, or with the outlets from
    which an office holder was learnt (where Redis can be reached); a mark like 2019-12-31? means
    that the office is attested until then, not that it ended.
    """
    from worker.commands import desk

    desk.parties(_settings(), name, on, sys.stdout)


def _settings() -> Settings:
    return settings_module.load()
