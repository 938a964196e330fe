"""A storm of traps beside the polls of a province: what is missed, and is every trap counted.

    python -m bench.traps [--sites 10000] [--rate 20000] [--seconds 60] [--quick]

The monitor and its trap process share one core; the simulated province and the guns have the other.
A quarter of the storm is of a known device with the right community, a quarter of a thousand known
addresses, half of strangers. First as many seconds without a storm, to compare with.
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import processes
from bench.at_scale import _EXTRANET, Result, _person, _Watcher
from bench.processes import Cores
from collectors.traps.form import OUTCOMES
from simulator import folder as simulated

_SMALL: Final = 2_000
_MANY: Final = 1_000
_BURST: Final = 0.005
_PATIENCE: Final = 180


@dataclass(frozen=True, slots=True)
class Storm:
    """What was measured; counters are of datagrams."""

    quiet: Result
    storm: Result
    sent: int
    seconds: float
    counts: dict[str, int]
    kernel: int
    cpu_share: float
    """Of the trap process, of one core."""
    rss_mb: float

    @property
    def uncounted(self) -> int:
        """Datagrams that were sent and are in no counter; below zero = counted twice."""
        return self.sent - self.kernel - sum(self.counts[name] for name in OUTCOMES)


def measure(sites: int, rate: int, seconds: float, where: Cores) -> Storm:
    """Run the whole program, first in peace, then in a storm."""
    with tempfile.TemporaryDirectory(prefix="extranet-bench-") as name:
        place = Path(name)
        page, ear = processes.free_port(), _free_udp_port()
        with processes.province(place, sites, where.network, api=f"127.0.0.1:{page}"):
            config = place / "monitor.yaml"
            text = config.read_text("utf-8") + f"traps: {{listen: '127.0.0.1:{ear}'}}\n"
            config.write_text(text, "utf-8")
            token = _person(config)
            command = [_EXTRANET, "run", "--inventory", str(place / "inventory.yaml"),
                       "--config", str(config)]  # fmt: skip
            with processes.running(command, place / "log", core=where.work) as process:
                watcher = _Watcher(process.pid, f"http://127.0.0.1:{page}", token)
                try:
                    processes.wait_for(watcher.alive, _PATIENCE)
                except TimeoutError as error:
                    log = (place / "log").read_text("utf-8", "replace")
                    raise RuntimeError(f"the monitor does not get going: {log[-2000:]}") from error
                watcher.first_round(time.monotonic())
                quiet = watcher.watch(seconds)
                return _storm(place, quiet, watcher, process.pid, ear, rate, seconds, where)


def _storm(
    place: Path,
    quiet: Result,
    watcher: _Watcher,
    monitor: int,
    ear: int,
    rate: int,
    seconds: float,
    where: Cores,
) -> Storm:
    (child,) = [pid for pid in processes.children(monitor) if _is_the_ear(pid)]
    before = processes.cpu_seconds(child)
    gun = [sys.executable, "-m", "bench.traps", "--gun", str(ear), "--folder", str(place),
           "--rate", str(rate), "--seconds", str(seconds + 5)]  # fmt: skip
    with subprocess.Popen(gun, stdout=subprocess.PIPE) as shooting:
        os.sched_setaffinity(shooting.pid, {where.network})
        found = watcher.watch(seconds)
        cpu = processes.cpu_seconds(child) - before
        assert shooting.stdout is not None
        sent, spent = shooting.stdout.read().split()
    processes.wait_for(lambda: _parts(watcher, "traps")["waiting"] == 0, 30)
    time.sleep(2 * 0.5)  # it tells its counters twice a second
    counts = _parts(watcher, "traps")
    return Storm(
        quiet, found, int(sent), float(spent), counts, counts["kernel_dropped"],
        cpu / seconds, processes.memory_mb(child),
    )  # fmt: skip


def _is_the_ear(pid: int) -> bool:
    """Tell the trap process from the monitor's other ones."""
    return b"runtime.traps.process" in Path(f"/proc/{pid}/cmdline").read_bytes()


