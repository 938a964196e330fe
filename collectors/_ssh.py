"""What a collector may ask by SSH (RFC 4251 to 4254), and what comes back."""

from __future__ import annotations

from typing import Protocol

import msgspec

from inventory.model import Device, Endpoint, Inventory, Login
from metrics.observation import Outcome


class Access(msgspec.Struct, frozen=True):
    """The way into a device: where, as whom, by which algorithms, through which jump host."""

    device: str
    endpoint: Endpoint
    login: Login
    legacy: bool
    jump: Access | None


class Said(msgspec.Struct, frozen=True):
    """What was answered: one text per command, of a script one; none where it was not heard."""

    outcome: Outcome
    reason: str
    texts: tuple[str, ...] = ()


class Kept(msgspec.Struct, frozen=True):
    """What became of a configuration: whether it changed, lines added and removed, its revision."""

    outcome: Outcome
    reason: str
    changed: bool = False
    added: int = 0
    removed: int = 0
    revision: str = ""


class SshWire(Protocol):
    """Questions by SSH. Nothing is interpolated: scripts and commands are constants of ours.

    `timeout`: seconds after which it is over, whatever the device does. `most_bytes`: of all that
    is read; more is GARBLED `too_large`.
    """

    async def run(
        self, access: Access, script: str, *, timeout: float, most_bytes: int = 262_144
    ) -> Said:
        """Let a Linux host run a POSIX shell script."""

    async def list_files(
        self, access: Access, folder: str, pattern: str, *, timeout: float
    ) -> Said:
        """List by SFTP what `folder` of a host holds, newest first: the names like `pattern`.

        One text with a line `<mtime, UTC seconds> <bytes, or - of a folder> <name>` for each.
        """

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

    async def keep_configuration(
        self, access: Access, platform: str, *, timeout: float, why: str = ""
    ) -> Kept:
        """Fetch the running configuration and keep it, in the process that asks.

        `why` is kept with it: a code and, after a space, when it was changed (UTC seconds), where
        that is known.
        """


class NoSsh:
    """The wire of a monitor that has none."""

    async def run(self, *_asked: object, **_how: object) -> Said:
        """Answer that nothing was asked."""
        return Said(Outcome.SKIPPED, "not_open")

    async def list_files(self, *_asked: object, **_how: object) -> Said:
        """Answer that nothing was asked."""
        return Said(Outcome.SKIPPED, "not_open")

    async def converse(self, *_asked: object, **_how: object) -> Said:
        """Answer that nothing was asked."""
        return Said(Outcome.SKIPPED, "not_open")

    async def keep_configuration(self, *_asked: object, **_how: object) -> Kept:
        """Answer that nothing was asked."""
        return Kept(Outcome.SKIPPED, "not_open")


def access_of(device: Device, inventory: Inventory) -> Access | None:
    """Return the way into a device; None where it has no address or no login.

    The inventory is checked: jump hosts have both, and form no circle.
    """
    if device.address is None or device.login is None:
        return None
    before = None if device.jump is None else inventory.devices[device.jump]
    return Access(
        device.id,
        Endpoint(device.address.host, device.ssh_port),
        inventory.logins[device.login],
        device.legacy_ssh,
        None if before is None else access_of(before, inventory),
    )
