"""What a simulated Linux host does with a command: read the script, answer as its shell would.

The simulator runs nothing. It knows the monitor's own scripts by a word in them and renders what
such a host would print; to anything else it says what a shell says of a command it has not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from simulator import ssh_cloud
from simulator.ssh_nodes import Node

_LONGEST_SCRIPT: Final = 256 * 1024
_SHELL: Final = re.compile(rb"\s*(exec\s+)?(/bin/)?sh(\s+-s)?(\s+-)?\s*")


class Session(Protocol):
    """As much of paramiko's channel as is needed."""

    def recv(self, nbytes: int) -> bytes:
        """Return some octets, empty at the end."""

    def sendall(self, s: bytes) -> None:
        """Send."""

    def send_exit_status(self, status: int) -> None:
        """Tell how the command ended."""


_KNOWN: Final[Mapping[bytes, Callable[[str, float, float], str]]] = {b"#extranet": ssh_cloud.answer}
"""A word of a script -> what a host of that name prints that runs it at an instant."""


def run(node: Node, session: Session, command: bytes, now: float, since: float) -> None:
    """Answer a command, or the script that a shell is given; `since`: when the simulation began."""
    script = _script(session) if _SHELL.fullmatch(command) else command
    text, status = _answer(node, script, now, since)
    session.sendall(text.encode())
    session.send_exit_status(status)


def _script(session: Session) -> bytes:
    parts: list[bytes] = []
    size = 0
    while size < _LONGEST_SCRIPT and (part := session.recv(65_536)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def _answer(node: Node, script: bytes, now: float, since: float) -> tuple[str, int]:
    for word, render in _KNOWN.items():
        if word in script:
            return render(node.id, now, since), 0
    said = script.strip().split(b" ", 1)
    if said[0] == b"echo":
        return said[-1].decode("utf-8", "replace") + "\n", 0
    return "", 127
