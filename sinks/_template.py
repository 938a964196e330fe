"""Templates: one %-format per form of probes, made once; what was not heard selects another one.

A reading of 20 values costs one look-up, one `itemgetter` and one `%`; what is a probe's own are
the labels of its subjects, escaped once. Texts are escaped here and nowhere else:

* Line protocol (InfluxDB reference, "Line protocol"): `,`, space and `=` take a backslash. It has
  no way to carry a backslash at the end of a tag value or a line feed, so backslashes and control
  characters are percent-encoded, and so is a `%` that two hex digits follow; `unescape_tag` reads
  it back. A tag without a value is left out: the format has no empty tag values.
* Exposition (Prometheus text format 0.0.4): backslash, quote and line feed take a backslash.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Final

from metrics.catalogue import Metric
from metrics.observation import Value
from sinks._form import Form, Labels

_MASKS_KEPT: Final = 256
_NEIGHBOURS: Final = 1024
"""Texts of labels remembered while templates are made: the probes of a device share theirs."""
_TAG_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\]|%(?=[0-9A-F]{2})")
_TAG_SPECIAL = re.compile(r"([,= ])")
_TAG_ENCODED = re.compile(r"%([0-9A-F]{2})")
_LABEL_SPECIAL = {ord("\\"): r"\\", ord('"'): r"\"", ord("\n"): r"\n"}


@dataclass(frozen=True, slots=True)
class Shape:
    """A template for one set of heard values: `text % pick(values)`."""

    pick: Callable[[Sequence[object]], object]
    text: bytes
    points: int


@dataclass(frozen=True, slots=True)
class Column:
    """A line that every probe of a form has in an exposition page: `line % (labels, value)`."""

    name: str
    line: bytes
    labels: int
    """Which text: that of a subject, or, behind those of all subjects, as snmp_exporter has it."""
    position: int
    """Which value of a reading."""


class Shapes:
    """The shapes of one form. `full`: everything was heard."""

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


def line_shapes(form: Form) -> Shapes:
    """Make line protocol: a line per subject of the probe, with the scheduled instant in ns.

    Picks from the slot in milliseconds, the `tag_text` of each subject, and the values.
    """
    members: dict[int, list[int]] = {}
    for at, subject in enumerate(form.subjects):
        members.setdefault(subject, []).append(at)
    first = 1 + len(members)

    def make(heard: frozenset[int]) -> Shape:
        text: list[bytes] = []
        places: list[int] = []
        points = 0
        for subject, all_of_it in members.items():
            kept = [at for at in all_of_it if at in heard]
            if kept:
                fields = b",".join(_field(form.metrics[at]) for at in kept)
                name = _literal(escape_tag(form.metrics[kept[0]].measurement.name))
                text.append(name + b"%b " + fields + b" %d000000\n")
                places += [1 + subject, *(first + at for at in kept), 0]
                points += 1
        return Shape(_picker(places), b"".join(text), points)

    return Shapes(make, len(form.metrics))


@lru_cache(_NEIGHBOURS)
def tag_text(labels: Labels) -> bytes:
    """Write tags as `,a=x,b=y`."""
    tags = [f",{escape_tag(key)}={escape_tag(value)}" for key, value in labels if value]
    return "".join(tags).encode("utf-8", "replace")


def exposition_columns(form: Form, *, raw_mib_names: bool) -> list[Column]:
    """List what stands in a page for each probe of a form, the lines of one metric together.

    With `raw_mib_names` the values as read appear once more as snmp_exporter names them.
    ifHighSpeed is in Mbit/s there: our bit/s times 1e-6, written as an exponent.
    """
    subjects = 1 + max(form.subjects, default=-1)
    columns: list[Column] = []
    for at, (metric, subject) in enumerate(zip(form.metrics, form.subjects, strict=True)):
        number = b"%b %d\n" if metric.integer else b"%b %a\n"
        columns.append(Column(metric.name, _literal(metric.name) + number, subject, at))
        if raw_mib_names and metric.mib and at < form.raw:
            if metric.mib == "ifHighSpeed":
                number = b"%b %de-6\n"
            line = _literal(metric.mib) + number
            columns.append(Column(metric.mib, line, subjects + subject, at))
    order = {name: place for place, name in enumerate(dict.fromkeys(one.name for one in columns))}
    return sorted(columns, key=lambda column: order[column.name])


@lru_cache(_NEIGHBOURS)
def label_text(labels: Labels) -> bytes:
    """Write labels as `{a="x",b="y"}`; a label without a value is the same as none."""
    inside = ",".join(f'{key}="{escape_label(value)}"' for key, value in labels if value)
    return f"{{{inside}}}".encode("utf-8", "replace") if inside else b""


def mib_label_text(labels: Labels) -> bytes:
    """Write the labels of snmp_exporter: `instance` is the device, ifName the port.

    ifIndex, ifDescr and ifAlias are not known here and are left out, which means empty.
    """
    known = dict(labels)
    port, device = known.get("interface", ""), known.get("device", "")
    return label_text((("ifName", port), ("instance", device)))


def _field(metric: Metric) -> bytes:
    return _literal(escape_tag(metric.field)) + (b"=%di" if metric.integer else b"=%a")


def _literal(text: str) -> bytes:
    """Encode text that stands in a %-format."""
    return text.replace("%", "%%").encode("utf-8", "replace")


def _picker(places: Sequence[int]) -> Callable[[Sequence[object]], object]:
    return itemgetter(*places) if places else _nothing


def _nothing(values: Sequence[object]) -> object:
    """Pick nothing (an `itemgetter` needs at least one place)."""
    del values
    return ()
