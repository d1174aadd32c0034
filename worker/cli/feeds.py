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
    from worker import subscriptions

    subscriptions.show(settings_module.load(), sys.stdout, ailing=ailing, as_json=as_json)


@feeds.command()
@click.argument("url")
def remove(url: str) -> None:
    """Watch a feed no longer, even where the seeds file names it."""
    from worker import subscriptions

    click.echo(subscriptions.remove(settings_module.load(), url))


@feeds.command("import")
@click.argument("file", type=click.Path(path_type=Path))
def take_in(file: Path) -> None:
    """Add the feeds of an OPML file, or of a TOML file like seeds/feeds.toml."""
    from worker import subscriptions

    click.echo(subscriptions.take_in(settings_module.load(), file))


@feeds.command("export")
@click.option("--toml", "as_toml", is_flag=True, help="As a seeds file instead of OPML.")
def give_out(as_toml: bool) -> None:
    """Print the feeds as OPML, which every feed reader understands."""
    from worker import subscriptions

    subscriptions.give_out(settings_module.load(), sys.stdout, as_toml=as_toml)
