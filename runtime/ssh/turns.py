"""Who may be asked by SSH now: one thing at a time of a device, and few logins at once.

    group      at most as many logins at once as its logins say (RFC 4252 knows no such limit, an
               AAA server does); a session with network gear counts until it is over
    proof      of a login that has not let anybody in yet, or failed last, two at once: a password
               that was changed costs an account few failures, however many devices there are
    back-off   a device that refused a login is left alone for minutes, doubling to an hour; a login
               refused by three devices with no success between, everywhere
    pace       logins per second and at once, so that after an outage no hundred begin together;
               a host whose line was lost waits a moment of its own

Pure: time is an argument, chance comes from outside. Nothing that waits is forgotten: it begins, or
who asked takes it back (`drop`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Final

import msgspec

from collectors._ssh import Access
from inventory.model import Login
from runtime.ssh.refusals import Refusal

BUSY: Final = "ssh_busy"
BACK_OFF: Final = "ssh_auth_backoff"
REFUSED: Final = "ssh_auth"
_MOST_PER_DEVICE: Final = 4
_MOST_PER_GROUP: Final = 1_000
_MOST: Final = 4_000
_UNPROVEN: Final = 2
_FIRST_PAUSE: Final = 60.0
_LOGIN_PAUSE: Final = 300.0
_LONGEST_PAUSE: Final = 3_600.0
_DEVICES_REFUSING: Final = 3
_BURST_SECONDS: Final = 1.0


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How much at once: threads, sessions with network gear, logins; logins per second."""

    workers: int = 64
    sessions: int = 32
    logins: int = 16
    logins_per_second: float = 20.0
    again_seconds: float = 1.0
    """Within which a host whose line was lost waits for a moment of its own."""


class Ask(msgspec.Struct, frozen=True):
    """Somebody wants something of a device; `session` = its line is for this alone."""

    id: int
    access: Access
    session: bool


