"""The outbox: nothing is lost but what is counted, and order is kept."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.observation import Reading
from sinks._buffer import Limits
from sinks._contract import Fate, Result
from sinks._outbox import Outbox
from sinks._segments import Batch, Segments
from tests.sinks.fakes import QUICK, NumberEncoder, Script, Time, outbox_of
from tests.sinks.samples import echo_run, reading

RETRY = Result(Fate.RETRY, "server_error: 503")
PROBE = echo_run()


def number(n: int) -> Reading:
    return reading(PROBE, n)


def set_aside(directory: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((directory / "refused").glob("*.batch"))]


def segment_of(directory: Path) -> Path:
    return next(directory.glob("*.seg"))


async def start(outbox: Outbox) -> asyncio.Task[None]:
    task = asyncio.create_task(outbox.run())
    await asyncio.sleep(0)
    return task


async def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.001)


async def crash(task: asyncio.Task[None], directory: Path) -> Path:
    """Return what a kill -9 at this moment would leave on disk, and end the task elsewhere."""
    for attempt in range(100):
        copy = directory.with_name(f"{directory.name}.{attempt}")
        try:
            shutil.copytree(directory, copy)
        except shutil.Error:  # a file went away meanwhile
            continue
        task.cancel()
        await asyncio.wait({task})
        return copy
    raise AssertionError("the directory never stood still")


RESULTS = st.one_of(
    st.just(Result(Fate.TAKEN)),
    st.just(RETRY),
    st.just(Result(Fate.RETRY, "rate_limited: 429", 0.001)),
    st.just(Result(Fate.REFUSED, "bad_request: 400")),
    st.just(Result(Fate.PARTIAL, "partial_write: dropped=1", dropped=1)),
    st.just(Result(Fate.SPLIT, "too_large: 413")),
    st.just(0.015),
)


ENDS = st.sampled_from(["drained", "in haste", "crash"])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 12), st.lists(RESULTS, max_size=6), ENDS), min_size=1, max_size=5
    )
)
def test_any_run_of_answers_restarts_and_crashes_loses_only_what_was_in_memory_alone(
    lives: list[tuple[int, list[Result | float], str]],
) -> None:
    async def live(
        directory: Path, numbers: range, results: list[Result | float], end: str
    ) -> tuple[list[int], Path, int]:
        """Return what was taken, what is left, and how many points a crash may have cost."""
        script = Script(results)
        outbox = outbox_of(script, directory)
        task = await start(outbox)
        for n in numbers:
            outbox.put(number(n))
        if end == "drained":
            await until(lambda: outbox.stats()["waiting_points"] == 0)
        await asyncio.sleep(0.002)
        if end == "crash":
            left = await crash(task, directory)
            return script.taken, left, len(numbers)
        await outbox.stop(0.0 if end == "in haste" else 5.0)
        await task
        assert outbox.stats()["dropped_points"] == 0
        return script.taken, directory, 0

    async def all_lives(directory: Path) -> None:
        put = at_risk = 0
        taken: list[int] = []
        for count, results, end in [*lives, (1, [], "drained")]:
            found, directory, risked = await live(directory, range(put, put + count), results, end)
            taken += found
            put += count
            at_risk += risked
            assert found == sorted(set(found))
        refused = [int(line) for batch in set_aside(directory) for line in batch.splitlines()]
        missing = set(range(put)) - set(taken) - set(refused)
        assert len(missing) <= at_risk

    with tempfile.TemporaryDirectory() as name:
        asyncio.run(all_lives(Path(name) / "a"))


@settings(max_examples=60, deadline=None)
@given(st.lists(RESULTS, max_size=12), st.integers(1, 40), st.integers(100, 4_000))
def test_every_point_is_sent_or_waits_or_is_counted_as_lost(
    results: list[Result | float], count: int, disk: int
) -> None:
    async def scenario(directory: Path) -> None:
        limits = replace(QUICK, disk_bytes=disk, memory_bytes=disk // 2)
        script = Script(results)
        outbox = outbox_of(script, directory, limits)
        task = await start(outbox)
        for n in range(count):
            outbox.put(number(n))
            await asyncio.sleep(0)
        await asyncio.sleep(0.005)
        await outbox.stop(0.01)
        await task
        stats = outbox.stats()
        ends = ("sent", "refused", "partial", "dropped", "waiting")
        assert sum(stats[f"{end}_points"] for end in ends) == stats["points"] == count

    with tempfile.TemporaryDirectory() as name:
        asyncio.run(scenario(Path(name)))


def test_a_batch_that_is_taken_is_counted_once(tmp_path: Path) -> None:
    async def scenario() -> None:
        script = Script()
        outbox = outbox_of(script, tmp_path)
        task = await start(outbox)
        for n in range(10):
            outbox.put(number(n))
        await outbox.stop(5.0)
        await task
        stats = outbox.stats()
        assert script.taken == list(range(10))
        assert stats["points"] == stats["sent_points"] == 10
        assert stats["waiting_points"] == stats["disk_batches"] == 0
        assert script.closed

    asyncio.run(scenario())


def test_readings_go_out_when_they_are_old_enough_though_they_are_few(tmp_path: Path) -> None:
    async def scenario() -> None:
        script = Script()
        outbox = outbox_of(script, tmp_path)
        task = await start(outbox)
        outbox.put(number(7))
        await until(lambda: script.taken == [7])
        await outbox.stop(1.0)
        await task

    asyncio.run(scenario())


REFUSED = Result(Fate.REFUSED, "bad_request: 400 field type conflict")


def test_a_refusal_is_trouble_until_a_batch_is_taken(tmp_path: Path) -> None:
    async def scenario() -> None:
        script = Script([REFUSED, REFUSED])
        outbox = outbox_of(script, tmp_path)
        task = await start(outbox)
        for sent in range(2):
            outbox.put(number(sent))
            await until(lambda: outbox.stats()["refused_points"] > sent)  # noqa: B023 - awaited here
            assert outbox.trouble == "bad_request: 400 field type conflict"
        outbox.put(number(2))
        await until(lambda: script.taken == [2])
        await until(lambda: outbox.trouble == "")
        await outbox.stop(1.0)
        await task

    asyncio.run(scenario())


def test_a_batch_of_which_a_part_was_refused_is_trouble_although_its_rest_was_taken(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        split = Result(Fate.SPLIT, "out_of_order: out of order sample")
        script = Script([split, split, split])
        outbox = outbox_of(script, tmp_path)
        for n in range(4):
            outbox.put(number(n))
        task = await start(outbox)
        await until(lambda: outbox.stats()["waiting_points"] == 0)
        assert script.taken == [1, 2, 3]
        assert outbox.trouble == "out_of_order: out of order sample"
        await outbox.stop(1.0)
        await task

    asyncio.run(scenario())


def test_at_no_moment_is_a_point_counted_twice(tmp_path: Path) -> None:
    async def scenario() -> None:
        script = Script([RETRY, RETRY, REFUSED, 0.015, Result(Fate.PARTIAL, "partial_write: ", 1)])
        outbox = outbox_of(script, tmp_path)
        task = await start(outbox)
        for n in range(50):
            outbox.put(number(n))
        while True:
            now = outbox.stats()
            known = ("sent_points", "refused_points", "partial_points", "waiting_points")
            assert sum(now[name] for name in known) == now["points"]
            if not now["waiting_points"]:
                break
            await asyncio.sleep(0)
        await outbox.stop(1.0)
        await task

    asyncio.run(scenario())


def test_trouble_is_logged_once_when_it_begins_and_once_when_it_ends(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        script = Script([REFUSED] * 3)
        outbox = outbox_of(script, tmp_path)
        task = await start(outbox)
        for n in range(6):
            outbox.put(number(n))
            await until(lambda: outbox.stats()["waiting_points"] == 0)
        await outbox.stop(1.0)
        await task

    with caplog.at_level("INFO", "extranet.sinks"):
        asyncio.run(scenario())
    said = [(one.levelname, one.sink, getattr(one, "why", "")) for one in caplog.records]  # type: ignore[attr-defined]  # extra
    assert said == [
        ("WARNING", "test", "bad_request: 400 field type conflict"),
        ("INFO", "test", ""),
    ]


def test_an_outage_is_kept_on_disk_and_delivered_in_order_afterwards(tmp_path: Path) -> None:
    async def scenario() -> None:
        script = Script([RETRY] * 20)
        outbox = outbox_of(script, tmp_path)
        task = await start(outbox)
        for n in range(50):
            outbox.put(number(n))
        await until(lambda: outbox.stats()["disk_batches"] >= 10)
        assert outbox.trouble == "server_error: 503"
        await until(lambda: len(script.taken) == 50)
        assert script.taken == list(range(50))
        assert not outbox.trouble
        await outbox.stop(1.0)
        await task

    asyncio.run(scenario())


def test_a_crash_during_an_outage_loses_only_what_was_not_on_disk(tmp_path: Path) -> None:
    async def scenario() -> None:
        outbox = outbox_of(Script([RETRY] * 10_000), tmp_path / "a")
        task = await start(outbox)
        for n in range(50):
            outbox.put(number(n))
        await until(lambda: outbox.stats()["disk_batches"] >= 13)
        left = await crash(task, tmp_path / "a")
        heir = Script()
        again = outbox_of(heir, left)
        task = await start(again)
        await until(lambda: len(heir.taken) >= 50)
        assert heir.taken == list(range(50))
        await again.stop(1.0)
        await task

    asyncio.run(scenario())


def test_a_send_that_hangs_does_not_keep_readings_off_the_disk(tmp_path: Path) -> None:
    async def scenario() -> None:
        script = Script([60.0])
        outbox = outbox_of(script, tmp_path)
        task = await start(outbox)
        for n in range(20):
            outbox.put(number(n))
        await until(lambda: outbox.stats()["disk_batches"] == 5)
        await outbox.stop(0.0)
        await task
        heir = Script()
        again = outbox_of(heir, tmp_path)
        task = await start(again)
        await until(lambda: heir.taken == list(range(20)))
        await again.stop(1.0)
        await task

    asyncio.run(scenario())


def test_a_refused_batch_is_set_aside_with_its_reason_and_the_next_one_goes(tmp_path: Path) -> None:
    async def scenario() -> None:
        script = Script([Result(Fate.REFUSED, "bad_request: 400 no such field")])
        outbox = outbox_of(script, tmp_path)
        task = await start(outbox)
        for n in range(8):
            outbox.put(number(n))
        await until(lambda: script.taken == [4, 5, 6, 7])
        await outbox.stop(1.0)
        await task
        assert outbox.stats()["refused_points"] == 4
        assert (tmp_path / "refused" / "00000001.batch").read_bytes() == b"0\n1\n2\n3\n"
        assert "no such field" in (tmp_path / "refused" / "index.jsonl").read_text("utf-8")

    asyncio.run(scenario())


def test_a_partial_write_is_counted_and_not_sent_again(tmp_path: Path) -> None:
    async def scenario() -> None:
        script = Script([Result(Fate.PARTIAL, "partial_write: dropped=3", dropped=3)])
        outbox = outbox_of(script, tmp_path)
        task = await start(outbox)
        for n in range(4):
            outbox.put(number(n))
        await outbox.stop(5.0)
        await task
        stats = outbox.stats()
        assert script.sends == 1
        assert (stats["partial_points"], stats["sent_points"]) == (3, 1)

    asyncio.run(scenario())


def test_a_batch_that_is_too_large_goes_in_halves_and_later_ones_are_smaller(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        script = Script([Result(Fate.SPLIT, "too_large: 413")] * 3)
        outbox = outbox_of(script, tmp_path, replace(QUICK, batch_points=16))
        task = await start(outbox)
        for n in range(16):
            outbox.put(number(n))
        await outbox.stop(5.0)
        await task
        assert script.taken == list(range(16))
        assert script.sends == 7

    asyncio.run(scenario())


def test_a_single_point_that_cannot_be_cut_is_refused(tmp_path: Path) -> None:
    async def scenario() -> None:
        script = Script([Result(Fate.SPLIT, "out_of_order: out of order sample")])
        outbox = outbox_of(script, tmp_path)
        task = await start(outbox)
        outbox.put(number(1))
        await outbox.stop(5.0)
        await task
        assert outbox.stats()["refused_points"] == 1

    asyncio.run(scenario())


def test_a_full_disk_budget_drops_the_oldest_and_counts_them(tmp_path: Path) -> None:
    async def scenario() -> None:
        script = Script([RETRY] * 10_000)
        limits = replace(QUICK, disk_bytes=1_000, memory_bytes=400)
        outbox = outbox_of(script, tmp_path, limits)
        task = await start(outbox)
        for n in range(200):
            outbox.put(number(n))
            await asyncio.sleep(0)
        await until(lambda: outbox.stats()["disk_bytes"] > 0)
        script.results.clear()
        await until(lambda: outbox.stats()["waiting_points"] == 0)
        await outbox.stop(1.0)
        await task
        dropped = outbox.stats()["dropped_points"]
        assert dropped > 0
        assert script.taken == sorted(script.taken)
        assert script.taken[-1] == 199
        assert len(script.taken) + dropped == 200

    asyncio.run(scenario())


def test_a_disk_that_takes_nothing_leaves_memory_and_says_so(tmp_path: Path) -> None:
    async def scenario() -> None:
        blocked = tmp_path / "file"
        blocked.write_text("not a folder")
        script = Script([RETRY] * 3)
        outbox = outbox_of(script, blocked)
        task = await start(outbox)
        for n in range(20):
            outbox.put(number(n))
        await until(lambda: script.taken == list(range(20)))
        assert outbox.stats()["disk_errors"] > 0
        assert outbox.stats()["dropped_points"] == 0
        await outbox.stop(1.0)
        await task

    asyncio.run(scenario())


def test_memory_beyond_its_limit_drops_the_oldest_without_a_sending_task(tmp_path: Path) -> None:
    async def scenario() -> None:
        outbox = outbox_of(Script(), tmp_path, replace(QUICK, memory_bytes=40))
        for n in range(100):
            outbox.put(number(n))
        stats = outbox.stats()
        assert stats["memory_bytes"] <= 60
        assert stats["dropped_points"] + stats["waiting_points"] == stats["points"] == 100

    asyncio.run(scenario())


def test_a_damaged_batch_is_passed_over_and_counted(tmp_path: Path) -> None:
    async def scenario() -> None:
        outbox = outbox_of(Script([RETRY] * 10_000), tmp_path, replace(QUICK, segment_bytes=10_000))
        task = await start(outbox)
        for n in range(100, 112):
            outbox.put(number(n))
        await outbox.stop(0.0)
        await task
        segment = segment_of(tmp_path)
        segment.write_bytes(segment.read_bytes().replace(b"104\n", b"1x4\n"))
        heir = Script()
        again = outbox_of(heir, tmp_path)
        task = await start(again)
        await until(lambda: len(heir.taken) == 8)
        assert heir.taken == [100, 101, 102, 103, 108, 109, 110, 111]
        assert again.stats()["damaged_batches"] == 1
        assert again.stats()["dropped_points"] == 4
        await again.stop(1.0)
        await task

    asyncio.run(scenario())


def test_a_torn_end_of_a_segment_is_cut_off_and_the_rest_delivered(tmp_path: Path) -> None:
    async def scenario() -> None:
        outbox = outbox_of(Script([RETRY] * 10_000), tmp_path, replace(QUICK, segment_bytes=10_000))
        task = await start(outbox)
        for n in range(8):
            outbox.put(number(n))
        await outbox.stop(0.0)
        await task
        segment = segment_of(tmp_path)
        segment.write_bytes(segment.read_bytes()[:-3])
        heir = Script()
        again = outbox_of(heir, tmp_path)
        task = await start(again)
        await until(lambda: heir.taken == [0, 1, 2, 3])
        await again.stop(1.0)
        await task

    asyncio.run(scenario())


def test_segments_written_after_all_was_delivered_survive_two_restarts(tmp_path: Path) -> None:
    async def life(results: list[Result | float], numbers: range) -> list[int]:
        script = Script(results)
        outbox = outbox_of(script, tmp_path)
        task = await start(outbox)
        for n in numbers:
            outbox.put(number(n))
        if not results:
            await until(lambda: outbox.stats()["waiting_points"] == 0)
        await outbox.stop(0.0 if results else 5.0)
        await task
        return script.taken

    async def scenario() -> None:
        await life([RETRY] * 1000, range(8))
        assert await life([], range(8, 12)) == list(range(12))
        await life([RETRY] * 1000, range(12, 20))
        await life([RETRY] * 1000, range(20, 24))
        script = Script()
        outbox = outbox_of(script, tmp_path)
        task = await start(outbox)
        await until(lambda: len(script.taken) == 12)
        assert script.taken == list(range(12, 24))
        await outbox.stop(1.0)
        await task

    asyncio.run(scenario())


def test_the_age_of_the_oldest_reading_counts_from_when_it_came(tmp_path: Path) -> None:
    async def scenario() -> None:
        time = Time(1000.0)
        outbox = Outbox("test", NumberEncoder(), Script(), tmp_path, Limits(), time)
        assert outbox.oldest_age(1000.0) == 0.0
        outbox.put(number(1))
        time.now = 1060.0
        outbox.put(number(2))
        assert outbox.oldest_age(1061.0) == 61.0

    asyncio.run(scenario())


def test_the_age_survives_a_restart(tmp_path: Path) -> None:
    async def scenario() -> None:
        time = Time(1000.0)
        limits = replace(QUICK, batch_age=0.001)
        outbox = Outbox("t", NumberEncoder(), Script([RETRY] * 1000), tmp_path, limits, time)
        outbox.put(number(1))
        await outbox.stop(0.0)
        script = Script([RETRY] * 100_000)
        again = Outbox("t", NumberEncoder(), script, tmp_path, limits, time)
        task = await start(again)
        await until(lambda: again.stats()["disk_batches"] == 1)
        assert again.oldest_age(4600.0) == 3600.0
        await again.stop(0.0)
        await task

    asyncio.run(scenario())


def test_an_encoder_that_fails_costs_one_reading_and_leaves_the_buffer_whole(
    tmp_path: Path,
) -> None:
    class Moody(NumberEncoder):
        def __call__(self, reading: Reading, buffer: bytearray) -> int:
            points = super().__call__(reading, buffer)
            if reading.observation.slot_ms == 2:
                raise ValueError("no template")
            return points

    async def scenario() -> None:
        script = Script()
        outbox = Outbox("t", Moody(), script, tmp_path, QUICK, Time())
        task = await start(outbox)
        for n in range(4):
            outbox.put(number(n))
        await outbox.stop(5.0)
        await task
        assert script.taken == [0, 1, 3]
        assert outbox.stats()["unencodable_readings"] == 1

    asyncio.run(scenario())


def test_cancelling_the_task_saves_what_waits(tmp_path: Path) -> None:
    async def scenario() -> None:
        outbox = outbox_of(Script([60.0]), tmp_path)
        task = await start(outbox)
        for n in range(10):
            outbox.put(number(n))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        heir = Script()
        again = outbox_of(heir, tmp_path)
        task = await start(again)
        await until(lambda: heir.taken == list(range(10)))
        await again.stop(1.0)
        await task

    asyncio.run(scenario())


@contextlib.contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Make the kernel refuse files beyond `size` bytes, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_an_append_that_the_disk_cuts_short_leaves_what_was_there(tmp_path: Path) -> None:
    segments = Segments(tmp_path, 1_000_000, 1_000_000)
    segments.open()
    segments.append([Batch(b"a" * 100, 1, 1.0)])
    with largest_file(300), pytest.raises(OSError):
        segments.append([Batch(b"b" * 100, 1, 2.0), Batch(b"c" * 100, 1, 3.0)])
    segments.append([Batch(b"d" * 100, 1, 4.0)])
    again = Segments(tmp_path, 1_000_000, 1_000_000)
    assert again.open().batches == 0
    assert again.waiting().batches == 2
    found = []
    while (head := again.head()) is not None:
        found.append(head[1].data[:1])
        again.advance(head[0])
    assert found == [b"a", b"d"]


def test_what_neither_disk_nor_destination_takes_at_the_end_is_counted(tmp_path: Path) -> None:
    async def scenario() -> None:
        blocked = tmp_path / "file"
        blocked.write_text("not a folder")
        outbox = outbox_of(Script([RETRY] * 10_000), blocked)
        task = await start(outbox)
        for n in range(10):
            outbox.put(number(n))
        await outbox.stop(0.0)
        await task
        assert outbox.stats()["dropped_points"] == 10
        assert outbox.trouble

    asyncio.run(scenario())


def test_while_a_backlog_is_sent_new_readings_do_not_stay_in_memory(tmp_path: Path) -> None:
    async def scenario() -> None:
        outbox = outbox_of(Script([RETRY] * 1000), tmp_path)
        task = await start(outbox)
        for n in range(40):
            outbox.put(number(n))
        await outbox.stop(0.0)
        await task
        slow = Script([0.005] * 40)
        again = outbox_of(slow, tmp_path, replace(QUICK, patience=60.0))
        task = await start(again)
        await until(lambda: slow.sends == 2)
        for n in range(40, 48):
            again.put(number(n))
        await until(lambda: slow.sends == 4)
        assert again.stats()["memory_bytes"] == 0
        await until(lambda: slow.taken == list(range(48)))
        await again.stop(1.0)
        await task

    asyncio.run(scenario())
