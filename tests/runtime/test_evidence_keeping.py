"""Evidence is kept in order, catches up after a gap, and says when it cannot be kept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from runtime.assessments import rulesets
from runtime.evidence import work as evidence_work
from runtime.evidence.keeping import EvidenceKeeping
from runtime.evidence.work import Kept, Sealing
from sla.ruleset import RuleSet
from store import days, evidence
from store.entries import ClockChecked, Heartbeat
from store.hours import HOUR, sealed_file, settle_seconds
from store.ledger import Ledger, open_ledger
from tests.store.network import inventory

RULES = rulesets.load()
START, END = days.bounds(days.days_between(1_795_525_200, 1_795_525_201)[0])


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = open_ledger(tmp_path, START)
    yield opened
    opened.close()


def lived(ledger: Ledger, since: int, until: int) -> None:
    ledger.append([Heartbeat(at, HOUR) for at in range(since, until, HOUR)])
    ledger.append([Heartbeat(until, HOUR)])


def keep(
    folder: Path, ledger: Ledger, rules: RuleSet | None = RULES, sealing: Sealing | None = None
) -> Kept:
    return evidence_work.keep(
        folder, inventory(), ledger.reads, rules, END + 10 * HOUR, sealing or Sealing()
    )


def test_an_hour_is_kept_when_the_ledger_has_said_all_about_it(
    tmp_path: Path, ledger: Ledger
) -> None:
    settled = START + HOUR + settle_seconds(inventory())
    lived(ledger, START, settled - 1)
    assert keep(tmp_path, ledger) == Kept()

    lived(ledger, START, settled)
    assert keep(tmp_path, ledger) == Kept(hours=1, more=True)
    assert evidence.hours_kept(tmp_path / "evidence") == [START]


def test_a_night_without_the_monitor_is_evidence_too(tmp_path: Path, ledger: Ledger) -> None:
    lived(ledger, START, START + HOUR)
    lived(ledger, START + 9 * HOUR, START + 11 * HOUR)
    while keep(tmp_path, ledger).more:
        pass

    kept = evidence.hours_kept(tmp_path / "evidence")
    assert kept == list(range(START, START + 10 * HOUR, HOUR))
    assert evidence.read_monitor(tmp_path / "evidence", START + 4 * HOUR).alive == ()


def test_a_day_is_sealed_by_the_rules_when_its_hours_are_kept(
    tmp_path: Path, ledger: Ledger
) -> None:
    lived(ledger, START, END + HOUR)
    kept = [keep(tmp_path, ledger) for _ in range(26)]

    assert [one.hours for one in kept] == [1] * 24 + [0, 0]
    assert [one.days for one in kept] == [0] * 24 + [1, 0]
    (row,) = days.read_day(tmp_path / "evidence", days.days_between(START, END)[0])
    assert row.sums.limits == evidence_work.limits(inventory(), RULES)["l0"]


def begun(folder: Path, rules: RuleSet = RULES) -> Sealing:
    """A day of which two hours are added up, one in each piece."""
    day = days.days_between(START, END)[0]
    held_to = evidence_work.limits(inventory(), rules)
    pieces = days.sealing(folder / "evidence", day, held_to, rules.zone, piece=1)
    sealing = Sealing(day, rules, pieces)
    assert not sealing.go_on()
    return sealing


def test_a_day_is_sealed_in_pieces_and_is_there_when_it_is_whole(
    tmp_path: Path, ledger: Ledger
) -> None:
    lived(ledger, START, END + HOUR)
    for _ in range(24):
        keep(tmp_path, ledger)
    sealing = begun(tmp_path)
    day = days.days_between(START, END)[0]
    told: list[tuple[Kept, bool]] = []
    while len(told) < 30 and not (told and told[-1][0].days):
        kept = keep(tmp_path, ledger, sealing=sealing)
        told.append((kept, days.file_of(tmp_path / "evidence", day).exists()))

    assert len(told) > 20
    assert set(told[:-1]) == {(Kept(more=True), False)}
    assert told[-1] == (Kept(days=1, more=True), True)
    assert keep(tmp_path, ledger, sealing=sealing) == Kept()


def test_other_rules_begin_a_day_anew_that_was_half_sealed(tmp_path: Path, ledger: Ledger) -> None:
    lived(ledger, START, END + HOUR)
    for _ in range(24):
        keep(tmp_path, ledger)
    sealing, other = begun(tmp_path), replace(RULES, month_quota=1)
    assert keep(tmp_path, ledger, other, sealing).days == 1
    assert [path.suffix for path in (tmp_path / "evidence" / "days").iterdir()] == [".parquet"]


def test_a_day_that_cannot_be_sealed_is_said_and_begun_anew(tmp_path: Path, ledger: Ledger) -> None:
    lived(ledger, START, END + HOUR)
    for _ in range(24):
        keep(tmp_path, ledger)
    sealing = begun(tmp_path)
    damaged = max((tmp_path / "evidence").glob("*/*/*/*/*.gz"))
    whole = damaged.read_bytes()
    damaged.write_bytes(b"nothing")
    failures: tuple[tuple[str, str], ...] = ()
    for _ in range(30):
        failures = failures or keep(tmp_path, ledger, sealing=sealing).failures
    assert [code for code, _ in failures] == ["corrupt"]
    damaged.write_bytes(whole)
    assert keep(tmp_path, ledger, sealing=sealing).days == 1
    assert days.sealed(tmp_path / "evidence") == days.days_between(START, END)


def test_without_rules_no_day_is_sealed(tmp_path: Path, ledger: Ledger) -> None:
    lived(ledger, END - HOUR, END + HOUR)

    assert keep(tmp_path, ledger, None).hours == 1
    assert keep(tmp_path, ledger, None) == Kept()


def test_an_hour_of_history_that_cannot_be_read_holds_up_no_other(
    tmp_path: Path, ledger: Ledger
) -> None:
    lived(ledger, START, START + 3 * HOUR)
    damaged = sealed_file(tmp_path / "history", START)
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"no Parquet")

    kept = keep(tmp_path, ledger)
    assert (kept.hours, [code for code, _ in kept.failures]) == (1, ["corrupt"])
    assert keep(tmp_path, ledger) == Kept(hours=1, more=True)


def test_an_hour_says_how_the_clock_was(tmp_path: Path, ledger: Ledger) -> None:
    lived(ledger, START, START + 2 * HOUR)
    ledger.append([ClockChecked(START + 60, 150), ClockChecked(START + 120, -900)])
    keep(tmp_path, ledger)

    assert evidence.read_monitor(tmp_path / "evidence", START).clock == -900


def test_limits_are_the_contracts_and_else_the_levels() -> None:
    network = inventory()
    level = RULES.levels["city"]
    (by_level,) = evidence_work.limits(network, RULES).values()
    agreed = replace(network.contracts["c"], rtt_seconds=0.0301, loss_ratio=0.002)
    (by_contract,) = evidence_work.limits(replace(network, contracts={"c": agreed}), RULES).values()
    (polled,) = evidence_work.limits(inventory(echo=False), RULES).values()

    assert (by_level.rtt_us, by_level.jitter_us) == (level.rtt_us, level.jitter_us)
    assert (by_contract.rtt_us, by_contract.loss_ppm) == (30_100, 2_000)
    assert by_contract.jitter_us == level.jitter_us
    assert (by_level.min_sent, polled.min_sent) == (10, 5)


class Worker:
    """Does what it is told to have done."""

    def __init__(self, *kept: Kept | Exception) -> None:
        self.left = list(kept)
        self.swept: list[int] = []
        self.idle = asyncio.Event()

    async def keep_evidence(self, rules: RuleSet | None) -> Kept:
        assert rules is RULES
        if not self.left:
            return Kept()
        done = self.left.pop(0)
        if isinstance(done, Exception):
            self.idle.set()
            raise done
        return done

    async def sweep_evidence(self, years: int) -> Kept:
        self.swept.append(years)
        self.idle.set()
        return Kept()


def kept_by(worker: Worker) -> EvidenceKeeping:
    """Let it work until there is nothing more to do."""

    async def main() -> EvidenceKeeping:
        keeping = EvidenceKeeping(15, lambda: RULES, lambda: START)
        keeping.connect(worker)
        async with AsyncExitStack() as stack:
            await keeping.start(stack)
            keeping.tick()
            await asyncio.wait_for(worker.idle.wait(), 60)
            await asyncio.sleep(0)
        return keeping

    return asyncio.run(main())


def test_it_goes_on_while_there_is_more_and_then_lets_go_of_what_is_old() -> None:
    worker = Worker(Kept(hours=1, more=True), Kept(days=1, more=True))
    keeping = kept_by(worker)

    assert (keeping.counts["hours"], keeping.counts["days"]) == (1, 1)
    assert worker.swept == [15]
    assert keeping.health()["evidence"] == {"ok": True, "reason": ""}


def test_a_full_disk_is_said() -> None:
    keeping = kept_by(Worker(Kept(failures=(("disk_full", "/store"),))))

    assert keeping.health()["evidence"] == {"ok": False, "reason": "disk_full"}


def test_a_fault_of_ours_is_said_and_ends_nothing() -> None:
    keeping = kept_by(Worker(ValueError("a bug")))

    assert keeping.health()["evidence"] == {"ok": False, "reason": "failed"}


def test_an_hour_kept_without_what_was_heard_is_a_loss_and_no_lasting_failure() -> None:
    damaged = Kept(hours=1, more=True, failures=(("corrupt", "13.parquet"),))
    keeping = kept_by(Worker(damaged))

    assert keeping.losses()["evidence"] == (True, 1)
    assert keeping.health()["evidence"]["ok"]
