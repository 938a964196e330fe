"""Which SNMPv3 engine lives at which address, and who shares an engine id (cloned boxes do)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from collectors._engines import Engine
from collectors._memory import DeviceMemory
from collectors.wires._usm import Usm


class EngineBook:
    """Engines by `host:port`; `at` is on the monotonic clock, `now` in UTC seconds."""

    def __init__(self) -> None:
        self.backwards = 0
        """Engines whose boots went backwards: a box that was replaced, or lost its memory."""
        self.changes = 0
        """How often an engine id or boots were learnt."""
        self._engines: dict[str, tuple[Usm, float]] = {}
        self._doubted: dict[str, Usm] = {}
        self._addresses: dict[bytes, set[str]] = {}

    def learn(self, address: str, usm: Usm, at: float) -> None:
        """Note what an engine said of itself."""
        known = self._engines.get(address)
        before = known[0] if known is not None else self._doubted.get(address)
        self.changes += before is None or before[:2] != usm[:2]
        if before is not None and before.engine_id == usm.engine_id and usm.boots < before.boots:
            self.backwards += 1
        self.forget(address)
        self._engines[address] = usm, at
        self._addresses.setdefault(usm.engine_id, set()).add(address)

    def learn_of(self, address: str, memory: DeviceMemory, usm: Usm, at: float) -> None:
        """Note it also in the memory of the device."""
        memory.engine_id, memory.engine_boots, memory.engine_time = usm
        memory.engine_heard_at = at
        self.learn(address, usm, at)

    def recall(self, address: str, memory: DeviceMemory) -> None:
        """Put into the memory of the device what is known from before it was made."""
        known = self._engines.get(address)
        if known is not None:
            memory.engine_id, memory.engine_boots, memory.engine_time = known[0]
            memory.engine_heard_at = known[1]

    def forget(self, address: str) -> None:
        """Know nothing of an address."""
        self._doubted.pop(address, None)
        known = self._engines.pop(address, None)
        if known is None:
            return
        engine_id = known[0].engine_id
        sharing = self._addresses[engine_id]
        sharing.discard(address)
        if not sharing:
            del self._addresses[engine_id]

    def doubt(self, address: str) -> None:
        """Believe no longer what was known of an address: somebody else may live there now."""
        known = self._engines.get(address)
        if known is not None:
            self.forget(address)
            self._doubted[address] = known[0]

    def retain(self, addresses: Collection[str]) -> None:
        """Forget all but these addresses."""
        for address in [a for a in (*self._engines, *self._doubted) if a not in addresses]:
            self.forget(address)

    def known(self, address: str) -> tuple[Usm, float] | None:
        """Return what was last heard of an address, and when."""
        return self._engines.get(address)

    def duplicates(self) -> dict[str, tuple[str, ...]]:
        """Return the engine ids (hexadecimal) that several addresses claim, with the addresses."""
        return {
            engine_id.hex(): tuple(sorted(sharing))
            for engine_id, sharing in self._addresses.items()
            if len(sharing) > 1
        }

    def put(self, engines: Mapping[str, Engine], now: int, at: float) -> None:
        """Take over what was saved."""
        for address, known in engines.items():
            usm = Usm(known.engine_id, known.boots, known.time)
            self.learn(address, usm, at - max(0, now - known.learnt_at))

    def take(self, now: int, at: float) -> dict[str, Engine]:
        """Return what is to be saved."""
        return {
            address: Engine(*usm, learnt_at=max(0, now - round(at - heard)))
            for address, (usm, heard) in tuple(self._engines.items())
        }
