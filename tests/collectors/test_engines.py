"""SNMPv3 heals itself: engines are remembered, mistrusted after silence, and told apart."""

from __future__ import annotations

import asyncio
import json
import os
import random
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pysnmp.smi.error import NoSuchInstanceError

from collectors._contract import SnmpReply
from collectors._engines import Engine, load, save
from collectors._memory import DeviceMemory
from collectors.wires._engine_book import EngineBook
from collectors.wires._pysnmp import PysnmpConversation, PysnmpEngine
from collectors.wires._snmp_engine import CLOSED
from collectors.wires._usm import Usm, read_usm
from collectors.wires.snmp import Snmp, open_snmp
from inventory.model import Credential, Endpoint, Secret
from metrics.observation import Outcome
from tests.servers import free_port, run_program

UPTIME = "1.3.6.1.2.1.1.3.0"
SECURED = Credential(
    "v3", "3", user="u",
    auth="SHA1", auth_key=Secret("authentication-secret"),
    priv="AES128", priv_key=Secret("privacy-secret"),
)  # fmt: skip
ENGINE_ID = bytes.fromhex("80001f8880ed8a723e8c86076b00000000")


@pytest.fixture(params=["gufo", "pysnmp"])
def engine(request: pytest.FixtureRequest) -> str:
    if request.param == "gufo":
        pytest.importorskip("gufo.snmp")
    return str(request.param)


def run(work: Coroutine[Any, Any, None], seconds: float = 60) -> None:
    asyncio.run(asyncio.wait_for(work, seconds))


@contextmanager
def snmpd(folder: Path, port: int, *, engine_id: str = "box", boots: int = 0) -> Iterator[None]:
    """Run a real agent; `boots` as its persistent file has them before the start."""
    state = folder / "state"
    state.mkdir(parents=True, exist_ok=True)
    (folder / "snmpd.conf").write_text(
        f"agentaddress udp:127.0.0.1:{port}\n"
        f"engineID {engine_id}\n"
        'createUser u SHA "authentication-secret" AES "privacy-secret"\nrouser u priv\n'
    )
    if boots:
        identity = b"\x80\x00\x1f\x88\x04" + engine_id.encode()  # net-snmp's, of a text
        (state / "snmpd.conf").write_text(f"engineBoots {boots}\noldEngineID 0x{identity.hex()}\n")
    environment = {
        **os.environ,
        "MIBS": "",
        "SNMPCONFPATH": f"{folder}:{state}",
        "SNMP_PERSISTENT_DIR": str(state),
    }
    with run_program(["snmpd", "-f", "-Lo"], folder / "log", env=environment):
        yield


async def get(
    wire: Snmp, port: int, memory: DeviceMemory, credential: Credential, timeout: float = 2.0
) -> SnmpReply:
    return await wire.get(
        Endpoint("127.0.0.1", port), credential, (UPTIME,), memory, timeout=timeout, retries=0
    )


async def heard(
    wire: Snmp, port: int, memory: DeviceMemory, credential: Credential = SECURED
) -> SnmpReply:
    """Ask until the agent that is being started answers."""
    while True:
        reply = await get(wire, port, memory, credential)
        if reply.outcome is Outcome.ANSWERED:
            return reply
        await asyncio.sleep(0.05)


@dataclass
class Tap:
    """Stands before an agent and counts what is asked."""

    port: int
    asked: list[bytes] = field(default_factory=list)
    loses: Callable[[bytes], bool] = lambda _: False
    """Which datagrams get lost, either way."""

    @property
    def discoveries(self) -> int:
        return sum(read_usm(datagram) is None for datagram in self.asked)


class _Front(asyncio.DatagramProtocol):
    """Passes on what comes, each to the other; errors are the asker's business."""

    def __init__(self, tap: Tap | None = None) -> None:
        self.tap = tap
        self.other: asyncio.DatagramTransport | None = None
        self.asker: Any = None

    def datagram_received(self, data: bytes, addr: Any) -> None:
        assert self.other is not None
        if self.tap is not None:
            self.tap.asked.append(data)
            self.asker = addr
            if not self.tap.loses(data):
                self.other.sendto(data)
        else:
            front: Any = self.other.get_protocol()
            if not front.tap.loses(data):
                self.other.sendto(data, front.asker)


