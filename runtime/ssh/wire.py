"""SSH, as the monitor sees it: a wire that asks a process of its own, in turns.

paramiko and netmiko work with threads, and now and then keep memory of what is over (paramiko#949,
#2458): so they live in a process that is exchanged from time to time (`life.py`). Who is asked
when is decided here (`turns.py`), so that limits and back-off outlive a process. What one that
died was doing is SKIPPED (`ssh_process`), for nobody knows how it went.
"""

from __future__ import annotations

import asyncio
import resource
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from random import random
from typing import Final

import msgspec

from collectors._ssh import Access, Kept, Said
from collectors.wires._ssh_form import (
    AGAIN,
    KEPT,
    Answered,
    Begin,
    Closed,
    FrameError,
    FromProcess,
    Job,
    Limits,
    LoggedIn,
    Start,
)
from inventory.model import Inventory
from metrics.observation import Outcome
from runtime.clock import monotonic
from runtime.sections.ssh import SshConfig
from runtime.ssh.child import Child
from runtime.ssh.life import Life
from runtime.ssh.refusals import RefusalBook
from runtime.ssh.turns import BUSY, Ask, Pace, Turns, way_of

HOST_KEYS: Final = "host_keys"
"""The file of pinned keys, in the store."""
CHANGED: Final = "host_key_changed"
_LISTING_OCTETS: Final = 4_000_000
"""Some 25,000 names with their figures."""
_GRACE_SECONDS: Final = 3.0
"""That an answer may need after its job's end."""
_MOST_AGAIN: Final = 3
_LOOK_SECONDS: Final = 0.2
_SPARE_DESCRIPTORS: Final = 256
_SKIPPED: Final = Said(Outcome.SKIPPED, "ssh_process")


class _Asked(msgspec.Struct):
    """A question under way."""

    job: Job
    answer: asyncio.Future[Answered]
    child: Child | None = None
    """Who does it; None = it waits."""
    again: int = 0
    """How often it was given again."""


