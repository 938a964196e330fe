"""Templates: one %-format per probe, made once; what was not heard selects another one.

A reading of 20 values costs one look-up, one `itemgetter` and one `%`. Texts are escaped here and
nowhere else:

* Line protocol (InfluxDB reference, "Line protocol"): `,`, space and `=` take a backslash. It has
  no way to carry a backslash at the end of a tag value or a line feed, so backslashes and control
  characters are percent-encoded, and so is a `%` that two hex digits follow; `unescape_tag` reads
  it back. A tag without a value is left out: the format has no empty tag values.
* Exposition (Prometheus text format 0.0.4): backslash, quote and line feed take a backslash.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

from metrics.catalogue import Measurement, Metric
from metrics.observation import Probe, Value

SEPARATOR: Final = b"\xff"
"""Between the metrics of an exposition block; no UTF-8 text contains it."""

_MASKS_KEPT: Final = 16
_TAG_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\]|%(?=[0-9A-F]{2})")
_TAG_SPECIAL = re.compile(r"([,= ])")
_TAG_ENCODED = re.compile(r"%([0-9A-F]{2})")
_LABEL_SPECIAL = {ord("\\"): r"\\", ord('"'): r"\"", ord("\n"): r"\n"}


@dataclass(frozen=True, slots=True)
class Shape:
    """A template for one set of heard values: `text % pick(values)`."""

    pick: Callable[[Sequence[Value]], object]
    text: bytes
    points: int


@dataclass(frozen=True, slots=True)
class Row:
    """A line of an exposition block: text up to the value, the value's place, what follows it."""

    name: str
    head: bytes
    position: int
    tail: bytes


class Shapes:
    """The shapes of one probe. `full`: everything was heard."""

    __slots__ = ("_make", "_partial", "full")

    def __init__(self, make: Callable[[frozenset[int]], Shape], size: int) -> None:
        self._make = make
        self._partial: dict[tuple[bool, ...], Shape] = {}
        self.full = make(frozenset(range(size)))

    def heard(self, values: Sequence[Value]) -> Shape:
        """Return the shape for these values, of which some are None."""
        mask = tuple([value is not None for value in values])
        shape = self._partial.get(mask)
        if shape is None:
            if len(self._partial) >= _MASKS_KEPT:
                self._partial.clear()
            shape = self._make(frozenset(at for at, is_heard in enumerate(mask) if is_heard))
            self._partial[mask] = shape
        return shape


def escape_tag(text: str) -> str:
    """Write a measurement, tag key, tag value or field key of the line protocol."""
    carried = _TAG_UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", text)
    return _TAG_SPECIAL.sub(r"\\\1", carried)


def unescape_tag(stored: str) -> str:
    """Read back what `escape_tag` gave a store to keep (the store removes the backslashes)."""
    return _TAG_ENCODED.sub(lambda found: chr(int(found[1], 16)), stored)


def escape_label(text: str) -> str:
    """Write a label value of the exposition format."""
    return text.translate(_LABEL_SPECIAL)


def line_shapes(probe: Probe) -> Shapes:
    """Make line protocol: a line per target of the probe, with the scheduled instant in ns.

    Picks from the values of a reading followed by the slot in milliseconds.
    """
    groups: dict[tuple[Measurement, tuple[tuple[str, str], ...]], list[int]] = {}
    for at, series in enumerate(probe.series):
        groups.setdefault((series.metric.measurement, series.labels), []).append(at)
    slot = len(probe.series)

    def make(heard: frozenset[int]) -> Shape:
        text: list[bytes] = []
        places: list[int] = []
        points = 0
        for (measurement, labels), members in groups.items():
            kept = [at for at in members if at in heard]
            if kept:
                tags = "".join(
                    f",{escape_tag(key)}={escape_tag(value)}" for key, value in labels if value
                )
                fields = b",".join(_field(probe.series[at].metric) for at in kept)
                head = _literal(f"{escape_tag(measurement.name)}{tags} ")
                text.append(head + fields + b" %d000000\n")
                places += [*kept, slot]
                points += 1
        return Shape(_picker(places), b"".join(text), points)

    return Shapes(make, slot)


def exposition_rows(probe: Probe, *, raw_mib_names: bool) -> list[Row]:
    """List the lines of a probe's block, the lines of one metric together.

    With `raw_mib_names` the values as read appear once more as snmp_exporter names them.
    ifHighSpeed is in Mbit/s there: our bit/s times 1e-6, written as an exponent.
    """
    rows: list[Row] = []
    for at, series in enumerate(probe.series):
        metric = series.metric
        number = b"%d" if metric.integer else b"%a"
        labels = label_text(series.labels)
        rows.append(Row(metric.name, _literal(f"{metric.name}{labels} "), at, number + b"\n"))
        if raw_mib_names and metric.mib and at < probe.raw:
            head = _literal(f"{metric.mib}{_mib_labels(series.labels)} ")
            exponent = b"e-6" if metric.mib == "ifHighSpeed" else b""
            rows.append(Row(metric.mib, head, at, number + exponent + b"\n"))
    order = {name: place for place, name in enumerate(dict.fromkeys(row.name for row in rows))}
    return sorted(rows, key=lambda row: order[row.name])


def exposition_shapes(rows: Sequence[Row], size: int) -> Shapes:
    """Make exposition blocks: `SEPARATOR` stands between the metrics, heard or not."""

    def make(heard: frozenset[int]) -> Shape:
        text: list[bytes] = []
        places: list[int] = []
        for before, row in zip([None, *rows], rows, strict=False):
            if before is not None and before.name != row.name:
                text.append(SEPARATOR)
            if row.position in heard:
                text += row.head, row.tail
                places.append(row.position)
        return Shape(_picker(places), b"".join(text), len(places))

    return Shapes(make, size)


def label_text(labels: Iterable[tuple[str, str]]) -> str:
    """Write labels as `{a="x",b="y"}`; a label without a value is the same as none."""
    inside = ",".join(f'{key}="{escape_label(value)}"' for key, value in labels if value)
    return f"{{{inside}}}" if inside else ""


def _mib_labels(labels: tuple[tuple[str, str], ...]) -> str:
    """Write the labels of snmp_exporter: `instance` is the device, ifName the port.

    ifIndex, ifDescr and ifAlias are not known here and are left out, which means empty.
    """
    known = dict(labels)
    return label_text((("ifName", known.get("interface", "")), ("instance", known["device"])))


def _field(metric: Metric) -> bytes:
    return _literal(escape_tag(metric.field)) + (b"=%di" if metric.integer else b"=%a")


def _literal(text: str) -> bytes:
    """Encode text that stands in a %-format."""
    return text.replace("%", "%%").encode("utf-8", "replace")


def _picker(places: Sequence[int]) -> Callable[[Sequence[Value]], object]:
    return itemgetter(*places) if places else _nothing


def _nothing(values: Sequence[Value]) -> object:
    """Pick nothing (an `itemgetter` needs at least one place)."""
    del values
    return ()
