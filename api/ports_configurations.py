"""What the api may ask about the configurations of devices that are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec


class ConfigurationRevision(msgspec.Struct, frozen=True):
    """A configuration of a device as it was read; lines are of masked texts. UTC seconds.

    `at`: when it was read, `not_before`: when the one before was (0 = never), `modified`: when it
    was changed, as the device says (0 = it does not). `why` it was read (a code). `first`: nothing
    was before it. `changed`: it differs in more than how secrets are masked. `planned_work`: the
    announced work that it falls into. `full`: the text with its secrets is kept as well, sealed.
    """

    revision: str
    at: int
    not_before: int
    modified: int
    why: str
    added: int
    removed: int
    first: bool
    changed: bool
    planned_work: str
    full: bool


class ConfigurationDiff(msgspec.Struct, frozen=True):
    """A unified diff of masked texts without its head: the first lines, how many more there are."""

    lines: Sequence[str]
    more: int


class UnknownRevisionError(LookupError):
    """The device has no configuration of that revision."""


class ConfigurationsUnreadError(Exception):
    """The store of configurations refuses, or too many ask at once: try again later."""


class Configurations(Protocol):
    """The configurations of devices that are kept."""

    async def revisions(self, device: str, limit: int) -> Sequence[ConfigurationRevision]:
        """Return the newest revisions of a device, newest first.

        Raises ConfigurationsUnreadError, as does `diff`.
        """

    async def diff(self, device: str, one: str, other: str, most: int) -> ConfigurationDiff:
        """Compare two revisions of a device; at most so many lines. Raises UnknownRevisionError."""
