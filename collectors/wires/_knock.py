"""One datagram to an agent by a socket of its own, and what comes back: also ICMP, also nothing."""

from __future__ import annotations

import asyncio
import socket
from typing import Final

from collectors.wires._snmp_engine import (
    CLOSED,
    GARBLED,
    NO_DESCRIPTOR,
    NO_ROUTE,
    SILENT,
    SNMP_PORT,
    Failure,
)
from collectors.wires._usm import DISCOVERY, Usm, read_usm
from inventory.model import Endpoint

_LARGEST: Final = 65_536
_KNOCK_WAIT: Final = 0.3
"""Seconds in which an ICMP port unreachable or a v3 report may come back."""


async def knock(endpoint: Endpoint, datagram: bytes, wait: float = _KNOCK_WAIT) -> bytes | Failure:
    """Send one datagram by a connected socket, which hears ICMP, and return what comes back."""
    family = socket.AF_INET6 if endpoint.family == 6 else socket.AF_INET
    try:
        door = socket.socket(family, socket.SOCK_DGRAM)
    except OSError:
        return NO_DESCRIPTOR
    with door:
        door.setblocking(False)
        try:
            door.connect((endpoint.host, endpoint.port or SNMP_PORT))
            door.send(datagram)
            async with asyncio.timeout(wait):
                return await asyncio.get_running_loop().sock_recv(door, _LARGEST)
        except ConnectionRefusedError:
            return CLOSED
        except TimeoutError:
            return SILENT
        except OSError:
            return NO_ROUTE


async def discover(endpoint: Endpoint, timeout: float) -> Usm | Failure:
    """Ask an agent for its engine id, boots and time (RFC 3414 4)."""
    found = await knock(endpoint, DISCOVERY, timeout)
    if isinstance(found, Failure):
        return found
    return read_usm(found) or GARBLED
