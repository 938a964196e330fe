"""A bundle on the disk: one ZIP whose files are stored, in the order of their names.

No time and nothing of this machine is in it, so that the same bundle is the same bytes. Somebody
else's may be meant to do harm: names, sizes and numbers are looked at before anything is read.
"""

from __future__ import annotations

import gzip
import io
import os
import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from sla.bundle import name_of
from sla.bundle_check import BundleError

_NAME: Final = re.compile(
    r"[a-zA-Z]{1,20}\.[a-z]{1,5}|evidence/[0-9]{1,12}\.jsonl\.gz|log/[a-z]{1,20}(\.jsonl?)?",
    re.ASCII,
)
_MOST: Final = 30_000
"""Files: hours of three years, and a few."""
_LARGEST: Final = 1 << 30
"""Bytes of a file."""
_PLAIN: Final = 1 << 28
"""Bytes of an hour, unpacked: one of 100,000 circuits has fewer."""
_MOST_RATIO: Final = 20
"""All files unpacked are not larger than the archive so many times: ours are stored as they are."""
_SMALL: Final = 1 << 20
_LEAST_LINE: Final = 40
"""Bytes of a canonical line; one that names a circuit and an hour has more."""
_ENCRYPTED: Final = 1
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_PRIVATE: Final = 0o600
_UNIX: Final = 3
_DAMAGED: Final = (
    BadZipFile, EOFError, OSError, OverflowError, RuntimeError, ValueError,
    struct.error, zlib.error,
)  # fmt: skip
"""What zipfile raises at what is none; NotImplementedError is a RuntimeError."""


class BundleFiles(Mapping[str, bytes]):
    """The files of a ZIP, read when they are asked for. Raises BundleError; close it."""

    def __init__(self, path: Path) -> None:
        """Look at the directory of the archive. Raises BundleError, OSError."""
        try:
            self._archive = ZipFile(path)
        except (BadZipFile, struct.error, ValueError, RuntimeError, OverflowError) as error:
            raise BundleError("not_a_bundle", path.name, str(error)[:120]) from error
        try:
            most = _SMALL + path.stat().st_size * _MOST_RATIO
            self._known = _looked_at(self._archive.infolist(), path.name, most)
        except BundleError:
            self._archive.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._archive.close()

    def __getitem__(self, name: str) -> bytes:
        known = self._known[name]
        try:
            return self._archive.read(known)
        except _DAMAGED as error:
            raise BundleError("unread", name, str(error)[:120]) from error

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def lines(self, hour: int) -> list[bytes]:
        """Return the lines of an hour of evidence. Raises BundleError."""
        name = name_of(hour)
        return unpacked(name, self[name])


def _looked_at(found: Iterable[ZipInfo], archive: str, most: int) -> dict[str, ZipInfo]:
    known: dict[str, ZipInfo] = {}
    for one in found:
        name = one.filename
        if not _NAME.fullmatch(name):
            raise BundleError("unknown", ascii(name)[:80])
        if name in known or len(known) == _MOST:
            raise BundleError("twice" if name in known else "too_large", name)
        stored = one.compress_type in {ZIP_STORED, ZIP_DEFLATED}
        if one.file_size > _LARGEST or one.flag_bits & _ENCRYPTED or not stored:
            raise BundleError("too_large" if one.file_size > _LARGEST else "unread", name)
        known[name] = one
    if sum(one.file_size for one in known.values()) > most:
        raise BundleError("too_large", archive)
    return known


def unpacked(name: str, data: bytes) -> list[bytes]:
    """Return the lines of a gzip file, bounded. Raises BundleError."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            plain = file.read(_PLAIN + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise BundleError("unread", name, str(error)[:120]) from error
    if len(plain) > _PLAIN or plain.count(b"\n") * _LEAST_LINE > len(plain):
        raise BundleError("too_large", name)
    if not plain:
        return []
    if not plain.endswith(b"\n"):
        raise BundleError("unread", name)
    return plain[:-1].split(b"\n")


def write(path: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write a bundle, whole or not at all, readable by its owner only. Raises OSError."""
    fresh = path.with_name(f".{path.name}.new")
    flags = os.O_CREAT | os.O_TRUNC | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        with open(os.open(fresh, flags, _PRIVATE), "w+b") as file:  # noqa: PTH123 - opened with its mode
            with ZipFile(file, "w", ZIP_STORED) as archive:
                for name, data in files:
                    about = ZipInfo(name, _EPOCH)
                    about.create_system, about.external_attr = _UNIX, _PRIVATE << 16
                    archive.writestr(about, data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
