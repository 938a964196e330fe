"""Reports of carriers as they were made, one folder for each revision of a period.

    reports/telecom/2026Q4/r1/report.json      the document (`sla.report`)
                              register.json    the circuits and contracts it is about
                              rules.yaml       the rules it was made by
                              report.zh.xlsx   views that were asked for beforehand

Whether a revision is settled the records say (`PeriodClosed`), not the disk: until then its files
are drafts and are made anew, afterwards they are never written again, and whoever reads them
compares them with the record.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from store import _sqlite
from store.errors import StoreError

FOLDER: Final = "reports"
REPORT: Final = "report.json"
REGISTER: Final = "register.json"
RULES: Final = "rules.yaml"
_CARRIER: Final = re.compile(r"[a-z0-9][a-z0-9.-]*")
_PERIOD: Final = re.compile(r"[0-9][0-9Q.-]{3,24}")
_REVISION: Final = re.compile(r"r([1-9][0-9]{0,5})")
_LARGEST: Final = 1 << 30


class Place(NamedTuple):
    """A revision of a carrier's period."""

    carrier: str
    period: str
    revision: int


def folder_of(store: Path, place: Place) -> Path:
    """Name the folder of a revision. Raises ValueError for what can be no name of one."""
    named = _CARRIER.fullmatch(place.carrier) and _PERIOD.fullmatch(place.period)
    if not named or place.revision < 1:
        raise ValueError("no name of a report")
    return store / FOLDER / place.carrier / place.period / f"r{place.revision}"


def kept(store: Path) -> Iterator[Place]:
    """Yield every revision that has a report, by carrier, period and revision."""
    for path in sorted((store / FOLDER).glob(f"*/*/r*/{REPORT}")):
        carrier, period, name = path.parts[-4:-1]
        found = _REVISION.fullmatch(name)
        if found and _CARRIER.fullmatch(carrier) and _PERIOD.fullmatch(period):
            yield Place(carrier, period, int(found[1]))


def write(store: Path, place: Place, files: Mapping[str, bytes]) -> None:
    """Write files of a revision, each whole or not at all, on the disk. Raises StoreError.

    The report comes last: where it is, what it was made from is there.
    """
    folder = folder_of(store, place)
    with _sqlite.translated(folder):
        _sqlite.private_folder(folder)
        for name in sorted(files, key=lambda name: name == REPORT):
            _exchange(folder / name, files[name])
        _sqlite.sync_folder(folder)


def _exchange(path: Path, content: bytes) -> None:
    fresh = path.with_name(f".{path.name}.new")
    flags = os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW
    with open(os.open(fresh, flags, _sqlite.PRIVATE), "wb") as file:  # noqa: PTH123 - its mode
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def read(store: Path, place: Place, name: str = REPORT, sha256: str = "") -> bytes:
    """Return a file of a revision. Raises StoreError, FileNotFoundError.

    `sha256` (hex): what a record says of it; a file that is another one is `corrupt`, and nothing
    of it is returned.
    """
    path = folder_of(store, place) / name
    if not path.is_file():
        raise FileNotFoundError(path)
    with _sqlite.translated(path):
        if path.stat().st_size > _LARGEST:
            raise StoreError("corrupt", path, "too large")
        data = path.read_bytes()
    if sha256 and hashlib.sha256(data).hexdigest() != sha256:
        raise StoreError("corrupt", path, f"not {sha256}")
    return data
