"""The services on the network: which do not work, how their checks do, certificates and backups."""

from __future__ import annotations

from typing import Final

from dashboards._grafana import Column, Dashboard, Matrix, Panel, Query, Row, Step
from dashboards._promql import by, select
from dashboards._words import DOWN, STATES, both
from metrics.catalogue import Metric
from metrics.families.backups import BACKUP_AGE, BACKUP_RPO
from metrics.families.checks import CERT_LEFT
from metrics.families.paths import PATH_DELAY, PATH_JITTER, PATH_LOSS
from metrics.families.services import PROBE_DURATION, PROBE_SUCCESS, SERVICE_STATE

_SERVICE: Final = select(SERVICE_STATE)
_CHECK: Final = "{{service}} {{check}}"
_WORST: Final = 15
_DAY: Final = 86_400


def dashboard() -> Dashboard:
    """Return the dashboard."""
    return Dashboard(
        uid="extranet-services",
        title=both("services"),
        rows=(
            Row(both("now"), _now()),
            Row(both("service_checks"), _checks()),
            Row(both("service_limits"), _limits()),
        ),
    )


def _now() -> tuple[Panel, ...]:
    states = tuple(
        Query(f"count({_SERVICE} == {state.value}) or vector(0)", state.text, instant=True)
        for state in STATES
    )
    coloured = tuple((state.text, state.colour) for state in STATES)
    columns = (
        Column("service", both("service")),
        Column("group", both("service_group")),
        Column("site", both("site")),
        Column("area", both("area")),
    )
    return (
        Panel(both("services_by_state"), "stat", states, width=24, height=4, colours=coloured),
        Panel(
            both("services_by_group"),
            "table",
            (Query(_by_group(SERVICE_STATE), instant=True),),
            matrix=Matrix("group", "state", both("service_group")),
            help=both("state_numbers"),
        ),
        Panel(
            both("services_down"),
            "table",
            (Query(f"{_SERVICE} == {DOWN}", instant=True),),
            width=16,
            columns=columns,
        ),
        Panel(
            both("services_states"),
            "state-timeline",
            (Query(f"{_SERVICE} > 0", "{{service}}"),),
            width=24,
            names=STATES,
            help=both("services_states_help"),
        ),
    )


def _by_group(metric: Metric) -> str:
    """Count services by group and state, both as labels."""
    return f'count_values {by(metric, "group")} ("state", {select(metric)})'


def _checks() -> tuple[Panel, ...]:
    met = f"avg_over_time({select(PROBE_SUCCESS)}[1h])"
    slow = f"avg_over_time({select(PROBE_DURATION)}[10m])"
    return (
        Panel(
            both("checks_met"),
            "bargauge",
            (Query(f"bottomk({_WORST}, {met})", _CHECK, instant=True),),
            unit="percentunit",
            width=12,
            maximum=1,
            steps=(Step(None, "red"), Step(0.95, "yellow"), Step(0.999, "green")),
        ),
        Panel(
            both("checks_slow"),
            "bargauge",
            (Query(f"topk({_WORST}, {slow})", _CHECK, instant=True),),
            unit="s",
            width=12,
            steps=(Step(None, "blue"),),
        ),
        Panel(
            both("checks_duration"),
            "timeseries",
            (Query(f"max {by(PROBE_DURATION, 'check')} ({select(PROBE_DURATION)})", "{{check}}"),),
            unit="s",
            width=24,
        ),
    )


def _limits() -> tuple[Panel, ...]:
    left = f"min {by(CERT_LEFT, 'service')} ({select(CERT_LEFT)}) / {_DAY}"
    age = f"{select(BACKUP_AGE)} / ({select(BACKUP_RPO)} > 0)"
    return (
        Panel(
            both("certificates"),
            "bargauge",
            (Query(f"bottomk({_WORST}, {left})", "{{service}}", instant=True),),
            unit="d",
            width=12,
            steps=(Step(None, "red"), Step(7, "yellow"), Step(30, "green")),
        ),
        Panel(
            both("backups"),
            "bargauge",
            (Query(f"topk({_WORST}, {age})", "{{service}}", instant=True),),
            unit="percentunit",
            width=12,
            steps=(Step(None, "green"), Step(0.8, "yellow"), Step(1, "red")),
            help=both("backups_help"),
        ),
        *(
            Panel(both(title), "timeseries", (Query(select(metric), "{{service}}"),), unit=unit)
            for title, metric, unit in (
                ("path_loss", PATH_LOSS, "percentunit"),
                ("path_jitter", PATH_JITTER, "s"),
                ("path_delay", PATH_DELAY, "s"),
            )
        ),
    )
