"""What a check of a service costs: CPU and memory of asking, the servers in another process.

python -m bench.checks [--rounds 2000]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from collectors._web import DnsQuestion, HttpQuestion, Place, TcpQuestion, TlsQuestion
from collectors.wires.web import Web
from inventory.model import Endpoint
from metrics.observation import Outcome
from simulator.web_files import Ports
from simulator.web_plan import DOMAIN, PORTAL

_AT_ONCE: Final = 16


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2_000)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        simulator = [sys.executable, "-m", "simulator"]
        size = ["--sites", "60", "--services"]
        subprocess.run([*simulator, "generate", name, *size], check=True)
        with subprocess.Popen([*simulator, "serve", name], stdout=subprocess.PIPE) as served:
            try:
                assert served.stdout is not None
                served.stdout.readline()
                ports = Ports(**json.loads((folder / "services.json").read_text("utf-8")))
                asyncio.run(_measure(ports, str(folder / "ca.pem"), rounds))
            finally:
                served.terminate()


async def _measure(ports: Ports, ca: str, rounds: int) -> None:
    web = Web(time.time)
    web.open()
    page = Endpoint("127.0.0.1", ports.http)
    secure = Endpoint("127.0.0.1", ports.https)
    http = HttpQuestion(f"http://fgw.exchange.{DOMAIN}/", address=page)
    https = HttpQuestion(f"https://{PORTAL}/", address=secure, ca=ca)
    tls = TlsQuestion(Place(PORTAL, 443, secure), ca=ca)
    tcp = TcpQuestion(Place("mail", 25, Endpoint("127.0.0.1", ports.mail)), 100, b"220")
    dns = DnsQuestion(Endpoint("127.0.0.1", ports.names), PORTAL, "A")
    asked: dict[str, Callable[[], Awaitable[object]]] = {
        "http": lambda: web.http(http),
        "https": lambda: web.http(https),
        "tls": lambda: web.tls(tls),
        "tcp": lambda: web.tcp(tcp),
        "dns": lambda: web.dns(dns),
    }
    print("| check | CPU each | failed | largest memory |\n|---|---|---|---|")
    for name, ask in asked.items():
        await _many(ask, 50)
        began = time.process_time()
        failed = await _many(ask, rounds)
        each = (time.process_time() - began) / rounds
        largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"| {name} | {each * 1e6:,.0f} µs | {failed} of {rounds} | {largest:.0f} MB |")


async def _many(ask: Callable[[], Awaitable[object]], rounds: int) -> int:
    """Ask so often, some at once; return how many did not succeed."""
    left = iter(range(rounds))
    failed = 0

    async def work() -> None:
        nonlocal failed
        for _ in left:
            reply = await ask()
            failed += getattr(reply, "outcome", None) is not Outcome.ANSWERED

    await asyncio.gather(*(work() for _ in range(_AT_ONCE)))
    return failed


if __name__ == "__main__":
    main()
