"""Real OpenSSH servers on loopback, unprivileged, started by tests and stopped by them."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.servers import free_port, program, run_program, wait_for


@dataclass(frozen=True)
class Sshd:
    """A server: where it is, and the public halves of its host keys by type."""

    port: int
    folder: Path
    pid: int
    host_keys: dict[str, str]

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text("utf-8", errors="replace")


def make_key(path: Path, kind: str = "ed25519", passphrase: str = "", form: str = "") -> Path:
    """Make a key pair; return the private half."""
    arguments = [program("ssh-keygen"), "-q", "-t", kind, "-N", passphrase, "-f", str(path)]
    if form:
        arguments += ["-m", form]
    if kind == "rsa":
        arguments += ["-b", "2048"]
    subprocess.run(arguments, check=True, timeout=60)
    return path


def public(private: Path) -> str:
    """Return type and blob of a key."""
    return " ".join(private.with_suffix(".pub").read_text("ascii").split()[:2])


@contextlib.contextmanager
def sshd(
    folder: Path,
    authorized: Sequence[Path],
    *,
    host_keys: Sequence[str] = ("ed25519",),
    options: Sequence[str] = (),
    address: str = "127.0.0.1",
) -> Iterator[Sshd]:
    """Run a server that lets in whoever has one of the keys, as the user of this process."""
    folder.mkdir(exist_ok=True)
    Path("/run/sshd").mkdir(exist_ok=True) if os.geteuid() == 0 else None
    keys = {}
    for kind in host_keys:
        private = folder / f"host_{kind}"
        if not private.exists():
            make_key(private, kind)
        keys[kind] = public(private)
    (folder / "authorized").write_text("".join(f"{public(key)}\n" for key in authorized), "ascii")
    port = free_port(host=address)
    lines = [
        f"Port {port}",
        f"ListenAddress {address}",
        *(f"HostKey {folder}/host_{kind}" for kind in host_keys),
        f"AuthorizedKeysFile {folder}/authorized",
        "PidFile none",
        "UsePAM no",
        "StrictModes no",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "PrintMotd no",
        f"SetEnv HOME={folder}",  # what the user's shell reads at its start is no test of ours
        "LogLevel VERBOSE",
        *options,
    ]
    (folder / "sshd_config").write_text("\n".join(lines) + "\n", "utf-8")
    arguments = ["sshd", "-D", "-e", "-f", str(folder / "sshd_config")]
    with run_program(arguments, folder / "log") as process:
        wait_for(
            lambda: "Server listening" in (folder / "log").read_text("utf-8", errors="replace"),
            what="sshd listens",
        )
        yield Sshd(port, folder, process.pid, keys)
