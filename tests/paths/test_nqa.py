"""Routers' own tests of a path, read by SNMP from agents that answer on loopback.

All recordings here are synthetic: written from the MIBs, never seen on a box. OIDs are on purpose
written out once more and not taken from the collector's tables.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import _nqa, nqa
from collectors._contract import Answer, Wires
from collectors._memory import DeviceMemory
from collectors._stream import CLASSES
from collectors.wires.echo import open_echo
from collectors.wires.snmp import open_snmp
from inventory.model import Endpoint, Inventory, ProbeSpec, service_target
from metrics.observation import Outcome, Value
from tests.collectors.recorded import served, write
from tests.paths.nodes import with_service
from tests.servers import free_port

Objects = dict[str, int | str | tuple[int, int]]
NODE = service_target("node-1")
GAUGE, TICKS, COUNTER = 66, 67, 65

# admin / video, as two texts with their lengths
INDEX = "5.97.100.109.105.110.5.118.105.100.101.111"
NAMED = {"device": "xg-r1", "owner": "admin", "name": "video"}
HUAWEI = "1.3.6.1.4.1.2011.5.25.111"
H3C = "1.3.6.1.4.1.25506.8.3.1"
PING = "1.3.6.1.2.1.80.1.3.1"
CISCO = "1.3.6.1.4.1.9.9.42.1"
UPTIME = "1.3.6.1.2.1.1.3.0"


def huawei_jitter(**changes: int) -> Objects:
    told = {
        f"{HUAWEI}.2.1.1.4.{INDEX}": 5,  # jitterAppl
        f"{HUAWEI}.2.3.1.8.{INDEX}": 7,  # the seventh test was finished last
        f"{HUAWEI}.2.3.1.9.{INDEX}": changes.get("status", 4),
    }
    row = {
        2: changes.get("completions", 1), 9: 26_000, 40: changes.get("back", 990), 41: 1000,
        46: 20_000, 47: 1, 48: 3_500, 60: 431, 67: 1, 68: 12_000, 69: 8_500,
    }  # fmt: skip
    objects: Objects = {**told}
    for column, value in row.items():
        objects[f"{HUAWEI}.4.3.1.{column}.{INDEX}.7"] = (GAUGE, value)
    return objects


def only_completed() -> Objects:
    """A view of the agent that ends behind the column which says that the test succeeded."""
    row = f"{HUAWEI}.4.3.1."
    told = huawei_jitter()
    return {oid: v for oid, v in told.items() if not oid.startswith(row) or ".4.3.1.2." in oid}


def huawei_icmp() -> Objects:
    row = {3: 1, 11: 30, 12: 46, 21: 3, 22: 3, 26: 36, 27: 0}
    return {
        f"{HUAWEI}.2.1.1.4.{INDEX}": 6,  # icmpAppl
        f"{HUAWEI}.2.2.1.83.{INDEX}": 2,  # ms
        f"{HUAWEI}.2.3.1.8.{INDEX}": 1,
        f"{HUAWEI}.2.3.1.9.{INDEX}": 4,
        **{f"{HUAWEI}.4.1.1.{c}.{INDEX}.1.1": (GAUGE, v) for c, v in row.items()},
    }


def ping(*, sent: int = 10, back: int = 10) -> Objects:
    row = {1: 1, 4: 18, 5: 31, 6: 24, 7: back, 8: sent}
    return {f"{PING}.{c}.{INDEX}": (2 if c == 1 else GAUGE, v) for c, v in row.items()}


def h3c() -> Objects:
    own = {22: 1, 23: 1, 30: 425, 31: 4, 32: 6, 33: 20}
    return {
        **ping(sent=100, back=98),
        f"{H3C}.3.1.10.{INDEX}": (GAUGE, 2),
        **{f"{H3C}.4.1.{c}.{INDEX}": (GAUGE, v) for c, v in own.items()},
    }


def cisco_jitter(*, at: int = 990_000, sense: int = 1) -> Objects:
    latest = {1: (GAUGE, 22), 2: (2, sense), 5: (TICKS, at)}
    row = {1: 985, 2: 21_670, 5: 61, 26: 5, 27: 8, 29: 2, 42: 406, 46: 7}
    return {
        UPTIME: (TICKS, 1_000_000),
        f"{CISCO}.2.1.1.4.10": 9,  # jitter
        **{f"{CISCO}.2.10.1.{c}.10": v for c, v in latest.items()},
        **{f"{CISCO}.5.2.1.{c}.10": (GAUGE, v) for c, v in row.items()},
    }


def cisco_echo(*, sense: int = 1) -> Objects:
    return {
        UPTIME: (TICKS, 1_000_000),
        f"{CISCO}.2.1.1.4.10": 1,
        f"{CISCO}.2.10.1.1.10": (GAUGE, 22),
        f"{CISCO}.2.10.1.2.10": sense,
        f"{CISCO}.2.10.1.5.10": (TICKS, 999_000),
    }


def inventory_of(where: Endpoint, platform: str, options: Mapping[str, object]) -> Inventory:
    whole = with_service(ProbeSpec("nqa", 60.0, options=options), snmp=where)
    box = replace(whole.devices["xg-r1"], platform=platform)
    return replace(whole, devices={**whole.devices, "xg-r1": box})


async def _ask(
    where: Endpoint, platform: str, options: Mapping[str, object]
) -> tuple[Answer, dict[str, Value]]:
    inventory = inventory_of(where, platform, options)
    probe = nqa.plan(inventory.services["node-1"].probes[0], NODE, inventory)
    assert probe is not None
    assert probe.device == "xg-r1"
    snmp = open_snmp()
    try:
        wires = Wires(snmp, open_echo("icmp"), open_echo("udp"))
        answer = await nqa.ask(probe, wires, DeviceMemory())
    finally:
        await snmp.close()
    names = [series.metric.name.removeprefix("extranet_path_") for series in probe.series]
    return answer, dict(zip(names, answer.values, strict=False))


def asked(
    folder: Path, platform: str, objects: Objects, **options: object
) -> tuple[Answer, dict[str, Value]]:
    async def work() -> tuple[Answer, dict[str, Value]]:
        async with served(write(folder / "walk.snmprec", objects)) as where:
            return await _ask(where, platform, options or NAMED)

    return asyncio.run(work())


def near(**expected: float) -> dict[str, object]:
    return {name: pytest.approx(value) for name, value in expected.items()}


def test_a_jitter_test_of_huawei_is_read_in_microseconds(tmp_path: Path) -> None:
    answer, told = asked(tmp_path, "huawei_vrp", huawei_jitter())
    assert (answer.outcome, answer.reason) == (Outcome.ANSWERED, "")
    del told["probe_duration_seconds"]
    assert told == near(
        probe_success=1, sent=1000, lost=10, loss_ratio=0.01, rtt_mean_seconds=0.020,
        rtt_max_seconds=0.026, delay_seconds=0.012, jitter_seconds=0.0035, mos=4.31, rating=3,
    )  # fmt: skip


def test_an_icmp_test_of_huawei_has_no_jitter(tmp_path: Path) -> None:
    answer, told = asked(tmp_path, "huawei_vrp", huawei_icmp())
    assert (answer.reason, told["jitter_seconds"], told["mos"]) == ("", None, None)
    assert told["rtt_mean_seconds"] == pytest.approx(0.036)
    assert told["delay_seconds"] == pytest.approx(0.018)
    assert told["rating"] == 4


def test_a_test_of_h3c_is_read_from_both_mibs(tmp_path: Path) -> None:
    answer, told = asked(tmp_path, "h3c_comware", h3c())
    assert answer.reason == "path_loss"
    assert told["loss_ratio"] == pytest.approx(0.02)
    assert told["jitter_seconds"] == pytest.approx(0.005)
    assert told["mos"] == pytest.approx(4.25)
    assert (told["rating"], told["probe_success"]) == (2, 1)


def test_any_other_box_is_asked_by_disman_ping(tmp_path: Path) -> None:
    answer, told = asked(tmp_path, "maipu_mypower", ping())
    assert answer.reason == ""
    assert told["rtt_mean_seconds"] == pytest.approx(0.024)
    assert (told["sent"], told["lost"], told["jitter_seconds"]) == (10, 0, None)


def test_a_jitter_test_of_cisco_counts_what_was_lost_on_each_way(tmp_path: Path) -> None:
    _, told = asked(tmp_path, "cisco_ios", cisco_jitter(), device="xg-r1", entry=10)
    assert (told["sent"], told["lost"]) == (1000, 15)
    assert told["rtt_mean_seconds"] == pytest.approx(0.022)
    assert told["jitter_seconds"] == pytest.approx(0.007)
    assert told["mos"] == pytest.approx(4.06)


def test_an_echo_of_cisco_is_one_packet(tmp_path: Path) -> None:
    answer, told = asked(tmp_path, "cisco_ios", cisco_echo(), device="xg-r1", entry=10)
    assert (answer.reason, told["sent"], told["lost"]) == ("", 1, 0)
    assert told["rtt_mean_seconds"] == pytest.approx(0.022)


@pytest.mark.parametrize(
    ("platform", "objects", "options"),
    [
        ("cisco_ios", cisco_echo(sense=4), {"device": "xg-r1", "entry": 10}),  # timeout(4)
        ("maipu_mypower", ping(back=0), NAMED),
        ("huawei_vrp", huawei_jitter(completions=2, back=0), NAMED),
    ],
)
def test_a_test_that_fails_is_a_path_that_fails(
    tmp_path: Path, platform: str, objects: Objects, options: dict[str, object]
) -> None:
    answer, told = asked(tmp_path, platform, objects, **options)
    assert (answer.outcome, answer.reason) == (Outcome.ANSWERED, "nqa_failed")
    assert (told["probe_success"], told["loss_ratio"], told["rating"]) == (0, 1.0, 1)


@pytest.mark.parametrize(
    ("platform", "objects", "options", "reason"),
    [
        ("huawei_vrp", {UPTIME: (TICKS, 1)}, NAMED, "nqa_missing"),
        ("huawei_vrp", huawei_jitter(status=5), NAMED, "nqa_stopped"),
        ("huawei_vrp", {f"{HUAWEI}.2.1.1.4.{INDEX}": 5}, NAMED, "nqa_no_result"),
        ("huawei_vrp", huawei_jitter(completions=0, back=400), NAMED, "nqa_no_result"),
        ("huawei_vrp", only_completed(), NAMED, "nqa_no_result"),
        ("h3c_comware", ping(sent=0, back=0), NAMED, "nqa_no_result"),
        ("generic", {UPTIME: (TICKS, 1)}, NAMED, "nqa_missing"),
        ("cisco_ios", cisco_jitter(), {"device": "xg-r1", "entry": 11}, "nqa_missing"),
        ("cisco_ios", cisco_jitter(at=1), {"device": "xg-r1", "entry": 10}, "nqa_old"),
    ],
)
def test_where_a_router_tells_nothing_new_nothing_is_said_of_the_path(
    tmp_path: Path, platform: str, objects: Objects, options: dict[str, object], reason: str
) -> None:
    answer, told = asked(tmp_path, platform, objects, **options)
    assert (answer.outcome, answer.reason) == (Outcome.SKIPPED, reason)
    assert told["probe_success"] is None


def test_the_silence_of_the_router_is_no_silence_of_the_node() -> None:
    nobody = Endpoint("127.0.0.1", free_port())
    options = {**NAMED, "timeout": 0.1, "retries": 0}
    answer, _ = asyncio.run(_ask(nobody, "huawei_vrp", options))
    assert answer.outcome is Outcome.SKIPPED
    assert answer.reason in {"timeout", "port_closed"}


@pytest.mark.parametrize(
    "options",
    [{"device": "xs-r1", "name": "video"}, {"device": "x", "name": "v"}],
)
def test_a_router_that_cannot_be_asked_is_not_asked(options: dict[str, object]) -> None:
    inventory = inventory_of(Endpoint("127.0.0.1"), "huawei_vrp", options)
    assert nqa.plan(inventory.services["node-1"].probes[0], NODE, inventory) is None


def test_names_become_an_index_with_their_lengths() -> None:
    assert _nqa.text_index("admin", "video") == INDEX
    assert _nqa.text_index("", "视频") == "0.6.232.167.134.233.162.145"


@given(st.integers(-5, 10_000))
def test_an_opinion_is_told_in_hundredths_or_whole(told: int) -> None:
    found = _nqa.DISMAN.read({"mos": told}).mos
    assert found is None or 1 <= found <= 5


HUAWEI_RESULTS = _nqa.DIALECTS["huawei_vrp"].results({"type": 5, "finished": 1})
COLUMNS = sorted(
    {name for dialect in _nqa.DIALECTS.values() for name in dialect.control}
    | set(HUAWEI_RESULTS.columns if isinstance(HUAWEI_RESULTS, _nqa.Results) else ())
)


@given(
    st.sampled_from([*_nqa.DIALECTS.values(), _nqa.DISMAN]),
    st.dictionaries(st.sampled_from(COLUMNS), st.integers(-(2**31), 2**32)),
)
def test_whatever_an_agent_tells_no_figure_is_out_of_its_range(
    dialect: _nqa.Dialect, told: dict[str, int]
) -> None:
    if isinstance(dialect.results(told), str):
        return
    reading = dialect.read(told)
    for figure in (reading.sent, reading.lost, reading.rtt_mean, reading.rtt_max, reading.delay,
                   reading.jitter):  # fmt: skip
        assert figure is None or figure >= 0
    assert reading.loss is None or 0 <= reading.loss <= 1
    answer = nqa.answer_of(reading, CLASSES["video"], 2, 0.1)
    assert answer.values[-1] in {1, 2, 3, 4, None}
    assert (answer.values[-1] is None) == (answer.outcome is Outcome.SKIPPED)
