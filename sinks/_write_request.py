"""Prometheus remote write 1.0: TimeSeries messages, hand-encoded, and where a batch may be cut.

A `WriteRequest` is a sequence of `TimeSeries` fields, so what the encoder appends for each reading
can be concatenated at will. All of a message but 8 bytes of value and 7 of time is made once:

    0A len { 0A len { 0A len name 12 len value }*   labels, sorted by name
             12 10  { 09 double 10 varint } }       one sample; milliseconds always in 6 bytes

(https://prometheus.io/docs/specs/prw/remote_write_spec/). A series that had a value and is not
heard, or whose probe ends, gets one stale marker, as the specification demands.

A run that was skipped is told at once, so it may come before an older one that was still under way.
A series must not go backwards: Prometheus would refuse the whole request. What is not newer than
the last reading of its probe is left out and counted.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from metrics.observation import Probe, Reading, Series, Value

STALE: Final = struct.pack("<Q", 0x7FF0000000000002)

_SAMPLE_SIZE: Final = 16
_MASKS_KEPT: Final = 16


@dataclass(frozen=True, slots=True)
class _Packer:
    """Packs the messages of the values that were heard; `arguments` is filled anew each time."""

    pack: Callable[..., bytes]
    arguments: list[object]
    points: int


@dataclass(slots=True)
class _Known:
    """What is kept of a probe."""

    heads: tuple[bytes, ...]
    full: _Packer
    live: tuple[bool, ...]
    """Which series have a value at the destination that is not marked stale."""
    all_live: bool = False
    newest_ms: int = -1
    """The slot of the last reading that was appended."""
    partial: dict[tuple[bool, ...], _Packer] = field(default_factory=dict)


class SeriesEncoder:
    """Appends one TimeSeries message for each value that was heard."""

    __slots__ = ("_known", "omitted")

    def __init__(self, probes: Iterable[Probe]) -> None:
        self._known: dict[Probe, _Known] = {probe: _learn(probe) for probe in probes}
        self.omitted = 0

    def __call__(self, reading: Reading, buffer: bytearray) -> int:
        """Append samples, and stale markers for what was heard before and is not heard now."""
        observation = reading.observation
        values = reading.values
        known = self._known.get(observation.probe)
        if known is None:
            known = self._known[observation.probe] = _learn(observation.probe)
        if observation.slot_ms <= known.newest_ms:
            self.omitted += sum(value is not None for value in values)
            return 0
        known.newest_ms = observation.slot_ms
        stamp = _stamp(observation.slot_ms)
        if None in values:
            return _append_partly(known, values, stamp, buffer)
        if not known.all_live:
            known.all_live, known.live = True, (True,) * len(values)
        packer = known.full
        arguments, points = packer.arguments, packer.points
        arguments[1::3] = values
        arguments[2::3] = (stamp,) * points
        buffer += packer.pack(*arguments)
        return points

    def retire(self, probe: Probe, at_ms: int, buffer: bytearray) -> int:
        """Append a stale marker for each series of the probe that has a value, and forget it."""
        known = self._known.pop(probe, None)
        if known is None:
            return 0
        return _append_stale(known, (False,) * len(known.heads), _stamp(at_ms), buffer)


def split_series(batch: bytes) -> tuple[bytes, bytes] | None:
    """Cut before the message that holds the middle byte."""
    cut = here = 0
    while here < len(batch) and here <= len(batch) // 2:
        cut = here
        size, start = _read_varint(batch, here + 1)
        here = start + size
    cut = cut or here
    return (batch[:cut], batch[cut:]) if 0 < cut < len(batch) else None


def count_series(batch: bytes) -> int:
    """Count the points: a message each."""
    count = here = 0
    while here < len(batch):
        size, start = _read_varint(batch, here + 1)
        here = start + size
        count += 1
    return count


def _append_partly(
    known: _Known, values: tuple[Value, ...], stamp: bytes, buffer: bytearray
) -> int:
    mask = tuple([value is not None for value in values])
    points = 0
    if mask != known.live:
        points = _append_stale(known, mask, stamp, buffer)
        known.live, known.all_live = mask, False
    packer = known.partial.get(mask)
    if packer is None:
        if len(known.partial) >= _MASKS_KEPT:
            known.partial.clear()
        heard = [head for head, is_heard in zip(known.heads, mask, strict=True) if is_heard]
        packer = known.partial[mask] = _packer(heard)
    packer.arguments[1::3] = [value for value in values if value is not None]
    packer.arguments[2::3] = (stamp,) * packer.points
    buffer += packer.pack(*packer.arguments)
    return points + packer.points


def _append_stale(known: _Known, mask: tuple[bool, ...], stamp: bytes, buffer: bytearray) -> int:
    points = 0
    for head, was_live, is_live in zip(known.heads, known.live, mask, strict=True):
        if was_live and not is_live:
            buffer += head + STALE + stamp
            points += 1
    return points


def _learn(probe: Probe) -> _Known:
    heads = tuple(_head(series) for series in probe.series)
    return _Known(heads, _packer(heads), (False,) * len(heads))


def _packer(heads: Iterable[bytes]) -> _Packer:
    constant = list(heads)
    layout = struct.Struct("<" + "".join(f"{len(head)}sd7s" for head in constant))
    arguments: list[object] = [b""] * (3 * len(constant))
    arguments[0::3] = constant
    return _Packer(layout.pack, arguments, len(constant))


def _head(series: Series) -> bytes:
    """Encode everything of a TimeSeries that stands before the value."""
    labels = {"__name__": series.metric.name, **dict(series.labels)}
    block = b"".join(
        _delimited(1, _delimited(1, _utf8(name)) + _delimited(2, _utf8(value)))
        for name, value in sorted(labels.items())
        if value
    )
    size = len(block) + 2 + _SAMPLE_SIZE
    return b"\x0a" + _varint(size) + block + bytes((0x12, _SAMPLE_SIZE, 0x09))


def _delimited(number: int, content: bytes) -> bytes:
    return bytes((number << 3 | 2,)) + _varint(len(content)) + content


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a varint and the place after it."""
    value = shift = 0
    while data[at] > 0x7F:
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
    return value | data[at] << shift, at + 1


def _stamp(ms: int) -> bytes:
    """Encode field 2 of a Sample in exactly 7 bytes: good until the year 2109."""
    return bytes(
        (
            0x10,
            ms & 0x7F | 0x80,
            ms >> 7 & 0x7F | 0x80,
            ms >> 14 & 0x7F | 0x80,
            ms >> 21 & 0x7F | 0x80,
            ms >> 28 & 0x7F | 0x80,
            ms >> 35 & 0x7F,
        )
    )
