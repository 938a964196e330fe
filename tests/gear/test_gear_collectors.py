"""What network gear says at its command line becomes values: over real SSH, through the process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from collectors import nqa_cli, optics_cli, routing_cli
from collectors._contract import Answer, Wires
from collectors._memory import DeviceMemory
from collectors._ssh import Said
from inventory.model import (
    Device,
    Endpoint,
    Inventory,
    Login,
    ProbeSpec,
    Secret,
    Service,
    TargetId,
    device_target,
    service_target,
)
from metrics.observation import Outcome, Probe
from runtime.sections.ssh import SshConfig
from runtime.ssh.wire import HOST_KEYS, SshDoor
from simulator.ssh_nodes import Node
from tests.collectors.network import network
from tests.gear.nodes import node, served

DIALECTS = ("huawei_vrp", "h3c_comware", "zte_zxros", "ruijie_rgos")
NODES = [node(dialect) for dialect in DIALECTS]
ODD = node("huawei_vrp", "flood", name="flood")
COLLECTORS: dict[str, ModuleType] = {
    "optics_cli": optics_cli,
    "routing_cli": routing_cli,
    "nqa_cli": nqa_cli,
}


def inventory(nodes: list[Node], ports: dict[str, int]) -> Inventory:
    login = Login("gear", "monitor", Secret("only-looking"), group="gear")
    devices = {
        one.id: Device(
            one.id, one.id, "xg", one.dialect, Endpoint("127.0.0.1"), None, one.ports,
            login="gear", ssh_port=ports[one.id],
        )
        for one in nodes
    }  # fmt: skip
    services = {
        one.id: Service(
            one.id, one.id, "video", "xg",
            probes=(ProbeSpec("nqa_cli", 60, options=options(one.id)),),
        )
        for one in nodes
    }  # fmt: skip
    return replace(network(), devices=devices, services=services, logins={"gear": login})


def options(device: str, name: str = "video") -> dict[str, object]:
    return {"device": device, "owner": "admin", "name": name}


def planned(kind: str, one: Node, whole: Inventory, name: str = "video") -> Probe | None:
    target: TargetId
    if kind == "nqa_cli":
        target, spec = service_target(one.id), ProbeSpec(kind, 60, options=options(one.id, name))
    else:
        target, spec = device_target(one.id), ProbeSpec(kind, 60)
    probe: Probe | None = COLLECTORS[kind].plan(spec, target, whole)
    return probe


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, str], Answer]]:
    store = tmp_path_factory.mktemp("store")
    nodes = [*NODES, ODD]
    with served(*nodes) as server:
        (store / HOST_KEYS).write_text(server.known_hosts())
        whole = inventory(nodes, server.ports)
        yield asyncio.run(ask_all(store, nodes, whole))


async def ask_all(
    store: Path, nodes: list[Node], whole: Inventory
) -> dict[tuple[str, str], Answer]:
    door = SshDoor(SshConfig(), store, chance=lambda: 0.0)
    none: object = None
    wires = Wires(none, none, none, ssh=door)  # type: ignore[arg-type]  # only SSH is asked
    found: dict[tuple[str, str], Answer] = {}

    async def ask(kind: str, one: Node, key: str, name: str = "video") -> None:
        probe = planned(kind, one, whole, name)
        if probe is not None:
            found[kind, key] = await COLLECTORS[kind].ask(probe, wires, DeviceMemory())

    async with AsyncExitStack() as stack:
        door.load(whole)
        await door.start(stack)
        await asyncio.gather(
            *(ask(kind, one, one.dialect) for kind in COLLECTORS for one in NODES),
            ask("nqa_cli", NODES[0], "another", name="unheard-of"),
            ask("optics_cli", ODD, "flood"),
            ask("nqa_cli", ODD, "flood"),
        )
    return found


Answers = dict[tuple[str, str], Answer]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_port_has_its_light(answers: Answers, dialect: str) -> None:
    answer = answers["optics_cli", dialect]

    assert (answer.outcome, answer.reason) == (Outcome.ANSWERED, "")
    received, sent = answer.values[0::3], answer.values[1::3]
    assert len(received) == 2
    assert all(value is not None and -20 < value < -6 for value in received)
    assert all(value is not None and -6 < value < -5 for value in sent)
    assert received[0] != received[1]


@pytest.mark.parametrize(
    ("dialect", "values"),
    [
        ("huawei_vrp", (2, 0, 2, 0)),
        ("h3c_comware", (1, 0, 2, 0)),
        ("zte_zxros", (2, 0, 1, 0)),
        ("ruijie_rgos", (1, 0, 1, 0)),
    ],
)
def test_sessions_and_neighbours_are_counted(
    answers: Answers, dialect: str, values: tuple[int, ...]
) -> None:
    answer = answers["routing_cli", dialect]

    assert (answer.outcome, answer.values) == (Outcome.ANSWERED, values)


@pytest.mark.parametrize("dialect", ["huawei_vrp", "h3c_comware"])
def test_a_routers_own_test_of_a_path_is_rated(answers: Answers, dialect: str) -> None:
    answer = answers["nqa_cli", dialect]

    assert answer.outcome is Outcome.ANSWERED
    assert answer.values[0] == 1
    assert answer.values[2] == 60


def test_a_test_that_the_router_does_not_have_is_missing(answers: Answers) -> None:
    answer = answers["nqa_cli", "another"]

    assert (answer.outcome, answer.reason) == (Outcome.SKIPPED, "nqa_missing")


def test_a_platform_without_a_command_for_it_is_not_asked(answers: Answers) -> None:
    assert ("nqa_cli", "zte_zxros") not in answers


def test_an_answer_without_end_is_no_light(answers: Answers) -> None:
    answer = answers["optics_cli", "flood"]

    assert (answer.outcome, answer.reason) == (Outcome.GARBLED, "too_large")
    assert set(answer.values) == {None}


def test_a_router_that_talks_nonsense_says_nothing_about_the_path(answers: Answers) -> None:
    answer = answers["nqa_cli", "flood"]

    assert (answer.outcome, answer.reason) == (Outcome.SKIPPED, "too_large")


class Box:
    """An SSH wire to a box that answers each command with a text."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.texts = texts
        self.asked: list[tuple[str, ...]] = []

    async def converse(self, *given: object, **_: object) -> Said:
        commands = given[2]
        assert isinstance(commands, tuple)
        self.asked.append(commands)
        refusal = "% Invalid input detected at '^' marker.\n"
        texts = tuple(self.texts.get(command, refusal) for command in commands)
        return Said(Outcome.ANSWERED, "", texts)


