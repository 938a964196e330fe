"""Whatever a host prints, a reading comes of it or none; nothing is believed that is not whole."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from collectors.hosts._exposition import read as read_page
from collectors.hosts._numbers import decimal, whole
from collectors.hosts._reading import (
    MODES,
    HostReading,
    busy_ratio,
    clock_difference,
    fullest,
    memory_ratio,
    storage,
)
from collectors.hosts._script import SECTIONS, read
from tests.hosts.fleet import NAMES, capture

PIECES = st.sampled_from([f"#extranet {name}\n" for name in SECTIONS])
NONSENSE = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
NUMBERS = st.integers(-(2**70), 2**70).map(str) | st.floats().map(str)
LINES = st.lists(NONSENSE | NUMBERS, max_size=8).map(" ".join).map(lambda line: line + "\n")


def check(reading: HostReading | None) -> None:
    """Nothing in a reading is infinite, negative where it counts, or over-long."""
    if reading is None:
        return
    full, room = fullest(reading), storage(reading)
    for ratio in (memory_ratio(reading), None if full is None else full.used_ratio):
        assert ratio is None or 0 <= ratio <= 1
    assert room is None or min(room) >= 0
    for value in (reading.now, reading.uptime, reading.clock_offset, *(reading.load or ())):
        assert value is None or math.isfinite(value)
    for text in (reading.hostname, reading.os, *(reading.users or ()), *(reading.failed or ())):
        assert text.isprintable()
        assert len(text) <= 255


@given(st.lists(PIECES | LINES, max_size=60).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    check(read(text))


@given(st.sampled_from(NAMES), st.data())
def test_a_capture_that_is_cut_off_anywhere_says_so(name: str, data: st.DataObject) -> None:
    whole_text = capture(name).rstrip("\n")
    at = data.draw(st.integers(0, len(whole_text) - 1))
    reading = read(whole_text[:at])
    check(reading)
    assert reading is None or "end" in reading.missing


@given(st.sampled_from(NAMES), st.data())
def test_a_damaged_capture_is_read_without_harm(name: str, data: st.DataObject) -> None:
    text = capture(name)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(NONSENSE | NUMBERS) + text[at + data.draw(st.integers(0, 9)) :]
    check(read(text))


@given(st.lists(st.tuples(st.sampled_from(["node_load1", "node_cpu_seconds_total",
    "node_filesystem_size_bytes", "node_memory_MemTotal_bytes", "node_time_seconds",
    "node_disk_read_bytes_total", "node_network_receive_bytes_total", "node_x"]),
    NONSENSE, NUMBERS), max_size=30))  # fmt: skip
def test_any_page_is_read_or_refused(rows: list[tuple[str, str, str]]) -> None:
    lines = [
        f'{name}{{mode="idle",device="{label}",mountpoint="/{label}",fstype="ext4"}} {value}'
        for name, label, value in rows
    ]
    check(read_page("\n".join(lines)))


@given(st.text(max_size=30) | NUMBERS)
def test_a_number_is_finite_and_fits_or_is_none(text: str) -> None:
    count, number = whole(text), decimal(text)
    assert count is None or 0 <= count < 2**64
    assert number is None or math.isfinite(number)


@given(
    st.lists(st.floats(0, 1e9), min_size=8, max_size=8),
    st.lists(st.floats(0, 1e6), min_size=8, max_size=8),
)
def test_processors_are_busy_for_a_part_of_the_time(old: list[float], more: list[float]) -> None:
    before = HostReading(modes=dict(zip(MODES, old, strict=True)), boot_at=1.0)
    after = HostReading(
        modes=dict(zip(MODES, map(sum, zip(old, more, strict=True)), strict=True)), boot_at=1.0
    )
    busy = busy_ratio(before, after)
    assert busy is None or 0 <= busy <= 1


def test_without_a_reading_before_nothing_is_known_of_processors() -> None:
    now = HostReading(modes=dict.fromkeys(MODES, 1.0), boot_at=1000.0)
    later = HostReading(modes=dict.fromkeys(MODES, 2.0), boot_at=2000.0)
    assert busy_ratio(None, now) is None
    assert busy_ratio(now, later) is None
    assert busy_ratio(now, now) is None


@given(st.floats(1e9, 2e9), st.floats(0, 10), st.floats(-100, 100))
def test_a_clock_differs_by_what_cannot_be_explained_by_the_time_of_the_question(
    before: float, took: float, ahead: float
) -> None:
    found = clock_difference(before + took / 2 + ahead, before, before + took)
    assert found is not None
    assert abs(found) <= max(0.0, abs(ahead) - took / 2) + 1e-6
    assert found == 0 or (found > 0) == (ahead > 0)
