"""Traps, as the monitor sees them: a process of its own, fed with who may speak, heard, mended.

The two talk over a pair of sockets that keeps messages whole (SOCK_SEQPACKET). The process hands
over what it heard without waiting: what finds no room there waits in a bounded queue of its own,
and of a full one the oldest goes, counted. One that dies is told, counted and replaced, ever more
slowly; what comes in meanwhile waits with the kernel, in the sockets, which are the monitor's.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from collectors.traps.form import (
    OUTCOMES,
    Counts,
    Engine,
    Engines,
    FromProcess,
    Limits,
    Login,
    Notification,
    Ourselves,
    Roll,
    Settings,
    Source,
)
from collectors.wires.traps import dropped, open_door
from inventory.model import Inventory
from runtime.clock import monotonic
from runtime.config import TrapsConfig
from runtime.traps.roll import engine_id, engine_parts, parts, who

_log = logging.getLogger("extranet.traps")
_LARGEST: Final = 1 << 18
_READ_AT_ONCE: Final = 10
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 60.0
_LONG_LIFE: Final = 60.0
"""Seconds a process must live for the next pause to be the first one again."""
_STOP_SECONDS: Final = 5.0
_DRIFTED: Final = 20
"""Seconds by which an engine's clock may differ from what runs on before it is told again."""
_SILENT_SECONDS: Final = 10.0
"""It tells its counters twice a second; one that has not for so long hangs."""
_STARTING_SECONDS: Final = 60.0
"""The same of one that has not said anything yet: it may start on a machine that is busy."""
_BOOTS_SINCE: Final = 1_577_836_800
"""2020-01-01 UTC: seconds since then number our engine's starts (RFC 3414 wants them to grow)."""
_LEVELS: Final = ("waiting",)
_COUNTED: Final = ("received", *_LEVELS, *OUTCOMES, "handover_full", "unsendable", "unsent_answers")


