"""What a carrier's report is made from: the argument of a pure function.

The running monitor fills it from ledger and evidence, a bundle from its files; equal inputs give
equal bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import msgspec

from inventory.model import Carrier, Contract, Link, PlannedWork, Site
from sla.periods import Window, months_of, whole
from sla.records import Record
from sla.ruleset import RuleSet
from sla.timeline import Span, Step

BESIDE: Final = 7 * 86_400
"""Seconds before and after a window's months that are looked at beside them."""


class Limits(msgspec.Struct, frozen=True):
    """What a slot of a circuit is held to: microseconds, and parts per million for loss.

    `min_sent`: with fewer a slot is not valid (methodology 1.3). `quantile`: of a slot's round
    trips, the one that is its latency (1.8).
    """

    rtt_us: int
    loss_ppm: int
    jitter_us: int
    min_sent: int = 10
    quantile: Literal["median", "p95"] = "median"


class SlotSums(msgspec.Struct, frozen=True):
    """Sums over accounting slots of available time (methodology 1.8).

    `slots`: those heard of; `valid`: those with enough sent, and everything below is of these only.
    `within_*`: those that meet the limit, of those that have the value (`with_latency`,
    `with_jitter`; a slot whose quantile falls on a lost echo has an infinite latency and meets no
    limit). `latency`: slots by bucket of the slot's value, for the percentile: bucket b holds
    values in (1.01 ** (b - 1), 1.01 ** b] microseconds; infinite ones are in none, so they are
    `with_latency` less all that are in one. Made by `sla.slot_sums`.
    """

    limits: Limits
    slots: int = 0
    valid: int = 0
    sent: int = 0
    lost: int = 0
    within_loss: int = 0
    with_latency: int = 0
    within_latency: int = 0
    with_jitter: int = 0
    within_jitter: int = 0
    latency: dict[int, int] = {}


@dataclass(frozen=True, slots=True)
class Register:
    """The part of the inventory that a carrier's report is about."""

    carrier: Carrier
    links: tuple[Link, ...]
    contracts: Mapping[str, Contract]
    sites: Mapping[str, Site]
    planned_work: tuple[PlannedWork, ...] = ()


@dataclass(frozen=True, slots=True)
class Log:
    """The evidence log as it stood: its size and roots (hex), and where leaves stand.

    `hours`: index of the leaf of this carrier's hour; `records`: of the record of a number.
    """

    size: int = 0
    sha256: str = ""
    sm3: str = ""
    hours: Mapping[int, int] = field(default_factory=dict)
    records: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything. `live`: each link's timeline over `horizon`, whose end is `recorded_until`.

    `records`: all that concern the carrier's links or the carrier, oldest first. `sums`: by link,
    over the spans that `sla.build.counted_spans` names; a link without is without such figures.
    """

    register: Register
    window: Window
    rules: RuleSet
    live: Mapping[str, Sequence[Step]]
    first_heartbeat: int | None
    recorded_until: int
    records: Sequence[Record] = ()
    sums: Mapping[str, SlotSums] = field(default_factory=dict)
    log: Log = field(default_factory=Log)
    clock_verified: bool = False
    revision: int = 1
    previous: str = ""
    tzdata: str = ""
    """Version of the time zone data that the window was computed with."""
    left_out: tuple[str, ...] = ()
    """Circuits of which the evidence says something in the window, and the register nothing."""


def horizon(window: Window, recorded_until: int, zone: str) -> Span:
    """Return which evidence a window's report is made from, UTC seconds.

    Whole months, since a quota is of a month, and a week at both ends for outages over an edge; no
    more, so that a report is the same whenever it is made and its evidence fits into a bundle. It
    begins on an hour, and ends at `recorded_until` at the latest.
    """
    months = months_of(window.start, window.end, zone)
    start = whole(months[0][0], zone).start - BESIDE
    end = whole(months[-1][0], zone).end + BESIDE
    return start - start % 3600, min(end, max(recorded_until, window.start))
