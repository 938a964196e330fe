"""What an SSH server of the simulator is: where it listens, who may log in, how it behaves.

A file of nodes (JSON, a list of objects with the fields of `Node`) is all that
`python -m simulator ssh FILE` needs. It holds passwords: mode 0600.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

QUIRKS: Final = {
    "mute": "accepts connections and says nothing",
    "endless_greeting": "sends lines without end before its SSH version (RFC 4253, 4.2)",
    "hanging_login": "never answers a login",
    "endless_banner": "sends lines without end instead of a prompt",
    "hanging_shell": "gives a shell that says nothing",
    "endless_paging": "asks for another page for ever",
    "stubborn_paging": "goes on paging although it is told not to",
    "changing_prompt": "has another prompt after each command, as in another view",
    "another_prompt": "has the prompt of another box after its first command",
    "logs": "writes a message of its log behind the prompt",
    "waits": "waits for ENTER before the first prompt",
    "flood": "answers any command with two gigabytes",
    "asks_password": "asks whether to change the password before the first prompt",
    "asks_to_save": "asks whether to save the configuration before the first prompt",
    "closes": "closes the session in the middle of an answer",
    "latin": "writes Chinese text in UTF-8 although its platform uses GBK",
    "cut": "breaks its configuration off in the middle and shows its prompt",
}
"""How a node may misbehave, by name."""


@dataclass(frozen=True, slots=True)
class Node:
    """One listening SSH server.

    `dialect`: `linux` or a platform of network gear. `authorized`: a public key as in
    authorized_keys. `secret`: the password of `enable` ("" = the account begins privileged).
    `ports`: names of its interfaces. `legacy`: offers key exchange by SHA-1 and an ssh-rsa host
    key only. `port` 0: a free one.
    """

    id: str
    host: str
    port: int
    dialect: str
    user: str
    password: str = ""
    authorized: str = ""
    secret: str = ""
    ports: tuple[str, ...] = ()
    seed: int = 0
    legacy: bool = False
    quirks: tuple[str, ...] = ()


def write(file: Path, nodes: Iterable[Node]) -> None:
    """Write nodes for `read`; readable by the owner only."""
    text = json.dumps([asdict(node) for node in nodes], indent=1, ensure_ascii=False)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text + "\n")


def read(file: Path) -> list[Node]:
    """Read nodes; raise ValueError where the file is none of ours."""
    try:
        written = json.loads(file.read_text(encoding="utf-8"))
        nodes = [
            Node(
                **{
                    **one,
                    "ports": tuple(one.get("ports", ())),
                    "quirks": tuple(one.get("quirks", ())),
                }
            )
            for one in written
        ]
    except (TypeError, AttributeError) as error:
        raise ValueError(f"{file} is no list of SSH nodes: {error}") from error
    unknown = {quirk for node in nodes for quirk in node.quirks} - QUIRKS.keys()
    if unknown:
        raise ValueError(f"{file} names no quirks of ours: {', '.join(sorted(unknown))}")
    return nodes
