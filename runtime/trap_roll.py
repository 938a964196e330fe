"""Who may speak: what the trap process is told of the inventory."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Final

import msgspec

from collectors.traps.form import Engine, Login, Roll, Source
from collectors.wires.traps import PORT
from inventory.model import Credential, Device, Inventory
from runtime.config import TrapsConfig

_IN_ONE_PART: Final = 400
"""Sources in a message: some 40 kB."""


def who(inventory: Inventory) -> tuple[tuple[Source, ...], dict[str, Login]]:
    """Return which devices may speak, from which addresses, and with which credentials.

    Beside the address at which a device is asked, it may use its own ends of links.
    """
    hosts: dict[str, dict[str, None]] = {}
    for device in inventory.devices.values():
        if device.address is not None:
            hosts.setdefault(device.id, {})[device.address.host] = None
    for link in inventory.links.values():
        for end in (link.a, link.b):
            if end.address is not None and end.device in inventory.devices:
                hosts.setdefault(end.device, {})[end.address.host] = None
    speaking: list[tuple[Device, str]] = [
        (device, device.credential)
        for device in inventory.devices.values()
        if device.credential is not None and device.id in hosts
    ]
    logins = {name: _login(inventory.credentials[name]) for _, name in speaking}
    sources = tuple(
        Source(device.id, tuple(hosts[device.id]), credential) for device, credential in speaking
    )
    return sources, logins


def _login(credential: Credential) -> Login:
    return Login(
        credential.version,
        credential.community.reveal().encode(),
        credential.user.encode(),
        credential.auth or "",
        credential.auth_key.reveal().encode(),
        credential.priv or "",
        credential.priv_key.reveal().encode(),
    )


def parts(
    sources: Sequence[Source], logins: Mapping[str, Login], engines: Mapping[str, Engine]
) -> Iterator[Roll]:
    """Cut a roll into messages that a socket takes whole."""
    starts = range(0, max(1, len(sources)), _IN_ONE_PART)
    for at in starts:
        some = tuple(
            msgspec.structs.replace(one, engine=engines.get(one.device))
            for one in sources[at : at + _IN_ONE_PART]
        )
        needed = {one.login: logins[one.login] for one in some}
        yield Roll(some, needed, first=at == 0, last=at == starts[-1])


def engine_id(config: TrapsConfig) -> bytes:
    """Return the id of our own engine: the same at each start on this machine (RFC 3411 5).

    Format 5 (octets) of pysnmp's enterprise, 20408.
    """
    where = ",".join(f"{e.host}:{e.port or PORT}" for e in config.listen)
    told = sha256(f"{socket.gethostname()} {where}".encode()).digest()
    return bytes.fromhex("80004fb805") + told[:12]
