"""Beside its ports a box tells of its board and of the light in its fibres."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.boards import BOARDS
from tests.simulator.asking import Bench, request, taken_apart

RX_POWER = (1, 3, 6, 1, 4, 1, 25506, 2, 70, 1, 1, 1, 12)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("world"))


@pytest.mark.parametrize("platform", sorted(BOARDS))
def test_each_object_of_a_board_is_met_by_get_and_on_a_walk(bench: Bench, platform: str) -> None:
    device = next(one.id for one in bench.plan.devices if one.platform == platform)
    walked = bench.walk(device, (1, 3))
    for told in BOARDS[platform]:
        if not told.column:
            assert told.oid in walked
            response = bench.ask(device, request([told.oid]))
            assert response is not None
            _, _, [(oid, tag, contents)] = taken_apart(response)
            assert (oid, tag) == (told.oid, told.tag)
            assert contents == walked[oid]


def test_a_port_whose_circuit_is_cut_hears_no_light(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    platforms = {device.id: device.platform for device in bench.plan.devices}
    link = next(
        one
        for one in bench.plan.links
        if platforms[one.a.device] == "h3c_comware" and not one.holds_port
    )
    index = bench.columns(link.a.device)[f"GigabitEthernet1/0/{link.a.port_number}"]
    power = (*RX_POWER, index)

    def heard() -> int:
        contents = bench.get(link.a.device, power)[power]
        return int.from_bytes(contents, "big", signed=True)

    assert heard() > -2000
    bench.world.cut(link.id, "test", 100)
    assert heard() == -4000