@asynccontextmanager
async def tapped(agent: int) -> AsyncIterator[Tap]:
    loop = asyncio.get_running_loop()
    tap = Tap(0)
    front, one = await loop.create_datagram_endpoint(
        lambda: _Front(tap), local_addr=("127.0.0.1", 0)
    )
    back, two = await loop.create_datagram_endpoint(_Front, remote_addr=("127.0.0.1", agent))
    one.other, two.other = back, front
    tap.port = front.get_extra_info("sockname")[1]
    try:
        yield tap
    finally:
        front.close()
        back.close()
        await asyncio.sleep(0)


@pytest.mark.server("snmpd")
def test_a_remembered_engine_is_not_asked_for_its_id(engine: str, tmp_path: Path) -> None:
    """After a restart of the monitor: at most a report of the time, no discovery."""

    async def work() -> None:
        agent = free_port()
        with snmpd(tmp_path / "a", agent):
            async with tapped(agent) as tap:
                first = open_snmp(engine)
                await heard(first, tap.port, DeviceMemory())
                saved = first.engines(now=1_000)
                await first.close()
                assert tap.discoveries >= 1
                tap.asked.clear()
                second = open_snmp(engine)
                second.remember(saved, now=1_000)
                reply = await get(second, tap.port, DeviceMemory(), SECURED)
                assert reply.outcome is Outcome.ANSWERED
                assert tap.discoveries == 0
                assert len(tap.asked) == (2 if engine == "gufo" else 1)
                assert second.stats().get("resyncs", 0) == 0
                await second.close()

    run(work())


@pytest.mark.server("snmpd")
def test_boots_and_time_are_learnt(engine: str, tmp_path: Path) -> None:
    async def work() -> None:
        port = free_port()
        memory = DeviceMemory()
        wire = open_snmp(engine)
        with snmpd(tmp_path / "a", port, boots=41):
            await heard(wire, port, memory)
        await wire.close()
        assert memory.engine_boots == 42
        (known,) = wire.engines(now=1_000).values()
        assert (known.engine_id, known.boots) == (memory.engine_id, 42)
        assert known.learnt_at <= 1_000

    run(work())


@pytest.mark.server("snmpd")
@pytest.mark.parametrize("believed", [9_000, 2**31 - 1])
def test_another_notion_of_the_time_costs_exactly_one_report(
    engine: str, tmp_path: Path, believed: int
) -> None:
    async def work() -> None:
        port = free_port()
        with snmpd(tmp_path / "a", port):
            async with tapped(port) as tap:
                wire = open_snmp(engine)
                memory = DeviceMemory()
                await heard(wire, tap.port, memory)
                (address, known), *_ = wire.engines(now=1_000).items()
                await wire.close()
                tap.asked.clear()
                again = open_snmp(engine)
                again.remember({address: known._replace(time=believed)}, now=1_060)
                reply = await get(again, tap.port, DeviceMemory(), SECURED)
                assert reply.outcome is Outcome.ANSWERED
                assert len(tap.asked) == 2
                await again.close()

    run(work())


@pytest.mark.server("snmpd")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(("one", 7), ("two", 3), id="another engine id"),
        pytest.param(("one", 7), ("one", 2), id="boots gone backwards"),
    ],
)
def test_a_replaced_box_is_heard_in_the_first_run(
    engine: str, tmp_path: Path, before: tuple[str, int], after: tuple[str, int]
) -> None:
    async def work() -> None:
        port = free_port()
        wire, memory = open_snmp(engine), DeviceMemory()
        with snmpd(tmp_path / "a", port, engine_id=before[0], boots=before[1]):
            await heard(wire, port, memory)
        with snmpd(tmp_path / "b", port, engine_id=after[0], boots=after[1]):
            other = open_snmp(engine)
            await heard(other, port, DeviceMemory())
            await other.close()
            reply = await get(wire, port, memory, SECURED)
            assert reply.outcome is Outcome.ANSWERED
            assert memory.engine_boots == after[1] + 1
        wire.engine_changes()
        assert wire.stats()["engines_backwards"] == (before[0] == after[0])
        await wire.close()

    run(work())


