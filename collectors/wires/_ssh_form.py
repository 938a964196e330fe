"""What goes between the monitor and the process that speaks SSH: framed messages.

A frame is its length (four octets, big-endian) and MessagePack; both sides refuse one that is
longer than `LARGEST`. Secrets are in the open here: a frame never leaves the memory of the two.
"""

from __future__ import annotations

import struct
from typing import Any, Final

import msgspec

from collectors._ssh import Access, Kept, Said
from inventory.model import Secret

LARGEST: Final = 16_000_000
"""Octets of a frame: an answer of the largest size that a job may read fits."""
AGAIN: Final = "ssh_again"
"""The reason of a job that was not done since a line was lost: to be given again."""
KEPT: Final = frozenset({"run", "list_files"})
"""Kinds whose lines stay open. Those of network gear do not: a box has five terminals."""
_LENGTH: Final = struct.Struct(">I")


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How the process behaves; seconds, and numbers of connections."""

    connect_seconds: float = 5.0
    """For TCP to be there."""
    login_seconds: float = 30.0
    """For greeting, key exchange and authentication of one host."""
    idle_seconds: float = 600.0
    """After which a kept connection that nobody used is closed."""
    most_kept: int = 1_000
    agent_keys: int = 2
    """Keys of an agent that are offered to a host: each counts as an attempt."""


class Start(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The first message: how to behave.

    `host_keys`: the file of pinned keys; `parts`: what jobs of a kind are told besides, by kind,
    in MessagePack of their own.
    """

    host_keys: str
    workers: int
    limits: Limits = Limits()
    parts: dict[str, bytes] = {}

    def __repr__(self) -> str:
        """Show nothing of what jobs are told."""
        return f"<start with {self.workers} workers>"


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do. `until`: the instant it must be over (CLOCK_MONOTONIC, one for both).

    `may`: devices on which a login may be made for it; where one is needed elsewhere, because a
    line was lost meanwhile, it has to be granted first (`AGAIN`).
    """

    id: int
    kind: str
    access: Access
    until: float
    most_bytes: int
    may: tuple[str, ...] = ()
    platform: str = ""
    commands: tuple[str, ...] = ()
    script: str = ""
    why: str = ""
    """Why a configuration is fetched (a code)."""
    folder: str = ""
    pattern: str = ""
    """Of what is listed by SFTP: an absolute path, and a pattern of names (`fnmatch`)."""


class Finish(msgspec.Struct, frozen=True, tag=True):
    """Nothing more comes: answer what runs, and end."""


class Begin(msgspec.Struct, frozen=True, tag=True):
    """A job to be done now: there is a worker for it."""

    job: Job


class LoggedIn(msgspec.Struct, frozen=True, tag=True):
    """All logins that a job needs are over; `kept`: the devices whose connections stay open."""

    job: int
    kept: tuple[str, ...]


class Closed(msgspec.Struct, frozen=True, tag=True):
    """Connections that were kept are open no more."""

    devices: tuple[str, ...]


class Answered(msgspec.Struct, frozen=True, tag=True):
    """What became of a job: one of the two.

    `at`: the device at which it failed, which may be a jump host; `why` (a code) it did there.
    """

    job: int
    said: Said | None = None
    kept: Kept | None = None
    at: str = ""
    why: str = ""


class Counts(msgspec.Struct, frozen=True, tag=True):
    """How the process does: counters, and levels (`rss_bytes`, `descriptors`, `threads`, ...)."""

    counts: dict[str, int]


ToProcess = Start | Begin | Finish
FromProcess = LoggedIn | Closed | Answered | Counts


def _open(value: Any) -> Any:
    if isinstance(value, Secret):
        return value.reveal()
    raise NotImplementedError(type(value).__name__)


def _close(kind: type, value: Any) -> Any:
    return kind(value)


_encode = msgspec.msgpack.Encoder(enc_hook=_open).encode
_to = msgspec.msgpack.Decoder(ToProcess, dec_hook=_close)
_from = msgspec.msgpack.Decoder(FromProcess)


class FrameError(ValueError):
    """A frame that is too long or cannot be read: the other side is not ours."""


def frame(message: ToProcess | FromProcess) -> bytes:
    """Write a message. Raises FrameError for one that is too long."""
    body = _encode(message)
    if len(body) > LARGEST:
        raise FrameError(f"{len(body)} octets")
    return _LENGTH.pack(len(body)) + body


def length_of(head: bytes) -> int:
    """Read the length of what follows. Raises FrameError."""
    length: int = _LENGTH.unpack(head)[0]
    if length > LARGEST:
        raise FrameError(f"{length} octets")
    return length


HEAD: Final = _LENGTH.size


def read_to_process(body: bytes) -> ToProcess:
    """Read what the monitor says. Raises FrameError."""
    try:
        message: ToProcess = _to.decode(body)
    except msgspec.MsgspecError as error:  # its words may hold a secret
        raise FrameError(type(error).__name__) from None
    return message


def read_from_process(body: bytes) -> FromProcess:
    """Read what the process says. Raises FrameError."""
    try:
        message: FromProcess = _from.decode(body)
    except msgspec.MsgspecError as error:
        raise FrameError(str(error)) from error
    return message
