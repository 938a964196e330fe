"""An operator begins a check over HTTP; who sees its nodes sees what came of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import pytest

from collectors.wires.echo import open_echo
from inventory.model import Inventory, ProbeSpec, Service
from runtime.services.rehearsal import RehearsalDoor
from tests.api.province import Province, make_inventory
from tests.api.running import Answer, Running, running
from tests.paths.nodes import node, options_of
from tests.servers import wait_for
from texts.say import say

PATH = "/api/v1/paths/rehearsals"
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Served:
    """A running api with a node in each of two cities, one of which says nothing."""

    api: Running

    def begin(self, token: str, **wanted: object) -> Answer:
        body = json.dumps({"minutes": 1 / 60, **wanted}).encode()
        return self.api.ask(PATH, token, method="POST", headers=JSON, body=body)

    def latest(self, token: str, query: str = "") -> list[Any]:
        answer = self.api.ask(PATH + query, token)
        assert answer.status == 200
        items: list[Any] = answer.json["items"]
        return items

    def wait(self, token: str) -> Any:
        return wait_for(self._over(token), what="the check is over")

    def _over(self, token: str) -> Callable[[], Any]:
        def newest() -> Any:
            first = self.latest(token)[0]
            return None if first["ended"] is None else first

        return newest


def on_loop(api: Running, work: Coroutine[Any, Any, None]) -> None:
    asyncio.run_coroutine_threadsafe(work, api.loop).result(10)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with ExitStack() as stack:
        good, dead = stack.enter_context(node()), stack.enter_context(node(lambda _: None))
        services = {
            name: Service(
                name, name, "video", site, group="meetings",
                probes=(ProbeSpec("path", 60.0, options=options_of(at)),),
            )
            for name, site, at in (("node-0", "c0", good), ("node-1", "c1", dead))
        }  # fmt: skip
        inventory: Inventory = replace(make_inventory(), services=services)
        udp, door = open_echo("udp"), RehearsalDoor(lambda: 1_800_000_000)
        door.connect(open_echo("icmp"), udp)
        door.load(inventory)
        api = stack.enter_context(running(Province(inventory), more={"rehearsals": door}))
        on_loop(api, udp.start())
        stack.callback(lambda: on_loop(api, udp.close()))
        stack.callback(lambda: on_loop(api, door.stop()))
        yield Served(api)


def test_a_check_is_begun_and_tells_go_and_no_go(served: Served) -> None:
    token = served.api.token("operator")
    served.api.crowd.trail.clear()
    begun = served.begin(token, group="meetings")
    assert begun.status == 202
    assert begun.json["rehearsal"]["lasts"] >= 1
    assert [one[1:3] for one in served.api.crowd.trail] == [("rehearse", "2 nodes")]
    told = served.wait(token)
    go = {one["service"]: (one["go"], one["rating"]) for one in told["nodes"]}
    assert go == {"node-0": (True, "A"), "node-1": (False, "D")}
    assert told["nodes"][1]["texts"] == [say("wire.reason.path_silent", "zh")]


def test_while_one_runs_there_is_no_other(served: Served) -> None:
    token = served.api.token("operator")
    assert served.begin(token, services=["node-0"]).status == 202
    answer = served.begin(token, services=["node-0"])
    assert (answer.status, answer.json["code"]) == (409, "rehearsal_running")
    served.wait(token)


@pytest.mark.parametrize("role", ["viewer", "auditor"])
def test_who_may_only_look_begins_nothing(served: Served, role: Any) -> None:
    assert served.begin(served.api.token(role), group="meetings").status == 403


def test_a_person_with_a_scope_checks_and_sees_the_nodes_within(served: Served) -> None:
    whole, part = served.api.token("operator"), served.api.token("operator", sites=("c1",))
    assert served.begin(part, services=["node-0"]).status == 404
    assert served.begin(part, group="meetings").status == 202
    told = served.wait(part)
    assert [one["service"] for one in told["nodes"]] == ["node-1"]
    assert served.begin(whole, services=["node-0"]).status == 202
    served.wait(whole)
    newest = served.latest(whole)[0]["id"]
    assert [one["id"] for one in served.latest(whole, f"?rehearsal={newest}")] == [newest]
    assert newest not in {one["id"] for one in served.latest(part)}


@pytest.mark.parametrize(
    ("wanted", "status", "code"),
    [
        ({"services": ["nobody"]}, 404, "unknown_node"),
        ({"group": "none"}, 404, "no_nodes"),
        ({}, 404, "no_nodes"),
        ({"group": "meetings", "minutes": 60}, 422, "bad_parameter"),
        ({"group": "meetings", "minute": 1}, 422, "bad_parameter"),
        ({"services": "node-0"}, 422, "bad_parameter"),
    ],
)
def test_words_without_sense_are_refused(
    served: Served, wanted: dict[str, object], status: int, code: str
) -> None:
    answer = served.begin(served.api.token("operator"), **wanted)
    assert (answer.status, answer.json["code"]) == (status, code)
