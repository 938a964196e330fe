"""What an entry of the catalogue is: a metric, its measurement, how its value behaves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """How a value behaves over time."""

    COUNTER = "counter"
    GAUGE = "gauge"


@dataclass(frozen=True, slots=True)
class Measurement:
    """A family of metrics that share a target kind and a fixed, ordered set of labels."""

    name: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Metric:
    """One thing that is measured. `integer` values are exact up to 2^64-1 and never floats."""

    measurement: Measurement
    field: str
    kind: Kind
    unit: str
    integer: bool
    help: str
    mib: str = ""
    """The raw MIB object, where the value is one as read."""

    @property
    def name(self) -> str:
        """The exposition name: measurement and field."""
        return f"{self.measurement.name}_{self.field}"


def metric(
    measurement: Measurement, field: str, kind: Kind, unit: str, text: str, mib: str = ""
) -> Metric:
    """Make a metric; counters and what has no unit, or ticks, are integers."""
    integer = kind is Kind.COUNTER or unit in {"", "ticks"}
    return Metric(measurement, field, kind, unit, integer, text, mib)