class TrapDoor:
    """Starts the process, tells it who may speak, and carries what it heard."""

    def __init__(
        self, config: TrapsConfig, heard: Callable[[Notification], None], now: Callable[[], int]
    ) -> None:
        self._config = config
        self._heard = heard
        self._now = now
        self._doors: list[socket.socket] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._alive = -1
        """A descriptor that becomes readable when the process dies (pidfd_open(2))."""
        self._decode = msgspec.msgpack.Decoder(FromProcess).decode
        self._encode = msgspec.msgpack.Encoder().encode
        self._sources: tuple[Source, ...] = ()
        self._logins: dict[str, Login] = {}
        self._engines: dict[str, tuple[Engine, float]] = {}
        """What was told of engines, and when (monotonic); their clocks run on."""
        self._feeding = asyncio.Lock()
        self._sending: socket.socket | None = None
        """The channel on which a message is on its way."""
        self._untold = False
        """A part of who may speak did not get through: some are not heard."""
        self._mending: asyncio.Task[None] | None = None
        self._began = 0.0
        self._told_at = 0.0
        """When it last said something, on the monotonic clock."""
        self._pause = _FIRST_PAUSE
        self._stopping = False
        self._past: Counter[str] = Counter()
        """Counters of processes that died."""
        self._present: Mapping[str, int] = {}
        self.deaths = 0
        self.hangs = 0
        """Deaths that were ours to bring about."""
        self.failures = 0
        """Notifications the monitor could not take: bugs of ours."""

    def open(self) -> None:
        """Open the sockets. Raises OSError naming the address."""
        try:
            for endpoint in self._config.listen:
                self._doors.append(open_door(endpoint))
        except OSError:
            self._close_doors()
            raise

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports that are listened on, in the order of the addresses."""
        return tuple(door.getsockname()[1] for door in self._doors)

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return None if self._process is None else self._process.pid

    @property
    def failure(self) -> str:
        """Why no traps are heard (a code), or ""."""
        if self._process is None:
            return "process_died"
        return "roll_too_large" if self._untold else ""

    async def start(
        self, inventory: Inventory, engines: Mapping[str, Engine] | None = None
    ) -> None:
        """Start the process; tell it who may speak, and what is known of their engines by now."""
        self._sources, self._logins = who(inventory)
        now = monotonic()
        self._engines = {name: (one, now) for name, one in (engines or {}).items()}
        await self._begin()

    async def load(self, inventory: Inventory) -> None:
        """Tell who may speak now."""
        self._sources, self._logins = who(inventory)
        self._engines = {
            source.device: engine
            for source in self._sources
            if (engine := self._engines.get(source.device))
        }
        await self._feed()

    async def learn(self, engines: Mapping[str, Engine]) -> None:
        """Tell the engines that polling knows, as they are now; what runs on is not told again."""
        now = monotonic()
        news = {name: one for name, one in engines.items() if self._is_news(name, one, now)}
        if not news:
            return
        self._engines |= {name: (one, now) for name, one in news.items()}
        async with self._feeding:
            for part in engine_parts(news):
                await self._tell(part)

    def _is_news(self, device: str, engine: Engine, now: float) -> bool:
        known = self._engines.get(device)
        if known is None or _identity(known[0]) != _identity(engine):
            return True
        return abs(_running_on(*known, now).time - engine.time) > _DRIFTED

    async def stop(self) -> None:
        """End the process and close everything."""
        self._stopping = True
        if self._mending is not None:
            self._mending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._mending
        process = self._process
        self._let_go()
        if process is not None:
            await asyncio.to_thread(_end, process)
        self._close_doors()

    def _close_doors(self) -> None:
        while self._doors:
            self._doors.pop().close()

    # The life of the process.

    async def _begin(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        config = self._config
        limits = Limits(
            config.per_source, config.per_source_burst, config.total, config.total_burst
        )
        boots = max(1, self._now() - _BOOTS_SINCE)
        settings = Settings(
            tuple(door.fileno() for door in self._doors),
            theirs.fileno(),
            limits,
            Ourselves(engine_id(config), boots),
            tuple(endpoint.host for endpoint in config.relays),
        )
        try:
            process = await asyncio.to_thread(_spawn, settings)
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        self._process, self._channel = process, ours
        self._began = self._told_at = monotonic()
        self._alive = os.pidfd_open(process.pid)
        loop = asyncio.get_running_loop()
        loop.add_reader(ours.fileno(), self._read)
        loop.add_reader(self._alive, self._died)
        await self._feed()

    def _let_go(self) -> None:
        """Hear nothing more of the process at hand; it ends by itself when the channel does."""
        loop = asyncio.get_running_loop()
        if self._channel is not None:
            channel, self._channel = self._channel, None
            loop.remove_reader(channel.fileno())
            with contextlib.suppress(OSError):
                channel.shutdown(socket.SHUT_RDWR)  # wakes who still sends, who then closes it
            if channel is not self._sending:
                channel.close()
        if self._process is not None:
            loop.remove_reader(self._alive)
            os.close(self._alive)
            self._process = None

    def watch(self, now: float) -> None:
        """End a process that hangs; `now` on the monotonic clock. It is replaced like a dead one.

        What it said in the meantime is looked at first: it may be us who did not listen.
        """
        patience = _SILENT_SECONDS if self._present else _STARTING_SECONDS
        if self._process is None or now - self._told_at < patience:
            return
        self._read()
        if self._process is not None and now - self._told_at >= patience:
            self.hangs += 1
            _log.error("the trap process hangs", extra={"seconds": round(now - self._told_at)})
            self._process.kill()
            self._told_at = now  # until its death is noticed

    def _died(self) -> None:
        process = self._process
        if process is None or self._stopping:
            return
        while self._read():  # what it still said
            pass
        self._let_go()
        self._past.update({k: n for k, n in self._present.items() if k not in _LEVELS})
        self._present = {}
        self.deaths += 1
        if monotonic() - self._began >= _LONG_LIFE:
            self._pause = _FIRST_PAUSE
        _log.error("the trap process died", extra={"died": self.deaths, "again_in": self._pause})
        self._mending = asyncio.get_running_loop().create_task(self._mend(process))

    async def _mend(self, dead: subprocess.Popen[bytes]) -> None:
        await asyncio.to_thread(_end, dead)
        while self._process is None:
            await asyncio.sleep(self._pause)
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
            try:
                await self._begin()
            except Exception:  # noqa: BLE001 - whatever it was, it is tried again and said
                _log.exception("the trap process could not be started")

    # What is told and heard.

    async def _feed(self) -> None:
        async with self._feeding:
            self._untold = False
            now = monotonic()
            engines = {name: _running_on(*known, now) for name, known in self._engines.items()}
            for part in parts(self._sources, self._logins, engines):
                await self._tell(part)

    async def _tell(self, message: Roll | Engines) -> None:
        channel = self._channel
        if channel is None:
            return
        self._sending = channel
        try:
            await asyncio.get_running_loop().sock_sendall(channel, self._encode(message))
        except OSError as error:
            # Else it died: noticed elsewhere, and the next one is told everything.
            if error.errno == errno.EMSGSIZE:
                self._untold = True
                _log.exception("the trap process could not be told who may speak")
        finally:
            self._sending = None
            if channel is not self._channel:
                channel.close()

    def _read(self) -> bool:
        """Take some of what the process says; tell whether there may be more."""
        for _ in range(_READ_AT_ONCE):
            if self._channel is None:
                return False
            try:
                data = self._channel.recv(_LARGEST)
            except BlockingIOError:
                return False
            except OSError:
                data = b""
            self._told_at = monotonic()
            if not data:  # it ends; `_died` sees to it
                asyncio.get_running_loop().remove_reader(self._channel.fileno())
                return False
            message: Any = self._decode(data)
            if isinstance(message, Counts):
                self._present = message.counts
                continue
            for notification in message.notifications:
                self._take(notification)
        return True

    def _take(self, notification: Notification) -> None:
        try:
            self._heard(notification)
        except Exception:  # noqa: BLE001 - one that cannot be taken must not cost the others
            if not self.failures:
                _log.exception("a notification could not be taken")
            self.failures += 1

    def lost(self) -> int:
        """Count what went because we were too slow: our loss, not a storm's."""
        counts = self.counts()
        return counts["handover_full"] + counts["queue_full"] + counts["unsendable"]

    def counts(self) -> Counter[str]:
        """Sum up the counters of all processes so far (`collectors/traps/gate.py`)."""
        total = Counter(dict.fromkeys(_COUNTED, 0))
        total.update(self._past)
        total.update(self._present)
        return total

    def stats(self) -> Mapping[str, float]:
        """Count everything."""
        return {
            **self.counts(),
            "kernel_dropped": dropped(self._doors),
            "deaths": self.deaths,
            "hangs": self.hangs,
            "failures": self.failures,
        }


def _identity(engine: Engine) -> tuple[bytes, int]:
    return engine.engine_id, engine.boots


def _running_on(engine: Engine, at: float, now: float) -> Engine:
    if engine.boots < 0:
        return engine
    return Engine(engine.engine_id, engine.boots, engine.time + int(now - at))


def _spawn(settings: Settings) -> subprocess.Popen[bytes]:
    """Start the process with nothing of ours in it but the sockets and its settings."""
    told = msgspec.json.encode(settings).decode()
    return subprocess.Popen(  # noqa: S603 - our own program, no shell
        [sys.executable, "-m", "runtime.traps.process", told],
        stdin=subprocess.DEVNULL,
        pass_fds=(*settings.doors, settings.channel),
        start_new_session=True,  # the monitor ends it, not a key
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
