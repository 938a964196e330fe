"""Before a meeting nodes are listened to, in turn and within bounds; go or no-go is said."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.ports_reports import NodeHeard, Rehearsal
from collectors._contract import EchoReply
from collectors.wires.echo import open_echo
from inventory.model import Endpoint, Inventory, ProbeSpec, Service
from runtime.commands import rehearse
from runtime.services.rehearsal import (
    ECHOES_PER_SECOND,
    Node,
    RehearsalDoor,
    heard,
    lasts,
    nodes_of,
    unchecked,
    waves_of,
)
from tests.collectors.network import network
from tests.paths.nodes import node, options_of
from texts.say import say


def meeting(where: Mapping[str, Endpoint], **options: object) -> Inventory:
    """Return a group of nodes, and a website that is none."""
    nodes = {
        name: Service(
            name, f"会场 {name}", "video", "xs", group="meetings",
            probes=(ProbeSpec("path", 60.0, options=options_of(at, **options)),),
        )
        for name, at in where.items()
    }  # fmt: skip
    site = Service("portal", "Portal", "website", "xs", group="meetings")
    return replace(network(), services={**nodes, "portal": site})


@pytest.fixture(scope="module")
def nodes() -> Iterator[Mapping[str, Endpoint]]:
    """One that is good, one that loses much, one that says nothing."""
    with ExitStack() as stack:
        good = stack.enter_context(node())
        bad = stack.enter_context(node(lambda n: None if n % 3 == 0 else 0.0))
        dead = stack.enter_context(node(lambda _: None))
        yield {"good": good, "bad": bad, "dead": dead}


def test_nodes_are_named_one_by_one_or_by_their_group(nodes: Mapping[str, Endpoint]) -> None:
    inventory = meeting(nodes)
    assert [one.service for one in nodes_of(inventory, ["dead", "good", "portal", "x"])] == [
        "good",
        "dead",
    ]
    assert [one.service for one in nodes_of(inventory, [], "meetings")] == ["good", "bad", "dead"]
    assert nodes_of(inventory, []) == []


def listened(inventory: Inventory, services: Sequence[str], seconds: int) -> Rehearsal:
    async def work() -> Rehearsal:
        icmp, udp = open_echo("icmp"), open_echo("udp")
        await udp.start()
        door = RehearsalDoor(lambda: 1_800_000_000)
        door.connect(icmp, udp)
        door.load(inventory)
        begun = door.begin(services, seconds, "zhang")
        assert begun is not None
        assert door.begin(services, seconds, "li") is None
        while door.latest()[0].ended is None:
            await asyncio.sleep(0.02)
        await udp.close()
        return door.latest()[0]

    return asyncio.run(asyncio.wait_for(work(), 60))


def test_go_and_no_go_are_said_with_what_is_wrong(nodes: Mapping[str, Endpoint]) -> None:
    told = listened(meeting(nodes), ["good", "bad", "dead"], 1)
    good, bad, dead = told.nodes
    assert (good.go, good.rating, tuple(good.reasons), good.sent) == (True, "A", (), 200)
    assert (bad.go, bad.rating, bad.reasons[0]) == (False, "D", "path_loss")
    assert (dead.go, dead.rating, tuple(dead.reasons)) == (False, "D", ("path_silent",))
    assert dead.loss_ratio == 1.0
    assert {one.done for one in told.nodes} == {1.0}
    assert (told.person, told.seconds) == ("zhang", 1)


def test_a_node_of_the_group_without_a_path_check_is_told_as_unknown(
    nodes: Mapping[str, Endpoint],
) -> None:
    inventory = meeting(nodes)
    services = {"good": inventory.services["good"]} | {
        "far": replace(inventory.services["dead"], id="far", probes=()),
        "portal": inventory.services["portal"],
    }
    door = RehearsalDoor(lambda: 0)
    door.load(replace(inventory, services=services))
    assert set(door.nodes([], "meetings")) == {"good", "far"}
    (one,) = unchecked(replace(inventory, services=services), [], "meetings")
    assert (one.service, one.go, one.done) == ("far", None, 1.0)


def test_of_a_node_that_could_not_be_asked_nobody_knows(nodes: Mapping[str, Endpoint]) -> None:
    told = listened(meeting({"v6": Endpoint("2001:db8::1", 7)}, wire="icmp"), ["v6"], 1)
    (one,) = told.nodes
    assert (one.go, tuple(one.reasons)) == (None, ("not_open",))


def test_a_node_without_echo_service_is_no_go() -> None:
    found = heard(_node("x", 0.02), EchoReply((), refused=5))
    assert (found.go, tuple(found.reasons)) == (False, ("unreachable",))


def _node(name: str, gap: float) -> Node:
    (found,) = nodes_of(meeting({name: Endpoint("10.0.0.1", 7)}), [name])
    return replace(found, question=replace(found.question, gap=gap))


@given(st.lists(st.sampled_from([0.005, 0.01, 0.02, 0.1, 1.0]), max_size=60))
def test_nodes_take_turns_so_that_never_too_many_echoes_leave(gaps: list[float]) -> None:
    nodes = [Node(str(n), "", replace(QUESTION, gap=gap)) for n, gap in enumerate(gaps)]
    waves = waves_of(nodes)
    assert [one for wave in waves for one in wave] == nodes
    for wave in waves:
        assert sum(one.echoes_per_second for one in wave) <= ECHOES_PER_SECOND + 1e-6


QUESTION = _node("one", 0.02).question


def test_how_long_a_check_takes_is_told_before() -> None:
    nodes = [Node(str(n), "", replace(QUESTION, gap=0.02, timeout=2.0)) for n in range(100)]
    assert len(waves_of(nodes)) == 3  # 40 at a time
    assert lasts(nodes, 60) == 3 * 62


def test_the_last_checks_are_remembered_and_no_more(nodes: Mapping[str, Endpoint]) -> None:
    async def work() -> int:
        door = RehearsalDoor(lambda: 0)
        door.load(meeting({}))
        for _ in range(25):
            assert door.begin([], 1, "x") is not None
            while door.latest()[0].ended is None:
                await asyncio.sleep(0)
            await asyncio.sleep(0)
        return len(door.latest())

    assert asyncio.run(work()) == 20


def test_the_table_stands_in_columns_in_chinese_too() -> None:
    found = [
        NodeHeard("a", "省会场", 1.0, 100, 0, 0.0, 0.01, 0.005, 0.001, 0.001, 4.4, "A", go=True),
        NodeHeard("b", "xiaogan", 1.0, 100, 2, 0.02, 0.3, 0.15, 0.04, 0.03, 3.9, "C", go=True,
                  reasons=("path_loss", "path_jitter")),
        NodeHeard("c", "", 1.0, reasons=("not_open",)),
    ]  # fmt: skip
    for language in ("en", "zh"):
        lines = rehearse.table(found, language)
        places = {rehearse._width(line[: line.index(mark)]) for line, mark in zip(
            lines[1:3], ("0.00 %", "2.00 %"), strict=True
        )}  # fmt: skip
        assert len(places) == 1
        assert say("wire.reason.path_loss", language) in lines[2]
        assert say("rehearse.unknown", language) in lines[3]


INVENTORY = """
schema: 1
revision: "1"
sites:
  hb: {{title: Province, level: province}}