def _parts(watcher: _Watcher, part: str) -> dict[str, int]:
    return {
        labels[1]: int(value)
        for (name, labels), value in watcher.numbers().items()
        if name == "extranet_monitor_part" and labels[0] == part
    }


def _free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# The gun.


def shoot(place: Path, port: int, rate: int, seconds: float) -> tuple[int, float]:
    """Send `rate` datagrams a second for `seconds`; return how many, and how long it took."""
    datagram = _trap(simulated.community(place, {}))
    text = "".join(one.read_text("utf-8") for one in sorted(place.rglob("*.yaml")))
    known = re.findall(r"address: \"?(127\.[0-9.]+)[:\"]", text)[:_MANY]
    guns = list(_guns(known))
    each = max(1, round(rate * _BURST))
    began, sent = time.monotonic(), 0
    while (now := time.monotonic()) < began + seconds:
        while sent < (now - began) * rate:
            for _ in range(each):
                guns[sent % len(guns)].sendto(datagram, ("127.0.0.1", port))
                sent += 1
        time.sleep(_BURST)
    return sent, time.monotonic() - began


def _guns(known: Sequence[str]) -> Iterator[socket.socket]:
    """Yield sockets in the order in which they fire: one, one of many, two strangers."""
    first = _bound(known[0])
    for number, host in enumerate(known):
        stranger = f"{number // 250}.{number % 250 + 1}"
        yield from (first, _bound(host), _bound(f"127.98.{stranger}"), _bound(f"127.99.{stranger}"))


def _bound(host: str) -> socket.socket:
    gun = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    gun.bind((host, 0))
    return gun


def _trap(community: bytes) -> bytes:
    """Encode a linkDown of ifIndex 7 (RFC 3416 4.2.6)."""
    uptime = bytes.fromhex("300d06082b06010201010300430112")
    which = bytes.fromhex("3017060a2b06010603010104010006092b0601060301010503")
    index = bytes.fromhex("300f060a2b060102010202010107020107")
    bindings = uptime + which + index
    body = bytes.fromhex("020104020100020100") + _element(0x30, bindings)
    message = bytes.fromhex("020101") + _element(0x04, community) + _element(0xA7, body)
    return _element(0x30, message)


def _element(tag: int, contents: bytes) -> bytes:
    if len(contents) < 128:
        return bytes((tag, len(contents))) + contents
    return bytes((tag, 0x81, len(contents))) + contents


def _tell(found: Storm) -> Iterator[tuple[str, str]]:
    for name, one in (("in peace", found.quiet), ("in the storm", found.storm)):
        runs, missed = sum(one.runs.values()), sum(one.missed.values())
        yield f"runs missed {name}", f"{missed:,.0f} of {runs:,.0f} ({missed / runs:.2%})"
        late = f"{one.late_p50_ms:.0f} ms, {one.late_p99_ms:.0f} ms"
        yield f"lateness of a start {name}, p50 and p99 at most", late
        yield f"the monitor's share of the core {name}", f"{one.cpu_share:.0%}"
    yield "sent", f"{found.sent:,} ({found.sent / found.seconds:,.0f} a second)"
    yield (
        "the trap process's share of the core, its memory",
        (f"{found.cpu_share:.0%}, {found.rss_mb:.0f} MB"),
    )
    for outcome in OUTCOMES:
        if found.counts[outcome]:
            yield f"– {outcome}", f"{found.counts[outcome]:,}"
    yield "– dropped by the kernel", f"{found.kernel:,}"
    yield "in no counter", f"{found.uncounted:,}"


def main() -> None:
    """Measure and print; with `--gun` only shoot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=10_000)
    parser.add_argument("--rate", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--gun", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, default=Path(), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.gun:
        print(*shoot(options.folder, options.gun, options.rate, options.seconds))
        return
    where = processes.cores()
    os.sched_setaffinity(0, {where.network})
    sites, seconds = options.sites, options.seconds
    if options.quick:
        sites, seconds = min(sites, _SMALL), min(seconds, 20.0)
    print(f"| {sites:,} sites every 10 s | measured |\n|---|---|")
    for what, told in _tell(measure(sites, options.rate, seconds, where)):
        print(f"| {what} | {told} |", flush=True)


if __name__ == "__main__":
    main()
