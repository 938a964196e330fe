"""A revision of a device's configuration: how it is named, and what is kept with it in git."""

from __future__ import annotations

import re
from typing import Final, Literal

import msgspec

from inventory.edge import is_id

_REVISION: Final = re.compile(r"[0-9a-f]{40}")

Mark = Literal["told", "base"]


class Note(msgspec.Struct, frozen=True):
    """What is kept with a revision.

    `at`: when it was read. `not_before`: when the one before was read last; 0 = there is none.
    `why` it was read (a code). `tags`: name of the key of its tags. `changed`: it differs in more
    than the key of its tags. `modified`: when it was changed, as the device says; 0 = it does not.
    """

    at: int
    not_before: int
    why: str
    platform: str
    tags: str
    changed: bool = True
    modified: int = 0


class Revision(msgspec.Struct, frozen=True):
    """One configuration of a device. `first`: there was none before. Lines are of masked texts."""

    revision: str
    note: Note
    added: int
    removed: int
    first: bool


def known(device: str) -> str:
    """Let only what the inventory would take for a device into a path or a command."""
    if not is_id(device):
        raise ValueError("not an id of a device")
    return device


def whole(revision: str) -> str:
    """Let only the whole name of a commit into a command."""
    if not _REVISION.fullmatch(revision):
        raise ValueError("not a revision")
    return revision


def branch(device: str) -> str:
    """Name the branch of a device."""
    return f"refs/heads/devices/{known(device).replace('.', '_')}"


def mark_of(kind: Mark, device: str) -> str:
    """Name a reference of the runtime's own."""
    return f"refs/{kind}/{known(device).replace('.', '_')}"


def place(device: str, revision: str) -> str:
    """Name the text of a revision."""
    return f"{whole(revision)}:devices/{known(device)}.cfg"


def message(device: str, note: Note, added: int, removed: int) -> str:
    """Write what is kept with a revision, as `read_revision` reads it."""
    what = f"{added} lines added, {removed} removed" if note.not_before else "first kept"
    told = {
        "why": note.why or "-",
        "changed": "yes" if note.changed else "no",
        "added": added,
        "removed": removed,
        "not-before": note.not_before,
        "modified": note.modified,
        "platform": note.platform,
        "tags": note.tags,
    }
    body = "\n".join(f"{name}: {value}" for name, value in told.items())
    return f"{known(device)}: {what}\n\n{body}\n"


def read_revision(revision: str, parents: str, at: str, body: str) -> Revision:
    """Read what git tells of a commit: its name, its parents, when it was made, its message."""
    told = dict(line.partition(": ")[::2] for line in body.splitlines())
    note = Note(
        int(at),
        _count(told.get("not-before")),
        told.get("why", "-"),
        told.get("platform", ""),
        told.get("tags", ""),
        told.get("changed") != "no",
        _count(told.get("modified")),
    )
    added, removed = _count(told.get("added")), _count(told.get("removed"))
    return Revision(revision, note, added, removed, not parents)


def _count(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0
