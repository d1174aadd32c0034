"""How many attributes the tags of an HTML document have: libxml2's time grows with their square."""

from __future__ import annotations

import re

_BODY = r"""(?:[^>=]++|=\s*+"[^"]*+"|=\s*+'[^']*+'|=)*+"""
_COMMENT = r"!--(?:-?>|(?:[^-]++|-(?!-!?>))*+)"
_RAW = rf"(script|style)(?=[\s/>]){_BODY}(?:[^<]++|<(?!/\1))*+"
# All begin with one character, outside of the branches: found by it, in a seventh of the time.
_TOKEN = re.compile(f"<(?:{_COMMENT}|{_RAW}|[a-z]{_BODY})", re.IGNORECASE)
_OPENING = re.compile(f"<[a-z]{_BODY}", re.IGNORECASE)
_VALUE = re.compile(r"""=\s*+(?:"[^"]*+"|'[^']*+')""")
_BEGIN = re.compile(r"(?<![\s/=])[\s/=]++(?=[^\s/=])")


def is_crowded(html: str, most: int) -> bool:
    """Whether one tag may have more attributes than that; counted generously.

    [40,000 in one tag take 3 s to parse, 100,000 half a minute; 1,000 take nothing.]
    """
    long = (token for token in _TOKEN.finditer(html) if len(token[0]) > 2 * most)
    tags = (_opening(token[0]) if token[1] else token[0] for token in long if token[0][1] != "!")
    return any(len(_BEGIN.findall(_VALUE.sub("= ", tag))) > 2 * most for tag in tags)


def _opening(element: str) -> str:
    """The tag that opens a script or a style: what stands in it is no markup."""
    return _OPENING.match(element)[0]  # type: ignore[index]  # it was found by the same pattern
