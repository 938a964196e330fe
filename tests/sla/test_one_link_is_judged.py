"""One link and its far device: how many runs it takes, since when, and why."""

from __future__ import annotations

import pytest

from inventory.model import Inventory
from metrics.observation import Observation, Outcome
from sla.judge import Change, Judge
from sla.states import State, Transition, outage_id
from tests.sla.network import (
    START,
    all_probes,
    echo_probe,
    heard,
    make_inventory,
    of,
    run,
    silent,
    snmp_probe,
    state_of,
)

LINK = "link:p-c"
INVENTORY = make_inventory({"c": ["p"]})
ECHO = echo_probe("p-c")
NEAR = snmp_probe(INVENTORY, "p-r")
FAR = snmp_probe(INVENTORY, "c-r")


def _feed(judge: Judge, *observations: Observation) -> list[Change]:
    return [change for seen in observations for change in judge.observe(seen)[1]]


def _judge(inventory: Inventory = INVENTORY) -> Judge:
    """Make a judge of what does not ask the near router: it counts as reached."""
    return Judge(inventory, [ECHO, FAR])


def _port_judge() -> Judge:
    return Judge(INVENTORY, all_probes(INVENTORY))


def _up(judge: Judge) -> Judge:
    _feed(judge, *(heard(ECHO, second) for second in (0, 10, 20)))
    return judge


def test_a_link_is_up_after_three_answers_since_the_first() -> None:
    changes = _feed(_judge(), heard(ECHO, 0), heard(ECHO, 10), heard(ECHO, 20))
    assert of(changes, LINK) == [(State.UP, 0, "answered")]


def test_two_answers_decide_nothing() -> None:
    state, changes = _judge().observe(heard(ECHO, 0))
    assert (state, changes) == (State.UNKNOWN, ())


def test_what_changes_nothing_returns_the_one_empty_tuple() -> None:
    judge = _up(_judge())
    first, second = judge.observe(heard(ECHO, 30)), judge.observe(heard(ECHO, 40))
    assert first == (State.UP, ())
    assert first[1] is second[1]


def test_three_silent_runs_are_down_since_the_first() -> None:
    changes = _feed(_up(_judge()), silent(ECHO, 30), silent(ECHO, 40), silent(ECHO, 50))
    assert of(changes, LINK) == [(State.DOWN, 30, "far_lost")]


def test_a_change_is_seen_when_its_last_run_was_due() -> None:
    changes = _feed(_up(_judge()), silent(ECHO, 30), silent(ECHO, 40), silent(ECHO, 50))
    assert isinstance(changes[0], Transition)
    assert changes[0].seen_at == START + 50


def test_an_answer_between_silent_runs_starts_the_count_anew() -> None:
    runs = [silent(ECHO, 30), silent(ECHO, 40), heard(ECHO, 50), silent(ECHO, 60), silent(ECHO, 70)]
    assert _feed(_up(_judge()), *runs) == []


def test_a_flapping_link_that_never_misses_three_stays_up() -> None:
    judge = _up(_judge())
    runs = [(heard if n % 3 == 0 else silent)(ECHO, 30 + 10 * n) for n in range(60)]
    assert _feed(judge, *runs) == []


def _ten(second: float, lost: int) -> Observation:
    return run(ECHO, second, Outcome.ANSWERED, 10, lost, 0.01)


def test_runs_that_lose_more_than_the_profile_allows_are_lost() -> None:
    changes = _feed(_up(_judge()), *(_ten(30 + 10 * n, 6) for n in range(3)))
    assert of(changes, LINK) == [(State.DOWN, 30, "loss")]


def test_a_loss_of_exactly_the_threshold_is_received() -> None:
    assert _feed(_up(_judge()), *(_ten(30 + 10 * n, 5) for n in range(9))) == []


def test_a_link_down_by_loss_is_up_again_since_the_first_run_within_the_threshold() -> None:
    judge = _up(_judge())
    _feed(judge, *(_ten(30 + 10 * n, 9) for n in range(3)))
    changes = _feed(judge, _ten(60, 4), _ten(70, 0), _ten(80, 5))
    assert of(changes, LINK) == [(State.UP, 60, "recovered")]


def test_a_cut_in_the_middle_of_a_run_is_no_loss_of_packets() -> None:
    changes = _feed(_up(_judge()), _ten(30, 7), silent(ECHO, 40), silent(ECHO, 50))
    assert of(changes, LINK) == [(State.DOWN, 30, "far_lost")]


