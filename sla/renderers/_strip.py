"""A period as a strip: which class each stretch of it has, drawn as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from html import escape
from typing import Final

from sla.renderers._words import Words
from sla.report import Span

COLOURS: Final[Mapping[str, str]] = {
    "UP": "#7dbfa9", "DEGRADED": "#e2a93b", "DOWN": "#c0262d", "EXM_O": "#6c63c7",
    "EXM_C": "#a79ff0", "EXF": "#2f6fb0", "EXP": "#6aa6dc", "EXU": "#a9d0ef",
    "UNKNOWN": "#8795a6", "OUT": "#e9edf2",
}  # fmt: skip
_WIDE: Final = 1200
_THIN: Final = 1.2
"""The least width of what is not up, so that a short outage is seen; the tables have its length."""
_TICKS: Final = 12


def bar(spans: Sequence[Span], start: int, end: int, height: int) -> str:
    """Return the strip without its scale; one path per class, what is worse over what is better."""
    per = _WIDE / (end - start)
    paths: dict[str, list[str]] = {kind: [] for kind in COLOURS}
    last: dict[str, str] = {}
    for one in spans:
        left, width = (one.start - start) * per, (one.end - one.start) * per
        if one.kind != "UP":
            width = max(width, _THIN)
        piece = f"M{left:.1f} 0h{width:.1f}v{height}h-{width:.1f}z"
        if last.get(one.kind) != piece and one.kind in paths:
            paths[one.kind].append(piece)
            last[one.kind] = piece
    order = ("OUT", "UP", "UNKNOWN", "DEGRADED", "EXM_O", "EXM_C", "EXU", "EXP", "EXF", "DOWN")
    drawn = "".join(
        f'<path fill="{COLOURS[kind]}" d="{"".join(paths[kind])}"/>'
        for kind in order
        if paths[kind]
    )
    return f'<g shape-rendering="crispEdges">{drawn}</g>'


def strip(spans: Sequence[Span], start: int, end: int, words: Words) -> str:
    """Return the strip with local dates below."""
    ticks = "".join(
        f'<path d="M{x:.1f} 40v6" stroke="#51647a"/>'
        f'<text x="{min(x + 3, _WIDE - 40):.1f}" y="56" font-size="11" fill="#51647a">{said}</text>'
        for x, said in _ticks(start, end, words)
    )
    name = escape(words.say("table.strip"))
    return (
        f'<svg viewBox="0 0 {_WIDE} 60" role="img" aria-label="{name}">'
        f"{bar(spans, start, end, 40)}{ticks}</svg>\n"
    )


def _ticks(start: int, end: int, words: Words) -> list[tuple[float, str]]:
    """Return places and dates of local midnights, at most a dozen."""
    first, last = words.local(start), words.local(end)
    days = max(1, -(-(last - first).days // _TICKS))
    here = datetime(first.year, first.month, first.day)  # noqa: DTZ001 - local, as both are
    found = []
    while here < last:
        if here >= first:
            share = (here - first) / (last - first)
            found.append((share * _WIDE, here.strftime("%m-%d")))
        here += timedelta(days=days)
    return found
