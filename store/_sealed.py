"""Full configurations at rest: AES-256-GCM (NIST SP 800-38D), one file per revision.

    XCFG1 | 8 characters: name of the key | 12 bytes: nonce | zlib text, enciphered, with its tag

The nonce is random; device and revision are authenticated along, so that no file can be taken for
another. Files appear whole or not at all, mode 0600.
"""

from __future__ import annotations

import hmac
import os
import secrets
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from store import _sqlite
from store.errors import StoreError

KEY_BYTES: Final = 32
_MAGIC: Final = b"XCFG1"
_NAME: Final = 8
_NONCE: Final = 12
_SUFFIX: Final = ".enc"
_LARGEST: Final = 64 << 20


class Sealed:
    """The folder of full texts. `key`: 32 bytes."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder = folder
        self._cipher = AESGCM(key)
        self._name = hmac.digest(key, b"name of the key", "sha256").hex()[:_NAME].encode()

    def keep(self, device: str, revision: str, text: str) -> None:
        """Write the text of a revision. Raises StoreError."""
        nonce = secrets.token_bytes(_NONCE)
        plain = zlib.compress(text.encode())
        sealed = self._cipher.encrypt(nonce, plain, _bound(device, revision))
        write(self._path(device, revision), _MAGIC + self._name + nonce + sealed)

    def text(self, device: str, revision: str) -> str:
        """Return the text of a revision.

        Raises StoreError: `unopened` there is none, `wrong_key`, `corrupt` (not what was written).
        """
        path = self._path(device, revision)
        with _sqlite.translated(path):
            content = path.read_bytes()
        head = len(_MAGIC) + _NAME
        if not content.startswith(_MAGIC) or len(content) < head + _NONCE:
            raise StoreError("corrupt", path)
        if not hmac.compare_digest(content[len(_MAGIC) : head], self._name):
            raise StoreError(
                "wrong_key", path, content[len(_MAGIC) : head].decode("ascii", "replace")
            )
        nonce, sealed = content[head : head + _NONCE], content[head + _NONCE :]
        try:
            plain = self._cipher.decrypt(nonce, sealed, _bound(device, revision))
        except InvalidTag as error:
            raise StoreError("corrupt", path) from error
        return zlib.decompressobj().decompress(plain, _LARGEST).decode()

    def revisions(self, device: str) -> frozenset[str]:
        """Return the revisions of which there is a text."""
        files = (self._folder / device).glob(f"*{_SUFFIX}")
        return frozenset(path.name.removesuffix(_SUFFIX) for path in files)

    def keep_only(self, device: str, revisions: Collection[str]) -> None:
        """Delete the texts of other revisions. Raises StoreError."""
        for gone in self.revisions(device).difference(revisions):
            path = self._path(device, gone)
            with _sqlite.translated(path):
                path.unlink(missing_ok=True)

    def _path(self, device: str, revision: str) -> Path:
        return self._folder / device / f"{revision}{_SUFFIX}"


def write(path: Path, content: bytes) -> None:
    """Write a private file that appears whole or not at all. Raises StoreError."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    with _sqlite.translated(path):
        _sqlite.private_folder(path.parent)
        try:
            flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC
            with open(os.open(temporary, flags, _sqlite.PRIVATE), "wb") as file:  # noqa: PTH123
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.rename(path)
        finally:
            temporary.unlink(missing_ok=True)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _bound(device: str, revision: str) -> bytes:
    return f"{device}\0{revision}".encode()
