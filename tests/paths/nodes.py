"""A service of kind video with checks, and nodes that answer on loopback as lines would."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from inventory.model import Endpoint, Inventory, ProbeSpec, Service
from tests.collectors.network import network

Fate = Callable[[int], float | None]
"""Of the n-th echo: by how many seconds it is answered late; None = not at all."""


@contextmanager
def node(fate: Fate = lambda _: 0.0, host: str = "127.0.0.1") -> Iterator[Endpoint]:
    """Answer echoes by UDP as `fate` says, from a thread of its own."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((host, 0))
        sock.settimeout(0.1)
        stop = threading.Event()
        later: list[threading.Timer] = []

        def serve() -> None:
            number = 0
            while not stop.is_set():
                try:
                    data, sender = sock.recvfrom(2048)
                except TimeoutError:
                    continue
                delay = fate(number)
                number += 1
                if delay:
                    timer = threading.Timer(delay, sock.sendto, (data, sender))
                    later.append(timer)
                    timer.start()
                elif delay is not None:
                    sock.sendto(data, sender)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield Endpoint(host, sock.getsockname()[1])
        finally:
            stop.set()
            thread.join()
            for timer in later:
                timer.cancel()
                timer.join()


def with_service(
    *specs: ProbeSpec, name: str = "node-1", far: Endpoint | None = None,
    snmp: Endpoint | None = None,
) -> Inventory:  # fmt: skip
    """Return a network with one video conference node that is asked `specs`."""
    service = Service(name, "Node 1", "video", "xs", group="meetings", probes=specs)
    return replace(network(far=far, snmp=snmp), services={name: service})


def options_of(where: Endpoint, **more: object) -> Mapping[str, object]:
    """Return options of a short stream by UDP."""
    return {
        "address": str(where), "wire": "udp", "count": 20, "gap": "5ms", "timeout": 0.3,
    } | more  # fmt: skip
