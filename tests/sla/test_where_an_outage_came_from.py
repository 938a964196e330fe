"""Methodology 1.7: each row of the table, what contradicts it, and what is not known."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.attribution import Above, Box, Evidence, Port, Told, booted, changed, propose
from sla.records import CauseProposed, encode

START, END, SLOT = 1_773_108_000, 1_773_109_800, 60
LONG_AGO = START - 86_400
READ = END + 20
BARE = Evidence("link:l1@1773108000", "l1", START, END, SLOT, boot_allowance=180)


def far(boot: int | None, changed_at: int | None = LONG_AGO) -> Evidence:
    """The far device booted then, and its port changed then."""
    box = Box("device:l1-r1", READ, boot)
    return replace(BARE, far=box, far_port=Port("interface:l1-r1/wan", READ, changed_at))


def ours(known: Evidence, port: int | None = LONG_AGO, boot: int = LONG_AGO) -> Evidence:
    """Our port at the head end changed then, and its device booted then."""
    return replace(
        known,
        near=Box("device:xg-r1", READ, boot),
        near_port=Port("interface:xg-r1/g1", READ, port),
    )


def codes(proposal: CauseProposed) -> list[str]:
    return [fact.code for fact in proposal.facts]


def test_a_far_device_that_booted_in_the_outage_had_no_power() -> None:
    proposal = propose(far(END - 60, END - 50))

    assert (proposal.cause, proposal.until) == ("power", None)


def test_power_is_the_cause_up_to_the_boot_and_its_allowance() -> None:
    assert propose(far(START + 300)).until == START + 300 + 180


def test_a_far_port_that_dropped_while_its_device_ran_on_is_the_carriers_line() -> None:
    assert propose(ours(far(LONG_AGO, START + 1))).cause == "carrier"


def test_a_port_that_dropped_behind_a_head_end_that_restarted_is_no_carriers() -> None:
    known = ours(far(LONG_AGO, START + 1), START + 1, START + 5)

    assert propose(known).cause == "upstream"


def test_several_circuits_without_a_drop_and_a_head_end_that_is_fine_are_the_carriers() -> None:
    assert propose(replace(ours(far(LONG_AGO)), together=("l2", "l3"))).cause == "carrier"


def test_several_circuits_without_a_drop_and_our_port_that_dropped_are_upstream() -> None:
    known = replace(ours(far(LONG_AGO), START + 2), together=("l2", "l3"))

    assert propose(known).cause == "upstream"


def test_several_circuits_of_several_carriers_without_a_drop_are_our_head_end() -> None:
    known = replace(ours(far(LONG_AGO)), together=("l2", "m1"), others=("m1",))

    assert propose(known).cause == "upstream"


def test_another_carriers_circuits_are_counted_and_not_named() -> None:
    known = replace(ours(far(LONG_AGO)), together=("l2", "m1"), others=("m1",))
    told = {fact.code: fact.parameters for fact in propose(known).facts}
    assert told["lost_together"] == {"count": "2", "links": "l2, …"}
    assert told["other_carriers_lost"] == {"count": "1"}


def test_one_circuit_without_a_drop_says_nothing() -> None:
    proposal = propose(ours(far(LONG_AGO)))

    assert (proposal.cause, codes(proposal)) == (
        "unknown", ["far_ran_on", "far_port_stayed", "near_port_stayed"],
    )  # fmt: skip


@pytest.mark.parametrize("code", ["power.failed", "ups.on_battery"])
def test_a_power_trap_that_came_first_is_power(code: str) -> None:
    trap = Told(START * 1000 - 200, "device:l1-ups", "device:l1-ups", code)

    assert propose(replace(BARE, traps=(trap,))).cause == "power"


def test_a_boot_says_how_long_the_power_was_the_cause_also_where_a_trap_said_that_it_was() -> None:
    trap = Told(START * 1000, "device:l1-r1", "device:l1-r1", "power.failed")

    assert propose(replace(far(START + 60), traps=(trap,))).until == START + 60 + 180


def test_a_power_trap_after_the_line_went_down_is_no_cause() -> None:
    port = Told(START * 1000, "device:l1-r1", "interface:l1-r1/wan", "link.down")
    power = Told(START * 1000 + 900, "device:l1-r1", "device:l1-r1", "power.failed")

    proposal = propose(replace(far(None), traps=(power, port)))

    assert (proposal.cause, codes(proposal)[-2:]) == ("unknown", ["trap", "power_trap"])


def test_a_power_trap_long_after_the_beginning_is_no_cause() -> None:
    late = Told((START + 600) * 1000, "device:l1-r1", "device:l1-r1", "power.failed")

    assert propose(replace(BARE, traps=(late,))).cause == "unknown"


def test_what_hangs_on_something_that_was_lost_is_upstream() -> None:
    proposal = propose(replace(BARE, above=(Above("device:xg-r1", START - 3),)))

    assert (proposal.cause, codes(proposal)[-1]) == ("upstream", "above_lost")


def test_what_only_one_poller_lost_is_the_monitors() -> None:
    proposal = propose(replace(BARE, lost_by=("p1",), heard_by=("p2",)))

    assert (proposal.cause, proposal.pollers) == ("monitor", ("p1",))


def test_what_all_pollers_lost_is_not_the_monitors() -> None:
    assert propose(replace(BARE, lost_by=("p1", "p2"))).cause == "unknown"


def test_evidence_that_contradicts_itself_is_unknown_and_shows_both() -> None:
    trap = Told(START * 1000, "device:l1-r1", "device:l1-r1", "power.failed")
    proposal = propose(replace(ours(far(LONG_AGO, START + 1)), traps=(trap,)))

    assert proposal.cause == "unknown"
    assert proposal.facts[0].parameters == {"causes": "carrier, power"}
    assert {"far_ran_on", "far_port_dropped", "power_trap"} <= set(codes(proposal))


def test_a_device_that_was_not_read_afterwards_proves_nothing() -> None:
    proposal = propose(ours(BARE, START + 1))

    assert (proposal.cause, codes(proposal)) == ("unknown", ["far_not_read", "near_port_dropped"])


def test_a_later_restart_leaves_open_what_was_before() -> None:
    assert propose(far(END + 3600)).cause == "unknown"


@pytest.mark.parametrize(
    ("boot", "cause"),
    [(START - SLOT - 1, "unknown"), (START - SLOT, "power"), (END + SLOT - 1, "power"),
     (END + SLOT, "unknown")],
)  # fmt: skip
def test_the_edges_of_an_outage_are_as_uncertain_as_a_slot_is_long(boot: int, cause: str) -> None:
    assert propose(far(boot)).cause == cause


# What devices count.


def test_sysuptime_that_wrapped_is_no_boot() -> None:
    """497 days are 2^32 hundredths; the engine's time says that the box ran on."""
    assert booted(READ, 500, 42_949_677) == READ - 42_949_677