@pytest.mark.server("snmpd")
def test_boxes_that_share_an_engine_id_are_named_and_both_heard(
    engine: str, tmp_path: Path
) -> None:
    async def work() -> None:
        ports = free_port(), free_port()
        wire, memories = open_snmp(engine), (DeviceMemory(), DeviceMemory())
        with (
            snmpd(tmp_path / "a", ports[0], engine_id="clone", boots=90),
            snmpd(tmp_path / "b", ports[1], engine_id="clone", boots=4),
        ):
            for port, memory in zip(ports, memories, strict=True):
                await heard(wire, port, memory)
            for _ in range(3):
                replies = await asyncio.gather(
                    *(get(wire, p, m, SECURED) for p, m in zip(ports, memories, strict=True))
                )
                assert [reply.outcome for reply in replies] == [Outcome.ANSWERED] * 2
        (addresses,) = wire.duplicates().values()
        assert addresses == tuple(sorted(f"127.0.0.1:{port}" for port in ports))
        assert wire.stats()["engines_shared"] == 2
        await wire.close()

    run(work())


@pytest.mark.server("snmpd")
def test_a_dead_v3_agent_is_silent_and_a_wrong_key_is_refused(engine: str, tmp_path: Path) -> None:
    wrong = Credential(
        "wrong", "3", user="u", auth="SHA1", auth_key=Secret("some other secret"),
        priv="AES128", priv_key=Secret("privacy-secret"),
    )  # fmt: skip

    async def work() -> None:
        port = free_port()
        wire, memory = open_snmp(engine), DeviceMemory()
        with snmpd(tmp_path / "a", port):
            await heard(wire, port, memory)
            reply = await get(wire, port, DeviceMemory(), wrong)
            assert (reply.outcome, reply.reason) == (Outcome.REFUSED, "auth")
            await get(wire, port, memory, SECURED)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
            deaf.bind(("127.0.0.1", port))
            for _ in range(2):
                reply = await get(wire, port, memory, SECURED, 0.4)
                assert (reply.outcome, reply.reason) == (Outcome.SILENT, "timeout")
        assert memory.silent_runs == 2
        await wire.close()

    run(work())


@pytest.mark.server("snmpd")
@pytest.mark.parametrize("gives_way", [False, True])
def test_a_run_out_of_turn_that_hears_nothing_costs_no_session_and_no_engine(
    engine: str, tmp_path: Path, *, gives_way: bool
) -> None:
    async def work() -> None:
        port = free_port()
        wire, memory = open_snmp(engine), DeviceMemory()
        with snmpd(tmp_path / "a", port):
            async with tapped(port) as tap:
                await heard(wire, tap.port, memory)
                before = wire.stats()["opened"]
                tap.loses = lambda _: True
                lent = asyncio.create_task(get(wire, tap.port, memory.lend(), SECURED, 0.4))
                if gives_way:
                    await asyncio.sleep(0)
                    lent.cancel()
                await asyncio.wait([lent])
                tap.loses = lambda _: False
                assert wire.engines(0)
                assert (await get(wire, tap.port, memory, SECURED)).outcome is Outcome.ANSWERED
                assert wire.stats()["opened"] == before
                assert memory.silent_runs == 0
        await wire.close()

    run(work())


@pytest.mark.server("snmpd")
def test_wrong_keys_are_no_resynchronisation(engine: str, tmp_path: Path) -> None:
    async def work() -> None:
        port = free_port()
        wire, memory = open_snmp(engine), DeviceMemory()
        wrong = replace(SECURED, auth_key=Secret("some other secret"))
        with snmpd(tmp_path / "a", port):
            await heard(wire, port, DeviceMemory())
            await wire.close()
            before = wire.stats().get("resyncs", 0)
            for _ in range(3):
                assert (await get(wire, port, memory, wrong)).reason == "auth"
            assert (memory.resyncs, wire.stats().get("resyncs", 0)) == (0, before)
        await wire.close()

    run(work())


@pytest.mark.server("snmpd")
def test_a_report_of_the_time_that_is_followed_by_an_answer_is_one_resynchronisation(
    engine: str, tmp_path: Path
) -> None:
    async def work() -> None:
        port = free_port()
        wire, memory = open_snmp(engine), DeviceMemory()
        with snmpd(tmp_path / "a", port):
            await heard(wire, port, memory)
        memory.resyncs = 0
        with snmpd(tmp_path / "a", port):  # with boots one higher
            other = open_snmp(engine)
            await heard(other, port, DeviceMemory())
            await other.close()
            assert (await get(wire, port, memory, SECURED)).outcome is Outcome.ANSWERED
        assert memory.resyncs == 1
        await wire.close()

    run(work())


