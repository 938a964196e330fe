"""An agent answers as RFC 3416 says, in both directions of a walk, and fails in its ways."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator import ber
from tests.simulator.asking import COMMUNITY, IF_INDEX, IF_NAME, UPTIME, Bench, request, taken_apart

MIB_2 = (1, 3, 6, 1, 2, 1)
IN_OCTETS = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 6)
ENGINE_TIME = (1, 3, 6, 1, 6, 3, 10, 2, 1, 3, 0)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def _device(bench: Bench, platform: str) -> str:
    return next(device.id for device in bench.plan.devices if device.platform == platform)


def _answer(
    bench: Bench, device: str, data: bytes
) -> tuple[int, int, list[tuple[ber.Oid, int, bytes]]]:
    response = bench.ask(device, data)
    assert response is not None
    return taken_apart(response)


def test_values_have_the_types_of_their_mib(bench: Bench) -> None:
    device = _device(bench, "huawei_vrp")
    index = bench.columns(device)["GigabitEthernet0/0/1"]
    base = (1, 3, 6, 1, 2, 1)
    oids = [
        (*base, 1, 1, 0), (*base, 1, 2, 0), UPTIME, (*base, 2, 1, 0),
        (*base, 2, 2, 1, 5, index), (*base, 2, 2, 1, 10, index), (*IN_OCTETS, index),
    ]  # fmt: skip
    _, _, bindings = _answer(bench, device, request(oids))
    assert [tag for _, tag, _ in bindings] == [
        ber.OCTET_STRING, ber.OBJECT_ID, ber.TIME_TICKS, ber.INTEGER,
        ber.GAUGE32, ber.COUNTER32, ber.COUNTER64,
    ]  # fmt: skip


def test_an_unknown_object_and_an_unknown_row_are_told_apart(bench: Bench) -> None:
    oids = [(1, 3, 6, 1, 9, 9), (*IN_OCTETS, 9999), UPTIME]
    status, _, bindings = _answer(bench, bench.plan.devices[0].id, request(oids))
    assert status == 0
    assert [tag for _, tag, _ in bindings] == [
        ber.NO_SUCH_OBJECT, ber.NO_SUCH_INSTANCE, ber.TIME_TICKS,
    ]  # fmt: skip


def test_an_agent_without_snmp_engine_says_so(bench: Bench) -> None:
    _, _, [(_, tag, _)] = _answer(bench, _device(bench, "zte_zxros"), request([ENGINE_TIME]))
    assert tag == ber.NO_SUCH_OBJECT


def test_every_walk_by_getnext_goes_upwards_and_ends(bench: Bench) -> None:
    for platform in ("huawei_vrp", "h3c_comware", "zte_zxros", "ruijie_rgos", "net_snmp"):
        device = _device(bench, platform)
        ports = len(bench.world.agents[device].ports)
        assert len(bench.walk(device, MIB_2)) > 9 + 20 * ports


def test_getbulk_finds_what_getnext_finds(bench: Bench) -> None:
    device = bench.plan.devices[0].id
    by_next = bench.walk(device, IF_NAME)
    data = request([IF_NAME], ber.GETBULK, 0, len(by_next))
    _, _, bindings = _answer(bench, device, data)
    assert {oid: contents for oid, _, contents in bindings} == by_next


def test_getbulk_with_non_repeaters_interleaves_the_columns(bench: Bench) -> None:
    device = bench.plan.devices[0].id
    data = request([UPTIME[:-1], IF_NAME, IN_OCTETS], ber.GETBULK, 1, 2)
    _, _, bindings = _answer(bench, device, data)
    assert [oid[:-1] for oid, _, _ in bindings] == [
        UPTIME[:-1], IF_NAME, IN_OCTETS, IF_NAME, IN_OCTETS,
    ]  # fmt: skip


def test_getbulk_past_the_end_says_end_of_mib_view_once(bench: Bench) -> None:
    data = request([(1, 4)], ber.GETBULK, 0, 50)
    _, _, bindings = _answer(bench, bench.plan.devices[0].id, data)
    assert [(oid, tag) for oid, tag, _ in bindings] == [((1, 4), ber.END_OF_MIB_VIEW)]


def test_getbulk_is_cut_to_what_the_agent_can_send(bench: Bench) -> None:
    device = bench.plan.devices[0].id
    bench.world.agents[device].max_size = 484
    response = bench.ask(device, request([IF_NAME], ber.GETBULK, 0, 100))
    assert response is not None
    assert 300 < len(response) <= 484


def test_a_get_that_does_not_fit_is_too_big(bench: Bench) -> None:
    device = bench.plan.devices[0].id
    bench.world.agents[device].max_size = 100
    oids = [(*IN_OCTETS, index) for index in bench.columns(device).values()]
    assert _answer(bench, device, request(oids)) == (ber.TOO_BIG, 0, [])


def test_snmpv1_refuses_by_position_and_knows_no_counter64(bench: Bench) -> None:
    device = bench.plan.devices[0].id
    index = min(bench.columns(device).values())
    data = request([UPTIME, (*IN_OCTETS, index)], version=0)
    status, position, bindings = _answer(bench, device, data)
    assert (status, position) == (ber.NO_SUCH_NAME, 2)
    assert [tag for _, tag, _ in bindings] == [ber.NULL, ber.NULL]


def test_snmpv1_walks_over_counter64(bench: Bench) -> None:
    data = request([IN_OCTETS], ber.GETNEXT, version=0)
    _, _, [(oid, _, _)] = _answer(bench, bench.plan.devices[0].id, data)
    assert oid[:-1] == (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 15)


def test_another_community_gets_no_answer(bench: Bench) -> None:
    data = request([UPTIME]).replace(COMMUNITY, b"public-not")
    assert bench.ask(bench.plan.devices[0].id, data) is None
    assert bench.server.counts["snmp_denied"] == 1


def test_garbage_is_dropped_and_counted(bench: Bench) -> None:
    for data in (b"", b"\x30", b"\x30\x84\xff\xff\xff\xff", request([UPTIME])[:-3], bytes(900)):
        assert bench.ask(bench.plan.devices[0].id, data) is None
    assert bench.server.counts["snmp_garbage"] == 5


def test_ports_are_not_numbered_from_one_on_every_platform(bench: Bench) -> None:
    assert set(bench.columns(_device(bench, "zte_zxros")).values()) >= {16_843_009, 16_843_265}


def test_the_index_column_is_the_index(bench: Bench) -> None:
    for oid, contents in bench.walk(_device(bench, "ruijie_rgos"), IF_INDEX).items():
        assert int.from_bytes(contents, "big") == oid[-1]


def test_a_chinese_description_comes_in_the_code_of_its_maker(bench: Bench) -> None:
    device = _device(bench, "huawei_vrp")
    index = bench.columns(device)["GigabitEthernet0/0/1"]
    alias = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 18, index)
    contents = bench.get(device, alias)[alias]
    assert len(contents) <= 64
    assert "中国电信" in contents.decode("gbk", errors="ignore")
    with pytest.raises(UnicodeDecodeError):
        contents.decode("utf-8")


def test_an_agent_that_garbles_never_sends_a_right_answer(bench: Bench) -> None:
    device = bench.plan.devices[0].id
    right = bench.ask(device, request([UPTIME]))
    bench.director.begin("garble", f"device:{device}", None, "test")
    wrong = [bench.ask(device, request([UPTIME])) for _ in range(8)]
    assert right not in wrong
    assert None not in wrong


def test_an_agent_that_refuses_says_general_error(bench: Bench) -> None:
    device = bench.plan.devices[0].id
    bench.director.begin("refuse", f"device:{device}", None, "test")
    assert _answer(bench, device, request([UPTIME]))[0] == ber.GEN_ERR
    bench.director.end("refuse", f"device:{device}", "test")
    assert _answer(bench, device, request([UPTIME]))[0] == ber.NO_ERROR
