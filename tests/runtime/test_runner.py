"""A run ends in exactly one observation, whatever happens to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from types import ModuleType
from typing import Any, cast

from collectors._contract import Answer, Wires
from collectors._memory import DeviceMemory
from inventory.model import device_target
from metrics.observation import Observation, Outcome, Probe
from runtime.clock import monotonic
from runtime.runner import Runner

SLOT = 1_764_000_000_000
Ask = Callable[[Probe], Awaitable[Answer]]


def _collector(ask: Ask, *, overlaps: bool = False) -> ModuleType:
    """A collector is a module; this one is made in the test."""

    async def asked(probe: Probe, _wires: Wires, _memory: DeviceMemory) -> Answer:
        return await ask(probe)

    tasks: set[asyncio.Task[None]] = set()

    def begin(probe: Probe, _wires: Wires, done: Callable[[Answer], None]) -> None:
        async def answer() -> None:
            done(await ask(probe))

        tasks.add(asyncio.get_running_loop().create_task(answer()))

    module = ModuleType("collector")
    module.__dict__.update({"ask": asked, "begin": begin} if overlaps else {"ask": asked})
    return module


def _probe(name: str, device: str | None = None, deadline: float = 5.0) -> Probe:
    return Probe(
        id=name,
        kind="k",
        target=device_target(name),
        device=device,
        area="xg",
        every_ms=10_000,
        deadline=deadline,
        series=(),
        raw=2,
        rates=(),
        question=None,
    )


async def _answer(_probe: Probe) -> Answer:
    await asyncio.sleep(0)
    return Answer(Outcome.ANSWERED, "", (1, 2))


def _run(
    ask: Ask, play: Callable[[Runner], Awaitable[None]], *, area: int = 100, overlaps: bool = False
) -> tuple[list[Observation], Runner]:
    async def main() -> tuple[list[Observation], Runner]:
        heard: list[Observation] = []
        runner = Runner(
            {"k": _collector(ask, overlaps=overlaps)},
            cast("Wires", cast("Any", None)),
            heard.append,
            in_flight_per_area=area,
        )
        await play(runner)
        while runner.in_flight:
            await asyncio.sleep(0)
        return heard, runner

    return asyncio.run(main())


def test_an_answer_becomes_an_observation_with_its_scheduled_instant() -> None:
    async def play(runner: Runner) -> None:
        runner.start(_probe("a"), SLOT, SLOT + 3)

    heard, _ = _run(_answer, play)

    assert [(seen.slot_ms, seen.outcome, seen.values) for seen in heard] == [
        (SLOT, Outcome.ANSWERED, (1, 2))
    ]


def test_an_answer_of_another_length_is_a_bug_and_judged_as_not_asked() -> None:
    async def ask(_probe: Probe) -> Answer:
        return Answer(Outcome.ANSWERED, "", (1, 2, 3))

    async def play(runner: Runner) -> None:
        runner.start(_probe("a"), SLOT, SLOT)

    heard, _ = _run(ask, play)

    assert [(seen.outcome, seen.reason, seen.values) for seen in heard] == [
        (Outcome.SKIPPED, "internal", (None, None))
    ]


def test_a_start_more_than_a_second_late_is_skipped_and_counted() -> None:
    async def play(runner: Runner) -> None:
        runner.start(_probe("a"), SLOT, SLOT + 1001)

    heard, runner = _run(_answer, play)

    assert (heard[0].outcome, heard[0].reason) == (Outcome.SKIPPED, "late")
    assert runner.runs["skipped", "late"] == 1


def test_a_run_still_under_way_makes_the_next_one_skipped() -> None:
    gate = asyncio.Event()

    async def wait(probe: Probe) -> Answer:
        await gate.wait()
        return await _answer(probe)

    async def play(runner: Runner) -> None:
        probe = _probe("a")
        runner.start(probe, SLOT, SLOT)
        await asyncio.sleep(0)
        runner.start(probe, SLOT + 10_000, SLOT + 10_000)
        gate.set()

    heard, _ = _run(wait, play)

    assert [(seen.slot_ms, seen.reason) for seen in heard] == [
        (SLOT + 10_000, "previous_run"),
        (SLOT, ""),
    ]


def test_a_device_has_one_request_in_flight_and_the_second_probe_waits_its_turn() -> None:
    under_way = 0
    most = 0

    async def count(probe: Probe) -> Answer:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return await _answer(probe)

    async def play(runner: Runner) -> None:
        for number in range(4):
            runner.start(_probe(f"p{number}", device="r1"), SLOT, SLOT)

    heard, _ = _run(count, play)

    assert (most, len(heard)) == (1, 4)


def test_a_poll_does_not_wait_for_the_slow_tables_of_its_device() -> None:
    heard: list[Observation] = []

    async def go() -> None:
        gate = asyncio.Event()

        async def tables(_probe: Probe) -> Answer:
            await gate.wait()
            return Answer(Outcome.ANSWERED, "", (1, 2))

        slow, quick = _collector(tables), _collector(_answer)
        slow.__dict__["ASIDE"] = True
        collectors = {"slow": slow, "k": quick}
        runner = Runner(collectors, cast("Wires", None), heard.append, in_flight_per_area=9)
        table = replace(_probe("table", "d"), kind="slow")
        runner.start(table, SLOT, SLOT)
        runner.start(_probe("poll", "d"), SLOT, SLOT)
        while not heard:
            await asyncio.sleep(0)
        gate.set()
        while len(heard) < 2:
            await asyncio.sleep(0)

    asyncio.run(go())
    assert [observation.probe.id for observation in heard] == ["poll", "table"]


def test_a_full_area_skips_its_own_runs_and_delays_no_other_area() -> None:
    async def play(runner: Runner) -> None:
        for number in range(3):
            runner.start(_probe(f"p{number}", device=f"r{number}"), SLOT, SLOT)

    heard, _ = _run(_answer, play, area=2)

    assert sorted(seen.reason for seen in heard) == ["", "", "area_full"]


def test_a_run_that_outlives_its_deadline_ends_as_silent() -> None:
    async def never(_probe: Probe) -> Answer:
        await asyncio.Event().wait()
        raise AssertionError

    async def play(runner: Runner) -> None:
        runner.start(_probe("a", device="r1", deadline=0.01), SLOT, SLOT)
        until = monotonic() + 60
        while runner.in_flight and monotonic() < until:
            await asyncio.sleep(0.005)
            runner.reap()

    heard, _ = _run(never, play)

    assert (heard[0].outcome, heard[0].reason, heard[0].values) == (
        Outcome.SILENT,
        "deadline",
        (None, None),
    )


def test_a_bug_in_a_collector_is_no_answer_and_the_device_is_free_again() -> None:
    calls = 0

    async def bug(probe: Probe) -> Answer:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise KeyError(probe.id)
        return await _answer(probe)

    async def play(runner: Runner) -> None:
        runner.start(_probe("a", device="r1"), SLOT, SLOT)
        while runner.in_flight:
            await asyncio.sleep(0)
        runner.start(_probe("a", device="r1"), SLOT, SLOT)

    heard, _ = _run(bug, play)

    assert [(seen.outcome, seen.reason) for seen in heard] == [
        (Outcome.SKIPPED, "internal"),
        (Outcome.ANSWERED, ""),
    ]


def test_a_kind_that_overlaps_may_run_twice_at_once() -> None:
    async def play(runner: Runner) -> None:
        probe = _probe("a")
        runner.start(probe, SLOT, SLOT)
        runner.start(probe, SLOT + 1000, SLOT + 1000)

    heard, _ = _run(_answer, play, overlaps=True)

    assert [seen.outcome for seen in heard] == [Outcome.ANSWERED, Outcome.ANSWERED]


def test_a_stop_is_no_silence_and_begins_nothing_that_waited() -> None:
    asked: list[str] = []

    async def ask(probe: Probe) -> Answer:
        asked.append(probe.id)
        await asyncio.sleep(30)
        return Answer(Outcome.ANSWERED, "", (1, 2))

    async def play(runner: Runner) -> None:
        runner.start(_probe("a", "r1"), SLOT, SLOT)
        runner.start(_probe("b", "r1"), SLOT, SLOT)
        await asyncio.sleep(0)
        await runner.stop()
        assert runner.in_flight == 0

    heard, _ = _run(ask, play)

    assert asked == ["a"]
    assert {(one.probe.id, one.outcome, one.reason) for one in heard} == {
        ("a", Outcome.SKIPPED, "stopped"),
        ("b", Outcome.SKIPPED, "stopped"),
    }


def test_what_waited_too_long_for_its_device_is_skipped_not_asked_late() -> None:
    gate = asyncio.Event()

    async def ask(probe: Probe) -> Answer:
        if probe.id == "slow":
            await gate.wait()
        return Answer(Outcome.ANSWERED, "", (1, 2))

    async def play(runner: Runner) -> None:
        runner.start(_probe("slow", device="r1"), SLOT, SLOT)
        runner.start(_probe("nearly late", device="r1"), SLOT - 1000, SLOT)
        end = monotonic() + 0.002
        while monotonic() < end:
            await asyncio.sleep(0)
        gate.set()

    heard, _ = _run(ask, play)

    assert {(seen.probe.id, seen.reason) for seen in heard} == {
        ("slow", ""),
        ("nearly late", "late"),
    }


def test_a_probe_waits_for_its_device_once() -> None:
    gate = asyncio.Event()

    async def ask(probe: Probe) -> Answer:
        if probe.id == "slow":
            await gate.wait()
        return Answer(Outcome.ANSWERED, "", (1, 2))

    async def play(runner: Runner) -> None:
        patient = _probe("patient", device="r1")
        runner.start(_probe("slow", device="r1"), SLOT, SLOT)
        runner.start(patient, SLOT, SLOT)
        runner.start(patient, SLOT + 10_000, SLOT + 10_000)
        gate.set()

    heard, _ = _run(ask, play)

    assert [(seen.probe.id, seen.slot_ms, seen.reason) for seen in heard] == [
        ("patient", SLOT + 10_000, "previous_run"),
        ("slow", SLOT, ""),
        ("patient", SLOT, ""),
    ]


def test_a_run_that_its_wire_never_settles_ends_as_not_asked() -> None:
    async def ask(_probe: Probe) -> Answer:
        await asyncio.sleep(30)
        return Answer(Outcome.ANSWERED, "", (1, 2))

    async def play(runner: Runner) -> None:
        runner.start(_probe("a", deadline=0.0), SLOT, SLOT)
        runner.reap()

    heard, _ = _run(ask, play, overlaps=True)

    assert [(seen.outcome, seen.reason) for seen in heard] == [(Outcome.SKIPPED, "deadline")]
