"""Asking a host by the wire's own lines, without the process around them."""

from __future__ import annotations

import contextlib
import getpass
import time
from collections.abc import Iterator
from pathlib import Path

from collectors._ssh import Access, Said
from collectors.wires._ssh_connections import Connections
from collectors.wires._ssh_failure import SshFailure
from collectors.wires._ssh_form import Job, Limits
from collectors.wires._ssh_host_keys import HostKeys
from collectors.wires._ssh_run import run
from inventory.model import Endpoint, Login, Secret
from runtime.ssh.turns import way_of


def login(name: str = "reader", **secrets: object) -> Login:
    """Make a login; secrets as plain strings."""
    made = {k: Secret(v) if isinstance(v, str) and k != "user" else v for k, v in secrets.items()}
    user = made.pop("user", getpass.getuser())
    return Login(name, user, group=name, **made)  # type: ignore[arg-type]


def access(
    port: int,
    who: Login,
    device: str = "srv1",
    *,
    legacy: bool = False,
    jump: Access | None = None,
    host: str = "127.0.0.1",
) -> Access:
    """Make the way into a device on loopback."""
    return Access(device, Endpoint(host, port), who, legacy, jump)


def pin(path: Path, *keys: tuple[str, str]) -> Path:
    """Write a file of pinned keys: device, and type with blob."""
    path.write_text("".join(f"{device} {key} test\n" for device, key in keys), "ascii")
    return path


class Asking:
    """Asks; remembers what was told meanwhile."""

    def __init__(self, host_keys: Path, limits: Limits) -> None:
        self.closed: list[str] = []
        self.connections = Connections(limits, HostKeys(host_keys), self.closed.extend)
        self.took = 0.0
        self.failed_at = ""

    def algorithms(self, device: str) -> tuple[str, str]:
        """Return by which signature a kept connection was made, and how it is ciphered."""
        transport = self.connections._kept[device].transport
        return str(transport.host_key_type), transport.local_cipher

    def ask(
        self, way: Access, script: str = "echo hello", *, seconds: float = 10, most: int = 262_144
    ) -> Said:
        """Run a script; a failure is a Said, too."""
        began = time.monotonic()
        may = tuple(hop.device for hop in way_of(way))
        job = Job(
            id=1, kind="run", access=way, until=began + seconds, most_bytes=most, script=script,
            may=may,
        )  # fmt: skip
        try:
            return run(job, self.connections, lambda: None)
        except SshFailure as failure:
            self.failed_at = failure.device
            return Said(failure.outcome, failure.reason)
        finally:
            self.took = time.monotonic() - began


@contextlib.contextmanager
def asking(host_keys: Path, **limits: float) -> Iterator[Asking]:
    """Give connections, and close them."""
    one = Asking(host_keys, Limits(**limits))  # type: ignore[arg-type]
    try:
        yield one
    finally:
        one.connections.end()
