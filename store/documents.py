"""Files that people hand in as evidence, by the SHA-256 of what is in them.

    documents/3f/9a...   0600; a file is never changed, and read only while it still has its hash

What a file is is told by its content, never by its name or by who sends it, and only what is of
use as evidence is taken. Nobody's text is part of a path.
"""

from __future__ import annotations

import codecs
import hashlib
import os
import re
import secrets
import threading
from pathlib import Path
from typing import Final

import msgspec

from store import _sqlite
from store.errors import StoreError

FOLDER: Final = "documents"
LARGEST: Final = 20 * 1024 * 1024
"""Octets of one file."""
MOST: Final = 100_000
MOST_OCTETS: Final = 40 * 1024**3
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_LOOKED_AT: Final = 64 * 1024
"""Octets of a text that are looked at; of the rest only that there is no NUL."""
_MAGIC: Final[tuple[tuple[bytes, str], ...]] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)
_ZIP: Final = b"PK\x03\x04"
_PACKED: Final[tuple[tuple[bytes, str], ...]] = (
    (b"OFD.xml", "application/ofd"),
    (b"xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (
        b"word/document.xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
)
_MAIL: Final = re.compile(
    rb"(?:[!-9;-~]+:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*)*"
    rb"(?:From|Received|Return-Path|Message-ID|Date|Subject):",
    re.IGNORECASE,
)
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


class DocumentError(ValueError):
    """A file that is not taken; `code`: `empty`, `too_large`, `not_allowed` or `full`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Kept(msgspec.Struct, frozen=True):
    """A file that is kept: SHA-256 (hex), octets, and what it is."""

    sha256: str
    size: int
    media: str


def media_of(content: bytes) -> str | None:
    """Say what a file is, as a media type; None = nothing that is taken as evidence."""
    for magic, media in _MAGIC:
        if content.startswith(magic):
            return media
    if content.startswith(_ZIP):
        # Names of members stand in a zip as they are; it is not unpacked.
        return next((media for name, media in _PACKED if name in content), "application/zip")
    if not _is_text(content):
        return None
    head = content[:_LOOKED_AT].removeprefix(codecs.BOM_UTF8)
    return "message/rfc822" if _MAIL.match(head) else "text/plain"


def _is_text(content: bytes) -> bool:
    head, whole = content[:_LOOKED_AT], len(content) <= _LOOKED_AT
    if b"\x00" in content:
        return False
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(head, whole)
        except UnicodeDecodeError:
            continue
        return _CONTROLS.search(text) is None
    return False


class Documents:
    """The files of one store. Its methods block on the disk; any thread may call them."""

    def __init__(self, store: Path, most: int = MOST, most_octets: int = MOST_OCTETS) -> None:
        self._folder = store / FOLDER
        self._most = most
        self._most_octets = most_octets
        self._counted: tuple[int, int] | None = None
        self._writing = threading.Lock()

    def keep(self, content: bytes) -> Kept:
        """Keep a file, whole and on the disk, or not at all. Raises DocumentError, StoreError.

        One that is there already is not written again, unless it was damaged.
        """
        if not content:
            raise DocumentError("empty")
        if len(content) > LARGEST:
            raise DocumentError("too_large")
        media = media_of(content)
        if media is None:
            raise DocumentError("not_allowed")
        sha256 = hashlib.sha256(content).hexdigest()
        path = self._path(sha256)
        with self._writing, _sqlite.translated(path):
            if not self._is_whole(path, sha256):
                self._write(path, content)
        return Kept(sha256, len(content), media)

    def find(self, sha256: str) -> Kept | None:
        """Say what a file is; None = there is none of that hash. Raises StoreError."""
        content = self.read(sha256)
        if content is None:
            return None
        return Kept(sha256, len(content), media_of(content) or "application/octet-stream")

    def read(self, sha256: str) -> bytes | None:
        """Return a file, or None where there is none of that hash.

        Raises StoreError; `corrupt`: it is not what it was, and nothing of it is returned.
        """
        if _SHA256.fullmatch(sha256) is None:
            return None
        path = self._path(sha256)
        with _sqlite.translated(path):
            try:
                handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            except FileNotFoundError:
                return None
            with open(handle, "rb") as file:  # noqa: PTH123 - opened with its flags
                content = file.read(LARGEST + 1)
        if hashlib.sha256(content).hexdigest() != sha256:
            raise StoreError("corrupt", path, f"not {sha256}")
        return content

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256[2:]

    def _is_whole(self, path: Path, sha256: str) -> bool:
        try:
            return hashlib.sha256(path.read_bytes()).hexdigest() == sha256
        except FileNotFoundError:
            return False

    def _write(self, path: Path, content: bytes) -> None:
        count, octets = self._count()
        if count >= self._most or octets + len(content) > self._most_octets:
            raise DocumentError("full")
        fresh_folder = not path.parent.exists()
        _sqlite.private_folder(path.parent)
        fresh = path.with_name(f".{secrets.token_hex(8)}.new")
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            with open(os.open(fresh, flags, _sqlite.PRIVATE), "wb") as file:  # noqa: PTH123 - its mode
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        _sqlite.sync_folder(path.parent)
        if fresh_folder:
            _sqlite.sync_folder(self._folder)
        self._counted = (count + 1, octets + len(content))

    def _count(self) -> tuple[int, int]:
        """Return how many files there are and their octets; counted once."""
        if self._counted is None:
            sizes = [path.stat().st_size for path in self._folder.glob("??/*") if path.is_file()]
            self._counted = (len(sizes), sum(sizes))
        return self._counted
