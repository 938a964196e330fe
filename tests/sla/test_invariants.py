"""What must hold for any circuit and any window (methodology 1.15)."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from sla._episodes import episodes_of
from sla._overlays import Class, Overlays, Work
from sla.calculator import Band, Status, Terms, compute
from sla.timeline import Raw, Run, Span

WINDOW = (1000, 9000)
STANDARD = Terms(180, 300, 120, bands=(Band(Fraction(999, 1000), 0), Band(Fraction(0), 50)))
_STATES: list[Raw] = ["U", "G", "D", "K"]


@st.composite
def timelines(draw: st.DrawFn, low: int = 0, high: int = 10_000) -> list[Run]:
    """Draw runs that lie apart or touch."""
    runs, at = [], low
    for pause, length, state in draw(
        st.lists(
            st.tuples(st.integers(0, 900), st.integers(1, 1500), st.sampled_from(_STATES)),
            max_size=14,
        )
    ):
        at += pause
        if at + length > high:
            break
        runs.append(Run(state, at, at + length))
        at += length
    return runs


_SPANS = st.lists(
    st.tuples(st.integers(0, 10_000), st.integers(0, 2000)).map(lambda p: (p[0], p[0] + p[1])),
    max_size=3,
)
_WORKS = st.lists(
    st.tuples(st.integers(0, 10_000), st.integers(0, 2000), st.none() | st.integers(0, 12_000)).map(
        lambda p: Work(p[0], p[0] + p[1], p[2])
    ),
    max_size=3,
)
_OVERLAYS = st.builds(
    Overlays,
    service=st.none() | _SPANS,
    owner_work=_WORKS,
    carrier_work=_WORKS,
    force_majeure=_SPANS,
    power=_SPANS,
    upstream=_SPANS,
)
_TERMS = st.builds(
    Terms,
    d_min=st.integers(0, 400),
    merge_gap=st.integers(0, 400),
    bridge=st.integers(0, 300),
    downtime_mode=st.sampled_from(["actual", "span"]),
    maintenance_mode=st.sampled_from(["exclude_all", "exclude_down_only"]),
    notice=st.integers(0, 3000),
    quota=st.none() | st.integers(0, 3000),
    bands=st.just(STANDARD.bands),
)


@settings(max_examples=300, deadline=None)
@given(timelines(), _TERMS, _OVERLAYS)
def test_the_classes_sum_to_the_window(raw: list[Run], terms: Terms, over: Overlays) -> None:
    got = compute(WINDOW, raw, terms, over)
    assert sum(got.by_class.values()) == got.seconds == 8000
    assert got.seconds == got.by_class[Class.OUT] + got.excluded + got.evaluated


@settings(max_examples=300, deadline=None)
@given(timelines(), _TERMS, _OVERLAYS, st.integers(1001, 8999))
def test_windows_add_up(raw: list[Run], terms: Terms, over: Overlays, cut: int) -> None:
    """Over one horizon; with a quota a quarter is built from its months instead."""
    terms = replace(terms, quota=None)
    raw = _whole(raw)
    whole = compute(WINDOW, raw, terms, over)
    parts = [compute((1000, cut), raw, terms, over), compute((cut, 9000), raw, terms, over)]
    for kind in Class:
        assert whole.by_class[kind] == sum(part.by_class[kind] for part in parts)
    assert whole.started == sum(part.started for part in parts)
    assert whole.flashes == sum(part.flashes for part in parts)


def _whole(raw: list[Run]) -> list[Run]:
    """Cover [0, 10000), so that every window has the same horizon."""
    edges = sorted({0, 10_000} | {point for run in raw for point in (run.start, run.end)})
    known = {run.start: run.state for run in raw}
    return [Run(known.get(a, "U"), a, b) for a, b in itertools.pairwise(edges)]


@settings(max_examples=200, deadline=None)
@given(timelines(), _TERMS, _OVERLAYS)
def test_the_order_of_events_changes_labels_only(
    raw: list[Run], terms: Terms, over: Overlays
) -> None:
    turned = replace(
        over, force_majeure=over.upstream, power=over.force_majeure, upstream=over.power
    )
    one, two = compute(WINDOW, raw, terms, over), compute(WINDOW, raw, terms, turned)
    assert (one.a_opt, one.a_meas, one.a_pess) == (two.a_opt, two.a_meas, two.a_pess)


@settings(max_examples=300, deadline=None)
@given(timelines(), _TERMS, _OVERLAYS)
def test_pessimistic_is_at_most_measured_is_at_most_optimistic(
    raw: list[Run], terms: Terms, over: Overlays
) -> None:
    got = compute(WINDOW, raw, terms, over)
    if got.a_opt is None or got.a_pess is None:
        assert got.status is Status.NOT_APPLICABLE
        return
    assert 0 <= got.a_pess <= got.a_opt <= 1
    if got.a_meas is not None:
        assert got.a_pess <= got.a_meas <= got.a_opt


@settings(max_examples=300, deadline=None)
@given(timelines(), _TERMS, _OVERLAYS, st.integers(0, 9000), st.integers(1, 1500))
def test_more_down_never_raises_what_is_settled(
    raw: list[Run], terms: Terms, over: Overlays, start: int, length: int
) -> None:
    """Nor what could be: more of it may be known, so that it is settled at all."""
    before = compute(WINDOW, raw, terms, over)
    after = compute(WINDOW, _painted(raw, (start, start + length)), terms, over)
    for one, two in ((before.a_opt, after.a_opt), (before.a_settle, after.a_settle)):
        assert one is None or two is None or two <= one


def _painted(raw: list[Run], span: Span) -> list[Run]:
    found = [Run("D", *span)]
    for run in raw:
        found += [
            Run(run.state, run.start, min(run.end, span[0])),
            Run(run.state, max(run.start, span[1]), run.end),
        ]
    return [run for run in found if run.start < run.end]


@settings(max_examples=300, deadline=None)
@given(timelines(), st.integers(0, 9000), st.integers(1, 1500))
def test_excluding_time_that_was_up_never_makes_more_outages(
    raw: list[Run], start: int, length: int
) -> None:
    """An outage that was carried in may now begin inside the window, so it is counted with them."""
    before = compute(WINDOW, raw, STANDARD)
    after = compute(WINDOW, raw, STANDARD, Overlays(owner_work=[Work(start, start + length)]))
    assert after.started + after.carried_in <= before.started + before.carried_in


@settings(max_examples=300, deadline=None)
@given(timelines(), st.integers(0, 400), st.integers(0, 400), st.integers(0, 300))
def test_merging_is_idempotent(raw: list[Run], d_min: int, gap: int, bridge: int) -> None:
    once = episodes_of(WINDOW, raw, bridge, gap, d_min)
    twice = episodes_of(WINDOW, once.runs, bridge, gap, d_min)
    assert [(e.start, e.end) for e in once.kept] == [(e.start, e.end) for e in twice.kept]


@settings(max_examples=200, deadline=None)
@given(timelines(), _TERMS, _OVERLAYS, st.integers(-30, 30))
def test_shifting_everything_by_whole_days_shifts_nothing_else(
    raw: list[Run], terms: Terms, over: Overlays, days: int
) -> None:
    by = days * 86_400
    shifted = compute(
        (WINDOW[0] + by, WINDOW[1] + by),
        [Run(run.state, run.start + by, run.end + by) for run in raw],
        terms,
        _shift(over, by),
    )
    got = compute(WINDOW, raw, terms, over)
    assert shifted.by_class == got.by_class
    assert shifted.status is got.status
    assert [o.attributable for o in shifted.outages] == [o.attributable for o in got.outages]


def _shift(over: Overlays, by: int) -> Overlays:
    def spans(given_: object) -> list[Span]:
        assert isinstance(given_, list)
        return [(start + by, end + by) for start, end in given_]

    def works(given_: object) -> list[Work]:
        assert isinstance(given_, list)
        return [
            Work(w.start + by, w.end + by, None if w.registered is None else w.registered + by)
            for w in given_
        ]

    return Overlays(
        None if over.service is None else spans(over.service),
        works(over.owner_work),
        works(over.carrier_work),
        spans(over.force_majeure),
        spans(over.power),
        spans(over.upstream),
    )


@settings(max_examples=200, deadline=None)
@given(timelines(), _TERMS, _OVERLAYS)
def test_the_same_evidence_gives_the_same_figures(
    raw: list[Run], terms: Terms, over: Overlays
) -> None:
    assert compute(WINDOW, raw, terms, over) == compute(WINDOW, list(reversed(raw)), terms, over)


@settings(max_examples=300, deadline=None)
@given(timelines(), _TERMS, _OVERLAYS)
def test_the_quota_is_never_exceeded(raw: list[Run], terms: Terms, over: Overlays) -> None:
    got = compute(WINDOW, raw, terms, over)
    assert terms.quota is None or got.by_class[Class.EXM_C] <= terms.quota


@settings(max_examples=300, deadline=None)
@given(timelines(), _TERMS, _OVERLAYS)
def test_counts_of_outages_agree_with_the_list(
    raw: list[Run], terms: Terms, over: Overlays
) -> None:
    got = compute(WINDOW, raw, terms, over)
    assert got.started == sum(outage.started for outage in got.outages)
    assert all(outage.attributable >= max(terms.d_min, 1) for outage in got.outages)
    assert sum(outage.in_window for outage in got.outages) <= got.down
