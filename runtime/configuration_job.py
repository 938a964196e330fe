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
from typing import Final

import msgspec

from collectors._ssh import Kept, Said
from collectors.configurations.endings import ENDINGS
from collectors.configurations.normalise import normalise
from collectors.configurations.secrets import key_name, mask, without_tags
from metrics.observation import Outcome
from store.configurations import Configurations
from store.errors import StoreError
from store.revisions import Note

_log = logging.getLogger("extranet.configurations")

KIND: Final = "keep_configuration"


class KeepingSettings(msgspec.Struct, frozen=True):
    """What the process is told of keeping. `key`: seals the full texts; empty = they are not kept.

    `most`: full texts per device.
    """

    store: str
    key: bytes = b""
    most: int = 30

    def __repr__(self) -> str:
        """Show no key."""
        return f"<keeping in {self.store}>"


class Keeper:
    """Keeps what was fetched. Used by several threads; the store is opened by the first."""

    def __init__(self, settings: KeepingSettings) -> None:
        self._store = Configurations(Path(settings.store), settings.key or None, settings.most)
        self._tags = b""
        self._opening = threading.Lock()

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
            return self._keep(device, normal.text, platform, why, now)
        except StoreError as error:
            _log.error(
                "a configuration could not be kept",
                extra={"device": device, "code": error.code, "detail": error.detail},
            )
            return Kept(Outcome.SKIPPED, "config_not_kept")

    def _keep(self, device: str, text: str, platform: str, why: str, now: int) -> Kept:
        with self._opening:
            if not self._tags:
                self._tags = self._store.open()
        store, masked = self._store, mask(text, device, self._tags)
        code, _, instant = why.partition(" ")
        before = store.latest(device)
        if code == "first" and before is not None:
            code = "again"  # who asked did not know of it
        if before is None:
            note = Note(now, 0, code, platform, key_name(self._tags))
            first = store.add(device, masked, text, None, note)
            return Kept(Outcome.ANSWERED, "", revision=first.revision)
        was = store.text(device, before.revision)
        if was == masked:
            store.seal(device, before.revision, text)
            store.checked(device, now)
            return Kept(Outcome.ANSWERED, "", revision=before.revision)
        tags = key_name(self._tags)
        # Tags of another key say nothing of what they stand for.
        changed = before.note.tags == tags or without_tags(was) != without_tags(masked)
        not_before = store.checked_at(device) or before.note.at
        modified = int(instant) if instant.isdecimal() else 0
        note = Note(now, not_before, code, platform, tags, changed, modified)
        added = store.add(device, masked, text, before, note)
        return Kept(
            Outcome.ANSWERED, "", changed, added.added if changed else 0,
            added.removed if changed else 0, added.revision,
        )  # fmt: skip
