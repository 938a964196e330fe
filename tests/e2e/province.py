"""A simulated province in a hurry: the shortest intervals that the schema allows."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tests.servers import free_port
from tests.simulator.served import Served, served

ECHO_SECONDS = 2
"""Interval of the echoes: what an edge of an outage may be off by."""
POLL_SECONDS = 5

_MONITOR = """\
inventory: inventory.yaml
language: en
store: {{path: data, disk_floor: 1M}}
api: {{listen: 127.0.0.1:{port}}}
canaries:
  simulator: {{address: {canary}, wire: udp, every: 2s}}
"""


@contextlib.contextmanager
def province(folder: Path, sites: int = 30, monitor: str = "") -> Iterator[Served]:
    """Serve a province without planned work; `monitor` is added to monitor.yaml."""
    with served(folder, sites, options=("--every", f"{POLL_SECONDS}s")) as one:
        hurry(folder)
        canary = re.search(r"simulator: \{address: (\"[^\"]+\")", _read(folder / "monitor.yaml"))
        assert canary is not None
        text = _MONITOR.format(port=free_port(), canary=canary[1]) + monitor
        (folder / "monitor.yaml").write_text(text, "utf-8")
        yield one


def hurry(folder: Path) -> None:
    """Shorten the echoes of an inventory and take its planned work out."""
    path = folder / "inventory.yaml"
    text = re.sub(r"(?m)^planned_work:\n(  work-.*\n)*", "planned_work: {}\n", _read(path))
    text = text.replace(
        f"echo: {{every: {POLL_SECONDS}s, wire: udp}}",
        f"echo: {{every: {ECHO_SECONDS}s, wire: udp}}",
    )
    assert f"echo: {{every: {ECHO_SECONDS}s" in text
    assert "work-" not in text
    path.write_text(text, "utf-8")


def planned(name: str, party: str, link: str, start: int, end: int) -> str:
    """Return a line of `planned_work`, registered well before its start."""
    days = 5 * 86_400
    times = {"start": start, "end": end, "registered": start - days}
    when = ", ".join(f'{key}: "{_iso(at)}"' for key, at in times.items())
    return f"  {name}: {{title: {name}, party: {party}, links: [{link}], {when}}}\n"


def behind(one: Served, link: str) -> tuple[set[str], set[str]]:
    """Return the sites and the links that lie behind a link to a place with one way to it."""
    (cut,) = [plan for plan in one.plan.links if plan.id == link]
    sites, links, waiting = set[str](), set[str](), [cut.b.site]
    while waiting:
        here = waiting.pop()
        for plan in one.plan.links:
            if plan.a.site == here:
                links.add(plan.id)
                sites.add(plan.b.site)
                waiting.append(plan.b.site)
    return sites, links


def _iso(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _read(path: Path) -> str:
    return path.read_text("utf-8")
