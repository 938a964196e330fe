"""The province at a glance: what is down, who supplies it, what is worst, how the monitor does."""

from __future__ import annotations

from typing import Final

from dashboards._grafana import Column, Dashboard, Matrix, Panel, Query, Row, Step
from dashboards._promql import by, select
from dashboards._words import (
    DOWN,
    LATENESS,
    LOSS_STEPS,
    PART,
    RATIO_STEPS,
    RUNS,
    RUNS_SKIPPED,
    STATES,
    UNKNOWN,
    both,
)
from metrics.catalogue import (
    CANARY_RTT,
    CANARY_STATE,
    DEVICE_STATE,
    ECHO_LOST,
    ECHO_RTT,
    ECHO_SENT,
    IN_ERRORS,
    IN_RATE,
    IN_UTILIZATION,
    LINK_STATE,
    OUT_ERRORS,
    OUT_RATE,
    OUT_UTILIZATION,
    Metric,
)

_LINK: Final = select(LINK_STATE)
_LINK_PAGE: Final = (
    "/d/extranet-link?${datasource:queryparam}&var-area=${__data.fields.area}"
    "&var-level=${__data.fields.level}&var-site=${__data.fields.site}"
    "&var-link=${__data.fields.link}&${__url_time_range}"
)
_WORST: Final = 10


def dashboard() -> Dashboard:
    """Return the dashboard."""
    return Dashboard(
        uid="extranet-province",
        title=both("province"),
        rows=(
            Row(both("now"), _now()),
            Row(both("carriers"), _carriers()),
            Row(both("worst"), _worst()),
            Row(both("monitor"), _monitor()),
        ),
    )


def _now() -> tuple[Panel, ...]:
    states = tuple(
        Query(f"count({_LINK} == {state.value}) or vector(0)", state.text, instant=True)
        for state in STATES
    )
    coloured = tuple((state.text, state.colour) for state in STATES)
    return (
        Panel(both("links_by_state"), "stat", states, width=24, height=4, colours=coloured),
        Panel(
            both("links_by_level"),
            "table",
            (Query(_by_level(LINK_STATE), instant=True),),
            matrix=Matrix("level", "state", both("level")),
            help=both("state_numbers"),
        ),
        Panel(
            both("devices_by_level"),
            "table",
            (Query(_by_level(DEVICE_STATE), instant=True),),
            matrix=Matrix("level", "state", both("level")),
            help=both("state_numbers"),
        ),
        Panel(
            both("down_now"),
            "table",
            (Query(f"{_LINK} == {DOWN}", instant=True),),
            columns=(
                Column("link", both("link"), _LINK_PAGE),
                Column("carrier", both("carrier")),
                Column("site", both("site")),
                Column("level", both("level")),
                Column("area", both("area")),
            ),
        ),
    )


def _by_level(metric: Metric) -> str:
    """Count targets by level and state, both as labels."""
    return f'count_values {by(metric, "level")} ("state", {select(metric)})'


def _carriers() -> tuple[Panel, ...]:
    group = by(LINK_STATE, "carrier")
    known = f"count {group} ({_LINK} != {UNKNOWN})"
    return (
        Panel(
            both("carrier_up"),
            "bargauge",
            (Query(f"sum {group} ({_LINK} < bool {DOWN}) / {known}", "{{carrier}}", instant=True),),
            unit="percentunit",
            maximum=1,
            decimals=3,
            steps=(Step(None, "red"), Step(0.95, "yellow"), Step(0.999, "green")),
            help=both("carrier_up_help"),
        ),
        Panel(
            both("carrier_down"),
            "timeseries",
            (Query(f"count {group} ({_LINK} == {DOWN})", "{{carrier}}"),),
            width=16,
            decimals=0,
            stacked=True,
        ),
    )


def _worst() -> tuple[Panel, ...]:
    lost = f"sum_over_time({select(ECHO_LOST)}[5m])"
    sent = f"(sum_over_time({select(ECHO_SENT)}[5m]) > 0)"
    errors = f"rate({select(IN_ERRORS)}[5m]) + rate({select(OUT_ERRORS)}[5m])"
    port = "{{device}} {{interface}}"
    return (
        _top("worst_loss", f"{lost} / {sent}", "{{link}}", "percentunit", steps=LOSS_STEPS),
        _top("worst_rtt", f"avg_over_time({select(ECHO_RTT)}[5m])", "{{link}}", "s"),
        _top("worst_errors", errors, port, "pps"),
        _top("full_in", select(IN_UTILIZATION), "{{link}}", "percentunit", steps=RATIO_STEPS),
        _top("full_out", select(OUT_UTILIZATION), "{{link}}", "percentunit", steps=RATIO_STEPS),
        Panel(
            both("traffic"),
            "timeseries",
            (
                Query(f"sum({select(IN_RATE)})", both("in")),
                Query(f"sum({select(OUT_RATE)})", both("out")),
            ),
            unit="bps",
        ),
    )


def _top(
    title: str,
    expr: str,
    legend: str,
    unit: str,
    *,
    steps: tuple[Step, ...] = (Step(None, "blue"),),
) -> Panel:
    query = Query(f"topk({_WORST}, {expr})", legend, instant=True)
    return Panel(both(title), "bargauge", (query,), unit=unit, steps=steps)


def _monitor() -> tuple[Panel, ...]:
    late = f"sum by (le) (rate({LATENESS}[$__rate_interval]))"
    return (
        Panel(
            both("canaries"),
            "state-timeline",
            (Query(select(CANARY_STATE), "{{canary}}"),),
            names=STATES,
            help=both("canaries_help"),
        ),
        Panel(
            both("canary_rtt"), "timeseries", (Query(select(CANARY_RTT), "{{canary}}"),), unit="s"
        ),
        Panel(
            both("runs"),
            "timeseries",
            (
                Query(f"sum by (outcome) (rate({RUNS}[$__rate_interval]))", "{{outcome}}"),
                Query(
                    f"sum by (reason) (rate({RUNS_SKIPPED}[$__rate_interval]))",
                    both("skipped") + " {{reason}}",
                ),
            ),
            unit="ops",
        ),
        Panel(
            both("lateness"),
            "timeseries",
            (
                Query(f"histogram_quantile(0.5, {late})", "p50"),
                Query(f"histogram_quantile(0.99, {late})", "p99"),
            ),
            unit="s",
        ),
        Panel(
            both("outbox_age"),
            "timeseries",
            (Query(f'{PART}{{what="oldest_age_seconds"}}', "{{part}}"),),
            unit="s",
            help=both("outbox_age_help"),
        ),
        Panel(
            both("outbox_lost"),
            "timeseries",
            (
                Query(
                    f'{PART}{{what=~"dropped_points|refused_points|partial_points"}}',
                    "{{part}} {{what}}",
                ),
            ),
            help=both("outbox_lost_help"),
        ),
    )
