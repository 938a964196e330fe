"""What Prometheus scrapes about devices: the latest reading of each probe, in prepared lines.

No timestamps: a scrape is about now. What was not heard in the last run is left out. The lines of
one metric stand together, as the text format (0.0.4) asks: a page is made column by column, of all
probes of one form at a time. A line is one `%` at the scrape, about a microsecond; a block per
probe and its template, rendered at each poll, took 500 MB at 30,000 sites.

`shard` counts from 0 to `shards` - 1, as `hashmod` does; all series of a device are in one shard.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final
from zlib import crc32

from metrics.catalogue import DEVICE, LINK, METRICS, Measurement
from metrics.observation import Outcome, Probe, Reading, Value
from sinks._form import Forms
from sinks._template import Column, exposition_columns, label_text, mib_label_text

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_ANSWERED: Final = Outcome.ANSWERED
_LAST_ANSWER: Final = {
    measurement: f"{measurement.name}_last_answer_timestamp_seconds"
    for measurement in (DEVICE, LINK)
}


_Shown = tuple[tuple[bytes, ...], tuple[Value, ...]]
"""The texts of a probe's labels, and its latest values."""


class _Entry:
    """What is shown of a probe."""

    __slots__ = ("answered", "columns", "labels", "subject", "values")

    def __init__(
        self,
        columns: list[Column],
        labels: tuple[bytes, ...],
        subject: tuple[str, bytes] | None,
    ) -> None:
        self.columns = columns
        self.labels = labels
        self.subject = subject
        self.values: tuple[Value, ...] = ()
        self.answered = 0


class Exposition:
    """Holds the latest reading of each probe and writes them as a page."""

    def __init__(self, probes: Iterable[Probe], *, raw_mib_names: bool = False) -> None:
        self._raw = raw_mib_names
        self._headers = _headers()
        self._forms = Forms(partial(exposition_columns, raw_mib_names=raw_mib_names))
        self._entries: dict[Probe, _Entry] = {}
        for probe in probes:
            self._enter(probe)

    def put(self, reading: Reading) -> None:
        """Show a reading; it replaces the one before."""
        observation = reading.observation
        entry = self._entries.get(observation.probe) or self._enter(observation.probe)
        entry.values = reading.values
        if observation.outcome is _ANSWERED:
            entry.answered = observation.slot_ms

    def retire(self, probes: Iterable[Probe]) -> None:
        """Forget probes that are no longer asked."""
        for probe in probes:
            self._entries.pop(probe, None)

    def page(self, shard: int = 0, shards: int = 1) -> Iterator[bytes]:
        """Yield the page of one shard, metric by metric; a page without devices is empty.

        What it shows is what was there at its begin. May run in a thread of its own while readings
        come in; of 30,000 sites it never holds more than one metric at a time.
        """
        entries = [
            entry
            for probe, entry in list(self._entries.items())
            if shards == 1 or shard_of(probe, shards) == shard
        ]
        for name, found in _by_name(entries).items():
            written = b"".join([_written(column, shown) for column, shown in found])
            if written:
                yield self._headers[name] + written
        for name, lines in _last_answers(entries).items():
            yield self._headers[name] + b"".join(lines)

    def _enter(self, probe: Probe) -> _Entry:
        columns, subjects = self._forms.of(probe)
        labels = [label_text(one) for one in subjects]
        if self._raw:
            labels += [mib_label_text(one) for one in subjects]
        entry = self._entries[probe] = _Entry(columns, tuple(labels), _subject(probe))
        return entry


def _by_name(entries: Iterable[_Entry]) -> dict[str, list[tuple[Column, list[_Shown]]]]:
    """Return for each metric its columns, and of which probes each is."""
    alike: dict[int, tuple[list[Column], list[_Shown]]] = {}
    for entry in entries:
        if entry.values:
            _, shown = alike.setdefault(id(entry.columns), (entry.columns, []))
            shown.append((entry.labels, entry.values))
    found: dict[str, list[tuple[Column, list[_Shown]]]] = {}
    for columns, shown in alike.values():
        for column in columns:
            found.setdefault(column.name, []).append((column, shown))
    return found


def _last_answers(entries: Iterable[_Entry]) -> dict[str, list[bytes]]:
    """Write when each target answered last: the latest of its probes."""
    latest: dict[tuple[str, bytes], int] = {}
    for entry in entries:
        if entry.answered and entry.subject is not None:
            latest[entry.subject] = max(entry.answered, latest.get(entry.subject, 0))
    lines: dict[str, list[bytes]] = {}
    for (name, labels), slot_ms in latest.items():
        line = b"%b%b %a\n" % (name.encode(), labels, slot_ms / 1000)
        lines.setdefault(name, []).append(line)
    return lines


def _written(column: Column, shown: Iterable[_Shown]) -> bytes:
    """Write the lines of one column, of what was heard."""
    line, which, at = column.line, column.labels, column.position
    return b"".join(
        [
            line % (labels[which], value)
            for labels, values in shown
            if (value := values[at]) is not None
        ]
    )


def shard_of(probe: Probe, shards: int) -> int:
    """Return the shard of a probe: of its device, or of its target where no device is asked."""
    return crc32((probe.device or probe.target).encode()) % shards


def _subject(probe: Probe) -> tuple[str, bytes] | None:
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
