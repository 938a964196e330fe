"""What was heard of a link is added up by accounting slot: nothing twice, nothing lost."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from math import ceil

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.model import ProbeSpec
from metrics.catalogue import IN_OCTETS, IN_RATE, OUT_OCTETS, OUT_RATE, SPEED, UPTIME_TICKS
from metrics.observation import Observation, Outcome, Probe, Reading, Series, Value
from metrics.rates import Rates
from store.history import GRACE, Cell, ClosedSlot, History, SlotRow
from tests.store.network import echo_probe, echoed, interfaces_probe, inventory, polled

T0 = 1_795_000_020
assert T0 % 60 == 0


def rows(history: History) -> list[SlotRow]:
    return [row for slot in history.close_all() for row in slot.rows()]


def test_a_run_counts_in_the_slot_of_its_scheduled_instant() -> None:
    network = inventory()
    history, probe = History(network), echo_probe(network)
    history.observe(echoed(probe, T0 * 1000 + 59_999, (0.01, None)))
    history.observe(echoed(probe, T0 * 1000 + 60_000, (0.02, 0.02)))

    assert [(row.slot, row.sent, row.lost) for row in rows(history)] == [
        (T0, 2, 1),
        (T0 + 60, 2, 0),
    ]


def test_the_slot_is_as_long_as_the_contract_says() -> None:
    network = inventory(profile="backbone")
    history, probe = History(network), echo_probe(network)
    for second in (0, 10, 20):
        history.observe(echoed(probe, (T0 + second) * 1000 + 4_000, (0.01,) * 10))

    assert [(row.slot - T0, row.seconds, row.sent) for row in rows(history)] == [
        (0, 10, 10),
        (10, 10, 10),
        (20, 10, 10),
    ]


def test_a_lost_echo_counts_as_an_infinite_round_trip() -> None:
    network = inventory()
    history, probe = History(network), echo_probe(network)
    history.observe(echoed(probe, T0 * 1000, (*[0.010] * 11, None)))
    (row,) = rows(history)

    assert (row.rtt_median, row.rtt_p95) == (10_000, None)


def test_jitter_is_the_mean_step_between_replies_that_follow_each_other() -> None:
    network = inventory()
    history, probe = History(network), echo_probe(network)
    history.observe(echoed(probe, T0 * 1000, (0.010, 0.013)))
    history.observe(echoed(probe, T0 * 1000 + 10_000, (0.012, None, 0.040)))
    (row,) = rows(history)

    assert row.jitter == 2_000  # 3 ms and 1 ms; nothing over the one that is lost


def test_a_slot_without_two_replies_in_a_row_has_no_jitter() -> None:
    network = inventory()
    history, probe = History(network), echo_probe(network)
    history.observe(echoed(probe, T0 * 1000, (0.010, None, 0.012)))
    (row,) = rows(history)

    assert row.jitter is None


def test_what_was_not_sent_is_neither_sent_nor_lost() -> None:
    network = inventory()
    history, probe = History(network), echo_probe(network)
    nothing: tuple[Value, ...] = (None,) * 5
    skipped = Observation(probe, T0 * 1000, 0.0, Outcome.SKIPPED, "late", ())
    refused = Observation(probe, T0 * 1000, 0.0, Outcome.REFUSED, "unreachable", nothing)
    history.observe(Reading(skipped, (0,)))
    history.observe(Reading(refused, (*nothing, 0)))

    assert rows(history) == [SlotRow("l0", T0, 60, 0, 0, None, None, None, None)]


def test_a_slot_waits_for_late_answers_and_no_longer() -> None:
    network = inventory()
    history, probe = History(network), echo_probe(network)
    history.observe(echoed(probe, T0 * 1000, (0.01,)))

    assert history.close_slots(T0 + 60 + GRACE - 1) == []
    assert [slot.start for slot in history.close_slots(T0 + 60 + GRACE)] == [T0]
    assert history.close_all() == []


def test_a_slot_of_a_slow_probe_waits_for_its_last_run() -> None:
    network = inventory()
    history, probe = History(network), echo_probe(network, every=60.0)
    history.observe(echoed(probe, T0 * 1000 + 59_000, (0.01,)))

    assert history.close_slots(T0 + 60 + 64) == []
    assert len(history.close_slots(T0 + 60 + 65)) == 1


def test_an_inventory_that_is_read_again_costs_no_count() -> None:
    network = inventory()
    history, probe, ports = History(network), echo_probe(network), interfaces_probe(network)
    rates = Rates()
    history.observe(echoed(probe, T0 * 1000, (0.01,)))
    history.observe(counted(rates, ports, 0, 1_000, 2_000))
    history.load(inventory())
    history.observe(echoed(probe, T0 * 1000 + 10_000, (0.01,)))
    history.observe(counted(rates, ports, 10, 1_500, 2_700))

    (row,) = rows(history)
    assert (row.sent, row.in_octets, row.out_octets) == (2, 500, 700)


def counted(
    rates: Rates, probe: Probe, second: int, inward: int | None, outward: int | None
) -> Reading:
    """The ports as polled at a second: octets of the first, rates by the real arithmetic."""
    given_values: dict[object, Value] = {IN_OCTETS: inward, OUT_OCTETS: outward}
    values = tuple(
        second * 100 + 1 if place == 0 else given_values.get(series.metric)
        for place, series in enumerate(probe.series[: probe.raw])
    )
    observation = Observation(probe, (T0 + second) * 1000, 0.0, Outcome.ANSWERED, "", values)
    derived, gaps = rates.observe(observation)
    return Reading(observation, (*values, *derived, 0), gaps)


def test_octets_are_differences_of_the_near_ports_counters() -> None:
    network = inventory()
    history, probe, rates = History(network), interfaces_probe(network), Rates()
    for second, total in ((0, 100), (10, 300), (20, 600), (60, 1_600)):
        history.observe(counted(rates, probe, second, total, 10 * total))

    # 20 s to 60 s is a gap of more than two intervals and a half: no valid difference.
    assert [(row.slot - T0, row.in_octets, row.out_octets) for row in rows(history)] == [
        (0, 500, 5_000),
        (60, None, None),
    ]


def test_octets_across_a_reset_are_unknown_and_not_zero() -> None:
    network = inventory()
    history, probe, rates = History(network), interfaces_probe(network), Rates()
    history.observe(counted(rates, probe, 0, 1_000, 5))
    history.observe(counted(rates, probe, 10, 20, 9))

    (row,) = rows(history)
    assert (row.in_octets, row.out_octets) == (None, 4)


def test_a_device_that_was_silent_in_between_loses_nothing() -> None:
    network = inventory()
    history, probe, rates = History(network), interfaces_probe(network), Rates()
    silent = Observation(probe, (T0 + 10) * 1000, 0.0, Outcome.SILENT, "", (None,) * probe.raw)
    history.observe(counted(rates, probe, 0, 100, 100))
    history.observe(Reading(silent, (None,) * len(probe.series)))
    history.observe(counted(rates, probe, 20, 400, 100))

    (row,) = rows(history)
    assert (row.in_octets, row.out_octets) == (300, 0)


def covered(history: History) -> list[tuple[int, int | None, int | None]]:
    """Slots with the milliseconds in which their octets came."""
    return [(row.slot - T0, row.in_ms, row.out_ms) for row in rows(history)]


def test_the_time_in_which_octets_came_is_that_of_the_agent() -> None:
    network = inventory()
    history, probe, rates = History(network), interfaces_probe(network), Rates()
    for second in (0, 10, 30, 50, 70):
        history.observe(counted(rates, probe, second, second + 1, 2 * second))

    assert covered(history) == [(0, 50_000, 50_000), (60, 20_000, 20_000)]


def test_a_slot_in_which_a_counter_was_reset_says_that_its_octets_are_too_few() -> None:
    network = inventory()
    history, probe, rates = History(network), interfaces_probe(network), Rates()
    for second, inward in ((0, 1_000), (10, 2_000), (20, 5), (30, 10)):
        history.observe(counted(rates, probe, second, inward, 2 * second))

    (row,) = rows(history)
    assert (row.in_octets, row.in_ms, row.out_octets, row.out_ms) == (1_005, None, 60, 30_000)


def test_a_poll_that_found_nothing_new_loses_no_octets() -> None:
    network = inventory()
    history, probe, rates = History(network), interfaces_probe(network), Rates()
    for second, octets in ((0, 100), (10, 100), (20, 400), (30, 400)):
        history.observe(counted(rates, probe, second, octets, octets))

    (row,) = rows(history)
    assert (row.in_octets, row.in_ms) == (300, 30_000)


def test_a_port_that_is_absent_hides_no_octets_of_the_port_beside_it() -> None:
    """The port beside stands still in its second poll, and nobody knows yet whether it does."""
    network = inventory(links=2)
    history, probe, rates = History(network), interfaces_probe(network), Rates()
    beside = next(series.target for series in probe.series if series.target.endswith("GE1"))
    for second, octets in ((0, 100), (10, 100), (20, 400)):
        shown: dict[object, Value] = {UPTIME_TICKS: second * 100 + 1, IN_OCTETS: octets}
        values = tuple(
            None if series.target == beside else shown.get(series.metric, 0)
            for series in probe.series[: probe.raw]
        )
        observed = Observation(probe, (T0 + second) * 1000, 0.0, Outcome.ANSWERED, "", values)
        derived, gaps = rates.observe(observed)
        history.observe(Reading(observed, (*values, *derived, 0), gaps))

    found = [(row.link, row.in_octets, row.in_ms) for row in rows(history)]
    assert found == [("l0", 300, 20_000), ("l1", None, None)]


def test_a_counter32_that_wraps_loses_no_octets() -> None:
    network = inventory()
    plain = interfaces_probe(network)
    narrow = tuple(msgspec.structs.replace(rate, width=32) for rate in plain.rates)
    history, probe, rates = History(network), replace(plain, rates=narrow), Rates()
    port = next(rate.interface for rate in narrow)
    told = Series(SPEED, port, ())
    settings_probe = replace(plain, kind="interface_settings", series=(told,), raw=1, rates=())
    rates.observe(Observation(settings_probe, T0 * 1000, 0.0, Outcome.ANSWERED, "", (10**9,)))
    for second, octets in ((0, 2**32 - 100), (10, 200)):
        history.observe(counted(rates, probe, second, octets, octets))

    (row,) = rows(history)
    assert (row.in_octets, row.out_octets) == (300, 300)


def heard(history: History) -> list[tuple[int, int, int]]:
    return [(row.slot - T0, row.sent, row.lost) for row in rows(history)]


def test_of_a_link_without_echo_the_polls_of_its_far_device_are_sent_and_lost() -> None:
    """Also where no octet came: during trouble the row says so, and a skipped run was not sent."""
    network = inventory(echo=False)
    history, far = History(network), interfaces_probe(network, device="f")
    outcomes = [Outcome.ANSWERED, Outcome.REFUSED, *[Outcome.SILENT] * 3, Outcome.SKIPPED]
    for place, outcome in enumerate(outcomes):
        history.observe(polled(far, (T0 + 10 * place) * 1000, outcome))
    history.observe(polled(far, (T0 + 60) * 1000, Outcome.SKIPPED))

    assert heard(history) == [(0, 5, 3), (60, 0, 0)]


def test_of_a_link_known_by_its_near_port_only_the_polls_of_that_port_are_sent_and_lost() -> None:
    network = inventory(echo=False)
    unknown = replace(network.devices["f"], address=None)
    network = replace(network, devices={**network.devices, "f": unknown})
    history, near = History(network), interfaces_probe(network)
    for place, status in enumerate([1, 1, 2, 7, 3, None]):
        history.observe(polled(near, (T0 + 10 * place) * 1000, Outcome.ANSWERED, status))
    for place, outcome in enumerate([Outcome.SILENT, Outcome.REFUSED, Outcome.SKIPPED]):
        history.observe(polled(near, (T0 + 60 + 10 * place) * 1000, outcome))

    assert heard(history) == [(0, 4, 2), (60, 1, 1)]


def test_one_of_two_ways_to_a_site_is_not_proven_by_the_device_there() -> None:
    network = inventory(links=2, echo=False)
    history, far = History(network), interfaces_probe(network, device="f")
    history.observe(polled(far, T0 * 1000, Outcome.SILENT))
    assert heard(history) == []

    history.observe(polled(interfaces_probe(network), T0 * 1000, Outcome.ANSWERED))
    assert heard(history) == [(0, 1, 0), (0, 1, 0)]


def test_polls_beside_an_echo_are_not_counted() -> None:
    network = inventory()
    history = History(network)
    for device in ("r", "f"):
        probe = interfaces_probe(network, device=device)
        history.observe(polled(probe, T0 * 1000, Outcome.SILENT))

    assert heard(history) == []


def test_a_slow_question_that_does_not_judge_is_not_counted() -> None:
    network = inventory(echo=False)
    asked = (ProbeSpec("interface_settings", 5), ProbeSpec("interfaces", 10))
    device = replace(network.devices["f"], probes=asked)
    network = replace(network, devices={**network.devices, "f": device})
    history, probe = History(network), interfaces_probe(network, device="f")
    other = replace(probe, id="interface_settings@device:f", kind="interface_settings")
    history.observe(polled(other, T0 * 1000, Outcome.SILENT))
    history.observe(polled(probe, T0 * 1000, Outcome.SILENT))

    assert heard(history) == [(0, 1, 1)]


def test_a_slot_of_a_link_that_is_polled_slowly_waits_for_its_last_poll() -> None:
    network = inventory(echo=False)
    history, far = History(network), interfaces_probe(network, every=60.0, device="f")
    history.observe(polled(far, T0 * 1000, Outcome.SILENT))

    assert history.close_slots(T0 + 60 + 64) == []
    assert len(history.close_slots(T0 + 60 + 65)) == 1


def test_ports_are_found_by_the_rates_they_have() -> None:
    network = inventory(links=3)
    probe = interfaces_probe(network)
    metrics = [series.metric for series in probe.series]

    assert metrics.count(IN_RATE) == metrics.count(OUT_RATE) == 3


_runs = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.integers(0, 600_000),
        st.lists(st.one_of(st.none(), st.floats(0, 2)), min_size=1, max_size=12),
    ),
    max_size=60,
)


@settings(max_examples=50, deadline=None)
@given(_runs, st.sampled_from(["backbone", "standard"]))
def test_every_echo_is_in_exactly_one_slot_whatever_the_order(
    runs: list[tuple[int, int, list[float | None]]], profile: str
) -> None:
    network = inventory(links=3, profile=profile)
    history = History(network)
    probes = [echo_probe(network, f"l{number}") for number in range(3)]
    length = next(iter(network.links.values())).profile.slot
    expected: dict[tuple[str, int], list[float | None]] = defaultdict(list)
    for number, offset_ms, rtts in runs:
        history.observe(echoed(probes[number], T0 * 1000 + offset_ms, tuple(rtts)))
        expected[f"l{number}", T0 + offset_ms // 1000 // length * length] += rtts

    found = {(row.link, row.slot): row for row in rows(history)}

    assert found.keys() == expected.keys()
    for key, rtts in expected.items():
        row = found[key]
        assert (row.sent, row.lost) == (len(rtts), rtts.count(None))
        assert (row.rtt_median, row.rtt_p95) == (by_rank(rtts, 50), by_rank(rtts, 95))


def by_rank(rtts: list[float | None], percent: int) -> int | None:
    """The smallest x with F(x) >= q, a lost one being infinite."""
    ordered = sorted(float("inf") if rtt is None else rtt for rtt in rtts)
    value = ordered[ceil(percent * len(ordered) / 100) - 1]
    return None if value == float("inf") else round(value * 1e6)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 10**12)), min_size=2, max_size=30))
def test_octets_of_all_slots_add_up_to_what_the_rates_cover(
    steps: list[tuple[int, int]],
) -> None:
    network = inventory()
    history, probe, rates = History(network), interfaces_probe(network), Rates()
    second = total = covered = 0
    for gap, octets in steps:
        second, total = second + gap, total + octets
        reading = counted(rates, probe, second, total, None)
        history.observe(reading)
        covered += (
            octets if any(value is not None for value in reading.values[probe.raw : -1]) else 0
        )

    assert sum(row.in_octets or 0 for row in rows(history)) == covered


def test_what_an_agent_shows_while_its_uptime_stands_still_is_counted_from_before_it() -> None:
    """A counter that falls meanwhile is a reset at the next answer, and no difference before."""
    network = inventory()
    history, probe, rates = History(network), interfaces_probe(network), Rates()
    for tenths, octets in ((0, 1_000), (0, 10**12), (100, 10**12 + 500), (100, 7), (200, 90)):
        history.observe(counted(rates, probe, tenths // 10, octets, octets))

    (row,) = rows(history)
    assert (row.in_octets, row.in_ms) == (10**12 - 500, None)


def test_octets_that_no_slot_can_hold_are_not_known() -> None:
    cell = Cell()
    cell.in_octets, cell.in_ms, cell.out_octets, cell.out_ms = 2**63, 60_000, 5, 60_000
    (row,) = ClosedSlot(T0, 60, {"l0": cell}).rows()

    assert (row.in_octets, row.in_ms, row.out_octets, row.out_ms) == (None, None, 5, 60_000)
