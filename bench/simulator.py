"""How much the simulated province costs: CPU per GET of 15 values and per echo, and its memory.

    python -m bench.simulator [--sites 30000] [--seconds 5]

It shares the machine with the monitor, so its own cost must be known and small.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from simulator import ber, folder
from simulator.platforms import PLATFORMS
from simulator.province import build

_IN_FLIGHT = 64
_COLUMNS = (
    *((1, 3, 6, 1, 2, 1, 2, 2, 1, column) for column in (8, 13, 14, 19, 20)),
    *((1, 3, 6, 1, 2, 1, 31, 1, 1, 1, column) for column in (6, 10)),
)


def main() -> int:
    """Serve a province, load it with both kinds of datagrams, print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=30_000)
    parser.add_argument("--seconds", type=float, default=5.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, _served(Path(name), options.sites) as process:
        directory = Path(name)
        plan = build(folder.load(directory))
        community = folder.community(directory, os.environ)
        print(f"{options.sites} sites, {len(plan.devices)} agents: {_memory(process):.0f} MB")
        gets = [
            ((device.host, device.port), _get(community, device.platform))
            for device in plan.devices
            if ":" not in device.host and device.platform != "linux"
        ]
        echoes = [
            ((link.b.host, link.b.port), b"extranet echo")
            for link in plan.links
            if link.b.host and ":" not in link.b.host
        ]
        for title, asked in (("GET of 15 values", gets), ("echo", echoes)):
            answered, cpu = _load(process, asked, options.seconds)
            print(
                f"{title}: {answered / options.seconds:,.0f}/s, "
                f"{cpu / answered * 1e6:.1f} us of the simulator's CPU each, "
                f"{answered / cpu:,.0f}/s on a whole core"
            )
        print(f"afterwards: {_memory(process):.0f} MB")
    return 0


@contextlib.contextmanager
def _served(directory: Path, sites: int) -> Iterator[subprocess.Popen[bytes]]:
    simulator = [sys.executable, "-m", "simulator"]
    subprocess.run([*simulator, "generate", str(directory), "--sites", str(sites)], check=True)
    with subprocess.Popen([*simulator, "serve", str(directory)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        json.loads(process.stdout.readline())
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(10)


def _get(community: bytes, platform: str) -> bytes:
    """Ask sysUpTime and seven columns of the first two ports, where they are numbered so."""
    kind = PLATFORMS[platform]
    oids: list[ber.Oid] = [(1, 3, 6, 1, 2, 1, 1, 3, 0)]
    for row in (0, 1):
        oids += [(*column, kind.first_index + kind.stride * row) for column in _COLUMNS]
    names = b"".join(
        ber.element(ber.SEQUENCE, ber.element(ber.OBJECT_ID, ber.encode_oid(oid)) + b"\x05\x00")
        for oid in oids
    )
    zero = ber.element(ber.INTEGER, b"\0")
    pdu = ber.element(ber.INTEGER, b"\x12\x34\x56\x78") + zero + zero
    pdu += ber.element(ber.SEQUENCE, names)
    head = ber.element(ber.INTEGER, b"\x01") + ber.element(ber.OCTET_STRING, community)
    return ber.element(ber.SEQUENCE, head + ber.element(ber.GET, pdu))


def _load(
    process: subprocess.Popen[bytes], asked: list[tuple[tuple[str, int], bytes]], seconds: float
) -> tuple[int, float]:
    """Keep some questions in flight; return how many were answered and the CPU seconds taken."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setblocking(False)
        answered = sent = 0
        before, end = _cpu(process), time.monotonic() + seconds
        while time.monotonic() < end:
            while sent - answered < _IN_FLIGHT:
                where, datagram = asked[sent % len(asked)]
                client.sendto(datagram, where)
                sent += 1
            if not select.select([client], [], [], 0.2)[0]:
                sent = answered  # what was lost is not waited for
            with contextlib.suppress(BlockingIOError):
                while True:
                    client.recv(4096)
                    answered += 1
        return answered, _cpu(process) - before


def _cpu(process: subprocess.Popen[bytes]) -> float:
    fields = (
        Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    )
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(process: subprocess.Popen[bytes]) -> float:
    pages = int(Path(f"/proc/{process.pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    sys.exit(main())
