"""Section `configurations` of `monitor.yaml`: how full configurations are sealed."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from inventory.model import Secret
from inventory.strict import Strict

_BYTES: Final = 32
_HEX: Final = re.compile(r"[0-9A-Fa-f]{64}")


def sealing_key(key: Secret) -> bytes:
    """Read a key of 32 bytes from hexadecimal digits or base64; empty = there is none.

    Raises ValueError, which says nothing of the key.
    """
    text = key.reveal().strip()
    if not text:
        return b""
    try:
        found = bytes.fromhex(text) if _HEX.fullmatch(text) else base64.b64decode(text)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != _BYTES:
        raise ValueError("not a key")
    return found


def _checked(key: Secret) -> Secret:
    try:
        sealing_key(key)
    except ValueError:
        raise PydanticCustomError("bad_seal_key", "not a key") from None
    return key


class ConfigurationsConfig(Strict):
    """`key` seals the full texts: 32 bytes; without it only masked texts are kept.

    `keep`: full texts per device; of the masked ones each revision is kept.
    """

    key: Annotated[Secret, AfterValidator(_checked)] = Field(default=Secret(""), repr=False)
    keep: Annotated[int, Field(ge=1, le=10_000)] = 30
