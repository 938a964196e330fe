"""Who may speak: what the trap process is told of the inventory."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Final

import msgspec

from collectors.traps.form import ENVELOPE, LARGEST, Engine, Engines, Login, Roll, Source
from collectors.wires.traps import PORT
from inventory.model import Credential, Device, Inventory
from runtime.config import TrapsConfig

_HOSTS_TOGETHER: Final = 500
"""Addresses of a device in one piece: 22 kB of IPv6 at most."""
_encode: Final = msgspec.msgpack.Encoder().encode


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
    """Cut a roll into messages that a socket takes whole.

    A device with many addresses is in several of them, a login in each part that needs it.
    """
    costs = {name: len(_encode({name: login})) for name, login in logins.items()}
    some: list[Source] = []
    needed: dict[str, Login] = {}
    room, first = LARGEST - ENVELOPE, True
    for one in _pieces(sources, engines):
        cost = len(_encode(one))
        login = 0 if one.login in needed else costs[one.login]
        if some and cost + login > room:
            yield Roll(tuple(some), needed, first=first, last=False)
            some, needed, first = [], {}, False
            room, login = LARGEST - ENVELOPE, costs[one.login]
        some.append(one)
        needed[one.login] = logins[one.login]
        room -= cost + login
    yield Roll(tuple(some), needed, first=first, last=True)


def _pieces(sources: Iterable[Source], engines: Mapping[str, Engine]) -> Iterator[Source]:
    for one in sources:
        engine = engines.get(one.device)
        for at in range(0, len(one.hosts), _HOSTS_TOGETHER):
            yield Source(one.device, one.hosts[at : at + _HOSTS_TOGETHER], one.login, engine)


def engine_parts(news: Mapping[str, Engine]) -> Iterator[Engines]:
    """Cut what was learnt of engines into messages that a socket takes whole."""
    some: dict[str, Engine] = {}
    room = LARGEST - ENVELOPE
    for device, engine in news.items():
        cost = len(_encode({device: engine}))
        if some and cost > room:
            yield Engines(some)
            some, room = {}, LARGEST - ENVELOPE
        some[device] = engine
        room -= cost
    yield Engines(some)


def engine_id(config: TrapsConfig) -> bytes:
    """Return the id of our own engine: the same at each start on this machine (RFC 3411 5).

    Format 5 (octets) of pysnmp's enterprise, 20408.
    """
    where = ",".join(f"{e.host}:{e.port or PORT}" for e in config.listen)
    told = sha256(f"{socket.gethostname()} {where}".encode()).digest()
    return bytes.fromhex("80004fb805") + told[:12]
