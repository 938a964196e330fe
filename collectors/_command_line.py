"""Questions at a command line, for the collectors that ask there: who, what, and what came of it.

Of several commands of a platform the first whose answer can be read counts; which that was is
remembered until the device restarts. One that is sent for each port is tried when no other is
known. Reasons: `cli_refused` the device has none of the commands, or not for this account;
`cli_unread` it answered, and not as it is known to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from collectors._contract import Wires
from collectors._memory import DeviceMemory
from collectors._ssh import Access, access_of
from collectors.commands._find import commands
from collectors.commands._form import Command, Kind, Unread, refused
from inventory.model import Device, Inventory, TargetId
from metrics.observation import Outcome

_PORT: Final = "{}"
"""Stands for a port in a command."""
_MOST_BYTES: Final = 2_000_000
_MOST_PORTS: Final = 64
_MARGIN: Final = 0.5
"""Seconds between the wire's end and the run's, so that the wire says what it waited for."""


@dataclass(frozen=True, slots=True)
class Found:
    """What came of it: readings, or None with the outcome and reason of there being none."""

    outcome: Outcome
    reason: str
    readings: tuple[Any, ...] | None = None
    line: str = ""
    """The command that was read."""


@dataclass(frozen=True, slots=True)
class Way:
    """Into a device that has an address, a login and commands of some kinds."""

    access: Access
    platform: str
    timeout: float


def way_to(
    target: TargetId, inventory: Inventory, kinds: Sequence[Kind], deadline: float
) -> tuple[Device, Way] | None:
    """Return a device and the way to its command line; None where it has no such commands."""
    what, _, name = target.partition(":")
    device = inventory.devices.get(name) if what == "device" else None
    if device is None or not any(commands(device.platform, kind) for kind in kinds):
        return None
    access = access_of(device, inventory)
    if access is None:
        return None
    return device, Way(access, device.platform, deadline - _MARGIN)


async def ask(
    probe: str,
    way: Way,
    kinds: Sequence[Kind],
    wires: Wires,
    memory: DeviceMemory,
    names: Sequence[str] = (),
) -> tuple[Found, ...]:
    """Ask for readings of some kinds in one conversation; one answer for each kind.

    `names`: the ports that commands about one port are sent for.
    """
    known = [line for part in memory.questions.get(probe, ()) for line in part]
    all_of = [commands(way.platform, kind) for kind in kinds]
    if known:
        choices = [[c for c in some if c.line in known] for some in all_of]
    else:
        choices = [[c for c in some if _PORT not in c.line] for some in all_of]
    found = await _round(way, choices, wires, names)
    unknown = all(one.readings is None and one.reason.startswith("cli_") for one in found)
    by_port = [[c for c in some if _PORT in c.line] for some in all_of]
    if unknown and not known and names and any(by_port):
        found = await _round(way, by_port, wires, names)
    if any(one.readings is None for one in found):
        memory.questions.pop(probe, None)
    else:
        memory.questions[probe] = (tuple(one.line for one in found),)
    return found


async def _round(
    way: Way, choices: Sequence[Sequence[Command[Any]]], wires: Wires, names: Sequence[str]
) -> tuple[Found, ...]:
    ports = names[:_MOST_PORTS]
    lines = [list(_lines(choice, ports)) for choice in choices]
    sent = tuple(line for some in lines for _, line in some)
    if not sent:
        return (Found(Outcome.REFUSED, "cli_refused"),) * len(choices)
    said = await wires.ssh.converse(
        way.access, way.platform, sent, timeout=way.timeout, most_bytes=_MOST_BYTES
    )
    if said.outcome is not Outcome.ANSWERED:
        return (Found(said.outcome, said.reason),) * len(choices)
    texts = iter(said.texts)
    heard = [[(command, next(texts)) for command, _ in some] for some in lines]
    # A chassis says thousands of lines, and echoes must not wait for their templates.
    return tuple([await asyncio.to_thread(first, some) for some in heard])


def _lines(
    choice: Sequence[Command[Any]], ports: Sequence[str]
) -> Iterator[tuple[Command[Any], str]]:
    for command in choice:
        if _PORT not in command.line:
            yield command, command.line
        else:
            yield from ((command, command.line.format(port)) for port in ports)


def first(heard: Sequence[tuple[Command[Any], str]]) -> Found:
    """Return the readings of the first command whose answers can be read."""
    unread = False
    for command in dict.fromkeys(command for command, _ in heard):
        answers = [text for one, text in heard if one is command and not refused(text)]
        if not answers:
            continue
        try:
            readings = tuple(row for text in answers for row in command.read(text))
        except Unread:
            unread = True
            continue
        return Found(Outcome.ANSWERED, "", readings, command.line)
    if unread:
        return Found(Outcome.GARBLED, "cli_unread")
    return Found(Outcome.REFUSED, "cli_refused")


def worst(found: Sequence[Found]) -> tuple[Outcome, str]:
    """Sum up: ANSWERED where any was read, `incomplete` where not all were."""
    if all(one.readings is not None for one in found):
        return Outcome.ANSWERED, ""
    if any(one.readings is not None for one in found):
        return Outcome.ANSWERED, "incomplete"
    failed = max(found, key=lambda one: one.outcome)
    return failed.outcome, failed.reason
