"""Connections to hosts: opened only to who shows a pinned key, kept where they are used again.

    with connections.kept(job, logged_in) as opened:      # a Linux host
    with connections.once(job, logged_in) as opened:      # network gear
        opened.transport.open_session(...)

Both give an authenticated `paramiko.Transport` and see to the rest: the way through jump hosts, the
host key before any secret, the deadline, the number of octets, the end. Inside the block nothing
need be caught: what paramiko raises, because the peer ended it or because the time was over, leaves
the block as `SshFailure` with outcome and reason. `logged_in` is called before the block.

One thread at a time uses a kept line (the monitor asks a device one thing at a time); a jump host's
carries several.
"""

from __future__ import annotations

import socket
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock, RLock
from time import monotonic
from typing import Final

from paramiko import Channel, Transport
from paramiko.ssh_exception import ChannelException, SSHException

from collectors._ssh import Access
from collectors.wires._ssh_algorithms import KINDS, choose_signature, offer
from collectors.wires._ssh_failure import (
    SshFailure,
    connect_failure,
    failure,
    through_failure,
)
from collectors.wires._ssh_form import AGAIN, Job, Limits
from collectors.wires._ssh_host_keys import HostKeys, Pinned
from collectors.wires._ssh_line import Line, Watch
from collectors.wires._ssh_login import Keys, log_in
from inventory.model import SSH_PORT
from metrics.observation import Outcome

_GREETING_OCTETS: Final = 65_536
"""For greeting, key exchange and authentication together."""
_EXTRA_OCTETS: Final = 65_536
"""That an answer of the largest size needs besides: packets, padding, window messages."""
_WINDOW: Final = 1 << 18
_SEND_SECONDS: Final = 15
"""After which a peer that acknowledges nothing is gone (TCP_USER_TIMEOUT, RFC 5482)."""
_JOIN_SECONDS: Final = 1.0
_ALIVE_SECONDS: Final = 3.0
_LATER: Final = 5.0
_CHANNELS: Final = 64
LoggedInCall = Callable[[], None]
"""Called when all logins of a job are over, so that others may log in."""


class Open:
    """A line on which we are logged in."""

    def __init__(
        self, access: Access, line: Line, transport: Transport, key: Pinned, jump: Open | None
    ) -> None:
        self.access = access
        self.jump = jump
        self.line = line
        self.transport = transport
        self.key = key
        self.fresh = True
        """Whether it was opened for who uses it now."""
        self.used_at = monotonic()
        self.users = 0

    def forget_channels(self) -> None:
        """Forget channels that are long over; paramiko remembers each there ever was."""
        seen = self.transport.channels_seen
        for number in list(seen)[:-_CHANNELS]:
            del seen[number]

    def close(self) -> None:
        """End it; paramiko's thread with it."""
        self.line.cut("closed")
        self.transport.close()
        self.transport.join(_JOIN_SECONDS)


