"""The wires behave on uvloop as on asyncio: libuv stops watching a socket with an error."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from collectors._memory import DeviceMemory
from collectors.wires.echo import open_echo
from collectors.wires.snmp import open_snmp
from inventory.model import Credential, Endpoint, Secret
from metrics.observation import Outcome
from tests.collectors.agent import TICKS, Agent, serving
from tests.collectors.echoing import echo_server
from tests.servers import free_port

uvloop = pytest.importorskip("uvloop")

UPTIME = "1.3.6.1.2.1.1.3.0"


def run(work: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(asyncio.wait_for(work, 60))


@pytest.mark.parametrize("engine", ["gufo", "pysnmp"])
def test_snmp_goes_on_after_a_closed_port(engine: str) -> None:
    if engine == "gufo":
        pytest.importorskip("gufo.snmp")

    async def work() -> None:
        wire = open_snmp(engine)
        agent = Agent()
        agent.set(UPTIME, TICKS, 7)
        closed = free_port()
        async with serving(agent):
            for port, outcome in [
                (agent.port, Outcome.ANSWERED),
                (closed, Outcome.REFUSED),
                (closed, Outcome.REFUSED),
                (agent.port, Outcome.ANSWERED),
            ]:
                reply = await wire.get(
                    Endpoint("127.0.0.1", port),
                    Credential("c", "2c", Secret("public")),
                    (UPTIME,),
                    DeviceMemory(),
                    timeout=2.0,
                    retries=0,
                )
                assert reply.outcome is outcome
        await wire.close()

    run(work())


def test_a_kept_session_comes_back_when_its_agent_does() -> None:
    pytest.importorskip("gufo.snmp")

    async def work() -> None:
        wire = open_snmp("gufo")
        memory = DeviceMemory()
        agent = Agent()
        agent.set(UPTIME, TICKS, 7)

        async def outcome() -> Outcome:
            reply = await wire.get(
                Endpoint("127.0.0.1", port),
                Credential("c", "2c", Secret("public")),
                (UPTIME,),
                memory,
                timeout=2.0,
                retries=0,
            )
            return reply.outcome

        async with serving(agent):
            port = agent.port
            assert await outcome() is Outcome.ANSWERED
        assert await outcome() is Outcome.REFUSED
        async with serving(agent, port):
            assert await outcome() is Outcome.ANSWERED
        await wire.close()

    run(work())


def test_echo_goes_on_after_a_refusal() -> None:
    async def work() -> None:
        echo = open_echo("udp")
        await echo.start()
        closed = free_port()
        with echo_server() as port:
            for _ in range(3):
                refused = await echo.echo(
                    Endpoint("127.0.0.1", closed), count=2, gap=0.01, timeout=2.0
                )
                replied = await echo.echo(
                    Endpoint("127.0.0.1", port), count=2, gap=0.01, timeout=2.0
                )
                assert refused.refused == 2
                assert None not in replied.rtts
        await echo.close()

    run(work())
