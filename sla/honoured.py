"""Which seconds of an overlay are honoured, and which overlay excluded which seconds (1.6).

The conditions: owner's work counts from its registration on; carrier's work only with notice and
in the agreed night; force majeure only if claimed in time and with evidence; power and upstream
only with evidence; all of them only approved by a second person. The quota of carrier's work is
left to the calculator: it depends on what was measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from sla._overlays import Class, Overlays, Segment, Work
from sla.deadlines import claim_until
from sla.filings import Standing
from sla.ruleset import Night, RuleSet
from sla.timeline import Span, union

_CLASS: Final[Mapping[str, Class]] = {
    "M_o": Class.EXM_O,
    "M_c": Class.EXM_C,
    "F": Class.EXF,
    "P": Class.EXP,
    "X": Class.EXU,
}
_BAD: Final = frozenset({Class.DOWN, Class.UNKNOWN, Class.EXF, Class.EXP, Class.EXU})
_GOOD: Final = frozenset({Class.UP, Class.DEGRADED})


@dataclass(frozen=True, slots=True)
class Honoured:
    """What of an overlay is honoured: disjoint spans in order.

    `reason`: a code, why not all of it, "" = all: `not_approved`, `rejected`, `withdrawn`,
    `replaced`, `notice`, `night`, `late`, `no_evidence`; `quota` is added by `shares`.
    """

    by: Standing
    spans: tuple[Span, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """An overlay, and the seconds that it alone excluded."""

    honoured: Honoured
    seconds: int
    reason: str


def honoured(one: Standing, rules: RuleSet, notice: int) -> Honoured:
    """Return what of an overlay is honoured. `notice`: of the contract, seconds."""
    if one.state != "approved":
        return Honoured(one, (), "not_approved" if one.state == "filed" else one.state)
    return deserved(one, rules, notice)


def deserved(one: Standing, rules: RuleSet, notice: int) -> Honoured:
    """Return what would be honoured of it, once it is approved."""
    whole: tuple[Span, ...] = ((one.start, one.end),)
    if one.kind == "M_o":
        start = max(one.start, one.filed_at or one.start)
        spans: tuple[Span, ...] = ((start, one.end),) if start < one.end else ()
        return Honoured(one, spans, "" if spans == whole else "late")
    if one.kind == "M_c":
        if one.filed_at is not None and one.start - one.filed_at < notice:
            return Honoured(one, (), "notice")
        spans = nights(one.start, one.end, rules.night, rules.zone)
        return Honoured(one, spans, "" if spans == whole else "night")
    if not one.evidence:
        return Honoured(one, (), "no_evidence")
    if one.kind == "F" and (one.filed_at or 0) >= claim_until(one.end, rules):
        return Honoured(one, (), "late")
    return Honoured(one, whole)


@lru_cache(4096)
def nights(start: int, end: int, night: Night | None, zone: str) -> tuple[Span, ...]:
    """Return the seconds of [start, end) in the agreed night, by local time; None = all of them.

    Kept, since the work of an overlay is looked at once for each of its circuits.
    """
    if night is None or start >= end:
        return ((start, end),) if start < end else ()
    local = ZoneInfo(zone)
    day = datetime.fromtimestamp(start, local).date() - timedelta(1)
    last = datetime.fromtimestamp(end, local).date()
    longer = 0 if night.end > night.start else 1
    found: list[Span] = []
    while day <= last:
        midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - local, made so below
        opens = _instant(midnight + timedelta(seconds=night.start), local)
        closes = _instant(midnight + timedelta(longer, night.end), local)
        found.append((max(start, opens), min(end, closes)))
        day += timedelta(1)
    return tuple(union(found))


def _instant(wall: datetime, zone: ZoneInfo) -> int:
    return int(wall.replace(tzinfo=zone).timestamp())


def overlays_of(all_of_link: Iterable[Honoured]) -> Overlays:
    """Return the overlays of a link as the calculator wants them; without service and shadows.

    Notice and registration are judged here, so that work comes without a time of registration.
    """
    spans: dict[str, list[Span]] = {kind: [] for kind in _CLASS}
    for one in all_of_link:
        spans[one.by.kind] += one.spans
    return Overlays(
        owner_work=[Work(*span) for span in spans["M_o"]],
        carrier_work=[Work(*span) for span in spans["M_c"]],
        force_majeure=spans["F"],
        power=spans["P"],
        upstream=spans["X"],
    )


def shares(
    all_of_link: Iterable[Honoured],
    segments: Iterable[Segment],
    window: Span,
    *,
    all_of_maintenance: bool,
) -> list[Share]:
    """Say of each overlay that touches the window how many of its seconds it excluded there.

    Of two over the same second it is the one filed first, so that the sum is exact: what is left
    of a class is not by filings (the shadow of an outage, a cause). `segments`: of the calculator.
    """
    pieces: dict[Class, list[Span]] = {}
    for piece in segments:
        if window[0] <= piece.start and piece.end <= window[1]:
            pieces.setdefault(piece.kind, []).append((piece.start, piece.end))
    left = {kind: union(spans) for kind, spans in pieces.items()}
    # Carrier's work that met such a second was turned away by the quota, not by who came first.
    met = _BAD | _GOOD if all_of_maintenance else _BAD
    over = union(span for kind in met for span in pieces.get(kind, ()))
    found = []
    for one in sorted(all_of_link, key=_first):
        if one.by.start >= window[1] or one.by.end <= window[0]:
            continue
        mine = union(one.spans)
        kind = _CLASS[one.by.kind]
        rest = left.get(kind, [])
        taken = both(rest, mine)
        left[kind] = without(rest, mine)
        beyond = one.by.kind == "M_c" and bool(both(over, mine))
        found.append(Share(one, length(taken), "quota" if beyond else one.reason))
    return found


def _first(one: Honoured) -> tuple[int, int, str]:
    return one.by.filed_at or 0, one.by.record or 0, one.by.overlay


def announced(all_of_link: Iterable[Honoured], owner: Sequence[Span], start: int, end: int) -> int:
    """Return how many seconds of [start, end) carrier's work may take of the quota at most."""
    spans = union(span for one in all_of_link if one.by.kind == "M_c" for span in one.spans)
    return length(without(both(spans, [(start, end)]), union(owner)))


def length(spans: Iterable[Span]) -> int:
    """Return the seconds of disjoint spans."""
    return sum(end - start for start, end in spans)


def both(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """Return the seconds in both; each is disjoint and in order, and so is what comes out."""
    found: list[Span] = []
    at = here = 0
    while at < len(one) and here < len(other):
        start, end = max(one[at][0], other[here][0]), min(one[at][1], other[here][1])
        if start < end:
            found.append((start, end))
        if one[at][1] <= other[here][1]:
            at += 1
        else:
            here += 1
    return found


def without(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """Return the seconds of `one` that are not in `other`; both disjoint and in order."""
    found: list[Span] = []
    at = 0
    for start, end in one:
        here = start
        while at < len(other) and other[at][1] <= here:
            at += 1
        look = at
        while look < len(other) and other[look][0] < end:
            if other[look][0] > here:
                found.append((here, other[look][0]))
            here = max(here, other[look][1])
            look += 1
        if here < end:
            found.append((here, end))
    return found
