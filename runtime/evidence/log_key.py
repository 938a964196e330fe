"""The log key and its public half, beside the log.

    evidence-log/log.key    private, mode 0600, made with the first checkpoint
    evidence-log/log.pub    name and public key in one word: what carriers and auditors are given

Once something was signed no other key takes its place by itself: whoever holds the word could no
longer check anything.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sla.proof import keys, note
from sla.proof.keys import KeyFileError
from sla.proof.note import NoteError, Verifier

PRIVATE: Final = "log.key"
PUBLIC: Final = "log.pub"
_LARGEST: Final = 4096


class LogKeyError(Exception):
    """The log cannot be signed. `code`: `key_missing`, `key_changed`, `origin_changed`, ..."""

    def __init__(self, code: str, path: Path) -> None:
        super().__init__(f"{path}: {code}")
        self.code = code
        self.path = path


@dataclass(frozen=True, slots=True)
class LogKey:
    """The key that signs, and what others check with."""

    key: Ed25519PrivateKey
    known: Verifier


def public_key(folder: Path) -> Verifier | None:
    """Return a log's public key, None = nothing was signed yet. Raises LogKeyError, OSError."""
    path = folder / PUBLIC
    try:
        with path.open(encoding="utf-8") as file:
            return note.parse_verifier(file.read(_LARGEST))
    except FileNotFoundError:
        return None
    except (NoteError, UnicodeDecodeError) as error:
        raise LogKeyError("key_unreadable", path) from error


def log_key(folder: Path, origin: str) -> LogKey:
    """Return the key of a log; it is made when neither half is there.

    Raises LogKeyError: `key_missing` (something was signed with a key that is gone), `key_changed`
    (another one lies in its place), `origin_changed` (the configuration calls the log by another
    name than it has), `key_unreadable`, or what `keys.KeyFileError` says. Raises OSError.
    """
    known = public_key(folder)
    path = folder / PRIVATE
    try:
        if known is None and not path.exists():
            keys.make(path)
        key = keys.read(path)
    except KeyFileError as error:
        gone = error.code == "unreadable" and not path.exists()
        raise LogKeyError("key_missing" if gone else f"key_{error.code}", path) from error
    own = note.verifier(origin, key.public_key())
    if known is None:
        _write(folder / PUBLIC, own)
    elif known.public != own.public:
        raise LogKeyError("key_changed", path)
    elif known.name != origin:
        raise LogKeyError("origin_changed", folder / PUBLIC)
    return LogKey(key, own)


def _write(path: Path, known: Verifier) -> None:
    temporary = path.with_suffix(".tmp")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(f"{known.text}\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
