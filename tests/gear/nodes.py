"""Simulated network gear that is served while a test runs, and a line on which we are logged in."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from paramiko import Transport

from collectors._ssh import Said
from collectors.wires._ssh_dialogue import converse
from simulator.ssh_nodes import Node
from simulator.ssh_server import SshServer, serving

PORTS = {
    "huawei_vrp": "GigabitEthernet0/0/{}",
    "h3c_comware": "GigabitEthernet1/0/{}",
    "zte_zxros": "gei_1/{}",
    "ruijie_rgos": "Gi0/{}",
    "maipu_mypower": "gigabitethernet0/{}",
}
NOW = 1_790_000_000.0


def node(dialect: str, *quirks: str, name: str = "", ports: int = 2) -> Node:
    names = tuple(PORTS[dialect].format(number) for number in range(1, ports + 1))
    return Node(
        name or "-".join((dialect.replace("_", "-"), *quirks)).replace("_", "-"),
        "127.0.0.1",
        0,
        dialect,
        "monitor",
        password="only-looking",
        ports=names,
        quirks=quirks,
    )


@contextlib.contextmanager
def served(*nodes: Node) -> Iterator[SshServer]:
    with serving(nodes, lambda: NOW) as server:
        yield server


@contextlib.contextmanager
def line(server: SshServer, one: Node) -> Iterator[Transport]:
    transport = Transport(("127.0.0.1", server.ports[one.id]))
    try:
        transport.connect(username=one.user, password=one.password)
        yield transport
    finally:
        transport.close()


def ask(
    server: SshServer, one: Node, *commands: str, seconds: float = 20.0, most: int = 4_000_000
) -> Said:
    with line(server, one) as transport:
        return converse(
            transport,
            one.dialect,
            commands,
            until=time.monotonic() + seconds,
            most_bytes=most,
        )
