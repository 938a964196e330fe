"""A trap is kept and its device asked: at once, once in five seconds, and never a state."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors._memory import DeviceMemory
from collectors.traps.form import Notification
from inventory.model import Inventory, device_target, interface_target
from metrics.catalogue import OPER_STATUS
from metrics.observation import Observation, Outcome, Probe, Series
from runtime.traps.hints import BETWEEN, Hints, _told
from store.entries import TrapEntry
from tests.traps.boxes import PLAIN, inventory

PORT = interface_target("r1", "GigabitEthernet0/0/1")
NOW_MS = 1_793_664_000_123


class Scene:
    """Hints with a clock of the test, a device that is idle or not, and what was kept."""

    def __init__(self, known: Inventory) -> None:
        self.now_ms = NOW_MS
        self.idle = True
        self.kept: list[TrapEntry] = []
        self.asked: list[tuple[Probe, Callable[[Observation], None]]] = []
        memory = DeviceMemory(if_index={"GigabitEthernet0/0/1": 7})
        self.hints = Hints(
            (), lambda _: memory, self._ask_now, self.kept.append, lambda: self.now_ms
        )
        self.probes = [
            _probe("interfaces", 10_000), _probe("slower", 60_000), _probe("inspection", 300_000)
        ]  # fmt: skip
        self.hints.load(known, self.probes)

    def _ask_now(self, probe: Probe, _now: int, heard: Callable[[Observation], None]) -> bool:
        if self.idle:
            self.asked.append((probe, heard))
        return self.idle

    def trap(self, device: str = "r1") -> None:
        values = (("1.3.6.1.2.1.2.2.1.1.7", 7),)
        self.hints.heard(
            Notification(device, "192.0.2.1", NOW_MS, "2c", "1.3.6.1.6.3.1.1.5.3", 4_200, values)
        )

    def later(self, seconds: float) -> None:
        self.now_ms += round(seconds * 1000)
        self.hints.tick()


def _probe(kind: str, every_ms: int) -> Probe:
    series = (Series(OPER_STATUS, PORT, ()),)
    return Probe(
        id=f"{kind}@device:r1", kind=kind, target=device_target("r1"), device="r1", area="p",
        every_ms=every_ms, deadline=5, series=series, raw=1, rates=(), question=None,
    )  # fmt: skip


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(inventory(tmp_path, ("r1", "192.0.2.1", PLAIN)))


def test_it_is_kept_with_its_code_and_its_port(scene: Scene) -> None:
    scene.trap()
    (entry,) = scene.kept
    assert (entry.code, entry.subject, entry.device) == ("link.down", PORT, "device:r1")
    assert msgspec.json.decode(entry.told) == {
        "uptime_seconds": 42.0, "values": [["1.3.6.1.2.1.2.2.1.1.7", 7]]
    }  # fmt: skip


@given(
    st.lists(
        st.tuples(st.text(max_size=512), st.text(max_size=255) | st.integers(-(2**63), 2**64 - 1)),
        max_size=32,
    ),
    st.integers(0, 400),
    st.integers(0, 2**32 - 1) | st.none(),
)
def test_of_much_that_was_said_the_first_four_kilobytes_are_kept(
    values: list[tuple[str, int | str]], cut: int, uptime: int | None
) -> None:
    said = Notification("r1", "192.0.2.1", 0, "2c", "1.3", uptime, tuple(values), cut=cut)
    told = _told(said)
    assert len(told.encode()) <= 4_096
    found = msgspec.json.decode(told)
    kept = [tuple(pair) for pair in found["values"]]
    assert kept == values[: len(kept)]
    assert found.get("cut", 0) == cut + len(values) - len(kept)


def test_the_device_is_asked_at_once_what_it_is_asked_most_often(scene: Scene) -> None:
    scene.trap()
    assert [probe.kind for probe, _ in scene.asked] == ["interfaces"]


def test_more_traps_within_five_seconds_bring_one_more_run(scene: Scene) -> None:
    for _ in range(20):
        scene.trap()
    scene.later(BETWEEN - 0.1)
    assert len(scene.asked) == 1
    scene.later(0.2)
    assert len(scene.asked) == 2
    scene.later(60)
    assert len(scene.asked) == 2
    assert len(scene.kept) == 20


def test_a_busy_device_is_asked_when_it_is_idle(scene: Scene) -> None:
    scene.idle = False
    scene.trap()
    scene.idle = True
    scene.later(1)
    assert len(scene.asked) == 1


def test_a_device_that_stays_busy_is_given_up(scene: Scene) -> None:
    scene.idle = False
    scene.trap()
    scene.later(6)
    scene.idle = True
    scene.later(1)
    assert not scene.asked
    assert scene.hints.stats()["given_up"] == 1


def test_what_it_answered_stands_beside_what_it_said(scene: Scene) -> None:
    scene.trap()
    probe, heard = scene.asked[0]
    heard(Observation(probe, NOW_MS + 50, 0.012, Outcome.ANSWERED, "", (2,)))
    entry = scene.kept[-1]
    assert (entry.code, entry.subject, entry.at_ms) == ("asked", PORT, NOW_MS + 50)
    assert msgspec.json.decode(entry.told) == {
        "oper_status": 2, "outcome": "answered", "probe": "interfaces@device:r1", "reason": "",
        "took_ms": 12,
    }  # fmt: skip


def test_a_trap_of_a_device_that_a_reload_took_away_is_counted(scene: Scene) -> None:
    scene.trap("gone")
    assert not scene.kept
    assert scene.hints.stats()["of_unknown_devices"] == 1
