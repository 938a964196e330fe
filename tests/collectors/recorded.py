"""A recorded device that answers on loopback, made of what a test writes down."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from inventory.model import Endpoint
from simulator import recorded
from simulator.sockets import open_door

COMMUNITY = "public"


@asynccontextmanager
async def served(path: Path) -> AsyncIterator[Endpoint]:
    """Serve a `.snmprec` file by UDP."""
    door = open_door("127.0.0.1", 0)
    close = recorded.serve(recorded.read(path), door, COMMUNITY.encode())
    try:
        yield Endpoint("127.0.0.1", door.port)
    finally:
        close()


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
