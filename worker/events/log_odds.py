"""Tables of signs and weights: how much each sign speaks for or against something, in log-odds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from worker.events.plover import data, read_tsv


@cache
def read(*parts: str) -> dict[str, float]:
    """The weight of each sign in a data file of this room."""
    return {row["sign"]: float(row["weight"]) for row in read_tsv(data(*parts))}


def lines(weights: Mapping[str, float]) -> str:
    """The rows of a table, by sign."""
    return "".join(f"{sign}\t{weight:.2f}\n" for sign, weight in sorted(weights.items()))


def table(weights: Mapping[str, float], *, of: str, by: str, on: str) -> str:
    """A table as `read` takes it.

    Args:
        of: the module that the signs are those of.
        by: the script that fitted them.
        on: what it learnt from, and how many.
    """
    return (
        f"# Weights (log-odds) of the signs of {of}, fitted by\n"
        f"# {by} on {on}.\nsign\tweight\n{lines(weights)}"
    )
