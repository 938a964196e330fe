"""The whole program: a trap of a simulated device is evidence, asked after, and sets no state."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from signal import SIGSTOP
from typing import Any

import pytest

from simulator.province import DevicePlan
from tests.e2e.program import EXTRANET, Monitor, running
from tests.e2e.province import province
from tests.servers import free_port, program, wait_for
from tests.traps.boxes import LINK_DOWN
from tests.traps.messages import trap

pytestmark = pytest.mark.server("snmptrap")


@dataclass
class Scene:
    """A monitor in front of a province, and one of its devices that speaks."""

    monitor: Monitor
    device: DevicePlan
    community: str
    port: int

    def say(self, community: str) -> None:
        """Send a linkDown from the device's address."""
        subprocess.run(
            [program("snmptrap"), f"--clientaddr={self.device.host}", "-v2c", "-c", community,
             f"127.0.0.1:{self.port}", "1", *LINK_DOWN],
            check=True, env={"MIBS": ""},
        )  # fmt: skip

    def told(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.monitor.get(f"/api/v1/traps?device={self.device.id}")[
            "items"
        ]
        return found

    def codes(self) -> set[str]:
        return {one["code"] for one in self.told()}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("told")
    port = free_port()
    with province(folder, 30, f"traps: {{listen: '127.0.0.1:{port}'}}\n") as served:
        device = next(one for one in served.plan.devices if ":" not in one.host and one.ports)
        with running(folder) as monitor:
            wait_for(monitor.all_known, 180, what="every site and link known")
            yield Scene(monitor, device, served.community, port)


def test_a_trap_is_kept_and_its_device_is_asked(scene: Scene) -> None:
    scene.say(scene.community)
    wait_for(lambda: scene.codes() >= {"link.down", "asked"}, what="a trap and an answer")
    answered = [one["told"] for one in scene.told() if one["code"] == "asked"]
    assert answered[-1]["outcome"] == "answered"


def test_a_trap_sets_no_state(scene: Scene) -> None:
    before = scene.monitor.states()
    heard = scene.monitor.counter("hints", "kept")
    scene.say(scene.community)
    wait_for(lambda: scene.monitor.counter("hints", "kept") == heard + 1, what="the trap is kept")
    assert scene.monitor.states() == before


def test_a_wrong_community_is_counted_and_not_kept(scene: Scene) -> None:
    kept = scene.monitor.counter("hints", "kept")
    scene.say("wrong")
    wait_for(lambda: scene.monitor.counter("traps", "wrong_community") == 1, what="it is counted")
    assert scene.monitor.counter("hints", "kept") == kept


def test_a_strangers_trap_is_counted_and_not_kept(scene: Scene) -> None:
    kept = scene.monitor.counter("hints", "kept")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.99.99.99", 0))
        stranger.sendto(trap(scene.community.encode()), ("127.0.0.1", scene.port))
    wait_for(lambda: scene.monitor.counter("traps", "unknown_source") == 1, what="it is counted")
    assert scene.monitor.counter("hints", "kept") == kept


def test_the_health_of_the_ear_is_shown(scene: Scene) -> None:
    assert scene.monitor.get("/api/v1/health")["parts"]["traps"]["ok"] is True


def test_a_process_that_hangs_is_replaced_and_the_alert_says_so(scene: Scene) -> None:
    os.kill(_ear(scene.monitor.process.pid), SIGSTOP)
    wait_for(
        lambda: "process-died" in {alert["rule"] for alert in scene.monitor.alerts()}, 60,
        what="the alert",
    )  # fmt: skip
    before = scene.monitor.counter("hints", "kept")
    scene.say(scene.community)
    wait_for(lambda: scene.monitor.counter("hints", "kept") > before, 30, what="it is heard again")
    assert scene.monitor.counter("traps", "hangs") == 1


def _ear(monitor: int) -> int:
    """The trap process of a monitor."""
    children = Path(f"/proc/{monitor}/task").glob("*/children")
    pids = [pid for one in children for pid in one.read_text().split()]
    (found,) = (
        pid for pid in pids if b"runtime.traps.process" in Path(f"/proc/{pid}/cmdline").read_bytes()
    )
    return int(found)


def test_an_address_that_cannot_be_had_is_named_at_the_start(tmp_path: Path) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken,
        province(tmp_path, 30, "") as served,
    ):
        taken.bind(("127.0.0.1", 0))
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        config = served.folder / "monitor.yaml"
        with config.open("a", encoding="utf-8") as more:
            more.write(f"traps: {{listen: '{where}'}}\n")
        done = subprocess.run(
            [EXTRANET, "run", "--config", str(config)],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert re.search(rf"traps\.listen {re.escape(where)}", done.stderr)
