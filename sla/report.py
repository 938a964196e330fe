"""A carrier's report: the one document of which page, Excel, PDF, CSV and JSON are views.

Exact: a ratio is numerator and denominator, money is integer fen, times are integer UTC seconds,
texts are codes with parameters or what people wrote. No time of making stands in it, so that
whoever makes it again from the same evidence gets the same bytes; who signed it and when is in the
manifest.
"""

from __future__ import annotations

import hashlib
from fractions import Fraction
from typing import Final

import msgspec

from sla.records import Document, Fact

SCHEMA: Final = "extranet-report-1"


class Ratio(msgspec.Struct, frozen=True):
    """An exact value, and as a percentage rounded half to even, once (GB/T 8170)."""

    num: int
    den: int
    percent: str

    @property
    def value(self) -> Fraction:
        """The exact value."""
        return Fraction(self.num, self.den)


class Number(msgspec.Struct, frozen=True):
    """An exact number that is no percentage: seconds, points."""

    num: int
    den: int

    @property
    def value(self) -> Fraction:
        """The exact value."""
        return Fraction(self.num, self.den)


class Span(msgspec.Struct, frozen=True):
    """A stretch of one class (methodology 1.6), [start, end)."""

    kind: str
    start: int
    end: int


class Repair(msgspec.Struct, frozen=True):
    """The repair clock of an outage (methodology 1.9), in seconds; None = not restored yet."""

    ticket: str
    notified: int
    acknowledged: int | None
    restored: int | None
    stopped: int
    seconds: int | None
    limit: int
    in_time: bool | None


class Outage(msgspec.Struct, frozen=True):
    """An SLA outage. `id`: link and first attributable second; `live`: what was seen live.

    `cause`: who or what; `settled`: "measured" (nobody said anything), "proposed", "said",
    "approved" or "rejected". `facts`: its physical evidence. `event`: id of the common cause.
    `leaves`: indices of evidence-log leaves that hold its hours.
    """

    id: str
    start: int
    end: int | None
    attributable: int
    in_window: int
    span: int
    runs: int
    started: bool
    closed: bool
    start_censored: bool
    end_censored: bool
    live: tuple[str, ...] = ()
    shadow_of: tuple[str, ...] = ()
    cause: str = "unknown"
    settled: str = "measured"
    said_by: str = ""
    approved_by: str = ""
    why: str = ""
    facts: tuple[Fact, ...] = ()
    documents: tuple[Document, ...] = ()
    event: str = ""
    repair: Repair | None = None
    leaves: tuple[int, ...] = ()


class Exclusion(msgspec.Struct, frozen=True):
    """An overlay that touches the link, honoured or not, and the seconds it excluded here.

    `reason`: a code, why it was not or not wholly honoured, else "". `record`: its number in the
    ledger, `leaf` in the evidence log; None = from the inventory, not logged.
    """

    overlay: str
    kind: str
    title: str
    start: int
    end: int
    seconds: int
    honoured: bool
    reason: str
    filed_at: int | None
    filed_by: str
    approved_by: str
    why: str = ""
    documents: tuple[Document, ...] = ()
    record: int | None = None
    leaf: int | None = None


class Quality(msgspec.Struct, frozen=True):
    """Slots that meet a limit among the valid ones of available time (methodology 1.8).

    `limit`: microseconds, or for loss parts per million. `p95`: of the slots, microseconds; None
    for loss. `lost`, `sent`: sums of the period, for loss.
    """

    valid: int
    within: int
    limit: int
    compliance: Ratio | None
    p95: int | None = None
    lost: int | None = None
    sent: int | None = None


class Link(msgspec.Struct, frozen=True):
    """What a circuit achieved. `seconds`: by class; they add up to the window."""

    link: str
    title: str
    circuit: str
    contract: str
    contract_title: str
    profile: str
    engine: str
    level: str
    near: str
    far: str
    seconds: dict[str, int]
    evaluated: int
    status: str
    a_opt: Ratio | None
    a_meas: Ratio | None
    a_pess: Ratio | None
    a_settle: Ratio | None
    settled: Ratio | None
    """With the contract's denominator; None = not settled."""
    coverage: Ratio | None
    promised: Ratio
    met: bool | None
    within_resolution: bool
    counts: dict[str, int]
    """started, carried_in, closed, open_at_end, flashes."""
    longest: int
    mttr: Number | None
    mtbf: Number | None
    fee_fen: int | None
    """Of the whole period."""
    credit_percent: int | None
    credit_fen: int | None
    bandwidth_bps: int | None
    latency: Quality | None
    loss: Quality | None
    jitter: Quality | None
    strip: tuple[Span, ...]
    """The window, gapless."""
    outages: tuple[Outage, ...]
    exclusions: tuple[Exclusion, ...]


