"""`demarche officials …`: who was learnt from articles; decisions take effect within minutes."""

from __future__ import annotations

import sys
import time

import click

from worker import settings as settings_module


@click.group()
def officials() -> None:
    """List, accept, forget and export the office holders that were learnt from articles."""


@officials.command("list")
@click.option("--all", "every", is_flag=True, help="Also who is not learnt yet, and who never.")
def show(every: bool) -> None:
    """Show who was learnt, for which office, when seen first and last, in how many outlets."""
    from worker.commands import officials as desk

    desk.show(settings_module.load(), sys.stdout, time.time(), every=every)


@officials.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--code", help="The party (JPN), where articles claim the name for two.")
def accept(names: tuple[str, ...], code: str | None) -> None:
    """Believe what articles say of NAME, for good; or let NAME be learnt again after `forget`."""
    from worker.commands import officials as desk

    desk.accept(settings_module.load(), names, code, sys.stdout, time.time())


@officials.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
def forget(names: tuple[str, ...]) -> None:
    """Drop what articles say of NAME, and never learn it again."""
    from worker.commands import officials as desk

    desk.forget(settings_module.load(), names, sys.stdout, time.time())


@officials.command()
def export() -> None:
    """Print who was learnt as lines for the gazetteer's leaders.tsv."""
    from worker.commands import officials as desk

    desk.export(settings_module.load(), sys.stdout, time.time())
