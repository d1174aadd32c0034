"""`demarche feeds …`: the feeds that are watched; changes take effect without a restart."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from worker import settings as settings_module


@click.group()
def feeds() -> None:
    """List, add, remove, check, import and export the feeds that are watched."""


@feeds.command("list")
@click.option("--ailing", is_flag=True, help="Only those with something to note.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document a line.")
def show(ailing: bool, as_json: bool) -> None:
    """List the feeds, how each does and what is wrong with it."""
    from worker.commands import subscriptions

    subscriptions.show(settings_module.load(), sys.stdout, ailing=ailing, as_json=as_json)


@feeds.command()
@click.argument("url")
@click.option("--outlet", help="Who speaks, for people; else what the feed calls itself.")
@click.option("--country", help="Its country or organisation, as a party code: DEU, EU.")
@click.option("--language", help="BCP 47 tag of the articles; else en.")
@click.option("--official", is_flag=True, help="It is the voice of its country or organisation.")
@click.option("--links", help="URL is a page that lists articles: CSS selector of their links.")
@click.option("--unseen", is_flag=True, help="Do not look at it first.")
def add(url: str, official: bool, unseen: bool, **given: str | None) -> None:
    """Watch a feed: URL, or the one feed that the page at URL names."""
    from worker.commands import subscriptions

    known: dict[str, object] = {"url": url, **{key: value for key, value in given.items() if value}}
    if official:
        known["official"] = True
    click.echo(subscriptions.add(settings_module.load(), known, unseen=unseen))


@feeds.command()
@click.argument("url")
@click.option("--links", help="URL is a page that lists articles: CSS selector of their links.")
def check(url: str, links: str | None) -> None:
    """Look at URL once: what would be read, when, and what is wrong; exit code 1 if nothing can."""
    from worker.commands import subscriptions
    from worker.feeds import seeds

    given = {"url": url, "outlet": url, **({"links": links} if links else {})}
    feed = seeds.described(given, "feeds check")
    sys.exit(0 if subscriptions.check(settings_module.load(), feed, sys.stdout) else 1)


@feeds.command()
@click.argument("url")
def remove(url: str) -> None:
    """Watch a feed no longer, even where the seeds file names it."""
    from worker.commands import subscriptions

    click.echo(subscriptions.remove(settings_module.load(), url))


@feeds.command("import")
@click.argument("file", type=click.Path(path_type=Path))
def take_in(file: Path) -> None:
    """Add the feeds of an OPML file, or of a TOML file like seeds/feeds.toml."""
    from worker.commands import subscriptions

    click.echo(subscriptions.take_in(settings_module.load(), file))


@feeds.command("export")
@click.option("--toml", "as_toml", is_flag=True, help="As a seeds file instead of OPML.")
def give_out(as_toml: bool) -> None:
    """Print the feeds as OPML, which every feed reader understands."""
    from worker.commands import subscriptions

    subscriptions.give_out(settings_module.load(), sys.stdout, as_toml=as_toml)
