"""One city router with a login behind two links, and the book that keeps its configuration."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType as Frozen

from alerts.engine import Engine
from alerts.model import Alert
from alerts.rules import load_rules
from api.ports import Event
from collectors import config_backup
from inventory.model import (
    Endpoint,
    Inventory,
    Login,
    PlannedWork,
    ProbeSpec,
    Secret,
    device_target,
)
from metrics.observation import Probe
from runtime.configurations.copies import ConfigurationKeeping, Ways
from runtime.sections.configurations import ConfigurationsConfig
from runtime.telling import Telling
from store.entries import TrapEntry
from tests.collectors.network import network
from tests.configurations.keeping import KEY, Boxes

LINK = "xg-xs"
ROUTER = "xg-r1"


def inventory(platform: str = "h3c_comware", work: Iterable[PlannedWork] = ()) -> Inventory:
    """The network of the collectors' tests; its router lets the monitor in by SSH."""
    plain = network(snmp=Endpoint("127.0.0.1"))
    router = replace(plain.devices[ROUTER], platform=platform, login="noc")
    return replace(
        plain,
        devices=Frozen({**plain.devices, ROUTER: router}),
        logins=Frozen({"noc": Login("noc", "noc", Secret("pw"))}),
        planned_work=Frozen({one.id: one for one in work}),
    )


def probe_of(found: Inventory, every: float = 600.0, **options: object) -> Probe:
    """The question about the router's configuration."""
    spec = ProbeSpec("config_backup", every, None, options)
    probe = config_backup.plan(spec, device_target(ROUTER), found)
    assert probe is not None
    return probe


@dataclass
class Office:
    """The book, joined to a real alert engine; what is told is collected."""

    boxes: Boxes
    found: Inventory
    book: ConfigurationKeeping = field(init=False)
    alerts: list[Alert] = field(default_factory=list)
    evidence: list[TrapEntry] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    telling: Telling = field(init=False)

    def __post_init__(self) -> None:
        probe = probe_of(self.found)
        rules, problems = load_rules(())
        assert not problems
        engine = Engine(rules, self.found, [probe])
        self.open_book(probe)
        self.telling = Telling(engine, (self.alerts.append, self.book.told), self.now)
        self.book.connect(Ways(self.telling.report, self.evidence.append, self.events.append))

    def open_book(self, probe: Probe) -> None:
        config = ConfigurationsConfig(key=Secret(KEY.hex()))
        self.book = ConfigurationKeeping(self.boxes.store, config, self.boxes, self.now)
        self.book.load(self.found, [probe])

    def now(self) -> int:
        return self.boxes.now

    @property
    def store(self) -> Path:
        return self.boxes.store
