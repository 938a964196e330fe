"""What checks of services tell. Names are those of the blackbox exporter where it has one."""

from __future__ import annotations

from typing import Final

from metrics._form import Kind, Measurement, metric

PROBE: Final = Measurement("probe", ("area", "check", "group", "service", "site"))
SERVICE: Final = Measurement("extranet_service", ("area", "group", "service", "site"))

PROBE_SUCCESS: Final = metric(
    PROBE, "success", Kind.GAUGE, "", "1 = what the check expects is met, 0 = it is not"
)
PROBE_DURATION: Final = metric(
    PROBE, "duration_seconds", Kind.GAUGE, "seconds", "How long the check took"
)
SERVICE_STATE: Final = metric(
    SERVICE, "state", Kind.GAUGE, "", "0 up, 1 degraded, 2 down, 3 unknown, 4 shadow"
)
