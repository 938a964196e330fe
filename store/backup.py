"""One file that holds the whole store, and the way back.

A backup is a tar file: `ledger.sqlite`, `history/...`, `evidence/...`, `reports/...`,
`recordings/...`, the configurations (all histories as one git bundle, the sealed texts, the salt;
not their key), and last `manifest.json` with the SHA-256 of each. It is taken from a store that
runs: the databases are copied by `VACUUM INTO`, which reads one consistent state
(https://sqlite.org/lang_vacuum.html#vacuuminto); sealed files never change.
"""

from __future__ import annotations

import hashlib
import io
import os
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Final

import msgspec

from store import _sqlite
from store.configurations import BUNDLE, FULL, SALT, Configurations
from store.documents import FOLDER as DOCUMENTS
from store.errors import StoreError
from store.evidence_log import EVIDENCE, HASHES, LEAVES
from store.evidence_log import FOLDER as LOG
from store.evidence_notes import CHECKPOINTS, COSIGNATURES, WITNESSES
from store.hours import FOLDER as HISTORY
from store.ledger import FILE as LEDGER
from store.recording import FOLDER as RECORDINGS
from store.reports import FOLDER as REPORTS

MANIFEST: Final = "manifest.json"
_FORMAT: Final = 1
_BLOCK: Final = 1 << 20
LOG_FILES: Final = ("log.pub", WITNESSES, COSIGNATURES, CHECKPOINTS, HASHES, LEAVES)
_FOLDERS: Final = frozenset({HISTORY, EVIDENCE, LOG, RECORDINGS, REPORTS, FULL, DOCUMENTS})


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a backup holds: SHA-256 (hex) by name. `taken_at`: UTC seconds."""

    format: int
    taken_at: int
    files: dict[str, str]


def backup(store: Path, file: Path, now: int) -> Manifest:
    """Write all of a store into `file` (mode 0600); it appears whole or not at all.

    Only reads the store, so it may run in another process than the monitor. Raises StoreError.
    """
    temporary = file.with_name(f".{file.name}.tmp")
    with _sqlite.translated(file), TemporaryDirectory(dir=file.parent) as scratch:
        handle = os.open(
            temporary, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC, _sqlite.PRIVATE
        )
        try:
            with open(handle, "wb") as content:  # noqa: PTH123 - opened with its mode
                manifest = _write(store, content, Path(scratch), now)
                content.flush()
                os.fsync(content.fileno())
            temporary.rename(file)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    return manifest


def _write(store: Path, content: IO[bytes], scratch: Path, now: int) -> Manifest:
    sums: dict[str, str] = {}
    with tarfile.open(fileobj=content, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in _files(store):
            name = path.relative_to(store).as_posix()
            try:
                source = _snapshot(path, scratch) if path.suffix == ".sqlite" else path
                sums[name] = _add(archive, name, source)
            except FileNotFoundError:
                # An hour that was sealed or went meanwhile; its Parquet file is listed later.
                continue
        bundle = scratch / BUNDLE
        if Configurations(store, None).bundle(bundle):
            sums[BUNDLE] = _add(archive, BUNDLE, bundle)
        manifest = Manifest(_FORMAT, now, sums)
        _add_bytes(archive, MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
    return manifest


def _files(store: Path) -> Iterator[Path]:
    """Yield what a backup holds. SQLite first: an hour that is sealed meanwhile is not missed."""
    ledger = store / LEDGER
    if not ledger.exists():
        raise StoreError("unopened", ledger, "there is no ledger", temporary=True)
    # The log before the ledger, which may have more records than the log but never fewer; its
    # leaves after what counts them. Its key is no part of a backup.
    yield from (path for name in LOG_FILES if (path := store / LOG / name).exists())
    yield ledger
    yield from sorted((store / HISTORY).glob("**/*.sqlite"))
    yield from sorted((store / HISTORY).glob("**/*.parquet"))
    # Not a folder that is being written, nor a day's rows on their way.
    yield from sorted((store / EVIDENCE).glob("[0-9]*/??/??/[0-2][0-9]/*"))
    yield from sorted((store / EVIDENCE).glob("days/*.parquet"))
    yield from sorted((store / DOCUMENTS).glob("[0-9a-f][0-9a-f]/*[0-9a-f]"))
    yield from sorted((store / REPORTS).glob("*/*/r[0-9]*/[a-z]*"))
    yield from sorted((store / RECORDINGS).glob("*.msgpack"))
    yield from sorted((store / FULL).glob("*/*.enc"))
    yield from (store / SALT,) if (store / SALT).exists() else ()


def _snapshot(path: Path, scratch: Path) -> Path:
    copy = scratch / "snapshot.sqlite"
    copy.unlink(missing_ok=True)
    if not path.exists():
        raise FileNotFoundError(path)
    # Not by `open_reader`: `query_only` refuses to write the copy too.
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as source:
        source.execute("PRAGMA busy_timeout = 5000")
        source.execute("VACUUM INTO ?", (str(copy),))
    return copy


def _add(archive: tarfile.TarFile, name: str, source: Path) -> str:
    with source.open("rb") as content:
        # A recording grows meanwhile: what it holds now is taken.
        size = os.fstat(content.fileno()).st_size
        digest = _Hashing(content)
        archive.addfile(_member(name, size), digest)
        return digest.sha256.hexdigest()


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    archive.addfile(_member(name, len(content)), io.BytesIO(content))


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = _sqlite.PRIVATE
    return member


class _Hashing(io.RawIOBase):
    """A file that is hashed as it is read."""

    def __init__(self, source: IO[bytes]) -> None:
        super().__init__()
        self._source = source
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._source.read(size)
        self.sha256.update(block)
        return block


def restore(file: Path, store: Path) -> Manifest:
    """Put a backup back into `store`, which must be absent or empty; all of it or nothing.

    Raises StoreError: `not_empty`, `not_a_backup`, `damaged` (names the file whose sum is wrong,
    or that is missing or was not in the manifest), or what the disk says.
    """
    with _sqlite.translated(file):
        if store.exists() and any(store.iterdir()):
            raise StoreError("not_empty", store)
        _sqlite.private_folder(store)
        # Inside, since the folder may be a file system of its own. The ledger moves last: where
        # it is missing, no monitor takes what is there for a store.
        with TemporaryDirectory(dir=store, prefix=".restoring-") as scratch:
            manifest = _unpack(file, Path(scratch))
            for part in sorted(Path(scratch).iterdir(), key=lambda part: part.name == LEDGER):
                part.rename(store / part.name)
    return manifest


def _unpack(file: Path, folder: Path) -> Manifest:
    sums: dict[str, str] = {}
    manifest: Manifest | None = None
    try:
        with tarfile.open(file, mode="r:") as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isreg() else None
                if content is None or not _is_ours(member.name):
                    raise StoreError("damaged", file, f"{member.name!r} does not belong there")
                if member.name == MANIFEST:
                    manifest = msgspec.json.decode(content.read(), type=Manifest)
                else:
                    sums[member.name] = _extract(content, folder / member.name)
    except (tarfile.TarError, msgspec.DecodeError) as error:
        raise StoreError("not_a_backup", file, str(error)) from error
    if manifest is None or manifest.format != _FORMAT:
        raise StoreError("not_a_backup", file, f"no {MANIFEST} of format {_FORMAT} in it")
    wrong = {name for name, _ in manifest.files.items() ^ sums.items()}
    if wrong:
        raise StoreError("damaged", file, ", ".join(sorted(wrong)))
    return manifest


def _is_ours(name: str) -> bool:
    """Say whether a member may be written: a known place, no way out of the folder."""
    parts = PurePosixPath(name).parts
    if name in {LEDGER, MANIFEST, BUNDLE, SALT}:
        return True
    return len(parts) > 1 and parts[0] in _FOLDERS and ".." not in parts


def _extract(content: IO[bytes], path: Path) -> str:
    _sqlite.private_folder(path.parent)
    sha256 = hashlib.sha256()
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, _sqlite.PRIVATE)
    with open(handle, "wb") as target:  # noqa: PTH123 - opened with its mode
        while block := content.read(_BLOCK):
            sha256.update(block)
            target.write(block)
        target.flush()
        os.fsync(target.fileno())
    return sha256.hexdigest()
