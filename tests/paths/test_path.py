"""A node is asked by a stream of marked echoes over real sockets, and rated."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import ValidationError

from collectors import path
from collectors._contract import Answer, Wires
from collectors._memory import DeviceMemory
from collectors.wires.echo import open_echo
from collectors.wires.snmp import open_snmp
from inventory.model import Endpoint, Inventory, ProbeSpec, link_target, service_target
from metrics.observation import Outcome, Probe, Value
from tests.paths.nodes import Fate, node, options_of, with_service
from tests.paths.test_marked_echoes import EF, noting_server
from tests.servers import free_port

NODE = service_target("node-1")


def planned(inventory: Inventory) -> Probe:
    probe = path.plan(inventory.services["node-1"].probes[0], NODE, inventory)
    assert probe is not None
    return probe


def ask(where: Endpoint, **options: object) -> tuple[Answer, dict[str, Value]]:
    spec = ProbeSpec("path", 60.0, options=options_of(where, **options))
    probe = planned(with_service(spec))

    async def work() -> Answer:
        udp = open_echo("udp")
        await udp.start()
        try:
            wires = Wires(open_snmp(), open_echo("icmp"), udp)
            return await path.ask(probe, wires, DeviceMemory())
        finally:
            await udp.close()

    answer = asyncio.run(work())
    names = [series.metric.name for series in probe.series]
    return answer, dict(zip(names, answer.values, strict=False))


def asked(fate: Fate, **options: object) -> tuple[Answer, dict[str, Value]]:
    with node(fate) as where:
        return ask(where, **options)


def test_a_good_path_is_rated_a() -> None:
    answer, heard = asked(lambda _: 0.0)
    assert (answer.outcome, answer.reason) == (Outcome.ANSWERED, "")
    assert heard["probe_success"] == 1
    assert (heard["extranet_path_sent"], heard["extranet_path_lost"]) == (20, 0)
    assert heard["extranet_path_rating"] == 4
    assert heard["extranet_path_mos"] == pytest.approx(4.41, abs=0.01)


def test_a_stream_takes_as_long_as_a_stream_does() -> None:
    _, heard = asked(lambda _: 0.0)
    took = heard["probe_duration_seconds"]
    assert took is not None
    assert took > 18 * 0.005  # of 19 gaps; a loop's timer may fire a little early


def test_lost_echoes_are_named_as_what_is_wrong() -> None:
    answer, heard = asked(lambda number: None if number % 4 == 0 else 0.0)
    assert (answer.outcome, answer.reason) == (Outcome.ANSWERED, "path_loss")
    assert heard["extranet_path_loss_ratio"] == 0.25
    assert (heard["extranet_path_rating"], heard["probe_success"]) == (1, 0)


def test_jitter_is_named_as_what_is_wrong() -> None:
    answer, heard = asked(lambda number: 0.05 * (number % 2))
    assert answer.reason == "path_jitter"
    jitter = heard["extranet_path_jitter_seconds"]
    assert jitter is not None
    assert 0.04 < jitter < 0.07


def test_above_a_limit_a_node_still_serves_until_its_least_rating_is_missed() -> None:
    mild: Fate = lambda number: None if number == 3 else 0.0  # noqa: E731 - a name for the reader
    answer, heard = asked(mild, loss=3)
    assert (answer.reason, heard["extranet_path_rating"]) == ("path_loss", 2)
    assert heard["probe_success"] == 1
    _, stricter = asked(mild, loss=3, least="B")
    assert stricter["probe_success"] == 0


def test_a_node_that_says_nothing_is_silent_and_all_is_lost() -> None:
    answer, heard = asked(lambda _: None)
    assert (answer.outcome, answer.reason) == (Outcome.SILENT, "path_silent")
    assert (heard["probe_success"], heard["extranet_path_loss_ratio"]) == (0, 1.0)
    assert heard["extranet_path_delay_seconds"] is None
    assert heard["extranet_path_mos"] is None


def test_a_node_without_echo_service_refuses() -> None:
    answer, _ = ask(Endpoint("127.0.0.1", free_port()))
    assert (answer.outcome, answer.reason) == (Outcome.REFUSED, "unreachable")
    assert (answer.values[0], set(answer.values[2:])) == (0, {None})


def test_where_nothing_can_be_sent_nothing_is_said_of_the_path() -> None:
    answer, _ = ask(Endpoint("2001:db8::1", 7), wire="icmp")  # the icmp wire is not open here
    assert (answer.outcome, answer.reason) == (Outcome.SKIPPED, "not_open")


def test_the_stream_is_marked_ef_and_as_large_as_sound() -> None:
    with noting_server("127.0.0.1") as (port, seen):
        ask(Endpoint("127.0.0.1", port), count=10)
    assert set(seen) == {(EF << 2, 200)}


def test_a_node_may_be_named_by_its_device_or_by_the_link_to_it() -> None:
    far, box = Endpoint("10.1.1.1", 7), Endpoint("10.2.2.2", 1161)
    for options, expected in (
        ({"link": "xg-xs"}, far),
        ({"device": "xg-r1"}, Endpoint("10.2.2.2")),
        ({"address": "10.3.3.3", "link": "xg-xs"}, Endpoint("10.3.3.3")),
    ):
        inventory = with_service(ProbeSpec("path", 60.0, options=options), far=far, snmp=box)
        question = planned(inventory).question
        assert isinstance(question, path.Question)
        assert question.endpoint == expected


@pytest.mark.parametrize("options", [{"device": "xs-r1"}, {"device": "nobody"}, {"link": "x"}])
def test_a_node_without_address_is_not_asked(options: dict[str, object]) -> None:
    inventory = with_service(ProbeSpec("path", 60.0, options=options))
    assert path.plan(inventory.services["node-1"].probes[0], NODE, inventory) is None


def test_a_link_is_no_node() -> None:
    spec = ProbeSpec("path", 60.0, options={"address": "10.3.3.3"})
    assert path.plan(spec, link_target("xg-xs"), with_service(spec)) is None


def test_the_deadline_leaves_time_for_the_whole_stream() -> None:
    spec = ProbeSpec("path", 60.0, options={"address": "10.3.3.3", "count": 1000})
    assert planned(with_service(spec)).deadline == pytest.approx(1000 * 0.02 + 2 + 3)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"address": "10.3.3.3", "class": "film"},
        {"address": "10.3.3.3", "dscp": 64},
        {"address": "10.3.3.3", "gap": "1ms"},
        {"address": "10.3.3.3", "gap": "2s"},
        {"address": "10.3.3.3", "timeout": 0},
    ],
)
def test_a_question_without_sense_is_refused_by_the_check(options: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        path.Options.model_validate(options)
