"""From the command line of a box to the repository, through the process that speaks SSH."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from collectors._ssh import Kept
from collectors.configurations.endings import ENDINGS
from inventory.model import Login, Secret
from metrics.observation import Outcome
from runtime.configurations.copies import ConfigurationKeeping, settings
from runtime.configurations.job import KIND
from runtime.sections.configurations import ConfigurationsConfig
from runtime.sections.ssh import SshConfig
from runtime.ssh.wire import HOST_KEYS, SshDoor
from store.configurations import REPOSITORY, Configurations
from tests.collectors.network import network
from tests.configurations.keeping import KEY, NOW
from tests.configurations.test_store import objects
from tests.gear.nodes import PORTS, node, served
from tests.ssh.asking import access

pytestmark = pytest.mark.server("git")
CUT, MUTE = "cut", "mute"
SECRETS = {
    "huawei_vrp": ("$1a$Zt7f", "%^%#", "K8v&Jq2", "Bgp7Kk2Vv9", "Snmp1Aa2Ss3"),
    "h3c_comware": ("$c$3$", "$h$6$", "Ospf0Qw9", "Tac7Lk6"),
    "zte_zxros": ("Zte1Qa2Ws3", "Ik9Ol0Pz1Xc2", "Sn4Mp5Zt6", "TaC1PlainKey2Zte3", "Bg1Pz2Te3"),
    "ruijie_rgos": ("0Rj1Gs2Os3", "$1$yLhr$", "Rj4PlainCommunity5", "1Ta2Ca3Cs4", "0Bg1Pr2"),
    "maipu_mypower": ("Mp1Us2Er3Pa4", "Mp6En7Pl8", "Mp0Com1Mun2"),
}


@dataclass
class Told:
    """What came of asking each simulated box: before and after somebody changed it."""

    store: Path
    first: dict[str, Kept] = field(default_factory=dict)
    again: dict[str, Kept] = field(default_factory=dict)
    changed: dict[str, Kept] = field(default_factory=dict)
    took: float = 0.0

    @property
    def kept(self) -> Configurations:
        return Configurations(self.store, KEY)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    found = Told(tmp_path_factory.mktemp("store"))
    asyncio.run(_story(found))
    return found


async def _story(found: Told) -> None:
    config = ConfigurationsConfig(key=Secret(KEY.hex()))
    nodes = {name: node(name, name=name.replace("_", "-")) for name in PORTS}
    nodes[CUT] = node("huawei_vrp", "cut", name=CUT)
    nodes[MUTE] = node("huawei_vrp", "hanging_shell", name=MUTE)
    async with AsyncExitStack() as stack:
        server = stack.enter_context(served(*nodes.values()))
        (found.store / HOST_KEYS).write_text(server.known_hosts(), "ascii")
        part = msgspec.msgpack.encode(settings(found.store, config))
        door = SshDoor(SshConfig(), found.store, {KIND: part}, chance=lambda: 0.0)
        door.wanted = True
        await door.start(stack)
        book = ConfigurationKeeping(found.store, config, door, lambda: NOW)
        book.load(network(), [])
        await book.start(stack)
        login = Login("noc", "monitor", Secret("only-looking"), group="noc")

        async def read(name: str, seconds: float = 40.0) -> Kept:
            one = nodes[name]
            way = access(server.ports[one.id], login, one.id)
            return await book.keep(way, one.dialect, timeout=seconds, why="whole", modified=None)

        for results in (found.first, found.again):
            for name in PORTS:
                results[name] = await read(name)
        for name in PORTS:
            server.change(nodes[name].id)
            found.changed[name] = await read(name)
        found.first[CUT] = await read(CUT)
        began = time.monotonic()
        found.first[MUTE] = await read(MUTE, 3.0)
        found.took = time.monotonic() - began


@pytest.mark.parametrize("name", PORTS)
def test_the_configuration_of_a_box_is_kept(told: Told, name: str) -> None:
    kept = told.first[name]

    assert (kept.outcome, kept.reason) == (Outcome.ANSWERED, "")
    text = told.kept.text(name.replace("_", "-"), kept.revision)
    assert ENDINGS[name].fullmatch(text.splitlines()[-1])
    assert f"name {name.replace('_', '-')}" in text


@pytest.mark.parametrize("name", PORTS)
def test_what_nobody_changed_is_no_revision(told: Told, name: str) -> None:
    assert told.again[name] == told.first[name]


@pytest.mark.parametrize("name", PORTS)
def test_what_somebody_changed_is_one_with_its_lines(told: Told, name: str) -> None:
    kept = told.changed[name]

    assert (kept.changed, kept.added, kept.removed) == (True, 1, 1)
    made = told.kept.diff(name.replace("_", "-"), told.first[name].revision, kept.revision, 100)
    assert any("专线-1" in line for line in made.lines if line.startswith("+"))


@pytest.mark.parametrize("name", PORTS)
def test_its_secrets_are_sealed_only(told: Told, name: str) -> None:
    full = told.kept.full(name.replace("_", "-"), told.first[name].revision)
    held = objects(told.store / REPOSITORY)

    for secret in SECRETS[name]:
        assert secret in full
        assert secret.encode() not in held


def test_one_that_breaks_off_before_its_end_is_none(told: Told) -> None:
    assert told.first[CUT] == Kept(Outcome.GARBLED, "config_incomplete")
    assert told.kept.latest(CUT) is None


def test_a_box_that_says_nothing_is_given_up_in_time(told: Told) -> None:
    assert told.first[MUTE].outcome is not Outcome.ANSWERED
    assert told.took < 10
