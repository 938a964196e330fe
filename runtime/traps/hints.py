"""What a trap brings about: it is kept as evidence, and its device is asked out of turn.

It sets no state, and neither does the run it brings about. The judge counts scheduled runs: if
extra ones counted too, whoever can send a datagram could bring three silent runs into four seconds
and make an outage of a flash. So an extra run is told to nobody but the evidence: what the device
answered a moment after it spoke stands beside what it said. Outages begin where the scheduled runs
say so; the trap tells the second.

A device is asked at once where it is idle, and at most once in five seconds: what it says
meanwhile is answered by one more run at the end of them. Only questions of a minute or less are
asked: they are what judges, the others are long walks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Final

import msgspec

from collectors._memory import DeviceMemory
from collectors.traps.form import Notification
from collectors.traps.meaning import Codes, subject
from collectors.vendors._form import Vendor
from inventory.model import Inventory, TargetId, device_target
from metrics.catalogue import OPER_STATUS
from metrics.observation import Observation, Outcome, Probe
from store.entries import TrapEntry

BETWEEN: Final = 5.0
"""Seconds between two extra runs of a device."""
_PATIENCE: Final = 5.0
"""Seconds an extra run waits for a device that is busy."""
_ASKED_MS: Final = 60_000
_MOST_AT_ONCE: Final = 200
"""Devices that wait for an extra run; of more the newest are not asked, and counted."""

_LONGEST_TOLD: Final = 4_096
"""Octets of what is kept of a notification."""

AskNow = Callable[[Probe, int, Callable[[Observation], None]], bool]
_json: Final = msgspec.json.Encoder(order="deterministic")


class Hints:
    """Follows what devices say."""

    def __init__(
        self,
        vendors: Iterable[Vendor],
        memory: Callable[[str], DeviceMemory],
        ask_now: AskNow,
        keep: Callable[[TrapEntry], None],
        now_ms: Callable[[], int],
    ) -> None:
        self._codes = Codes(vendors)
        self._memory = memory
        self._ask_now = ask_now
        self._keep = keep
        self._now_ms = now_ms
        self._probes: dict[str, Probe] = {}
        self._wanted: dict[str, tuple[float, float, TargetId]] = {}
        """Device -> not before, not after (seconds), and what was spoken of."""
        self._asked_at: dict[str, float] = {}
        self.kept = self.unknown = self.asked = self.given_up = self.joined = 0

    def load(self, inventory: Inventory, probes: Sequence[Probe]) -> None:
        """Take over an inventory and its questions; of each device the most frequent is asked."""
        self._inventory = inventory
        fastest: dict[str, Probe] = {}
        for probe in probes:
            if probe.device is None or probe.every_ms > _ASKED_MS:
                continue
            other = fastest.get(probe.device)
            if other is None or probe.every_ms < other.every_ms:
                fastest[probe.device] = probe
        self._probes = fastest
        self._wanted = {name: one for name, one in self._wanted.items() if name in fastest}
        self._asked_at = {name: at for name, at in self._asked_at.items() if name in fastest}

    def heard(self, notification: Notification) -> None:
        """Keep a notification and see that its device is asked."""
        device = self._inventory.devices.get(notification.device)
        if device is None:  # a reload took it away meanwhile
            self.unknown += 1
            return
        about = subject(notification, device, self._memory(device.id).if_index)
        self._keep(
            TrapEntry(
                notification.at_ms,
                device_target(device.id),
                about,
                self._codes.code(notification.oid, device.platform),
                notification.oid,
                notification.version,
                notification.informed,
                notification.source,
                _told(notification),
            )
        )
        self.kept += 1
        self._want(device.id, about)

    def _want(self, device: str, about: TargetId) -> None:
        if device not in self._probes:
            return
        if device in self._wanted:
            self.joined += 1
            return
        if len(self._wanted) >= _MOST_AT_ONCE:
            self.given_up += 1
            return
        now = self._now_ms() / 1000
        before = self._asked_at.get(device)
        begin = now if before is None else max(now, before + BETWEEN)
        self._wanted[device] = (begin, begin + _PATIENCE, about)
        if begin <= now:
            self._try(device, now)

    def tick(self) -> None:
        """Ask who is due by now; called once a second."""
        now = self._now_ms() / 1000
        for device in list(self._wanted):
            self._try(device, now)

    def _try(self, device: str, now: float) -> None:
        begin, until, about = self._wanted[device]
        if now < begin:
            return
        if self._ask_now(self._probes[device], self._now_ms(), partial(self._answered, about)):
            self.asked += 1
            self._asked_at[device] = now
        elif now < until:
            return
        else:
            self.given_up += 1
        del self._wanted[device]

    def _answered(self, about: TargetId, observation: Observation) -> None:
        """Keep what came of an extra run beside what brought it about."""
        probe = observation.probe
        assert probe.device is not None
        told: dict[str, object] = {
            "probe": probe.id,
            "outcome": observation.outcome.name.lower(),
            "reason": observation.reason,
            "took_ms": round(observation.took * 1000),
        }
        if observation.outcome is Outcome.ANSWERED:
            told |= _ports(observation, about)
        self._keep(
            TrapEntry(
                observation.slot_ms, device_target(probe.device), about, "asked", "", "",
                informed=False, source="", told=_json.encode(told).decode(),
            )
        )  # fmt: skip

    def stats(self) -> Mapping[str, float]:
        """Count what was kept and what was asked."""
        return {
            "kept": self.kept,
            "of_unknown_devices": self.unknown,
            "asked": self.asked,
            "joined": self.joined,
            "given_up": self.given_up,
            "wanted": len(self._wanted),
        }


def _told(notification: Notification) -> str:
    """Write down what was in it, as many of its values as there is room for; `cut` = the others."""
    told: dict[str, object] = {}
    if notification.uptime is not None:
        told["uptime_seconds"] = notification.uptime / 100
    room = _LONGEST_TOLD - len(_json.encode(told | {"cut": 10_000, "values": []}))
    kept: list[tuple[str, int | str]] = []
    for pair in notification.values:
        room -= len(_json.encode(pair)) + 1
        if room < 0:
            break
        kept.append(pair)
    if cut := notification.cut + len(notification.values) - len(kept):
        told["cut"] = cut
    return _json.encode(told | {"values": kept}).decode()


def _ports(observation: Observation, about: TargetId) -> dict[str, object]:
    """Return ifOperStatus (RFC 2863) of the port that was spoken of, where it was asked."""
    for series, value in zip(observation.probe.series, observation.values, strict=False):
        if series.metric is OPER_STATUS and series.target == about and value is not None:
            return {"oper_status": value}
    return {}