def test_a_skipped_run_is_neither_lost_nor_received() -> None:
    judge = _up(_judge())
    skipped = run(ECHO, 50, Outcome.SKIPPED)
    changes = _feed(judge, silent(ECHO, 30), silent(ECHO, 40), skipped, silent(ECHO, 60))
    assert of(changes, LINK) == [(State.DOWN, 30, "far_lost")]


def test_a_silent_run_that_sent_nothing_is_not_lost() -> None:
    unsent = [run(ECHO, 30 + 10 * n, Outcome.SILENT, 0, 0, None) for n in range(5)]
    assert of(_feed(_up(_judge()), *unsent), LINK) == [(State.UNKNOWN, 30, "not_asked")]


def test_only_skipped_runs_judge_nothing() -> None:
    judge = _port_judge()
    for probe in all_probes(INVENTORY):
        for n in range(50):
            assert judge.observe(run(probe, 10 * n, Outcome.SKIPPED)) == (State.UNKNOWN, ())
    assert judge.states() == {}


def _skipped(first: int, count: int) -> list[Observation]:
    return [run(ECHO, first + 10 * n, Outcome.SKIPPED) for n in range(count)]


def test_two_skipped_runs_change_nothing() -> None:
    assert _feed(_up(_judge()), *_skipped(30, 2), heard(ECHO, 50)) == []


def test_a_link_not_asked_for_three_runs_is_unknown_since_the_first_of_them() -> None:
    changes = _feed(_up(_judge()), *_skipped(30, 5))
    assert of(changes, LINK) == [(State.UNKNOWN, 30, "not_asked")]


def test_a_link_that_nobody_even_planned_to_ask_is_unknown_for_that_time() -> None:
    changes = _feed(_up(_judge()), *(heard(ECHO, 600 + 10 * n) for n in range(3)))
    assert of(changes, LINK) == [(State.UNKNOWN, 30, "not_asked"), (State.UP, 600, "answered")]


def test_an_outage_with_a_stretch_of_skipped_runs_does_not_claim_it() -> None:
    judge = _up(_judge())
    changes = _feed(judge, *(silent(ECHO, 30 + 10 * n) for n in range(3)), *_skipped(60, 5))
    changes += _feed(judge, *(silent(ECHO, 110 + 10 * n) for n in range(3)))
    assert of(changes, LINK) == [
        (State.DOWN, 30, "far_lost"),
        (State.UNKNOWN, 60, "not_asked"),
        (State.DOWN, 110, "far_lost"),
    ]


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.GARBLED])
def test_a_refusal_or_garbage_from_the_far_end_counts_as_received(outcome: Outcome) -> None:
    judge = _up(_judge())
    assert _feed(judge, *(run(ECHO, 30 + 10 * n, outcome) for n in range(5))) == []


def test_a_run_older_than_the_last_one_is_ignored() -> None:
    judge = _up(_judge())
    changes = _feed(judge, silent(ECHO, 30), silent(ECHO, 40), silent(ECHO, 35), silent(ECHO, 20))
    assert changes == []


def test_an_answer_older_than_the_last_run_is_ignored() -> None:
    judge = _up(_judge())
    changes = _feed(judge, silent(ECHO, 30), silent(ECHO, 40), heard(ECHO, 25), silent(ECHO, 50))
    assert of(changes, LINK) == [(State.DOWN, 30, "far_lost")]


def test_recovery_is_back_dated_to_the_first_answer() -> None:
    judge = _up(_judge())
    _feed(judge, silent(ECHO, 30), silent(ECHO, 40), silent(ECHO, 50))
    changes = _feed(judge, heard(ECHO, 60), heard(ECHO, 70), heard(ECHO, 80))
    assert of(changes, LINK) == [(State.UP, 60, "recovered")]


def test_a_port_that_is_down_three_times_is_down_since_the_first_reading() -> None:
    judge = _up(_port_judge())
    ports = [run(NEAR, 31 + 10 * n, Outcome.ANSWERED, 1000, 2) for n in range(3)]
    assert of(_feed(judge, *ports), LINK) == [(State.DOWN, 31, "port_down")]


def test_a_port_that_was_not_read_for_hours_is_counted_anew() -> None:
    """The monitor stood still, or its clock was set forward."""
    judge = _up(_port_judge())
    before = [run(NEAR, 31 + 10 * n, Outcome.ANSWERED, 1000, 2) for n in range(2)]
    after = [run(NEAR, 10_801 + 10 * n, Outcome.ANSWERED, 1000, 2) for n in range(3)]

    assert of(_feed(judge, *before, *after), LINK) == [(State.DOWN, 10_801, "port_down")]