class Level(msgspec.Struct, frozen=True):
    """Circuits towards one level. `availability` None = none of them is scored."""

    level: str
    weight: Number
    circuits: int
    scored: int
    availability: Ratio | None
    target: Ratio
    floor: Ratio
    score: Ratio | None


class Item(msgspec.Struct, frozen=True):
    """An item of the composite score. `score` None = not applicable; `points` of 100.

    `basis`: what it was made of: exact numbers by name.
    """

    item: str
    weight: int
    score: Ratio | None
    points: Number | None
    basis: dict[str, int] = {}


class Deduction(msgspec.Struct, frozen=True, omit_defaults=True):
    """Points taken for a major event, in hundredths.

    `approved_by` is left out where it is "": counted on one person's word, as once was done; so an
    old bundle still comes to its bytes.
    """

    hundredths: int
    why: str
    by: str
    documents: tuple[Document, ...]
    record: int | None
    approved_by: str = ""


class CreditLine(msgspec.Struct, frozen=True):
    """A credit of one circuit and month, in fen. `status`: that of the month's figure."""

    link: str
    month: str
    fee_fen: int
    settled: Ratio
    percent: int
    fen: int
    status: str = "OK"


class Credits(msgspec.Struct, frozen=True):
    """What is due back. `cap_fen` None = no cap; `due_fen` = the lesser of sum and cap.

    A cap is of each quarter; in a year they are added up, and so is what is due. `review`: circuit,
    month and status of those that cannot be settled, or whose credit depends on what is unknown.
    """

    lines: tuple[CreditLine, ...]
    sum_fen: int
    cap_fen: int | None
    due_fen: int
    fee_fen: int
    payment_share: Ratio | None = None
    review: tuple[tuple[str, str, str], ...] = ()


class Event(msgspec.Struct, frozen=True):
    """One cause over many circuits: one event, many downtimes. `links`: (link, outage id)."""

    event: str
    start: int
    end: int | None
    cause: str
    links: tuple[tuple[str, str], ...]


class Report(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a carrier achieved in a period.

    `left_out`: circuits of which there is evidence in the period and that do not stand in the
    register, so that nothing here counts them; left out where there is none, so that an old report
    still comes to its bytes.
    """

    schema: str
    carrier: str
    title: str
    period: str
    start: int
    end: int
    zone: str
    tzdata: str
    provisional: bool
    revision: int
    previous: str
    """SHA-256 (hex) of the revision before, or ""."""
    rules: str
    """Name of the rules."""
    rules_sha256: str
    register_sha256: str
    """Of the circuits, contracts and sites the report is about."""
    first_heartbeat: int | None
    recorded_until: int
    clock: str
    """"verified" or "not verified" (methodology 1.3)."""
    tree_size: int
    """Of the evidence log; 0 = there is none."""
    tree_sha256: str
    tree_sm3: str
    status: str
    seconds: dict[str, int]
    availability: Ratio | None
    coverage: Ratio | None
    levels: tuple[Level, ...]
    items: tuple[Item, ...]
    score: Number | None
    """Of 100, before deductions; None = too little weight present."""
    deductions: tuple[Deduction, ...]
    final: Number | None
    grade: str
    credits: Credits
    events: tuple[Event, ...]
    not_scored: tuple[str, ...]
    links: tuple[Link, ...]
    left_out: tuple[str, ...] = ()


_encoder: Final = msgspec.json.Encoder(order="sorted")
_decoder: Final = msgspec.json.Decoder(Report)


def encode(report: Report) -> bytes:
    """Return the canonical JSON of a report."""
    return _encoder.encode(report)


def decode(data: bytes) -> Report:
    """Read what `encode` wrote. Raises msgspec.MsgspecError."""
    return _decoder.decode(data)


def digest(data: bytes) -> str:
    """Return the SHA-256 (hex) that every view of a report prints."""
    return hashlib.sha256(data).hexdigest()
