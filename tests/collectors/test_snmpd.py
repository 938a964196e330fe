"""Both SNMP engines against the real net-snmp agent."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from collectors._contract import SnmpReply
from collectors._memory import DeviceMemory
from collectors.wires.snmp import open_snmp
from inventory.model import Credential, Endpoint, Secret
from metrics.observation import Outcome
from tests.servers import free_port, has_ipv6, run_program, wait_for

pytestmark = pytest.mark.server("snmpd")

UPTIME = "1.3.6.1.2.1.1.3.0"
DESCRIPTION = "1.3.6.1.2.1.1.1.0"
OIDS = (UPTIME, DESCRIPTION, "1.3.6.1.2.1.31.1.1.1.6.1", "1.3.6.1.2.1.1.99.0")
AUTH, PRIV = "authentication-secret", "privacy-secret"
PLAIN = Credential("plain", "2c", Secret("hush"))
OLD = Credential("old", "1", Secret("hush"))
USERS = [("SHA1", "AES128"), ("SHA256", "AES128"), ("SHA256", "AES256"), ("SHA512", "AES256"),
         ("SHA1", "AES256"), ("SHA1", "AES256C"), ("SHA224", "AES192"), ("SHA256", None),
         (None, None)]  # fmt: skip
NET_SNMP = {"SHA1": "SHA", "AES128": "AES", "AES192": "AES-192", "AES256": "AES-256",
            "AES256C": "AES-256-C"}  # fmt: skip


def v3(auth: str | None, priv: str | None) -> Credential:
    name = f"user{auth}{priv}"
    return Credential(
        name, "3", user=name,
        auth=auth, auth_key=Secret(AUTH), priv=priv, priv_key=Secret(PRIV),
    )  # fmt: skip


def _user_lines(auth: str | None, priv: str | None) -> str:
    words = ["createUser", f"user{auth}{priv}"]
    level = "noauth"
    if auth:
        words += [NET_SNMP.get(auth, auth.replace("SHA", "SHA-")), f'"{AUTH}"']
        level = "auth"
    if priv:
        words += [NET_SNMP[priv], f'"{PRIV}"']
        level = "priv"
    return f"{' '.join(words)}\nrouser user{auth}{priv} {level}\n"


@dataclass
class Snmpd:
    four: Endpoint
    six: Endpoint


@pytest.fixture(scope="module")
def snmpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snmpd]:
    folder: Path = tmp_path_factory.mktemp("snmpd")
    port = free_port()
    config = folder / "snmpd.conf"
    config.write_text(
        f"agentaddress udp:127.0.0.1:{port}{f',udp6:[::1]:{port}' if has_ipv6() else ''}\n"
        "rocommunity hush\n"
        + "rocommunity6 hush\n" * has_ipv6()
        + "".join(_user_lines(*pair) for pair in USERS)
    )
    environment = {**os.environ, "MIBS": "", "SNMP_PERSISTENT_DIR": str(folder / "state")}
    command = ["snmpd", "-f", "-Lo", "-C", "-c", str(config)]
    with run_program(command, folder / "log", env=environment):
        found = Snmpd(Endpoint("127.0.0.1", port), Endpoint("::1", port))
        wait_for(lambda: ask("pysnmp", found.four, PLAIN).values, what="an answer of snmpd")
        yield found


@pytest.fixture(params=["gufo", "pysnmp"])
def engine(request: pytest.FixtureRequest) -> str:
    if request.param == "gufo":
        pytest.importorskip("gufo.snmp")
    return str(request.param)


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(work, 60))


def ask(
    engine: str,
    endpoint: Endpoint,
    credential: Credential,
    memory: DeviceMemory | None = None,
    *,
    runs: int = 1,
    timeout: float = 2.0,
) -> SnmpReply:
    async def work() -> SnmpReply:
        wire = open_snmp(engine)
        memory_ = memory or DeviceMemory()
        try:
            for _ in range(runs):
                reply = await wire.get(
                    endpoint, credential, OIDS, memory_, timeout=timeout, retries=0
                )
            return reply
        finally:
            await wire.close()

    reply = run(work())
    assert isinstance(reply, SnmpReply)
    return reply


def test_v2c_is_answered(engine: str, snmpd: Snmpd) -> None:
    reply = ask(engine, snmpd.four, PLAIN)
    assert reply.outcome is Outcome.ANSWERED
    assert set(reply.values) == set(OIDS[:3])
    assert isinstance(reply.values[UPTIME], int)


def test_v1_is_answered_but_for_64_bit_counters(engine: str, snmpd: Snmpd) -> None:
    reply = ask(engine, snmpd.four, OLD)
    assert (reply.outcome, reply.reason) == (Outcome.ANSWERED, "")
    assert set(reply.values) == set(OIDS[:2])


@pytest.mark.ipv6
def test_ipv6_is_answered(engine: str, snmpd: Snmpd) -> None:
    assert ask(engine, snmpd.six, PLAIN).outcome is Outcome.ANSWERED


@pytest.mark.parametrize(("auth", "priv"), USERS)
def test_v3_is_answered(engine: str, snmpd: Snmpd, auth: str | None, priv: str | None) -> None:
    reply = ask(engine, snmpd.four, v3(auth, priv), runs=2)
    assert (reply.outcome, reply.reason) == (Outcome.ANSWERED, "")
    assert set(reply.values) == set(OIDS[:3])


@pytest.mark.ipv6
def test_v3_over_ipv6_is_answered(engine: str, snmpd: Snmpd) -> None:
    assert ask(engine, snmpd.six, v3("SHA1", "AES128")).outcome is Outcome.ANSWERED


def test_a_wrong_community_is_silence(engine: str, snmpd: Snmpd) -> None:
    wrong = replace(PLAIN, community=Secret("wrong"))
    assert ask(engine, snmpd.four, wrong, timeout=0.3).outcome is Outcome.SILENT


@pytest.mark.parametrize(
    ("change", "reason"), [("auth_key", "auth"), ("priv_key", "v3_silent"), ("user", "auth")]
)
def test_a_wrong_v3_secret_is_refused(engine: str, snmpd: Snmpd, change: str, reason: str) -> None:
    value = "nobody" if change == "user" else Secret("a wrong secret")
    wrong = replace(v3("SHA1", "AES128"), **{change: value})  # type: ignore[arg-type]  # as named
    timeout = 0.5 if reason == "v3_silent" else 2.0
    for runs in (1, 2):
        reply = ask(engine, snmpd.four, wrong, runs=runs, timeout=timeout)
        assert (reply.outcome, reply.reason) == (Outcome.REFUSED, reason)


def test_a_user_without_privacy_is_refused_where_it_is_asked_for(engine: str, snmpd: Snmpd) -> None:
    downgraded = replace(v3("SHA1", "AES128"), priv=None)
    assert ask(engine, snmpd.four, downgraded).outcome is Outcome.REFUSED


def test_a_walk_names_the_loopback_interface(engine: str, snmpd: Snmpd) -> None:
    async def work() -> SnmpReply:
        wire = open_snmp(engine)
        try:
            return await wire.walk(
                snmpd.four, v3("SHA1", "AES128"), "1.3.6.1.2.1.31.1.1.1.1", DeviceMemory(),
                timeout=1, retries=0,
            )  # fmt: skip
        finally:
            await wire.close()

    reply = run(work())
    assert b"lo" in reply.values.values()


@pytest.mark.parametrize("credential", [OLD, PLAIN, v3("SHA256", "AES256")], ids=["1", "2c", "3"])
def test_a_table_reads_right_by_every_version(
    engine: str, snmpd: Snmpd, credential: Credential
) -> None:
    """IF-MIB ifIndex, ifDescr, ifType, and a column that is not there."""
    entry = "1.3.6.1.2.1.2.2.1"

    async def work() -> SnmpReply:
        wire = open_snmp(engine)
        try:
            return await wire.table(
                snmpd.four, credential,
                (f"{entry}.1", f"{entry}.2", f"{entry}.3", f"{entry}.99"), DeviceMemory(),
                timeout=1, retries=0,
            )  # fmt: skip
        finally:
            await wire.close()

    reply = run(work())
    assert (reply.outcome, reply.reason) == (Outcome.ANSWERED, "")
    indexes = {index for index, _ in socket.if_nameindex()}
    columns = [
        {o.removeprefix(f"{entry}.{c}.") for o in reply.values if o.startswith(f"{entry}.{c}.")}
        for c in (1, 2, 3)
    ]
    assert columns[0] == columns[1] == columns[2]
    assert {reply.values[f"{entry}.1.{index}"] for index in columns[0]} <= indexes
    assert reply.values[f"{entry}.2.1"] == b"lo"
    assert reply.values[f"{entry}.3.1"] == 24  # softwareLoopback
    assert len(reply.values) == 3 * len(columns[0])


def test_both_engines_hear_the_same(snmpd: Snmpd) -> None:
    pytest.importorskip("gufo.snmp")

    async def walk(engine: str) -> dict[str, object]:
        wire = open_snmp(engine)
        try:
            reply = await wire.walk(
                snmpd.four, PLAIN, "1.3.6.1.2.1.1", DeviceMemory(), timeout=1, retries=0
            )
            return dict(reply.values)
        finally:
            await wire.close()

    gufo, pysnmp = run(walk("gufo")), run(walk("pysnmp"))
    steady = {oid for oid in gufo if isinstance(gufo[oid], bytes | str)}
    assert len(steady) > 5
    assert {oid: gufo[oid] for oid in steady} == {oid: pysnmp[oid] for oid in steady}
    assert gufo.keys() == pysnmp.keys()


@pytest.mark.ipv6
def test_v3_keeps_its_session_before_v2c(engine: str, snmpd: Snmpd) -> None:
    async def work() -> list[int]:
        wire = open_snmp(engine, sessions=1)
        secured = v3("SHA1", "AES128")
        memories = {PLAIN: DeviceMemory(), secured: DeviceMemory()}
        opened = []
        for credential, endpoint in [
            (PLAIN, snmpd.four),
            (PLAIN, snmpd.four),
            (secured, snmpd.six),
            (secured, snmpd.six),
            (PLAIN, snmpd.four),
            (secured, snmpd.six),
        ]:
            reply = await wire.get(
                endpoint, credential, OIDS, memories[credential], timeout=2.0, retries=0
            )
            assert reply.outcome is Outcome.ANSWERED
            opened.append(wire.stats()["opened"])
        await wire.close()
        return opened

    assert run(work()) == [1, 1, 2, 2, 3, 3]


def test_a_restarted_agent_is_heard_again(engine: str, tmp_path: Path) -> None:
    """Engine boots and time have moved; one resynchronisation is enough."""
    port = free_port()
    (tmp_path / "snmpd.conf").write_text(
        f"agentaddress udp:127.0.0.1:{port}\n" + _user_lines("SHA1", "AES128")
    )
    environment = {
        **os.environ,
        "MIBS": "",
        "SNMPCONFPATH": f"{tmp_path}:{tmp_path}/state",
        "SNMP_PERSISTENT_DIR": str(tmp_path / "state"),
    }
    endpoint, credential = Endpoint("127.0.0.1", port), v3("SHA1", "AES128")

    async def work() -> None:
        wire = open_snmp(engine)
        memory = DeviceMemory()
        try:
            for _ in range(2):
                with run_program(["snmpd", "-f", "-Lo"], tmp_path / "log", env=environment):
                    reply = None
                    while reply is None or reply.outcome is not Outcome.ANSWERED:
                        await asyncio.sleep(0.05)
                        reply = await wire.get(
                            endpoint, credential, OIDS, memory, timeout=0.3, retries=0
                        )
        finally:
            await wire.close()

    run(work())
    states = (tmp_path / "state/snmpd.conf").read_text().splitlines()
    assert "engineBoots 2" in states
