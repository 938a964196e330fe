"""The edges of the engine: which second decides (methodology 1.5, 1.6, 1.8, 1.16)."""

from __future__ import annotations

from fractions import Fraction

import pytest

from sla._overlays import Class, Overlays, Work
from sla.calculator import Achieved, Band, Status, Terms, compute
from sla.timeline import Run

WINDOW = (0, 86_400)
TERMS = Terms(d_min=180, merge_gap=300, bridge=120)


def _down(*spans: tuple[int, int], terms: Terms = TERMS, over: Overlays | None = None) -> Achieved:
    return compute(WINDOW, [Run("D", start, end) for start, end in spans], terms, over)


@pytest.mark.parametrize(("length", "outages", "flashes"), [(179, 0, 1), (180, 1, 0)])
def test_an_episode_counts_from_d_min_on(length: int, outages: int, flashes: int) -> None:
    got = _down((1000, 1000 + length))
    assert (got.started, got.flashes) == (outages, flashes)


def test_a_flash_is_degraded_and_not_down() -> None:
    got = _down((1000, 1179))
    assert (got.down, got.by_class[Class.DEGRADED]) == (0, 179)


@pytest.mark.parametrize(("gap", "outages"), [(299, 1), (300, 2)])
def test_a_gap_shorter_than_the_merge_gap_joins_two_runs(gap: int, outages: int) -> None:
    got = _down((1000, 1200), (1200 + gap, 1400 + gap))
    assert (got.started, got.down) == (outages, 400)


def test_merging_comes_before_filtering_so_a_storm_of_flaps_is_an_outage() -> None:
    got = _down(*((1000 + 120 * n, 1060 + 120 * n) for n in range(5)))
    assert (got.started, got.flashes, got.down, got.outages[0].runs) == (1, 0, 300, 5)


def test_span_mode_takes_the_gaps_of_a_kept_episode_as_down() -> None:
    terms = Terms(180, 300, 120, downtime_mode="span")
    got = _down((1000, 1200), (1300, 1500), terms=terms)
    assert got.down == 500


@pytest.mark.parametrize(("length", "down"), [(120, 520), (121, 400)])
def test_an_unknown_run_is_bridged_up_to_its_limit(length: int, down: int) -> None:
    middle = 1200 + length
    raw = [Run("D", 1000, 1200), Run("K", 1200, middle), Run("D", middle, middle + 200)]
    got = compute(WINDOW, raw, TERMS)
    assert (got.down, got.unknown) == (down, 520 - down if down == 520 else length)


def test_an_unknown_run_between_up_and_down_is_never_bridged() -> None:
    got = compute(WINDOW, [Run("K", 1000, 1010), Run("D", 1010, 1300)], TERMS)
    assert (got.down, got.unknown, got.outages[0].start_censored) == (290, 10, True)


def test_an_unknown_run_at_the_end_of_the_horizon_is_never_bridged() -> None:
    assert compute(WINDOW, [Run("K", 86_390, 86_400)], TERMS).unknown == 10


def test_an_unknown_run_between_degraded_runs_becomes_up() -> None:
    raw = [Run("G", 0, 100), Run("K", 100, 150), Run("G", 150, 200)]
    got = compute(WINDOW, raw, TERMS)
    assert (got.by_class[Class.DEGRADED], got.unknown) == (150, 0)


def test_maintenance_may_leave_less_than_an_outage() -> None:
    over = Overlays(owner_work=[Work(1000, 1250)])
    got = _down((1000, 1429), over=over)
    assert (got.down, got.started) == (179, 0)
    assert _down((1000, 1430), over=over).started == 1


@pytest.mark.parametrize(("late", "excused"), [(0, 200), (1, 0)])
def test_carrier_work_needs_its_full_notice(late: int, excused: int) -> None:
    terms = Terms(180, 300, 120, notice=500)
    over = Overlays(carrier_work=[Work(1000, 1200, 500 + late)])
    assert _down((1000, 1200), terms=terms, over=over).by_class[Class.EXM_C] == excused


