"""What probes of one form have in common, made once for all of them.

A province has a hundred thousand probes and a few dozen forms: the same metrics in the same order
about as many targets. What a sink prepares for a form is shared; what is a probe's own is one text
for each of its targets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from metrics.catalogue import Measurement, Metric
from metrics.observation import Probe

T = TypeVar("T")
Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Form:
    """The metrics of a probe, and for each the number of its subject: who has those labels."""

    metrics: tuple[Metric, ...]
    subjects: tuple[int, ...]
    raw: int


class Forms(Generic[T]):
    """Keeps what was made of each form."""

    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[Form], T]) -> None:
        self._make = make
        self._made: dict[tuple[tuple[int, ...], tuple[int, ...], int], T] = {}

    def of(self, probe: Probe) -> tuple[T, list[Labels]]:
        """Return what all probes of this form share, and the labels of the probe's subjects."""
        numbers: dict[tuple[str, Labels], int] = {}
        subjects: list[int] = []
        last: Labels | None = None
        kind: Measurement | None = None
        number = 0
        for series in probe.series:
            # Measurements may have the same labels, and then targets keep them once.
            if series.labels is not last or series.metric.measurement is not kind:
                last, kind = series.labels, series.metric.measurement
                subject = (kind.name, last)
                number = numbers.setdefault(subject, len(numbers))
            subjects.append(number)
        # Metrics stand for themselves: to hash one means to hash all its texts. They live as long
        # as what was made of them.
        metrics = tuple([series.metric for series in probe.series])
        key = tuple(map(id, metrics)), tuple(subjects), probe.raw
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = self._make(Form(metrics, tuple(subjects), probe.raw))
        return made, [labels for _, labels in numbers]
