"""Evidence on the disk: canonical lines (`sla.canonical`) per UTC hour and carrier.

    evidence/2026/11/24/13/telecom.jsonl.gz    lines in the order of their bytes
    evidence/2026/11/24/13/monitor.json        how the monitor itself did (`MonitorLeaf`)

The folder of an hour appears whole, by rename, and is never changed; an hour without a folder has
not been kept yet. Hours are kept in their order. History beside it may go by age or for want of
room; this stays as long as contracts are argued about.

An hour has lines of every circuit in service in the inventory of who keeps it, also of one that
nothing was heard of: that it is unknown is evidence too. Belongs into a worker process.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from inventory.model import Inventory
from sla.canonical import (
    HOUR,
    Heard,
    MonitorLeaf,
    RoundTrips,
    encode,
    leaf_of,
    line_of,
)
from store import _sqlite
from store._members import Members, NotMembersError, pack, unpack
from store.canonical_lines import lines_of
from store.errors import StoreError, from_os
from store.hours import running_file
from store.reader import Reader

FOLDER: Final = "evidence"
MONITOR: Final = "monitor.json"
_SUFFIX: Final = ".jsonl.gz"
_GROUP: Final = 32
"""Lines of a member: of 16 circuits, which are what finding one of them has to unpack."""
_DAY: Final = 86_400


class Written(msgspec.Struct, frozen=True):
    """A carrier's hour as it lies on the disk: what the evidence log takes a leaf of."""

    carrier: str
    hour: int
    path: Path
    lines: list[bytes]


def hour_folder(folder: Path, hour: int) -> Path:
    """Name the folder of the hour that begins at `hour` (UTC seconds)."""
    return folder / datetime.fromtimestamp(hour, UTC).strftime("%Y/%m/%d/%H")


def hours_kept(folder: Path) -> list[int]:
    """Return the hours that were kept, oldest first."""
    return list(_kept(folder, newest_first=False))


def first_kept(folder: Path) -> int | None:
    """Return the oldest hour that was kept, without looking at the others; None = there is none."""
    return next(_kept(folder, newest_first=False), None)


def last_kept(folder: Path) -> int | None:
    """Return the newest hour that was kept, without looking at the others; None = there is none."""
    return next(_kept(folder, newest_first=True), None)


def _kept(folder: Path, *, newest_first: bool) -> Iterator[int]:
    """Yield the hours that were kept, in order. Fifteen years are 131,000 folders."""
    for year in _numbered(folder, 4, newest_first):
        for month in _numbered(year, 2, newest_first):
            for day in _numbered(month, 2, newest_first):
                for path in _numbered(day, 2, newest_first):
                    hour = _hour_of(path)
                    if hour is not None:
                        yield hour


def _numbered(folder: Path, digits: int, newest_first: bool) -> list[Path]:  # noqa: FBT001 - handed on
    with suppress(FileNotFoundError):
        found = (path for path in folder.iterdir() if len(path.name) == digits)
        return sorted((x for x in found if x.name.isdecimal()), reverse=newest_first)
    return []


def hours_of(folder: Path, carrier: str, since: int, until: int) -> list[int]:
    """Return the hours touching [since, until) of which a carrier has lines, oldest first."""
    first = since - since % HOUR
    return [hour for hour in range(first, until, HOUR) if file_of(folder, hour, carrier).exists()]


def file_of(folder: Path, hour: int, carrier: str) -> Path:
    """Name the file of a carrier's hour."""
    return hour_folder(folder, hour) / f"{carrier}{_SUFFIX}"


def carriers_of(folder: Path, hour: int) -> list[str]:
    """Return the carriers that have lines of an hour, in order."""
    return sorted(
        path.name.removesuffix(_SUFFIX) for path in hour_folder(folder, hour).glob(f"*{_SUFFIX}")
    )


def read_hour(folder: Path, hour: int, carrier: str) -> list[bytes]:
    """Return the lines of a carrier's hour in the order of their bytes.

    Raises StoreError: `corrupt` when they are not what was written, as far as gzip can tell.
    """
    path = file_of(folder, hour, carrier)
    with _sqlite.translated(path):
        data = path.read_bytes()
    try:
        return unpack(data)
    except NotMembersError as error:
        raise StoreError("corrupt", path, str(error)) from error


def read_monitor(folder: Path, hour: int) -> MonitorLeaf:
    """Return how the monitor did in an hour. Raises StoreError."""
    path = hour_folder(folder, hour) / MONITOR
    with _sqlite.translated(path):
        data = path.read_bytes()
    try:
        leaf = leaf_of(data)
    except (msgspec.MsgspecError, ValueError) as error:
        raise StoreError("corrupt", path, str(error)) from error
    if not isinstance(leaf, MonitorLeaf):
        raise StoreError("corrupt", path, "another leaf")
    return leaf


def heard_in(folder: Path, hour: int, carrier: str) -> Iterator[tuple[Heard, RoundTrips | None]]:
    """Yield what was heard of each circuit of a carrier in an hour. Raises StoreError."""
    try:
        yield from paired(read_hour(folder, hour, carrier))
    except (msgspec.MsgspecError, ValueError) as error:
        raise StoreError("corrupt", file_of(folder, hour, carrier), str(error)) from error


