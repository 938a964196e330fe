"""Old history goes by age, the oldest goes when the disk is short, the ledger never."""

from __future__ import annotations

from pathlib import Path

from store.hours import HOUR, running_file, sealed_file
from store.ledger import open_ledger
from store.retention import Deleted, sweep

H0 = 1_795_525_200
DAY = 86_400


def sealed(folder: Path, *hours: int) -> None:
    for hour in hours:
        file = sealed_file(folder, hour)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x" * 100)


def left(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def test_an_hour_goes_when_all_of_it_is_too_old(tmp_path: Path) -> None:
    sealed(tmp_path, H0, H0 + HOUR, H0 + 2 * HOUR)

    deleted = sweep(tmp_path, H0 + HOUR + 400 * DAY, 400, 0)

    assert deleted == [Deleted(H0, 100, "age")]
    assert left(tmp_path) == {sealed_file(tmp_path, H0 + n * HOUR) for n in (1, 2)}


def test_below_the_floor_no_hour_goes_of_which_there_is_no_evidence_yet(tmp_path: Path) -> None:
    sealed(tmp_path, H0, H0 + HOUR, H0 + 2 * HOUR)

    deleted = sweep(tmp_path, H0 + DAY, 400, 1, lambda: 0, kept_until=H0 + HOUR)

    assert deleted == [Deleted(H0, 100, "floor")]


def test_below_the_floor_the_oldest_go_until_there_is_room(tmp_path: Path) -> None:
    hours = [H0 + n * HOUR for n in range(10)]
    sealed(tmp_path, *hours)

    def free() -> int:
        return 1_000 - 100 * len(left(tmp_path))

    deleted = sweep(tmp_path, H0 + DAY, 400, 350, free)

    assert deleted == [Deleted(hour, 100, "floor") for hour in hours[:4]]


def test_neither_ledger_nor_running_hour_go_however_short_the_disk(tmp_path: Path) -> None:
    open_ledger(tmp_path, H0).close()
    folder = tmp_path / "history"
    sealed(folder, H0)
    running = running_file(folder, H0 + HOUR)
    running.write_bytes(b"rows")

    sweep(folder, H0 + 9_999 * DAY, 1, 2**60, lambda: 0)

    assert left(folder) == {running}
    assert (tmp_path / "ledger.sqlite").exists()


def test_folders_of_days_that_are_gone_go_too(tmp_path: Path) -> None:
    sealed(tmp_path, H0, H0 + 40 * DAY)

    sweep(tmp_path, H0 + 30 * DAY, 20, 0)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["2027"]


def test_what_is_no_hour_is_left_alone(tmp_path: Path) -> None:
    stranger = tmp_path / "2020/01/01/notes.parquet"
    stranger.parent.mkdir(parents=True)
    stranger.write_bytes(b"")

    assert sweep(tmp_path, H0, 1, 2**60, lambda: 0) == []
    assert stranger.exists()


def test_a_disk_with_room_keeps_everything_young(tmp_path: Path) -> None:
    sealed(tmp_path, H0)

    assert sweep(tmp_path, H0 + DAY, 400, 1) == []
