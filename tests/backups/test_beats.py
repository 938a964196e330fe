"""Reports of jobs: who may report, that what is kept is on the disk, what survives a restart."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.services.beats import BeatBook, Buckets
from store.beats import FILE, BeatFile
from tests.backups.jobs import NOW, OTHER, TOKEN, Clock, beat_probe, book

SOURCE = "10.0.0.1"


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 60))


def test_a_report_is_kept_and_heard(tmp_path: Path) -> None:
    async def work() -> None:
        clock = Clock()
        async with book(tmp_path, clock, beat_probe()) as beats:
            kept = await beats.beat(TOKEN, SOURCE, good=True, took=61.5, size=9_000, lag=2.5)
            clock.now += 30
            beat = beats.heard("nightly")
            assert kept == "kept"
            assert beat is not None
            assert (beat.age, beat.good, beat.took) == (30.0, True, 61.5)
            assert (beat.size, beat.lag, beat.before) == (9_000, 2.5, None)

    run(work())


def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    async def work() -> None:
        clock = Clock()
        async with book(tmp_path, clock, beat_probe()) as beats:
            await beats.beat(TOKEN, SOURCE, good=True, size=100)
            clock.now += 60
            await beats.beat(TOKEN, SOURCE, good=False, size=80)
        clock.now += 60
        async with book(tmp_path, clock, beat_probe()) as beats:
            beat = beats.heard("nightly")
            assert beat is not None
            assert (beat.known, beat.age, beat.good) == (120.0, 60.0, False)
            assert (beat.size, beat.before, beat.away) == (80, 100, ())

    run(work())


def test_what_was_answered_as_kept_is_on_the_disk_before_the_answer(tmp_path: Path) -> None:
    async def work() -> None:
        async with book(tmp_path, Clock(), beat_probe()) as beats:
            await beats.beat(TOKEN, SOURCE, good=True, size=77)
            with sqlite3.connect(f"file:{tmp_path / FILE}?mode=ro", uri=True) as reader:
                assert reader.execute("SELECT size FROM beat").fetchone() == (77,)
            reader.close()

    run(work())


def test_the_file_is_its_owners_only_and_has_no_token(tmp_path: Path) -> None:
    async def work() -> None:
        async with book(tmp_path / "store", Clock(), beat_probe()) as beats:
            await beats.beat(TOKEN, SOURCE, good=True)

    run(work())
    file = tmp_path / "store" / FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert TOKEN.encode() not in file.read_bytes()


def test_a_token_of_nobody_is_unknown(tmp_path: Path) -> None:
    async def work() -> None:
        async with book(tmp_path, Clock(), beat_probe()) as beats:
            for token in ("", "x", TOKEN + "x", TOKEN[:-1], "\ud800"):
                assert await beats.beat(token, SOURCE, good=True) == "unknown"
            beat = beats.heard("nightly")
            assert beat is not None
            assert beat.age is None

    run(work())


def test_a_token_that_two_services_share_reports_for_both(tmp_path: Path) -> None:
    async def work() -> None:
        probes = beat_probe(), beat_probe(name="copy"), beat_probe(OTHER, name="third")
        async with book(tmp_path, Clock(), *probes) as beats:
            await beats.beat(TOKEN, SOURCE, good=True)
            ages = {name: beats.heard(name) for name in ("nightly", "copy", "third")}
            assert [beat.age for beat in ages.values() if beat] == [0.0, 0.0, None]

    run(work())


def test_a_reload_takes_over_new_tokens_and_refuses_old_ones(tmp_path: Path) -> None:
    async def work() -> None:
        async with book(tmp_path, Clock(), beat_probe()) as beats:
            beats.load([beat_probe(OTHER)])
            assert await beats.beat(TOKEN, SOURCE, good=True) == "unknown"
            assert await beats.beat(OTHER, SOURCE, good=True) == "kept"

    run(work())


def test_a_service_that_left_the_inventory_is_not_heard_and_known_when_it_returns(
    tmp_path: Path,
) -> None:
    async def work() -> None:
        clock = Clock()
        async with book(tmp_path, clock, beat_probe()) as beats:
            await beats.beat(TOKEN, SOURCE, good=True)
            beats.load([])
            assert beats.heard("nightly") is None
            clock.now += 86_400
            beats.load([beat_probe()])
            beat = beats.heard("nightly")
            assert beat is not None
            assert beat.age == 86_400.0

    run(work())


def test_a_monitor_that_was_away_says_from_when_to_when(tmp_path: Path) -> None:
    async def work() -> None:
        clock = Clock()
        async with book(tmp_path, clock, beat_probe()) as beats:
            beats.tick()
        clock.now += 3_600
        async with book(tmp_path, clock, beat_probe()) as beats:
            clock.now += 10
            beats.tick()
            beat = beats.heard("nightly")
            assert beat is not None
            assert beat.away == ((3_610.0, 10.0),)
        clock.now += 20  # a restart is no absence
        async with book(tmp_path, clock, beat_probe()) as beats:
            beat = beats.heard("nightly")
            assert beat is not None
            assert beat.away == ((3_630.0, 30.0),)
            beats.tick()
        clock.now += 300  # and a second absence does not make the first one forgotten
        async with book(tmp_path, clock, beat_probe()) as beats:
            beat = beats.heard("nightly")
            assert beat is not None
            assert beat.away == ((3_930.0, 330.0), (300.0, 0.0))

    run(work())


def test_the_absence_that_an_older_program_kept_is_taken_over(tmp_path: Path) -> None:
    file = BeatFile(tmp_path, NOW)
    file.live(NOW - 60, [(NOW - 7_200, NOW - 3_600)])
    file.close()
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("DROP TABLE absence")
    connection.close()
    file = BeatFile(tmp_path, NOW)
    assert file.life() == (NOW - 60, [(NOW - 7_200, NOW - 3_600)])
    file.close()


def test_too_many_reports_of_one_job_are_refused(tmp_path: Path) -> None:
    async def work() -> None:
        async with book(tmp_path, Clock(), beat_probe()) as beats:
            of_job = [await beats.beat(TOKEN, f"10.0.0.{n}", good=True) for n in range(12)]
            assert of_job == ["kept"] * 10 + ["too_many"] * 2

    run(work())


def test_who_guesses_is_slowed_down_and_keeps_no_job_behind_the_same_proxy_from_reporting(
    tmp_path: Path,
) -> None:
    async def work() -> None:
        async with book(tmp_path, Clock(), beat_probe(OTHER, name="other")) as beats:
            guessed = [await beats.beat(f"guess-{n}", SOURCE, good=True) for n in range(121)]
            assert guessed == ["unknown"] * 120 + ["too_many"]
            assert await beats.beat(OTHER, SOURCE, good=True) == "kept"

    run(work())


def test_who_hangs_up_has_reported_all_the_same(tmp_path: Path) -> None:
    async def work() -> None:
        async with book(tmp_path, Clock(), beat_probe()) as beats:
            asking = asyncio.create_task(beats.beat(TOKEN, SOURCE, good=True))
            await asyncio.sleep(0)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            assert await beats.beat(TOKEN, SOURCE, good=True, size=5) == "kept"
        async with book(tmp_path, Clock(), beat_probe()) as beats:
            beat = beats.heard("nightly")
            assert beat is not None
            assert beat.size == 5

    run(work())


def test_a_damaged_file_is_set_aside_and_told(tmp_path: Path) -> None:
    async def work() -> None:
        (tmp_path / FILE).write_bytes(b"no database at all, " * 400)
        async with book(tmp_path, Clock(), beat_probe()) as beats:
            assert await beats.beat(TOKEN, SOURCE, good=True) == "kept"
            assert beats.health()["beats"]["ok"]
        assert (tmp_path / f"beats-corrupt-{NOW}.sqlite").exists()

    run(work())


def test_where_the_disk_refuses_a_job_is_told_so_and_so_is_the_duty(tmp_path: Path) -> None:
    async def work() -> None:
        async with book(tmp_path, Clock(), beat_probe()) as beats:
            with sqlite3.connect(tmp_path / FILE, isolation_level=None) as other:
                other.execute("DROP TABLE beat")
            other.close()
            assert await beats.beat(TOKEN, SOURCE, good=True) == "failed"
            assert not beats.health()["beats"]["ok"]
            assert beats.losses()["beats"] == (True, 1.0)

    run(work())


def test_before_the_start_nothing_is_taken(tmp_path: Path) -> None:
    async def work() -> None:
        beats = BeatBook(tmp_path, Clock())
        beats.load([beat_probe()])
        assert await beats.beat(TOKEN, SOURCE, good=True) == "full"

    run(work())


def test_a_folder_that_cannot_be_made_is_told_and_ends_nothing(tmp_path: Path) -> None:
    async def work() -> None:
        (tmp_path / "file").write_text("x", encoding="utf-8")
        beats = BeatBook(tmp_path / "file" / "store", Clock())
        async with AsyncExitStack() as stack:
            await beats.start(stack)
            beats.tick()
            assert not beats.health()["beats"]["ok"]

    run(work())


@given(st.lists(st.integers(0, 50), max_size=100))
def test_a_bucket_gives_never_more_than_its_burst_and_its_rate(waits: list[int]) -> None:
    bucket, now, taken = Buckets(0.5, 3.0, 10), 0, 0
    for wait in waits:
        now += wait
        taken += bucket.take("one", now)
        assert taken <= 3 + 0.5 * now


def test_buckets_are_bounded() -> None:
    buckets = Buckets(1.0, 1.0, 100)
    for number in range(1_000):
        buckets.take(str(number), 0)
    assert len(buckets) == 100


def test_the_repr_of_a_probe_and_its_question_hides_the_token() -> None:
    probe = beat_probe()
    assert TOKEN not in f"{probe!r} {probe.question!r}"


def test_a_clock_that_goes_back_a_little_makes_no_age_below_zero(tmp_path: Path) -> None:
    async def work() -> None:
        clock = Clock()
        async with book(tmp_path, clock, beat_probe()) as beats:
            await beats.beat(TOKEN, SOURCE, good=True)
            clock.now -= 200
            beat = beats.heard("nightly")
            assert beat is not None
            assert (beat.age, beat.known, beat.is_ahead) == (0.0, 0.0, False)

    run(work())


def test_how_old_a_report_of_the_future_is_nobody_knows(tmp_path: Path) -> None:
    async def work() -> None:
        clock = Clock(NOW + 4 * 365 * 86_400)  # at its start the monitor had the clock of 2030
        async with book(tmp_path, clock, beat_probe()) as beats:
            await beats.beat(TOKEN, SOURCE, good=True)
            clock.now = NOW
            beats.heard("nightly")
            clock.now += 7_200
            beat = beats.heard("nightly")
            assert beat is not None
            assert (beat.age, beat.known, beat.is_ahead) == (None, 7_200.0, True)

    run(work())


def test_after_a_clock_of_the_future_the_next_report_counts(tmp_path: Path) -> None:
    async def work() -> None:
        clock = Clock(NOW + 3_600)
        async with book(tmp_path, clock, beat_probe()) as beats:
            await beats.beat(TOKEN, SOURCE, good=True)
            clock.now = NOW
            await beats.beat(TOKEN, SOURCE, good=False)
            clock.now += 60
            beat = beats.heard("nightly")
            assert beat is not None
            assert (beat.age, beat.good, beat.is_ahead) == (60.0, False, False)

    run(work())


def test_a_service_that_came_in_under_a_clock_of_the_future_is_waited_for_from_now_on(
    tmp_path: Path,
) -> None:
    async def work() -> None:
        clock = Clock(NOW + 86_400)
        async with book(tmp_path, clock, beat_probe()) as beats:
            clock.now = NOW
            beats.heard("nightly")
            clock.now += 7_200
            beat = beats.heard("nightly")
            assert beat is not None
            assert (beat.age, beat.known, beat.is_ahead) == (None, 7_200.0, False)

    run(work())


@pytest.mark.parametrize(
    ("later", "size", "before"),
    [(300, 40, 100), (300, 41, 40), (86_400, 40, 40)],
    ids=["said again", "another size", "of the next night"],
)
def test_a_report_that_is_said_again_is_not_held_against_itself(
    tmp_path: Path, later: int, size: int, before: int
) -> None:
    async def work() -> None:
        clock = Clock()
        async with book(tmp_path, clock, beat_probe()) as beats:
            await beats.beat(TOKEN, SOURCE, good=True, size=100)
            clock.now += 86_400
            await beats.beat(TOKEN, SOURCE, good=True, size=40)
            clock.now += later
            await beats.beat(TOKEN, SOURCE, good=True, size=size)
            beat = beats.heard("nightly")
            assert beat is not None
            assert beat.before == before

    run(work())