def test_an_echo_that_was_lost_hours_ago_is_not_when_the_port_went_down() -> None:
    judge = _up(_port_judge())
    ports = [run(NEAR, 10_801 + 10 * n, Outcome.ANSWERED, 1000, 2) for n in range(3)]

    changes = _feed(judge, silent(ECHO, 30), *ports)

    assert of(changes, LINK)[-1] == (State.DOWN, 10_801, "port_down")


@pytest.mark.parametrize("status", [2, 6, 7])
def test_down_not_present_and_lower_layer_down_are_down(status: int) -> None:
    judge = _up(_port_judge())
    ports = [run(NEAR, 31 + 10 * n, Outcome.ANSWERED, 1000, status) for n in range(3)]
    _feed(judge, *ports)
    assert state_of(judge, LINK) is State.DOWN


@pytest.mark.parametrize("status", [None, 3, 4, 5, 0, 99])
def test_any_other_port_status_is_no_verdict(status: int | None) -> None:
    judge = _up(_port_judge())
    ports = [run(NEAR, 31 + 10 * n, Outcome.ANSWERED, 1000, status) for n in range(5)]
    _feed(judge, *ports)
    assert state_of(judge, LINK) is State.UP


def test_a_port_that_is_down_while_the_echo_is_answered_is_not_believed() -> None:
    judge = _up(_port_judge())
    runs = []
    for n in range(10):
        runs += [
            heard(ECHO, 30 + 10 * n),
            run(NEAR, 31 + 10 * n, Outcome.ANSWERED, 1000, 2),
        ]
    _feed(judge, *runs)
    assert state_of(judge, LINK) is State.UP


def test_an_outage_starts_with_whichever_was_seen_first_port_or_echo() -> None:
    judge = _up(_port_judge())
    changes = _feed(
        judge,
        run(NEAR, 28, Outcome.ANSWERED, 1000, 2),
        silent(ECHO, 30),
        run(NEAR, 38, Outcome.ANSWERED, 1000, 2),
        silent(ECHO, 40),
        run(NEAR, 48, Outcome.ANSWERED, 1000, 2),
    )
    assert of(changes, LINK) == [(State.DOWN, 28, "port_down")]


def test_silent_snmp_behind_an_answering_circuit_only_degrades() -> None:
    judge = _up(_judge())
    runs = []
    for n in range(6):
        runs += [silent(FAR, 31 + 10 * n), heard(ECHO, 33 + 10 * n)]
    changes = _feed(judge, *runs)
    assert of(changes, "device:c-r") == [(State.DEGRADED, 31, "snmp_silent")]
    assert of(changes, LINK) == [(State.DEGRADED, 31, "snmp_silent")]


def test_when_snmp_answers_again_device_and_link_are_up_since_then() -> None:
    judge = _up(_judge())
    for n in range(6):
        _feed(judge, silent(FAR, 31 + 10 * n), heard(ECHO, 33 + 10 * n))
    changes = _feed(judge, *(heard(FAR, 91 + 10 * n) for n in range(3)))
    assert of(changes, "device:c-r") == [(State.UP, 91, "recovered")]
    assert of(changes, LINK) == [(State.UP, 91, "recovered")]


def test_a_device_that_refuses_us_is_degraded() -> None:
    changes = _feed(_judge(), *(run(FAR, 10 * n, Outcome.REFUSED) for n in range(3)))
    assert of(changes, "device:c-r") == [(State.DEGRADED, 0, "snmp_refused")]


def test_loss_above_the_contracts_limit_in_each_run_degrades() -> None:
    inventory = make_inventory({"c": ["p"]}, loss_ratio=0.01)
    judge = _up(_judge(inventory))
    changes = _feed(judge, *(heard(ECHO, 30 + 10 * n, lost=1) for n in range(3)))
    assert of(changes, LINK) == [(State.DEGRADED, 30, "loss")]


def test_loss_in_two_runs_does_not_degrade() -> None:
    inventory = make_inventory({"c": ["p"]}, loss_ratio=0.01)
    judge = _up(_judge(inventory))
    runs = [heard(ECHO, 30, lost=1), heard(ECHO, 40, lost=1), heard(ECHO, 50)]
    assert _feed(judge, *runs) == []


def test_without_a_limit_loss_does_not_degrade() -> None:
    judge = _up(_judge())
    assert _feed(judge, *(heard(ECHO, 30 + 10 * n, lost=1) for n in range(5))) == []