def run(kind: str, one: Node, box: Box, memory: DeviceMemory) -> Answer:
    whole = inventory([one], {one.id: 22})
    probe = planned(kind, one, whole)
    assert probe is not None
    none: object = None
    wires = Wires(none, none, none, ssh=box)  # type: ignore[arg-type]
    answer: Answer = asyncio.run(COLLECTORS[kind].ask(probe, wires, memory))
    return answer


def test_a_box_without_the_short_table_is_asked_port_by_port_and_then_at_once() -> None:
    zte, memory = node("zte_zxros"), DeviceMemory()
    box = Box({
        f"show opticalinfo {port}": f"{port}\n Measured RX Input Power: -{place}.5 dBm\n"
        for place, port in enumerate(zte.ports, 3)
    })  # fmt: skip

    first, second = (run("optics_cli", zte, box, memory) for _ in range(2))

    assert first == second
    assert first.values[0::3] == (-3.5, -4.5)
    by_port = tuple(f"show opticalinfo {port}" for port in zte.ports)
    assert box.asked == [("show opticalinfo brief",), by_port, by_port]


def test_a_box_that_has_none_of_the_commands_refuses() -> None:
    answer = run("optics_cli", node("huawei_vrp"), Box({}), DeviceMemory())

    assert (answer.outcome, answer.reason) == (Outcome.REFUSED, "cli_refused")


def test_an_answer_of_another_shape_is_garbled_and_no_empty_table() -> None:
    box = Box({"display bgp peer": "BGP neighbours: many\n", "display ospf peer": "Peers: 3\n"})
    answer = run("routing_cli", node("huawei_vrp"), box, DeviceMemory())

    assert (answer.outcome, answer.reason) == (Outcome.GARBLED, "cli_unread")
    assert set(answer.values) == {None}


def test_one_table_of_two_is_better_than_none() -> None:
    box = Box({"display bgp peer": "", "display ospf peer": "Peers: 3\n"})
    answer = run("routing_cli", node("huawei_vrp"), box, DeviceMemory())

    assert (answer.outcome, answer.reason) == (Outcome.ANSWERED, "incomplete")
    assert answer.values == (None, None, None, None)


def test_a_neighbour_that_is_gone_from_the_table_is_down() -> None:
    memory = DeviceMemory()
    table = "Neighbor ID     Pri State        DeadTime  Address         Interface\n"
    rows = [f"2.2.2.{n}  1 FULL/--  00:00:39 10.0.0.{n}  gei_1/{n}\n" for n in (1, 2)]
    box = Box({"show ip bgp summary": "", "show ip ospf neighbor": table + "".join(rows)})
    assert run("routing_cli", node("zte_zxros"), box, memory).values[2:] == (2, 0)

    box.texts["show ip ospf neighbor"] = table + rows[0]
    assert run("routing_cli", node("zte_zxros"), box, memory).values[2:] == (2, 1)


def test_a_large_table_does_not_hold_others_up() -> None:
    """Templates take a tenth of a second for a chassis: other things go on meanwhile."""
    huawei = node("huawei_vrp", ports=600)
    block = (
        "{} transceiver information:\n" + " Vendor Name :X\n" * 20
        + " Current RX Power(dBM) :-5.00\n Current TX Power(dBM) :-4.00\n"
    )  # fmt: skip
    box = Box({"display transceiver verbose": "".join(map(block.format, huawei.ports))})
    probe = planned("optics_cli", huawei, inventory([huawei], {huawei.id: 22}))
    assert probe is not None
    none: object = None
    wires = Wires(none, none, none, ssh=box)  # type: ignore[arg-type]
    turns = 0

    async def count_turns() -> Answer:
        nonlocal turns
        asked = asyncio.ensure_future(optics_cli.ask(probe, wires, DeviceMemory()))
        began = time.monotonic()
        while not asked.done() and time.monotonic() - began < 30:
            await asyncio.sleep(0)
            turns += 1
        return await asked

    answer = asyncio.run(count_turns())

    assert answer.values[0::3] == (-5.0,) * 600
    assert turns > 10
