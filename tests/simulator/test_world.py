"""What is cut or dark silences what is behind it, and counters tell the story of their traffic."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.province import LinkPlan
from simulator.world import key_of
from tests.simulator.asking import UPTIME, Bench

OPER = (1, 3, 6, 1, 2, 1, 2, 2, 1, 8)
LAST_CHANGE = (1, 3, 6, 1, 2, 1, 2, 2, 1, 9)
IN_OCTETS = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 6)
OUT_OCTETS = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 10)
DISCONTINUITY = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 19)
ENGINE_TIME = (1, 3, 6, 1, 6, 3, 10, 2, 1, 3, 0)
BOOTS = (1, 3, 6, 1, 6, 3, 10, 2, 1, 2, 0)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def _villages(bench: Bench, trunk: LinkPlan) -> list[LinkPlan]:
    return [link for link in bench.plan.links if link.a.site == trunk.b.site]


def _echoes(bench: Bench, link: LinkPlan) -> bool:
    assert link.b.host is not None
    return bench.server.echo(key_of(link.b.host, link.b.port), b"x") == b"x"


def _port_oid(
    bench: Bench, column: tuple[int, ...], link: LinkPlan, *, far: bool
) -> tuple[str, tuple[int, ...]]:
    end = link.b if far else link.a
    agent = bench.world.agents[end.device]
    name = agent.platform.port.format(end.port_number)
    return end.device, (*column, bench.columns(end.device)[name])


def _read(bench: Bench, column: tuple[int, ...], link: LinkPlan, *, far: bool = False) -> int:
    return bench.number(*_port_oid(bench, column, link, far=far))


def test_everything_answers_at_first(bench: Bench) -> None:
    assert all(_echoes(bench, link) for link in bench.plan.links)
    assert all(bench.get(device.id, UPTIME) for device in bench.plan.devices)


def test_a_cut_trunk_silences_the_site_and_all_behind_it(bench: Bench) -> None:
    trunk = bench.plan.trunks[0]
    villages = _villages(bench, trunk)
    bench.director.begin("cut", f"link:{trunk.id}", None, "test")
    assert villages
    assert not any(_echoes(bench, link) for link in [trunk, *villages])
    assert trunk.b.device not in {agent.plan.id for agent in bench.world.speaking.values()}
    assert bench.world.state(f"link:{trunk.id}") == "down"
    assert {bench.world.state(f"link:{link.id}") for link in villages} == {"shadow"}


def test_a_mended_trunk_brings_everything_back(bench: Bench) -> None:
    trunk = bench.plan.trunks[0]
    bench.director.begin("cut", f"link:{trunk.id}", None, "test")
    bench.director.end("cut", f"link:{trunk.id}", "test")
    assert all(_echoes(bench, link) for link in bench.plan.links)
    assert len(bench.world.speaking) == len(bench.plan.devices)


def test_nothing_but_the_victims_is_silenced(bench: Bench) -> None:
    trunk = bench.plan.trunks[0]
    bench.director.begin("cut", f"link:{trunk.id}", None, "test")
    silent = {link.id for link in bench.plan.links if not _echoes(bench, link)}
    assert silent == {trunk.id, *(link.id for link in _villages(bench, trunk))}


def test_a_county_lives_on_its_other_leg(bench: Bench) -> None:
    first, second = bench.plan.legs[:2]
    bench.director.begin("cut", f"link:{first.id}", None, "test")
    assert not _echoes(bench, first)
    assert _echoes(bench, second)
    assert bench.get(first.b.device, UPTIME)
    assert _read(bench, OPER, first, far=True) == 2


def test_a_county_without_legs_is_lost_with_its_townships(bench: Bench) -> None:
    first, second = bench.plan.legs[:2]
    for leg in (first, second):
        bench.director.begin("cut", f"link:{leg.id}", None, "test")
    behind = [link.id for link in bench.plan.links if link.a.site == first.b.site]
    assert {bench.world.state(f"link:{link}") for link in behind} == {"shadow"}
    assert bench.world.state(f"site:{first.b.site}") == "down"


def test_two_causes_must_both_go_away(bench: Bench) -> None:
    trunk = bench.plan.trunks[0]
    for cause in ("one", "two"):
        bench.director.begin("cut", f"link:{trunk.id}", None, cause)
    bench.director.end("cut", f"link:{trunk.id}", "one")
    assert not _echoes(bench, trunk)
    bench.director.end("cut", f"link:{trunk.id}", "two")
    assert _echoes(bench, trunk)


def test_the_near_port_goes_down_with_its_circuit_and_says_when(bench: Bench) -> None:
    trunk = bench.plan.trunks[0]
    bench.now += 50
    bench.director.begin("cut", f"link:{trunk.id}", None, "test")
    at = bench.number(trunk.a.device, UPTIME)
    bench.now += 7
    assert _read(bench, OPER, trunk) == 2
    assert _read(bench, LAST_CHANGE, trunk) == at


def test_the_near_port_stays_up_where_the_carrier_holds_it(bench: Bench) -> None:
    link = next(link for link in bench.plan.links if link.holds_port and link.b.host != "::1")
    bench.director.begin("cut", f"link:{link.id}", None, "test")
    assert not _echoes(bench, link)
    assert _read(bench, OPER, link) == 1


def test_ports_behind_a_cut_do_not_change(bench: Bench) -> None:
    trunk = bench.plan.trunks[0]
    bench.now += 50
    bench.director.begin("cut", f"link:{trunk.id}", None, "test")
    bench.director.end("cut", f"link:{trunk.id}", "test")
    village = _villages(bench, trunk)[-1]
    assert _read(bench, LAST_CHANGE, village) == 0


def test_a_muted_far_end_is_silent_and_all_else_answers(bench: Bench) -> None:
    trunk = bench.plan.trunks[0]
    bench.director.begin("mute", f"link:{trunk.id}", None, "test")
    assert not _echoes(bench, trunk)
    assert bench.get(trunk.b.device, UPTIME)
    assert _read(bench, OPER, trunk) == 1


def test_power_comes_back_with_a_new_uptime(bench: Bench) -> None:
    trunk = next(t for t in bench.plan.trunks if bench.world.agents[t.b.device].platform.engine)
    boots = bench.number(trunk.b.device, BOOTS)
    bench.director.begin("power_loss", f"site:{trunk.b.site}", None, "test")
    assert not _echoes(bench, trunk)
    bench.now += 100
    bench.director.end("power_loss", f"site:{trunk.b.site}", "test")
    bench.now += 5
    assert bench.number(trunk.b.device, UPTIME) == 500
    assert bench.number(trunk.b.device, ENGINE_TIME) == 5
    assert bench.number(trunk.b.device, BOOTS) == boots + 1


def test_a_reboot_renumbers_ports_on_some_platforms_only(bench: Bench) -> None:
    for platform, moves in (
        ("h3c_comware", True),
        ("ruijie_rgos", True),
        ("huawei_vrp", False),
        ("zte_zxros", False),
    ):
        device = next(one.id for one in bench.plan.devices if one.platform == platform)
        before = bench.columns(device)
        bench.director.reboot(device)
        after = bench.columns(device)
        assert before.keys() == after.keys()
        assert (before != after) == moves


def test_a_reboot_starts_the_counters_at_zero(bench: Bench) -> None:
    trunk = bench.plan.trunks[0]
    bench.now += 100
    bench.director.reboot(trunk.b.device)
    assert _read(bench, IN_OCTETS, trunk, far=True) == 0


def test_cleared_counters_name_the_discontinuity(bench: Bench) -> None:
    trunk = bench.plan.trunks[0]
    bench.now += 100
    bench.director.clear(trunk.a.device)
    assert _read(bench, OUT_OCTETS, trunk) == 0
    assert _read(bench, DISCONTINUITY, trunk) == bench.number(trunk.a.device, UPTIME)


def test_what_goes_in_at_one_end_comes_out_at_the_other(bench: Bench) -> None:
    trunk = bench.plan.trunks[0]
    before = (_read(bench, OUT_OCTETS, trunk), _read(bench, IN_OCTETS, trunk, far=True))
    bench.now += 60
    after = (_read(bench, OUT_OCTETS, trunk), _read(bench, IN_OCTETS, trunk, far=True))
    assert after[0] - before[0] == after[1] - before[1] > 0


def test_no_traffic_passes_a_cut(bench: Bench) -> None:
    trunk = bench.plan.trunks[0]
    bench.director.begin("cut", f"link:{trunk.id}", None, "test")
    before = _read(bench, OUT_OCTETS, trunk)
    bench.now += 60
    assert _read(bench, OUT_OCTETS, trunk) == before


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_ordinary_traffic_stays_below_the_contract(bench: Bench, hour: int) -> None:
    bench.now += hour * 3600
    for link in bench.plan.trunks:
        before = _read(bench, OUT_OCTETS, link)
        bench.now += 10
        assert 0 < (_read(bench, OUT_OCTETS, link) - before) * 8 / 10 < 0.7 * link.bandwidth


def test_an_overload_is_exactly_what_was_ordered(bench: Bench) -> None:
    leg = bench.plan.legs[0]
    bench.director.begin("overload", f"link:{leg.id}", 1.25, "test")
    before = _read(bench, OUT_OCTETS, leg)
    bench.now += 60
    rate = (_read(bench, OUT_OCTETS, leg) - before) * 8 / 60
    assert rate == pytest.approx(1.25 * leg.bandwidth, rel=1e-6)


def test_some_counters_are_beyond_what_a_float_holds(tmp_path: Path) -> None:
    bench = Bench(tmp_path, sites=300)
    ports = (port for agent in bench.world.agents.values() for port in agent.ports)
    assert any(port.octets_in(0) > 2**53 for port in ports)


@functools.cache
def _shared(folder: str) -> Bench:
    return Bench(Path(folder))


_EVENTS = st.tuples(
    st.integers(0, 100_000),
    st.sampled_from(("none", "cut", "mend", "overload", "usual", "power", "light")),
)


@given(st.lists(_EVENTS, min_size=2, max_size=12), st.integers(0, 3))
def test_counters_never_go_backwards_while_a_device_runs(
    events: Iterable[tuple[int, str]], which: int
) -> None:
    bench = _shared("/nowhere")
    bench.now = max(bench.now, bench.director.ticks() / 100)
    trunk = bench.plan.trunks[which]
    agent = bench.world.agents[trunk.a.device]
    link, site = f"link:{trunk.id}", f"site:{trunk.b.site}"
    before = None
    for hundredths, what in events:
        bench.now += hundredths / 100
        match what:
            case "cut":
                bench.director.begin("cut", link, None, "test")
            case "mend":
                bench.director.end("cut", link, "test")
            case "overload":
                bench.director.begin("overload", link, 1.3, "test")
            case "usual":
                bench.director.end("overload", link, "test")
            case "power":
                bench.director.begin("power_loss", site, None, "test")
            case "light":
                bench.director.end("power_loss", site, "test")
        ticks = bench.director.ticks()
        now = [
            (p.octets_in(ticks), p.octets_out(ticks), p.discards_out(ticks)) for p in agent.ports
        ]
        for earlier, later in zip(before or now, now, strict=True):
            assert all(a <= b for a, b in zip(earlier, later, strict=True))
        before = now


def test_a_loss_inside_a_carriers_network_silences_its_circuits_and_no_port_notices(
    bench: Bench,
) -> None:
    """What tells a carrier's network from a line that was cut: ifLastChange stays where it was."""
    trunk = max(bench.plan.trunks, key=lambda one: len(_villages(bench, one)))
    villages = _villages(bench, trunk)
    before = {one.id: _read(bench, LAST_CHANGE, one) for one in villages}

    bench.director.begin("network_loss", f"site:{trunk.b.site}", None, "test")

    lost = [one for one in villages if not _echoes(bench, one)]
    carriers = [one.carrier for one in villages]
    assert {one.carrier for one in lost} == {max(sorted(set(carriers)), key=carriers.count)}
    assert len(lost) == carriers.count(lost[0].carrier)
    assert [_read(bench, OPER, one) for one in lost] == [1] * len(lost)

    bench.director.end("network_loss", f"site:{trunk.b.site}", "test")

    assert all(_echoes(bench, one) for one in villages)
    assert {one.id: _read(bench, LAST_CHANGE, one) for one in villages} == before
