"""Line protocol for all InfluxDB dialects: the encoder, and where a batch may be cut.

Integers are written with `i` (signed 64 bits). Unsigned (`u`) is unknown to InfluxDB 1.x, and a
float would clash with the integer type of the field, so an integer above 2^63-1 is left out and
counted. Real counters do not get there: 100 Gbit/s need 23 years; 2^64-1 is a broken agent.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from metrics.observation import Probe, Reading, Value
from sinks._form import Forms
from sinks._template import Shapes, line_shapes, tag_text

_INTEGER_MAX: Final = 2**63 - 1


class LineEncoder:
    """Appends the lines of a reading."""

    __slots__ = ("_forms", "_known", "omitted")

    def __init__(self, probes: Iterable[Probe]) -> None:
        self._forms = Forms(line_shapes)
        self._known: dict[Probe, tuple[Shapes, tuple[bytes, ...]]] = {}
        self.omitted = 0
        for probe in probes:
            self._learn(probe)

    def __call__(self, reading: Reading, buffer: bytearray) -> int:
        """Append one line for each target of which something was heard."""
        observation = reading.observation
        values = reading.values
        shapes, tags = self._known.get(observation.probe) or self._learn(observation.probe)
        if None in values or max(values) > _INTEGER_MAX:  # type: ignore[type-var, operator]  # no None here
            values = self._carried(observation.probe, values)
            shape = shapes.heard(values)
        else:
            shape = shapes.full
        buffer += shape.text % shape.pick((observation.slot_ms, *tags, *values))
        return shape.points

    def retire(self, probe: Probe, at_ms: int, buffer: bytearray) -> int:
        """Forget a probe; the line protocol has no word for the end of a series."""
        del at_ms, buffer
        self._known.pop(probe, None)
        return 0

    def _learn(self, probe: Probe) -> tuple[Shapes, tuple[bytes, ...]]:
        shapes, subjects = self._forms.of(probe)
        known = self._known[probe] = shapes, tuple(map(tag_text, subjects))
        return known

    def _carried(self, probe: Probe, values: tuple[Value, ...]) -> tuple[Value, ...]:
        kept: list[Value] = []
        for series, value in zip(probe.series, values, strict=True):
            fits = value is None or value <= _INTEGER_MAX or not series.metric.integer
            self.omitted += not fits
            kept.append(value if fits else None)
        return tuple(kept)


def split_lines(batch: bytes) -> tuple[bytes, bytes] | None:
    """Cut after the line feed nearest below the middle, or the first one above it."""
    cut = batch.rfind(b"\n", 0, len(batch) // 2) + 1
    if cut == 0:
        cut = batch.find(b"\n") + 1
    return (batch[:cut], batch[cut:]) if 0 < cut < len(batch) else None


def count_lines(batch: bytes) -> int:
    """Count the points: a line each."""
    return batch.count(b"\n")
