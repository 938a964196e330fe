"""Failed logins: after a few, a source waits, each time twice as long. Time is an argument."""

from __future__ import annotations

from collections import OrderedDict
from ipaddress import IPv6Address, ip_address
from typing import Final

FREE: Final = 5
"""Failures before the first lock (GB/T 22239-2019, 8.1.4.1 b asks for a limit)."""
FIRST_LOCK: Final = 30
LONGEST_LOCK: Final = 1800
"""Seconds. Also how long a source is remembered after its last failure."""
SOURCES: Final = 10_000


class Throttle:
    """Counts failures per source in bounded memory; the source heard longest ago goes first."""

    __slots__ = ("_seen", "failures", "refused")

    def __init__(self) -> None:
        self._seen: OrderedDict[str, tuple[int, int, int]] = OrderedDict()
        """source -> (failures, locked until, forgotten at)"""
        self.failures = 0
        self.refused = 0

    def wait(self, source: str, now: int) -> int:
        """Return for how many seconds `source` may not try; 0 = it may."""
        _, until, _ = self._seen.get(_key(source), (0, 0, 0))
        return max(until - now, 0)

    def failed(self, source: str, now: int) -> None:
        """Count a failure, and lock the source when there were too many."""
        self.failures += 1
        key = _key(source)
        count, _, forgotten = self._seen.pop(key, (0, 0, 0))
        count = count + 1 if now < forgotten else 1
        lock = 0 if count < FREE else min(FIRST_LOCK << min(count - FREE, 10), LONGEST_LOCK)
        self._seen[key] = (count, now + lock, now + lock + LONGEST_LOCK)
        if len(self._seen) > SOURCES:
            self._seen.popitem(last=False)

    def passed(self, source: str) -> None:
        """Forget the failures of a source that has shown a good token."""
        self._seen.pop(_key(source), None)

    def __len__(self) -> int:
        return len(self._seen)


def _key(source: str) -> str:
    """Name a source; IPv6 by its /64, since one machine owns all of it."""
    try:
        address = ip_address(source)
    except ValueError:
        return source
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(IPv6Address(int(address) >> 64 << 64))
    return str(address)
