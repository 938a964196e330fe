"""The sinks of the configuration, each behind its outbox."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from typing import Any, Final

import aiohttp

from metrics.observation import Probe, Reading
from runtime.clock import Steady
from runtime.config import Config
from runtime.plugins import plugins
from sinks._buffer import Limits
from sinks._contract import Result, Sender
from sinks._outbox import Outbox

_STOP_SECONDS: Final = 5.0
_LOST: Final = (
    "dropped_points", "refused_points", "partial_points",
    "unencodable_readings", "damaged_batches", "omitted_values",
)  # fmt: skip


class _Later:
    """A sender that is made when the HTTP session is open; outboxes are wired before that."""

    def __init__(self, make: Callable[[aiohttp.ClientSession], Sender]) -> None:
        self._make = make
        self._sender: Sender | None = None

    def open(self, http: aiohttp.ClientSession) -> None:
        self._sender = self._make(http)

    def _opened(self) -> Sender:
        assert self._sender is not None, "the outbox was run before it was opened"
        return self._sender

    async def send(self, batch: bytes) -> Result:
        return await self._opened().send(batch)

    def split(self, batch: bytes) -> tuple[bytes, bytes] | None:
        return self._opened().split(batch)

    def count(self, batch: bytes) -> int:
        return self._opened().count(batch)

    async def close(self) -> None:
        if self._sender is not None:
            await self._sender.close()


class Sending:
    """Every outbox of the process."""

    def __init__(self, config: Config, probes: Iterable[Probe], clock: Steady) -> None:
        known = plugins("sinks")
        self._clock = clock
        self._senders: list[_Later] = []
        self._outboxes: dict[str, Outbox] = {}
        for name, plugin in config.sinks.items():
            module, options = known[plugin.kind], plugin.options

            def make(
                http: aiohttp.ClientSession, module: Any = module, of: Any = options
            ) -> Sender:
                sender: Sender = module.sender(of, http)
                return sender

            later = _Later(make)
            self._senders.append(later)
            self._outboxes[name] = Outbox(
                name,
                module.encoder(probes, options),
                later,
                config.store.path / "outbox" / name,
                Limits(),
                self._now,
            )

    def _now(self) -> float:
        return self._clock.now_ms() / 1000

    def consumers(self) -> dict[str, Callable[[Reading], None]]:
        """Return what the pipeline calls, by name."""
        return {f"sink {name}": outbox.put for name, outbox in self._outboxes.items()}

    async def start(self, http: aiohttp.ClientSession, stack: AsyncExitStack) -> None:
        """Start the task of each outbox; `stack` stops it."""
        for later in self._senders:
            later.open(http)
            stack.push_async_callback(later.close)
        for name, outbox in self._outboxes.items():
            running = asyncio.create_task(outbox.run(), name=f"outbox {name}")
            stack.push_async_callback(self._end, outbox, running)

    @staticmethod
    async def _end(outbox: Outbox, running: asyncio.Task[None]) -> None:
        await outbox.stop(_STOP_SECONDS)
        await running

    def retire(self, probes: Iterable[Probe]) -> None:
        """Tell every destination that probes ended."""
        gone = tuple(probes)
        for outbox in self._outboxes.values():
            outbox.retire(gone)

    def troubles(self) -> Mapping[str, str]:
        """Return by outbox what keeps it from sending (`code: why`), "" when nothing does."""
        return {name: outbox.trouble for name, outbox in self._outboxes.items()}

    def ages(self) -> Mapping[str, float]:
        """Return by outbox the age in seconds of the oldest reading that waits."""
        now = self._now()
        return {name: outbox.oldest_age(now) for name, outbox in self._outboxes.items()}

    def health(self) -> dict[str, dict[str, object]]:
        """Return how each sink does; `text`: code of a sentence, `detail`: the store's words."""
        return {f"sink {name}": _part(trouble) for name, trouble in self.troubles().items()}

    def losses(self) -> dict[str, float]:
        """Count by outbox the points that will never arrive."""
        return {
            name: sum(outbox.stats()[what] for what in _LOST)
            for name, outbox in self._outboxes.items()
        }

    def stats(self) -> dict[str, Callable[[], Mapping[str, float]]]:
        """Return the counters of each outbox."""
        return {f"outbox_{name}": outbox.stats for name, outbox in self._outboxes.items()}


def _part(trouble: str) -> dict[str, object]:
    if not trouble:
        return {"ok": True, "reason": ""}
    code, _, detail = trouble.partition(":")
    return {"ok": False, "reason": code, "text": f"sinks.{code}", "detail": detail.strip()}
