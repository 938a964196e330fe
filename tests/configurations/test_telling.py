"""A change is evidence; outside announced work it is an alert, until somebody takes note of it."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from alerts.model import Alert, Phase
from collectors._ssh import Kept, access_of
from inventory.model import PlannedWork, device_target
from metrics.observation import Outcome
from runtime.configurations.copies import Ways
from store.configurations import REPOSITORY
from store.entries import TrapEntry
from tests.configurations.keeping import NOW, OTHER, TEXT, Boxes, said
from tests.configurations.network import LINK, ROUTER, Office, inventory, probe_of

pytestmark = pytest.mark.server("git")
WORK = PlannedWork("cutover", "割接", "carrier", (LINK,), NOW + 1_000, NOW + 2_000)


def office(folder: Path, work: Iterable[PlannedWork] = ()) -> Office:
    return Office(Boxes(folder, {ROUTER: said()}), inventory(work=work))


@asynccontextmanager
async def started(one: Office) -> AsyncIterator[Office]:
    async with AsyncExitStack() as stack:
        await one.book.start(stack)
        yield one


async def read(one: Office, text: str, at: int, modified: float | None = None) -> Kept:
    """Read the router whole at `at`."""
    one.boxes.now, one.boxes.says[ROUTER] = at, said(text)
    access = access_of(one.found.devices[ROUTER], one.found)
    assert access is not None
    kept = await one.book.keep(access, "h3c_comware", timeout=10, why="whole", modified=modified)
    await settled(one)
    return kept


async def settled(one: Office) -> None:
    """Let the clock tick until nothing is left to be told."""
    for _ in range(500):
        one.book.tick()
        await asyncio.sleep(0.01)
        if not one.book.stats()["untold"] and one.book._working is None:
            return
    raise AssertionError("it is never told")


def scene(play: Callable[[Office], object], one: Office) -> None:
    async def run() -> None:
        async with started(one):
            await play(one)  # type: ignore[misc]

    asyncio.run(run())


def firing(one: Office) -> list[Alert]:
    return [alert for alert in one.telling.engine.alerts() if alert.phase is Phase.FIRING]


def test_the_first_reading_tells_nothing(tmp_path: Path) -> None:
    one = office(tmp_path)

    scene(lambda o: read(o, TEXT, NOW), one)

    assert (one.alerts, one.evidence, one.events) == ([], [], [])


async def _change(one: Office) -> None:
    await read(one, TEXT, NOW)
    await read(one, OTHER, NOW + 3_600)


def test_a_change_that_nobody_announced_is_an_alert(tmp_path: Path) -> None:
    one = office(tmp_path)

    scene(_change, one)

    (alert,) = firing(one)
    assert (alert.rule, alert.target) == ("configuration-changed", device_target(ROUTER))
    assert (alert.reason, alert.since) == ("config_changed", NOW + 3_600)


def test_a_change_is_evidence_beside_the_traps_and_tells_no_text(tmp_path: Path) -> None:
    one = office(tmp_path)

    scene(_change, one)

    (entry,) = one.evidence
    told = json.loads(entry.told)
    assert (entry.code, entry.device, entry.at_ms) == (
        "config.differs", device_target(ROUTER), (NOW + 3_600) * 1000,
    )  # fmt: skip
    assert (told["added"], told["removed"], told["planned_work"]) == (1, 1, "")
    assert "200M" not in entry.told
    (event,) = one.events
    assert (event.kind, event.body["target"]) == ("configuration", device_target(ROUTER))


def test_a_change_that_is_read_while_another_is_told_is_told_too(tmp_path: Path) -> None:
    one = office(tmp_path)
    third = TEXT.replace("100M", "300M")
    access = access_of(one.found.devices[ROUTER], one.found)
    assert access is not None
    begun: list[asyncio.Task[Kept]] = []

    def keep(entry: TrapEntry) -> None:
        one.evidence.append(entry)
        if not begun:
            one.boxes.now, one.boxes.says[ROUTER] = NOW + 7_200, said(third)
            reading = one.book.keep(access, "h3c_comware", timeout=10, why="whole", modified=None)
            begun.append(asyncio.get_running_loop().create_task(reading))

    async def play(office: Office) -> None:
        await read(office, TEXT, NOW)
        await read(office, OTHER, NOW + 3_600)
        await begun[0]
        await settled(office)

    one.book.connect(Ways(one.telling.report, keep, one.events.append))
    scene(play, one)

    assert [entry.at_ms for entry in one.evidence] == [(NOW + 3_600) * 1000, (NOW + 7_200) * 1000]


def test_a_change_within_announced_work_is_evidence_only(tmp_path: Path) -> None:
    one = office(tmp_path, [WORK])

    async def play(o: Office) -> None:
        await read(o, TEXT, NOW)
        await read(o, OTHER, NOW + 1_500)

    scene(play, one)

    assert firing(one) == []
    assert json.loads(one.evidence[0].told)["planned_work"] == "cutover"


@pytest.mark.parametrize(
    ("ago", "planned"), [(500.0, "cutover"), (1_400.0, "cutover"), (100.0, ""), (2_400.0, "")]
)
def test_when_the_device_says_when_that_instant_decides(
    tmp_path: Path, ago: float, planned: str
) -> None:
    one = office(tmp_path, [WORK])

    async def play(o: Office) -> None:
        await read(o, TEXT, NOW)
        await read(o, OTHER, NOW + 2_450, modified=ago)

    scene(play, one)

    assert one.boxes.asked[-1] == (ROUTER, f"whole {NOW + 2_450 - int(ago)}")
    assert json.loads(one.evidence[0].told)["planned_work"] == planned
    assert one.evidence[0].at_ms == (NOW + 2_450 - int(ago)) * 1000


def test_where_it_does_not_say_work_since_the_last_reading_counts(tmp_path: Path) -> None:
    one = office(tmp_path, [WORK])

    async def play(o: Office) -> None:
        await read(o, TEXT, NOW)
        await read(o, TEXT, NOW + 2_500)
        await read(o, OTHER, NOW + 9_000)

    scene(play, one)

    assert json.loads(one.evidence[0].told)["planned_work"] == ""


def test_acknowledging_it_ends_it_and_the_next_change_is_a_new_one(tmp_path: Path) -> None:
    one = office(tmp_path)

    async def play(o: Office) -> None:
        await _change(o)
        (alert,) = firing(o)
        o.telling.acknowledge(alert.id, "duty")
        o.book.tick()
        for _ in range(200):
            await asyncio.sleep(0.01)
            if not firing(o) and o.book._working is None:
                break
        assert o.alerts[-1].reason == "config_noted"
        assert o.alerts[-1].acknowledged_by == "duty"
        await read(o, TEXT, NOW + 7_200)

    scene(play, one)

    (alert,) = firing(one)
    assert alert.since == NOW + 7_200


def test_a_device_that_is_configured_as_before_ends_it(tmp_path: Path) -> None:
    one = office(tmp_path)

    async def play(o: Office) -> None:
        await _change(o)
        await read(o, OTHER.replace("200M", "300M"), NOW + 4_000)
        assert len(firing(o)) == 1
        await read(o, TEXT, NOW + 7_200)

    scene(play, one)

    assert firing(one) == []
    assert one.alerts[-1].reason == "config_reverted"
    assert len(one.evidence) == 3


def test_an_answer_that_got_lost_loses_no_change(tmp_path: Path) -> None:
    one = office(tmp_path)

    async def play(o: Office) -> None:
        await read(o, TEXT, NOW)
        o.boxes.answers = {ROUTER: Kept(Outcome.SKIPPED, "ssh_process")}
        await read(o, OTHER, NOW + 3_600)
        assert o.evidence == []
        o.boxes.answers = {}
        await read(o, OTHER, NOW + 9_000)

    scene(play, one)

    assert len(firing(one)) == len(one.evidence) == 1


def test_what_was_kept_before_the_end_is_told_after_the_start(tmp_path: Path) -> None:
    before = office(tmp_path)
    scene(lambda o: read(o, TEXT, NOW), before)
    before.boxes.says[ROUTER] = said(OTHER)
    before.boxes.now = NOW + 60
    before.boxes.keep(ROUTER)
    after = office(tmp_path)
    after.boxes.now = NOW + 120

    scene(settled, after)

    assert len(firing(after)) == len(after.evidence) == 1


def test_a_change_that_was_told_is_not_told_again_and_is_still_an_alert(tmp_path: Path) -> None:
    scene(_change, office(tmp_path))
    after = office(tmp_path)

    scene(settled, after)

    assert after.evidence == []
    assert [alert.rule for alert in firing(after)] == ["configuration-changed"]


def test_how_old_a_copy_is_outlives_a_restart(tmp_path: Path) -> None:
    scene(lambda o: read(o, TEXT, NOW), office(tmp_path))
    after = office(tmp_path)
    after.boxes.now = NOW + 7_200
    ages: list[float | None] = []

    async def play(o: Office) -> None:
        ages.append(o.book.age(ROUTER))

    scene(play, after)

    assert ages[0] is not None
    assert 7_190 <= ages[0] <= 7_230


def test_a_trap_makes_it_wanted_until_it_was_read(tmp_path: Path) -> None:
    one = office(tmp_path)
    target = device_target(ROUTER)
    one.book.heard(
        TrapEntry(
            NOW * 1000, target, target, "config.changed", "1.3", "2c", informed=False, source="",
            told="{}",
        )
    )  # fmt: skip
    assert one.book.is_wanted(ROUTER)

    scene(lambda o: read(o, TEXT, NOW), one)

    assert not one.book.is_wanted(ROUTER)


def test_a_configuration_that_could_not_be_kept_is_a_loss_until_one_is(tmp_path: Path) -> None:
    one = office(tmp_path)
    (tmp_path / REPOSITORY).write_text("no folder")

    async def play(o: Office) -> None:
        kept = await read(o, TEXT, NOW)
        assert kept.reason == "config_not_kept"
        assert o.book.losses() == {"configurations": (True, 1)}
        (tmp_path / REPOSITORY).unlink()
        await read(o, TEXT, NOW)

    scene(play, one)

    assert one.book.losses() == {"configurations": (False, 1)}


def test_a_store_that_cannot_be_read_is_bad_health_and_stops_nothing(tmp_path: Path) -> None:
    scene(_change, office(tmp_path))
    shutil.rmtree(tmp_path / REPOSITORY / "objects")
    (tmp_path / REPOSITORY / "HEAD").write_text("nonsense")
    after = office(tmp_path)

    async def play(o: Office) -> None:
        part = o.book.health()["configurations"]
        assert part["ok"] is False
        assert part["text"] == "configuration.failing"

    scene(play, after)


def test_where_no_configuration_is_kept_nothing_is_said_of_it(tmp_path: Path) -> None:
    one = office(tmp_path)
    one.book.load(one.found, [])

    assert (one.book.health(), one.book.losses()) == ({}, {})
    assert probe_of(one.found).kind == "config_backup"


def test_a_copy_is_as_old_as_the_beginning_of_its_reading(tmp_path: Path) -> None:
    """What somebody changes while a large box is read may not be in it."""
    one = office(tmp_path)
    ages: list[float | None] = []

    async def play(o: Office) -> None:
        o.boxes.takes = 0.3
        await read(o, TEXT, NOW)
        ages.append(o.book.age(ROUTER))

    scene(play, one)

    assert ages[0] is not None
    assert ages[0] >= 0.3
