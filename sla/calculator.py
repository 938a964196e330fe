"""Availability of one circuit in one window: engine `episode` (methodology 1.5, 1.6, 1.8, 1.16).

Pure, in integers and exact rationals. Every second of the window falls in exactly one class.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from typing import Literal, NamedTuple

from sla._episodes import Episode, episodes_of
from sla._overlays import Class, Overlays, Rejected, Segment, classify
from sla.timeline import Run, Span

FIXED_MONTH = 43_200 * 60
"""Seconds of the 30 days that some contracts divide by whatever the month."""
_LONGEST_MONTH = 31 * 86_400


class Status(Enum):
    """Whether the figure can be settled, the first that applies."""

    NOT_APPLICABLE = "NOT_APPLICABLE"
    NO_DATA = "NO_DATA"
    INSUFFICIENT = "INSUFFICIENT"
    AMBIGUOUS = "AMBIGUOUS"
    OK = "OK"


class Band(NamedTuple):
    """From this availability upwards (`>=`, unrounded) `credit` percent of the fee is due back."""

    floor: Fraction
    credit: int


@dataclass(frozen=True, slots=True)
class Terms:
    """The parameters of a contract that the engine needs; seconds and ratios."""

    d_min: int
    merge_gap: int
    bridge: int
    downtime_mode: Literal["actual", "span"] = "actual"
    maintenance_mode: Literal["exclude_all", "exclude_down_only"] = "exclude_all"
    coverage_floor: Fraction = Fraction(95, 100)
    notice: int = 72 * 3600
    quota: int | None = None
    bands: tuple[Band, ...] = ()
    """Highest floor first. Empty = nothing depends on the figure, so it is never ambiguous."""


@dataclass(frozen=True, slots=True)
class SlaOutage:
    """A kept episode for which somebody answers. Lengths in seconds over the full horizon.

    `start`: first attributable second; `end`: end of its last down run; `span`: from its first
    down second to `end`. Censored: what lies before or after it is unknown.
    """

    start: int
    end: int
    attributable: int
    in_window: int
    span: int
    runs: int
    started: bool
    closed: bool
    start_censored: bool
    end_censored: bool
    lasting: bool = False
    """It had not ended when the evidence did."""
    down: tuple[Span, ...] = ()
    """Its down runs."""


@dataclass(frozen=True, slots=True)
class Achieved:
    """What a circuit achieved. Ratios are None where they do not exist."""

    start: int
    end: int
    by_class: dict[Class, int]
    status: Status
    a_opt: Fraction | None
    a_meas: Fraction | None
    a_pess: Fraction | None
    a_settle: Fraction | None
    a_fixed: Fraction | None
    coverage: Fraction | None
    outages: tuple[SlaOutage, ...]
    started: int
    carried_in: int
    closed: int
    open_at_end: int
    flashes: int
    longest: int
    mttr: Fraction | None
    mtbf: Fraction | None
    rejected: tuple[Rejected, ...]
    credit_opt: int | None = None
    credit_pess: int | None = None
    credit_settle: int | None = None
    segments: tuple[Segment, ...] = field(default=(), repr=False)

    @property
    def seconds(self) -> int:
        """Length of the window."""
        return self.end - self.start

    @property
    def up(self) -> int:
        """T_U: seconds up or degraded."""
        return self.by_class[Class.UP] + self.by_class[Class.DEGRADED]

    @property
    def down(self) -> int:
        """T_D: seconds down for which somebody answers."""
        return self.by_class[Class.DOWN]

    @property
    def unknown(self) -> int:
        """T_K: seconds unknown."""
        return self.by_class[Class.UNKNOWN]

    @property
    def evaluated(self) -> int:
        """T_e: seconds in service and not excluded."""
        return self.up + self.down + self.unknown

    @property
    def excluded(self) -> int:
        """T_ex: seconds of all exclusions."""
        return self.seconds - self.by_class[Class.OUT] - self.evaluated


def compute(
    window: Span,
    raw: Iterable[Run],
    terms: Terms,
    overlays: Overlays | None = None,
    *,
    evidence_ends: int | None = None,
) -> Achieved:
    """Add up one window. Seconds that `raw` does not cover are up (1.16).

    `evidence_ends`: a down run that reaches this instant had not ended then, so that its outage is
    open and not closed; None = every run in `raw` ended where it says.
    """
    overlays = overlays or Overlays()
    horizon = episodes_of(window, raw, terms.bridge, terms.merge_gap, terms.d_min)
    runs = horizon.downtime(span=terms.downtime_mode == "span")
    segments, rejected = classify(
        window,
        runs,
        overlays,
        notice=terms.notice,
        quota=terms.quota,
        all_of_maintenance=terms.maintenance_mode == "exclude_all",
    )
    by_class = dict.fromkeys(Class, 0)
    for segment in segments:
        if segment.start >= window[0] and segment.end <= window[1]:
            by_class[segment.kind] += segment.end - segment.start
    outages = _outages(window, horizon.kept, segments, terms.d_min, evidence_ends)
    flashes = sum(window[0] <= episode.start < window[1] for episode in horizon.flashes)
    return _add_up(window, by_class, outages, flashes, rejected, terms, segments)


def figures(window: Span, by_class: Mapping[Class, int], terms: Terms) -> Achieved:
    """Return the figures of seconds that were given their classes before; without outages.

    For a part of a window (a month of a quarter): so that its seconds are those of the whole.
    """
    seconds = dict.fromkeys(Class, 0) | dict(by_class)
    return _add_up(window, seconds, [], 0, (), terms, [])


def _outages(
    window: Span,
    kept: Sequence[Episode],
    segments: Sequence[Segment],
    d_min: int,
    evidence_ends: int | None,
) -> list[SlaOutage]:
    w0, w1 = window
    down = [segment for segment in segments if segment.kind is Class.DOWN]
    found: list[SlaOutage] = []
    at = 0
    for episode in kept:
        while at < len(down) and down[at].end <= episode.start:
            at += 1
        first, total, inside, here = None, 0, 0, at
        while here < len(down) and down[here].start < episode.end:
            segment = down[here]
            first = segment.start if first is None else first
            total += segment.end - segment.start
            inside += max(0, min(segment.end, w1) - max(segment.start, w0))
            here += 1
        if first is None or total < d_min:
            continue
        lasting = episode.end == evidence_ends
        started, closed = w0 <= first < w1, w0 < episode.end <= w1 and not lasting
        if started or closed or inside:
            found.append(
                SlaOutage(
                    start=first,
                    end=episode.end,
                    attributable=total,
                    in_window=inside,
                    span=episode.end - episode.start,
                    runs=len(episode.down),
                    started=started,
                    closed=closed,
                    start_censored=episode.start_censored,
                    end_censored=episode.end_censored,
                    lasting=lasting,
                    down=episode.down,
                )
            )
    return found


def _add_up(
    window: Span,
    by_class: dict[Class, int],
    outages: list[SlaOutage],
    flashes: int,
    rejected: tuple[Rejected, ...],
    terms: Terms,
    segments: list[Segment],
) -> Achieved:
    up = by_class[Class.UP] + by_class[Class.DEGRADED]
    down = by_class[Class.DOWN]
    evaluated = up + down + by_class[Class.UNKNOWN]
    a_opt = _ratio(evaluated - down, evaluated)
    a_pess = _ratio(up, evaluated)
    coverage = _ratio(up + down, evaluated)
    credit_opt, credit_pess = _credit(a_opt, terms.bands), _credit(a_pess, terms.bands)
    status = _status(evaluated, up + down, coverage, terms, certain=credit_opt == credit_pess)
    settled = status in (Status.OK, Status.AMBIGUOUS)
    closed = [outage for outage in outages if outage.closed]
    started = sum(outage.started for outage in outages)
    fixed = evaluated > 0 and window[1] - window[0] <= _LONGEST_MONTH
    return Achieved(
        start=window[0],
        end=window[1],
        by_class=by_class,
        status=status,
        a_opt=a_opt,
        a_meas=_ratio(up, up + down),
        a_pess=a_pess,
        a_settle=a_opt if settled else None,
        a_fixed=Fraction(FIXED_MONTH - down, FIXED_MONTH) if fixed else None,
        coverage=coverage,
        outages=tuple(outages),
        started=started,
        carried_in=sum(outage.start < window[0] and outage.in_window > 0 for outage in outages),
        closed=len(closed),
        open_at_end=sum(
            (outage.lasting or outage.end > window[1]) and (outage.started or outage.in_window > 0)
            for outage in outages
        ),
        flashes=flashes,
        longest=max((outage.attributable for outage in outages if outage.in_window), default=0),
        mttr=_ratio(sum(outage.attributable for outage in closed), len(closed)),
        mtbf=_ratio(up, started),
        rejected=rejected,
        credit_opt=credit_opt,
        credit_pess=credit_pess,
        credit_settle=credit_opt if settled else None,
        segments=tuple(segments),
    )


def _status(
    evaluated: int, measured: int, coverage: Fraction | None, terms: Terms, *, certain: bool
) -> Status:
    if evaluated == 0:
        return Status.NOT_APPLICABLE
    if measured == 0 or coverage is None:
        return Status.NO_DATA
    if coverage < terms.coverage_floor:
        return Status.INSUFFICIENT
    return Status.OK if certain else Status.AMBIGUOUS


def _credit(value: Fraction | None, bands: tuple[Band, ...]) -> int | None:
    if value is None:
        return None
    return next((band.credit for band in bands if value >= band.floor), None)


def _ratio(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None
