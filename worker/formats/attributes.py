"""How many attributes the tags of an HTML document have: libxml2's time grows with their square."""

from __future__ import annotations

import re

_TAG = re.compile(r"""<[A-Za-z](?:[^>=]++|=\s*+"[^"]*+"|=\s*+'[^']*+'|=)*+""")
_VALUE = re.compile(r"""=\s*+(?:"[^"]*+"|'[^']*+')""")
_BEGIN = re.compile(r"(?<![\s/=])[\s/=]++(?=[^\s/=])")


def is_crowded(html: str, most: int) -> bool:
    """Whether one tag may have more attributes than that; counted generously.

    [40,000 in one tag take 3 s to parse, 100,000 half a minute; 1,000 take nothing.]
    """
    long = (tag[0] for tag in _TAG.finditer(html) if len(tag[0]) > 2 * most)
    return any(len(_BEGIN.findall(_VALUE.sub("= ", tag))) > 2 * most for tag in long)