MANY = (
    UPTIME,
    *(f"1.3.6.1.2.1.1.{scalar}.0" for scalar in (1, 2, 4, 5, 6, 7)),
    *(f"1.3.6.1.2.1.2.2.1.{column}.1" for column in (1, 2, 3, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17)),
)


async def get_many(wire: Snmp, port: int, memory: DeviceMemory, timeout: float) -> SnmpReply:
    return await wire.get(
        Endpoint("127.0.0.1", port), SECURED, MANY, memory, timeout=timeout, retries=1
    )


@pytest.mark.server("snmpd")
def test_large_answers_of_v3_that_get_lost_are_found_out(engine: str, tmp_path: Path) -> None:
    async def work() -> None:
        port = free_port()
        wire, memory = open_snmp(engine), DeviceMemory()
        with snmpd(tmp_path / "a", port):
            await heard(wire, port, DeviceMemory())
            async with tapped(port) as tap:
                tap.loses = lambda datagram: len(datagram) > 400
                reply = await get_many(wire, tap.port, memory, 0.2)
                assert (reply.outcome, reply.reason) == (Outcome.ANSWERED, "")
                assert reply.values[UPTIME]
                assert memory.max_varbinds < len(MANY)
        await wire.close()

    run(work())


@pytest.mark.server("snmpd")
def test_answers_that_begin_to_get_lost_for_their_size_are_found_out(
    engine: str, tmp_path: Path
) -> None:
    async def work() -> None:
        port = free_port()
        wire, memory = open_snmp(engine), DeviceMemory()
        with snmpd(tmp_path / "a", port):
            await heard(wire, port, DeviceMemory())
            async with tapped(port) as tap:
                await get_many(wire, tap.port, memory, 0.2)
                tap.loses = lambda datagram: len(datagram) > 400
                reply = await get_many(wire, tap.port, memory, 0.2)
                assert (reply.outcome, reply.reason) == (Outcome.ANSWERED, "")
                assert memory.max_varbinds < len(MANY)
        await wire.close()

    run(work())


@pytest.mark.server("snmpd")
def test_loss_by_chance_is_never_taken_for_wrong_keys(engine: str, tmp_path: Path) -> None:
    async def work() -> None:
        port = free_port()
        dice = random.Random(20_261_126)
        wire, memory = open_snmp(engine), DeviceMemory()
        with snmpd(tmp_path / "a", port):
            await heard(wire, port, DeviceMemory())
            async with tapped(port) as tap:
                tap.loses = lambda _: dice.random() < 0.3
                runs = range(40 if engine == "gufo" else 15)
                reasons = {(await get_many(wire, tap.port, memory, 0.04)).reason for _ in runs}
                assert "" in reasons
                assert reasons <= {"", "timeout", "v3_silent"}
                assert not wire.stats().get("resyncs")
        await wire.close()

    run(work(), 40)


@pytest.mark.server("snmpd")
def test_a_key_it_cannot_decrypt_is_told_from_a_dead_box_in_every_run(
    engine: str, tmp_path: Path
) -> None:
    async def work() -> None:
        port = free_port()
        wire, memory = open_snmp(engine), DeviceMemory()
        wrong = replace(SECURED, priv_key=Secret("a wrong secret"))
        with snmpd(tmp_path / "a", port):
            await heard(wire, port, DeviceMemory())
            await wire.close()
            for _ in range(5):
                reply = await get(wire, port, memory, wrong, 0.4)
                assert (reply.outcome, reply.reason) == (Outcome.REFUSED, "v3_silent")
        assert memory.silent_runs == 5
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
            deaf.bind(("127.0.0.1", port))
            reply = await get(wire, port, memory, wrong, 0.4)
            assert (reply.outcome, reply.reason) == (Outcome.SILENT, "timeout")
        await wire.close()

    run(work())


