"""An hour of evidence is kept once, whole, of every circuit in service, and is the same again."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.model import Interval, Inventory, link_target
from sla.canonical import Latency, MonitorLeaf, SlotRun
from sla.states import Blind, State, Transition
from store import evidence
from store._members import Members, NotMembersError, pack, unpack
from store.canonical_lines import Slots, latency_runs, slot_runs
from store.entries import Heartbeat
from store.errors import StoreError
from store.history import Cell, ClosedSlot
from store.hours import HOUR, HourFiles, running_file, sealed_file
from store.ledger import Ledger, open_ledger
from store.seal import seal
from tests.store.network import inventory

H0 = 1_795_525_200  # 2026-11-24 13:00 UTC
L0 = link_target("l0")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def ledger(store: Path) -> Iterator[Ledger]:
    opened = open_ledger(store, H0)
    opened.append([Heartbeat(at, 600) for at in range(H0 - 600, H0 + 2 * HOUR, 600)])
    opened.append([Transition(L0, State.UP, H0 - 500, H0 - 480, "")])
    yield opened
    opened.close()


def slot(start: int, *links: str, rtts: tuple[float | None, ...] = (0.0042,) * 12) -> ClosedSlot:
    cells = {}
    for name in links:
        cell = cells[name] = Cell()
        cell.rtts = list(rtts)
        cell.sent, cell.lost = len(rtts), sum(rtt is None for rtt in rtts)
    return ClosedSlot(start, 60, cells)


def sealed(store: Path, ledger: Ledger, *slots: ClosedSlot) -> None:
    files = HourFiles(store / "history")
    files.write(slots)
    files.close()
    for hour in {one.start - one.start % HOUR for one in slots}:
        seal(store / "history", hour, ledger.reads)


def keep(store: Path, ledger: Ledger, network: Inventory, hour: int = H0) -> list[evidence.Written]:
    folder, history = store / "evidence", store / "history"
    return evidence.keep_hour(folder, history, hour, network, ledger.reads, 12)


def test_a_circuit_has_what_was_heard_what_was_decided_and_its_round_trips(
    store: Path, ledger: Ledger
) -> None:
    ledger.append([Transition(L0, State.DOWN, H0 + 120, H0 + 150, "far_lost")])
    trips: tuple[float | None, ...] = (0.0042, 0.0043, 0.0045)
    sealed(
        store,
        ledger,
        slot(H0, "l0", rtts=trips * 4),
        slot(H0 + 60, "l0", rtts=trips * 4),
        slot(H0 + 120, "l0", rtts=(None,) * 12),
    )
    (written,) = keep(store, ledger, inventory())

    assert [line.decode() for line in written.lines] == [
        ('{"circuit":"l0","hour":1795525200,"latency":[[0,60,[43,43,-1],[45,45,-1],[2,2,-1]]]}'),
        (
            '{"circuit":"l0","hour":1795525200,'
            '"slots":[[0,60,2,12,0],[120,60,1,12,12]],'
            '"states":[[0,120,"UP","",""],[120,3600,"DOWN","far_lost",""]]}'
        ),
    ]


def test_a_circuit_of_which_nothing_was_heard_has_its_line(store: Path, ledger: Ledger) -> None:
    (written,) = keep(store, ledger, inventory(links=2))

    assert [line.decode() for line in written.lines] == [
        '{"circuit":"l0","hour":1795525200,"slots":[],"states":[[0,3600,"UP","",""]]}',
        '{"circuit":"l1","hour":1795525200,"slots":[],"states":[]}',
    ]


@pytest.mark.parametrize(
    ("service", "files"),
    [
        ((), 0),
        ((Interval(H0 - 9, H0),), 0),
        ((Interval(H0 - 9, H0 + 1),), 1),
        ((Interval(H0 + HOUR, None),), 0),
        ((Interval(H0 + HOUR - 1, None),), 1),
    ],
)
def test_only_circuits_in_service_have_lines(
    store: Path, ledger: Ledger, service: tuple[Interval, ...], files: int
) -> None:
    network = inventory(links=1)
    network = replace(network, links={"l0": replace(network.links["l0"], in_service=service)})

    assert len(keep(store, ledger, network)) == files


def test_a_circuit_without_echoes_has_no_round_trips(store: Path, ledger: Ledger) -> None:
    sealed(store, ledger, slot(H0, "l0"))
    (written,) = keep(store, ledger, inventory(echo=False))

    assert len(written.lines) == 1


def test_an_hour_is_private_and_anybody_can_unpack_it(store: Path, ledger: Ledger) -> None:
    (written,) = keep(store, ledger, inventory(links=50))

    assert written.path == store / "evidence/2026/11/24/13/telecom.jsonl.gz"
    assert written.path.stat().st_mode & 0o077 == 0
    assert gzip.decompress(written.path.read_bytes()).splitlines() == written.lines
    assert written.lines == sorted(written.lines)
    assert evidence.read_hour(store / "evidence", H0, "telecom") == written.lines


def test_an_hour_kept_again_is_the_same_file(store: Path, ledger: Ledger) -> None:
    sealed(store, ledger, slot(H0, "l0"))
    (first,) = keep(store, ledger, inventory())
    content = first.path.read_bytes()
    (again,) = keep(store, ledger, inventory())

    assert again == first
    assert first.path.read_bytes() == content


def test_an_hour_that_would_differ_is_refused_and_the_first_stays(
    store: Path, ledger: Ledger
) -> None:
    (first,) = keep(store, ledger, inventory())
    content = first.path.read_bytes()
    ledger.append([Transition(L0, State.DOWN, H0 + 60, H0 + 90, "far_lost")])

    with pytest.raises(StoreError) as caught:
        keep(store, ledger, inventory())
    assert caught.value.code == "differs"
    assert first.path.read_bytes() == content


def test_what_a_crash_left_half_done_is_begun_anew(store: Path, ledger: Ledger) -> None:
    left = store / "evidence/2026/11/24/.13.tmp"
    left.mkdir(parents=True)
    (left / "telecom.jsonl.gz").write_bytes(b"half")

    assert evidence.hours_kept(store / "evidence") == []
    keep(store, ledger, inventory())
    assert evidence.hours_kept(store / "evidence") == [H0]
    assert not left.exists()


def test_a_flipped_byte_is_found(store: Path, ledger: Ledger) -> None:
    (written,) = keep(store, ledger, inventory())
    content = bytearray(written.path.read_bytes())
    content[len(content) // 2] ^= 1
    written.path.write_bytes(content)

    with pytest.raises(StoreError) as caught:
        evidence.read_hour(store / "evidence", H0, "telecom")
    assert caught.value.code == "corrupt"


def test_a_sealed_hour_that_cannot_be_read_is_named_and_can_be_kept_without_it(
    store: Path, ledger: Ledger
) -> None:
    file = sealed_file(store / "history", H0)
    file.parent.mkdir(parents=True)
    file.write_bytes(b"PAR1 is all that is left")
    with pytest.raises(StoreError) as caught:
        keep(store, ledger, inventory())
    assert caught.value.code == "corrupt"

    (written,) = evidence.keep_hour(
        store / "evidence", store / "history", H0, inventory(), ledger.reads, None, heard=False
    )
    assert b'"slots":[]' in written.lines[0]


def test_the_monitor_says_when_it_lived_when_it_was_blind_and_how_its_clock_went(
    store: Path, ledger: Ledger
) -> None:
    ledger.append([Blind(H0 + 100, H0 + 110, "canaries_silent", H0 + 200)])
    keep(store, ledger, inventory())

    leaf = evidence.read_monitor(store / "evidence", H0)
    assert (leaf.hour, leaf.blind, leaf.clock) == (H0, ((100, 200),), 12)


def test_alive_is_from_heartbeat_to_heartbeat(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path, H0)
    ledger.append([Heartbeat(at) for at in range(H0 - 100, H0 + 1_001, 10)])
    ledger.append([Heartbeat(at) for at in range(H0 + 3_000, H0 + 4_000, 10)])
    leaf = evidence.monitor_leaf(ledger.reads, H0, None)
    ledger.close()

    assert leaf == MonitorLeaf(H0, ((0, 1_000), (3_000, 3_600)), (), None)


def test_hours_are_kept_in_order_and_none_before_its_history_is_sealed(
    store: Path, ledger: Ledger
) -> None:
    folder, history = store / "evidence", store / "history"

    def waiting(told_until: int) -> list[int]:
        return list(evidence.pending(folder, history, H0 + 30, told_until))

    assert waiting(H0 + HOUR - 1) == []
    assert waiting(H0 + 2 * HOUR) == [H0, H0 + HOUR]
    keep(store, ledger, inventory())
    assert waiting(H0 + 3 * HOUR) == [H0 + HOUR, H0 + 2 * HOUR]
    running_file(history, H0 + 2 * HOUR).parent.mkdir(parents=True)
    running_file(history, H0 + 2 * HOUR).touch()
    assert waiting(H0 + 9 * HOUR) == [H0 + HOUR]


def test_a_monitor_that_never_lived_keeps_nothing(tmp_path: Path) -> None:
    assert list(evidence.pending(tmp_path, tmp_path, None, H0)) == []


def test_hours_of_a_carrier_are_found(store: Path, ledger: Ledger) -> None:
    for hour in (H0, H0 + HOUR, H0 + 2 * HOUR):
        keep(store, ledger, inventory(), hour)

    found = evidence.hours_of(store / "evidence", "telecom", H0 + 10, H0 + 2 * HOUR)
    assert found == [H0, H0 + HOUR]
    assert evidence.hours_of(store / "evidence", "mobile", H0, H0 + HOUR) == []


def test_some_circuits_are_found_without_the_others(store: Path, ledger: Ledger) -> None:
    sealed(store, ledger, slot(H0, *(f"l{number}" for number in range(100))))
    keep(store, ledger, inventory(links=100))
    wanted = ["l0", "l1", "l55", "l99", "nobody", "a", "z"]

    found = list(evidence.circuits_in(store / "evidence", H0, "telecom", wanted))
    assert [heard.circuit for heard, _ in found] == ["l0", "l1", "l55", "l99"]
    assert all(trips is not None and trips.circuit == heard.circuit for heard, trips in found)


def test_evidence_goes_by_age_only(store: Path, ledger: Ledger) -> None:
    for hour in (H0, H0 + HOUR):
        keep(store, ledger, inventory(), hour)
    years = 15 * 366 * 86_400

    assert evidence.sweep(store / "evidence", H0 + HOUR + years - 1, 15) == []
    assert evidence.sweep(store / "evidence", H0 + HOUR + years, 15) == [H0]
    assert evidence.hours_kept(store / "evidence") == [H0 + HOUR]


numbers = st.integers(0, 3)
rows = st.lists(st.tuples(st.booleans(), numbers, numbers, st.integers(-1, 5)), max_size=40)


def slots_of(made: list[tuple[bool, int, int, int]]) -> Slots:
    """Make slots of 60 s of some of the minutes of an hour."""
    there = [(60 * at, sent, lost, trip) for at, (is_, sent, lost, trip) in enumerate(made) if is_]
    trips = [trip for *_, trip in there]
    return Slots(
        [at for at, *_ in there],
        [60] * len(there),
        [sent for _, sent, *_ in there],
        [lost for _, _, lost, _ in there],
        trips,
        trips,
        trips,
    )


@given(rows)
def test_runs_say_what_the_slots_were(made: list[tuple[bool, int, int, int]]) -> None:
    slots = slots_of(made)
    unrolled = [
        (run.offset + run.seconds * at, run.sent, run.lost)
        for run in slot_runs(slots)
        for at in range(run.count)
    ]

    assert unrolled == list(zip(slots.offsets, slots.sent, slots.lost, strict=True))


@given(rows)
def test_every_slot_with_echoes_has_its_round_trips(
    made: list[tuple[bool, int, int, int]],
) -> None:
    slots = slots_of(made)
    unrolled = [
        (run.offset + run.seconds * at, trip)
        for run in latency_runs(slots)
        for at, trip in enumerate(run.medians)
    ]

    assert unrolled == [
        (offset, trip)
        for offset, sent, trip in zip(slots.offsets, slots.sent, slots.medians, strict=True)
        if sent
    ]


def test_slots_of_different_lengths_are_different_runs() -> None:
    slots = Slots([0, 60, 70], [60, 10, 10], [9] * 3, [0] * 3, [1, 2, 3], [1, 2, 3], [-1] * 3)

    assert list(slot_runs(slots)) == [SlotRun(0, 60, 1, 9, 0), SlotRun(60, 10, 2, 9, 0)]
    assert list(latency_runs(slots)) == [
        Latency(0, 60, (1,), (1,), (-1,)),
        Latency(60, 10, (2, 3), (2, 3), (-1, -1)),
    ]


def in_memory(data: bytes) -> Members:
    file = os.memfd_create("members")
    os.write(file, data)
    return Members(file)


names = st.text("ab-.0", min_size=1, max_size=6)


@given(st.dictionaries(names, st.integers(1, 3), max_size=30), names, st.integers(1, 8))
def test_lines_of_a_circuit_are_found_wherever_they_lie(
    circuits: dict[str, int], wanted: str, size: int
) -> None:
    lines = sorted(
        b'{"circuit":"%b","hour":%d}' % (name.encode(), number)
        for name, count in circuits.items()
        for number in range(count)
    )
    data = pack(lines, size)
    prefix = b'{"circuit":"%b",' % wanted.encode()

    assert unpack(data) == lines
    assert gzip.decompress(data).splitlines() == lines
    with closing(in_memory(data)) as members:
        assert members.of(wanted) == [line for line in lines if line.startswith(prefix)]


def test_an_index_that_would_be_too_long_has_longer_members() -> None:
    lines = [b'{"circuit":"%064d","hour":0}' % number for number in range(3_000)]
    data = pack(lines, 1)

    assert unpack(data) == lines
    with closing(in_memory(data)) as members:
        assert members.of(f"{1_234:064d}") == lines[1_234:1_235]


@given(st.binary(max_size=60))
def test_bytes_of_another_origin_are_refused(data: bytes) -> None:
    if data:
        with pytest.raises(NotMembersError):
            unpack(data)
