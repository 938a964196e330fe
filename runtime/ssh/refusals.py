"""What a restart must not forget of refused logins: whom to leave alone, and how long yet.

A monitor that is started again and again (a crash, an upgrade) would otherwise spend a few failures
of an account each time, until it is locked. Another secret is tried at once, so the file has to
know whether it is another: by a salted scrypt digest (RFC 7914) of user and secrets, mode 0600.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from hashlib import scrypt
from pathlib import Path
from typing import Final, Protocol

import msgspec

from inventory.model import Login
from runtime.clock import monotonic, wall

_log = logging.getLogger("extranet.ssh")

REFUSALS: Final = "ssh_refusals.json"
"""The file, in the store."""
LONGEST: Final = 4_500.0
"""Seconds. No pause is longer; a clock that was set back makes none so."""
_LARGEST: Final = 16_000_000
_PRIVATE: Final = 0o600
_COST: Final = 2**14
"""Some 50 ms for each guess at a secret."""
_AGAIN: Final = 60.0
"""Seconds after which a disk that refused is tried again."""


class Refusal(msgspec.Struct, frozen=True):
    """A login that was refused at a device; `device` "" = that is left alone everywhere.

    `until`: when it may be tried again, on the clock of who tells it.
    """

    device: str
    login: Login
    failures: int
    until: float


class Refusing(Protocol):
    """As much of `turns.Turns` as is needed."""

    changes: int
    """Grows with each refusal, and with each success that ends one."""

    def refusals(self) -> list[Refusal]:
        """Return all there are."""

    def recall(self, refusals: Iterable[Refusal]) -> None:
        """Take over what an earlier process knew."""


class _Row(msgspec.Struct, frozen=True):
    device: str
    login: str
    mark: str
    failures: int
    until: float


class _Page(msgspec.Struct, frozen=True):
    salt: str
    rows: tuple[_Row, ...] = ()


class RefusalBook:
    """The file, written a second after something changed. Made closed, see `begin`."""

    def __init__(
        self,
        path: Path,
        *,
        wall: Callable[[], float] = wall,
        monotonic: Callable[[], float] = monotonic,
        cost: int = _COST,
    ) -> None:
        """`cost`: N of scrypt."""
        self._path = path
        self._wall, self._monotonic, self._cost = wall, monotonic, cost
        self._salt = secrets.token_hex(16)
        self._marks: dict[str, tuple[Login, str]] = {}
        self._written = 0
        self._writing: asyncio.Task[None] | None = None
        self._not_before = 0.0
        self._began = False

    def begin(self, turns: Refusing, logins: Mapping[str, Login], devices: Collection[str]) -> None:
        """Take over what was written, once: what is of a login and a device there still are."""
        if self._began:
            return
        self._began = True
        page = self._read()
        self._salt = page.salt
        now, clock = self._wall(), self._monotonic()
        found = []
        for row in page.rows:
            login = logins.get(row.login)
            if login is None or (row.device and row.device not in devices):
                continue
            if secrets.compare_digest(self._mark(login), row.mark):
                left = min(max(row.until - now, 0.0), LONGEST)
                found.append(Refusal(row.device, login, row.failures, clock + left))
        turns.recall(found)
        self._written = turns.changes

    def tick(self, turns: Refusing) -> None:
        """Once a second: write what changed, in a thread."""
        busy = self._writing is not None and not self._writing.done()
        if busy or turns.changes == self._written or self._monotonic() < self._not_before:
            return
        self._writing = asyncio.get_running_loop().create_task(self._work(turns))

    async def end(self, turns: Refusing) -> None:
        """Write what is not written yet."""
        if self._writing is not None:
            await asyncio.gather(self._writing, return_exceptions=True)
        if self._began and turns.changes != self._written:
            await self._work(turns)

    async def _work(self, turns: Refusing) -> None:
        changes, refusals = turns.changes, turns.refusals()
        ahead = self._wall() - self._monotonic()
        try:
            await asyncio.to_thread(self._write, refusals, ahead)
        except OSError as error:
            self._not_before = self._monotonic() + _AGAIN
            _log.warning("refused logins cannot be written", extra={"why": str(error)})
            return
        self._written = changes

    def _write(self, refusals: Iterable[Refusal], ahead: float) -> None:
        rows = tuple(
            _Row(one.device, one.login.id, self._mark(one.login), one.failures, one.until + ahead)
            for one in refusals
        )
        content = msgspec.json.encode(_Page(self._salt, rows))
        fresh = self._path.with_name(f".{self._path.name}.new")
        flags = os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW
        with open(os.open(fresh, flags, _PRIVATE), "wb") as file:  # noqa: PTH123 - its mode
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)

    def _read(self) -> _Page:
        """Read the file; one that is absent or cannot be read remembers nothing."""
        nothing = _Page(self._salt)
        with suppress(FileNotFoundError):
            try:
                if self._path.stat().st_size <= _LARGEST:
                    return msgspec.json.decode(self._path.read_bytes(), type=_Page)
                _log.warning("the file of refused logins is too large", extra={"of": REFUSALS})
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                _log.warning("refused logins were not read", extra={"why": str(error)})
            except PermissionError as error:
                _log.warning("refused logins were not read", extra={"why": str(error)})
        return nothing

    def _mark(self, login: Login) -> str:
        """Tell of a login whether it is another, and not what it is. Takes some 50 ms, once."""
        known = self._marks.get(login.id)
        if known is not None and known[0] == login:
            return known[1]
        parts = (login.user, *(one.reveal() for one in (login.password, login.key)))
        parts = (*parts, login.passphrase.reveal(), str(login.agent))
        told = "".join(f"{len(part)} {part}" for part in parts).encode()
        mark = scrypt(told, salt=self._salt.encode(), n=self._cost, r=8, p=1, dklen=16).hex()
        self._marks[login.id] = login, mark
        return mark
