"""One run of echoes on its way: what is sent, what is settled, and its result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from collectors._contract import EchoReply
from collectors.wires._door import Door

_VOID: Final = -1.0
"""Stands for an echo that says nothing: unsent, refused, or possibly dropped by ourselves."""


class Run:
    """Settles once every echo was answered, lost, or found to say nothing; then calls `done`."""

    __slots__ = ("count", "done", "door", "gap", "index", "key", "mark", "more", "overruns",
                 "pending", "reason", "refused", "rtts", "target", "timeout",
                 "unsent")  # fmt: skip

    def __init__(
        self,
        door: Door,
        target: tuple[str, int],
        count: int,
        gap: float,
        timeout: float,
        done: Callable[[EchoReply], None],
        mark: int = 0,
        more: bytes = b"",
    ) -> None:
        self.door = door
        self.target = target
        self.key = target if target[1] else target[:1]
        """What the address of a reply must begin with."""
        self.count = count
        self.gap = gap
        self.timeout = timeout
        self.done = done
        self.mark = mark
        """The octet of type of service, or traffic class, of its echoes."""
        self.more = more
        """What is put behind an echo of the usual size."""
        self.index = 0
        self.pending = 0
        self.unsent = 0
        self.refused = 0
        self.overruns = -1
        self.reason = ""
        self.rtts: list[float | None] = [None] * count

    def void(self, index: int, reason: str) -> None:
        """Note that an echo says nothing about the network."""
        self.rtts[index] = _VOID
        self.unsent += 1
        self.reason = reason

    def refuse(self, index: int) -> None:
        """Note that the target itself answered, with an ICMP error."""
        self.rtts[index] = _VOID
        self.refused += 1

    def finish(self) -> None:
        """Hand over the result once every echo is sent and settled."""
        if self.pending or self.index < self.count:
            return
        rtts = tuple(self.rtts)
        if self.unsent or self.refused:
            rtts = tuple(rtt for rtt in rtts if rtt != _VOID)
        self.done(EchoReply(rtts, self.unsent, self.refused, self.reason))

    def abandon(self) -> None:
        """Hand over that nobody knows: the wire is closed."""
        self.done(EchoReply((), self.count, reason="not_open"))