class Turns:
    """What waits and what runs."""

    def __init__(self, pace: Pace, chance: Callable[[], float]) -> None:
        """`chance`: gives a number in [0, 1)."""
        self._pace = pace
        self._chance = chance
        self._waiting: dict[int, Ask] = {}
        self._per_device: Counter[str] = Counter()
        self._per_group: Counter[str] = Counter()
        self._running: dict[int, Ask] = {}
        self._busy: set[str] = set()
        self._sessions = 0
        self._logging_in: dict[int, tuple[Access, ...]] = {}
        self._in_group: Counter[str] = Counter()
        self._held: dict[int, tuple[str, ...]] = {}
        self._with_login: Counter[str] = Counter()
        self._proven: dict[str, Login] = {}
        self._paused: dict[str, Refusal] = {}
        self._refused: dict[str, tuple[Login, set[str], int]] = {}
        self._login_paused: dict[str, Refusal] = {}
        self._not_before: dict[str, float] = {}
        self._tokens = self._burst = max(1.0, pace.logins_per_second * _BURST_SECONDS)
        self._filled_at = 0.0
        self._most: Mapping[str, int] = {}
        self.kept: set[str] = set()
        """Devices to which a line is open."""
        self.changes = 0
        """How often `refusals` became others."""

    def load(self, logins: Iterable[Login], devices: Collection[str]) -> None:
        """Take over how many logins at once each group allows: the least of its logins' numbers.

        Devices that are not among `devices` are forgotten.
        """
        for known in (self._paused, self._not_before):
            for device in known.keys() - set(devices):
                del known[device]
        most: dict[str, int] = {}
        for login in logins:
            most[login.group] = min(login.most, most.get(login.group, login.most))
        self._most = most

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @property
    def running(self) -> int:
        """How many are under way."""
        return len(self._running)

    @property
    def paused(self) -> int:
        """How many devices and logins are left alone."""
        return len(self._paused) + len(self._login_paused)

    def refusals(self) -> list[Refusal]:
        """Return who is, or was last, left alone: for a process that comes after this one."""
        return [*self._paused.values(), *self._login_paused.values()]

    def recall(self, refusals: Iterable[Refusal]) -> None:
        """Take over what an earlier process knew; one refusal more may be one too many."""
        for one in refusals:
            login, devices, times = self._refused.get(one.login.id, (one.login, set(), 0))
            if not one.device:
                self._login_paused[login.id] = one
                times = one.failures
            else:
                self._paused[one.device] = one
                if len(devices) < _DEVICES_REFUSING - 1:
                    devices.add(one.device)
            self._refused[login.id] = login, devices, times

    # Coming and going.

    def put(self, ask: Ask, now: float) -> str:
        """Let it wait; return why it must not (a code), or ""."""
        device, group = ask.access.device, ask.access.login.group
        if any(self._is_left_alone(hop, now) for hop in self._to_log_in(ask)):
            return BACK_OFF
        if (
            self._per_device[device] >= _MOST_PER_DEVICE
            or self._per_group[group] >= _MOST_PER_GROUP
            or len(self._waiting) >= _MOST
        ):
            return BUSY
        self._waiting[ask.id] = ask
        self._per_device[device] += 1
        self._per_group[group] += 1
        return ""

    def drop(self, number: int) -> bool:
        """Take back what waits; False = it does not wait."""
        ask = self._waiting.pop(number, None)
        if ask is None:
            return False
        for counter, key in (
            (self._per_device, ask.access.device),
            (self._per_group, ask.access.login.group),
        ):
            counter[key] -= 1
            if not counter[key]:
                del counter[key]
        return True

    def begin(self, now: float, newest: Ask | None = None) -> list[tuple[Ask, tuple[str, ...]]]:
        """Return what begins now, the longest waiting first, with where it may log in.

        `newest`: it has just come and nothing else is new, so only it is looked at; where it needs
        a login and others wait, it waits with them.
        """
        self._fill(now)
        begun: list[tuple[Ask, tuple[str, ...]]] = []
        if newest is None or len(self._waiting) == 1:
            asks = list(self._waiting.values())
        else:
            asks = [] if self._needs_login(newest) else [newest]
        for ask in asks:
            if len(self._running) >= self._pace.workers:
                break
            if not self._is_held_up(ask) and self._may(ask, now):
                self.drop(ask.id)
                begun.append((ask, self._start(ask)))
        return begun

    def logged_in(self, number: int) -> None:
        """All logins of a job are over; a session stays one in its group."""
        for hop in self._logging_in.pop(number, ()):
            self._with_login[hop.login.id] -= 1
            self._proven[hop.login.id] = hop.login
            self._refused.pop(hop.login.id, None)
            paused = self._paused.pop(hop.device, None), self._login_paused.pop(hop.login.id, None)
            self.changes += paused != (None, None)
        ask = self._running.get(number)
        if ask is not None and not ask.session:
            self._release(number)

    def over(self, number: int, at: str, why: str, now: float) -> None:
        """Take note that a job is over. `at`: where it failed, `why` (a code); "" = it did not."""
        ask = self._running.pop(number, None)
        if ask is None:
            return
        self._busy.discard(ask.access.device)
        self._sessions -= ask.session
        for hop in self._logging_in.pop(number, ()):
            self._with_login[hop.login.id] -= 1
            if hop.device == at and why == REFUSED:
                self._was_refused(hop, now)
        self._release(number)

    def closed(self, devices: Iterable[str], now: float) -> None:
        """Lines were lost, or are not needed any more."""
        for device in devices:
            self.kept.discard(device)
            self._not_before[device] = now + self._chance() * self._pace.again_seconds

    # Rules.

    def _is_held_up(self, ask: Ask) -> bool:
        """Tell of most that wait, cheaply, that they must wait on: thousands may."""
        device, login = ask.access.device, ask.access.login
        if device in self._busy or (ask.session and self._sessions >= self._pace.sessions):
            return True
        return self._needs_login(ask) and (
            self._tokens < 1
            or len(self._logging_in) >= self._pace.logins
            or self._in_group[login.group] >= self._most.get(login.group, login.most)
        )

    def _needs_login(self, ask: Ask) -> bool:
        return ask.session or ask.access.device not in self.kept

    def _may(self, ask: Ask, now: float) -> bool:
        hops = self._to_log_in(ask)
        if not hops:
            return True
        return (
            self._tokens >= 1
            and len(self._logging_in) < self._pace.logins
            and all(self._may_log_in(hop, now) for hop in hops)
        )

    def _may_log_in(self, hop: Access, now: float) -> bool:
        login = hop.login
        if now < self._not_before.get(hop.device, now) or self._is_left_alone(hop, now):
            return False
        if self._in_group[login.group] >= self._most.get(login.group, login.most):
            return False
        return self._proven.get(login.id) == login or self._with_login[login.id] < _UNPROVEN

    def _is_left_alone(self, hop: Access, now: float) -> bool:
        """Whether a login there would be one more failure; with another secret it would not."""
        pauses = self._paused.get(hop.device), self._login_paused.get(hop.login.id)
        return any(one is not None and one.login == hop.login and now < one.until for one in pauses)

    def _to_log_in(self, ask: Ask) -> tuple[Access, ...]:
        """Name the hops on which a login is needed, the device itself first."""
        return tuple(
            hop
            for hop in way_of(ask.access)
            if hop.device not in self.kept or (ask.session and hop is ask.access)
        )

    def _start(self, ask: Ask) -> tuple[str, ...]:
        self._running[ask.id] = ask
        self._busy.add(ask.access.device)
        self._sessions += ask.session
        hops = self._to_log_in(ask)
        if not hops:
            return ()
        self._tokens -= 1
        self._logging_in[ask.id] = hops
        groups = tuple({hop.login.group for hop in hops})
        self._held[ask.id] = groups
        self._in_group.update(groups)
        self._with_login.update(hop.login.id for hop in hops)
        return tuple(hop.device for hop in hops)

    def _release(self, number: int) -> None:
        self._in_group.subtract(self._held.pop(number, ()))

    def _was_refused(self, hop: Access, now: float) -> None:
        login = hop.login
        self._proven.pop(login.id, None)
        before = self._paused.get(hop.device)
        failures = 1 if before is None or before.login != login else before.failures + 1
        until = self._until(_FIRST_PAUSE, failures, now)
        self._paused[hop.device] = Refusal(hop.device, login, failures, until)
        self.changes += 1
        known, devices, times = self._refused.get(login.id, (login, set(), 0))
        if known != login:
            devices, times = set(), 0
        devices.add(hop.device)
        if len(devices) >= _DEVICES_REFUSING:
            devices, times = set(), times + 1
            until = self._until(_LOGIN_PAUSE, times, now)
            self._login_paused[login.id] = Refusal("", login, times, until)
        self._refused[login.id] = login, devices, times

    def _until(self, first: float, times: int, now: float) -> float:
        pause = min(first * float(1 << min(times - 1, 16)), _LONGEST_PAUSE)
        return now + pause * (0.75 + 0.5 * self._chance())

    def _fill(self, now: float) -> None:
        gained = (now - self._filled_at) * self._pace.logins_per_second
        self._tokens = min(self._burst, self._tokens + max(0.0, gained))
        self._filled_at = now


def way_of(access: Access | None) -> Iterator[Access]:
    """Yield a device and the jump hosts before it, the nearest first."""
    while access is not None:
        yield access
        access = access.jump
