"""Units at the edge: what people write in YAML, read into what is used inside.

Each type is a pydantic field. Inside: seconds, exact ratios, bits per second, fen, UTC seconds.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import pairwise
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, PlainValidator
from pydantic_core import PydanticCustomError

from inventory.model import Endpoint, Interval

ZONE: Final = ZoneInfo("Asia/Shanghai")
ALWAYS: Final = (Interval(0),)
"""In service for as long as anybody looks back."""

_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400}
_RATE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)([kKMGT])")
_FACTOR = {"k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LONGEST_TEXT = 200
_EARLIEST, _LATEST = 1990, 2199


def whole_number_as_text(value: object) -> object:
    """Take back that YAML read digits as a number: text made of digits needs no quotes."""
    return str(value) if type(value) is int else value


def _one_line(value: str) -> str:
    if len(value) > _LONGEST_TEXT:
        raise PydanticCustomError("text_too_long", "too long", {"most": _LONGEST_TEXT})
    if not value.isprintable():
        raise PydanticCustomError("text_not_printable", "not printable")
    return value


def _id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise PydanticCustomError("bad_id", "bad id")
    return value


def is_id(value: str) -> bool:
    """Whether `value` is a stable identity: `[a-z0-9][a-z0-9.-]*`, at most 64 characters."""
    return _ID.fullmatch(value) is not None


def duration(value: object) -> float:
    """Read `10s`, `5m`, `500ms`, `2h` or `3d` as seconds."""
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise PydanticCustomError("bad_duration", "bad duration")
    return float(Decimal(match[1]) * Decimal(str(_SECONDS[match[2]])))


def _interval(value: object) -> float:
    if (seconds := duration(value)) < 1:
        raise PydanticCustomError("every_too_short", "below 1s")
    return seconds


def percent(value: object) -> Fraction:
    """Read `99.9` (or `99.9%`) as the exact ratio 999/1000."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,9})?%", value):
        ratio = Fraction(value[:-1]) / 100
    elif isinstance(value, int | float) and not isinstance(value, bool):
        ratio = Fraction(repr(value)) / 100
    else:
        raise PydanticCustomError("bad_percent", "bad percent")
    if not 0 <= ratio <= 1:
        raise PydanticCustomError("bad_percent", "bad percent")
    return ratio


def scaled(value: object) -> int:
    """Read `100M` or `2.5G` as 100,000,000 or 2,500,000,000; k, M, G, T are powers of 1,000."""
    match = _RATE.fullmatch(value) if isinstance(value, str) else None
    if not match or not (number := int(Decimal(match[1]) * _FACTOR[match[2]])):
        raise PydanticCustomError("bad_bandwidth", "bad bandwidth")
    return number


def scaled_or_zero(value: object) -> int:
    """Read what `scaled` reads, and `0`."""
    return 0 if value == 0 and not isinstance(value, bool) else scaled(value)


def fen(value: object) -> int:
    """Read yuan, with at most two decimals, as fen."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 10**12:
        amount = Decimal(repr(value)) * 100
        if amount == amount.to_integral_value():
            return int(amount)
    raise PydanticCustomError("bad_money", "bad money")


def instant(value: object) -> int:
    """Read ISO 8601 as UTC seconds; without a zone it is the time of Asia/Shanghai."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or not _EARLIEST <= moment.year <= _LATEST or moment.microsecond:
        raise PydanticCustomError("bad_time", "bad time")
    return int(moment.replace(tzinfo=moment.tzinfo or ZONE).astimezone(UTC).timestamp())


def in_service(value: object) -> tuple[Interval, ...]:
    """Read a day (from then on), or a list of `{from, to}`; an empty list is never."""
    if isinstance(value, str):
        return (Interval(instant(value)),)
    if not isinstance(value, list):
        raise PydanticCustomError("bad_in_service", "bad interval")
    intervals = tuple(_piece(piece) for piece in value)
    for before, after in pairwise(intervals):
        if before.end is None or before.end > after.start:
            raise PydanticCustomError("in_service_overlap", "overlap")
    return intervals


def _piece(piece: object) -> Interval:
    if not isinstance(piece, dict) or "from" not in piece or not piece.keys() <= {"from", "to"}:
        raise PydanticCustomError("bad_in_service", "bad interval")
    end = piece.get("to")
    interval = Interval(instant(piece["from"]), None if end is None else instant(end))
    if interval.end is not None and interval.end <= interval.start:
        raise PydanticCustomError("reversed", "reversed")
    return interval


def _split_address(text: str) -> tuple[IPv4Address | IPv6Address, int | None]:
    """Split `10.0.0.1:161` and `[2001:db8::1]:161`; ValueError where it is none."""
    host, port = text, ""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        if not rest.startswith(":"):
            raise ValueError(text)
        port = rest[1:]
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    if "%" in host:
        raise ValueError(text)
    address = ip_address(host)
    if host is text:
        return address, None
    if not re.fullmatch(r"[1-9][0-9]{0,4}", port) or int(port) > 65_535:
        raise ValueError(text)
    return address, int(port)


def _endpoint(value: object) -> tuple[IPv4Address | IPv6Address, Endpoint]:
    try:
        address, port = _split_address(value if isinstance(value, str) else "")
    except ValueError:
        raise PydanticCustomError("bad_address", "bad address") from None
    return address, Endpoint(str(address), port)


def listen(value: object) -> Endpoint:
    """Read a literal address to listen on; `0.0.0.0` and `::` are all there are."""
    return _endpoint(value)[1]


def endpoint(value: object) -> Endpoint:
    """Read the literal address of a host, with a port or without; names are not looked up."""
    address, found = _endpoint(value)
    if address.is_unspecified or address.is_multicast:
        raise PydanticCustomError("address_of_no_host", "not an address of a host")
    return found


Text = Annotated[str, BeforeValidator(whole_number_as_text), AfterValidator(_one_line)]
Id = Annotated[str, BeforeValidator(whole_number_as_text), AfterValidator(_id)]
Duration = Annotated[float, PlainValidator(duration)]
Every = Annotated[float, PlainValidator(_interval)]
Percent = Annotated[Fraction, PlainValidator(percent)]
Bandwidth = Annotated[int, PlainValidator(scaled)]
Size = Annotated[int, PlainValidator(scaled)]
AnySize = Annotated[int, PlainValidator(scaled_or_zero)]
Yuan = Annotated[int, PlainValidator(fen)]
Instant = Annotated[int, PlainValidator(instant)]
InService = Annotated[tuple[Interval, ...], PlainValidator(in_service)]
Listen = Annotated[Endpoint, PlainValidator(listen)]
Address = Annotated[Endpoint, PlainValidator(endpoint)]
