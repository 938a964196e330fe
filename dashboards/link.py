"""One link: its state, its echoes, its load, and the ports, devices and light of its far site.

The pickers lead from area and level to site and link. Each shows at most 500 values; `find`
narrows the sites of an area that has more.
"""

from __future__ import annotations

from typing import Final

from dashboards._grafana import Dashboard, Panel, Query, Row, Step, Text, Variable
from dashboards._promql import by, select
from dashboards._words import LOSS_STEPS, RATIO_STEPS, STATES, both
from metrics.catalogue import (
    BGP_DOWN,
    CPU,
    DEVICE_STATE,
    ECHO_JITTER,
    ECHO_LOST,
    ECHO_RTT,
    ECHO_RTT_MAX,
    ECHO_SENT,
    FANS_FAILED,
    IN_DISCARDS,
    IN_ERRORS,
    IN_RATE,
    IN_UTILIZATION,
    LINK_STATE,
    MEMORY,
    OPER_STATUS,
    OPTICAL_RX,
    OPTICAL_TX,
    OSPF_DOWN,
    OUT_DISCARDS,
    OUT_ERRORS,
    OUT_RATE,
    OUT_UTILIZATION,
    POWER_FAILED,
    TEMPERATURE,
    Metric,
)

_SHOWN: Final = 500


def dashboard() -> Dashboard:
    """Return the dashboard."""
    return Dashboard(
        uid="extranet-link",
        title=both("one_link"),
        variables=(
            _picker("area"),
            _picker("level", area="$area"),
            Text("find", both("find")),
            _picker("site", area="$area", level="$level", site="~.*$find.*"),
            _picker("link", site="$site"),
        ),
        rows=(
            Row(both("link"), _link()),
            Row(both("far_site"), _site()),
            Row(both("boxes"), _boxes()),
        ),
    )


def _picker(label: str, **chosen: str) -> Variable:
    """Offer the values that a label has among the links chosen so far."""
    values = f"group {by(LINK_STATE, label)} ({select(LINK_STATE, **chosen)})"
    query = f"query_result(topk({_SHOWN}, {values}))"
    return Variable(label, both(label), query, f'/{label}="([^"]*)"/')


def _of(metric: Metric) -> str:
    return select(metric, link="$link")


def _at(metric: Metric) -> str:
    return select(metric, site="$site")


def _link() -> tuple[Panel, ...]:
    lost = f"sum_over_time({_of(ECHO_LOST)}[$__rate_interval])"
    sent = f"sum_over_time({_of(ECHO_SENT)}[$__rate_interval])"
    return (
        Panel(
            both("state"),
            "stat",
            (Query(_of(LINK_STATE), both("state"), instant=True),),
            width=4,
            height=4,
            names=STATES,
        ),
        Panel(
            both("states"),
            "state-timeline",
            (Query(_of(LINK_STATE), "{{link}}"),),
            width=20,
            height=4,
            names=STATES,
        ),
        Panel(
            both("rtt"),
            "timeseries",
            (
                Query(_of(ECHO_RTT), both("median")),
                Query(_of(ECHO_RTT_MAX), both("maximum")),
                Query(_of(ECHO_JITTER), both("jitter")),
            ),
            unit="s",
        ),
        Panel(
            both("loss"),
            "timeseries",
            (Query(f"{lost} / ({sent} > 0)", both("loss")),),
            unit="percentunit",
            maximum=1,
            steps=LOSS_STEPS,
        ),
        Panel(
            both("utilisation"),
            "timeseries",
            (
                Query(_of(IN_UTILIZATION), both("in")),
                Query(_of(OUT_UTILIZATION), both("out")),
            ),
            unit="percentunit",
            steps=RATIO_STEPS,
            help=both("utilisation_help"),
        ),
    )


def _site() -> tuple[Panel, ...]:
    port = "{{device}} {{interface}}"
    return (
        Panel(
            both("devices"),
            "state-timeline",
            (Query(_at(DEVICE_STATE), "{{device}}"),),
            names=STATES,
        ),
        Panel(
            both("ports"),
            "bargauge",
            (Query(f"{_at(OPER_STATUS)} == bool 1", port, instant=True),),
            maximum=1,
            steps=(Step(None, "red"), Step(1, "green")),
            help=both("ports_help"),
        ),
        Panel(
            both("traffic"),
            "timeseries",
            (
                Query(_at(IN_RATE), f"{port} {both('in')}"),
                Query(f"-{_at(OUT_RATE)}", f"{port} {both('out')}"),
            ),
            unit="bps",
        ),
        _rates("errors", IN_ERRORS, OUT_ERRORS),
        _rates("discards", IN_DISCARDS, OUT_DISCARDS),
    )


def _boxes() -> tuple[Panel, ...]:
    return (
        Panel(
            both("load"),
            "timeseries",
            (
                Query(_seldom(CPU), f"{{{{device}}}} {both('cpu')}"),
                Query(_seldom(MEMORY), f"{{{{device}}}} {both('memory')}"),
            ),
            unit="percentunit",
            maximum=1,
            steps=RATIO_STEPS,
            help=both("load_help"),
        ),
        Panel(
            both("temperature"),
            "timeseries",
            (Query(_seldom(TEMPERATURE), "{{device}}"),),
            unit="celsius",
            steps=(Step(None, "green"), Step(65, "yellow"), Step(75, "red")),
        ),
        Panel(
            both("failed"),
            "timeseries",
            tuple(
                Query(_seldom(metric), f"{{{{device}}}} {both(name)}")
                for metric, name in (
                    (FANS_FAILED, "fans"),
                    (POWER_FAILED, "power"),
                    (BGP_DOWN, "bgp"),
                    (OSPF_DOWN, "ospf"),
                )
            ),
            steps=(Step(None, "green"), Step(1, "red")),
            help=both("failed_help"),
        ),
        Panel(
            both("light"),
            "timeseries",
            (
                Query(_seldom(OPTICAL_RX), f"{{{{device}}}} {{{{interface}}}} {both('received')}"),
                Query(_seldom(OPTICAL_TX), f"{{{{device}}}} {{{{interface}}}} {both('sent')}"),
            ),
            unit="dBm",
            width=24,
            help=both("light_help"),
        ),
    )


def _seldom(metric: Metric) -> str:
    """Select what comes every five minutes: the last value of three turns."""
    return f"last_over_time({_at(metric)}[15m])"


def _rates(title: str, inward: Metric, outward: Metric) -> Panel:
    port = "{{device}} {{interface}}"
    return Panel(
        both(title),
        "timeseries",
        (
            Query(f"rate({_at(inward)}[$__rate_interval])", f"{port} {both('in')}"),
            Query(f"rate({_at(outward)}[$__rate_interval])", f"{port} {both('out')}"),
        ),
        unit="pps",
        width=12,
    )
