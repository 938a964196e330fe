"""A province that is served by a real simulator process while a test runs."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator import folder
from simulator.control import Control
from simulator.province import Plan, build
from tests.servers import program, run_program, wait_for


@dataclass(frozen=True)
class Served:
    """The folder, the plan it was made from, the ready line, and the way to give orders."""

    folder: Path
    plan: Plan
    ready: dict[str, Any]
    control: Control
    process: subprocess.Popen[bytes]

    @property
    def community(self) -> str:
        return folder.community(self.folder, {}).decode()

    def truth(self) -> list[dict[str, Any]]:
        """All lines of the truth log so far."""
        text = (self.folder / folder.TRUTH).read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    def echo(self, host: str, port: int, data: bytes = b"hello", wait: float = 2.0) -> object:
        """Send an echo; return where the answer came from and the answer, or None."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as client:
            client.settimeout(wait)
            client.sendto(data, (host, port))
            try:
                answer, peer = client.recvfrom(4096)
            except TimeoutError:
                return None
            return peer[0], answer

    def snmp(self, command: str, agent: str, *oids: str, options: tuple[str, ...] = ()) -> str:
        """Run one of net-snmp's commands with numeric output and return what it printed."""
        state = self.folder / "net-snmp"
        (state / "cert_indexes").mkdir(parents=True, exist_ok=True)
        access = ("-v2c", "-c", self.community, "-t", "1", "-r", "1")
        done = subprocess.run(
            [program(command), *access, "-On", *options, agent, *oids],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            env={"SNMP_PERSISTENT_DIR": str(state), "MIBS": ""},
        )
        return done.stdout + done.stderr


_TAKEN = "address already in use"  # asyncio writes it small, and others do not
"""A port that was free when the province was made may be taken when it is served: once more."""


@contextlib.contextmanager
def served(
    directory: Path, sites: int = 60, script: str = "none", options: tuple[str, ...] = ()
) -> Iterator[Served]:
    """Generate a province (with `options` of that command) and serve it."""
    simulator = (sys.executable, "-m", "simulator")
    generate = [*simulator, "generate", str(directory), "--sites", str(sites), *options]
    log = directory / "simulator.log"
    for remaining in (2, 1, 0):
        subprocess.run(generate, check=True)
        serve = [*simulator, "serve", str(directory), "--script", script]
        with run_program(serve, log) as process:
            said = wait_for(lambda: _first_line(log), 120, what="a province")
            if remaining and _TAKEN in said.lower():
                continue
            ready = json.loads(said)
            plan = build(folder.load(directory))
            yield Served(directory, plan, ready, Control.of(directory), process)
            return


def _first_line(log: Path) -> str:
    line, end, _ = log.read_text().partition("\n")
    return line if end else ""
