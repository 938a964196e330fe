"""What is declared against what a device showed: each difference is told, nothing is guessed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors._inspection import Inspection, Missing
from runtime.surveys.drift import Declared, End, Names
from runtime.surveys.findings import MOST, Found, State, accept, settle
from tests.runtime.declaring import (
    AT,
    PORTS,
    declared,
    differences,
    hears,
    kinds,
    names,
    port,
    province,
    seen,
)


def first(what: Inspection, known: Names | None = None) -> State:
    """What is normal once a device was seen."""
    return differences(what, known=known)[1]


def test_what_is_as_declared_is_no_finding() -> None:
    assert differences(seen())[0] == []


# Ports.


def test_a_declared_port_that_is_not_there_is_missing() -> None:
    assert kinds(differences(seen(interfaces=PORTS[:1]))[0]) == ["interface_missing ge2"]


def test_a_missing_port_of_a_link_names_the_link() -> None:
    (found,) = differences(seen(interfaces=PORTS[1:]))[0]
    assert found.links == ("xg-xs",)


@pytest.mark.parametrize(
    ("mark", "other"),
    [
        ("alias", port("xge2", 9, alias="to ge2", descr="")),
        ("descr", port("xge2", 9, alias="", descr="descr of ge2")),
        ("index", port("xge2", 2, alias="", descr="")),
    ],
)
def test_a_port_that_has_what_a_lost_one_had_is_the_lost_one_renamed(
    mark: str, other: object
) -> None:
    before = first(seen())
    (found,) = differences(seen(interfaces=(PORTS[0], PORTS[2], other)), state=before)[0]
    assert (found.kind, found.parameters) == (
        "interface_renamed",
        {"interface": "ge2", "now": "xge2", "by": mark},
    )


@pytest.mark.parametrize("other", [{"alias": "hall", "descr": ""}, {"alias": "", "descr": "x"}])
def test_a_port_with_the_index_of_a_lost_one_and_another_description_is_another_one(
    other: dict[str, Any],
) -> None:
    found, _ = differences(
        seen(interfaces=(PORTS[0], port("xge2", 2, **other))), state=first(seen())
    )
    assert kinds(found) == ["interface_missing ge2"]


def test_two_ports_that_could_be_the_lost_one_are_neither() -> None:
    before = first(seen())
    twins = (port("a", 8, alias="to ge2"), port("b", 9, alias="to ge2"))
    found, _ = differences(seen(interfaces=(*PORTS[::2], *twins)), state=before)
    assert kinds(found) == ["interface_missing ge2"]


def test_a_declared_port_is_never_another_one_renamed() -> None:
    before = first(seen())
    moved = port("ge1", 1, alias="to ge2")
    found, _ = differences(seen(interfaces=(moved,)), state=before)
    assert "interface_renamed ge2" not in kinds(found)


def test_a_declared_port_that_is_switched_off_is_told() -> None:
    ports = (PORTS[0], port("ge2", admin="down", oper="down"))
    assert kinds(differences(seen(interfaces=ports))[0]) == ["interface_down_by_admin ge2"]


def test_a_port_that_nobody_declared_may_be_switched_off() -> None:
    assert differences(seen(interfaces=(*PORTS[:2], port("ge3", admin="down"))))[0] == []


def test_a_port_slower_than_the_contract_of_its_link_is_told() -> None:
    (found,) = differences(seen(interfaces=(port("ge1", speed_bps=10**7), *PORTS[1:])))[0]
    assert found.kind == "speed_below_contract"
    assert found.parameters == {
        "interface": "ge1", "link": "xg-xs", "speed_bps": 10**7, "contract_bps": 10**8,
    }  # fmt: skip


@pytest.mark.parametrize(
    "slow", [{"speed_bps": 10**8}, {"speed_bps": None}, {"speed_bps": 10, "oper": "down"}]
)
def test_a_port_as_fast_as_its_contract_of_unknown_speed_or_without_signal_is_not(
    slow: dict[str, Any],
) -> None:
    assert differences(seen(interfaces=(port("ge1", **slow), *PORTS[1:])))[0] == []


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("ethernetCsmacd", 1), ("ieee8023adLag", 1), ("pos", 1),
        ("tunnel", 0), ("l3ipvlan", 0), ("propVirtual", 0), (None, 0),
    ],
)  # fmt: skip
def test_only_the_speed_of_a_physical_port_or_of_an_aggregate_is_one(
    kind: str | None, told: int
) -> None:
    slow = port("ge1", type=kind, speed_bps=100_000)
    assert len(differences(seen(interfaces=(slow, *PORTS[1:])))[0]) == told


def test_an_alias_that_changed_is_told_with_both() -> None:
    renamed = seen(interfaces=(PORTS[0], port("ge2", 2, alias="spare"), PORTS[2]))
    (found,) = differences(renamed, state=first(seen()))[0]
    assert found.parameters == {"interface": "ge2", "was": "to ge2", "now": "spare"}


def test_an_alias_the_agent_does_not_have_is_no_change() -> None:
    silent = seen(interfaces=(PORTS[0], port("ge2", 2, alias=None), PORTS[2]))
    assert differences(silent, state=first(seen()))[0] == []


def test_an_alias_that_is_as_it_was_again_is_no_finding() -> None:
    renamed = seen(interfaces=(PORTS[0], port("ge2", 2, alias="spare"), PORTS[2]))
    _, state = differences(renamed, state=first(seen()))
    assert differences(seen(), state=state)[0] == []


def test_a_declared_name_is_the_first_word_where_the_platform_says_so() -> None:
    box = declared(province(platform="zte_zxros"))
    ports = (port("ge1 to the city"), port("ge2 spare", 2))
    assert differences(seen(platform="zte_zxros", interfaces=ports), of=box)[0] == []


# Neighbours.


def test_a_link_whose_port_hears_another_box_than_the_far_one_is_told() -> None:
    (found,) = differences(seen(lldp=hears("ge1", "OTHER")), known=names(xs_r1="XS-R1"))[0]
    assert (found.kind, found.links) == ("neighbour_unexpected", ("xg-xs",))
    assert found.parameters == {"interface": "ge1", "heard": "OTHER", "expected": "XS-R1"}


@pytest.mark.parametrize("heard", [("XS-R1",), ("xs-r1.",), ("OTHER", "XS-R1"), (None,), ()])
def test_a_link_whose_port_hears_the_far_box_among_others_or_nobody_is_right(
    heard: tuple[str | None, ...],
) -> None:
    assert differences(seen(lldp=hears("ge1", *heard)), known=names(xs_r1="XS-R1"))[0] == []


def test_of_a_crowd_that_is_heard_some_are_named() -> None:
    crowd = [f"BOX-{number:03}" for number in range(300)]
    (found,) = differences(seen(lldp=hears("ge1", *crowd)), known=names(xs_r1="XS-R1"))[0]
    assert str(found.parameters["heard"]).count(",") < 20
    assert (
        differences(seen(lldp=hears("ge1", *crowd, "XS-R1")), known=names(xs_r1="XS-R1"))[0] == []
    )


def test_a_far_box_whose_name_nobody_read_is_not_missed() -> None:
    assert differences(seen(lldp=hears("ge1", "OTHER")))[0] == []


def test_where_several_links_end_nothing_is_said_until_each_far_name_is_known() -> None:
    ends = (End("a", None, "xs-r1"), End("b", None, "qx-r1"))
    box = Declared(declared().device, {"ge1": ends})
    what = seen(lldp=hears("ge1", "OTHER"))
    assert differences(what, of=box, known=names(xs_r1="XS-R1"))[0] == []
    both = names(xs_r1="XS-R1", qx_r1="QX-R1")
    (found,) = differences(what, of=box, known=both)[0]
    assert found.parameters["expected"] == "XS-R1, QX-R1"


def test_a_known_neighbour_in_whose_place_another_box_is_heard_is_told() -> None:
    known = names(xs_r1="XS-R1")
    before = first(seen(lldp=hears("ge2", "XS-R1")), known)
    found, _ = differences(seen(lldp=hears("ge2", "OTHER")), known=known, state=before)
    assert kinds(found) == ["neighbour_unexpected ge2"]


@pytest.mark.parametrize("heard", ["OLD", "NEW"])
@pytest.mark.parametrize("where", ["ge1", "ge2"])
def test_a_far_box_that_was_renamed_is_known_by_both_names(heard: str, where: str) -> None:
    known = names(xs_r1="OLD")
    before = first(seen(lldp=hears(where, "OLD")), known)
    known.learn("xs-r1", "NEW")
    assert differences(seen(lldp=hears(where, heard)), known=known, state=before)[0] == []


def test_a_name_of_before_is_nobodys_once_its_device_was_read_again() -> None:
    known = names(xs_r1="OLD")
    known.learn("xs-r1", "NEW")
    known.learn("xs-r1", "NEW")
    assert not known.is_ours("OLD")
    assert known.is_ours("NEW")


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["", "X", "x", "Y", "Z"]))))
def test_a_name_is_ours_while_a_device_has_it(learnt: list[tuple[str, str]]) -> None:
    known = Names()
    for device, name in learnt:
        known.learn(device, name)
        assert known.called(device) == name
        assert not name or known.owners(name) >= {device}
    for device in "ab":
        known.forget(device)
    assert not any(map(known.is_ours, "xYZ"))


def test_an_unknown_neighbour_may_become_another_one() -> None:
    before = first(seen(lldp=hears("ge2", "ONE")))
    assert differences(seen(lldp=hears("ge2", "OTHER")), state=before)[0] == []


def test_a_neighbour_that_fell_silent_is_no_finding() -> None:
    known = names(xs_r1="XS-R1")
    before = first(seen(lldp=hears("ge2", "XS-R1")), known)
    assert differences(seen(), known=known, state=before)[0] == []


# The box.


def test_another_serial_number_is_another_box() -> None:
    (found,) = differences(seen(serial="S2"), state=first(seen()))[0]
    assert (found.kind, found.parameters) == ("serial_changed", {"was": "S1", "now": "S2"})


@pytest.mark.parametrize("serials", [("S1", "S2"), ("S2",), ("S2", "S3")])
def test_a_stack_of_which_a_box_is_the_same_is_the_same(serials: tuple[str, ...]) -> None:
    before = first(seen(serials=("S1", "S2")))
    assert differences(seen(serial=serials[0], serials=serials), state=before)[0] == []


def test_a_stack_of_which_no_box_is_the_same_is_another_one() -> None:
    before = first(seen(serials=("S1", "S2")))
    (found,) = differences(seen(serial="S3", serials=("S3", "S4")), state=before)[0]
    assert found.parameters == {"was": "S1, S2", "now": "S3, S4"}


def test_a_serial_number_that_was_not_read_is_no_other_one() -> None:
    assert differences(seen(serial=""), state=first(seen()))[0] == []


def test_another_platform_than_declared_is_told() -> None:
    (found,) = differences(seen(platform="huawei_vrp"))[0]
    assert found.parameters == {"declared": "h3c_comware", "seen": "huawei_vrp"}


@pytest.mark.parametrize(
    ("declares", "shows"),
    [
        ("generic", "huawei_vrp"),
        ("h3c_comware", "generic"),
        ("h3c_comware", "h3c_comware"),
        ("vrp", "huawei_vrp"),  # a name no vendor has: `check` says so
    ],
)
def test_generic_differs_from_nothing_nor_does_a_name_without_a_vendor(
    declares: str, shows: str
) -> None:
    assert differences(seen(platform=shows), of=declared(province(platform=declares)))[0] == []


# Missing is not empty.


@pytest.mark.parametrize("section", ["interfaces", "lldp", "identity", "cpu"])
def test_what_could_not_be_read_is_told_once_and_nothing_is_concluded_from_it(
    section: str,
) -> None:
    gaps = (Missing(section, "one", "timeout"), Missing(section, "two", "timeout"))
    nothing: dict[str, Any] = (
        {"interfaces": (), "lldp": (), "serial": ""} if section != "cpu" else {}
    )
    before = first(seen(lldp=hears("ge1", "XS-R1")))
    if section != "interfaces":
        nothing["interfaces"] = PORTS
    (found,) = differences(seen(missing=gaps, **nothing), state=before)[0]
    assert (found.kind, found.parameters) == (
        "not_readable",
        {"section": section, "columns": "one, two", "reason": "timeout"},
    )


def test_speed_and_description_are_not_judged_of_half_a_table() -> None:
    half = (Missing("interfaces", "ifHighSpeed", "timeout"),)
    ports = (port("ge1", alias="other", speed_bps=10**7), *PORTS[1:])
    found, _ = differences(seen(interfaces=ports, missing=half), state=first(seen()))
    assert kinds(found) == ["not_readable"]


def test_what_differed_stays_open_on_a_day_on_which_its_section_was_not_read() -> None:
    (lost,), state = differences(seen(interfaces=PORTS[:1]))
    half = seen(interfaces=(), missing=(Missing("interfaces", "ifName", "timeout"),))
    found, state = differences(half, state=state, at=AT + 60)
    assert lost in found
    assert state.since[lost.id] == AT


def test_what_differed_ends_although_another_section_was_not_read() -> None:
    _, state = differences(seen(interfaces=PORTS[:1]))
    half = seen(missing=(Missing("cpu", "column", "timeout"),))
    assert kinds(differences(half, state=state)[0]) == ["not_readable"]


def test_what_stayed_open_can_be_accepted_and_is_told_no_more() -> None:
    (lost,), state = differences(seen(interfaces=PORTS[:1]))
    half = seen(interfaces=(), missing=(Missing("interfaces", "ifName", "timeout"),))
    _, state = differences(half, state=state)
    found, state = differences(half, state=accept(state, lost, "wang", AT))
    assert kinds(found) == ["not_readable"]
    assert differences(seen(interfaces=PORTS[:1]), state=state)[0] == []


# What was accepted.


def renamed_alias() -> tuple[Inspection, Found, State]:
    what = seen(interfaces=(PORTS[0], port("ge2", 2, alias="spare"), PORTS[2]))
    (found,), state = differences(what, state=first(seen()))
    return what, found, state


def test_an_accepted_change_is_the_new_normal() -> None:
    what, found, state = renamed_alias()
    assert differences(what, state=accept(state, found, "wang", AT))[0] == []


def test_what_was_normal_before_an_accepted_change_is_a_change_then() -> None:
    _, found, state = renamed_alias()
    back, _ = differences(seen(), state=accept(state, found, "wang", AT))
    assert [one.parameters for one in back] == [
        {"interface": "ge2", "was": "spare", "now": "to ge2"}
    ]


def test_an_accepted_finding_is_not_told_while_it_lasts() -> None:
    gone = seen(interfaces=PORTS[:1])
    (found,), state = differences(gone)
    state = accept(state, found, "wang", AT)
    for _ in range(2):
        told, state = differences(gone, state=state)
        assert told == []


def test_an_accepted_finding_that_ended_and_comes_back_is_told_again() -> None:
    gone = seen(interfaces=PORTS[:1])
    (found,), state = differences(gone)
    _, state = differences(seen(), state=accept(state, found, "wang", AT))
    assert kinds(differences(gone, state=state)[0]) == ["interface_missing ge2"]


def test_an_acceptance_outlives_a_day_on_which_the_device_was_not_read_whole() -> None:
    gone = seen(interfaces=PORTS[:1])
    (found,), state = differences(gone)
    half = seen(interfaces=(), missing=(Missing("interfaces", "ifName", "timeout"),))
    _, state = differences(half, state=accept(state, found, "wang", AT))
    assert differences(gone, state=state)[0] == []


def test_accepting_one_difference_accepts_no_other_of_its_kind() -> None:
    slow = seen(interfaces=(port("ge1", speed_bps=10**7), *PORTS[1:]))
    (found,), state = differences(slow)
    slower = seen(interfaces=(port("ge1", speed_bps=10**6), *PORTS[1:]))
    told, _ = differences(slower, state=accept(state, found, "wang", AT))
    assert kinds(told) == ["speed_below_contract ge1"]


def test_a_finding_keeps_the_second_it_was_seen_first() -> None:
    found = Found("interface_missing", declared().device.id, "", {})  # type: ignore[arg-type]
    _, state = settle([found], State(), AT, missing=())
    _, state = settle([found], state, AT + 60, missing=())
    assert state.since == {found.id: AT}


def test_too_many_findings_of_a_device_are_counted_in_one() -> None:
    lost = tuple(f"lost{number}" for number in range(MOST + 7))
    found, _ = differences(seen(), of=declared(province(interfaces=lost)))
    assert len(found) == MOST + 1
    assert (found[-1].kind, found[-1].parameters) == ("more_findings", {"count": 7})


# Whatever a device says.

TEXT = st.text(max_size=20)
ANY_PORT = st.builds(
    port, st.sampled_from(["ge1", "ge2", "ge3", "<script>"]) | TEXT, st.integers(0, 2**31),
    alias=TEXT | st.none(), descr=TEXT | st.none(), admin=st.sampled_from(["up", "down", None]),
    oper=st.sampled_from(["up", "down", None]), speed_bps=st.integers(0, 2**50) | st.none(),
)  # fmt: skip
ANY = st.builds(
    lambda ports, heard, serial: seen(
        interfaces=tuple(ports), lldp=hears("ge1", *heard), serial=serial
    ),
    st.lists(ANY_PORT, max_size=6), st.lists(TEXT | st.none(), max_size=3), TEXT,
)  # fmt: skip


@given(ANY, ANY)
def test_accepting_everything_leaves_nothing(before: Inspection, after: Inspection) -> None:
    known = names(xs_r1="XS-R1")
    found, state = differences(after, known=known, state=first(before, known))
    for one in found:
        state = accept(state, one, "wang", AT)
    assert differences(after, known=known, state=state)[0] == []


@given(ANY)
def test_seen_twice_alike_says_the_same(what: Inspection) -> None:
    once, state = differences(what)
    assert differences(what, state=state)[0] == once


@given(ANY)
def test_each_finding_has_a_name_of_its_own(what: Inspection) -> None:
    found, _ = differences(replace(what, platform="huawei_vrp"))
    assert len({one.id for one in found}) == len(found)
