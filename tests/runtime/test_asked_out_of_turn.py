"""A run out of turn is an ordinary one that no scheduled run, rate or memory knows of."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import fields
from types import ModuleType
from typing import Any, cast

from collectors._contract import Answer, Wires
from collectors._memory import DeviceMemory
from inventory.model import device_target
from metrics.observation import Observation, Outcome, Probe
from runtime.runner import Runner

SLOT = 1_764_000_000_000
Ask = Callable[[Probe, DeviceMemory], Awaitable[Answer]]


def collector(ask: Ask) -> ModuleType:
    async def asked(probe: Probe, _wires: Wires, memory: DeviceMemory) -> Answer:
        return await ask(probe, memory)

    module = ModuleType("collector")
    module.__dict__["ask"] = asked
    return module


def question(name: str = "one", device: str | None = "r1", deadline: float = 5.0) -> Probe:
    return Probe(
        id=name, kind="k", target=device_target(name), device=device, area="xg", every_ms=10_000,
        deadline=deadline, series=(), raw=1, rates=(), question=None,
    )  # fmt: skip


async def answering(_probe: Probe, _memory: DeviceMemory) -> Answer:
    await asyncio.sleep(0)
    return Answer(Outcome.ANSWERED, "", (1,))


async def never(_probe: Probe, _memory: DeviceMemory) -> Answer:
    await asyncio.Event().wait()
    raise AssertionError


class Scene:
    """A runner, what the schedule's runs told, and what the others told."""

    def __init__(self, ask: Ask, *, in_flight: int = 10) -> None:
        self.scheduled: list[Observation] = []
        self.extra: list[Observation] = []
        self.runner = Runner(
            {"k": collector(ask)}, cast("Wires", None), self.scheduled.append,
            in_flight_per_area=in_flight,
        )  # fmt: skip

    def ask_now(self, probe: Probe) -> bool:
        return self.runner.ask_now(probe, SLOT + 7, self.extra.append)

    async def settled(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)


def play(scene: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(cast("Any", scene()))


def test_it_is_told_to_who_asked_and_to_nobody_else() -> None:
    async def story() -> None:
        scene = Scene(answering)
        assert scene.ask_now(question())
        await scene.settled()
        assert [one.outcome for one in scene.extra] == [Outcome.ANSWERED]
        assert not scene.scheduled
        assert not scene.runner.runs

    play(story)


def test_it_has_its_own_instant() -> None:
    async def story() -> None:
        scene = Scene(answering)
        scene.ask_now(question())
        await scene.settled()
        assert scene.extra[0].slot_ms == SLOT + 7

    play(story)


def test_a_device_that_is_asked_already_must_wait() -> None:
    async def story() -> None:
        scene = Scene(never)
        scene.runner.start(question("scheduled"), SLOT, SLOT)
        assert not scene.ask_now(question("extra"))
        await scene.runner.stop()

    play(story)


def test_it_keeps_within_the_area_s_limit() -> None:
    async def story() -> None:
        scene = Scene(never, in_flight=1)
        assert scene.ask_now(question("one", "r1"))
        assert not scene.ask_now(question("two", "r2"))
        await scene.runner.stop()

    play(story)


def test_a_scheduled_run_that_comes_due_takes_its_place() -> None:
    async def story() -> None:
        calls: list[str] = []

        async def first_hangs(probe: Probe, memory: DeviceMemory) -> Answer:
            calls.append(probe.id)
            return await (never if len(calls) == 1 else answering)(probe, memory)

        scene, probe = Scene(first_hangs), question()
        scene.ask_now(probe)
        await scene.settled()
        scene.runner.start(probe, SLOT, SLOT)
        await scene.settled()
        assert [(one.outcome, one.reason) for one in scene.extra] == [(Outcome.SKIPPED, "gave_way")]
        assert [(one.outcome, one.slot_ms) for one in scene.scheduled] == [(Outcome.ANSWERED, SLOT)]

    play(story)


def test_it_gives_way_also_before_it_has_begun() -> None:
    async def story() -> None:
        scene, probe = Scene(answering), question()
        scene.ask_now(probe)
        scene.runner.start(probe, SLOT, SLOT)
        await scene.settled()
        assert [one.reason for one in scene.extra] == ["gave_way"]
        assert [one.outcome for one in scene.scheduled] == [Outcome.ANSWERED]
        assert scene.ask_now(probe), "the device is idle again"
        await scene.settled()

    play(story)


def test_what_it_learns_about_the_device_is_not_kept() -> None:
    async def story() -> None:
        async def learning(_probe: Probe, memory: DeviceMemory) -> Answer:
            memory.if_index["GE0/0/1"] = 9
            memory.silent_runs += 1
            return Answer(Outcome.SILENT, "timeout", (None,))

        scene = Scene(learning)
        scene.runner.memory("r1").if_index["GE0/0/1"] = 7
        scene.ask_now(question())
        await scene.settled()
        memory = scene.runner.memory("r1")
        assert (memory.if_index, memory.silent_runs) == ({"GE0/0/1": 7}, 0)

    play(story)


def test_its_memory_shares_nothing_that_may_change() -> None:
    memory = DeviceMemory()
    lent = memory.lend()
    assert lent.lent
    assert not memory.lent
    for one in fields(DeviceMemory):
        value = getattr(memory, one.name)
        if not isinstance(value, int | float | str | bytes | tuple | frozenset | None):
            assert getattr(lent, one.name) is not value, one.name
            assert getattr(lent, one.name) == value, one.name


def test_it_is_asked_with_a_memory_that_is_lent() -> None:
    async def story() -> None:
        seen: list[DeviceMemory] = []

        async def noting(probe: Probe, memory: DeviceMemory) -> Answer:
            seen.append(memory)
            return await answering(probe, memory)

        scene = Scene(noting)
        scene.ask_now(question())
        await scene.settled()
        scene.runner.start(question(), SLOT, SLOT)
        await scene.settled()
        assert [memory.lent for memory in seen] == [True, False]

    play(story)


def test_it_ends_at_its_deadline() -> None:
    async def story() -> None:
        scene = Scene(never)
        scene.ask_now(question(deadline=-1.0))
        await scene.settled()
        scene.runner.reap()
        await scene.settled()
        assert [(one.outcome, one.reason) for one in scene.extra] == [(Outcome.SILENT, "deadline")]

    play(story)


def test_a_bug_of_ours_is_skipped_and_frees_the_device() -> None:
    async def story() -> None:
        async def broken(_probe: Probe, _memory: DeviceMemory) -> Answer:
            raise ValueError

        scene = Scene(broken)
        scene.ask_now(question())
        await scene.settled()
        assert [(one.outcome, one.reason) for one in scene.extra] == [(Outcome.SKIPPED, "internal")]
        assert scene.ask_now(question())
        await scene.settled()

    play(story)


def test_a_stop_ends_it() -> None:
    async def story() -> None:
        scene = Scene(never)
        scene.ask_now(question())
        await scene.runner.stop()
        await scene.settled()
        assert [(one.outcome, one.reason) for one in scene.extra] == [(Outcome.SKIPPED, "stopped")]
        assert not scene.scheduled

    play(story)
