"""The catalogue: every metric there is, its unit, and the labels of its measurement.

A metric belongs to one measurement, and a measurement has one fixed set of labels (InfluxDB 3
fixes the tag set of a table at the first write). `name` is what Prometheus sees and, because
VictoriaMetrics joins measurement and field with `_`, what it sees too.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final


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


DEVICE: Final = Measurement("extranet_device", ("area", "device", "level", "platform", "site"))
INTERFACE: Final = Measurement(
    "extranet_interface", ("area", "device", "interface", "level", "site")
)
LINK: Final = Measurement("extranet_link", ("area", "carrier", "contract", "level", "link", "site"))
CANARY: Final = Measurement("extranet_canary", ("canary",))


def _metric(
    measurement: Measurement, field: str, kind: Kind, unit: str, text: str, mib: str = ""
) -> Metric:
    integer = kind is Kind.COUNTER or unit in {"", "ticks"}
    return Metric(measurement, field, kind, unit, integer, text, mib)


_C, _G = Kind.COUNTER, Kind.GAUGE

UPTIME_TICKS: Final = _metric(
    DEVICE, "uptime_ticks", _G, "ticks", "sysUpTime as read, 1/100 s", "sysUpTime"
)
ENGINE_TIME: Final = _metric(
    DEVICE, "snmp_engine_time_seconds", _G, "", "snmpEngineTime as read", "snmpEngineTime"
)
DEVICE_STATE: Final = _metric(
    DEVICE, "state", _G, "", "0 up, 1 degraded, 2 down, 3 unknown, 4 shadow"
)

CPU: Final = _metric(DEVICE, "cpu_ratio", _G, "ratio", "Load of the busiest processor or board")
MEMORY: Final = _metric(DEVICE, "memory_used_ratio", _G, "ratio", "Used part of the fullest memory")
TEMPERATURE: Final = _metric(
    DEVICE, "temperature_celsius", _G, "celsius", "The highest temperature told"
)
FANS: Final = _metric(DEVICE, "fans", _G, "", "Fans that are fitted")
FANS_FAILED: Final = _metric(DEVICE, "fans_failed", _G, "", "Fitted fans that do not work")
POWER_SUPPLIES: Final = _metric(DEVICE, "power_supplies", _G, "", "Power supplies that are fitted")
POWER_FAILED: Final = _metric(
    DEVICE, "power_supplies_failed", _G, "", "Fitted power supplies that do not supply"
)
BGP_PEERS: Final = _metric(DEVICE, "bgp_peers", _G, "", "BGP sessions that are configured")
BGP_DOWN: Final = _metric(
    DEVICE, "bgp_peers_down", _G, "", "BGP sessions that are not established (RFC 4271)"
)
OSPF_NEIGHBOURS: Final = _metric(DEVICE, "ospf_neighbours", _G, "", "OSPF neighbours that are seen")
OSPF_DOWN: Final = _metric(
    DEVICE, "ospf_neighbours_down", _G, "", "OSPF neighbours neither full nor two-way (RFC 2328)"
)

IN_OCTETS: Final = _metric(
    INTERFACE, "in_bytes_total", _C, "bytes", "Octets received", "ifHCInOctets"
)
OUT_OCTETS: Final = _metric(
    INTERFACE, "out_bytes_total", _C, "bytes", "Octets sent", "ifHCOutOctets"
)
IN_ERRORS: Final = _metric(
    INTERFACE, "in_errors_total", _C, "packets", "Inbound packets with errors", "ifInErrors"
)
OUT_ERRORS: Final = _metric(
    INTERFACE, "out_errors_total", _C, "packets", "Outbound packets with errors", "ifOutErrors"
)
IN_DISCARDS: Final = _metric(
    INTERFACE, "in_discards_total", _C, "packets", "Inbound packets discarded", "ifInDiscards"
)
OUT_DISCARDS: Final = _metric(
    INTERFACE, "out_discards_total", _C, "packets", "Outbound packets discarded", "ifOutDiscards"
)
OPER_STATUS: Final = _metric(
    INTERFACE, "oper_status", _G, "", "IF-MIB ifOperStatus, 1 = up, 2 = down", "ifOperStatus"
)
DISCONTINUITY: Final = _metric(
    INTERFACE,
    "counter_discontinuity_ticks",
    _G,
    "ticks",
    "sysUpTime at the last discontinuity of the row's counters",
    "ifCounterDiscontinuityTime",
)
LAST_CHANGE: Final = _metric(
    INTERFACE,
    "last_change_ticks",
    _G,
    "ticks",
    "sysUpTime when ifOperStatus changed",
    "ifLastChange",
)
ADMIN_STATUS: Final = _metric(
    INTERFACE, "admin_status", _G, "", "IF-MIB ifAdminStatus, 1 = up, 2 = down", "ifAdminStatus"
)
SPEED: Final = _metric(
    INTERFACE, "speed_bits_per_second", _G, "", "ifHighSpeed (or ifSpeed) in bit/s", "ifHighSpeed"
)
IN_RATE: Final = _metric(
    INTERFACE, "in_bits_per_second", _G, "bits_per_second", "Rate of octets received"
)
OUT_RATE: Final = _metric(
    INTERFACE, "out_bits_per_second", _G, "bits_per_second", "Rate of octets sent"
)

OPTICAL_RX: Final = _metric(
    INTERFACE, "optical_rx_dbm", _G, "dbm", "Received optical power, of the weakest lane"
)
OPTICAL_TX: Final = _metric(
    INTERFACE, "optical_tx_dbm", _G, "dbm", "Sent optical power, of the weakest lane"
)
OPTICAL_BIAS: Final = _metric(
    INTERFACE,
    "optical_bias_amperes",
    _G,
    "amperes",
    "Bias current of the laser, of the highest lane",
)

IN_UTILIZATION: Final = _metric(
    LINK, "in_utilization_ratio", _G, "ratio", "Inbound rate of the near port over the contract's"
)
OUT_UTILIZATION: Final = _metric(
    LINK, "out_utilization_ratio", _G, "ratio", "Outbound rate of the near port over the contract's"
)
ECHO_SENT: Final = _metric(LINK, "echo_sent", _G, "", "Echoes sent in one run")
ECHO_LOST: Final = _metric(LINK, "echo_lost", _G, "", "Echoes lost in one run")
ECHO_RTT: Final = _metric(
    LINK, "echo_rtt_seconds", _G, "seconds", "Median round-trip time of one run"
)
ECHO_RTT_MAX: Final = _metric(
    LINK, "echo_rtt_max_seconds", _G, "seconds", "Longest round-trip time of one run"
)
ECHO_JITTER: Final = _metric(
    LINK,
    "echo_jitter_seconds",
    _G,
    "seconds",
    "Mean difference of consecutive round-trip times (IPDV, RFC 3393 style)",
)
LINK_STATE: Final = _metric(LINK, "state", _G, "", "0 up, 1 degraded, 2 down, 3 unknown, 4 shadow")
CANARY_SENT: Final = _metric(CANARY, "echo_sent", _G, "", "Echoes sent to a canary in one run")
CANARY_LOST: Final = _metric(CANARY, "echo_lost", _G, "", "Echoes of a canary lost in one run")
CANARY_RTT: Final = _metric(
    CANARY, "echo_rtt_seconds", _G, "seconds", "Median round-trip time of a canary"
)
CANARY_RTT_MAX: Final = _metric(
    CANARY, "echo_rtt_max_seconds", _G, "seconds", "Longest round-trip time of a canary"
)
CANARY_JITTER: Final = _metric(
    CANARY, "echo_jitter_seconds", _G, "seconds", "Jitter of a canary's round-trip times"
)
CANARY_STATE: Final = _metric(
    CANARY, "state", _G, "", "0 up, 1 degraded, 2 down, 3 unknown, 4 shadow"
)

METRICS: Final[tuple[Metric, ...]] = tuple(
    value for value in list(globals().values()) if isinstance(value, Metric)
)
BY_NAME: Final = {metric.name: metric for metric in METRICS}
