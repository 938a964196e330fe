"""Latency and load of a circuit by day, drawn as SVG: one bar a day, and the line it is held to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from sla.link_days import LinkDay
from sla.renderers._words import Words

_WIDE: Final = 1200
_HIGH: Final = 110
_INK: Final = "#51647a"
_FIRST: Final = "#7dbfa9"
_SECOND: Final = "#27435f"
_LIMIT: Final = "#c0262d"


def curves(
    days: Sequence[LinkDay], start: int, end: int, limit_us: int | None, bps: int | None,
    words: Words,
) -> Iterator[str]:  # fmt: skip
    """Yield both drawings with what they show; `limit_us`, `bps`: what the contract says."""
    latency = [(day.start, day.latency_p95, day.latency) for day in days]
    yield _drawn("latency_days", latency, start, end, limit_us, 1000, words)
    load = [(day.start, day.load_in, day.load_out) for day in days]
    yield _drawn("load_days", load, start, end, bps, 1_000_000, words)


def _drawn(
    name: str,
    days: Sequence[tuple[int, int | None, int | None]],
    start: int,
    end: int,
    limit: int | None,
    unit: int,
    words: Words,
) -> str:
    known = [value for _, *both in days for value in both if value is not None]
    title = escape(words.say(name))
    if not known:
        return f'<p class="note">{title}: {escape(words.say("none"))}</p>\n'
    most = max(known)
    if limit is not None and limit <= 4 * most:
        most = max(most, limit)
    most = most or 1
    per, wide = _WIDE / (end - start), max(2.0, _WIDE * 86_400 / (end - start) * 0.8)
    bars = []
    for at, first, second in days:
        left = (at - start) * per
        for value, colour, share in ((first, _FIRST, 1.0), (second, _SECOND, 0.4)):
            if value is not None:
                high = value / most * (_HIGH - 20)
                bars.append(
                    f'<rect x="{left:.1f}" y="{_HIGH - high:.1f}" width="{wide * share:.1f}" '
                    f'height="{high:.1f}" fill="{colour}"/>'
                )
    line = ""
    if limit is not None and limit <= most:
        y = _HIGH - limit / most * (_HIGH - 20)
        line = f'<path d="M0 {y:.1f}h{_WIDE}" stroke="{_LIMIT}" stroke-dasharray="6 4"/>'
    highest = f"{most / unit:,.2f}"
    return (
        f'<p class="note">{title}</p>\n'
        f'<svg viewBox="0 0 {_WIDE} {_HIGH + 2}" role="img" aria-label="{title}">'
        f'<path d="M0 {_HIGH}h{_WIDE}M0 20h{_WIDE}" stroke="#e7ecf3"/>{"".join(bars)}{line}'
        f'<text x="2" y="14" font-size="11" fill="{_INK}">{highest}</text></svg>\n'
    )