class Connections:
    """All of them, for all threads."""

    def __init__(
        self, limits: Limits, host_keys: HostKeys, closed: Callable[[tuple[str, ...]], None]
    ) -> None:
        self._limits = limits
        self._host_keys = host_keys
        self._closed = closed
        self._keys = Keys()
        self._watch = Watch()
        self._kept: OrderedDict[str, Open] = OrderedDict()
        self._lock = RLock()
        self._opening: dict[str, Lock] = {}
        self.counts: Counter[str] = Counter()

    # For jobs.

    @contextmanager
    def once(self, job: Job, logged_in: LoggedInCall) -> Iterator[Open]:
        """Open a line for this block only. Raises SshFailure."""
        with self._before(job.access, job) as jump:
            opened = self._open(job.access, job.until, jump)
            try:
                logged_in()
                with self._used(opened, job.until, job.most_bytes):
                    yield opened
            finally:
                opened.close()

    @contextmanager
    def kept(self, job: Job, logged_in: LoggedInCall) -> Iterator[Open]:
        """Use the line of this host, opened where there is none. Raises SshFailure.

        A failure in the block ends the line.
        """
        with self._borrow(job.access, job) as opened:
            logged_in()
            try:
                with self._used(opened, job.until, job.most_bytes):
                    yield opened
            except BaseException:
                self._drop(job.access.device, opened)
                raise

    def shown(self, job: Job) -> tuple[Pinned, ...]:
        """Return the host keys that a host shows, one of each type; nobody logs in to it.

        Raises SshFailure where none could be seen.
        """
        found: list[Pinned] = []
        failed: SshFailure | None = None
        for kinds in KINDS:
            try:
                with self._before(job.access, job) as jump:
                    found.append(self._look_at_key(job, jump, kinds))
            except SshFailure as failure:
                failed = failed or failure
        if not found and failed is not None:
            raise failed
        return tuple(found)

    def _look_at_key(self, job: Job, jump: Open | None, kinds: Sequence[str]) -> Pinned:
        access = job.access
        line = Line(self._connect(access, job.until, jump))
        line.allow(_GREETING_OCTETS)
        transport = Transport(line, default_window_size=_WINDOW)  # type: ignore[arg-type]  # enough
        offer(transport, kinds, legacy=access.legacy, only=True)
        try:
            with self._watch.over(line, job.until):
                transport.start_client()
            key = transport.get_remote_server_key()
            return Pinned(key.get_name(), key.asbytes())
        except Exception as error:
            greeted = bool(transport.remote_version)
            raise failure(error, line, access.device, greeted=greeted) from error
        finally:
            line.cut("closed")
            transport.close()
            line.close()

    @contextmanager
    def _used(self, opened: Open, until: float, most_bytes: int) -> Iterator[None]:
        """Let the line carry an answer of that size until then; make failures of exceptions."""
        line, device = opened.line, opened.access.device
        line.phase = "run"
        line.allow(most_bytes + most_bytes // 4 + _EXTRA_OCTETS)
        with self._watch.over(line, until):
            try:
                yield
            except Exception as error:
                if isinstance(error, SshFailure) or line.why or _of_the_line(error):
                    raise failure(error, line, device, greeted=True) from error
                raise
            finally:
                line.allow(None)
        if line.why in {"deadline", "too_large"}:  # to paramiko an end like any other
            raise failure(EOFError(), line, device, greeted=True)

    # Opening.

    @contextmanager
    def _before(self, access: Access, job: Job) -> Iterator[Open | None]:
        """Give the jump host's line, where there is one; it stays."""
        if access.jump is None:
            yield None
            return
        with self._borrow(access.jump, job) as jump:
            jump.line.carry()
            yield jump

    @contextmanager
    def _borrow(self, access: Access, job: Job) -> Iterator[Open]:
        """Give the kept line of a host, opened where there is none or it is dead."""
        device = access.device
        with self._lock:
            opening = self._opening.setdefault(device, Lock())
        if not opening.acquire(timeout=max(0.0, job.until - monotonic())):
            raise SshFailure(Outcome.SKIPPED, "ssh_busy", device)
        try:
            opened = self._find(access)
            if opened is None:
                if device not in job.may:
                    raise SshFailure(Outcome.SKIPPED, AGAIN, device)
                with self._before(access, job) as jump:
                    opened = self._open(access, job.until, jump)
                opened.users = 1
                self._keep(device, opened)
            else:
                with self._lock:
                    opened.users += 1
        finally:
            opening.release()
        try:
            if opened.line.why:  # it was closed just now, for having been idle
                raise SshFailure(Outcome.SKIPPED, AGAIN, device)
            yield opened
        finally:
            with self._lock:
                opened.users -= 1
                opened.used_at = monotonic()
                opened.forget_channels()
                opened.fresh = False

    def _find(self, access: Access) -> Open | None:
        with self._lock:
            opened = self._kept.get(access.device)
            if opened is None:
                return None
            self._kept.move_to_end(access.device)
        if opened.transport.is_active() and opened.access == access and not opened.line.why:
            return opened
        self._drop(access.device, opened)
        return None

    def _keep(self, device: str, opened: Open) -> None:
        with self._lock:
            self._kept[device] = opened
            over = len(self._kept) - self._limits.most_kept
            surplus = self._idle()[: max(0, over)] if over > 0 else []
        for name, one in surplus:
            self._drop(name, one)

    def _idle(self) -> list[tuple[str, Open]]:
        """Name the lines that nobody uses, nor anything that goes through them."""
        carrying = {one.jump for one in self._kept.values()}
        kept = self._kept.items()
        return [(name, one) for name, one in kept if not one.users and one not in carrying]

    def _drop(self, device: str, opened: Open) -> None:
        with self._lock:
            if self._kept.get(device) is opened:
                del self._kept[device]
        opened.close()
        self._closed((device,))

    def _open(self, access: Access, until: float, jump: Open | None) -> Open:
        """Connect, check the host key, log in. Raises SshFailure."""
        device = access.device
        line = Line(self._connect(access, until, jump))
        until = min(until, monotonic() + self._limits.login_seconds)
        line.allow(_GREETING_OCTETS)
        transport = Transport(line, default_window_size=_WINDOW)  # type: ignore[arg-type]  # enough of one
        try:
            with self._watch.over(line, until):
                key = self._shake_hands(access, transport)
                line.phase = "auth"
                log_in(transport, access.login, self._keys, self._limits.agent_keys)
        except Exception as error:
            greeted = bool(transport.remote_version)
            what = failure(error, line, device, greeted=greeted)
            self.counts[what.reason] += 1
            line.cut("closed")
            transport.close()
            line.close()
            raise what from error
        self.counts["logins"] += 1
        line.allow(None)
        return Open(access, line, transport, key, jump)

    def _connect(self, access: Access, until: float, jump: Open | None) -> socket.socket | Channel:
        place, device = access.endpoint, access.device
        port = place.port or SSH_PORT
        seconds = max(0.001, min(until - monotonic(), self._limits.connect_seconds))
        if jump is not None:
            return self._through(jump, device, (place.host, port), seconds)
        try:
            opened = socket.create_connection((place.host, port), timeout=seconds)
        except OSError as error:
            raise connect_failure(error, device) from error
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _SEND_SECONDS * 1000)
        return opened

    def _through(self, jump: Open, device: str, place: tuple[str, int], seconds: float) -> Channel:
        """Have the jump host connect (RFC 4254 7.2)."""
        here = ("127.0.0.1", 0)
        try:
            return jump.transport.open_channel(
                "direct-tcpip", place, here, window_size=_WINDOW, timeout=seconds
            )
        except Exception as error:
            if isinstance(error, ChannelException) or _lives(jump):
                raise through_failure(error, device, jump.access.device) from error
            self._drop(jump.access.device, jump)
            raise SshFailure(Outcome.SKIPPED, "ssh_jump", jump.access.device) from error

    def _shake_hands(self, access: Access, transport: Transport) -> Pinned:
        """Exchange keys and check the host's. Raises SshFailure; no secret was sent by then."""
        self._host_keys.look()
        pinned = self._host_keys.pinned(access.device)
        patience = self._limits.login_seconds + _LATER  # the watch is sooner, and knows why
        transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = patience
        offer(transport, [key.kind for key in pinned], legacy=access.legacy)
        transport.start_client()
        shown = transport.get_remote_server_key()
        blob = shown.asbytes()
        found = next((key for key in pinned if key.blob == blob), None)
        if found is None:
            reason = "host_key_changed" if pinned else "host_key_unknown"
            raise SshFailure(Outcome.REFUSED, reason, access.device)
        choose_signature(transport)
        return found

    # For the process.

    def sweep(self) -> None:
        """Close what is idle for long, or dead, or shows a key that is pinned no more."""
        self._host_keys.look()
        now = monotonic()
        with self._lock:
            over = [
                (name, one)
                for name, one in self._idle()
                if now - one.used_at > self._limits.idle_seconds
                or not one.transport.is_active()
                or one.key.blob not in {key.blob for key in self._host_keys.pinned(name)}
            ]
        for name, one in over:
            self._drop(name, one)

    @property
    def open_now(self) -> int:
        """How many are kept."""
        return len(self._kept)

    def end(self) -> None:
        """Close everything."""
        with self._lock:
            kept = list(self._kept.items())
        for name, one in reversed(kept):
            self._drop(name, one)
        self._watch.end()


def _lives(opened: Open) -> bool:
    """Whether a host still answers: it gives a channel, or says that it gives none."""
    try:
        opened.transport.open_session(timeout=_ALIVE_SECONDS).close()
    except ChannelException:
        return True
    except (SSHException, EOFError, OSError):
        return False
    return True


def _of_the_line(error: Exception) -> bool:
    """Whether it is the peer's doing: paramiko's exceptions, and those of sockets."""
    return isinstance(error, SSHException | EOFError | OSError)