def test_owner_work_registered_late_counts_from_its_registration() -> None:
    over = Overlays(owner_work=[Work(1000, 2000, 1400)])
    assert _down((1000, 2000), over=over).by_class[Class.EXM_O] == 600


def test_owner_work_never_eats_the_carriers_quota() -> None:
    terms = Terms(180, 300, 120, quota=500)
    over = Overlays(owner_work=[Work(1000, 1400)], carrier_work=[Work(1000, 2000)])
    got = _down((1000, 2000), terms=terms, over=over)
    assert (got.by_class[Class.EXM_O], got.by_class[Class.EXM_C], got.down) == (400, 500, 100)


def test_excluding_only_what_was_down_leaves_what_was_up() -> None:
    terms = Terms(180, 300, 120, maintenance_mode="exclude_down_only")
    got = _down((1000, 1200), terms=terms, over=Overlays(owner_work=[Work(900, 1300)]))
    assert (got.by_class[Class.EXM_O], got.up) == (200, 86_200)


def test_a_second_that_was_up_is_never_excused_by_an_event() -> None:
    got = _down((1000, 1200), over=Overlays(upstream=[(900, 1300)], power=[(1100, 1300)]))
    assert (got.by_class[Class.EXU], got.by_class[Class.EXP], got.up) == (100, 100, 86_200)


@pytest.mark.parametrize(
    ("start", "end", "closed", "is_open", "carried"),
    [
        (-500, 0, 0, 0, 0),
        (-500, 1, 1, 0, 1),
        (86_000, 86_400, 1, 0, 0),
        (86_000, 86_401, 0, 1, 0),
        (-500, 90_000, 0, 1, 1),
    ],
)
def test_an_outage_is_closed_where_it_ends_and_counted_where_it_starts(
    start: int, end: int, closed: int, is_open: int, carried: int
) -> None:
    got = _down((start, end))
    assert (got.closed, got.open_at_end, got.carried_in) == (closed, is_open, carried)


def test_repair_time_is_the_full_length_and_down_time_is_clipped() -> None:
    got = _down((-500, 1000))
    assert (got.down, got.mttr, got.mtbf) == (1000, Fraction(1500), None)


def test_a_flash_belongs_to_the_window_of_its_first_second() -> None:
    assert _down((-10, 10)).flashes == 0
    assert _down((86_390, 86_410)).flashes == 1


@pytest.mark.parametrize(
    ("unknown", "status"),
    [(0, Status.OK), (4320, Status.OK), (4321, Status.INSUFFICIENT), (86_400, Status.NO_DATA)],
)
def test_coverage_decides_whether_a_figure_can_be_settled(unknown: int, status: Status) -> None:
    got = compute(WINDOW, [Run("K", 0, unknown)], TERMS)
    assert got.status is status
    assert (got.a_settle is None) == (status is not Status.OK)


def test_a_band_that_unknown_time_could_change_is_ambiguous_and_settles_on_proof() -> None:
    terms = Terms(180, 300, 120, bands=(Band(Fraction(999, 1000), 0), Band(Fraction(0), 50)))
    got = compute(WINDOW, [Run("K", 0, 1000)], terms)
    assert (got.status, got.a_settle, got.credit_settle) == (Status.AMBIGUOUS, Fraction(1), 0)


def test_nothing_in_service_is_not_applicable() -> None:
    got = compute(WINDOW, [], TERMS, Overlays(service=[]))
    assert (got.status, got.a_opt, got.a_fixed) == (Status.NOT_APPLICABLE, None, None)


def test_the_fixed_denominator_is_30_days() -> None:
    assert _down((0, 25_920)).a_fixed == Fraction(99, 100)


def test_overlapping_runs_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        _down((0, 100), (50, 200))
