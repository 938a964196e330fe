"""The survey: devices are read over real SNMP by its own process, compared, kept, accepted."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import zlib
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Self

import msgspec
import pytest

from api.ports import Event, StateNow
from collectors._inspection import Inspection, Missing
from collectors.vendors._tables import Station
from inventory.model import (
    AccessDevice,
    Credential,
    Endpoint,
    Inventory,
    Secret,
    TargetId,
    device_target,
)
from runtime.config import SurveyConfig
from runtime.surveys.process import Job, Read, begin, read
from runtime.surveys.survey import Survey
from simulator import ber, recorded
from simulator.sockets import open_door
from sla.states import State
from store.observed import FILE
from tests.collectors.network import network
from tests.devices.recording import agent, ports, snmprec, system, table
from tests.runtime.declaring import seen
from tests.servers import free_port, run_program, wait_for

START = 1_795_500_000
COMMUNITY = "public"
RO = Credential("ro", "2c", Secret(COMMUNITY))
REGISTERED, STRANGER = "00:e0:fc:12:34:56", "00:e0:fc:00:00:01"
HOSTILE = "<script>hit=1</script>"


def rows(
    *,
    alias: str = "to the county",
    names: tuple[str, ...] = ("ge1", "ge2"),
    name: str = "XG-R1",
) -> str:
    """A small router: two ports, and whom it hears."""
    return snmprec(
        agent(
            system("A box", ".1.3.6.1.4.1.99999.1", uptime=1000, name=name),
            ports(
                {index: (name, name, alias, 6, 1000, 1, 1) for index, name in enumerate(names, 1)}
            ),
            table("lldpLocPortIdSubtype lldpLocPortId", {1: (5, "ge1")}),
            table("lldpRemSysName", {"0.1.1": "OTHER"}),
        )
    )


def learnt(mac: str, port: int, address: str) -> str:
    """A MAC address behind a bridge port (its ifIndex), resolved for an IP address."""
    octets = bytes.fromhex(mac.replace(":", ""))
    arcs = ".".join(map(str, octets))
    return (
        f"1.3.6.1.2.1.17.1.4.1.2.{port}|2|{port}\n"
        f"1.3.6.1.2.1.17.7.1.2.2.1.2.1.{arcs}|2|{port}\n"
        f"1.3.6.1.2.1.4.22.1.2.{port}.{address}|4x|{octets.hex()}\n"
    )


class Box:
    """A recorded device on loopback whose recording may change."""

    def __init__(self, folder: Path, text: str) -> None:
        self._path = folder / "walk.snmprec"
        self.door = open_door("127.0.0.1", 0)
        self.asked: list[str] = []
        self.endpoint = Endpoint("127.0.0.1", self.door.port)
        self.become(text)
        loop = asyncio.get_running_loop()
        loop.add_reader(self.door.socket, self._answer)

    def become(self, text: str) -> None:
        self._path.write_text(text, encoding="utf-8")
        self._recording = recorded.read(self._path)

    def _answer(self) -> None:
        while (received := self.door.receive()) is not None:
            key, data, peer = received
            if (response := self._recording.answer(data, COMMUNITY.encode())) is not None:
                self.door.send(key, response, peer)
                _, _, names = ber.parse_rest(ber.parse_request(data).rest)
                self.asked += [".".join(map(str, ber.decode_oid(one))) for one in names]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.get_running_loop().remove_reader(self.door.socket)
        self.door.close()


@dataclass
class Scene:
    """A survey, its clock, and what it told."""

    folder: Path
    inventory: Inventory
    clock: int = START
    states: dict[TargetId, StateNow] = field(default_factory=dict)
    told: list[Event] = field(default_factory=list)
    every: float | None = 86_400.0

    def survey(self) -> Survey:
        made = Survey(
            SurveyConfig(every="never" if self.every is None else "24h"),  # type: ignore[arg-type]
            "auto", self.folder, lambda: self.states, self.told.append, lambda: self.clock,
        )  # fmt: skip
        made.load(self.inventory)
        return made

    def set(self, state: State, device: str = "xg-r1") -> None:
        target = device_target(device)
        self.states[target] = StateNow(target, state, START, "")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Survey]:
        made = self.survey()
        async with AsyncExitStack() as stack:
            await made.start(stack)
            yield made

    async def until(self, survey: Survey, done: Callable[[], Any], step: int = 60) -> None:
        """Let time pass, `step` seconds at a time, until something is so."""
        async with asyncio.timeout(60):
            while not done():
                self.clock += step
                survey.tick()
                await asyncio.sleep(0.02)


def scene(folder: Path, endpoint: Endpoint | None, **other: Any) -> Scene:
    made = Scene(folder / "store", network(snmp=endpoint), **other)
    made.set(State.UP)
    return made


def run(work: Callable[[], Any]) -> Any:
    return asyncio.run(asyncio.wait_for(work(), 60))


def test_a_device_is_read_and_what_differs_is_told(tmp_path: Path) -> None:
    async def work() -> None:
        with Box(tmp_path, rows(names=("ge1",))) as box:
            here = scene(tmp_path, box.endpoint)
            async with here.running() as survey:
                await here.until(survey, survey.findings)
                (found,) = survey.findings()
                assert (found.kind, found.target) == ("interface_missing", "interface:xg-r1/ge2")
                assert survey.surveyed().seen["xg-r1"] == found.since
                assert [(one.kind, one.body["target"]) for one in here.told] == [
                    ("drift", "device:xg-r1")
                ]

    run(work)


def test_what_was_normal_before_a_restart_is_remembered_and_hostile_text_is_only_text(
    tmp_path: Path,
) -> None:
    async def work() -> None:
        with Box(tmp_path, rows()) as box:
            here = scene(tmp_path, box.endpoint)
            async with here.running() as survey:
                await here.until(survey, lambda: survey.counts["read"])
                assert survey.findings() == []
            box.become(rows(alias=HOSTILE))
            here.clock += 2 * 86_400
            async with here.running() as survey:
                await here.until(survey, survey.findings)
                assert [one.parameters for one in survey.findings()] == [
                    {"interface": name, "was": "to the county", "now": HOSTILE}
                    for name in ("ge1", "ge2")
                ]

    run(work)


def test_what_is_accepted_is_normal_from_then_on_after_a_restart_too(tmp_path: Path) -> None:
    async def work() -> None:
        with Box(tmp_path, rows(names=("ge1",))) as box:
            here = scene(tmp_path, box.endpoint)
            async with here.running() as survey:
                await here.until(survey, survey.findings)
                (found,) = survey.findings()
                assert await survey.accept(found.id, "wang")
                assert survey.findings() == []
                assert not await survey.accept(found.id, "wang")
            async with here.running() as survey:
                await here.until(survey, lambda: not survey.surveyed().waiting)
                assert survey.findings() == []

    run(work)


def test_a_restart_tells_again_what_differed_without_asking_the_device(tmp_path: Path) -> None:
    async def work() -> None:
        with Box(tmp_path, rows(names=("ge1",))) as box:
            here = scene(tmp_path, box.endpoint)
            async with here.running() as survey:
                await here.until(survey, survey.findings)
                before = survey.findings()
        here.set(State.DOWN)
        async with here.running() as survey:
            await here.until(survey, survey.findings)
            assert survey.findings() == before

    run(work)


def test_a_reload_compares_anew_what_was_seen(tmp_path: Path) -> None:
    async def work() -> None:
        with Box(tmp_path, rows(names=("ge1",))) as box:
            here = scene(tmp_path, box.endpoint)
            async with here.running() as survey:
                await here.until(survey, survey.findings)
                device = replace(here.inventory.devices["xg-r1"], interfaces=("ge1",))
                survey.load(replace(here.inventory, devices={"xg-r1": device}))
                await here.until(survey, lambda: not survey.findings())
                assert survey.counts["read"] == 1

    run(work)


def test_a_device_that_leaves_takes_its_findings_along(tmp_path: Path) -> None:
    async def work() -> None:
        with Box(tmp_path, rows(names=("ge1",))) as box:
            here = scene(tmp_path, box.endpoint)
            async with here.running() as survey:
                await here.until(survey, survey.findings)
                survey.load(replace(here.inventory, devices={}, links={}))
                assert survey.findings() == []
                assert dict(survey.surveyed().seen) == {}

    run(work)


def test_a_stranger_behind_a_port_is_told_where_there_is_a_register(tmp_path: Path) -> None:
    async def work() -> None:
        stations = learnt(REGISTERED, 3, "10.0.0.3") + learnt(STRANGER, 4, "10.0.0.4")
        names = ("ge1", "ge2", "ge3", "ge4")
        with Box(tmp_path, rows(names=names) + stations) as box:
            here = scene(tmp_path, box.endpoint)
            entry = AccessDevice("pc", REGISTERED, "一号终端", None, "xg-r1", "ge3")
            here.inventory = replace(here.inventory, access_devices={"pc": entry})
            async with here.running() as survey:
                await here.until(survey, survey.findings)
                (found,) = survey.findings()
                assert (found.kind, found.parameters) == (
                    "station_unregistered",
                    {"interface": "ge4", "mac": STRANGER, "ip": "10.0.0.4"},
                )

    run(work)


def test_a_register_that_is_new_has_its_devices_read_again_soon(tmp_path: Path) -> None:
    async def work() -> None:
        with Box(tmp_path, rows() + learnt(STRANGER, 2, "10.0.0.4")) as box:
            here = scene(tmp_path, box.endpoint)
            device = replace(here.inventory.devices["xg-r1"], interfaces=("ge1",))
            here.inventory = replace(here.inventory, devices={"xg-r1": device}, links={})
            async with here.running() as survey:
                await here.until(survey, lambda: survey.counts["read"])
                entry = AccessDevice("pc", REGISTERED, "一号终端", None, "xg-r1")
                survey.load(replace(here.inventory, access_devices={"pc": entry}))
                here.clock += 3600
                await here.until(survey, survey.findings, step=0)
                assert [one.kind for one in survey.findings()] == ["station_unregistered"]

    run(work)


def test_nobody_asks_for_stations_where_there_is_no_register(tmp_path: Path) -> None:
    async def work() -> None:
        with Box(tmp_path, rows() + learnt(STRANGER, 2, "10.0.0.4")) as box:
            here = scene(tmp_path, box.endpoint)
            async with here.running() as survey:
                await here.until(survey, lambda: survey.counts["read"])
            assert not [oid for oid in box.asked if oid.startswith("1.3.6.1.2.1.17.")]

    run(work)


def test_the_name_of_a_far_device_makes_its_neighbour_be_looked_at_again(tmp_path: Path) -> None:
    async def work() -> None:
        near, far = tmp_path / "near", tmp_path / "far"
        near.mkdir()
        far.mkdir()
        with Box(near, rows()) as box, Box(far, rows(name="XS-R1")) as other:
            here = scene(tmp_path, box.endpoint)
            device = replace(
                here.inventory.devices["xs-r1"], address=other.endpoint, credential="ro"
            )
            here.inventory = replace(
                here.inventory, devices={**here.inventory.devices, "xs-r1": device}
            )
            async with here.running() as survey:
                await here.until(survey, lambda: survey.counts["read"])
                assert survey.findings() == []  # nobody knows what xs-r1 calls itself
                here.set(State.UP, "xs-r1")
                await here.until(survey, survey.findings)
                (found,) = survey.findings()
                assert found.parameters == {
                    "interface": "ge1",
                    "heard": "OTHER",
                    "expected": "XS-R1",
                }

    run(work)


def test_a_device_that_was_renamed_has_its_neighbours_read_again_soon(tmp_path: Path) -> None:
    async def work() -> None:
        near, far = tmp_path / "near", tmp_path / "far"
        near.mkdir()
        far.mkdir()
        with Box(near, rows()) as box, Box(far, rows(name="OTHER")) as other:
            here = scene(tmp_path, box.endpoint)
            device = replace(
                here.inventory.devices["xs-r1"], address=other.endpoint, credential="ro"
            )
            here.inventory = replace(
                here.inventory, devices={**here.inventory.devices, "xs-r1": device}
            )
            here.set(State.UP, "xs-r1")
            async with here.running() as survey:
                await here.until(survey, lambda: survey.counts["read"] == 2)
                other.become(rows(name="NEW"))
                await here.until(survey, lambda: survey._names.called("xs-r1") == "NEW", step=600)
                assert survey.findings() == []
                read_at, renamed_at = survey._seen["xg-r1"], here.clock
                await here.until(survey, lambda: survey._seen["xg-r1"] > max(read_at, renamed_at))
                assert survey._seen["xg-r1"] <= renamed_at + 2 * 3600

    run(work)


@pytest.mark.parametrize(("home", "waiting"), [(REGISTERED, 1), (STRANGER, 0)])
def test_who_came_home_has_only_those_compared_anew_that_saw_it_elsewhere(
    tmp_path: Path, home: str, waiting: int
) -> None:
    register = {
        mac: AccessDevice(mac, mac, "终端", None, "xg-r1") for mac in (REGISTERED, STRANGER)
    }

    async def work() -> None:
        here = scene(tmp_path, Endpoint("127.0.0.1", 9))
        far = replace(
            here.inventory.devices["xs-r1"], address=Endpoint("127.0.0.2", 9), credential="ro"
        )
        devices = {**here.inventory.devices, "xs-r1": far}
        here.inventory = replace(here.inventory, devices=devices, access_devices=register)
        away = msgspec.json.encode(seen(stations=(Station("ge3", REGISTERED),)))
        back = msgspec.json.encode(seen(stations=(Station("ge3", home),)))
        async with here.running() as survey:
            await survey._took(Read("xs-r1", "", away))
            assert [one.kind for one in survey.findings()] == ["station_moved"]
            await survey._took(Read("xg-r1", "", back))
            assert survey.surveyed().waiting == waiting

    run(work)


@pytest.mark.parametrize("state", [State.DOWN, State.UNKNOWN, State.SHADOW])
def test_a_device_that_is_not_reached_is_left_out_and_read_when_it_is(
    tmp_path: Path, state: State
) -> None:
    async def work() -> None:
        with Box(tmp_path, rows()) as box:
            here = scene(tmp_path, box.endpoint)
            here.set(state)
            async with here.running() as survey:
                await here.until(survey, lambda: survey.counts["left_out"] > 1)
                assert not survey.counts["read"]
                here.set(State.UP)
                await here.until(survey, lambda: survey.counts["read"])

    run(work)


def test_a_device_that_keeps_silent_is_named_with_the_reason() -> None:
    silent = open_door("127.0.0.1", 0)
    (read_,) = read("auto", [Job("xg-r1", Endpoint("127.0.0.1", silent.port), RO, stations=False)])
    silent.close()
    assert (read_.document, read_.reason) == (b"", "timeout")


@pytest.mark.parametrize("resolved", [True, False])
def test_it_is_kept_whether_ports_or_arp_told_the_stations(
    tmp_path: Path, *, resolved: bool
) -> None:
    told = "1.3.6.1.2.1.4.22.1.2.2.10.0.0.4|4x|00e0fc000001\n"

    async def work() -> None:
        with Box(tmp_path, rows() + (told if resolved else learnt(STRANGER, 2, "10.0.0.4"))) as box:
            job = Job("xg-r1", box.endpoint, RO, stations=True)
            (read_,) = await asyncio.to_thread(read, "auto", [job])
        seen = msgspec.json.decode(read_.document, type=Inspection)
        assert (seen.stations_resolved, len(seen.stations)) == (resolved, 1)

    run(work)


@pytest.mark.parametrize(
    ("hidden", "section", "column"),
    [
        (("1.3.6.1.2.1.2.", "1.3.6.1.2.1.31."), "interfaces", "ifTable"),
        (("1.0.8802.1.1.2.1.3.7.",), "lldp", "lldpLocPortTable"),
    ],
)
def test_a_table_that_is_outside_of_the_view_is_missing_not_empty(
    tmp_path: Path, hidden: tuple[str, ...], section: str, column: str
) -> None:
    view = "".join(row for row in rows().splitlines(keepends=True) if not row.startswith(hidden))

    async def work() -> None:
        with Box(tmp_path, view) as box:
            job = Job("xg-r1", box.endpoint, RO, stations=False)
            (read_,) = await asyncio.to_thread(read, "auto", [job])
        seen = msgspec.json.decode(read_.document, type=Inspection)
        assert seen.missing == (Missing(section, column, "no_value"),)

    run(work)


def test_of_a_stack_every_serial_number_is_read(tmp_path: Path) -> None:
    boxes = {1: (3, "S2"), 2: (3, "S1"), 3: (9, "CARD"), 4: (3, "")}
    stack = snmprec(table("entPhysicalClass entPhysicalSerialNum", boxes))

    async def work() -> None:
        with Box(tmp_path, rows() + stack) as box:
            job = Job("xg-r1", box.endpoint, RO, stations=False)
            (read_,) = await asyncio.to_thread(read, "auto", [job])
        seen = msgspec.json.decode(read_.document, type=Inspection)
        assert (seen.serial, seen.serials) == ("S2", ("S1", "S2"))

    run(work)


def test_a_device_without_an_end_is_given_up() -> None:
    silent = open_door("127.0.0.1", 0)
    job = Job("xg-r1", Endpoint("127.0.0.1", silent.port), RO, stations=False)
    (read_,) = read("auto", [job], longest=0.1)
    silent.close()
    assert read_.reason == "too_slow"


def test_a_device_that_is_too_slow_is_left_alone_for_longer_each_time(tmp_path: Path) -> None:
    async def work() -> None:
        here = scene(tmp_path, Endpoint("127.0.0.1", 9))
        async with here.running() as survey:
            gaps = []
            for _ in range(5):
                await survey._took(Read("xg-r1", reason="too_slow"))
                before = here.clock
                while not list(survey._plan.due(here.clock, 9)):
                    here.clock += 60
                gaps.append(here.clock - before)
            assert gaps == [900, 3600, 4 * 3600, 86_400, 86_400]

    run(work)


def test_a_reading_that_is_too_large_is_kept_without_its_stations(tmp_path: Path) -> None:
    noise = random.Random(1).randbytes(2 << 20).hex()
    crowd = tuple(
        Station(noise[at : at + 1000], STRANGER) for at in range(0, len(noise), 1000)
    )  # more than zlib makes small
    document = msgspec.json.encode(seen(stations=crowd))

    async def work() -> None:
        here = scene(tmp_path, Endpoint("127.0.0.1", 9))
        async with here.running() as survey:
            await survey._took(Read("xg-r1", "XG-R1", document))
            assert [one.parameters for one in survey.findings()] == [
                {"section": "stations", "columns": "dot1qTpFdbTable", "reason": "too_many_rows"}
            ]

    run(work)


def test_off_it_opens_nothing(tmp_path: Path) -> None:
    async def work() -> None:
        here = scene(tmp_path, Endpoint("127.0.0.1", 9), every=None)
        async with here.running() as survey:
            survey.tick()
            assert survey.surveyed().every is None
            assert not here.folder.exists()

    run(work)


def test_a_damaged_file_is_begun_anew_and_counted(tmp_path: Path) -> None:
    async def work() -> None:
        here = scene(tmp_path, None)
        here.folder.mkdir()
        (here.folder / FILE).write_bytes(b"no database " * 100)
        async with here.running() as survey:
            assert survey.stats()["set_aside"] == 1

    run(work)


@pytest.mark.parametrize(
    ("damage", "counter"),
    [
        (b"no zlib", "set_aside"),
        (zlib.compress(b'{"platform":"of another version"}'), "refused"),
    ],
)
def test_what_cannot_be_read_back_is_counted_and_read_again_from_the_device(
    tmp_path: Path, damage: bytes, counter: str
) -> None:
    async def work() -> None:
        with Box(tmp_path, rows(names=("ge1",))) as box:
            here = scene(tmp_path, box.endpoint)
            async with here.running() as survey:
                await here.until(survey, survey.findings)
            with closing(sqlite3.connect(here.folder / FILE)) as file, file:
                file.execute("UPDATE observed SET document = ?", (damage,))
            async with here.running() as survey:
                await here.until(survey, survey.findings)
                assert survey.stats()[counter] == 1
                assert survey.counts["read"] == 1

    run(work)


def test_a_file_that_cannot_be_opened_is_tried_again(tmp_path: Path) -> None:
    async def work() -> None:
        here = scene(tmp_path, None)
        here.folder.write_text("in the way")
        async with here.running() as survey:
            assert survey.surveyed().failure
            here.folder.unlink()
            await here.until(survey, lambda: not survey.surveyed().failure)

    run(work)


def test_a_process_that_dies_is_replaced_and_counted(tmp_path: Path) -> None:
    async def work() -> None:
        with Box(tmp_path, rows()) as box:
            here = scene(tmp_path, box.endpoint)
            async with here.running() as survey:
                await here.until(survey, lambda: survey.counts["read"])
                assert survey._process is not None
                for child in survey._process._processes.values():
                    child.kill()
                here.clock += 2 * 86_400
                await here.until(survey, lambda: survey.counts["read"] > 1)
                assert survey.counts["deaths"] == 1

    run(work)


def test_a_stop_waits_for_no_device_and_leaves_no_process(tmp_path: Path) -> None:
    async def work() -> list[int]:
        silent = open_door("127.0.0.1", 0)
        here = scene(tmp_path, Endpoint("127.0.0.1", silent.port))
        async with here.running() as survey:
            await here.until(survey, lambda: survey._process and survey._process._processes)
            assert survey._process is not None
            pids = list(survey._process._processes)
        silent.close()
        return pids

    left = [Path(f"/proc/{pid}") for pid in run(work)]
    assert left
    wait_for(lambda: not any(path.exists() for path in left), what="the process is gone")


@pytest.mark.server("snmpd")
@pytest.mark.parametrize("engine", ["gufo", "pysnmp"])
def test_a_real_agent_is_read_by_the_process_with_the_keys_it_was_handed(
    tmp_path: Path, engine: str
) -> None:
    if engine == "gufo":
        pytest.importorskip("gufo.snmp")
    keys = {"auth_key": Secret("authentication-secret"), "priv_key": Secret("privacy-secret")}
    secure = Credential("v3", "3", user="survey", auth="SHA1", priv="AES128", **keys)
    port = free_port()
    config = tmp_path / "snmpd.conf"
    config.write_text(
        f"agentaddress udp:127.0.0.1:{port}\nsysName REAL\n"
        'createUser survey SHA "authentication-secret" AES "privacy-secret"\nrouser survey priv\n'
    )
    environment = {**os.environ, "MIBS": "", "SNMP_PERSISTENT_DIR": str(tmp_path / "state")}
    command = ["snmpd", "-f", "-Lo", "-C", "-c", str(config)]
    job = Job("real", Endpoint("127.0.0.1", port), secure, stations=True)
    with (
        run_program(command, tmp_path / "log", env=environment),
        ProcessPoolExecutor(1, get_context("spawn"), begin) as pool,
    ):
        seen = wait_for(
            lambda: [one for one in pool.submit(read, engine, [job]).result() if one.document],
            what="an answer of snmpd",
        )
    assert seen[0].name == "REAL"
