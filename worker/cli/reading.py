"""`demarche parse`, `demarche clean`, `demarche ingest`: documents from outside."""

from __future__ import annotations

import sys

import click

from worker import settings as settings_module
from worker.errors import ConfigError


@click.command()
@click.argument("feeds", nargs=-1, required=True, metavar="FEED...")
@click.option("--links", help="They are pages that list articles: CSS selector of their links.")
def parse(feeds: tuple[str, ...], links: str | None) -> None:
    """Show the entries of feeds, files or URLs, a JSON document a line. Needs no Redis.

    Each line is {"feed", "url", "title", "published", "summary"}. What cannot be read is named on
    standard error, the others go on, and the exit code is 1 then.
    """
    from worker.commands import reading
    from worker.feeds import listing

    if links and (problem := listing.problem(links)):
        raise ConfigError(f"--links {links!r} is not a CSS selector: {problem}.")
    if reading.parse_feeds(settings_module.load(), feeds, sys.stdout, sys.stderr, links=links):
        sys.exit(1)


@click.command()
@click.argument("pages", nargs=-1, metavar="PAGE...")
@click.option("--jsonl", metavar="FILE", help="Pages a line, or - for standard input.")
def clean(pages: tuple[str, ...], jsonl: str | None) -> None:
    """Show the articles on pages, HTML files or URLs, a JSON document a line. Needs no Redis.

    With --jsonl each line of FILE is {"id", "url", "html"} or {"id", "url", "path"}; "id" comes
    back. A page that the service would not code has the reason under "rejected"; where nothing
    could be read, "error" says why, and the exit code is 1.
    """
    from worker.commands import reading

    if bool(pages) == bool(jsonl):
        raise ConfigError("clean takes either pages or --jsonl FILE.")
    settings = settings_module.load()
    if jsonl:
        bad = reading.clean_lines(settings, jsonl, sys.stdout)
    else:
        bad = reading.clean_pages(settings, pages, sys.stdout)
    if bad:
        click.echo(f'demarche: {bad} pages could not be read; see "error".', err=True)
        sys.exit(1)


@click.command()
@click.argument("pages", nargs=-1, metavar="PATH...")
@click.option("--jsonl", metavar="FILE", help="Documents a line, or - for standard input.")
@click.option("--no-wait", is_flag=True, help="End once all are taken in.")
def ingest(pages: tuple[str, ...], jsonl: str | None, no_wait: bool) -> None:
    """Put documents from outside through the running service: an archive, a backfill.

    PATH is an HTML file or a URL. With --jsonl each line of FILE is {"id", "url"} with "text",
    "html" or "path", and "published", "title", "outlet", "country", "language", "official" where
    known. A document has the same fates as what the feeds bring, and is told as a line of JSON when
    it has one; the exit code is 1 where one could not be read or nobody works on them.
    """
    from worker.commands.ingest import Intake

    if bool(pages) == bool(jsonl):
        raise ConfigError("ingest takes either paths or --jsonl FILE.")
    intake = Intake(settings_module.load(), sys.stdout, sys.stderr, wait=not no_wait)
    if not (intake.lines(jsonl) if jsonl else intake.files(pages)):
        sys.exit(1)