service_groups:
  meetings: {{title: 视频会议}}
services:
{services}
"""
SERVICE = """
  {name}:
    title: 会场 {name}
    kind: video
    site: hb
    group: meetings
    probes:
    - {{kind: path, address: "{address}", wire: udp, count: 20, gap: 5ms, timeout: 0.2}}
"""


def run(
    folder: Path, nodes: Mapping[str, Endpoint], *names: str, group: str = "", more: str = ""
) -> int:
    services = "".join(
        SERVICE.format(name=name, address=address) for name, address in nodes.items()
    )
    written = INVENTORY.format(services=services + more)
    (folder / "inventory.yaml").write_text(written, encoding="utf-8")
    options = argparse.Namespace(
        inventory=folder / "inventory.yaml", config=None, service=list(names), group=group,
        minutes=1 / 60,
    )  # fmt: skip
    return rehearse.run(options, {}, "en")


def test_the_command_says_who_of_the_group_was_not_checked(
    tmp_path: Path, nodes: Mapping[str, Endpoint], capsys: pytest.CaptureFixture[str]
) -> None:
    more = "  far: {title: 会场 far, kind: video, site: hb, group: meetings, needs: [site:hb]}\n"
    assert run(tmp_path, {"good": nodes["good"]}, group="meetings", more=more) == 2
    assert say("wire.reason.no_path_check", "en") in capsys.readouterr().out


def test_the_command_prints_a_table_and_fails_where_a_node_cannot_take_part(
    tmp_path: Path, nodes: Mapping[str, Endpoint], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, nodes, "good") == 0
    assert run(tmp_path, nodes, group="meetings") == 2
    said = capsys.readouterr().out
    assert "1 of 3 nodes can take part." in said
    assert "会场 dead (dead)" in said
    assert "NO GO" in said


@pytest.mark.parametrize(
    ("names", "group", "why"),
    [
        (["god"], "", "did you mean good?"),
        ([], "nothing", 'no service group "nothing"'),
        ([], "", "Nobody to ask"),
    ],
)
def test_the_command_says_what_is_wrong_with_its_words(
    tmp_path: Path,
    nodes: Mapping[str, Endpoint],
    capsys: pytest.CaptureFixture[str],
    names: list[str],
    group: str,
    why: str,
) -> None:
    assert run(tmp_path, nodes, *names, group=group) == 1
    assert why in capsys.readouterr().err
