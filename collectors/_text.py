"""Strings from devices: untrusted bytes in one of two encodings, now and then cut off."""

from __future__ import annotations

from codecs import getincrementaldecoder
from typing import Final

_LONGEST: Final = 255


def decode(raw: bytes | str | float) -> str:
    """Read UTF-8, then GB18030, then hex; drop control characters; at most 255 characters.

    An ifAlias of Huawei or ZTE ends after 64 bytes (IF-MIB DisplayString), in the middle of a
    character where that is so: such a tail is left out. NUL padding goes.
    """
    text = _read(raw.rstrip(b"\0")) if isinstance(raw, bytes) else str(raw)
    return "".join(character for character in text if character.isprintable())[:_LONGEST]


def _read(raw: bytes) -> str:
    whole = _whole(raw, "utf-8")
    if whole is not None:
        return whole
    # Cut UTF-8 is often valid GB18030, and nonsense in it; so it goes before, where it is seen.
    cut = _cut(raw, "utf-8")
    if cut is not None and not cut.isascii():
        return cut
    for found in (_whole(raw, "gb18030"), _cut(raw, "gb18030"), cut):
        if found is not None:
            return found
    return raw.hex()


def _whole(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _cut(raw: bytes, encoding: str) -> str | None:
    """Read all but a character whose end is missing."""
    try:
        return getincrementaldecoder(encoding)().decode(raw)
    except UnicodeDecodeError:
        return None
