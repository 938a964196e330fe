"""A small typed builder for the JSON that Grafana reads: what we use of it and nothing more.

Written for the dashboard schema 39 (Grafana 10.4 and later read it). Identity is fixed by `uid`;
`id` stays null, so that provisioned files do not clash. Every panel asks the data source chosen
in the variable `datasource`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

Json = dict[str, Any]
Kind = Literal["stat", "timeseries", "table", "bargauge", "state-timeline"]
Calculation = Literal["lastNotNull", "max", "mean"]

_SOURCE: Final[Json] = {"type": "prometheus", "uid": "${datasource}"}
_COLUMNS: Final = 24


@dataclass(frozen=True, slots=True)
class Query:
    """A PromQL expression. `legend` may use `{{label}}`; `instant` asks for now only."""

    expr: str
    legend: str = ""
    instant: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """From `value` on (None = from below) it looks like `colour`."""

    value: float | None
    colour: str


@dataclass(frozen=True, slots=True)
class Named:
    """A number that has a name and a colour."""

    value: int
    text: str
    colour: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: the label it shows, its heading, where a click leads."""

    label: str
    title: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Matrix:
    """A table whose rows and columns are the values of two labels."""

    rows: str
    columns: str
    title: str


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel; `width` in 24ths, `height` in Grafana's units, `unit` as Grafana names it."""

    title: str
    kind: Kind
    queries: tuple[Query, ...]
    unit: str = "short"
    width: int = 8
    height: int = 8
    help: str = ""
    steps: tuple[Step, ...] = (Step(None, "text"),)
    names: tuple[Named, ...] = ()
    columns: tuple[Column, ...] = ()
    matrix: Matrix | None = None
    stacked: bool = False
    decimals: int | None = None
    maximum: float | None = None
    colours: tuple[tuple[str, str], ...] = ()
    """Colours of series by legend."""


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under a heading, laid from left to right."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """A picker whose values are what `regex` finds in the rows of a PromQL query."""

    name: str
    title: str
    query: str
    regex: str


@dataclass(frozen=True, slots=True)
class Text:
    """A box to type in."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A whole dashboard."""

    uid: str
    title: str
    rows: tuple[Row, ...]
    variables: tuple[Variable | Text, ...] = ()
    since: str = "now-6h"
    refresh: str = "30s"
    tags: tuple[str, ...] = ("extranet",)


def build(dashboard: Dashboard) -> Json:
    """Return the JSON document of a dashboard."""
    return {
        "annotations": {"list": []},
        "editable": False,
        "graphTooltip": 1,
        "id": None,
        "links": [
            {
                "asDropdown": True,
                "icon": "external link",
                "includeVars": False,
                "keepTime": True,
                "tags": list(dashboard.tags),
                "targetBlank": False,
                "title": "电子政务外网 Extranet",
                "type": "dashboards",
                "url": "",
            }
        ],
        "panels": list(_lay_out(dashboard.rows)),
        "refresh": dashboard.refresh,
        "schemaVersion": 39,
        "tags": list(dashboard.tags),
        "templating": {"list": [_SOURCE_PICKER, *map(_variable, dashboard.variables)]},
        "time": {"from": dashboard.since, "to": "now"},
        "timezone": "browser",
        "title": dashboard.title,
        "uid": dashboard.uid,
        "version": 1,
    }


_SOURCE_PICKER: Final[Json] = {
    "current": {},
    "hide": 0,
    "label": "数据源 Data source",
    "name": "datasource",
    "query": "prometheus",
    "refresh": 1,
    "type": "datasource",
}


def _lay_out(rows: Sequence[Row]) -> Iterator[Json]:
    """Place panels from left to right, breaking the line where 24 columns are full."""
    number = 1
    top = 0
    for row in rows:
        place = {"h": 1, "w": _COLUMNS, "x": 0, "y": top}
        yield {
            "collapsed": False,
            "gridPos": place,
            "id": number,
            "panels": [],
            "title": row.title,
            "type": "row",
        }
        number += 1
        top += 1
        left = tallest = 0
        for panel in row.panels:
            if left + panel.width > _COLUMNS:
                left, top, tallest = 0, top + tallest, 0
            place = {"h": panel.height, "w": panel.width, "x": left, "y": top}
            yield {**_panel(panel), "gridPos": place, "id": number}
            number += 1
            left += panel.width
            tallest = max(tallest, panel.height)
        top += tallest


def _panel(panel: Panel) -> Json:
    return {
        "datasource": _SOURCE,
        "description": panel.help,
        "fieldConfig": {"defaults": _field(panel), "overrides": list(_overrides(panel))},
        "options": _options(panel),
        "targets": [_target(panel, query, at) for at, query in enumerate(panel.queries)],
        "title": panel.title,
        "transformations": _transformations(panel),
        "type": panel.kind,
    }


