"""A port takes connections, and the server behind it says what it should."""

from __future__ import annotations

import asyncio

import pytest

from metrics.observation import Outcome
from tests.checks.asking import Checked, check
from tests.checks.serving import talking
from tests.servers import free_port


def met(said: bytes, *, pause: float = 0.0, more: bool = False, **options: object) -> Checked:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for at in range(0, len(said), 3):
            writer.write(said[at : at + 3])
            await writer.drain()
            await asyncio.sleep(pause)
        while more:
            writer.write(b"x" * 10_000)
            await writer.drain()
        await reader.read()

    async def run() -> Checked:
        async with talking(talk) as port:
            return await check("tcp", host="127.0.0.1", port=port, **options)

    return asyncio.run(run())


def test_a_port_that_takes_connections_is_a_success() -> None:
    found = met(b"")

    assert (found.outcome, found.reason, found["success"]) == (Outcome.ANSWERED, "", 1)
    assert found["tcp_connect_seconds"] is not None
    assert found["ip_protocol"] == 4


@pytest.mark.parametrize("pause", [0.0, 0.001])
def test_an_expected_banner_is_heard_in_any_pieces(pause: float) -> None:
    found = met("220 邮件系统 ESMTP\r\n".encode(), pause=pause, banner="邮件系统")

    assert found["success"] == 1


@pytest.mark.parametrize("more", [False, True], ids=["silent then", "endless"])
def test_a_banner_that_does_not_come_is_named(*, more: bool) -> None:
    found = met(b"421 busy\r\n", more=more, banner="220 ", timeout=0.3)

    assert (found.outcome, found.reason, found["success"]) == (
        Outcome.ANSWERED, "banner_missing", 0,
    )  # fmt: skip


def test_a_port_that_nobody_listens_on_refuses() -> None:
    found = asyncio.run(check("tcp", host="127.0.0.1", port=free_port()))

    assert (found.outcome, found.reason, found["success"]) == (Outcome.REFUSED, "refused", 0)
    assert found["tcp_connect_seconds"] is None


@pytest.mark.ipv6
def test_ipv6_is_spoken_too() -> None:
    found = asyncio.run(check("tcp", host="::1", port=free_port(host="::1")))

    assert (found.outcome, found["ip_protocol"]) == (Outcome.REFUSED, 6)
