"""What has been learnt about a device: one value, owned by the runtime, handed to the wire."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field, fields
from typing import Final, NamedTuple

from collectors.hosts._reading import Seen

_MOST_TABLES: Final = 64
_MOST_VARBINDS: Final = 40
_REGROWS_AFTER: Final = 3600
"""Seconds, times two for each loss, after which a size that a loss has halved is doubled."""
_REGROWS_AT_MOST_AFTER: Final = 7 * 86_400
NEVER_ASKED: Final = -1
BREAKER_AFTER: Final = 3
"""Silent runs after which a device is asked once per run, without retries."""
RING: Final = 32
"""Runs whose time is remembered; a power of two."""


class Bulk(NamedTuple):
    """How a device's table is read: what its answers bear."""

    size: int = 20
    """GETBULK max-repetitions; 1 = GETNEXT."""
    wide: int = 20
    """Columns in one request."""
    whole: int = 0
    """Readings in a row that were whole at this size, where it is smaller than at the start."""


_BULK: Final = Bulk()


@dataclass(slots=True)
class DeviceMemory:
    """Mutable on purpose; nothing in it is a judgement and all of it may be forgotten."""

    if_index: dict[str, int] = field(default_factory=dict)
    """ifName -> ifIndex, learnt by a walk; emptied when uptime drops."""
    uptime_ticks: int | None = None
    """sysUpTime of the last answer."""
    heard_at: float = 0.0
    """When that was, on the monotonic clock."""
    runs_without: int = 0
    """Runs in a row in which a declared interface was not there."""
    questions: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    """probe id -> its OIDs split into PDUs, valid for the `if_index` at hand."""
    table_changed: int | None = NEVER_ASKED
    """ifTableLastChange of the last answer; None = the agent has no such object."""
    lags: dict[str, tuple[int | None, ...]] = field(default_factory=dict)
    """probe id -> ticks by which each PDU was answered after the first, where there are several;
    None = its octets were not believed."""
    walked_at: dict[str, float] = field(default_factory=dict)
    """probe id -> when its tables were walked last, on the monotonic clock."""
    walked_in: dict[str, float] = field(default_factory=dict)
    """probe id -> seconds that walk took."""
    dear: frozenset[str] = frozenset()
    """Probes whose tables are walked each time: to GET their rows took longer than to walk."""
    lively: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """probe id -> sections whose tables are walked each time, for their rows come and go."""
    neighbours: frozenset[str] = frozenset()
    """Routers that were adjacent since the device started or all was walked last."""
    names: dict[str, Mapping[str, Mapping[str, int | float | bytes | str]]] | None = None
    """probe id -> columns as they were walked, which name what it asks; most need none."""
    max_varbinds: int = _MOST_VARBINDS
    """Halved when the agent says tooBig, which is kept, or when a large answer gets lost."""
    shrinks: int = 0
    """How often it was halved for a loss, which may have come by chance."""
    shrunk_at: float = 0.0
    """When that was last, or when it was doubled since, on the monotonic clock; 0 = is not so."""
    first_bulk: int = _BULK.size
    """Rows that a table is first asked for in one request; the platform may say fewer."""
    bulks: dict[str, Bulk] = field(default_factory=dict)
    """Table (OID of its entry) -> how it is read, where it is not as at the start; bounded."""
    missing: dict[str, None] = field(default_factory=dict)
    """OIDs the agent does not have, where one of them would hide the others (SNMPv1)."""
    missing_since: int = 0
    """GETs since all of them were asked for."""
    silent_runs: int = 0
    """Runs without an answer in a row; from `BREAKER_AFTER` on a run is one try, no retries."""
    engine_id: bytes | None = None
    """SNMPv3 engine of the agent; None = to be asked for."""
    engine_boots: int = 0
    engine_time: int = 0
    engine_heard_at: float = 0.0
    """When the engine had that time, on the monotonic clock."""
    host: Seen | None = None
    """What a host said of itself last."""
    polls: int = 0
    answers: int = 0
    late: int = 0
    """Answers that came when nobody waited for them any more."""
    retries: int = 0
    resyncs: int = 0
    """Times the agent said that our notion of its boots or time is wrong (v3)."""

    took: array[float] = field(default_factory=lambda: array("f", bytes(4 * RING)))
    """Seconds of the last answered runs, in a ring."""
    timed: int = 0
    """Answered runs whose time went into the ring."""
    lent: bool = False
    """A copy whose run must leave no trace: silence closes no session and doubts no engine."""

    def lend(self) -> DeviceMemory:
        """Copy for a run of which nothing is to be kept.

        Only what may change is copied; tuples and the columns in `names` are replaced as they are
        learnt, never changed, and a core switch has 12,000 strings of them.
        """
        twin = copy(self)
        twin.lent = True
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, dict | array):
                setattr(twin, one.name, copy(value))
        return twin

    def forget_interfaces(self) -> None:
        """Drop what hangs on ifIndex: after a restart the numbers may have moved."""
        self.if_index.clear()
        self.questions.clear()
        self.table_changed = NEVER_ASKED
        self.neighbours = frozenset()

    def shrink(self, size: int, lost_at: float = 0.0) -> None:
        """Ask for at most `size` values at once. `lost_at`: when a loss said so; 0 = tooBig did."""
        self.questions.clear()
        if size < self.max_varbinds:
            self.max_varbinds = size
            self.shrinks += lost_at != 0
            self.shrunk_at = lost_at

    def regrow(self, now: float) -> None:
        """Ask for twice as much at once where a loss is long past; each loss doubles the wait."""
        wait = min(_REGROWS_AT_MOST_AFTER, _REGROWS_AFTER << min(self.shrinks, 10))
        if not self.shrunk_at or now - self.shrunk_at < wait:
            return
        self.max_varbinds = min(_MOST_VARBINDS, 2 * self.max_varbinds)
        self.shrunk_at = now if self.max_varbinds < _MOST_VARBINDS else 0.0
        self.questions.clear()

    def bulk(self, table: str) -> Bulk:
        """Return how `table` is best read."""
        return self.bulks.get(table) or Bulk(self.first_bulk)

    def learn_bulk(self, table: str, bulk: Bulk) -> None:
        """Remember how `table` is best read; of too many tables the oldest is forgotten."""
        self.bulks.pop(table, None)
        if bulk[:2] == (self.first_bulk, _BULK.wide):
            return
        if len(self.bulks) >= _MOST_TABLES:
            del self.bulks[next(iter(self.bulks))]
        self.bulks[table] = bulk