class SshDoor:
    """The wire (`collectors._ssh.SshWire`) and the process behind it."""

    def __init__(
        self,
        config: SshConfig,
        store: Path,
        parts: Mapping[str, bytes] | None = None,
        *,
        chance: Callable[[], float] = random,
        book: RefusalBook | None = None,
    ) -> None:
        """`parts`: what jobs of a kind are told besides (`_ssh_form.Start`).

        `book`: where refused logins are remembered beyond this process.
        """
        self._book = book
        self._parts = dict(parts or {})
        pace = Pace(
            workers=config.workers,
            sessions=max(1, config.workers // 2),
            logins=config.logins_at_once,
            logins_per_second=config.logins_per_second,
        )
        self._turns = Turns(pace, chance)
        self._life = Life(
            _start(config, store / HOST_KEYS, self._parts),
            self._began,
            self._heard,
            self._lost,
            self._until,
            most_jobs=config.recycle_jobs,
            most_bytes=config.recycle_bytes,
        )
        self._numbers = count(1)
        self._asked: dict[int, _Asked] = {}
        self._looking: asyncio.TimerHandle | None = None
        self.wanted = False
        """Whether any device is asked by SSH."""
        self.outcomes: Counter[str] = Counter()
        """Jobs by outcome, and skipped ones by reason."""
        self.late = 0
        """Jobs that the process did not answer in their time."""
        self._keys: dict[str, bool] = {}
        """Devices whose host key was seen: whether it was a pinned one, the last time."""
        self.tell: Callable[[str, bool], None] = lambda _device, _good: None
        """Is told of a device whether its host key is a pinned one, when that changes."""

    # The wire.

    async def run(
        self, access: Access, script: str, *, timeout: float, most_bytes: int = 262_144
    ) -> Said:
        """Let a Linux host run a POSIX shell script."""
        answered = await self._ask("run", access, timeout, most_bytes, script=script)
        return answered.said or _SKIPPED

    async def list_files(
        self, access: Access, folder: str, pattern: str, *, timeout: float
    ) -> Said:
        """List by SFTP what a folder of a host holds."""
        answered = await self._ask(
            "list_files", access, timeout, _LISTING_OCTETS, folder=folder, pattern=pattern
        )
        return answered.said or _SKIPPED

    async def converse(
        self,
        access: Access,
        platform: str,
        commands: tuple[str, ...],
        *,
        timeout: float,
        most_bytes: int = 4_000_000,
    ) -> Said:
        """Give read-only commands to network gear, one after the other."""
        answered = await self._ask(
            "converse", access, timeout, most_bytes, platform=platform, commands=commands
        )
        return answered.said or _SKIPPED

    async def keep_configuration(
        self, access: Access, platform: str, *, timeout: float, why: str = ""
    ) -> Kept:
        """Fetch the running configuration and keep it, in the process that asks."""
        if "keep_configuration" not in self._parts:
            return Kept(Outcome.SKIPPED, "not_open")
        answered = await self._ask(
            "keep_configuration", access, timeout, 16_000_000, platform=platform, why=why
        )
        said = answered.said or _SKIPPED
        return answered.kept or Kept(said.outcome, said.reason)

    async def _ask(
        self,
        kind: str,
        access: Access,
        timeout: float,
        most_bytes: int,
        *,
        platform: str = "",
        commands: tuple[str, ...] = (),
        script: str = "",
        why: str = "",
        folder: str = "",
        pattern: str = "",
    ) -> Answered:
        number, now = next(self._numbers), monotonic()
        job = Job(
            id=number, kind=kind, access=access, until=now + timeout, most_bytes=most_bytes,
            platform=platform, commands=commands, script=script, why=why, folder=folder,
            pattern=pattern,
        )  # fmt: skip
        ask = Ask(number, access, kind not in KEPT)
        refused = self._turns.put(ask, now)
        if refused:
            return self._counted(_skipped(number, refused))
        asked = _Asked(job, asyncio.get_running_loop().create_future())
        self._asked[number] = asked
        self._look(ask)
        try:
            return self._counted(await self._answer(asked))
        finally:
            if self._turns.drop(number):
                del self._asked[number]

    async def _answer(self, asked: _Asked) -> Answered:
        """Wait until it is answered, or its time is over; then its place says why it was not."""
        job = asked.job
        await asyncio.wait((asked.answer,), timeout=job.until - monotonic())
        if not asked.answer.done() and asked.child is not None:
            await asyncio.wait((asked.answer,), timeout=_GRACE_SECONDS)
        if asked.answer.done():
            return asked.answer.result()
        if asked.child is None:
            return _skipped(job.id, BUSY if self._life.child is not None else "ssh_process")
        self.late += 1
        self.exchange()
        return _skipped(job.id, "ssh_process")

    def _counted(self, answered: Answered) -> Answered:
        told = answered.kept or answered.said or _SKIPPED
        self.outcomes[told.outcome.name] += 1
        if told.outcome is Outcome.SKIPPED:
            self.outcomes[told.reason] += 1
        return answered

    # Turns.

    def _look(self, newest: Ask | None = None) -> None:
        """Let begin what may; come back where something still waits."""
        child = self._life.child
        if child is None:
            self._life.want()
            return
        for ask, may in self._turns.begin(monotonic(), newest):
            asked = self._asked[ask.id]
            asked.child = child
            try:
                child.tell(Begin(msgspec.structs.replace(asked.job, may=may)))
            except FrameError:
                self._over(_skipped(ask.id, "too_large"))
        if self._turns.waiting and self._looking is None:
            loop = asyncio.get_running_loop()
            self._looking = loop.call_later(_LOOK_SECONDS, self._look_again)

    def _look_again(self) -> None:
        self._looking = None
        self._look()

    def _heard(self, child: Child, message: FromProcess) -> None:
        match message:
            case Answered():
                if message.said is not None and message.said.reason == AGAIN:
                    self._once_more(message)
                else:
                    self._over(message)
            case LoggedIn():
                self._turns.logged_in(message.job)
                asked = self._asked.get(message.job)
                for hop in way_of(None if asked is None else asked.job.access):
                    self._key_seen(hop.device, good=True)
                if child is self._life.child:
                    self._turns.kept.update(message.kept)
            case Closed():
                if child is self._life.child:
                    self._turns.closed(message.devices, monotonic())
            case _:
                return
        self._look()

    def _over(self, answered: Answered) -> None:
        asked = self._asked.pop(answered.job, None)
        self._turns.over(answered.job, answered.at, answered.why, monotonic())
        if asked is None:
            return
        if answered.why == CHANGED:
            self._key_seen(answered.at, good=False)
        if not asked.answer.done():
            asked.answer.set_result(answered)

    def _key_seen(self, device: str, *, good: bool) -> None:
        if self._keys.get(device) != good:
            self._keys[device] = good
            self.tell(device, good)

    def _once_more(self, answered: Answered) -> None:
        """Ask again over a new line: the old one was dead before anything was asked."""
        asked = self._asked.get(answered.job)
        if asked is None or asked.again >= _MOST_AGAIN or asked.answer.done():
            self._over(_skipped(answered.job, BUSY))
            return
        now = monotonic()
        self._turns.over(answered.job, "", "", now)
        asked.child, asked.again = None, asked.again + 1
        refused = self._turns.put(Ask(answered.job, asked.job.access, session=False), now)
        if refused:
            self._over(_skipped(answered.job, refused))

    # The process.

    def load(self, inventory: Inventory) -> None:
        """Take over an inventory, at the start and at each reload."""
        devices = [one.id for one in inventory.devices.values() if one.login is not None]
        self._turns.load(inventory.logins.values(), devices)
        if self._book is not None:
            self._book.begin(self._turns, inventory.logins, devices)
        for device in self._keys.keys() - set(devices):
            del self._keys[device]
        self.wanted = bool(devices)

    async def start(self, stack: AsyncExitStack) -> None:
        """Start the process where it is wanted; else the first question does. Raises OSError."""
        stack.push_async_callback(self.stop)
        if self.wanted:
            await self._life.begin()

    def _began(self) -> None:
        self._turns.kept.clear()
        self._look()

    def _lost(self, child: Child) -> None:
        if self._life.child is None:
            self._turns.kept.clear()
        for number in [n for n, asked in self._asked.items() if asked.child is child]:
            self._over(_skipped(number, "ssh_process"))

    def _until(self) -> float:
        ends = [asked.job.until for asked in self._asked.values() if asked.child is not None]
        return max(ends, default=monotonic()) + _GRACE_SECONDS

    def tick(self) -> None:
        """Once a second: see to the process."""
        self._life.tick()
        if self._book is not None:
            self._book.tick(self._turns)

    def exchange(self) -> None:
        """Have the process exchanged with the next tick."""
        self._life.retire()

    async def stop(self) -> None:
        """End everything; what is under way is SKIPPED."""
        if self._looking is not None:
            self._looking.cancel()
        for number in list(self._asked):
            self._turns.drop(number)
            self._over(_skipped(number, "stopped"))
        await self._life.end()
        if self._book is not None:
            await self._book.end(self._turns)

    # How it does.

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return None if self._life.child is None else self._life.child.pid

    @property
    def failure(self) -> str:
        """Why nobody can be asked although somebody should be (a code), or ""."""
        return "process_died" if self.wanted and self._life.child is None else ""

    def health(self) -> Mapping[str, dict[str, object]]:
        """Tell how it does, where it is wanted."""
        if not self.wanted:
            return {}
        return {"ssh": {"ok": not self.failure, "reason": self.failure}}

    def stats(self) -> Mapping[str, float]:
        """Count everything."""
        return {
            **self._life.stats(),
            **{f"outcome_{name}": n for name, n in self.outcomes.items()},
            "waiting": self._turns.waiting,
            "left_alone": self._turns.paused,
            "late_answers": self.late,
        }


def _start(config: SshConfig, host_keys: Path, parts: Mapping[str, bytes]) -> Start:
    kept = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - _SPARE_DESCRIPTORS
    limits = Limits(
        connect_seconds=config.connect,
        login_seconds=config.login,
        idle_seconds=config.idle,
        most_kept=max(0, min(config.keep, kept)),
        agent_keys=config.agent_keys,
    )
    return Start(
        host_keys=str(host_keys.absolute()),
        workers=config.workers,
        limits=limits,
        parts=dict(parts),
    )


def _skipped(number: int, reason: str) -> Answered:
    return Answered(number, Said(Outcome.SKIPPED, reason))
