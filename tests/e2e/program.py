"""The program as a person starts it: `extranet ...` in a process of its own, asked over HTTP."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM, Signals
from typing import Any

from tests.servers import run_program, wait_for

EXTRANET = str(Path(sys.executable).with_name("extranet"))
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("EXTRANET_")},
    "LC_ALL": "C.UTF-8",
}
Document = Mapping[str, Any]
"""JSON that the api made."""

_TOKEN = re.compile(r"extranet_[\w-]{20,}")


def extranet(
    *arguments: object, timeout: float = 180, environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end; `environ` is added to the environment."""
    return subprocess.run(
        [EXTRANET, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        env={**ENVIRONMENT, **(environ or {})},
    )


def token_in(text: str) -> str:
    """Return the token that a command printed, once."""
    found = _TOKEN.search(text)
    assert found is not None, text
    return found[0]


def add_person(folder: Path, name: str, *roles: str) -> str:
    """Let somebody in; return the token."""
    given = [word for role in roles for word in ("--role", role)]
    done = extranet("people", "add", name, *given, "--config", folder / "monitor.yaml")
    return token_in(done.stdout)


@dataclass
class Monitor:
    """A monitor that runs."""

    process: subprocess.Popen[bytes]
    log: Path
    address: str
    token: str

    def ask(self, path: str, *, token: str | None = None, method: str = "GET") -> tuple[int, bytes]:
        """Ask once; return status and body."""
        request = urllib.request.Request(self.address + path, method=method)  # noqa: S310 - loopback
        if (bearer := self.token if token is None else token) != "":
            request.add_header("Authorization", f"Bearer {bearer}")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - as above
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def get(self, path: str) -> Any:
        """Return the JSON of an answer that is 200; raise OSError for any other."""
        status, body = self.ask(path)
        if status != 200:
            raise OSError(f"{path}: {status} {body!r}")
        return json.loads(body)

    def items(self, path: str) -> list[dict[str, Any]]:
        """Return every item of a list, page after page."""
        found: list[dict[str, Any]] = []
        following = None
        while True:
            mark = "&" if "?" in path else "?"
            page = self.get(
                f"{path}{mark}limit=1000{'' if following is None else f'&cursor={following}'}"
            )
            found += page["items"]
            following = page.get("next")
            if following is None:
                return found

    def states(self) -> dict[str, str]:
        """Return the state of every site and link by target."""
        return {
            f"{kind}:{row['id']}": row["state"]
            for kind in ("site", "link")
            for row in self.items(f"/api/v1/{kind}s")
        }

    def all_known(self) -> bool:
        """Whether every site and link has a state other than unknown."""
        return "unknown" not in self.states().values()

    def alerts(self, phase: str = "firing") -> list[dict[str, Any]]:
        """Return the alerts in a phase."""
        found: list[dict[str, Any]] = self.get("/api/v1/alerts")["items"]
        return [alert for alert in found if alert["phase"] == phase]

    def counter(self, part: str, what: str) -> float:
        """Return one of the monitor's own counters."""
        page = self.ask("/metrics")[1].decode()
        name = re.escape(f'extranet_monitor_part{{part="{part}",what="{what}"}}')
        found = re.search(rf"^{name} (\S+)$", page, re.MULTILINE)
        assert found is not None, f"{part} {what} is not counted:\n{page}"
        return float(found[1])

    def signal(self, number: Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def end(self, number: Signals = SIGTERM, seconds: float = 60) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(seconds)

    def logged(self) -> list[dict[str, Any]]:
        """Return the lines of its log that are JSON."""
        lines = self.log.read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]


@contextlib.contextmanager
def running(
    folder: Path, *options: object, token: str | None = None, log: str = "monitor.log"
) -> Iterator[Monitor]:
    """Run the monitor of `folder` (inventory.yaml, monitor.yaml) until the block ends."""
    token = add_person(folder, "tester", "admin", "operator") if token is None else token
    command = [
        EXTRANET, "run",
        "--inventory", str(folder / "inventory.yaml"),
        "--config", str(folder / "monitor.yaml"),
        *map(str, options),
    ]  # fmt: skip
    with run_program(command, folder / log, env=ENVIRONMENT) as process:
        address = wait_for(
            lambda: page_of(process, folder / log), 180, what=f"the page of {folder}"
        )
        yield Monitor(process, folder / log, address, token)


def page_of(process: subprocess.Popen[bytes], log: Path) -> str:
    """Return the address that a program has printed, "" = not yet; fail when it has ended."""
    text = log.read_text("utf-8")
    assert process.poll() is None, text
    found = re.search(r"page: (http://\S+?)/\s", text)
    return found[1] if found else ""


def children(process: int) -> list[int]:
    """Return the processes whose parent is, or was when it began, `process`."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == process:
                found.append(int(stat.parent.name))
    return found


def alive(process: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def second() -> int:
    """Now, in whole UTC seconds."""
    return int(time.time())


def assessed(monitor: Monitor, *carriers: str) -> list[Document]:
    """Return what carriers achieved this month, at a time that can be named again later.

    It is asked between two heartbeats, and nothing else happens in that second.
    """
    wait_for(lambda: second() % 10 in {3, 4, 5}, 60, what="between two heartbeats")
    found = [monitor.get(f"/api/v1/carriers/{name}/availability") for name in carriers]
    last = max(document["window"]["end"] for document in found)
    wait_for(lambda: second() > last + 1, 30, what="the next second")
    return found


def edit(path: Path, *changes: tuple[str, str]) -> None:
    """Replace text in a file; each piece must be there once."""
    text = path.read_text("utf-8")
    for before, after in changes:
        assert text.count(before) == 1, f"{before!r} is {text.count(before)} times in {path}"
        text = text.replace(before, after)
    path.write_text(text, "utf-8")


def lines_with(path: Path, *words: str) -> Sequence[str]:
    """Return the lines of a file that hold every word."""
    return [line for line in path.read_text("utf-8").splitlines() if all(w in line for w in words)]
