"""What both interface collectors need: who is asked, and which ifIndex a name has today."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from collectors._columns import UPTIME_OID
from collectors._contract import Heard, SnmpReply, SnmpWire
from collectors._memory import DeviceMemory
from collectors._text import decode
from inventory.model import Credential, Device, Endpoint, Inventory, TargetId
from metrics.observation import Outcome

IF_NAME: Final = "1.3.6.1.2.1.31.1.1.1.1"
IF_DESCR: Final = "1.3.6.1.2.1.2.2.1.2"
_ANSWER_BYTES: Final = 1400
"""Fits an Ethernet frame with IPv6 and a tunnel or two; larger answers are fragments or lost."""
ABSENT: Final = 0
"""Stands for the ifIndex of a declared interface the device does not have."""


def whom(target: TargetId, inventory: Inventory) -> tuple[Device, Endpoint, Credential] | None:
    """Return the device behind a target with its address and credential, where it has both."""
    kind, _, name = target.partition(":")
    device = inventory.devices.get(name) if kind == "device" else None
    if device is None or device.address is None or device.credential is None:
        return None
    return device, device.address, inventory.credentials[device.credential]


async def learn(
    wire: SnmpWire,
    endpoint: Endpoint,
    credential: Credential,
    names: tuple[str, ...],
    memory: DeviceMemory,
    *,
    timeout: float,
    retries: int,
) -> SnmpReply | None:
    """Find the ifIndex of every name by walking ifName, or ifDescr where there is no ifXTable.

    In ifDescr a description may stand behind the name (ZTE): the first word counts too. Where the
    agent refuses ifName with an error, ifDescr counts only if it has every name.
    Returns None when learnt, else the reply that says why not.
    """
    if not names:
        return None
    wanted = frozenset(names)
    refused: SnmpReply | None = None
    for column in (IF_NAME, IF_DESCR):
        reply = await wire.walk(
            endpoint, credential, column, memory, timeout=timeout, retries=retries
        )
        found: dict[str, int] = {}
        described: dict[str, int] = {}
        for oid, raw in reply.values.items():
            name = decode(raw)
            first_word = name.partition(" ")[0]
            if name in wanted:
                found.setdefault(name, int(oid.rpartition(".")[2]))
            elif column == IF_DESCR and first_word in wanted:
                described.setdefault(first_word, int(oid.rpartition(".")[2]))
        found = described | found
        if column == IF_NAME and reply.reason == "agent_error" and not reply.values:
            refused = reply
            continue
        if len(found) < len(wanted) and (refused or reply.outcome is not Outcome.ANSWERED):
            return refused or reply
        if reply.values:
            break
    memory.if_index.clear()
    memory.if_index.update({name: found.get(name, ABSENT) for name in names})
    return None


async def same_names(
    wire: SnmpWire,
    endpoint: Endpoint,
    credential: Credential,
    memory: DeviceMemory,
    *,
    timeout: float,
    retries: int,
) -> bool:
    """Ask ifName of every index that is known; tell whether each is the interface it was.

    A row that came or went seldom moves the others, and on some devices they come and go all day:
    a walk each time would be dear. No answer counts as no.
    """
    known = [(name, index) for name, index in memory.if_index.items() if index]
    rows: list[tuple[str, ...]] = [(f"{IF_NAME}.{index}",) for _, index in known]
    text = max((len(name.encode()) for name, _ in known), default=0)
    heard: dict[str, Heard] = {}
    for pdu in split((UPTIME_OID,), rows, credential, memory.max_varbinds, text):
        reply = await wire.get(endpoint, credential, pdu, memory, timeout=timeout, retries=retries)
        if reply.outcome is not Outcome.ANSWERED:
            return False
        heard |= reply.values
    return all(
        isinstance(now := heard.get(f"{IF_NAME}.{index}"), bytes) and decode(now) == name
        for name, index in known
    )


def split(
    scalars: tuple[str, ...],
    rows: list[tuple[str, ...]],
    credential: Credential,
    limit: int,
    text: int = 0,
) -> tuple[tuple[str, ...], ...]:
    """Divide a question into PDUs whose answers stay below 1,400 bytes and `limit` values.

    The first scalar (sysUpTime) leads every PDU. A row stays whole where it fits at all, so that
    its counters, their discontinuity time and sysUpTime are of one moment. `text`: bytes of text
    in each row, beyond numbers.
    """
    head = scalars[:1]
    pdus: list[tuple[str, ...]] = []
    current = scalars
    room = _room(credential, scalars)
    for row in rows:
        for part in _parts(row, max(1, limit - len(head)), _room(credential, head)):
            cost = sum(map(_cost, part)) + text
            if (cost > room or len(current) + len(part) > limit) and len(current) > len(head):
                pdus.append(current)
                current = head
                room = _room(credential, head)
            current += part
            room -= cost
    pdus.append(current)
    return tuple(pdus)


def _parts(row: tuple[str, ...], count: int, room: int) -> list[tuple[str, ...]]:
    while count > 1 and sum(map(_cost, row[:count])) > room:
        count -= 1
    return [row[start : start + count] for start in range(0, len(row), count)]


def _room(credential: Credential, oids: tuple[str, ...]) -> int:
    head = 40 + len(credential.community) if credential.version != "3" else 170
    return _ANSWER_BYTES - head - sum(map(_cost, oids))


@lru_cache(4096)
def _cost(oid: str) -> int:
    """Bytes of a variable binding at most (RFC 3416, BER): sequence, OID, Counter64."""
    arcs = map(int, oid.split(".")[2:])
    return 4 + 1 + sum(max(1, -(-arc.bit_length() // 7)) for arc in arcs) + 11
