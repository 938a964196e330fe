"""What hosts said is asked of the api; what they use is kept by day and added up by zone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from alerts.model import Alert, Phase
from alerts.notifiers._words import Words
from alerts.rules import load_rules
from api.ports_hosts import Capacities
from collectors import host
from collectors._memory import DeviceMemory
from collectors.hosts._reading import Seen
from collectors.hosts._script import read
from collectors.hosts._values import Wanted
from inventory.model import Device, Endpoint, Inventory, Login, ProbeSpec, Secret, device_target
from metrics.capacity import Daily
from metrics.observation import Probe
from runtime.clock import monotonic
from runtime.services.capacity import Place, day_of, roll_up
from runtime.services.hosts import HostKeeping, worst
from store.capacity import open_capacity
from tests.api.province import Province, make_inventory
from tests.api.running import Running, running
from tests.hosts.fleet import capture
from texts.say import catalogue

NOW = 1_795_671_960
TODAY = day_of(NOW)
SYSTEMS = {"db1": "kylin-v10", "app1": "openeuler-22.03", "old1": "centos-7"}
ZONES = {"db1": "core", "app1": "dmz", "old1": "dmz"}


def fleet() -> Inventory:
    """Return the province of the api's tests with three servers at its cloud centre and in c0."""
    whole = make_inventory()
    servers = {
        name: Device(
            name, f"Server {name}", "c0" if name == "old1" else "cloud", "linux",
            Endpoint("127.0.0.1"), probes=(ProbeSpec("host", 60.0),), login="ops",
            zone=ZONES[name],
        )
        for name in SYSTEMS
    }  # fmt: skip
    logins = {"ops": Login("ops", "monitor", password=Secret("p"))}
    return replace(whole, devices={**whole.devices, **servers}, logins=logins)


INVENTORY = fleet()


def probes() -> list[Probe]:
    spec = ProbeSpec("host", 60.0)
    planned = [host.plan(spec, device_target(name), INVENTORY) for name in SYSTEMS]
    return [probe for probe in planned if probe is not None]


def memories(*heard: str) -> dict[str, DeviceMemory]:
    """Return what is known of devices of which these were heard a moment ago."""
    found = {}
    for name in heard:
        reading = read(capture(SYSTEMS[name]))
        assert reading is not None
        found[name] = DeviceMemory(host=Seen(reading, "ssh", monotonic() - 5, 0.25, -0.5))
    return found


def keeping(folder: Path, known: dict[str, DeviceMemory], clock: Callable[[], int]) -> HostKeeping:
    kept = HostKeeping(folder, clock)
    kept.connect(known.get)
    kept.load(INVENTORY, probes())
    return kept


async def after(kept: HostKeeping, step: Callable[[], None]) -> Capacities:
    """Open, let the time pass, and return what came of it."""
    async with AsyncExitStack() as stack:
        await kept.start(stack)
        step()
        kept.tick()
        async with asyncio.timeout(60):
            while kept.capacities().at is None and not kept.failure:
                await asyncio.sleep(0.01)
        return kept.capacities()


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> int:
        return self.at

    def pass_(self, seconds: int) -> None:
        self.at += seconds


def capacities(folder: Path, *heard: str) -> Capacities:
    clock = Clock()
    kept = keeping(folder, memories(*heard), clock)
    return asyncio.run(after(kept, lambda: clock.pass_(120)))


def use(found: Capacities, kind: str, name: str, resource: str) -> Any:
    group = next(one for one in found.groups if (one.kind, one.id) == (kind, name))
    return next((one for one in group.uses if one.resource == resource), None)


def test_zones_and_sites_are_added_up(tmp_path: Path) -> None:
    found = capacities(tmp_path, "db1", "app1", "old1")
    assert [(one.kind, one.id, one.hosts, one.heard) for one in found.groups] == [
        ("all", "", 3, 3), ("zone", "core", 1, 1), ("zone", "dmz", 2, 2),
        ("site", "c0", 1, 1), ("site", "cloud", 2, 2),
    ]  # fmt: skip
    assert use(found, "all", "", "cpu").total == 96 + 8 + 4
    assert use(found, "zone", "core", "cpu").used == 96 * 0.25
    assert use(found, "zone", "core", "memory").free == pytest.approx(201456789 * 1024)


def test_a_host_that_does_not_tell_its_memory_is_left_out_of_it(tmp_path: Path) -> None:
    found = capacities(tmp_path, "old1", "app1")
    assert use(found, "zone", "dmz", "memory").total == 16084512 * 1024
    assert use(found, "site", "c0", "memory") is None


