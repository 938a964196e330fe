"""One real host: a throwaway sshd of OpenSSH on loopback, for whoever runs the simulation.

It needs no privilege, has a host key and an authorized key of its own, and lets in nobody but the
user who started it, by that key. It forwards nothing and ends with the simulation.
"""

from __future__ import annotations

import contextlib
import getpass
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

DEVICE: Final = "localhost"
_PATH: Final = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/sbin:/bin"
_SECONDS: Final = 10
_CONFIG: Final = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
AllowUsers {user}
AuthenticationMethods publickey
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
DisableForwarding yes
PermitTTY no
PermitUserRC no
PrintMotd no
LogLevel ERROR
"""


def program() -> str | None:
    """Return the path of sshd, None where it is not installed."""
    return shutil.which("sshd", path=_PATH)


def prepare(folder: Path, port: int, public_key: str) -> bool:
    """Write keys and configuration into `folder`; tell whether sshd would start with them.

    Where it would not, there is no configuration.
    """
    sshd, folder = program(), folder.absolute()
    if sshd is None or any(character.isspace() for character in str(folder)):
        return False
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    private = folder / "host_key"
    private.touch(0o600)
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.OpenSSH,
            serialization.NoEncryption(),
        )
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    )
    (folder / "host_key.pub").write_bytes(public + b"\n")
    (folder / "authorized_keys").write_text(f"{public_key}\n", encoding="utf-8")
    config = folder / "sshd_config"
    user = getpass.getuser()
    config.write_text(_CONFIG.format(port=port, folder=folder, user=user), encoding="utf-8")
    tried = subprocess.run(  # noqa: S603 - by argument list, no shell
        [sshd, "-t", "-f", str(config)], capture_output=True, timeout=_SECONDS, check=False
    )
    if tried.returncode != 0:
        config.unlink()
    return tried.returncode == 0


def known_host(folder: Path) -> str:
    """Return its host key as a line of known_hosts."""
    kind, key = (folder / "host_key.pub").read_text("utf-8").split()[:2]
    return f"{DEVICE} {kind} {key} simulated\n"


@contextlib.contextmanager
def running(folder: Path) -> Iterator[None]:
    """Let it run for a while."""
    sshd = program()
    assert sshd is not None
    config = folder.absolute() / "sshd_config"
    process = subprocess.Popen(  # noqa: S603 - by argument list, no shell
        [sshd, "-D", "-e", "-f", str(config)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