def circuits_in(
    folder: Path, hour: int, carrier: str, circuits: Collection[str]
) -> Iterator[tuple[Heard, RoundTrips | None]]:
    """Yield the lines of some circuits of a carrier's hour; one that has none is left out.

    Only what they lie in is unpacked. Raises StoreError.
    """
    path = file_of(folder, hour, carrier)
    with _sqlite.translated(path):
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with _sqlite.translated(path), closing(Members(file)) as members:
            for circuit in sorted(circuits):
                yield from paired(members.of(circuit))
    except (NotMembersError, msgspec.MsgspecError, ValueError) as error:
        raise StoreError("corrupt", path, str(error)) from error


def paired(lines: Iterable[bytes]) -> Iterator[tuple[Heard, RoundTrips | None]]:
    """Read lines in the order of their bytes; give what was heard with its round trips.

    Raises msgspec.MsgspecError, ValueError.
    """
    trips: RoundTrips | None = None
    for line in lines:
        made = line_of(line)
        if isinstance(made, RoundTrips):
            trips = made
        else:
            yield made, trips if trips is not None and trips.circuit == made.circuit else None
            trips = None


def pending(folder: Path, history: Path, first: int | None, told_until: int) -> Iterator[int]:
    """Yield the hours that should be kept next, in order.

    `first`: when the monitor lived first (None = never); `told_until`: up to when the ledger has
    said all. It stops at an hour whose history is not sealed yet.
    """
    if first is None:
        return
    last = last_kept(folder)
    hour = first - first % HOUR if last is None else last + HOUR
    while hour + HOUR <= told_until and not running_file(history, hour).exists():
        yield hour
        hour += HOUR


def keep_hour(
    folder: Path,
    history: Path,
    hour: int,
    inventory: Inventory,
    ledger: Reader,
    clock: int | None,
    *,
    heard: bool = True,
) -> list[Written]:
    """Keep an hour for ever; return what its carriers' files hold, by carrier.

    Its history must be sealed, and the ledger know all about it. `clock`: worst offset of our clock
    in microseconds, None = nobody to ask. `heard` False: the sealed hour cannot be read, so only
    what was decided is kept. Kept again it must come to the same bytes: if not, StoreError
    (`differs`), and what was kept first stays. Other StoreErrors: nothing was kept.
    """
    lines = lines_of(history if heard else None, hour, inventory, ledger)
    return write_hour(folder, lines, monitor_leaf(ledger, hour, clock))


def write_hour(
    folder: Path, lines: Mapping[str, list[bytes]], monitor: MonitorLeaf
) -> list[Written]:
    """Write the lines of an hour by carrier, in the order of their bytes. As `keep_hour`."""
    hour, leaf = monitor.hour, encode(monitor)
    written = [
        Written(carrier, hour, file_of(folder, hour, carrier), found)
        for carrier, found in sorted(lines.items())
    ]
    final = hour_folder(folder, hour)
    if final.exists():
        _compare(folder, hour, written, leaf)
        return written
    files = {one.path.name: pack(one.lines, _GROUP) for one in written}
    try:
        _write_folder(final, {MONITOR: leaf, **files})
    except OSError as error:
        raise from_os(error, final) from error
    return written


def _compare(folder: Path, hour: int, written: Sequence[Written], leaf: bytes) -> None:
    same = [one.carrier for one in written] == carriers_of(folder, hour)
    same = same and all(read_hour(folder, hour, one.carrier) == one.lines for one in written)
    if not same or encode(read_monitor(folder, hour)) != leaf:
        raise StoreError("differs", hour_folder(folder, hour))


def _write_folder(final: Path, files: Mapping[str, bytes]) -> None:
    """Let a folder of private files appear whole."""
    temporary = final.with_name(f".{final.name}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    _sqlite.private_folder(final.parent)
    _sqlite.private_folder(temporary)
    for name, content in files.items():
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC
        with open(os.open(temporary / name, flags, _sqlite.PRIVATE), "wb") as file:  # noqa: PTH123 - opened with its mode
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    _sqlite.sync_folder(temporary)
    temporary.rename(final)
    _sqlite.sync_folder(final.parent)


def monitor_leaf(ledger: Reader, hour: int, clock: int | None) -> MonitorLeaf:
    """Return how the monitor did in an hour, by the ledger. Offsets from its start."""
    alive = ((run.start, run.end) for run in ledger.heartbeats())
    blind = ((one.since, one.until) for one in ledger.blinds(hour, hour + HOUR))
    return MonitorLeaf(hour, _within(alive, hour), _within(blind, hour), clock)


def _within(spans: Iterable[tuple[int, int | None]], hour: int) -> tuple[tuple[int, int], ...]:
    return tuple(
        (max(start - hour, 0), HOUR if end is None else min(end - hour, HOUR))
        for start, end in spans
        if start < hour + HOUR and (end is None or end > hour)
    )


def sweep(folder: Path, now: int, years: int) -> list[int]:
    """Delete hours of which the last is `years` (of 366 days) old or older; return them.

    Only by age: no want of room takes evidence away. Raises StoreError.
    """
    gone = []
    for hour in _kept(folder, newest_first=False):
        if hour + HOUR > now - years * 366 * _DAY:
            break
        path = hour_folder(folder, hour)
        with _sqlite.translated(path):
            shutil.rmtree(path)
        gone.append(hour)
        for empty in list(path.parents)[:3]:
            with suppress(OSError):
                empty.rmdir()  # one that still holds another hour stays
    return gone


def _hour_of(path: Path) -> int | None:
    year, month, day, hour = path.parts[-4:]
    try:
        begins = datetime.strptime(f"{year}{month}{day}{hour}+0000", "%Y%m%d%H%z")
    except ValueError:
        return None
    return int(begins.timestamp())
