"""The one record that travels: what a run of a probe heard, and what was made of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import msgspec

from inventory.model import TargetId
from metrics.catalogue import Metric

Value = int | float | None
"""None = not heard. Never a zero in its place."""


class Outcome(IntEnum):
    """What happened on the wire. A fact, not a judgement."""

    ANSWERED = 0
    SILENT = 1
    REFUSED = 2
    GARBLED = 3
    SKIPPED = 4


class Series(msgspec.Struct, frozen=True, gc=False):
    """A metric of one target, with its labels in the order of the metric's measurement."""

    metric: Metric
    target: TargetId
    labels: tuple[tuple[str, str], ...]


class RateSpec(msgspec.Struct, frozen=True, gc=False):
    """How one derived series comes from one counter of the same probe.

    `counter`, `discontinuity` and `uptime` are positions in `Observation.values`; the rate is
    delta / seconds * `scale`, e.g. 8 for octets to bits, 8 / contract for a utilisation.
    `interface` names whose speed bounds it; those of one interface stand side by side. `uptime` is
    the same for all of a probe.
    """

    counter: int
    discontinuity: int | None
    uptime: int | None
    scale: float
    interface: TargetId
    bits: float = 8.0
    """Bits per counted unit, for the comparison with the interface's speed; 0 = not compared."""
    width: int = 64
    """Bits of the counter: a Counter32 is unwrapped where that is safe, a Counter64 never."""
    share: bool = False
    """A share of what was contracted: 1.0 = all of it."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Probe:
    """One standing question, planned once when the inventory is loaded.

    `series` has the raw values first (as many as `raw`), then one per entry of `rates`, then the
    state of `target` where this probe carries it. `question` is what the collector prepared.
    """

    id: str
    """`<kind>@<target>`, e.g. `echo@link:xs-telecom-1`."""
    kind: str
    target: TargetId
    device: str | None
    """The device that is asked: one request in flight each; None = not bound to a device."""
    area: str
    """The bulkhead it belongs to: polls in flight are bounded per area."""
    every_ms: int
    deadline: float
    """Seconds after which a run is over, whatever happens."""
    series: tuple[Series, ...]
    raw: int
    rates: tuple[RateSpec, ...]
    question: object
    vital: bool = True
    """Of a check: whether the service is DOWN when it fails; else it is DEGRADED."""

    def __repr__(self) -> str:
        """Name it; a probe of a large device would fill a screen."""
        return f"<probe {self.id}>"


class Observation(msgspec.Struct, frozen=True, gc=False):
    """One run of one probe. Exactly one per scheduled run, also when nothing was heard.

    `slot_ms`: scheduled instant, UTC milliseconds. `took`: seconds. `values`: the first
    `probe.raw` series in order. `rtts`: round-trip times of an echo run in order of sending,
    seconds, None = lost.
    """

    probe: Probe
    slot_ms: int
    took: float
    outcome: Outcome
    reason: str
    values: tuple[Value, ...]
    rtts: tuple[float | None, ...] = ()

    @property
    def slot(self) -> int:
        """The scheduled instant in whole UTC seconds, as the ledger keeps time."""
        return self.slot_ms // 1000


class Reading(msgspec.Struct, frozen=True, gc=False):
    """An observation with what was made of it.

    `values`: raw, rates, and last the state of the target, also for a probe whose series end
    before it because another probe of the target carries the state.
    `gaps`: of each rate the code of the reason why it is absent (see `metrics.rates`), or ""; empty
    where no rate is, or nothing was heard.
    """

    observation: Observation
    values: tuple[Value, ...]
    gaps: tuple[str, ...] = ()
