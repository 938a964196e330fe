"""Orders to a running simulator: JSON lines over TCP on loopback, each with the key of its folder.

    control = Control.of(folder)
    control.begin("cut", "link:xiaogan-xiaonan-t01-telecom")
    control.end("cut", "link:xiaogan-xiaonan-t01-telecom")

Orders: `begin` and `end` with `kind`, `target` and `value` as in a script; `reboot`, `clear` and
`configure` (somebody changes its configuration) with `device`; `max_size` with `device` and
`octets`; `state` with `target`; `counts`.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from simulator.director import Director
from simulator.script import Incident
from simulator.server import Server

FILE: Final = "control.json"
_CAUSE: Final = "control"
_TIMEOUT: Final = 10.0


class OrderError(ValueError):
    """The simulator did not do it; the message says why."""


@dataclass(frozen=True, slots=True)
class Control:
    """The client's side. Each order is a connection of its own."""

    port: int
    key: str

    @classmethod
    def of(cls, folder: Path) -> Control:
        """Read port and key of the simulator that serves `folder`."""
        written = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return cls(written["port"], written["key"])

    def order(self, do: str, **details: object) -> dict[str, Any]:
        """Give an order and return what came back; raise OrderError when it was refused."""
        line = json.dumps({"key": self.key, "do": do, **details}) + "\n"
        with socket.create_connection(("127.0.0.1", self.port), _TIMEOUT) as connection:
            connection.sendall(line.encode())
            with connection.makefile("rb") as answers:
                answer: dict[str, Any] = json.loads(answers.readline())
        if "error" in answer:
            raise OrderError(answer["error"])
        return answer

    def begin(self, kind: str, target: str, value: float | None = None) -> None:
        """Let an incident begin; it lasts until `end`."""
        self.order("begin", kind=kind, target=target, value=value)

    def end(self, kind: str, target: str) -> None:
        """Let it end."""
        self.order("end", kind=kind, target=target)

    def counts(self) -> dict[str, int]:
        """Return how many datagrams were answered and how many not, by reason."""
        counted: dict[str, int] = self.order("counts")["counts"]
        return counted


class ControlServer:
    """The simulator's side."""

    def __init__(
        self,
        director: Director,
        server: Server,
        configure: Callable[[str], None],
    ) -> None:
        """`configure`: changes the configuration of a device; KeyError where it has none."""
        self._configure = configure
        self.key = secrets.token_hex(16)
        self._director = director
        self._server = server
        self._listener: asyncio.Server | None = None

    async def open(self, folder: Path) -> int:
        """Listen on a free port of loopback and write port and key into `folder`; return it."""
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._listener.sockets[0].getsockname()[1]
        file = folder / FILE
        file.touch(mode=0o600)
        file.write_text(json.dumps({"port": port, "key": self.key}), encoding="utf-8")
        return port

    def close(self) -> None:
        """Listen no more."""
        if self._listener is not None:
            self._listener.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await asyncio.wait_for(reader.readline(), _TIMEOUT)
            writer.write(json.dumps(self._obey(line)).encode() + b"\n")
            await writer.drain()
        except (OSError, TimeoutError, ValueError):
            self._server.counts["control_lost"] += 1
        finally:
            writer.close()

    def _obey(self, line: bytes) -> dict[str, Any]:
        try:
            order = json.loads(line)
            if not hmac.compare_digest(str(order.pop("key")), self.key):
                return {"error": "wrong key"}
            return self._act(**order) or {"ok": True}
        except KeyError as error:
            return {"error": f"nothing is named {error}"}
        except (AttributeError, TypeError, ValueError) as error:
            return {"error": str(error)}

    def _act(
        self,
        do: str,
        kind: str = "",
        target: str = "",
        value: float | None = None,
        device: str = "",
        octets: int = 0,
    ) -> dict[str, Any] | None:
        director, world = self._director, self._director.world
        match do:
            case "begin":
                if kind == "flap":
                    raise OrderError("a link flaps by script only; cut and mend it instead")
                Incident(0, 1, kind, target, value)
                director.begin(kind, target, value, _CAUSE)
            case "end":
                Incident(0, 1, kind, target)
                director.end(kind, target, _CAUSE)
            case "reboot":
                director.reboot(device)
            case "clear":
                director.clear(device)
            case "configure":
                self._configure(device)
            case "max_size":
                world.agents[device].max_size = octets
            case _:
                return self._tell(do, target)
        return None

    def _tell(self, do: str, target: str) -> dict[str, Any]:
        match do:
            case "counts":
                return {"counts": dict(self._server.counts)}
            case "state":
                return {"state": self._director.world.state(target)}
            case _:
                raise OrderError(f"no order {do!r}")
