"""PromQL from the catalogue: a metric and its labels by name, checked when it is written."""

from __future__ import annotations

from metrics.catalogue import Metric


def select(metric: Metric, **labels: str) -> str:
    """Select the series of a metric. A value that begins with `~` is a regular expression.

    Raises ValueError for a label that the metric does not have.
    """
    for label in labels:
        _known(metric, label)
    matchers = ",".join(
        f'{label}=~"{value[1:]}"' if value.startswith("~") else f'{label}="{value}"'
        for label, value in labels.items()
    )
    return f"{metric.name}{{{matchers}}}" if matchers else metric.name


def by(metric: Metric, *labels: str) -> str:
    """Write a grouping of a metric's series, e.g. `by (carrier)`."""
    for label in labels:
        _known(metric, label)
    return f"by ({', '.join(labels)})"


def _known(metric: Metric, label: str) -> None:
    if label not in metric.measurement.labels:
        raise ValueError(f"{metric.name} has no label {label!r}")
