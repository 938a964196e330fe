"""The process that hears traps: raw datagrams in, notifications out. One loop, no task.

It is started by `runtime/traps/hearing.py` with the sockets open, learns who may speak over the
channel, and ends when the channel does. Reading goes before decoding, so that a storm is counted
and thrown away as fast as it comes.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from selectors import EVENT_READ, DefaultSelector
from typing import Any, Final

import msgspec

from collectors.traps.form import (
    ENVELOPE,
    LARGEST,
    OUTCOMES,
    Counts,
    Engines,
    Login,
    Roll,
    Settings,
    Source,
    ToProcess,
    Written,
)
from collectors.traps.gate import Gate, Raw
from collectors.wires.traps import Reader, answer
from runtime import logs
from runtime.clock import monotonic, wall

_AT_ONCE: Final = 256
"""Datagrams read before some are decoded."""
_DECODED_AT_ONCE: Final = 4
_IN_ONE_MESSAGE: Final = 20
_NO_ROOM: Final = frozenset({errno.ENOBUFS, errno.ENOMEM})
_READY_TO_GO: Final = 1_000
_LARGEST: Final = 1 << 18
_COUNTS_EVERY: Final = 0.5
_NICE: Final = 5


def main() -> None:
    """Hear until the channel ends; the one argument is `Settings` as JSON."""
    logs.start()
    os.nice(_NICE)  # a poll has its instant; a trap can wait
    settings = msgspec.json.decode(sys.argv[1], type=Settings)
    doors = [socket.socket(fileno=number) for number in settings.doors]
    channel = socket.socket(fileno=settings.channel)
    Process(doors, channel, settings).run()


class Process:
    """The loop."""

    def __init__(
        self,
        doors: Sequence[socket.socket],
        channel: socket.socket,
        settings: Settings,
    ) -> None:
        self._doors = doors
        self._channel = channel
        self._gate = Gate(settings.limits, settings.ourselves, settings.relays, monotonic())
        self._reader = Reader()
        self._selector = DefaultSelector()
        self._out: deque[bytes] = deque()
        self._overflowed = self._unsent = self._unsendable = 0
        self._sources: list[Source] = []
        self._logins: dict[str, Login] = {}
        self._decode = msgspec.msgpack.Decoder(ToProcess).decode
        self._encode = msgspec.msgpack.Encoder().encode
        self._told_at = 0.0
        self._listening = False
        self._ended = False

    def run(self) -> None:
        """Read, decode, hand over, in turns."""
        self._channel.setblocking(False)
        self._selector.register(self._channel, EVENT_READ)
        try:
            while not self._ended:
                self._turn()
        finally:
            self._selector.close()

    def _turn(self) -> None:
        busy = self._gate.waiting > 0
        timeout = 0.0 if busy else 0.02 if self._out else _COUNTS_EVERY
        ready = self._selector.select(timeout)
        # What the monitor says goes first: it may be about who speaks next.
        for key, _ in sorted(ready, key=lambda pair: pair[0].fileobj is not self._channel):
            if key.fileobj is self._channel:
                self._hear_the_monitor()
            else:
                self._hear(key.data)
        for _ in range(min(_DECODED_AT_ONCE, self._gate.waiting)):
            self._read_one()
        self._hand_over()
        now = monotonic()
        if now - self._told_at >= _COUNTS_EVERY:
            self._told_at = now
            self._send(Counts(self._counts()))

    # From devices.

    def _hear(self, number: int) -> None:
        now, at_ms = monotonic(), int(wall() * 1000)
        gate = self._gate
        self._reader.read(
            self._doors[number],
            _AT_ONCE,
            lambda host, length: gate.refuses(host.partition("%")[0], length, now),
            lambda address, data: gate.put(Raw(number, address, data, at_ms)),
        )

    def _read_one(self) -> None:
        raw = self._gate.take()
        found = self._gate.read(raw, monotonic())
        if found.notification is not None:
            if len(self._out) >= _READY_TO_GO:
                self._out.popleft()
                self._overflowed += 1
            self._out.append(found.written)
        if found.reply and not answer(self._doors[raw.door], raw.address, found.reply):
            self._unsent += 1

    # To and from the monitor.

    def _hand_over(self) -> None:
        while self._out:
            some = tuple(self._fill())
            if not self._send(Written(some)):
                return
            for _ in some:
                self._out.popleft()

    def _fill(self) -> Iterator[msgspec.Raw]:
        """Yield as many of the oldest as one message holds, at least one."""
        room = LARGEST - ENVELOPE
        for place, written in enumerate(islice(self._out, _IN_ONE_MESSAGE)):
            room -= len(written)
            if place and room < 0:
                return
            yield msgspec.Raw(written)

    def _send(self, message: Written | Counts) -> bool:
        try:
            self._channel.send(self._encode(message))
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno == errno.EMSGSIZE:  # refused each time: a loss, and no death
                lost = len(message.notifications) if isinstance(message, Written) else 0
                self._unsendable += lost
                return True
            self._ended = error.errno not in _NO_ROOM
            return False
        return True

    def _hear_the_monitor(self) -> None:
        try:
            data = self._channel.recv(_LARGEST)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._ended = True
            return
        message: Any = self._decode(data)
        if isinstance(message, Engines):
            self._gate.learn(message.learnt, monotonic())
        else:
            self._enrol(message)

    def _enrol(self, part: Roll) -> None:
        """Collect a roll; what came before the first one waits with the kernel."""
        if part.first:
            self._sources, self._logins = [], {}
        self._sources += part.sources
        self._logins |= part.logins
        if not part.last:
            return
        self._gate.load(self._sources, self._logins, monotonic())
        self._sources = []
        if not self._listening:
            self._listening = True
            for number, door in enumerate(self._doors):
                self._selector.register(door, EVENT_READ, number)

    def _counts(self) -> dict[str, int]:
        return {
            "received": self._gate.received,
            "waiting": self._gate.waiting,
            **{outcome: self._gate.counts[outcome] for outcome in OUTCOMES},
            "handover_full": self._overflowed,
            "unsendable": self._unsendable,
            "unsent_answers": self._unsent,
        }


if __name__ == "__main__":
    main()
