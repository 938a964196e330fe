"""The before-meeting check: each node is listened to for a while, now, and go or no-go is said.

The same streams as of the `path` probe (its address, class, size and gap), over the same wires, but
longer. Paced: nodes take turns, so that never more than `ECHOES_PER_SECOND` leave for all of them
together, and the polls do not notice.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from api.ports_reports import NodeHeard, Rehearsal
from collectors import path
from collectors._contract import EchoReply, EchoWire
from collectors._stream import GRADES, listen, opinion_of
from inventory.model import Inventory

_log = logging.getLogger("extranet.rehearsal")
MOST_NODES: Final = 200
MOST_SECONDS: Final = 300
ECHOES_PER_SECOND: Final = 2_000.0
_PIECE_SECONDS: Final = 5.0
"""After so much of a stream it is told how far it has come."""
_REMEMBERED: Final = 20
KIND: Final = "path"
_VIDEO: Final = "video"


@dataclass(frozen=True, slots=True)
class Node:
    """Who is listened to, and how."""

    service: str
    title: str
    question: path.Question

    @property
    def echoes_per_second(self) -> float:
        """How much it takes of what may leave."""
        return 1 / self.question.gap


def nodes_of(inventory: Inventory, services: Iterable[str], group: str = "") -> list[Node]:
    """Return the nodes among these services, and of the group, in the order of the inventory."""
    wanted = set(services)
    found = []
    for service in inventory.services.values():
        if service.id not in wanted and (not group or service.group != group):
            continue
        for spec in service.probes:
            question = path.question_of(spec, inventory) if spec.kind == KIND else None
            if question is not None:
                found.append(Node(service.id, service.title, question))
    return found


def unchecked(inventory: Inventory, services: Iterable[str], group: str = "") -> list[NodeHeard]:
    """Return the video nodes among these that have no path to be checked: nobody knows of them."""
    wanted = set(services)
    found = {node.service for node in nodes_of(inventory, wanted, group)}
    return [
        NodeHeard(one.id, one.title, 1.0, reasons=("no_path_check",))
        for one in inventory.services.values()
        if one.kind == _VIDEO and one.id not in found
        if one.id in wanted or (group and one.group == group)
    ]


def waves_of(nodes: Iterable[Node]) -> list[list[Node]]:
    """Divide nodes into those that are listened to at the same time."""
    waves: list[list[Node]] = []
    left = 0.0
    for node in nodes:
        if not waves or node.echoes_per_second > left:
            waves.append([])
            left = ECHOES_PER_SECOND
        waves[-1].append(node)
        left -= node.echoes_per_second
    return waves


def lasts(nodes: Sequence[Node], seconds: int) -> int:
    """Return about how many seconds a check takes."""
    return round(
        sum(seconds + max(node.question.timeout for node in wave) for wave in waves_of(nodes))
    )


async def rehearse(
    nodes: Sequence[Node],
    wires: Mapping[str, EchoWire],
    seconds: int,
    tell: Callable[[NodeHeard], None],
) -> None:
    """Listen to every node; `tell` is called each time more is known of one."""
    for wave in waves_of(nodes):
        async with asyncio.TaskGroup() as group:
            for node in wave:
                group.create_task(_listen(node, wires[node.question.wire], seconds, tell))


async def _listen(
    node: Node, wire: EchoWire, seconds: int, tell: Callable[[NodeHeard], None]
) -> None:
    question = node.question
    rest = whole = max(1, round(seconds / question.gap))
    piece = max(1, round(_PIECE_SECONDS / question.gap))
    rtts: list[float | None] = []
    refused, why = 0, ""
    while rest > 0:
        reply = await path.send(question, wire, min(piece, rest))
        rest -= piece
        rtts += reply.rtts
        refused, why = refused + reply.refused, reply.reason or why
        if rest > 0:
            lost = rtts.count(None)
            done = 1 - rest / whole
            tell(NodeHeard(node.service, node.title, done, len(rtts), lost))
    tell(heard(node, EchoReply(tuple(rtts), 0, refused, why)))


def heard(node: Node, reply: EchoReply) -> NodeHeard:
    """Sum up what was heard of a node, and say whether it can take part."""
    found = listen(reply.rtts)
    if not found.sent:
        reason = "unreachable" if reply.refused else reply.reason or "not_sent"
        go = False if reply.refused else None
        return NodeHeard(node.service, node.title, 1.0, go=go, reasons=(reason,))
    verdict = path.verdict_of(found, node.question.limits)
    silent = found.rtt is None
    return NodeHeard(
        service=node.service,
        title=node.title,
        done=1.0,
        sent=found.sent,
        lost=found.lost,
        loss_ratio=found.loss,
        rtt_seconds=found.rtt,
        delay_seconds=found.delay,
        jitter_seconds=found.jitter,
        rtp_jitter_seconds=found.rtp_jitter,
        mos=opinion_of(found),
        rating=verdict.rating,
        go=GRADES[verdict.rating] >= node.question.least,
        reasons=("path_silent",) if silent else verdict.exceeded,
    )


class RehearsalDoor:
    """`api.ports_reports.Rehearsals`: one check at a time, the last ones remembered in memory."""

    def __init__(
        self,
        now: Callable[[], int],
    ) -> None:
        self._inventory: Inventory | None = None
        self._wires: Mapping[str, EchoWire] = {}
        self._now = now
        self._kept: OrderedDict[str, Rehearsal] = OrderedDict()
        self._running: asyncio.Task[None] | None = None

    def connect(self, icmp: EchoWire, udp: EchoWire) -> None:
        """Say which wires to use; the monitor opens those that its probes need."""
        self._wires = {"icmp": icmp, "udp": udp}

    def load(self, inventory: Inventory) -> None:
        """Take over an inventory."""
        self._inventory = inventory

    def nodes(self, services: Sequence[str], group: str) -> Mapping[str, str]:
        """Return which of these have a path to be checked, and what else is a node of the group."""
        found = {node.service: node.title for node in self._nodes(services, group)}
        if not found or self._inventory is None:
            return {}
        return found | {one.service: one.title for one in unchecked(self._inventory, (), group)}

    def _nodes(self, services: Sequence[str], group: str = "") -> list[Node]:
        return [] if self._inventory is None else nodes_of(self._inventory, services, group)

    def begin(self, services: Sequence[str], seconds: int, person: str) -> Rehearsal | None:
        """Begin to check these nodes; None = a check is running."""
        if self._running is not None:
            return None
        nodes = self._nodes(services)
        begun = Rehearsal(
            id=secrets.token_hex(8),
            person=person,
            started=self._now(),
            seconds=seconds,
            lasts=lasts(nodes, seconds),
            ended=None,
            nodes=(
                *(NodeHeard(node.service, node.title) for node in nodes),
                *(() if self._inventory is None else unchecked(self._inventory, services)),
            ),
        )
        self._kept[begun.id] = begun
        while len(self._kept) > _REMEMBERED:
            self._kept.popitem(last=False)
        self._running = asyncio.create_task(self._run(begun.id, nodes, seconds), name="rehearsal")
        self._running.add_done_callback(self._ended)
        return begun

    async def _run(self, rehearsal: str, nodes: Sequence[Node], seconds: int) -> None:
        try:
            await rehearse(nodes, self._wires, seconds, lambda one: self._told(rehearsal, one))
        finally:
            self._change(rehearsal, ended=self._now())

    def _told(self, rehearsal: str, one: NodeHeard) -> None:
        kept = self._kept[rehearsal]
        nodes = tuple(one if old.service == one.service else old for old in kept.nodes)
        self._change(rehearsal, nodes=nodes)

    def _change(self, rehearsal: str, **changes: object) -> None:
        kept = self._kept[rehearsal]
        self._kept[rehearsal] = msgspec.structs.replace(kept, **changes)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running = None
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("a before-meeting check failed", exc_info=error)

    def latest(self) -> Sequence[Rehearsal]:
        """Return what is remembered, newest first."""
        return tuple(reversed(self._kept.values()))

    async def stop(self) -> None:
        """End what runs."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