def test_a_host_that_is_silent_counts_with_what_it_had_lately(tmp_path: Path) -> None:
    capacities(tmp_path, "db1", "app1")
    found = capacities(tmp_path, "db1")
    assert next(one for one in found.groups if one.kind == "all").heard == 1
    assert use(found, "all", "", "cpu").total == 96 + 8


def test_samples_are_taken_every_ten_minutes_and_added_up_once_an_hour(tmp_path: Path) -> None:
    clock = Clock()
    kept = keeping(tmp_path, memories("db1"), clock)

    async def hours() -> list[int]:
        told = []
        async with AsyncExitStack() as stack:
            await kept.start(stack)
            for _ in range(13):
                clock.pass_(600)
                kept.tick()
                await kept.settled()
                told.append(kept.capacities().at or 0)
        return told

    told = asyncio.run(hours())
    # The first time not all hosts were heard twice, so the second sample is added up, too.
    assert sorted(set(told)) == [NOW + 600, NOW + 1200, NOW + 1200 + 3600]
    file = open_capacity(tmp_path, NOW)
    assert sum(row.samples for row in file.between(0, 99_999)) == 13
    file.close()


def test_processors_of_hosts_that_were_heard_once_are_not_missing_for_an_hour(
    tmp_path: Path,
) -> None:
    clock, known = Clock(), memories("db1", "app1")
    twice = known["app1"].host
    assert twice is not None
    known["app1"].host = msgspec.structs.replace(twice, busy=None)
    kept = keeping(tmp_path, known, clock)

    async def minutes() -> list[float]:
        told = []
        async with AsyncExitStack() as stack:
            await kept.start(stack)
            for _ in range(2):
                clock.pass_(90)
                kept.tick()
                await kept.settled()
                told.append(use(kept.capacities(), "all", "", "cpu").total)
                known["app1"].host = twice
        return told

    first, second = asyncio.run(minutes())
    assert first < second


def test_a_day_that_a_wrong_clock_wrote_is_not_the_present(tmp_path: Path) -> None:
    file = open_capacity(tmp_path, NOW)
    file.keep([Daily(TODAY + 30_000, "db1", "cloud", "core", 1, 0.9, None, None, None, None)])
    file.close()
    assert use(capacities(tmp_path, "db1"), "all", "", "cpu").total == 96


def test_one_reading_gives_no_date(tmp_path: Path) -> None:
    found = capacities(tmp_path, "db1")
    assert {one.full_on for group in found.groups for one in group.uses} <= {
        None, use(found, "zone", "core", "storage").full_on,
    }  # fmt: skip
    assert use(found, "zone", "core", "cpu").remark == "too_short"


def test_weeks_of_days_in_the_file_give_a_date(tmp_path: Path) -> None:
    file = open_capacity(tmp_path, NOW)
    file.keep(
        Daily(TODAY - 40 + day, "app1", "cloud", "dmz", 8, 0.2, None, None, 1000, 400.0 + 8 * day)
        for day in range(40)
    )
    file.close()
    found = capacities(tmp_path)
    storage = use(found, "zone", "dmz", "storage")
    assert storage.remark == "good"
    assert storage.full_on == "2026-12-19"  # 0.72 on 2026-11-26, 0.8 % a day from there
    assert storage.earliest <= storage.full_on <= storage.latest


def test_what_is_not_declared_any_more_is_not_counted() -> None:
    rows = [Daily(TODAY, name, "cloud", "dmz", 4, 0.5, None, None, None, None) for name in "ab"]
    [everything, *_] = roll_up(rows, {"a": Place("cloud", "dmz")}, {"a"}, TODAY)
    assert everything.uses[0].total == 4


def test_a_day_begins_at_midnight_in_china() -> None:
    assert day_of(1_795_708_799) + 1 == day_of(1_795_708_800)  # 2026-11-26T16:00:00Z


def test_a_disk_that_refuses_is_told_and_harms_nobody(tmp_path: Path) -> None:
    (tmp_path / "capacity.sqlite").mkdir()
    clock = Clock()
    kept = keeping(tmp_path, memories("db1"), clock)
    found = asyncio.run(after(kept, lambda: clock.pass_(120)))
    assert found.at is None
    assert kept.health()["capacity"]["ok"] is False
    assert kept.host("db1") is not None