def test_a_round_trip_above_the_contracts_limit_degrades() -> None:
    inventory = make_inventory({"c": ["p"]}, rtt_seconds=0.02)
    judge = _up(_judge(inventory))
    changes = _feed(judge, *(heard(ECHO, 30 + 10 * n, rtt=0.021) for n in range(3)))
    assert of(changes, LINK) == [(State.DEGRADED, 30, "rtt")]


def test_a_degraded_link_is_up_after_three_good_runs() -> None:
    inventory = make_inventory({"c": ["p"]}, loss_ratio=0.01)
    judge = _up(_judge(inventory))
    _feed(judge, *(heard(ECHO, 30 + 10 * n, lost=1) for n in range(3)))
    changes = _feed(judge, *(heard(ECHO, 60 + 10 * n) for n in range(3)))
    assert of(changes, LINK) == [(State.UP, 60, "recovered")]


def test_a_link_that_comes_back_bad_comes_back_degraded() -> None:
    inventory = make_inventory({"c": ["p"]}, loss_ratio=0.01)
    judge = _up(_judge(inventory))
    _feed(judge, *(silent(ECHO, 30 + 10 * n) for n in range(3)))
    changes = _feed(judge, *(heard(ECHO, 60 + 10 * n, lost=1) for n in range(3)))
    assert of(changes, LINK) == [(State.DEGRADED, 60, "loss")]


def test_a_link_without_echo_is_judged_by_the_far_devices_snmp() -> None:
    judge = Judge(INVENTORY, [NEAR, FAR])
    for n in range(3):
        _feed(judge, heard(NEAR, 10 * n), heard(FAR, 1 + 10 * n))
    assert state_of(judge, LINK) is State.UP
    changes = []
    for n in range(3, 6):
        changes += _feed(judge, heard(NEAR, 10 * n), silent(FAR, 1 + 10 * n))
    assert of(changes, LINK) == [(State.DOWN, 31, "far_lost")]
    assert state_of(judge, "device:c-r") is State.SHADOW


def test_a_link_without_echo_and_far_snmp_is_judged_by_its_port() -> None:
    judge = Judge(INVENTORY, [NEAR])
    changes = _feed(judge, *(heard(NEAR, 10 * n) for n in range(3)))
    assert of(changes, LINK) == [(State.UP, 0, "answered")]
    ports = [run(NEAR, 30 + 10 * n, Outcome.ANSWERED, 1000, 2) for n in range(3)]
    assert of(_feed(judge, *ports), LINK) == [(State.DOWN, 30, "port_down")]


def test_a_link_known_by_its_port_only_is_unknown_when_the_near_device_falls_silent() -> None:
    inventory = make_inventory({"c": ["p"], "k": ["c"]})
    near = snmp_probe(inventory, "c-r")
    judge = Judge(inventory, [echo_probe("p-c"), near])
    for n in range(3):
        _feed(judge, heard(ECHO, 10 * n), heard(near, 1 + 10 * n))
    assert state_of(judge, "link:c-k") is State.UP
    for n in range(3, 6):
        _feed(judge, heard(ECHO, 10 * n), silent(near, 1 + 10 * n))
    assert state_of(judge, "link:c-k") is State.UNKNOWN


def test_a_silent_device_on_a_site_that_is_reached_is_down() -> None:
    judge = Judge(INVENTORY, [NEAR])
    changes = _feed(judge, *(silent(NEAR, 10 * n) for n in range(3)))
    assert of(changes, "device:p-r") == [(State.DOWN, 0, "silent")]


def test_the_live_state_names_its_outage_by_target_and_first_second() -> None:
    judge = _up(_judge())
    changes = _feed(judge, *(silent(ECHO, 30 + 10 * n) for n in range(3)))
    changes += _feed(judge, *(silent(FAR, 31 + 10 * n) for n in range(3)))
    device = next(c for c in changes if isinstance(c, Transition) and c.target == "device:c-r")
    assert device.cause == outage_id(ECHO.target, START + 30)


def test_a_probe_nobody_knows_is_unknown() -> None:
    assert _judge().observe(heard(echo_probe("nowhere"), 0)) == (State.UNKNOWN, ())


def test_a_site_that_is_not_connected_has_no_state() -> None:
    inventory = make_inventory({"c": ["p"]}, unconnected=["v"])
    judge = _up(_judge(inventory))
    assert state_of(judge, "site:v") is None
    assert state_of(judge, "site:c") is State.UP
