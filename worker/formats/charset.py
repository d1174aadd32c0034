"""Bytes → text for feeds and pages: BOM, header, the document's own word, then detection.

Only the encodings of the web are known (WHATWG Encoding Standard): Python would follow a document
that declares itself ``punycode`` into hours of work.
"""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from worker.formats import alphabets

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BARE = ((b"<\x00?\x00", "utf-16-le"), (b"\x00<\x00?", "utf-16-be"))  # XML 1.0, appendix F
_IN_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_IN_XML = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([\w.:-]+)", re.IGNORECASE)
_IN_META = re.compile(rb"<meta[^>]{0,500}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_HEAD = 4096  # bytes in which a document says what it is; the standard asks for 1,024
# What the standard reads in place of what is named: supersets that real pages mean.
_INSTEAD = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
_KNOWN = frozenset(
    {
        "utf-8",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "cp1250",
        "cp1251",
        "cp1252",
        "cp1253",
        "cp1254",
        "cp1255",
        "cp1256",
        "cp1257",
        "cp1258",
        "cp866",
        "cp874",
        "koi8-r",
        "koi8-u",
        "mac-roman",
        "mac-cyrillic",
        "gb18030",
        "big5hkscs",
        "euc_jp",
        "iso2022_jp",
        "cp932",
        "cp949",
        "iso8859-2",
        "iso8859-3",
        "iso8859-4",
        "iso8859-5",
        "iso8859-6",
        "iso8859-7",
        "iso8859-8",
        "iso8859-10",
        "iso8859-13",
        "iso8859-14",
        "iso8859-15",
        "iso8859-16",
    }
)
_SEVEN_BIT = frozenset({"iso2022_jp"})
# Of what is not ASCII in Japanese, at least a sixth are hiragana; in Korean, hangul prevails.
_SCRIPTS = tuple(
    (encoding, re.compile(letters), share)
    for encoding, letters, share in (
        ("euc_jp", "[ぁ-ん]", 0.15),
        ("cp932", "[ぁ-ん]", 0.15),
        ("cp949", "[가-힣]", 0.6),
    )
)
# Too like one another for statistics ("Genève" was taken for "Genčve"): the web's default is meant.
_LATIN = frozenset(
    {"cp1250", "cp1254", "cp1257", "cp1258", "mac-roman"}
    | {f"iso8859-{part}" for part in (2, 3, 4, 10, 13, 14, 15, 16)}
)
_WRONG = 0.02  # share of characters that an encoding may fail on: a cut one, a stray one
_SAMPLE = 20_000  # bytes that the detection looks at


def decode(body: bytes, content_type: str = "") -> str:
    """The text of a document; what no encoding explains becomes U+FFFD, never an error.

    Valid UTF-8 is UTF-8 whatever is declared: other text is practically never valid by chance,
    and headers that a server was configured with for older pages are common.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    for mark, encoding in _BARE:
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    declared = _declared(body, content_type)
    if declared and declared[0] in _SEVEN_BIT:
        return body.decode(declared[0], "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return _legacy(body, declared)


def _declared(body: bytes, content_type: str) -> list[str]:
    """Known encodings that header and document name, in that order."""
    names = [match[1] for match in (_IN_HEADER.search(content_type),) if match]
    head = body[:_HEAD]
    inside = (_IN_XML.search(head), _IN_META.search(head))
    names += [match[1].decode("ascii", "replace") for match in inside if match]
    found = (_codec(name) for name in names)
    return list(dict.fromkeys(name for name in found if name))


def _codec(label: str) -> str | None:
    try:
        name = codecs.lookup(label.removeprefix("x-")).name
    except LookupError:
        return None
    name = _INSTEAD.get(name, name)
    return name if name in _KNOWN else None


def _legacy(body: bytes, declared: list[str]) -> str:
    for encoding in declared:
        text = body.decode(encoding, "replace")
        # A comment, a counter or a cut character in another encoding does not refute the rest.
        if text.count("\ufffd") <= len(body) // 1_000 + 1:
            return text
    sample = _sample(body)
    found = alphabets.told(sample) or _by_script(sample) or _by_statistics(sample)
    return body.decode(found or "cp1252", "replace")


def _by_statistics(sample: bytes) -> str | None:
    best = from_bytes(sample).best()
    guessed = _codec(best.encoding) if best else None
    return None if guessed in _LATIN else guessed


def _by_script(sample: bytes) -> str | None:
    """Japanese and Korean, by the letters that only they have; statistics take them for Chinese.

    Read in another encoding, a text hardly ever comes out with so many of them.
    """
    for encoding, letters, share in _SCRIPTS:
        text = sample.decode(encoding, "replace")
        others = [c for c in text if c > "\x7f"]
        wrong = text.count("\ufffd") / max(len(others), 1)
        if wrong < _WRONG and len(letters.findall(text)) >= share * len(others) > 0:
            return encoding
    return None


def _sample(body: bytes) -> bytes:
    """Where the bytes above ASCII begin: they alone tell encodings apart."""
    first = re.search(rb"[\x80-\xff]", body)
    start = max(first.start() - 1_000, 0) if first else 0
    return body[start : start + _SAMPLE]
