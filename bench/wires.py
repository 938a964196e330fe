"""What the wires cost: microseconds of our CPU per GET of 15 values and per echo, on loopback.

    python -m bench.wires

Asks a real snmpd, two interfaces and sysUpTime as the collector `interfaces` does, by each engine,
version and event loop; then echoes 4,000 addresses of 127/8 twice. The agent and the UDP echo
server are other processes and do not count; ICMP is answered by the kernel on our account.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from time import monotonic, process_time, sleep
from typing import Any, Final, Literal

from collectors import interfaces
from collectors._contract import Wires
from collectors._memory import DeviceMemory
from collectors.wires.echo import open_echo
from collectors.wires.snmp import open_snmp
from inventory.model import (
    Credential,
    Device,
    Endpoint,
    Inventory,
    ProbeSpec,
    Secret,
    Site,
    Topology,
    device_target,
)
from metrics.observation import Outcome

_AT_ONCE: Final = 50
_COLUMNS: Final = ["octets", "errors", "discards", "oper_status"]
_CREDENTIALS: Final = {
    "v2c": Credential("v2c", "2c", Secret("bench")),
    "v3 SHA-256/AES-128": Credential(
        "v3", "3", user="bench", auth="SHA256", auth_key=Secret("bench-secret"),
        priv="AES128", priv_key=Secret("bench-secret"),
    ),
}  # fmt: skip
_ECHO_SERVER: Final = """
import socket, struct, sys
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
sock.setsockopt(socket.SOL_IP, 8, 1)
sock.bind(("0.0.0.0", int(sys.argv[1])))
while True:
    data, extra, _, sender = sock.recvmsg(2048, 128)
    asked = struct.unpack("=I4s4s", extra[0][2])[2]
    sock.sendmsg([data], [(socket.SOL_IP, 8, struct.pack("=I4s4s", 0, asked, bytes(4)))], 0, sender)
"""


def _inventory(endpoint: Endpoint, credential: Credential, names: tuple[str, ...]) -> Inventory:
    site = Site("s", "s", "city", None)
    device = Device("d", "d", "s", "linux", endpoint, credential.id, names)
    return Inventory(
        "", "", {}, {}, {}, {credential.id: credential}, {"s": site}, {"d": device}, {}, {}, {},
        Topology({}, {}, {}, {"s": ("d",)}, {"s": "s"}),
    )  # fmt: skip


async def _polls(
    engine: str, sessions: int, credential: Credential, port: int, names: tuple[str, ...], runs: int
) -> float:
    """CPU seconds per run of the collector; each device is one session to the same agent."""
    wires = [open_snmp(engine, sessions=sessions) for _ in range(_AT_ONCE if sessions else 1)]
    endpoint = Endpoint("127.0.0.1", port)
    probe = interfaces.plan(
        ProbeSpec("interfaces", 10.0, options={"columns": _COLUMNS}),
        device_target("d"),
        _inventory(endpoint, credential, names),
    )
    if probe is None or probe.raw != 15:
        raise RuntimeError("this bench asks for 15 values")
    echo = open_echo("udp")

    async def device(number: int) -> None:
        asked = Wires(wires[number % len(wires)], echo, echo)
        memory = memories[number]
        for _ in range(runs // _AT_ONCE):
            answer = await interfaces.ask(probe, asked, memory)
            if answer.outcome is not Outcome.ANSWERED:
                raise RuntimeError(f"the agent gave {answer.outcome.name} {answer.reason}")

    memories = [DeviceMemory() for _ in range(_AT_ONCE)]
    for number, memory in enumerate(memories):
        await interfaces.ask(probe, Wires(wires[number % len(wires)], echo, echo), memory)
    began = process_time()
    await asyncio.gather(*map(device, range(_AT_ONCE)))
    spent = process_time() - began
    for wire in wires:
        await wire.close()
    return spent / (runs // _AT_ONCE * _AT_ONCE)


async def _echoes(wire: Literal["icmp", "udp"], port: int | None) -> tuple[float, int]:
    """CPU seconds per echo, and losses; runs begin spread over two seconds."""
    echo = open_echo(wire)
    await echo.start()
    count, targets = 10, 2000

    async def run(number: int) -> int:
        await asyncio.sleep(number / targets)
        endpoint = Endpoint(f"127.30.{number // 250}.{number % 250 + 1}", port)
        reply = await echo.echo(endpoint, count=count, gap=0.3, timeout=1)
        return count - len(reply.rtts) + reply.rtts.count(None)

    began = process_time()
    lost = sum(await asyncio.gather(*map(run, range(targets))))
    spent = process_time() - began
    await echo.close()
    return spent / (count * targets), lost


@contextmanager
def _server(command: list[str], **environment: str) -> Iterator[None]:
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _loops() -> dict[str, Callable[[Coroutine[Any, Any, Any]], Any]]:
    loops: dict[str, Callable[[Coroutine[Any, Any, Any]], Any]] = {"asyncio": asyncio.run}
    if find_spec("uvloop") is not None:
        import uvloop  # noqa: PLC0415 - not on every platform

        loops["uvloop"] = uvloop.run
    return loops


def _snmp(folder: Path) -> None:
    snmpd = shutil.which("snmpd", path="/usr/sbin:/usr/bin:/sbin:/bin")
    if snmpd is None:
        print("snmpd is not installed: apt-get install snmpd")
        return
    port = _port()
    config = folder / "snmpd.conf"
    config.write_text(
        f"agentaddress udp:127.0.0.1:{port}\nrocommunity bench\n"
        "createUser bench SHA-256 bench-secret AES bench-secret\nrouser bench priv\n"
    )
    names = tuple(name for _, name in socket.if_nameindex())[:2]
    engines = ["gufo", "pysnmp"] if find_spec("gufo") else ["pysnmp"]
    state = str(folder / "state")
    with _server([snmpd, "-f", "-Lo", "-C", "-c", str(config)], MIBS="", SNMP_PERSISTENT_DIR=state):
        sleep(1)
        for engine in engines:
            for version, credential in _CREDENTIALS.items():
                for sessions in (1, 0) if engine == "gufo" else (1,):
                    for loop, run in _loops().items():
                        runs = 20_000 if engine == "gufo" else 1_000
                        spent = run(_polls(engine, sessions, credential, port, names, runs))
                        kept = "kept session" if sessions else "new session per poll"
                        what = f"GET of 15 values, {engine}, {version}, {kept}, {loop}"
                        print(f"{what:<78}{spent * 1e6:8.1f} us")


def _echo() -> None:
    port = _port()
    with _server([sys.executable, "-c", _ECHO_SERVER, str(port)]):
        sleep(0.5)
        for wire in ("udp", "icmp"):
            for loop, run in _loops().items():
                try:
                    spent, lost = run(_echoes(wire, port if wire == "udp" else None))
                except PermissionError as error:
                    print(f"echo, {wire}: {error}")
                    break
                print(f"{f'echo, {wire}, {loop}, lost {lost}':<78}{spent * 1e6:8.1f} us")


def main() -> None:
    """Print the table."""
    began = monotonic()
    with tempfile.TemporaryDirectory() as folder:
        _snmp(Path(folder))
    _echo()
    print(f"measured in {monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
