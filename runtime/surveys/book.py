"""What the survey saw, kept and compared in the one thread that has the file.

Nothing here raises for what a disk refuses: it is logged when it begins, counted, and `failure`
says so until it works again. A damaged file is set aside and begun anew.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from collectors._inspection import Inspection, Missing
from runtime.surveys.drift import Declared, Names, compare
from runtime.surveys.findings import Found, State, accept, settle
from runtime.surveys.stations import at_home, compare_stations
from store.errors import EntryError, StoreError
from store.observed import Head, Observed, Row, open_observed

T = TypeVar("T")

_log = logging.getLogger("extranet.survey")
_inspection: Final = msgspec.json.Decoder(Inspection).decode
_state: Final = msgspec.json.Decoder(State).decode
_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of comparing one device; `home`: registered addresses seen where they belong."""

    device: str
    found: tuple[Found, ...]
    state: State
    home: frozenset[str]
    accepted: bool = False


class Book:
    """The file of what was seen, and the thread that has it."""

    def __init__(self, folder: Path, now: Callable[[], int]) -> None:
        self._folder = folder
        self._now = now
        self._thread: ThreadPoolExecutor | None = None
        self._observed: Observed | None = None
        self.failure = ""
        self.counts: Counter[str] = Counter()

    @property
    def is_open(self) -> bool:
        """Whether something can be kept."""
        return self._observed is not None

    async def open(self) -> bool:
        """Open the file; False where the disk refuses."""
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "observed")
        self._observed = await self._do(open_observed, self._folder, self._now())
        if self._observed is not None:
            self._tell_aside(self._observed)
        return self.is_open

    async def close(self) -> None:
        """Close the file and end the thread."""
        if self._observed is not None:
            await self._do(self._observed.close)
            self._observed = None
        if self._thread is not None:
            self._thread.shutdown()

    async def heads(self, devices: Collection[str], before: int) -> Sequence[Head]:
        """Return of whom something is kept; others than these go when they are older."""
        observed = self._observed
        if observed is None:
            return ()
        await self._do(observed.forget, devices, before)
        return await self._do(observed.heads) or ()

    async def keep(self, device: str, seen_at: int, name: str, document: bytes) -> bool:
        """Keep what was seen of a device; what is normal there stays. False = refused."""
        observed = self._observed
        if observed is None:
            return False
        return bool(await self._do(_keep, observed, device, seen_at, name, document))

    async def compare(
        self,
        declared: Declared,
        names: Names,
        is_home: Callable[[str], bool],
        taken: str,
        person: str,
    ) -> Compared | None:
        """Compare a device with what is declared; accept the finding `taken`, if it is named.

        None where nothing is kept of it, or nothing can be.
        """
        observed = self._observed
        if observed is None:
            return None
        return await self._do(
            _compared, observed, declared, names, is_home, self._now(), taken, person
        )

    async def _do(self, step: Callable[..., T], *arguments: object) -> T | None:
        """Do something with the file in its thread; None where it refused."""
        assert self._thread is not None
        loop = asyncio.get_running_loop()
        try:
            done = await loop.run_in_executor(self._thread, step, *arguments)
        except EntryError as error:
            self.counts["refused"] += 1
            _log.error("not kept", extra={"device": error.entry, "why": error.detail})
            return None
        except StoreError as error:
            self.counts["store_failures"] += 1
            if self.failure != error.code:
                _log.error("cannot keep what was seen", extra={"code": error.code}, exc_info=error)
            self.failure = error.code
            if error.code == "corrupt" and self._observed is not None:
                await self._begin_anew(self._observed)
            return None
        self.failure = ""
        return done

    async def _begin_anew(self, observed: Observed) -> None:
        await self._do(observed.begin_anew, self._now())
        self._tell_aside(observed)

    def _tell_aside(self, observed: Observed) -> None:
        if observed.aside is not None:
            self.counts["set_aside"] += 1
            _log.error("damaged, and begun anew", extra={"aside": observed.aside.name})


# In the thread of the file.


def _keep(observed: Observed, device: str, seen_at: int, name: str, document: bytes) -> bool:
    before = observed.row(device)
    state = b"{}" if before is None else before.state
    try:
        observed.keep(Row(device, seen_at, name, document, state))
    except EntryError:
        shorter = _without_stations(document)
        if shorter is None:
            raise
        observed.keep(Row(device, seen_at, name, shorter, state))
    return True


def _without_stations(document: bytes) -> bytes | None:
    """Return a reading without its longest part, which it is said to miss; None = it has none."""
    seen = _inspection(document)
    if not seen.stations:
        return None
    gap = Missing("stations", "dot1qTpFdbTable", "too_many_rows")
    return _encode(replace(seen, stations=(), missing=(*seen.missing, gap)))


def _compared(
    observed: Observed,
    declared: Declared,
    names: Names,
    is_home: Callable[[str], bool],
    at: int,
    taken: str,
    person: str,
) -> Compared | None:
    row = observed.row(declared.device.id)
    if row is None:
        return None
    try:
        seen = _inspection(row.document)
    except msgspec.DecodeError as error:  # until it is read again
        raise EntryError(observed.path, row.device, f"of another version: {error}") from error
    before = _state_of(row)
    home = at_home(declared, seen)
    missing = {one.section for one in seen.missing}

    def once(state: State) -> tuple[list[Found], State]:
        found, after = compare(declared, seen, names, state)
        found += compare_stations(declared, seen, names, lambda mac: mac in home or is_home(mac))
        return found, after

    found, after = once(before)
    known = {**before.open, **{one.id: one for one in found}}
    wanted = [known[taken]] if taken in known else []
    for one in wanted:
        found, after = once(accept(after, one, person, at))
    left, after = settle(found, after, row.seen_at, missing=missing)
    if after != before:
        observed.keep_state(row.device, _encode(after))
    return Compared(row.device, tuple(left), after, home, accepted=bool(wanted))


def _state_of(row: Row) -> State:
    try:
        return _state(row.state)
    except msgspec.DecodeError:
        _log.exception("what is normal is not known any more", extra={"device": row.device})
        return State()
