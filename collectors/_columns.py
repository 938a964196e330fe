"""What is asked of each interface: columns, objects, and which of them an SNMP version has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from inventory.model import Credential
from metrics.catalogue import (
    DISCONTINUITY,
    ENGINE_TIME,
    IN_DISCARDS,
    IN_ERRORS,
    IN_OCTETS,
    LAST_CHANGE,
    OPER_STATUS,
    OUT_DISCARDS,
    OUT_ERRORS,
    OUT_OCTETS,
    UPTIME_TICKS,
    Metric,
)

Column = Literal[
    "octets", "errors", "discards", "oper_status", "discontinuity", "last_change", "engine_time"
]
UPTIME_OID: Final = "1.3.6.1.2.1.1.3.0"
ENGINE_TIME_OID: Final = "1.3.6.1.6.3.10.2.1.3.0"
TABLE_CHANGE_OID: Final = "1.3.6.1.2.1.31.1.5.0"
"""ifTableLastChange: sysUpTime when a row came or went (IF-MIB, RFC 2863); many agents lack it."""
_NEVER_BY_V1: Final = {"discontinuity", "engine_time"}
_COLUMNS: Final[tuple[tuple[Column, Metric, str], ...]] = (
    ("octets", IN_OCTETS, "1.3.6.1.2.1.31.1.1.1.6"),
    ("octets", OUT_OCTETS, "1.3.6.1.2.1.31.1.1.1.10"),
    ("discontinuity", DISCONTINUITY, "1.3.6.1.2.1.31.1.1.1.19"),  # in one PDU with the octets
    ("errors", IN_ERRORS, "1.3.6.1.2.1.2.2.1.14"),
    ("errors", OUT_ERRORS, "1.3.6.1.2.1.2.2.1.20"),
    ("discards", IN_DISCARDS, "1.3.6.1.2.1.2.2.1.13"),
    ("discards", OUT_DISCARDS, "1.3.6.1.2.1.2.2.1.19"),
    ("oper_status", OPER_STATUS, "1.3.6.1.2.1.2.2.1.8"),
    ("last_change", LAST_CHANGE, "1.3.6.1.2.1.2.2.1.9"),
)
_NARROW_BITS: Final = 32
_NARROW: Final = {IN_OCTETS: "1.3.6.1.2.1.2.2.1.10", OUT_OCTETS: "1.3.6.1.2.1.2.2.1.16"}
OCTETS: Final = (
    "1.3.6.1.2.1.31.1.1.1.6.", "1.3.6.1.2.1.31.1.1.1.10.",
    "1.3.6.1.2.1.2.2.1.10.", "1.3.6.1.2.1.2.2.1.16.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layout:
    """What is asked of a device and then of each interface, and where in a row its counters are."""

    metrics: tuple[Metric, ...]
    scalars: tuple[str, ...]
    row: tuple[Metric, ...]
    columns: tuple[str, ...]
    octets: tuple[int, int] | None
    discontinuity: int | None
    width: int


@lru_cache(64)
def _layout(columns: tuple[Column, ...], width: int) -> Layout:
    asked = [
        (metric, _NARROW.get(metric, oid) if width == _NARROW_BITS else oid)
        for column, metric, oid in _COLUMNS
        if column in columns
    ]
    scalars = [(UPTIME_TICKS, UPTIME_OID)]
    if "engine_time" in columns:
        scalars.append((ENGINE_TIME, ENGINE_TIME_OID))
    at = {metric: place for place, (metric, _) in enumerate(asked)}
    return Layout(
        metrics=tuple(metric for metric, _ in scalars),
        scalars=tuple(oid for _, oid in scalars),
        row=tuple(metric for metric, _ in asked),
        columns=tuple(oid for _, oid in asked),
        octets=(at[IN_OCTETS], at[OUT_OCTETS]) if IN_OCTETS in at else None,
        discontinuity=at.get(DISCONTINUITY),
        width=width,
    )


def layout_of(columns: tuple[Column, ...], width: object, credential: Credential) -> Layout:
    """Lay out what may be asked by the credential's version of SNMP; by v1 always 32 bits wide."""
    if credential.version != "1":
        return _layout(columns, _NARROW_BITS if width == _NARROW_BITS else 64)
    return _layout(tuple(c for c in columns if c not in _NEVER_BY_V1), _NARROW_BITS)
