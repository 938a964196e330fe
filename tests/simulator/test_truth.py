"""The log of the truth, read back."""

from __future__ import annotations

from pathlib import Path

from simulator.truth import TruthLog, intervals


def _lines(folder: Path, *changes: tuple[float, str, str, str]) -> list[str]:
    now = [0.0]
    log = TruthLog(folder / "truth.jsonl", lambda: now[0])
    log.open()
    for now[0], kind, target, state in changes:
        log.write(kind, target, state)
    log.close()
    return (folder / "truth.jsonl").read_text().splitlines()


def test_intervals_are_from_one_change_to_the_next(tmp_path: Path) -> None:
    lines = _lines(
        tmp_path,
        (10.5, "link", "link:x", "down"),
        (11, "cut", "link:x", "down"),
        (20, "link", "link:x", "shadow"),
        (25, "link", "link:x", "up"),
        (30, "link", "link:y", "down"),
    )
    assert intervals(lines, "link", 40) == {
        "link:x": [(10.5, 20, "down"), (20, 25, "shadow")],
        "link:y": [(30, 40, "down")],
    }


def test_the_log_says_when_the_province_ran(tmp_path: Path) -> None:
    lines = _lines(tmp_path)
    assert [line.split('"state": ')[1] for line in lines] == ['"up"}', '"down"}']


def test_a_second_run_continues_the_log(tmp_path: Path) -> None:
    _lines(tmp_path, (1, "link", "link:x", "down"))
    assert len(_lines(tmp_path, (2, "link", "link:x", "up"))) == 6
