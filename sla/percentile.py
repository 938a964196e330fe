"""The 95th percentile a burstable line is billed by, exact (methodology 1.8).

One sample per direction and 5 minutes: octets x 8 over the time in which they came, by the agent's
own clock. Of N samples the floor(N x 5 / 100) largest are dropped, the next one is the percentile:
the one of ascending rank ceil(0.95 N). Nothing is averaged before or after, so a sample can be
shown for every figure, and everybody can count again.

A slot in which a counter was reset, or a poll was missed at its edge, has no sample: it is
**missing**. A missing slot is dropped, or counts as zero where a contract says so, which favours
the customer. A sample above a cap counts as the cap and is **capped**. How many slots there are of
each kind is part of the figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Final, Literal

import msgspec

from inventory.model import Interval

SLOT: Final = 300
"""Seconds; slots begin at multiples of it in UTC, as the months of Asia/Shanghai do."""
EDGE: Final = 30_000
"""Milliseconds that the time covered may be off a slot's length. Polls do not fall on its edges;
one that was missed there moves octets of more than a tenth of the slot into the neighbour."""

Mode = Literal["max_of_p95", "p95_of_max"]
Missing = Literal["drop", "zero"]
Status = Literal["present", "capped", "missing"]
_STATUSES: Final[tuple[Status, ...]] = ("present", "capped", "missing")


class Traffic(msgspec.Struct, frozen=True, gc=False):
    """Octets of a link in a slot of 5 minutes, and the milliseconds in which they came.

    `in_ms`, `out_ms` None = some octets of the slot are not known.
    """

    start: int
    in_octets: int
    in_ms: int | None
    out_octets: int
    out_ms: int | None


@dataclass(frozen=True, slots=True)
class Sample:
    """What flowed in a slot, in bit/s; `octets` and `ms` are what it was counted from."""

    start: int
    octets: int
    ms: int
    bps: Fraction
    capped: bool = False


Samples = Mapping[int, Sample]
"""By the start of their slot; a slot without one is missing."""


@dataclass(frozen=True, slots=True)
class Percentile:
    """The percentile of some slots. `sample`: the one that decides; None = a missing slot's zero.

    `bps` None: there was no sample at all.
    """

    bps: Fraction | None
    sample: Sample | None
    dropped: int
    slots: Mapping[Status, int]
    runs: tuple[tuple[Status, int], ...]
    """The slots in order: so many of one kind, then so many of another."""


@dataclass(frozen=True, slots=True)
class Bill:
    """Both directions of a link, and what is billed by `mode`."""

    inward: Percentile
    outward: Percentile
    billed: Percentile
    expected: int


def fills_slots(every: float) -> bool:
    """Tell whether polls so many seconds apart cover a slot, however they fall into it."""
    polls = SLOT // every, -(-SLOT // every)
    return all(abs(count * every - SLOT) * 1000 <= EDGE for count in polls)


def sampled(octets: int, ms: int | None, start: int, cap: int | None = None) -> Sample | None:
    """Make the sample of a slot in one direction; None = missing. `cap` in bit/s."""
    if ms is None or abs(ms - SLOT * 1000) > EDGE:
        return None
    bps = Fraction(octets * 8000, ms)
    if cap is not None and bps > cap:
        return Sample(start, octets, ms, Fraction(cap), capped=True)
    return Sample(start, octets, ms, bps)


def percentile(samples: Samples, slots: Sequence[int], missing: Missing = "drop") -> Percentile:
    """Return the 95th percentile over the slots that are expected; samples of others are not."""
    found = sorted((samples[s] for s in slots if s in samples), key=_by_size, reverse=True)
    absent = len(slots) - len(found)
    counted = len(found) + (absent if missing == "zero" else 0)
    dropped = counted * 5 // 100
    status = [_status(samples.get(slot)) for slot in slots]
    counts: dict[Status, int] = {kind: status.count(kind) for kind in _STATUSES}
    decides = found[dropped] if dropped < len(found) else None
    bps = decides.bps if decides is not None else Fraction(0) if counted else None
    runs = tuple((kind, len(list(run))) for kind, run in groupby(status))
    return Percentile(bps, decides, dropped, counts, runs)


def bill(
    traffic: Iterable[Traffic],
    slots: Sequence[int],
    *,
    mode: Mode = "max_of_p95",
    missing: Missing = "drop",
    cap: int | None = None,
) -> Bill:
    """Work out what a link is billed by, over the slots that are expected (`expected`)."""
    inward: dict[int, Sample] = {}
    outward: dict[int, Sample] = {}
    for one in traffic:
        for samples, octets, ms in (
            (inward, one.in_octets, one.in_ms),
            (outward, one.out_octets, one.out_ms),
        ):
            sample = sampled(octets, ms, one.start, cap)
            if sample is not None:
                samples[one.start] = sample
    ways = percentile(inward, slots, missing), percentile(outward, slots, missing)
    if mode == "p95_of_max":
        both = {s: max(inward[s], outward[s], key=_by_size) for s in inward.keys() & outward.keys()}
        billed = percentile(both, slots, missing)
    else:
        billed = max(ways, key=lambda way: -1 if way.bps is None else way.bps)
    return Bill(*ways, billed, len(slots))


def together(links: Sequence[Iterable[Traffic]]) -> Iterator[Traffic]:
    """Add lines that are billed as one, slot by slot; one that is missing makes the sum missing.

    Percentiles of single lines must not be added: their peaks need not coincide.
    """
    by_slot = [{one.start: one for one in link} for link in links]
    for start in sorted(set[int]().union(*by_slot)):
        parts = [of_link[start] for of_link in by_slot if start in of_link]
        whole = len(parts) == len(by_slot)
        in_octets, in_ms = _added([(p.in_octets, p.in_ms) for p in parts], whole=whole)
        out_octets, out_ms = _added([(p.out_octets, p.out_ms) for p in parts], whole=whole)
        yield Traffic(start, in_octets, in_ms, out_octets, out_ms)


def _added(parts: Sequence[tuple[int, int | None]], *, whole: bool) -> tuple[int, int | None]:
    """Add up rates that were counted in times of their own, to octets in 5 minutes."""
    rates = [
        Fraction(octets, ms)
        for octets, ms in parts
        if ms is not None and abs(ms - SLOT * 1000) <= EDGE
    ]
    if not whole or len(rates) < len(parts):
        return sum(octets for octets, _ in parts), None
    return round(sum(rates) * SLOT * 1000), SLOT * 1000


def expected(start: int, end: int, in_service: Sequence[Interval] = ()) -> list[int]:
    """Return the starts of the whole slots of [start, end) in which a line was in service.

    `in_service` empty = throughout. What flows over a line that is not is nobody's bill.
    """
    first = -(-start // SLOT) * SLOT
    slots = range(first, end - SLOT + 1, SLOT)
    if not in_service:
        return list(slots)
    return [
        slot
        for slot in slots
        if any(
            one.start <= slot and (one.end is None or slot + SLOT <= one.end) for one in in_service
        )
    ]


def document(figure: Bill) -> dict[str, object]:
    """Arrange a bill for JSON: `in`, `out`, `billed`, and how many slots were expected.

    `bps` is what `sample` gives, octets x 8000 / ms, or the cap: whoever has the octets can count
    again. `runs`: [kind, how many] of the slots in order.
    """
    return {
        "slot_seconds": SLOT,
        "slots_expected": figure.expected,
        "in": _way(figure.inward),
        "out": _way(figure.outward),
        "billed": _way(figure.billed),
    }


def _way(way: Percentile) -> dict[str, object]:
    sample = way.sample
    return {
        "bps": None if way.bps is None else float(way.bps),
        "sample": None
        if sample is None
        else {"start": sample.start, "octets": sample.octets, "ms": sample.ms},
        "dropped": way.dropped,
        "slots": way.slots,
        "runs": way.runs,
    }


def _by_size(sample: Sample) -> Fraction:
    return sample.bps


def _status(sample: Sample | None) -> Status:
    if sample is None:
        return "missing"
    return "capped" if sample.capped else "present"
