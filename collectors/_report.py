"""What a document of another system says: a JSON pointer into it, and times as people write them.

Pure, and over what others wrote: whatever does not read is None, nothing raises.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import msgspec
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from inventory.edge import ZONE

_MISSING: Final = object()
_TOKEN: Final = re.compile(r"(?:[^~]|~[01])*")
_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,8}")
_DATE: Final = re.compile(r"([0-9]{4})[/.]([0-9]{1,2})[/.]([0-9]{1,2})(.*)", re.DOTALL)
_NUMBER: Final = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?")
_MILLISECONDS_FROM: Final = 1e11
"""As seconds that is the year 5138; as milliseconds 1973."""
_LATEST: Final = 1e10
_LONGEST: Final = 64


def _pointer(value: str) -> str:
    if (value and not value.startswith("/")) or not _TOKEN.fullmatch(value) or len(value) > 500:
        raise PydanticCustomError("bad_pointer", "not a JSON pointer")
    return value


Pointer = Annotated[str, AfterValidator(_pointer)]
"""A JSON pointer (RFC 6901): `/sets/0/time`; "" is the whole document."""


def document(body: bytes) -> Any:
    """Read JSON (UTF-8); None where it is none, or is nested beyond sense."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def at(found: Any, pointer: str) -> Any:
    """Follow a pointer; the value `missing` where nothing is there. `-` leads nowhere."""
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict) and name in found:
            found = found[name]
        elif isinstance(found, list) and _INDEX.fullmatch(name) and int(name) < len(found):
            found = found[int(name)]
        else:
            return _MISSING
    return found


def is_missing(found: Any) -> bool:
    """Say whether a pointer led nowhere."""
    return found is _MISSING


def number(found: Any) -> float | None:
    """Read a number, also one that is written as text."""
    if isinstance(found, str) and len(found) <= _LONGEST and _NUMBER.fullmatch(found.strip()):
        return float(found)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    try:
        value = float(found)
    except OverflowError:
        return None
    return value if math.isfinite(value) else None


def whole(found: Any) -> int | None:
    """Read a size or a count."""
    value = number(found)
    return None if value is None or not 0 <= value < 2**63 else int(value)


def instant(found: Any) -> float | None:
    """Read UTC seconds: epoch seconds or milliseconds, ISO 8601, `2026/11/03 02:10:00`.

    What has no zone is the time of Asia/Shanghai.
    """
    seconds = number(found)
    if seconds is not None:
        seconds = seconds / 1000 if abs(seconds) >= _MILLISECONDS_FROM else seconds
        return seconds if 0 < seconds < _LATEST else None
    if not isinstance(found, str) or len(found) > _LONGEST:
        return None
    text = found.strip()
    if match := _DATE.fullmatch(text):
        text = f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}{match[4]}"
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=moment.tzinfo or ZONE).astimezone(UTC).timestamp()
    except (ValueError, OverflowError):
        return None
