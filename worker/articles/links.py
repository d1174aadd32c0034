"""One article, one URL: normal form, known tracking parameters, and what the page says itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from urllib.parse import SplitResult, quote, unquote_to_bytes, urljoin, urlsplit, urlunsplit

from lxml.html import HtmlElement
from tld import get_fld

from worker.errors import Rejected

_PORTS = {"http": 80, "https": 443}
_PATH_SAFE = "/:@!$&'()*+,;=~-._"
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SESSION = re.compile(r";jsessionid=[^/?#;]*", re.IGNORECASE)
_ARTICLE = re.compile(r"\d{5,}|(?:[^\W_]+-){3}|\.[sp]?html?$|\.aspx?$|\.php$|\.stm$")
_VARIANTS = re.compile(r"/(amp|print|index\.(html?|php)|page/\d+|\d{1,2})/?", re.IGNORECASE)
_FRONT = re.compile(r"/?(index\.(s?html?|php|aspx?))?|/[a-z]{2}(-[a-z]{2})?/?", re.IGNORECASE)


def clean_url(url: str) -> str:
    """The URL in normal form (RFC 3986, 6.2.2), without fragment and known tracking parameters.

    Scheme and host in lower case, internationalised hosts in ASCII, no default port, no dot
    segments, escapes in upper case and only where needed. Unknown parameters stay, in their order.

    Raises:
        Rejected: ``bad-url``, where it is not an http or https URL with a host.
    """
    parts = _split(url.strip())
    host = _host(parts)
    path = _escaped(_without_dots(_SESSION.sub("", parts.path)), _PATH_SAFE) or "/"
    return urlunsplit((parts.scheme.lower(), host, path, _query(parts), ""))


def canonical(page_url: str, tree: HtmlElement | None) -> str:
    """The one URL of the article on this page: ``rel=canonical`` or ``og:url`` where believable.

    A page's own word is taken only if it stays on the site and names an article: content systems
    exist that put the front page, the section, or a URL without its id on every page.
    """
    own = clean_url(page_url)
    for claimed in _claims(tree):
        try:
            there = clean_url(urljoin(page_url, claimed))
        except (Rejected, ValueError):
            continue
        if _is_believable(urlsplit(own), urlsplit(there)):
            return _same_scheme(own, there)
    return own


def claimed(tree: HtmlElement) -> str | None:
    """The URL that a page gives as its own, where there is no other to hold it against."""
    for claim in _claims(tree):
        try:
            return clean_url(claim)
        except Rejected:
            continue
    return None


def site(url: str) -> str:
    """The registrable domain of a URL ("bbc.co.uk"), or its host where there is none."""
    return _site(urlsplit(url).hostname or "")


def is_front(parts: SplitResult) -> bool:
    """Whether a URL is a site's front page, also in one of its languages ("/en/")."""
    return bool(_FRONT.fullmatch(parts.path)) and not parts.query


@lru_cache(maxsize=10_000)
def _site(host: str) -> str:
    found = get_fld(f"http://{host}/", fail_silently=True)
    if found or ":" in host or host.replace(".", "").isdigit():
        return found or host
    # The Public Suffix List's own rule for what it does not list: the last label is the suffix.
    return ".".join(host.split(".")[-2:])


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise Rejected("bad-url", f"{url[:200]!r} is not a URL") from None
    if parts.scheme.lower() not in _PORTS or not host or "@" in parts.netloc:
        raise Rejected("bad-url", f"{url[:200]!r} is not an http or https URL with a host")
    return parts


def _host(parts: SplitResult) -> str:
    name = (parts.hostname or "").rstrip(".")
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            raise Rejected("bad-url", f"{name[:100]!r} is not a host name") from None
    if not name or not re.fullmatch(r"[a-z0-9._:%-]+", name):
        raise Rejected("bad-url", f"{name[:100]!r} is not a host name")
    name = f"[{name}]" if ":" in name else name
    return name if parts.port in {None, _PORTS[parts.scheme.lower()]} else f"{name}:{parts.port}"


def _query(parts: SplitResult) -> str:
    names = _tracking(_site((parts.hostname or "").rstrip(".")))
    kept = [pair for pair in parts.query.split("&") if pair and not _tracks(pair, names)]
    return _escaped("&".join(kept), _PATH_SAFE + "?[]|")


def _tracks(pair: str, names: tuple[frozenset[str], tuple[str, ...]]) -> bool:
    name = pair.partition("=")[0].lower()
    exact, prefixes = names
    return name in exact or name.startswith(prefixes)


@lru_cache(maxsize=1_000)
def _tracking(domain: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Names and prefixes that are tracking on this site."""
    names = [name for host, name in _table() if host in {"*", domain}]
    exact = frozenset(name for name in names if not name.endswith("*"))
    return exact, tuple(name[:-1] for name in names if name.endswith("*"))


@cache
def _table() -> tuple[tuple[str, str], ...]:
    text = files("worker.articles").joinpath("tracking.tsv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    rows = (line.split("\t") for line in lines[1:])
    return tuple((host, name.lower()) for host, name, _ in rows)


def _escaped(text: str, safe: str) -> str:
    """Escapes in one spelling: unreserved characters plain, the rest as upper-case ``%XX``."""
    plain = _ESCAPE.sub(_unescape, text.encode("utf-8", "surrogatepass"))
    return quote(plain, safe=safe + "%")


def _unescape(match: re.Match[bytes]) -> bytes:
    byte = unquote_to_bytes(match[0])
    return byte if byte[0] in _UNRESERVED else match[0].upper()


def _without_dots(path: str) -> str:
    """RFC 3986, 5.2.4, for an absolute path."""
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            kept = kept[:-1] or [""]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/".join(kept)


def _claims(tree: HtmlElement | None) -> Iterator[str]:
    if tree is None:
        return
    canonicals = {
        link.get("href", "").strip()
        for link in tree.iter("link")
        if "canonical" in link.get("rel", "").lower().split()
    }
    if len(canonicals) == 1:  # two that differ are no claim
        yield from canonicals
    for meta in tree.iter("meta"):
        if (meta.get("property") or meta.get("name") or "").lower() == "og:url":
            yield meta.get("content", "").strip()


def _is_believable(own: SplitResult, there: SplitResult) -> bool:
    if _site(own.hostname or "") != _site(there.hostname or ""):
        return False
    if own.path == there.path:
        # The id may be in the query: a claim that drops it is believed only where the path tells
        # articles apart by itself.
        return own.query == there.query or bool(there.query) or _names_article(own.path)
    if is_front(there):
        return False
    is_above = own.path.startswith(there.path.rstrip("/") + "/")
    if is_above and not there.query:
        rest = own.path[len(there.path.rstrip("/")) :]
        return _names_article(there.path) or bool(_VARIANTS.fullmatch(rest))
    return True


def _names_article(path: str) -> bool:
    return bool(_ARTICLE.search(path.rstrip("/").rpartition("/")[2]))


def _same_scheme(own: str, there: str) -> str:
    """A page that came by https keeps it: templates claim http long after the site has moved."""
    if own.startswith("https:") and there.startswith("http:"):
        return "https:" + there.removeprefix("http:")
    return there
