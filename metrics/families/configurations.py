"""What is told of a device's configuration: how old the copy is, how much it changed."""

from __future__ import annotations

from typing import Final

from metrics._form import Kind, Measurement, metric

CONFIGURATION: Final = Measurement(
    "extranet_configuration", ("area", "device", "level", "platform", "site")
)

CONFIGURATION_AGE: Final = metric(
    CONFIGURATION, "age_seconds", Kind.GAUGE, "seconds",
    "Time since the running configuration was last read whole",
)  # fmt: skip
LINES_ADDED: Final = metric(
    CONFIGURATION, "lines_added", Kind.GAUGE, "", "Lines added since it was read before"
)
LINES_REMOVED: Final = metric(
    CONFIGURATION, "lines_removed", Kind.GAUGE, "", "Lines removed since it was read before"
)