def test_an_agent_that_began_anew_is_no_boot() -> None:
    assert booted(READ, 86_400_00, 12) == READ - 86_400


def test_a_port_that_changed_before_the_wrap_changed_that_long_ago() -> None:
    assert changed(READ, 1_000, 42_949_682, 2**32 - 9_000) == READ - 100


@pytest.mark.parametrize(("uptime", "last"), [(None, 5), (100, 0), (100, None), (100, 200)])
def test_a_port_that_says_nothing_of_use_has_no_change(
    uptime: int | None, last: int | None
) -> None:
    assert changed(READ, uptime, None, last) is None


@given(age=st.integers(0, 40 * 365 * 86_400), agent=st.integers(0, 40 * 365 * 86_400))
def test_a_boot_is_found_whatever_wraps_or_restarts(age: int, agent: int) -> None:
    """Of a box older than a wrap the engine says how old it is, if its agent is as old."""
    young = age * 100 < 2**32
    engine = min(age, agent) if young else age

    assert booted(READ, age * 100 % 2**32, engine) == READ - age


INSTANTS = st.one_of(st.none(), st.integers(START - 300, END + 300))
TRAPS = st.builds(
    Told, st.integers((START - 300) * 1000, (END + 300) * 1000),
    st.sampled_from(["device:l1-r1", "device:l1-ups"]),
    st.sampled_from(["device:l1-r1", "interface:l1-r1/wan"]),
    st.sampled_from(["power.failed", "link.down", "cold_start"]),
)  # fmt: skip


@given(boot=INSTANTS, port=INSTANTS, near=INSTANTS, traps=st.lists(TRAPS, max_size=6))
def test_a_proposal_does_not_depend_on_the_order_of_what_was_told(
    boot: int | None, port: int | None, near: int | None, traps: list[Told]
) -> None:
    known = replace(ours(far(boot, port), near), traps=tuple(traps))
    turned = replace(known, traps=tuple(reversed(traps)))

    assert encode(propose(known)) == encode(propose(turned))


@given(boot=INSTANTS, port=INSTANTS, near=INSTANTS, traps=st.lists(TRAPS, max_size=6))
def test_power_never_holds_beyond_the_outage(
    boot: int | None, port: int | None, near: int | None, traps: list[Told]
) -> None:
    proposal = propose(replace(ours(far(boot, port), near), traps=tuple(traps)))

    assert proposal.until is None or START < proposal.until < END
