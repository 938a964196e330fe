"""The record is asked in a worker process; one that dies is replaced."""

from __future__ import annotations

import asyncio
import os
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from signal import SIGKILL

from runtime.past import PastDoor
from store.ledger import open_ledger
from tests.e2e.program import alive, children
from tests.runtime.test_planning import example

NOW = 1_795_000_000


def test_a_worker_that_is_killed_is_replaced_and_the_question_answered(tmp_path: Path) -> None:
    inventory = replace(example(), credentials={})

    async def main() -> tuple[list[object], int]:
        door = PastDoor(tmp_path, lambda: inventory, lambda: NOW)
        await door.start()
        try:
            answers: list[object] = [await _outages(door)]
            for worker in _workers():
                os.kill(worker, SIGKILL)
            answers.append(await _outages(door))
            return answers, door.deaths
        finally:
            await door.stop()

    with closing(open_ledger(tmp_path, NOW)):
        answers, deaths = asyncio.run(main())

    assert answers == [[], []]
    assert deaths == 1


async def _outages(door: PastDoor) -> object:
    return await door.outages(target=None, since=0, until=NOW, limit=10)


def _workers() -> list[int]:
    """Find the processes that this one has spawned; multiprocessing has a helper of its own."""
    return [
        child
        for child in children(os.getpid())
        if alive(child) and b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
