"""Scripts for Redis: files of Lua beside the modules that run them."""

from __future__ import annotations

from importlib.resources import files


def source(package: str, *names: str) -> str:
    """One script out of files of a package, in this order: what they share stands in a file too."""
    folder = files(package)
    return "".join(folder.joinpath(f"{name}.lua").read_text("utf-8") for name in names)
