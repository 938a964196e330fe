"""What is asked often gives what the walk gave: the same readings, from fewer objects."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from collectors import _recipe
from collectors._contract import Wires
from collectors._memory import DeviceMemory
from collectors._recognition import vendor_of
from collectors.vendors._form import SECTIONS
from collectors.wires.echo import open_echo
from collectors.wires.snmp import open_snmp
from tests.devices.test_devices import CREDENTIAL, OWN, named, served

HOUR = 3600.0


def read_twice(path: Path, sections: tuple[str, ...], memory: DeviceMemory) -> list[dict[str, Any]]:
    expected = json.loads((path.parent / "expected.json").read_text(encoding="utf-8"))
    vendor = vendor_of(expected["platform"])

    async def reading() -> list[dict[str, Any]]:
        wire = open_snmp()
        wires = Wires(wire, open_echo("icmp"), open_echo("udp"))
        found = []
        try:
            async with served(path) as endpoint:
                question = _recipe.Question(
                    endpoint, CREDENTIAL, vendor, sections, frozenset(), (), 2.0, 1, ()
                )
                for _ in range(2):
                    _, seen = await _recipe.read("probe", question, wires, memory)
                    found.append({name: set(readings) for name, readings in seen.items()})
        finally:
            await wire.close()
        return found

    return asyncio.run(asyncio.wait_for(reading(), 60))


@pytest.mark.parametrize("sections", [("optics",), SECTIONS], ids=["light", "all"])
@pytest.mark.parametrize("recording", OWN, ids=named)
def test_asked_again_a_device_tells_the_same(recording: Path, sections: tuple[str, ...]) -> None:
    walked, again = read_twice(recording, sections, DeviceMemory())
    assert again == walked


def walked_again_after(device: str) -> float:
    """Return the seconds until the next walk of a device that was walked just now."""
    (recording,) = [one for one in OWN if one.parent.name == device]
    memory = DeviceMemory()
    read_twice(recording, ("cpu",), memory)
    return memory.walked_at["probe"] + 6 * HOUR - monotonic()


def test_a_young_agent_is_walked_again_soon() -> None:
    assert walked_again_after("kylin-v10") < HOUR


def test_an_old_agent_is_walked_again_in_hours() -> None:
    assert walked_again_after("s6520x-54qc") > 5 * HOUR