def _target(panel: Panel, query: Query, at: int) -> Json:
    return {
        "datasource": _SOURCE,
        "editorMode": "code",
        "expr": query.expr,
        "format": "table" if panel.kind == "table" else "time_series",
        "instant": query.instant,
        "legendFormat": query.legend or "__auto",
        "range": not query.instant,
        "refId": chr(ord("A") + at),
    }


def _field(panel: Panel) -> Json:
    field: Json = {
        "color": {"mode": "palette-classic" if panel.kind == "timeseries" else "thresholds"},
        "mappings": _mappings(panel.names),
        "thresholds": {
            "mode": "absolute",
            "steps": [{"color": step.colour, "value": step.value} for step in panel.steps],
        },
        "unit": panel.unit,
    }
    if panel.decimals is not None:
        field["decimals"] = panel.decimals
    if panel.maximum is not None:
        field |= {"min": 0, "max": panel.maximum}
    if panel.kind == "timeseries":
        field["custom"] = {
            "drawStyle": "line",
            "fillOpacity": 30 if panel.stacked else 5,
            "lineWidth": 1,
            "showPoints": "never",
            # A gap is a gap: what was not heard is not drawn.
            "spanNulls": False,
            "stacking": {"group": "A", "mode": "normal" if panel.stacked else "none"},
        }
    return field


def _mappings(names: Sequence[Named]) -> list[Json]:
    options = {
        str(one.value): {"color": one.colour, "index": at, "text": one.text}
        for at, one in enumerate(names)
    }
    return [{"options": options, "type": "value"}] if options else []


def _overrides(panel: Panel) -> Iterator[Json]:
    for legend, colour in panel.colours:
        yield {
            "matcher": {"id": "byName", "options": legend},
            "properties": [{"id": "color", "value": {"fixedColor": colour, "mode": "fixed"}}],
        }
    for column in panel.columns:
        if column.link:
            link = {"title": column.title, "url": column.link}
            yield {
                "matcher": {"id": "byName", "options": column.title},
                "properties": [{"id": "links", "value": [link]}],
            }


def _options(panel: Panel) -> Json:
    if panel.kind == "timeseries":
        legend = {"calcs": ["lastNotNull"], "displayMode": "list", "placement": "bottom"}
        return {
            "legend": {**legend, "showLegend": True},
            "tooltip": {"mode": "multi", "sort": "desc"},
        }
    if panel.kind == "table":
        return {"cellHeight": "sm", "showHeader": True}
    if panel.kind == "state-timeline":
        return {"mergeValues": True, "rowHeight": 0.8, "showValue": "auto"}
    reduced: Json = {
        "orientation": "horizontal" if panel.kind == "bargauge" else "auto",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
    }
    if panel.kind == "bargauge":
        return {**reduced, "displayMode": "basic", "showUnfilled": True}
    return {**reduced, "colorMode": "value", "graphMode": "none", "textMode": "value_and_name"}


def _transformations(panel: Panel) -> list[Json]:
    if panel.matrix is not None:
        matrix = panel.matrix
        pivot = {"columnField": matrix.columns, "rowField": matrix.rows, "valueField": "Value"}
        corner = f"{matrix.rows}\\{matrix.columns}"
        rename = {"renameByName": {corner: matrix.title}}
        return [
            {"id": "groupingToMatrix", "options": {**pivot, "emptyValue": "zero"}},
            {"id": "organize", "options": rename},
        ]
    if panel.columns:
        shown = [column.label for column in panel.columns]
        return [
            {"id": "filterFieldsByName", "options": {"include": {"names": shown}}},
            {
                "id": "organize",
                "options": {
                    "indexByName": {label: at for at, label in enumerate(shown)},
                    "renameByName": {column.label: column.title for column in panel.columns},
                },
            },
        ]
    return []


def _variable(variable: Variable | Text) -> Json:
    if isinstance(variable, Text):
        return {
            "current": {"text": "", "value": ""},
            "hide": 0,
            "label": variable.title,
            "name": variable.name,
            "query": "",
            "type": "textbox",
        }
    return {
        "current": {},
        "datasource": _SOURCE,
        "definition": variable.query,
        "hide": 0,
        "includeAll": False,
        "label": variable.title,
        "multi": False,
        "name": variable.name,
        "query": {"query": variable.query, "refId": variable.name},
        # 2: again whenever the time range changes, so that new links appear.
        "refresh": 2,
        "regex": variable.regex,
        "sort": 1,
        "type": "query",
    }
