"""Key files: Ed25519 (RFC 8032) as PEM of PKCS 8, readable by their owner only.

There are two. The log key lives with the monitor and signs each hour's checkpoint. The report key
lives where reports are signed, with a passphrase or on a medium that is put away, and never with
the monitor: whoever breaks into the monitor can then sign no report.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final, Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_LARGEST: Final = 16 << 10
_PRIVATE: Final = 0o600
_OTHERS: Final = 0o077

KeyCode = Literal["exists", "unwritable", "unreadable", "open_to_others", "no_key", "passphrase"]


class KeyFileError(Exception):
    """A key file cannot be used. `code` says why; nothing of its content is in it."""

    def __init__(self, code: KeyCode, path: Path) -> None:
        super().__init__(f"{path}: {code}")
        self.code: KeyCode = code
        self.path = path


def make(path: Path, passphrase: bytes = b"") -> Ed25519PrivateKey:
    """Make a key and its file, mode 0600, enciphered where there is a passphrase.

    Raises KeyFileError: `exists` (no key is ever written over), `unwritable`.
    """
    key = Ed25519PrivateKey.generate()
    cipher: serialization.KeySerializationEncryption = (
        serialization.BestAvailableEncryption(passphrase)
        if passphrase
        else serialization.NoEncryption()
    )
    content = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, cipher
    )
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC
    try:
        with open(os.open(path, flags, _PRIVATE), "wb") as file:  # noqa: PTH123 - opened with its mode
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as error:
        raise KeyFileError("exists", path) from error
    except OSError as error:
        raise KeyFileError("unwritable", path) from error
    return key


def read(path: Path, passphrase: bytes = b"") -> Ed25519PrivateKey:
    """Read a key file. Raises KeyFileError: `unreadable`, `open_to_others`, `no_key`, `passphrase`.

    `passphrase`: it is wrong, missing, or given for a key that has none.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise KeyFileError("unreadable", path) from error
    if stat.S_IMODE(mode) & _OTHERS:
        raise KeyFileError("open_to_others", path)
    if len(content) > _LARGEST:
        raise KeyFileError("no_key", path)
    try:
        key = serialization.load_pem_private_key(content, passphrase or None)
    except TypeError as error:
        raise KeyFileError("passphrase", path) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        enciphered = b"ENCRYPTED" in content.partition(b"\n")[0]
        raise KeyFileError("passphrase" if enciphered else "no_key", path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError("no_key", path)
    return key
