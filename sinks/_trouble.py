"""What is wrong with an outbox at the moment, and the log that says so once per change."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

_LOG: Final = logging.getLogger("extranet.sinks")


@dataclass(slots=True)
class Trouble:
    """Three things that may be wrong (`code: why`, no secret in it), "" where one is not."""

    name: str
    sending: str = ""
    """The batch is kept and tried again."""
    refusal: str = ""
    """Why a batch, or a part of it, was refused for good; no later one was taken whole."""
    disk: str = ""
    told: str = ""

    @property
    def now(self) -> str:
        """The worst of them: nothing goes out, data are lost, data are at risk."""
        return self.sending or self.refusal or self.disk

    def tell(self) -> None:
        """Log a change: by its code, since the store's words differ from batch to batch."""
        now = self.now
        code = now.partition(":")[0]
        if code == self.told:
            return
        self.told = code
        if code:
            _LOG.warning("a sink is in trouble", extra={"sink": self.name, "why": now})
        else:
            _LOG.info("a sink is well again", extra={"sink": self.name})
