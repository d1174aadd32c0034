"""Undo content codings with a bound: no step ever holds more than one piece beyond the cap.

httpx decodes without bounds (1.6 kB of brotli became 2 GB before the first chunk was seen), so the
fetcher asks for gzip and deflate only and inflates here.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from worker.errors import Rejected, Transient

_PIECE = 64 * 1024
_CODINGS = 2  # servers behind a compressing proxy do send "gzip, gzip"; more is an attack
_GZIP = frozenset({"gzip", "x-gzip"})
_GZIP_WINDOW = zlib.MAX_WBITS | 16


class Inflater:
    """Turns the pieces of an encoded body into pieces of content.

    Args:
        content_encoding: the header's value, as sent; empty or ``identity``: nothing to undo.
        max_bytes: bytes that any one coding may unfold to.

    Raises:
        Rejected: ``content-encoding``, where a coding was not asked for or the body is not in it;
            ``too-large``.
        Transient: ``protocol``, where the body ended early (from `finish`).
    """

    def __init__(self, content_encoding: str, max_bytes: int) -> None:
        """Build one decoder per coding; the last one applied is undone first."""
        names = [name.strip().lower() for name in content_encoding.split(",")]
        names = [name for name in names if name and name != "identity"]
        if len(names) > _CODINGS:
            raise Rejected("content-encoding", f"the body is encoded {len(names)} times over")
        self._decoders = [_decoder(name, max_bytes) for name in reversed(names)]

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The content that ``data`` brings, in pieces of at most 64 kB where it was encoded."""
        return _through(self._decoders, data)

    def finish(self) -> None:
        """Say that the body is over; raises where a coding's own end has not been seen."""
        for decoder in self._decoders:
            decoder.finish()


def _through(decoders: list[_Decoder], data: bytes) -> Iterator[bytes]:
    if not decoders:
        yield data
        return
    for piece in decoders[0].pieces(data):
        yield from _through(decoders[1:], piece)


def _decoder(name: str, max_bytes: int) -> _Decoder:
    if name in _GZIP:
        return _Decoder(name, max_bytes, _GZIP_WINDOW)
    if name == "deflate":
        return _Decoder(name, max_bytes, None)
    raise Rejected("content-encoding", f"the body is encoded as {name[:40]!r}, not asked for")


class _Decoder:
    def __init__(self, name: str, max_bytes: int, window: int | None) -> None:
        self._name = name
        self._left = max_bytes
        self._window = window
        self._zlib = zlib.decompressobj(window) if window else None
        self._started = False
        self._over = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        while data and not self._over:
            engine = self._zlib = self._zlib or zlib.decompressobj(_deflate_window(data))
            self._started = True
            try:
                piece = engine.decompress(data, _PIECE)
            except zlib.error:
                raise Rejected("content-encoding", f"the body is not {self._name}") from None
            data = engine.unconsumed_tail
            self._left -= len(piece)
            if self._left < 0:
                raise Rejected("too-large", "the body unfolds to more bytes than allowed")
            if piece:
                yield piece
            if engine.eof:
                data = self._next_member(engine.unused_data)

    def _next_member(self, rest: bytes) -> bytes:
        """gzip files may be concatenated (RFC 1952); anything else behind the end is padding."""
        if self._window == _GZIP_WINDOW and rest[:2] == b"\x1f\x8b":
            self._zlib = zlib.decompressobj(_GZIP_WINDOW)
            return rest
        self._over = True
        return b""

    def finish(self) -> None:
        if self._started and not self._over:
            raise Transient("protocol", f"the {self._name} body ended early")


def _deflate_window(data: bytes) -> int:
    """What is called deflate is zlib (RFC 9110, 8.4.1.2), but some servers send it bare."""
    is_zlib = data[0] & 0x0F == 8 and (len(data) < 2 or (data[0] << 8 | data[1]) % 31 == 0)
    return zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS
