"""What Prometheus scrapes about devices: the latest block of each probe, rendered beforehand.

No timestamps: a scrape is about now. What was not heard in the last run is left out. The lines of
one metric stand together, as the text format (0.0.4) asks, because blocks are cut by metric and
joined by columns at the scrape, which costs about as much as joining them.

`shard` counts from 0 to `shards` - 1, as `hashmod` does; all series of a device are in one shard.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from zlib import crc32

from metrics.catalogue import DEVICE, LINK, METRICS, Measurement
from metrics.observation import Outcome, Probe, Reading
from sinks._template import SEPARATOR, exposition_rows, exposition_shapes, label_text

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_ANSWERED: Final = Outcome.ANSWERED
_LAST_ANSWER: Final = {
    measurement: f"{measurement.name}_last_answer_timestamp_seconds"
    for measurement in (DEVICE, LINK)
}


class _Entry:
    """A probe, its template and its latest block."""

    __slots__ = ("answered", "block", "names", "shapes", "subject")

    def __init__(self, probe: Probe, *, raw_mib_names: bool) -> None:
        rows = exposition_rows(probe, raw_mib_names=raw_mib_names)
        self.names = tuple(dict.fromkeys(row.name for row in rows))
        self.shapes = exposition_shapes(rows, len(probe.series))
        self.subject = _subject(probe)
        self.block = b""
        self.answered = 0


class Exposition:
    """Holds the latest block of each probe and joins them into a page."""

    def __init__(self, probes: Iterable[Probe], *, raw_mib_names: bool = False) -> None:
        self._raw = raw_mib_names
        self._headers = _headers()
        self._entries = {probe: _Entry(probe, raw_mib_names=raw_mib_names) for probe in probes}

    def put(self, reading: Reading) -> None:
        """Render the block of a reading; it replaces the one before."""
        observation = reading.observation
        values = reading.values
        entry = self._entries.get(observation.probe)
        if entry is None:
            entry = _Entry(observation.probe, raw_mib_names=self._raw)
            self._entries[observation.probe] = entry
        shape = entry.shapes.heard(values) if None in values else entry.shapes.full
        entry.block = shape.text % shape.pick(values)
        if observation.outcome is _ANSWERED:
            entry.answered = observation.slot_ms

    def retire(self, probes: Iterable[Probe]) -> None:
        """Forget probes that are no longer asked."""
        for probe in probes:
            self._entries.pop(probe, None)

    def page(self, shard: int = 0, shards: int = 1) -> bytes:
        """Return the page of one shard; a page without devices is empty."""
        blocks: dict[tuple[str, ...], list[list[bytes]]] = {}
        answered: dict[tuple[str, str], int] = {}
        for probe, entry in list(self._entries.items()):
            if shards > 1 and shard_of(probe, shards) != shard:
                continue
            if entry.block:
                blocks.setdefault(entry.names, []).append(entry.block.split(SEPARATOR))
            if entry.answered and entry.subject is not None:
                answered[entry.subject] = max(entry.answered, answered.get(entry.subject, 0))
        lines: dict[str, list[bytes]] = {}
        for names, parts in blocks.items():
            for name, column in zip(names, zip(*parts, strict=True), strict=True):
                lines.setdefault(name, []).extend(column)
        for (name, labels), slot_ms in answered.items():
            lines.setdefault(name, []).append(f"{name}{labels} {slot_ms / 1000!r}\n".encode())
        return b"".join(
            self._headers[name] + body
            for name, pieces in lines.items()
            if (body := b"".join(pieces))
        )


def shard_of(probe: Probe, shards: int) -> int:
    """Return the shard of a probe: of its device, or of its target where no device is asked."""
    return crc32((probe.device or probe.target).encode()) % shards


def _subject(probe: Probe) -> tuple[str, str] | None:
    """Name the series that says when the probe's target answered last."""
    for series in probe.series:
        name = _LAST_ANSWER.get(series.metric.measurement)
        if series.target == probe.target and name is not None:
            return name, label_text(series.labels)
    return None


def _headers() -> dict[str, bytes]:
    """Write HELP and TYPE of every name that may appear."""
    found = {name: _header(name, "gauge", _heard(of)) for of, name in _LAST_ANSWER.items()}
    for metric in METRICS:
        found[metric.name] = _header(metric.name, metric.kind.value, metric.help)
        if metric.mib:
            text = f"IF-MIB or SNMPv2-MIB {metric.mib}, {metric.help}"
            found[metric.mib] = _header(metric.mib, metric.kind.value, text)
    return found


def _heard(measurement: Measurement) -> str:
    return f"Scheduled instant of the last answer, {measurement.name.removeprefix('extranet_')}"


def _header(name: str, kind: str, text: str) -> bytes:
    escaped = text.replace("\\", r"\\").replace("\n", r"\n")
    return f"# HELP {name} {escaped}\n# TYPE {name} {kind}\n".encode()
