"""The seeds file → Feeds: TOML of our own, or OPML out of a feed reader.

TOML is a list of tables::

    [[feed]]
    url = "https://example.org/rss.xml"
    outlet = "Example Times"     # who speaks
    country = "DEU"              # optional: its country or IGO, as a party code
    language = "en"              # optional: BCP 47
    official = false             # optional: the voice of its country or IGO
    links = "ul.news a"          # optional: it is a page that lists articles; a CSS selector

OPML (any version) names a feed by ``xmlUrl`` and the outlet by ``text`` or ``title``; ``language``
is read where it stands, and ``country``, ``official`` and ``links`` as attributes of ours.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree  # writes only; what is read goes through expat
from xml.parsers import expat

from worker.errors import ConfigError
from worker.feeds import listing
from worker.model import Feed

NAMED = "; DEMARCHE_SEEDS names the feeds file"  # the hint for the file of the settings

_KEYS = {"url": str, "outlet": str, "country": str, "language": str, "official": bool, "links": str}
_COUNTRY = re.compile(r"[A-Z]{2,10}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_DECLARATION = re.compile(r"\A(\s*)<\?xml[^>]*\?>")
_TABLE = re.compile(r"\s*\[\[\s*feed\s*\]\]")


def load(path: Path, hint: str = "") -> list[Feed]:
    """The feeds that the file at ``path`` names, in its order.

    Args:
        path: the file.
        hint: what to add where there is none, such as which setting names it.

    Raises:
        ConfigError: the file cannot be read, or something in it is wrong; says what and where.
    """
    text = _read(path, hint)
    is_xml = path.suffix.lower() in {".opml", ".xml"} or text.lstrip().startswith("<")
    found = _opml(text, path) if is_xml else _toml(text, path)
    return list(_without_doubles(found))


def to_toml(feeds: Sequence[Feed]) -> str:
    """The feeds as a seeds file, which `load` reads back."""
    return "\n".join(_table(feed) for feed in feeds)


def _table(feed: Feed) -> str:
    # A JSON string is a TOML basic string, as long as it keeps to characters instead of surrogates.
    fields = ((key, getattr(feed, key)) for key in _KEYS)
    lines = [
        f"{key} = {json.dumps(value, ensure_ascii=False)}"
        for key, value in fields
        if value is not None
    ]
    return "\n".join(["[[feed]]", *lines, ""])


def to_opml(feeds: Sequence[Feed], title: str = "Démarche") -> str:
    """The feeds as OPML 2.0, which `load` reads back and feed readers understand."""
    root = ElementTree.Element("opml", version="2.0")
    ElementTree.SubElement(ElementTree.SubElement(root, "head"), "title").text = title
    body = ElementTree.SubElement(root, "body")
    for feed in feeds:
        ElementTree.SubElement(body, "outline", _outline(feed))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, "unicode") + "\n"


def _outline(feed: Feed) -> dict[str, str]:
    attributes = {"type": "rss", "text": feed.outlet, "xmlUrl": feed.url, "language": feed.language}
    if feed.country:
        attributes["country"] = feed.country
    if feed.official:
        attributes["official"] = "true"
    if feed.links:
        attributes["links"] = feed.links
    return attributes


def _read(path: Path, hint: str) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(f"{path} does not exist{hint}.") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: byte {raw[error.start]:#04x} is not UTF-8.") from None


def _toml(text: str, path: Path) -> Iterator[tuple[Feed, str]]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_toml_sentence(error, text, path)) from None
    unknown = sorted(document.keys() - {"feed"})
    if unknown:
        raise ConfigError(f"{path}: {unknown[0]!r} is not known here; feeds stand as [[feed]].")
    tables = document.get("feed", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ConfigError(f"{path}: feeds stand as [[feed]], with two brackets.")
    lines = [n for n, line in enumerate(text.splitlines(), start=1) if _TABLE.match(line)]
    for number, table in enumerate(tables):
        # Inline tables (`feed = [{…}]`) have no line of their own: count them instead.
        by_line = len(lines) == len(tables)
        where = f"{path}:{lines[number]}" if by_line else f"{path}: feed {number + 1}"
        yield described(table, where), where


def _toml_sentence(error: tomllib.TOMLDecodeError, text: str, path: Path) -> str:
    message = str(error)
    at = re.search(r" \(at line (\d+), column \d+\)$", message)
    line = int(at[1]) if at else text.count("\n") + 1
    what = message[: at.start()] if at else message.removesuffix(" (at end of document)")
    return f"{path}:{line}: this is not TOML: {what[0].lower()}{what[1:]}."


def _opml(text: str, path: Path) -> Iterator[tuple[Feed, str]]:
    found: list[tuple[dict[str, object], int]] = []
    parser = expat.ParserCreate()
    root: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        root.append(name)
        url = attributes.get("xmlUrl") or attributes.get("xmlurl")
        if name == "outline" and url is not None:
            found.append((_from_outline(url, attributes), parser.CurrentLineNumber))

    def entity(name: str, *_: object) -> None:
        raise ConfigError(f"{path}:{parser.CurrentLineNumber}: entity {name!r} is not allowed.")

    parser.StartElementHandler = start
    parser.EntityDeclHandler = entity
    try:
        # As text: a declaration that names another encoding has been overtaken by then.
        parser.Parse(_DECLARATION.sub(r"\1", text, count=1), True)
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        raise ConfigError(f"{path}:{error.lineno}: this is not XML: {what}.") from None
    if root[0] != "opml":
        raise ConfigError(f"{path}: the root element is <{root[0]}>, not <opml>.")
    for table, line in found:
        where = f"{path}:{line}"
        yield described(table, where), where


def _from_outline(url: str, attributes: Mapping[str, str]) -> dict[str, object]:
    outlet = attributes.get("title") or attributes.get("text") or urlsplit(url).hostname or url
    table: dict[str, object] = {"url": url.strip(), "outlet": outlet.strip()}
    for key in ("country", "language", "links"):
        if attributes.get(key):
            table[key] = attributes[key]
    if "official" in attributes:
        given = attributes["official"]
        table["official"] = {"true": True, "false": False}.get(given.lower(), given)
    return table


def described(table: Mapping[str, object], where: str) -> Feed:
    """The feed that a table of the keys above describes.

    Raises:
        ConfigError: something in it is wrong; the sentence begins with `where` it stands.
    """
    for key, value in table.items():
        if key not in _KEYS:
            known = ", ".join(_KEYS)
            raise ConfigError(f"{where}: {key!r} is not a key of a feed; known are {known}.")
        if not isinstance(value, _KEYS[key]):
            kind = "true or false" if _KEYS[key] is bool else "a text"
            raise ConfigError(f"{where}: {key} = {value!r} is not {kind}.")
    for key in ("url", "outlet"):
        if not str(table.get(key, "")).strip():
            raise ConfigError(f"{where}: the feed has no {key}.")
    _check(table, where)
    return Feed(**table)  # type: ignore[arg-type]


def _check(table: Mapping[str, object], where: str) -> None:
    problem = _url_problem(str(table["url"]))
    if problem:
        raise ConfigError(f"{where}: url = {table['url']!r} {problem}.")
    country, language = table.get("country"), table.get("language", "en")
    if country is not None and not _COUNTRY.fullmatch(str(country)):
        raise ConfigError(f"{where}: country = {country!r} is not a code such as DEU or EU.")
    if not _LANGUAGE.fullmatch(str(language)):
        raise ConfigError(f"{where}: language = {language!r} is not a tag such as en or pt-BR.")
    links = table.get("links")
    if links is not None and (wrong := listing.problem(str(links))):
        raise ConfigError(f"{where}: links = {links!r} is not a CSS selector: {wrong}.")


def _url_problem(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "is not a URL"
    if parts.scheme not in {"http", "https"}:
        return "does not begin with http:// or https://"
    if not parts.hostname or re.search(r"\s", url):
        return "is not a URL"
    if "@" in parts.netloc:
        return "carries a user name"
    return None


def _without_doubles(found: Iterable[tuple[Feed, str]]) -> Iterator[Feed]:
    seen: dict[str, str] = {}
    for feed, where in found:
        first = seen.setdefault(identity(feed.url), where)
        if first is not where:
            raise ConfigError(f"{where}: the feed {feed.url} stands at {first} already.")
        yield feed


def identity(url: str) -> str:
    """What makes two spellings the same feed: scheme and host without case, no fragment."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.lower(), fragment="", path=parts.path or "/").geturl()