@pytest.mark.parametrize(
    ("device", "metric", "named"),
    [
        ("db1", "extranet_host_filesystem_used_ratio", "/data/pg main"),
        ("db1", "extranet_host_units_failed", "backup-pg.service"),
        ("db1", "extranet_host_backup_age_seconds", "pg-main"),
        ("app1", "extranet_host_inodes_used_ratio", "/var/lib/docker"),
        ("db1", "extranet_host_swap_used_ratio", ""),
        ("db1", "extranet_device_cpu_ratio", ""),
        ("nobody", "extranet_host_units_failed", ""),
    ],
)
def test_the_part_that_a_value_is_of_has_a_name(
    tmp_path: Path, device: str, metric: str, named: str
) -> None:
    kept = keeping(tmp_path, memories("db1", "app1"), Clock())
    assert kept.part(metric, device_target(device)) == named


def test_services_that_do_not_run_are_named_three_at_most() -> None:
    reading = read(capture("kylin-v10"))
    assert reading is not None
    wanted = Wanted(("/",), (), (), ("a", "postgresql", "b"), vital=True)
    assert worst("extranet_host_services_stopped", reading, wanted) == ["a", "b"]


def test_a_message_names_the_filesystem_that_is_full(tmp_path: Path) -> None:
    kept = keeping(tmp_path, memories("db1"), Clock())
    rules, _ = load_rules([])
    words = Words(INVENTORY, {rule.id: rule for rule in rules}, "", kept.part)
    alert = Alert(
        "1", "host-disk-filling", device_target("db1"), "warning", Phase.FIRING, NOW, NOW,
        value=0.92, limit=0.9,
    )  # fmt: skip
    assert "当前 92 %，限值 90 %：/data/pg main" in words.line(alert, NOW, "zh")


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Serve three servers of which one was not heard."""
    known, clock = memories("db1", "app1"), Clock()
    hostile = known["app1"].host
    assert hostile is not None
    known["app1"].host = Seen(
        read(capture("openeuler-22.03").replace("yzw-app-07", "<img src=x>")) or hostile.reading,
        "ssh", monotonic(), 0.1, 0.0,
    )  # fmt: skip
    kept = keeping(tmp_path_factory.mktemp("capacity"), known, clock)
    asyncio.run(after(kept, lambda: clock.pass_(120)))
    more = {"hosts": kept, "hosts_capacity": kept}
    with running(Province(INVENTORY), more=more) as one:
        yield one


def test_a_host_tells_all_it_said(api: Running) -> None:
    page = api.ask("/api/v1/hosts/db1/document", api.token("viewer")).json
    assert (page["device"], page["zone"], page["now"]["source"]) == ("db1", "core", "ssh")
    assert page["now"]["filesystem"] == {
        "name": "/data/pg main", "ratio": pytest.approx(0.92, abs=0.001),
    }  # fmt: skip
    assert page["now"]["services_failed"] == ["backup-pg.service"]
    assert page["document"]["busiest"][0]["name"] == "postgres"
    assert page["now"]["heard_at"] == pytest.approx(NOW + 115, abs=60)


def test_one_that_was_not_heard_says_so_and_a_stranger_is_unknown(api: Running) -> None:
    page = api.ask("/api/v1/hosts/old1/document", api.token("viewer")).json
    assert (page["now"], page["document"]) == (None, None)
    assert api.ask("/api/v1/hosts/nobody/document", api.token("viewer")).status == 404


def test_text_of_a_host_opens_no_tag(api: Running) -> None:
    answer = api.ask("/api/v1/hosts/app1/document", api.token("viewer"))
    assert b"<" not in answer.body
    assert answer.json["document"]["hostname"] == "<img src=x>"


def test_capacity_is_told_in_words_of_the_reader(api: Running) -> None:
    answer = api.ask("/api/v1/capacity", api.token("viewer"))
    items = answer.json["items"]
    assert [one["kind"] for one in items] == ["all", "zone", "zone", "site", "site"]
    words = json.dumps(items, ensure_ascii=False)
    assert "{" not in "".join(use["text"] for one in items for use in one["uses"])
    assert "内存已用" in words or "memory is used" in words


def test_who_sees_a_city_sees_its_capacity_only(api: Running) -> None:
    items = api.ask("/api/v1/capacity", api.token("viewer", sites=("c0",))).json["items"]
    assert [(one["kind"], one["id"]) for one in items] == [("site", "c0")]
    assert api.ask("/api/v1/hosts/db1/document", api.token("viewer", sites=("c0",))).status == 404


def test_every_remark_has_its_sentence() -> None:
    for remark in ("good", "fair", "too_short", "steady", "falling", "far", "full"):
        assert f"capacity.{remark}" in catalogue()
