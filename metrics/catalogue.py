"""The catalogue: every metric there is, its unit, and the labels of its measurement.

A metric belongs to one measurement, and a measurement has one fixed set of labels (InfluxDB 3
fixes the tag set of a table at the first write). `name` is what Prometheus sees and, because
VictoriaMetrics joins measurement and field with `_`, what it sees too. Devices, interfaces and
links stand here; what the cloud centre and the services have, a file each in `families/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from metrics import families
from metrics._form import Kind as Kind  # noqa: PLC0414  passed on to all
from metrics._form import Measurement as Measurement  # noqa: PLC0414
from metrics._form import Metric as Metric  # noqa: PLC0414
from metrics._form import metric

DEVICE: Final = Measurement("extranet_device", ("area", "device", "level", "platform", "site"))
INTERFACE: Final = Measurement(
    "extranet_interface", ("area", "device", "interface", "level", "site")
)
LINK: Final = Measurement("extranet_link", ("area", "carrier", "contract", "level", "link", "site"))
CANARY: Final = Measurement("extranet_canary", ("canary",))

_C, _G = Kind.COUNTER, Kind.GAUGE

UPTIME_TICKS: Final = metric(
    DEVICE, "uptime_ticks", _G, "ticks", "sysUpTime as read, 1/100 s", "sysUpTime"
)
ENGINE_TIME: Final = metric(
    DEVICE, "snmp_engine_time_seconds", _G, "", "snmpEngineTime as read", "snmpEngineTime"
)
DEVICE_STATE: Final = metric(
    DEVICE, "state", _G, "", "0 up, 1 degraded, 2 down, 3 unknown, 4 shadow"
)

CPU: Final = metric(DEVICE, "cpu_ratio", _G, "ratio", "Load of the busiest processor or board")
MEMORY: Final = metric(DEVICE, "memory_used_ratio", _G, "ratio", "Used part of the fullest memory")
TEMPERATURE: Final = metric(
    DEVICE, "temperature_celsius", _G, "celsius", "The highest temperature told"
)
FANS: Final = metric(DEVICE, "fans", _G, "", "Fans that are fitted")
FANS_FAILED: Final = metric(DEVICE, "fans_failed", _G, "", "Fitted fans that do not work")
POWER_SUPPLIES: Final = metric(DEVICE, "power_supplies", _G, "", "Power supplies that are fitted")
POWER_FAILED: Final = metric(
    DEVICE, "power_supplies_failed", _G, "", "Fitted power supplies that do not supply"
)
BGP_PEERS: Final = metric(DEVICE, "bgp_peers", _G, "", "BGP sessions that are configured")
BGP_DOWN: Final = metric(
    DEVICE, "bgp_peers_down", _G, "", "BGP sessions that are not established (RFC 4271)"
)
OSPF_NEIGHBOURS: Final = metric(DEVICE, "ospf_neighbours", _G, "", "OSPF neighbours that are seen")
OSPF_DOWN: Final = metric(
    DEVICE, "ospf_neighbours_down", _G, "", "OSPF neighbours neither full nor two-way (RFC 2328)"
)

IN_OCTETS: Final = metric(
    INTERFACE, "in_bytes_total", _C, "bytes", "Octets received", "ifHCInOctets"
)
OUT_OCTETS: Final = metric(
    INTERFACE, "out_bytes_total", _C, "bytes", "Octets sent", "ifHCOutOctets"
)
IN_ERRORS: Final = metric(
    INTERFACE, "in_errors_total", _C, "packets", "Inbound packets with errors", "ifInErrors"
)
OUT_ERRORS: Final = metric(
    INTERFACE, "out_errors_total", _C, "packets", "Outbound packets with errors", "ifOutErrors"
)
IN_DISCARDS: Final = metric(
    INTERFACE, "in_discards_total", _C, "packets", "Inbound packets discarded", "ifInDiscards"
)
OUT_DISCARDS: Final = metric(
    INTERFACE, "out_discards_total", _C, "packets", "Outbound packets discarded", "ifOutDiscards"
)
OPER_STATUS: Final = metric(
    INTERFACE, "oper_status", _G, "", "IF-MIB ifOperStatus, 1 = up, 2 = down", "ifOperStatus"
)
DISCONTINUITY: Final = metric(
    INTERFACE,
    "counter_discontinuity_ticks",
    _G,
    "ticks",
    "sysUpTime at the last discontinuity of the row's counters",
    "ifCounterDiscontinuityTime",
)
LAST_CHANGE: Final = metric(
    INTERFACE,
    "last_change_ticks",
    _G,
    "ticks",
    "sysUpTime when ifOperStatus changed",
    "ifLastChange",
)
ADMIN_STATUS: Final = metric(
    INTERFACE, "admin_status", _G, "", "IF-MIB ifAdminStatus, 1 = up, 2 = down", "ifAdminStatus"
)
SPEED: Final = metric(
    INTERFACE, "speed_bits_per_second", _G, "", "ifHighSpeed (or ifSpeed) in bit/s", "ifHighSpeed"
)
IN_RATE: Final = metric(
    INTERFACE, "in_bits_per_second", _G, "bits_per_second", "Rate of octets received"
)
OUT_RATE: Final = metric(
    INTERFACE, "out_bits_per_second", _G, "bits_per_second", "Rate of octets sent"
)

OPTICAL_RX: Final = metric(
    INTERFACE, "optical_rx_dbm", _G, "dbm", "Received optical power, of the weakest lane"
)
OPTICAL_TX: Final = metric(
    INTERFACE, "optical_tx_dbm", _G, "dbm", "Sent optical power, of the weakest lane"
)
OPTICAL_BIAS: Final = metric(
    INTERFACE,
    "optical_bias_amperes",
    _G,
    "amperes",
    "Bias current of the laser, of the highest lane",
)

IN_UTILIZATION: Final = metric(
    LINK, "in_utilization_ratio", _G, "ratio", "Inbound rate of the near port over the contract's"
)
OUT_UTILIZATION: Final = metric(
    LINK, "out_utilization_ratio", _G, "ratio", "Outbound rate of the near port over the contract's"
)
ECHO_SENT: Final = metric(LINK, "echo_sent", _G, "", "Echoes sent in one run")
ECHO_LOST: Final = metric(LINK, "echo_lost", _G, "", "Echoes lost in one run")
ECHO_RTT: Final = metric(
    LINK, "echo_rtt_seconds", _G, "seconds", "Median round-trip time of one run"
)
ECHO_RTT_MAX: Final = metric(
    LINK, "echo_rtt_max_seconds", _G, "seconds", "Longest round-trip time of one run"
)
ECHO_JITTER: Final = metric(
    LINK,
    "echo_jitter_seconds",
    _G,
    "seconds",
    "Mean difference of consecutive round-trip times (IPDV, RFC 3393 style)",
)
LINK_STATE: Final = metric(LINK, "state", _G, "", "0 up, 1 degraded, 2 down, 3 unknown, 4 shadow")
CANARY_SENT: Final = metric(CANARY, "echo_sent", _G, "", "Echoes sent to a canary in one run")
CANARY_LOST: Final = metric(CANARY, "echo_lost", _G, "", "Echoes of a canary lost in one run")
CANARY_RTT: Final = metric(
    CANARY, "echo_rtt_seconds", _G, "seconds", "Median round-trip time of a canary"
)
CANARY_RTT_MAX: Final = metric(
    CANARY, "echo_rtt_max_seconds", _G, "seconds", "Longest round-trip time of a canary"
)
CANARY_JITTER: Final = metric(
    CANARY, "echo_jitter_seconds", _G, "seconds", "Jitter of a canary's round-trip times"
)
CANARY_STATE: Final = metric(
    CANARY, "state", _G, "", "0 up, 1 degraded, 2 down, 3 unknown, 4 shadow"
)


def _everywhere() -> Iterator[Metric]:
    """Yield the metrics of this file and of each family, in the order of their files."""
    names = sorted(found.name for found in iter_modules(families.__path__))
    for named in (globals(), *(vars(import_module(f"metrics.families.{name}")) for name in names)):
        yield from [value for value in named.values() if isinstance(value, Metric)]


METRICS: Final[tuple[Metric, ...]] = tuple(dict.fromkeys(_everywhere()))
BY_NAME: Final = {metric.name: metric for metric in METRICS}
