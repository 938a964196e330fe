"""A recorded device that answers on loopback, made of what a test writes down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from inventory.model import Endpoint
from simulator import ber, recorded
from simulator.sockets import open_door

COMMUNITY = "public"


@asynccontextmanager
async def served(path: Path, *, slow_get: float = 0.0) -> AsyncIterator[Endpoint]:
    """Serve a `.snmprec` file by UDP. `slow_get`: seconds that a GET of several values takes."""
    door = open_door("127.0.0.1", 0)
    loop = asyncio.get_running_loop()
    recording = recorded.read(path)

    def answer() -> None:
        while (received := door.receive()) is not None:
            key, data, peer = received
            response = recording.answer(data, COMMUNITY.encode())
            if response is not None:
                request = ber.parse_request(data)
                several = request.tag == ber.GET and len(ber.parse_rest(request.rest)[2]) > 1
                loop.call_later(slow_get * several, door.send, key, response, peer)

    loop.add_reader(door.socket, answer)
    try:
        yield Endpoint("127.0.0.1", door.port)
    finally:
        loop.remove_reader(door.socket)
        door.close()


def write(path: Path, objects: Mapping[str, int | str | tuple[int, int]]) -> Path:
    """Write a `.snmprec`: whole numbers as INTEGER, texts as OCTET STRING, (tag, number) as told.

    A text that begins with `oid:` is an OBJECT IDENTIFIER.
    """
    lines = []
    for oid, value in objects.items():
        if isinstance(value, tuple):
            lines.append(f"{oid}|{value[0]}|{value[1]}")
        elif isinstance(value, int):
            lines.append(f"{oid}|2|{value}")
        elif value.startswith("oid:"):
            lines.append(f"{oid}|6|{value.removeprefix('oid:')}")
        else:
            lines.append(f"{oid}|4x|{value.encode().hex()}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
