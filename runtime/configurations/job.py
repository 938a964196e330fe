"""Keeping a configuration, in the process that fetched it: nothing of it leaves but how it went.

Reasons beside those of the conversation:

    config_no_platform  nobody knows how a configuration of this platform ends
    config_empty        nothing came
    config_incomplete   it does not end as one does: half of it, or something else
    config_too_large    it is longer than any that is known
    config_not_kept     the store refused; the log says why
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from shutil import disk_usage
from typing import Final

import msgspec

from collectors._ssh import Kept, Said
from collectors.configurations.endings import ENDINGS
from collectors.configurations.normalise import normalise
from collectors.configurations.secrets import key_name, mask, without_secrets
from metrics.observation import Outcome
from store.configurations import Configurations
from store.errors import StoreError, from_os
from store.revisions import Note

_log = logging.getLogger("extranet.configurations")

KIND: Final = "keep_configuration"


class KeepingSettings(msgspec.Struct, frozen=True):
    """What the process is told of keeping. `key`: seals the full texts; empty = they are not kept.

    `most`: full texts per device. `floor`: bytes of the disk that stay free: a box that says
    something else each time it is asked must not cost the ledger its room.
    """

    store: str
    key: bytes = b""
    most: int = 30
    floor: int = 0

    def __repr__(self) -> str:
        """Show no key."""
        return f"<keeping in {self.store}>"


class Keeper:
    """Keeps what was fetched. Used by several threads; the store is opened by the first."""

    def __init__(self, settings: KeepingSettings) -> None:
        self._store = Configurations(Path(settings.store), settings.key or None, settings.most)
        self._folder = Path(settings.store)
        self._floor = settings.floor
        self._tags = b""
        self._opening = threading.Lock()
        self._refused = ""
        """Why the store refuses, told when it begins."""

    def keep(self, device: str, platform: str, said: Said, *, why: str, now: int) -> Kept:
        """Keep what a device said when it was asked for its configuration; never raises for it.

        `why`: as in `SshWire.keep_configuration`. `now`: UTC seconds.
        """
        ending = ENDINGS.get(platform)
        if ending is None:
            return Kept(Outcome.SKIPPED, "config_no_platform")
        if said.outcome is not Outcome.ANSWERED:
            return Kept(said.outcome, said.reason)
        normal = normalise("".join(said.texts), ending)
        if normal.problem is not None:
            return Kept(Outcome.GARBLED, normal.problem)
        try:
            kept = self._keep(device, normal.text, platform, why, now)
        except StoreError as error:
            if error.code != self._refused:
                _log.error(
                    "configurations cannot be kept",
                    extra={"device": device, "code": error.code, "detail": error.detail},
                )
            self._refused = error.code
            return Kept(Outcome.SKIPPED, "config_not_kept")
        if self._refused:
            _log.warning("configurations can be kept again")
        self._refused = ""
        return kept

    def _keep(self, device: str, text: str, platform: str, why: str, now: int) -> Kept:
        with self._opening:
            if not self._tags:
                self._tags = self._store.open()
        store, masked = self._store, mask(text, device, self._tags)
        before = store.latest(device)
        was = "" if before is None else store.text(device, before.revision)
        if before is not None and was == masked:
            store.seal(device, before.revision, text)
            store.checked(device, now)
            return Kept(Outcome.ANSWERED, "", revision=before.revision)
        if not self._has_room():
            raise StoreError("disk_full", self._folder, "below its floor", temporary=True)
        code, _, instant = why.partition(" ")
        tags = key_name(self._tags)
        if before is None:
            first = store.add(device, masked, text, None, Note(now, 0, code, platform, tags))
            return Kept(Outcome.ANSWERED, "", revision=first.revision)
        note = Note(
            at=now,
            not_before=store.checked_at(device) or before.note.at,
            why="again" if code == "first" else code,  # who asked did not know of it
            platform=platform,
            tags=tags,
            # Tags of another key say nothing of what they stand for, and what an earlier version
            # left unmasked is no change of the device.
            changed=before.note.tags == tags or without_secrets(was) != without_secrets(masked),
            modified=int(instant) if instant.isdecimal() else 0,
        )
        made = store.add(device, masked, text, before, note)
        lines = (made.added, made.removed) if note.changed else (0, 0)
        return Kept(Outcome.ANSWERED, "", note.changed, *lines, made.revision)

    def _has_room(self) -> bool:
        try:
            return disk_usage(self._folder).free >= self._floor
        except OSError as error:
            raise from_os(error, self._folder) from error
