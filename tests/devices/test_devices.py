"""Every recorded device is read whole over real SNMP, on both engines, as its folder says.

A folder `<platform>/<device>/` with `walk.snmprec` and `expected.json` is a test: adding a device
needs no code.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from collectors._inspection import Inspection, inspect
from collectors._interfaces import learn
from collectors._memory import DeviceMemory
from collectors.wires.snmp import open_snmp
from inventory.model import Credential, Endpoint, Secret
from runtime.commands.discover import document
from simulator import recorded
from simulator.sockets import open_door
from tests.devices.comparing import differences
from tests.devices.generate import devices, files

FOLDER = Path(__file__).parent
COMMUNITY = "recorded"
CREDENTIAL = Credential("recorded", "2c", Secret(COMMUNITY))
OWN = sorted(FOLDER.glob("*/*/walk.snmprec"))


def named(path: Path) -> str:
    return f"{path.parent.parent.name}/{path.parent.name}"


@pytest.fixture(params=["gufo", "pysnmp"])
def engine(request: pytest.FixtureRequest) -> str:
    if request.param == "gufo":
        pytest.importorskip("gufo.snmp")
    return str(request.param)


@asynccontextmanager
async def served(path: Path) -> AsyncIterator[Endpoint]:
    door = open_door("127.0.0.1", 0)
    close = recorded.serve(recorded.read(path), door, COMMUNITY.encode())
    try:
        yield Endpoint("127.0.0.1", door.port)
    finally:
        close()


def read_whole(path: Path, engine: str) -> dict[str, Any]:
    """Read a recorded device as `extranet discover` does."""

    async def reading() -> dict[str, Any]:
        wire = open_snmp(engine)
        try:
            async with served(path) as endpoint:
                found = await inspect(wire, endpoint, CREDENTIAL, DeviceMemory())
        finally:
            await wire.close()
        assert isinstance(found, Inspection), found
        return document(found)

    return asyncio.run(asyncio.wait_for(reading(), 60))


@pytest.mark.parametrize("recording", OWN, ids=named)
def test_a_recorded_device_is_read_as_its_folder_says(recording: Path, engine: str) -> None:
    expected = json.loads((recording.parent / "expected.json").read_text(encoding="utf-8"))
    assert differences(expected, read_whole(recording, engine)) == []


@pytest.mark.parametrize("recording", OWN, ids=named)
def test_nothing_of_a_recorded_device_is_missing_but_what_its_view_hides(recording: Path) -> None:
    expected = json.loads((recording.parent / "expected.json").read_text(encoding="utf-8"))
    assert read_whole(recording, "auto").get("missing", []) == expected.get("missing", [])


@pytest.mark.parametrize("recording", OWN, ids=named)
def test_a_folder_is_named_after_the_platform_that_is_recognised(recording: Path) -> None:
    expected = json.loads((recording.parent / "expected.json").read_text(encoding="utf-8"))
    assert expected["platform"] == recording.parent.parent.name


def test_the_synthetic_recordings_are_what_the_generator_writes() -> None:
    stale = [
        f"{platform}/{name}/{file}"
        for platform, name, device in devices()
        for file, content in files(device).items()
        if (FOLDER / platform / name / file).read_text(encoding="utf-8") != content
    ]
    assert stale == [], "run python -m tests.devices.generate"


def test_an_expectation_is_not_met_by_fewer_or_by_more_things() -> None:
    found = {"fans": [{"name": "a", "ok": True}, {"name": "b", "ok": False}]}
    assert differences({"fans": [{"ok": False}, {"name": "a"}]}, found) == []
    assert differences({"fans": [{"name": "a"}]}, found) != []
    assert differences({"fans": [{"ok": True}, {"ok": True}]}, found) != []


def found_by_name(path: Path) -> dict[str, int]:
    """Return the ifIndex that the interface collectors find for each name that discover gives."""

    async def learning() -> dict[str, int]:
        wire, memory = open_snmp(), DeviceMemory()
        try:
            async with served(path) as endpoint:
                seen = await inspect(wire, endpoint, CREDENTIAL, DeviceMemory())
                assert isinstance(seen, Inspection), seen
                names = tuple(port.name for port in seen.interfaces)
                why = await learn(wire, endpoint, CREDENTIAL, names, memory, timeout=1.0, retries=1)
        finally:
            await wire.close()
        assert why is None, why
        return dict(memory.if_index)

    return asyncio.run(asyncio.wait_for(learning(), 60))


@pytest.mark.parametrize("recording", OWN, ids=named)
def test_the_interface_collectors_find_each_name_that_discover_gives(recording: Path) -> None:
    document = read_whole(recording, "auto")
    assert found_by_name(recording) == {
        port["name"]: port["index"] for port in document["interfaces"]
    }
