"""What is known of the configurations that are kept, and the way to have one kept."""

from __future__ import annotations

from typing import Protocol

from collectors._ssh import Access, Kept
from metrics.observation import Outcome


class ConfigurationBook(Protocol):
    """The runtime's side of the collector `config_backup`, which remembers nothing itself."""

    def age(self, device: str) -> float | None:
        """Return how long ago a device was read whole, in seconds; None = never."""

    def is_wanted(self, device: str) -> bool:
        """Tell whether a device said since then that its configuration changed."""

    async def keep(
        self, access: Access, platform: str, *, timeout: float, why: str, modified: float | None
    ) -> Kept:
        """Fetch the configuration and keep it.

        `modified`: how long ago it was changed last, as the device says, in seconds.
        """


class NoConfigurations:
    """The book of a monitor that keeps none."""

    def age(self, *_asked: object, **_how: object) -> float | None:
        """Know nothing."""
        return None

    def is_wanted(self, *_asked: object, **_how: object) -> bool:
        """Have heard nothing."""
        return False

    async def keep(self, *_asked: object, **_how: object) -> Kept:
        """Keep nothing."""
        return Kept(Outcome.SKIPPED, "not_open")
