"""A configuration is fetched when it changed, when a trap said so, and once a day; seldom else."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors import config_backup
from collectors._columns import UPTIME_OID
from collectors._contract import Answer, Heard, SnmpReply, Wires
from collectors._memory import DeviceMemory
from collectors._ssh import Access, Kept
from collectors.configurations.endings import ENDINGS
from inventory.model import Credential, Endpoint, ProbeSpec, device_target
from metrics.observation import Outcome, Probe
from tests.collectors.network import network
from tests.configurations.network import ROUTER, inventory, probe_of

HOUR, DAY = 3_600.0, 86_400.0
H3C_CHANGED = "1.3.6.1.4.1.25506.2.4.1.1.1.0"


@dataclass
class Book:
    """A book with what the test writes into it."""

    read: float | None = HOUR
    wanted: bool = False
    kept: Kept = field(default_factory=lambda: Kept(Outcome.ANSWERED, "", True, 3, 1, "r"))
    fetched: list[tuple[str, float | None]] = field(default_factory=list)

    def age(self, device: str) -> float | None:
        assert device == ROUTER
        return self.read

    def is_wanted(self, device: str) -> bool:
        assert device == ROUTER
        return self.wanted

    async def keep(
        self, access: Access, platform: str, *, timeout: float, why: str, modified: float | None
    ) -> Kept:
        assert (access.device, access.login.user) == (ROUTER, "noc")
        assert platform in ENDINGS
        assert 0 < timeout < 180
        self.fetched.append((why, modified))
        return self.kept


@dataclass
class Agent:
    """An SNMP wire that answers so, or not at all."""

    values: Mapping[str, Heard] = field(default_factory=dict)
    outcome: Outcome = Outcome.ANSWERED
    reason: str = ""

    async def get(
        self, endpoint: Endpoint, credential: Credential, oids: tuple[str, ...],
        memory: DeviceMemory, *, timeout: float, retries: int,
    ) -> SnmpReply:  # fmt: skip
        assert (endpoint.host, credential.id, memory.lent) == ("127.0.0.1", "ro", False)
        assert (timeout, retries) == (3.0, 1)
        return SnmpReply(
            self.outcome, self.reason, {o: v for o, v in self.values.items() if o in oids}
        )


def changed(seconds_ago: int, uptime: int = 10_000_000) -> Agent:
    return Agent({UPTIME_OID: uptime, H3C_CHANGED: (uptime - seconds_ago * 100) % (1 << 32)})


def ask(book: Book, agent: Agent, probe: Probe | None = None) -> Answer:
    wires = Wires(agent, None, None, configurations=book)  # type: ignore[arg-type]
    return asyncio.run(config_backup.ask(probe or probe_of(inventory()), wires, DeviceMemory()))


def test_what_was_never_read_is_read_at_once() -> None:
    book = Book(read=None)

    answer = ask(book, changed(10 * 86_400))

    assert book.fetched == [("first", None)]
    assert answer == Answer(Outcome.ANSWERED, "", (0.0, 3, 1))


def test_a_change_since_the_last_reading_is_fetched() -> None:
    book = Book(read=HOUR)

    ask(book, changed(600))

    assert book.fetched == [("changed", 600.0)]


def test_what_changed_before_the_last_reading_is_in_it() -> None:
    book = Book(read=HOUR)

    answer = ask(book, changed(7_200))

    assert book.fetched == []
    assert answer == Answer(Outcome.ANSWERED, "", (HOUR, None, None))


@settings(deadline=None)
@given(st.integers(0, (1 << 32) - 1), st.integers(0, 40 * 86_400))
def test_the_agents_clock_may_have_begun_anew_in_between(uptime: int, ago: int) -> None:
    book = Book(read=HOUR)

    ask(book, changed(ago, uptime))

    assert bool(book.fetched) == (ago < HOUR + 5)


def test_a_trap_has_it_fetched_where_nothing_can_be_asked() -> None:
    book = Book(wanted=True)

    ask(book, Agent(), probe_of(inventory("ruijie_rgos")))

    assert book.fetched == [("trap", None)]


def test_never_twice_within_five_minutes() -> None:
    book = Book(read=299.0, wanted=True)

    answer = ask(book, changed(10))

    assert book.fetched == []
    assert (answer.outcome, answer.reason) == (Outcome.SKIPPED, "config_not_due")


def test_after_a_day_it_is_read_whatever_is_said() -> None:
    book = Book(read=DAY)

    ask(book, changed(10 * 86_400))

    assert [why for why, _ in book.fetched] == ["whole"]


def test_after_half_a_day_it_is_not() -> None:
    book = Book(read=DAY / 2)

    ask(book, Agent(), probe_of(inventory("ruijie_rgos")))

    assert book.fetched == []


def test_the_days_of_devices_begin_apart() -> None:
    found = inventory()
    periods = set()
    for number in range(50):
        name = f"r{number}"
        device = replace(found.devices[ROUTER], id=name)
        more = replace(found, devices={**found.devices, name: device})
        probe = config_backup.plan(ProbeSpec("config_backup", 600), device_target(name), more)
        assert probe is not None
        periods.add(round(probe.question.whole / 600))  # type: ignore[attr-defined]

    assert len(periods) > 20
    assert all(108 <= one <= 144 for one in periods)


def test_an_agent_that_is_silent_keeps_nobody_from_the_daily_reading() -> None:
    book = Book(read=DAY)

    ask(book, Agent(outcome=Outcome.SILENT, reason="timeout"))

    assert [why for why, _ in book.fetched] == ["whole"]


def test_an_agent_that_is_silent_is_said_to_be() -> None:
    answer = ask(Book(), Agent(outcome=Outcome.SILENT, reason="timeout"))

    assert answer == Answer(Outcome.SILENT, "timeout", (HOUR, None, None))


def test_why_it_was_not_kept_comes_through_and_the_age_stays() -> None:
    book = Book(read=DAY, kept=Kept(Outcome.GARBLED, "config_incomplete"))

    answer = ask(book, Agent())

    assert answer == Answer(Outcome.GARBLED, "config_incomplete", (DAY, None, None))


@pytest.mark.parametrize("platform", ["linux", "generic", "fiberhome"])
def test_a_platform_whose_ending_nobody_knows_is_not_asked(platform: str) -> None:
    spec = ProbeSpec("config_backup", 600)

    assert config_backup.plan(spec, device_target(ROUTER), inventory(platform)) is None


def test_without_a_login_nobody_is_asked() -> None:
    plain = network(snmp=Endpoint("127.0.0.1"))
    bare = replace(plain, devices={ROUTER: replace(plain.devices[ROUTER], login=None)})

    assert config_backup.plan(ProbeSpec("config_backup", 600), device_target(ROUTER), bare) is None
