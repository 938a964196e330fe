"""Strings from devices: untrusted bytes in one of two encodings."""

from __future__ import annotations

from typing import Final

_LONGEST: Final = 255


def decode(raw: bytes | str | float) -> str:
    """Read UTF-8, then GB18030, then hex; drop control characters; at most 255 characters."""
    if not isinstance(raw, bytes):
        return str(raw)[:_LONGEST]
    for encoding in ("utf-8", "gb18030"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        text = raw.hex()
    return "".join(character for character in text if character.isprintable())[:_LONGEST]
