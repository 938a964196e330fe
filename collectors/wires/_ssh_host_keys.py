"""Pinned host keys: a file in the form of OpenSSH's known_hosts(5), the host being a device's id.

    xs-srv1 ssh-ed25519 AAAAC3Nz... enrolled by zhang at 2026-03-01T08:00:00Z

Only what stands there is believed. A device may have several keys, of several types.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import msgspec

_LARGEST: Final = 16_000_000
"""Octets of the file: some 40,000 devices."""
_LONGEST: Final = 8_192
_DEVICE: Final = re.compile(r"[a-z0-9][a-z0-9.-]*")
_KIND: Final = re.compile(r"[a-z0-9@.-]{1,64}")


class Pinned(msgspec.Struct, frozen=True):
    """A key: its type, its blob (RFC 4253 6.6), and who enrolled it when."""

    kind: str
    blob: bytes
    comment: str = ""

    @property
    def fingerprint(self) -> str:
        """As `ssh-keygen -l` shows it."""
        return sha256(self.blob)


def sha256(blob: bytes) -> str:
    """Return the fingerprint that today's tools show (RFC 4648 base64 without padding)."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def md5(blob: bytes) -> str:
    """Return the fingerprint that old gear shows: it tells, it does not prove."""
    digest = hashlib.md5(blob, usedforsecurity=False).hexdigest()
    return "MD5:" + ":".join(re.findall("..", digest))


def read(text: str) -> tuple[dict[str, tuple[Pinned, ...]], int]:
    """Read the file's text: keys by device, and how many lines could not be read."""
    found: dict[str, tuple[Pinned, ...]] = {}
    bad = 0
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        parsed = _line(line)
        if parsed is None:
            bad += 1
            continue
        device, key = parsed
        found[device] = (*found.get(device, ()), key)
    return found, bad


def _line(line: str) -> tuple[str, Pinned] | None:
    words = line.split(None, 3)
    if len(words) < 3 or len(line) > _LONGEST:
        return None
    device, kind, written = words[:3]
    if not _DEVICE.fullmatch(device) or not _KIND.fullmatch(kind):
        return None
    try:
        blob = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        return None
    named = len(kind).to_bytes(4, "big") + kind.encode()
    if not blob.startswith(named):  # the blob says itself what it is
        return None
    return device, Pinned(kind, blob, words[3].strip() if len(words) > 3 else "")


def write(keys: Mapping[str, Iterable[Pinned]]) -> str:
    """Return the file's text."""
    lines = [
        f"{device} {key.kind} {base64.b64encode(key.blob).decode()} {key.comment}".rstrip()
        for device in sorted(keys)
        for key in keys[device]
    ]
    return "".join(f"{line}\n" for line in lines)


class HostKeys:
    """The file, read anew when it changed. A file that is absent pins nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._keys: Mapping[str, tuple[Pinned, ...]] = {}
        self.unread = 0
        """Lines that could not be read, or 1 where the file cannot be."""

    def look(self) -> bool:
        """Read the file anew where it changed; tell whether it did."""
        try:
            now = self._path.stat()
            seen = (now.st_mtime_ns, now.st_size, now.st_ino)
            if seen == self._seen:
                return False
            text = self._path.read_text("utf-8", errors="replace") if seen[1] <= _LARGEST else None
        except FileNotFoundError:
            return self._forget(0)
        except OSError:
            return self._forget(1)
        if text is None:
            return self._forget(1)
        self._keys, self.unread = read(text)
        self._seen = seen
        return True

    def _forget(self, unread: int) -> bool:
        """Believe nobody: a key that cannot be read is no key."""
        changed = bool(self._keys)
        self._seen, self._keys, self.unread = None, {}, unread
        return changed

    def pinned(self, device: str) -> tuple[Pinned, ...]:
        """Return the keys of a device, as they stood when last looked at."""
        return self._keys.get(device, ())