@pytest.mark.parametrize("agents", [1, 2])
def test_an_agent_that_names_another_engine_each_time_fills_no_memory_of_pysnmp(
    agents: int,
) -> None:
    async def work() -> None:
        engine = PysnmpEngine()
        ports = [free_port() for _ in range(agents)]
        for number in range(12):
            for port in ports:
                memory = DeviceMemory(engine_id=ENGINE_ID + number.to_bytes(2, "big"))
                talk = await engine.open(Endpoint("127.0.0.1", port), SECURED, memory, 0.01)
                assert isinstance(talk, PysnmpConversation)
                assert await talk.get((UPTIME,), 0.01) is CLOSED
                talk.close()
        assert {len(engine_ids(one)) for one in engine.engines()} == {1}
        engine.close()

    run(work())


def engine_ids(engine: Any) -> set[bytes]:
    """Return whose engine ids an engine of pysnmp has users for, beside its own."""
    (entry,) = engine.get_mib_builder().import_symbols("SNMP-USER-BASED-SM-MIB", "usmUserEngineID")
    (own,) = engine.get_mib_builder().import_symbols("__SNMP-FRAMEWORK-MIB", "snmpEngineID")
    found: set[bytes] = set()
    node = entry
    while True:
        try:
            node = entry.getNextNode(node.name)
        except NoSuchInstanceError:
            return found - {bytes(own.syntax)}
        found.add(bytes(node.syntax))


# The file.


def engines() -> st.SearchStrategy[dict[str, Engine]]:
    number = st.integers(0, 2**31 - 1)
    one = st.builds(Engine, st.binary(min_size=5, max_size=32), number, number, number)
    return st.dictionaries(st.text(min_size=1, max_size=20), one, max_size=4)


@given(engines())
def test_what_was_saved_is_loaded(
    tmp_path_factory: pytest.TempPathFactory, known: dict[str, Engine]
) -> None:
    path = tmp_path_factory.mktemp("engines") / "engines.json"
    save(path, known)
    assert load(path) == (known, "")


def test_where_there_is_no_file_nothing_is_wrong(tmp_path: Path) -> None:
    assert load(tmp_path / "none.json") == ({}, "")


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff\xfe", b'{"engines": 3}', b'{"engines": {"a": ["zz", 1, 1, 1]}}',
     b'{"engines": {"a": ["00", 1, 1]}}', b'{"engines": {"a": ["00", -1, 1, 1]}}',
     b'{"engines": {"a": ["00", 1.5, 1, 1]}}', b"[" * 100_000],
)  # fmt: skip
def test_a_damaged_file_is_named_and_not_used(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "engines.json"
    path.write_bytes(content)
    known, problem = load(path)
    assert known == {}
    assert str(path) in problem


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "engines.json"
    save(path, {"a": Engine(ENGINE_ID, 1, 2, 3)})
    (tmp_path / "engines.json.new").mkdir()
    with pytest.raises(OSError, match="engines"):
        save(path, {})
    assert json.loads(path.read_bytes())["engines"]["a"] == [ENGINE_ID.hex(), 1, 2, 3]


# The book.


def test_time_goes_on_between_stop_and_start() -> None:
    book = EngineBook()
    book.put({"a": Engine(ENGINE_ID, 3, 100, learnt_at=5_000)}, now=5_060, at=70.0)
    assert book.known("a") == (Usm(ENGINE_ID, 3, 100), 10.0)


def test_a_clock_that_went_backwards_makes_no_negative_time() -> None:
    book = EngineBook()
    book.put({"a": Engine(ENGINE_ID, 3, 100, learnt_at=5_000)}, now=10, at=70.0)
    assert book.known("a") == (Usm(ENGINE_ID, 3, 100), 70.0)


def test_an_address_that_moved_on_shares_no_more() -> None:
    book = EngineBook()
    book.learn("a", Usm(ENGINE_ID, 1, 1), 0.0)
    book.learn("b", Usm(ENGINE_ID, 1, 1), 0.0)
    assert book.duplicates() == {ENGINE_ID.hex(): ("a", "b")}
    book.doubt("a")
    assert book.duplicates() == {}
    book.learn("a", Usm(ENGINE_ID[:-1] + b"\1", 1, 1), 1.0)
    assert book.duplicates() == {}


@given(st.binary(max_size=80))
def test_no_datagram_breaks_the_reading_of_the_header(datagram: bytes) -> None:
    assert read_usm(datagram) is None or len(datagram) > 5
